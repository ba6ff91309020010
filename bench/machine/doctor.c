/* SPDX-License-Identifier: MIT */
/* The checks of the machine under test; see doctor.h. */
#include "bench/machine/doctor.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/machine/machine.h"
#include "bench/machine/probe.h"

#define CPU_DIR	     "/sys/devices/system/cpu/"
#define THP_ENABLED  "/sys/kernel/mm/transparent_hugepage/enabled"
#define ASLR	     "/proc/sys/kernel/randomize_va_space"
#define CLOCKSOURCE  "/sys/devices/system/clocksource/clocksource0/"
#define CAP_SYS_NICE 23

/* Wake-up latency from which an idle state is felt in latencies, us. */
#define DEEP_STATE_US 20
/* Shares of time from which stealing and noise are felt. */
#define STEAL_WARN 0.001
#define STEAL_FAIL 0.01
/* A longest gap of this much is no longer the machine's own ticking, ns. */
#define GAP_WARN 100000
#define GAP_FAIL 1000000
/* A clock read dearer than this is a system call, not the vDSO, ns. */
#define CLOCK_WARN_NS 100
/* A counter that moves in longer steps shows in latencies of a write, ns. */
#define STEP_NOTE_NS 5
/* Latencies of fewer steps are told apart by no more than their number. */
#define STEPS_FEW 10

/* What a check needs to know. */
struct patient {
	const char *root;
	const struct bench_topology *t;
	struct bench_doctor *d;
	struct bench_clock_cost clock;
	struct bench_cpu_time before, after; /* around the spin */
	char load[BENCH_FACT]; /* before it: it loads the machine */
	long long throttled_before, throttled_after;
};

static struct bench_check *add(struct patient *p, const char *id)
{
	struct bench_check *check = &p->d->checks[p->d->n_checks++];

	*check = (struct bench_check){ .id = id };
	return check;
}

__attribute__((format(printf, 3, 4))) static void
value(struct bench_check *check, enum bench_severity severity, const char *fmt,
      ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(check->value, sizeof(check->value), fmt, ap);
	va_end(ap);
	check->severity = severity;
}

__attribute__((format(printf, 2, 3))) static void
advise(struct bench_check *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(check->advice, sizeof(check->advice), fmt, ap);
	va_end(ap);
}

/* Writes @on to every file of a pattern; @off takes it back. */
static void tune_files(struct bench_check *check, const char *files,
		       const char *on, const char *off)
{
	snprintf(check->tune, sizeof(check->tune),
		 "echo %s | sudo tee %s >/dev/null", on, files);
	snprintf(check->undo, sizeof(check->undo),
		 "echo %s | sudo tee %s >/dev/null", off, files);
}

static void check_governor(struct patient *p)
{
	struct bench_check *check = add(p, "governor");
	char now[BENCH_FACT];

	if (bench_probe_governor(p->root, now, sizeof(now))) {
		value(check, BENCH_NOTE, "%s", now);
		advise(check,
		       "nothing to set; in a virtual machine the host "
		       "decides the frequency");
		return;
	}
	if (!strcmp(now, "performance")) {
		value(check, BENCH_OK, "%s", now);
		return;
	}
	value(check, BENCH_FAIL, "%s", now);
	advise(check, "the frequency follows the load: set performance");
	now[strcspn(now, ",")] = '\0';
	tune_files(check, CPU_DIR "cpu*/cpufreq/scaling_governor",
		   "performance", now);
}

static void check_turbo(struct patient *p)
{
	struct bench_check *check = add(p, "turbo");
	char now[BENCH_FACT], text[BENCH_FACT];
	bool intel = !bench_probe_file(p->root, CPU_DIR "intel_pstate/no_turbo",
				       text, sizeof(text));

	if (bench_probe_turbo(p->root, now, sizeof(now))) {
		value(check, BENCH_NOTE, "%s", now);
		return;
	}
	value(check, strcmp(now, "off") ? BENCH_WARN : BENCH_OK, "%s", now);
	if (check->severity == BENCH_OK)
		return;
	advise(check,
	       "the frequency depends on how many cores are busy and "
	       "how warm they are: switch it off to compare");
	if (intel)
		tune_files(check, CPU_DIR "intel_pstate/no_turbo", "1", "0");
	else
		tune_files(check, CPU_DIR "cpufreq/boost", "0", "1");
}

static void check_smt(struct patient *p)
{
	struct bench_check *check = add(p, "smt-sibling");
	unsigned int shared =
		p->t->n_pus > p->t->n_cores ? p->t->n_pus - p->t->n_cores : 0;
	char now[BENCH_FACT];
	long long active = 0;

	bench_probe_smt(p->root, now, sizeof(now));
	bench_probe_number(p->root, CPU_DIR "smt/active", &active);
	if (!active) {
		value(check, BENCH_OK, "no siblings (%s)", now);
		return;
	}
	value(check, BENCH_NOTE, "active, %u of %u usable PUs are siblings",
	      shared, p->t->n_pus);
	advise(check,
	       "a busy sibling takes half a core: keep siblings of the "
	       "measured PUs idle, or switch SMT off");
	tune_files(check, CPU_DIR "smt/control", "off", now);
}

/* The slowest wake-up, in us, among the idle states that are not disabled. */
static long long deepest_state(const char *root, char *name, size_t n)
{
	char pattern[PATH_MAX], text[64];
	long long worst = -1, latency, off;
	glob_t dirs;

	snprintf(pattern, sizeof(pattern),
		 "%s" CPU_DIR "cpu[0-9]*/cpuidle/state[0-9]*", root);
	if (glob(pattern, 0, NULL, &dirs))
		return -1;
	for (size_t i = 0; i < dirs.gl_pathc; i++) {
		const char *dir = dirs.gl_pathv[i];

		if (bench_probe_number(dir, "/latency", &latency) ||
		    latency <= worst ||
		    (!bench_probe_number(dir, "/disable", &off) && off))
			continue;
		worst = latency;
		bench_probe_file(dir, "/name", text, sizeof(text));
		snprintf(name, n, "%s", text);
	}
	globfree(&dirs);
	return worst;
}

static void check_c_states(struct patient *p)
{
	struct bench_check *check = add(p, "c-states");
	char name[64] = "";
	long long latency = deepest_state(p->root, name, sizeof(name));

	if (latency < 0) {
		value(check, BENCH_NOTE, "unavailable: no cpuidle states here");
		return;
	}
	value(check, latency >= DEEP_STATE_US ? BENCH_WARN : BENCH_OK,
	      "deepest enabled is %s, %lld us to wake up", name, latency);
	if (check->severity == BENCH_OK)
		return;
	advise(check,
	       "wake-ups of idle writers and swappers take that long: "
	       "hold /dev/cpu_dma_latency at 0, or disable the state");
	snprintf(check->tune, sizeof(check->tune),
		 "sudo cpupower idle-set -D %d", DEEP_STATE_US - 1);
	snprintf(check->undo, sizeof(check->undo), "sudo cpupower idle-set -E");
}

static bool none(const char *text)
{
	return !*text || !strcmp(text, "(null)");
}

static void check_isolation(struct patient *p)
{
	struct bench_check *check = add(p, "isolation");
	char isolated[BENCH_FACT], nohz[BENCH_FACT];

	if (bench_probe_file(p->root, CPU_DIR "isolated", isolated,
			     sizeof(isolated)))
		*isolated = '\0';
	if (bench_probe_file(p->root, CPU_DIR "nohz_full", nohz, sizeof(nohz)))
		*nohz = '\0';
	value(check, none(isolated) ? BENCH_NOTE : BENCH_OK,
	      "isolcpus=%.80s nohz_full=%.80s",
	      none(isolated) ? "none" : isolated, none(nohz) ? "none" : nohz);
	if (none(isolated))
		advise(check,
		       "other work may run on the measured PUs: boot "
		       "with isolcpus=, nohz_full= and rcu_nocbs= for "
		       "them");
}

/* The CPUs whose interrupts matter: isolated ones, else all that we may use. */
static void cpus_under_test(const struct patient *p, hwloc_bitmap_t set)
{
	char text[BENCH_FACT];

	hwloc_bitmap_zero(set);
	if (!bench_probe_file(p->root, CPU_DIR "isolated", text,
			      sizeof(text)) &&
	    !none(text))
		hwloc_bitmap_list_sscanf(set, text);
	if (hwloc_bitmap_iszero(set))
		hwloc_bitmap_copy(
			set, hwloc_topology_get_topology_cpuset(p->t->hwloc));
}

/* Interrupts in all, and those that @cpus may have to serve. */
static unsigned int count_irqs(const char *root, hwloc_const_bitmap_t cpus,
			       unsigned int *hits)
{
	char pattern[PATH_MAX], text[BENCH_FACT];
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	unsigned int all = 0;
	glob_t dirs;

	*hits = 0;
	snprintf(pattern, sizeof(pattern), "%s/proc/irq/[0-9]*", root);
	if (!set || glob(pattern, 0, NULL, &dirs)) {
		hwloc_bitmap_free(set);
		return 0;
	}
	for (size_t i = 0; i < dirs.gl_pathc; i++) {
		const char *dir = dirs.gl_pathv[i];

		if (bench_probe_file(dir, "/effective_affinity_list", text,
				     sizeof(text)) &&
		    bench_probe_file(dir, "/smp_affinity_list", text,
				     sizeof(text)))
			continue;
		all++;
		hwloc_bitmap_list_sscanf(set, text);
		*hits += hwloc_bitmap_intersects(set, cpus);
	}
	globfree(&dirs);
	hwloc_bitmap_free(set);
	return all;
}

static void check_irqs(struct patient *p)
{
	struct bench_check *check = add(p, "irq-affinity");
	hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
	char isolated[BENCH_FACT];
	bool apart = !bench_probe_file(p->root, CPU_DIR "isolated", isolated,
				       sizeof(isolated)) &&
		     !none(isolated);
	unsigned int all, hits;

	if (!cpus)
		return;
	cpus_under_test(p, cpus);
	all = count_irqs(p->root, cpus, &hits);
	hwloc_bitmap_free(cpus);
	if (!all) {
		value(check, BENCH_NOTE, "unavailable: nothing in /proc/irq");
		return;
	}
	value(check,
	      !hits   ? BENCH_OK
	      : apart ? BENCH_WARN
		      : BENCH_NOTE,
	      "%u of %u interrupts are served by %s CPUs", hits, all,
	      apart ? "isolated" : "usable");
	if (hits)
		advise(check,
		       "stop irqbalance and point "
		       "/proc/irq/*/smp_affinity_list at CPUs that are "
		       "not measured");
}

static void check_thp(struct patient *p)
{
	struct bench_check *check = add(p, "thp");
	char text[BENCH_FACT];

	if (bench_probe_file(p->root, THP_ENABLED, text, sizeof(text))) {
		value(check, BENCH_NOTE, "%s", text);
		return;
	}
	value(check, strstr(text, "[always]") ? BENCH_NOTE : BENCH_OK, "%s",
	      text);
	if (check->severity == BENCH_OK)
		return;
	advise(check,
	       "whether a buffer gets huge pages depends on luck: "
	       "madvise leaves it to who asks");
	tune_files(check, THP_ENABLED, "madvise", "always");
}

static void check_aslr(struct patient *p)
{
	struct bench_check *check = add(p, "aslr");
	long long level;

	if (bench_probe_number(p->root, ASLR, &level)) {
		value(check, BENCH_NOTE, "unavailable: " ASLR);
		return;
	}
	value(check, level ? BENCH_NOTE : BENCH_OK, "%lld", level);
	if (level)
		advise(check,
		       "layout varies between processes; rounds in "
		       "fresh processes average that, one process does "
		       "not");
}

static void check_mitigations(struct patient *p)
{
	struct bench_check *check = add(p, "mitigations");
	unsigned int mitigated = 0, vulnerable = 0, safe = 0;
	char pattern[PATH_MAX], text[512];
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s" CPU_DIR "vulnerabilities/*",
		 p->root);
	if (glob(pattern, 0, NULL, &files)) {
		value(check, BENCH_NOTE,
		      "unavailable: no vulnerabilities "
		      "directory");
		return;
	}
	for (size_t i = 0; i < files.gl_pathc; i++) {
		if (bench_probe_file("", files.gl_pathv[i], text, sizeof(text)))
			continue;
		mitigated += !!strstr(text, "Mitigation");
		vulnerable += !strncmp(text, "Vulnerable", 10);
		safe += !strncmp(text, "Not affected", 12);
	}
	globfree(&files);
	value(check, mitigated ? BENCH_NOTE : BENCH_OK,
	      "%u mitigated, %u left vulnerable, %u not affected", mitigated,
	      vulnerable, safe);
	if (mitigated)
		advise(check,
		       "system calls and signals are dearer with them; "
		       "leave them as production has them, and compare "
		       "only machines that agree");
}

static void check_hypervisor(struct patient *p)
{
	struct bench_check *check = add(p, "hypervisor");
	char text[BENCH_FACT];
	bool virtual = bench_probe_hypervisor(p->root, text, sizeof(text));

	value(check, virtual ? BENCH_FAIL : BENCH_OK, "%s", text);
	if (virtual)
		advise(check,
		       "exits, steal and hidden neighbours: interrupts, "
		       "signals and membarrier cost more than on metal; "
		       "compare ratios only");
}

/* Over the spin where time passed meanwhile, else since boot. */
static void check_steal(struct patient *p)
{
	struct bench_check *check = add(p, "steal");
	bool fresh = p->after.total > p->before.total;
	uint64_t total = p->after.total, stolen = p->after.steal;
	double share;

	if (!total) {
		value(check, BENCH_NOTE, "unavailable: /proc/stat");
		return;
	}
	if (fresh) {
		total -= p->before.total;
		stolen -= p->before.steal;
	}
	share = (double)stolen / total;
	value(check,
	      share >= STEAL_FAIL   ? BENCH_FAIL
	      : share >= STEAL_WARN ? BENCH_WARN
				    : BENCH_OK,
	      "%.2f %% %s", share * 100,
	      fresh ? "during the examination" : "since boot");
	if (check->severity != BENCH_OK)
		advise(check,
		       "the hypervisor gives our time to others: use "
		       "dedicated CPUs");
}

/* A measurement takes two PUs; what else runs must fit on the others. */
static void check_load(struct patient *p)
{
	struct bench_check *check = add(p, "load");
	unsigned int left = p->t->n_pus > 3 ? p->t->n_pus - 2 : 1;
	double load;

	if (sscanf(p->load, "%lf", &load) != 1) {
		value(check, BENCH_NOTE, "%.180s", p->load);
		return;
	}
	value(check,
	      load > left	  ? BENCH_FAIL
	      : load > left * 0.5 ? BENCH_WARN
				  : BENCH_OK,
	      "%.2f over the last minute, %u %s left beside two measured", load,
	      left, left == 1 ? "PU" : "PUs");
	if (check->severity != BENCH_OK)
		advise(check,
		       "something else is running: stop it, or wait "
		       "until it has finished");
}

static void check_clock(struct patient *p)
{
	struct bench_check *check = add(p, "clock-source");
	const struct bench_clock_cost *cost = &p->clock;
	char text[64];
	bool good;

	bench_probe_file(p->root, CLOCKSOURCE "current_clocksource", text,
			 sizeof(text));
	good = !strcmp(text, "tsc") || !strcmp(text, "arch_sys_counter");
	value(check,
	      good && cost->gettime_ns < CLOCK_WARN_NS ? BENCH_OK : BENCH_WARN,
	      "%s, clock_gettime %.0f ns, counter %.0f ns at %.0f MHz", text,
	      cost->gettime_ns, cost->counter_ns, cost->counter_mhz);
	if (check->severity == BENCH_OK)
		return;
	advise(check,
	       "a time stamp costs more than the write it stamps: "
	       "prefer the tsc clock source, measure without stamps");
	if (!good)
		tune_files(check, CLOCKSOURCE "current_clocksource", "tsc",
			   text);
}

static void check_step(struct patient *p)
{
	struct bench_check *check = add(p, "clock-step");
	double step = p->clock.step_ns;

	if (step <= 0) {
		value(check, BENCH_NOTE, "unavailable: no cycle counter");
		return;
	}
	value(check, step > STEP_NOTE_NS ? BENCH_NOTE : BENCH_OK,
	      "two reads of the counter differ by %.1f ns at least", step);
	if (check->severity != BENCH_OK)
		advise(check,
		       "latencies below some %.0f ns are quantised: each is a "
		       "multiple of that step, and so are their percentiles",
		       STEPS_FEW * step);
}

static void check_counters(struct patient *p)
{
	struct bench_check *check = add(p, "hw-counters");
	char text[BENCH_FACT];
	long long paranoid;
	int err = bench_machine_counters(text, sizeof(text));

	if (!err) {
		value(check, BENCH_OK, "instructions can be counted");
		return;
	}
	if (bench_probe_number(p->root, "/proc/sys/kernel/perf_event_paranoid",
			       &paranoid))
		value(check, BENCH_NOTE, "unavailable: %.150s", text);
	else
		value(check, BENCH_NOTE,
		      "unavailable: %.120s; perf_event_paranoid %lld", text,
		      paranoid);
	advise(check,
	       "no instructions, cycles and misses per event; `ringswap "
	       "instructions` counts under valgrind instead");
}

static void check_rt(struct patient *p)
{
	struct bench_check *check = add(p, "rt-privileges");
	bool cap = bench_probe_capability(p->root, CAP_SYS_NICE);
	struct rlimit limit = { 0 };
	long long runtime = -1;

	getrlimit(RLIMIT_RTPRIO, &limit);
	bench_probe_number(p->root, "/proc/sys/kernel/sched_rt_runtime_us",
			   &runtime);
	value(check, cap || limit.rlim_cur ? BENCH_OK : BENCH_NOTE,
	      "CAP_SYS_NICE %s, RLIMIT_RTPRIO %ju, RT throttled after %lld us",
	      cap ? "yes" : "no", (uintmax_t)limit.rlim_cur, runtime);
	if (check->severity != BENCH_OK)
		advise(check,
		       "SCHED_FIFO rows are unavailable: run as root or "
		       "with setcap cap_sys_nice+ep");
}

static void check_cgroup(struct patient *p)
{
	struct bench_check *check = add(p, "cgroup-limit");
	char text[BENCH_FACT];
	double cpus;
	int err = bench_probe_cpu_limit(p->root, &cpus, text, sizeof(text));

	value(check,
	      err	 ? BENCH_NOTE
	      : cpus > 0 ? BENCH_WARN
			 : BENCH_OK,
	      "%s", text);
	if (cpus > 0)
		advise(check,
		       "spinning threads use the quota up and are then "
		       "stopped for the rest of each period: lift it");
}

static void check_cgroup_cpus(struct patient *p)
{
	struct bench_check *check = add(p, "cgroup-cpus");
	char ours[BENCH_FACT], online[BENCH_FACT];
	bool all;

	if (bench_probe_cpuset(p->root, ours, sizeof(ours)) ||
	    bench_probe_file(p->root, CPU_DIR "online", online,
			     sizeof(online))) {
		value(check, BENCH_NOTE, "unavailable: no cpuset to be seen");
		return;
	}
	all = !strcmp(ours, online);
	value(check, all ? BENCH_OK : BENCH_NOTE, "%.80s of %.80s online", ours,
	      online);
	if (!all)
		advise(check,
		       "a cpuset decides which PUs can be measured: "
		       "placements may be missing, and neighbours use the "
		       "others");
}

static void check_cgroup_memory(struct patient *p)
{
	struct bench_check *check = add(p, "cgroup-memory");
	char text[BENCH_FACT];
	double bytes;
	int err = bench_probe_memory_limit(p->root, &bytes, text, sizeof(text));

	value(check, err || bytes > 0 ? BENCH_NOTE : BENCH_OK, "%s", text);
	if (bytes > 0)
		advise(check,
		       "a run whose buffers do not fit is killed, and one "
		       "that nearly fits is slowed down by reclaim");
}

/* Events since boot, over all CPUs; -1 when the machine does not count. */
static long long throttle_count(const char *root)
{
	char pattern[PATH_MAX];
	long long sum = -1, one;
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s" CPU_DIR "cpu[0-9]*/thermal_throttle/*_throttle_count",
		 root);
	if (glob(pattern, 0, NULL, &files))
		return -1;
	for (size_t i = 0; i < files.gl_pathc; i++)
		if (!bench_probe_number("", files.gl_pathv[i], &one))
			sum = (sum < 0 ? 0 : sum) + one;
	globfree(&files);
	return sum;
}

static void check_thermal(struct patient *p)
{
	struct bench_check *check = add(p, "thermal");
	long long now = p->throttled_after - p->throttled_before;

	if (p->throttled_after < 0) {
		value(check, BENCH_NOTE, "unavailable: no throttle counters");
		return;
	}
	value(check, p->throttled_after > 0 ? BENCH_WARN : BENCH_OK,
	      "throttled %lld times since boot, %lld during the examination",
	      p->throttled_after, now);
	if (check->severity != BENCH_OK)
		advise(check,
		       "the machine slows down when warm: cool it, or "
		       "switch turbo off");
}

/* The PU that lost most in one go. */
static const struct bench_gaps *noisiest(const struct bench_doctor *d)
{
	const struct bench_gaps *worst = NULL;

	for (unsigned int i = 0; i < d->n_gaps; i++)
		if (!d->gaps[i].err &&
		    (!worst || d->gaps[i].longest_ns[0] > worst->longest_ns[0]))
			worst = &d->gaps[i];
	return worst;
}

static double worst_share(const struct bench_doctor *d)
{
	double worst = 0;

	for (unsigned int i = 0; i < d->n_gaps; i++)
		if (bench_gaps_share(&d->gaps[i]) > worst)
			worst = bench_gaps_share(&d->gaps[i]);
	return worst;
}

static void check_noise(struct patient *p)
{
	struct bench_check *check = add(p, "noise");
	const struct bench_gaps *worst = noisiest(p->d);
	double share = worst_share(p->d);
	uint64_t gap = worst ? worst->longest_ns[0] : 0;
	enum bench_severity severity = BENCH_OK;

	if (!p->d->noise_ms) {
		value(check, BENCH_NOTE, "not measured");
		return;
	}
	if (!worst) {
		value(check, BENCH_FAIL, "unavailable: %.150s",
		      p->d->n_gaps ? p->d->gaps[0].why : "no thread to be had");
		return;
	}
	if (gap >= GAP_WARN || share >= STEAL_WARN)
		severity = BENCH_WARN;
	if (gap >= GAP_FAIL || share >= STEAL_FAIL)
		severity = BENCH_FAIL;
	value(check, severity,
	      "longest gap %.1f us on CPU %u, at most %.2f %% of a PU's time "
	      "taken, in %u ms",
	      gap / 1e3, worst->os, share * 100, p->d->noise_ms);
	if (severity != BENCH_OK)
		advise(check,
		       "a spinning thread is kept from running: other "
		       "work, interrupts or the hypervisor; see load, "
		       "irq-affinity, steal, isolation");
}

/* Every check there is, in the order of the report. */
static void (*const checks[])(struct patient *p) = {
	check_hypervisor,  check_steal,		check_load,
	check_noise,	   check_governor,	check_turbo,
	check_smt,	   check_c_states,	check_thermal,
	check_isolation,   check_irqs,		check_cgroup,
	check_cgroup_cpus, check_cgroup_memory, check_clock,
	check_step,	   check_counters,	check_rt,
	check_thp,	   check_aslr,		check_mitigations,
};

_Static_assert(sizeof(checks) / sizeof(*checks) <= BENCH_CHECKS,
	       "struct bench_doctor has room for every check");

static int measure_noise(struct patient *p)
{
	struct bench_doctor *d = p->d;
	int err;

	if (!d->noise_ms)
		return 0;
	d->gaps = calloc(p->t->n_pus, sizeof(*d->gaps));
	if (!d->gaps)
		return -ENOMEM;
	err = bench_noise_all(p->t, d->noise_ms, d->gaps);
	if (!err)
		d->n_gaps = p->t->n_pus;
	return err;
}

int bench_doctor_run(const struct bench_doctor_options *options,
		     struct bench_doctor *out)
{
	struct patient p = {
		.root = options->root ? options->root : "",
		.t = options->topology,
		.d = out,
	};
	int err;

	*out = (struct bench_doctor){ .noise_ms = options->noise_ms };
	bench_probe_file(p.root, "/proc/loadavg", p.load, sizeof(p.load));
	p.throttled_before = throttle_count(p.root);
	bench_probe_cpu_time(p.root, &p.before);
	err = measure_noise(&p);
	bench_probe_cpu_time(p.root, &p.after);
	p.throttled_after = throttle_count(p.root);
	bench_probe_clock_cost(&p.clock);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](&p);
	for (unsigned int i = 0; i < out->n_checks; i++)
		if (out->checks[i].severity == BENCH_FAIL)
			out->indicative = true;
	return err;
}

void bench_doctor_free(struct bench_doctor *d)
{
	free(d->gaps);
	*d = (struct bench_doctor){ 0 };
}

const char *bench_severity_name(enum bench_severity severity)
{
	static const char *const names[] = { "ok", "note", "warn", "fail" };

	return names[severity];
}

const struct bench_check *bench_doctor_find(const struct bench_doctor *d,
					    const char *id)
{
	for (unsigned int i = 0; i < d->n_checks; i++)
		if (!strcmp(d->checks[i].id, id))
			return &d->checks[i];
	return NULL;
}

static json_t *gaps_json(const struct bench_gaps *g)
{
	json_t *longest = json_array(), *over = json_object(), *pu;
	static const char *const names[BENCH_GAP_CLASSES] = { "1us", "10us",
							      "100us", "1ms" };

	if (g->err) {
		json_decref(longest);
		json_decref(over);
		return json_pack("{s:i s:s}", "cpu", (int)g->os, "unavailable",
				 g->why);
	}
	for (int i = 0; i < BENCH_LONGEST && g->longest_ns[i]; i++)
		json_array_append_new(longest, json_integer(g->longest_ns[i]));
	for (int i = 0; i < BENCH_GAP_CLASSES; i++)
		json_object_set_new(over, names[i], json_integer(g->over[i]));
	pu = json_pack("{s:i s:f s:o s:o s:I s:I s:I}", "cpu", (int)g->os,
		       "share-taken", bench_gaps_share(g), "longest-ns",
		       longest, "gaps-over", over, "reads",
		       (json_int_t)g->reads, "elapsed-ns",
		       (json_int_t)g->elapsed_ns, "preempted",
		       (json_int_t)g->preempted);
	return pu;
}

static json_t *checks_json(const struct bench_doctor *d, json_t *reasons)
{
	json_t *all = json_array();
	char reason[256];

	for (unsigned int i = 0; i < d->n_checks; i++) {
		const struct bench_check *c = &d->checks[i];

		json_array_append_new(
			all,
			json_pack("{s:s s:s s:s s:s}", "id", c->id, "severity",
				  bench_severity_name(c->severity), "value",
				  c->value, "advice", c->advice));
		if (c->severity != BENCH_FAIL)
			continue;
		snprintf(reason, sizeof(reason), "%s: %s", c->id, c->value);
		json_array_append_new(reasons, json_string(reason));
	}
	return all;
}

json_t *bench_doctor_json(const struct bench_doctor *d)
{
	json_t *reasons = json_array(), *pus = json_array();
	json_t *all = checks_json(d, reasons);

	for (unsigned int i = 0; i < d->n_gaps; i++)
		json_array_append_new(pus, gaps_json(&d->gaps[i]));
	return json_pack("{s:b s:o s:o s:{s:i s:o}}", "indicative",
			 d->indicative, "reasons", reasons, "checks", all,
			 "noise", "ms", (int)d->noise_ms, "pus", pus);
}

static void gaps_text(const struct bench_doctor *d, FILE *to)
{
	if (!d->n_gaps)
		return;
	fprintf(to, "\nnoise: a pinned spin of %u ms on every usable PU\n",
		d->noise_ms);
	fprintf(to, "%5s %12s %8s %8s %8s %8s %8s %9s\n", "cpu", "longest us",
		">1us", ">10us", ">100us", ">1ms", "taken %", "preempted");
	for (unsigned int i = 0; i < d->n_gaps; i++) {
		const struct bench_gaps *g = &d->gaps[i];

		if (g->err) {
			fprintf(to, "%5u unavailable: %s\n", g->os, g->why);
			continue;
		}
		fprintf(to, "%5u %12.1f %8ju %8ju %8ju %8ju %8.3f %9ju\n",
			g->os, g->longest_ns[0] / 1e3, (uintmax_t)g->over[0],
			(uintmax_t)g->over[1], (uintmax_t)g->over[2],
			(uintmax_t)g->over[3], bench_gaps_share(g) * 100,
			(uintmax_t)g->preempted);
	}
}

void bench_doctor_text(const struct bench_doctor *d, FILE *to)
{
	for (int severity = BENCH_FAIL; severity >= BENCH_OK; severity--) {
		for (unsigned int i = 0; i < d->n_checks; i++) {
			const struct bench_check *c = &d->checks[i];

			if ((int)c->severity != severity)
				continue;
			fprintf(to, "%-4s  %-14s %s\n",
				bench_severity_name(c->severity), c->id,
				c->value);
			if (*c->advice)
				fprintf(to, "%22s-> %s\n", "", c->advice);
		}
	}
	gaps_text(d, to);
	fprintf(to, "\n%s\n",
		d->indicative ? "INDICATIVE: numbers from this machine show "
				"directions, not sizes (see fail above)."
			      : "No key point failed.");
}

void bench_doctor_tune(const struct bench_doctor *d, FILE *to)
{
	bool any = false;

	for (unsigned int i = 0; i < d->n_checks; i++)
		if (*d->checks[i].tune) {
			fprintf(to, "# %s: %s\n%s\n", d->checks[i].id,
				d->checks[i].value, d->checks[i].tune);
			any = true;
		}
	if (!any) {
		fprintf(to, "# Nothing to tune from inside this machine.\n");
		return;
	}
	fprintf(to, "\n# To take it back:\n");
	for (unsigned int i = 0; i < d->n_checks; i++)
		if (*d->checks[i].undo)
			fprintf(to, "# %s\n", d->checks[i].undo);
}
