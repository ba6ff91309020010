/* SPDX-License-Identifier: MIT */
/* Provenance, the machine key, and the doctor on machines of our making. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/clock_cost.h"
#include "bench/machine/doctor.h"
#include "bench/machine/facilities.h"
#include "bench/machine/key.h"
#include "bench/machine/machine.h"
#include "bench/machine/noise.h"
#include "bench/machine/pin.h"
#include "bench/machine/probe.h"

#define CPU "/sys/devices/system/cpu/"
#define THP "/sys/kernel/mm/transparent_hugepage/enabled"

static char why[BENCH_WHY];

/* One file of a machine; content NULL ends a table. */
struct file {
	const char *path, *content;
};

static void write_below(const char *root, const char *path, const char *content)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(full, 0700);
		*at = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(content, f);
	assert_int_equal(fclose(f), 0);
}

static char *make_root(const struct file *files)
{
	char *root = strdup("/tmp/ringswap-machine-XXXXXX");

	assert_non_null(mkdtemp(root));
	for (; files && files->path; files++)
		write_below(root, files->path, files->content);
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void drop_root(char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

static struct bench_topology *load(const char *line)
{
	struct bench_topology *t = NULL;

	unsetenv("HWLOC_SYNTHETIC");
	if (line)
		setenv("HWLOC_SYNTHETIC", line, 1);
	if (bench_topology_load(&t, BENCH_TOPOLOGY_SIMULATE, why, sizeof(why)))
		fail_msg("%s", why);
	unsetenv("HWLOC_SYNTHETIC");
	return t;
}

/* A laboratory machine: bare metal, everything set, nothing running. */
static const struct file good[] = {
	{ "/proc/cpuinfo",
	  "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
	  "model\t\t: 106\nmodel name\t: A processor\nstepping\t: 6\n"
	  "microcode\t: 0xd0003a5\nflags\t\t: fpu tsc constant_tsc "
	  "nonstop_tsc\n" },
	{ "/proc/stat", "cpu  100 0 50 10000 5 0 2 0 0 0\ncpu0 1 2\n" },
	{ "/proc/loadavg", "0.02 0.01 0.00 1/200 4242\n" },
	{ "/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n" },
	{ "/proc/self/cgroup", "0::/user.slice\n" },
	{ "/proc/sys/kernel/osrelease", "6.1.0-lab\n" },
	{ "/proc/sys/kernel/sched_rt_runtime_us", "950000\n" },
	{ "/proc/sys/kernel/randomize_va_space", "0\n" },
	{ "/proc/irq/9/effective_affinity_list", "0\n" },
	{ "/proc/irq/10/smp_affinity_list", "0-1\n" },
	{ "/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n" },
	{ "/sys/fs/cgroup/user.slice/memory.max", "max\n" },
	{ "/sys/fs/cgroup/cpuset.cpus.effective", "0-3\n" },
	{ CPU "online", "0-3\n" },
	{ CPU "cpu0/cpufreq/scaling_governor", "performance\n" },
	{ CPU "cpu1/cpufreq/scaling_governor", "performance\n" },
	{ CPU "intel_pstate/no_turbo", "1\n" },
	{ CPU "smt/control", "off\n" },
	{ CPU "smt/active", "0\n" },
	{ CPU "cpu0/cpuidle/state0/name", "POLL\n" },
	{ CPU "cpu0/cpuidle/state0/latency", "0\n" },
	{ CPU "cpu0/cpuidle/state1/name", "C1\n" },
	{ CPU "cpu0/cpuidle/state1/latency", "2\n" },
	{ CPU "cpu0/cpuidle/state2/name", "C6\n" },
	{ CPU "cpu0/cpuidle/state2/latency", "133\n" },
	{ CPU "cpu0/cpuidle/state2/disable", "1\n" },
	{ CPU "cpu0/thermal_throttle/core_throttle_count", "0\n" },
	{ CPU "isolated", "2-3\n" },
	{ CPU "nohz_full", "2-3\n" },
	{ CPU "vulnerabilities/meltdown", "Not affected\n" },
	{ CPU "vulnerabilities/spectre_v2", "Vulnerable\n" },
	{ "/sys/devices/system/clocksource/clocksource0/current_clocksource",
	  "tsc\n" },
	{ THP, "always [madvise] never\n" },
	{ NULL, NULL },
};

/* A busy virtual machine on which nobody ever looked after anything. */
static const struct file bad[] = {
	{ "/proc/cpuinfo",
	  "vendor_id\t: AuthenticAMD\n"
	  "flags\t\t: fpu tsc hypervisor\n" },
	{ "/proc/stat", "cpu  500 0 50 400 5 0 2 50 0 0\n" },
	{ "/proc/loadavg", "7.50 6.00 5.00 9/200 4242\n" },
	{ "/proc/self/status", "Name:\tx\nCapEff:\t0000000000000000\n" },
	{ "/proc/self/cgroup",
	  "4:memory:/box\n3:cpu,cpuacct:/box/inner\n2:cpuset:/box\n0::/\n" },
	{ "/proc/sys/kernel/osrelease", "5.10.0-cloud\n" },
	{ "/proc/sys/kernel/randomize_va_space", "2\n" },
	{ "/proc/irq/9/effective_affinity_list", "0\n" },
	{ "/proc/irq/10/effective_affinity_list", "3\n" },
	{ "/proc/sys/kernel/perf_event_paranoid", "4\n" },
	{ "/sys/fs/cgroup/memory/memory.limit_in_bytes",
	  "9223372036854771712\n" },
	{ "/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "268435456\n" },
	{ "/sys/fs/cgroup/cpuset/box/cpuset.cpus", "2-3\n" },
	{ CPU "online", "0-3\n" },
	{ "/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "150000\n" },
	{ "/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n" },
	{ "/sys/fs/cgroup/cpu,cpuacct/box/inner/cpu.cfs_quota_us", "-1\n" },
	{ "/sys/fs/cgroup/cpu,cpuacct/box/inner/cpu.cfs_period_us",
	  "100000\n" },
	{ CPU "cpu0/cpufreq/scaling_governor", "powersave\n" },
	{ CPU "cpu1/cpufreq/scaling_governor", "performance\n" },
	{ CPU "cpufreq/boost", "1\n" },
	{ CPU "smt/control", "on\n" },
	{ CPU "smt/active", "1\n" },
	{ CPU "cpu0/cpuidle/state1/name", "C6\n" },
	{ CPU "cpu0/cpuidle/state1/latency", "133\n" },
	{ CPU "cpu0/cpuidle/state1/disable", "0\n" },
	{ CPU "cpu0/thermal_throttle/core_throttle_count", "7\n" },
	{ CPU "cpu1/thermal_throttle/core_throttle_count", "5\n" },
	{ CPU "isolated", "3\n" },
	{ CPU "vulnerabilities/meltdown", "Mitigation: PTI\n" },
	{ "/sys/devices/system/clocksource/clocksource0/current_clocksource",
	  "hpet\n" },
	{ THP, "[always] madvise never\n" },
	{ NULL, NULL },
};

#define FOUR "Package:1 [NUMANode] L3Cache:1 L2Cache:4 Core:1 PU:1"

/* What the doctor must say of a check. */
#define MEASURED ((enum bench_severity)99)

struct finding {
	const char *id;
	enum bench_severity severity;
	const char *value;
};

static void examine(const struct file *files, struct bench_doctor *d)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(files);
	struct bench_doctor_options options = { root, t, 0 };

	assert_int_equal(bench_doctor_run(&options, d), 0);
	drop_root(root);
	bench_topology_free(t);
}

/* The clock that is looked at is this machine's, and another look may find it
 * slower: the severity must fit the figure that is told. */
static enum bench_severity severity_of(const struct finding *f,
				       const struct bench_check *c)
{
	const char *cost = strstr(c->value, "clock_gettime ");
	const char *step = strstr(c->value, "differ by ");

	if (f->severity != MEASURED)
		return f->severity;
	if (cost)
		return atof(cost + strlen("clock_gettime ")) < 99.5
			       ? BENCH_OK
			       : BENCH_WARN;
	return step && atof(step + strlen("differ by ")) <= 5 ? BENCH_OK
							      : BENCH_NOTE;
}

static void expect(const struct bench_doctor *d, const struct finding *f,
		   size_t n)
{
	assert_int_equal(d->n_checks, n);
	for (size_t i = 0; i < n; i++) {
		const struct bench_check *c = bench_doctor_find(d, f[i].id);

		if (!c)
			fail_msg("no check %s", f[i].id);
		if (c->severity != severity_of(&f[i], c) ||
		    !strstr(c->value, f[i].value))
			fail_msg("%s: %s \"%s\", not %s \"%s\"", c->id,
				 bench_severity_name(c->severity), c->value,
				 bench_severity_name(severity_of(&f[i], c)),
				 f[i].value);
		if (c->severity >= BENCH_WARN && !*c->advice)
			fail_msg("%s: bad without advice", c->id);
	}
}

/* Whether events can be counted is this machine's, whatever the fixture says. */
static enum bench_severity counters_severity(void)
{
	return bench_machine_counters(why, sizeof(why)) ? BENCH_NOTE : BENCH_OK;
}

static void a_good_machine_passes(void **state)
{
	const struct finding expected[] = {
		{ "hypervisor", BENCH_OK, "none" },
		{ "steal", BENCH_OK, "0.00 % since boot" },
		{ "load", BENCH_OK, "0.02" },
		{ "noise", BENCH_NOTE, "not measured" },
		{ "governor", BENCH_OK, "performance" },
		{ "turbo", BENCH_OK, "off" },
		{ "smt-sibling", BENCH_OK, "no siblings (off)" },
		{ "c-states", BENCH_OK, "C1, 2 us" },
		{ "thermal", BENCH_OK, "throttled 0 times" },
		{ "isolation", BENCH_OK, "isolcpus=2-3 nohz_full=2-3" },
		{ "irq-affinity", BENCH_OK, "0 of 2" },
		{ "cgroup-limit", BENCH_OK, "unlimited" },
		{ "cgroup-cpus", BENCH_OK, "0-3 of 0-3" },
		{ "cgroup-memory", BENCH_OK, "unlimited" },
		{ "clock-source", MEASURED, "tsc" },
		{ "clock-step", MEASURED, "ns at least" },
		{ "hw-counters", counters_severity(), "" },
		{ "rt-privileges", BENCH_OK, "CAP_SYS_NICE yes" },
		{ "thp", BENCH_OK, "[madvise]" },
		{ "aslr", BENCH_OK, "0" },
		{ "mitigations", BENCH_OK,
		  "0 mitigated, 1 left vulnerable, 1 not affected" },
	};
	struct bench_doctor d;

	(void)state;
	examine(good, &d);
	expect(&d, expected, sizeof(expected) / sizeof(*expected));
	assert_false(d.indicative);
	bench_doctor_free(&d);
}

static void a_bad_machine_is_indicative(void **state)
{
	const struct finding expected[] = {
		{ "hypervisor", BENCH_FAIL, "unknown hypervisor" },
		{ "steal", BENCH_FAIL, "4.97 % since boot" },
		{ "load", BENCH_FAIL, "7.50" },
		{ "noise", BENCH_NOTE, "not measured" },
		{ "governor", BENCH_FAIL, "powersave, performance" },
		{ "turbo", BENCH_WARN, "on" },
		{ "smt-sibling", BENCH_NOTE, "active" },
		{ "c-states", BENCH_WARN, "C6, 133 us" },
		{ "thermal", BENCH_WARN, "throttled 12 times" },
		{ "isolation", BENCH_OK, "isolcpus=3 nohz_full=none" },
		{ "irq-affinity", BENCH_WARN, "1 of 2" },
		{ "cgroup-limit", BENCH_WARN, "1.50 CPUs" },
		{ "cgroup-cpus", BENCH_NOTE, "2-3 of 0-3" },
		{ "cgroup-memory", BENCH_NOTE, "256 MiB" },
		{ "clock-source", BENCH_WARN, "hpet" },
		{ "clock-step", MEASURED, "ns at least" },
		{ "hw-counters", counters_severity(),
		  counters_severity() ? "perf_event_paranoid 4" : "" },
		{ "rt-privileges", BENCH_NOTE, "CAP_SYS_NICE no" },
		{ "thp", BENCH_NOTE, "[always]" },
		{ "aslr", BENCH_NOTE, "2" },
		{ "mitigations", BENCH_NOTE, "1 mitigated" },
	};
	struct rlimit before, zero = { 0, 0 };
	struct bench_doctor d;

	(void)state;
	getrlimit(RLIMIT_RTPRIO, &before);
	zero.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_RTPRIO, &zero);
	examine(bad, &d);
	setrlimit(RLIMIT_RTPRIO, &before);
	expect(&d, expected, sizeof(expected) / sizeof(*expected));
	assert_true(d.indicative);
	bench_doctor_free(&d);
}

/* What is not there is unknown: never ok, never a failure. */
static void an_unreadable_machine_is_unknown(void **state)
{
	static const char *const ids[] = {
		"steal",	 "load",     "governor",     "turbo",
		"thermal",	 "c-states", "irq-affinity", "cgroup-limit",
		"thp",		 "aslr",     "mitigations",  "cgroup-cpus",
		"cgroup-memory",
	};
	const struct bench_check *c;
	struct bench_doctor d;

	(void)state;
	examine(NULL, &d);
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		c = bench_doctor_find(&d, ids[i]);
		if (c->severity != BENCH_NOTE ||
		    strncmp(c->value, "unavailable", 11))
			fail_msg("%s: %s", ids[i], c->value);
	}
	bench_doctor_free(&d);
}

static void the_report_gives_reasons_as_json(void **state)
{
	struct bench_doctor d;
	json_t *report, *reasons;

	(void)state;
	examine(bad, &d);
	report = bench_doctor_json(&d);
	assert_non_null(report);
	assert_true(json_is_true(json_object_get(report, "indicative")));
	reasons = json_object_get(report, "reasons");
	assert_int_equal(json_array_size(reasons), 4);
	assert_string_equal(json_string_value(json_array_get(reasons, 0)),
			    "hypervisor: unknown hypervisor");
	assert_int_equal(json_array_size(json_object_get(report, "checks")),
			 d.n_checks);
	json_decref(report);
	bench_doctor_free(&d);
}

/* What a printing function prints. */
static char *printed(void (*print)(const struct bench_doctor *d, FILE *to),
		     const struct bench_doctor *d)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	print(d, to);
	fclose(to);
	return text;
}

static void the_worst_is_printed_first(void **state)
{
	struct bench_doctor d;
	char *text;

	(void)state;
	examine(bad, &d);
	text = printed(bench_doctor_text, &d);
	assert_int_equal(strncmp(text, "fail", 4), 0);
	assert_true(strstr(text, "\nfail") < strstr(text, "\nwarn"));
	assert_true(strstr(text, "\nwarn") < strstr(text, "\nok"));
	assert_non_null(strstr(text, "INDICATIVE"));
	free(text);
	bench_doctor_free(&d);
}

static void tuning_is_printed_with_its_undoing(void **state)
{
	static const char governor[] = "echo performance | sudo tee " CPU
				       "cpu*/cpufreq/scaling_governor";
	struct bench_doctor d;
	char *text;

	(void)state;
	examine(bad, &d);
	text = printed(bench_doctor_tune, &d);
	assert_non_null(strstr(text, governor));
	assert_non_null(strstr(text, "# echo powersave | sudo tee "));
	assert_non_null(strstr(text, "echo 0 | sudo tee " CPU "cpufreq/boost"));
	free(text);
	bench_doctor_free(&d);

	examine(good, &d);
	text = printed(bench_doctor_tune, &d);
	assert_int_equal(strncmp(text, "# Nothing to tune", 17), 0);
	free(text);
	bench_doctor_free(&d);
}

static void tuning_changes_nothing(void **state)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(bad), now[64];
	struct bench_doctor_options options = { root, t, 0 };
	struct bench_doctor d;

	(void)state;
	bench_doctor_run(&options, &d);
	free(printed(bench_doctor_tune, &d));
	bench_probe_file(root, CPU "cpu0/cpufreq/scaling_governor", now,
			 sizeof(now));
	assert_string_equal(now, "powersave");
	bench_doctor_free(&d);
	drop_root(root);
	bench_topology_free(t);
}

static void key_of(const char *root, const char *line, char key[BENCH_KEY])
{
	struct bench_topology *t = load(line);

	assert_int_equal(bench_machine_key(root, t, key, NULL), 0);
	bench_topology_free(t);
}

static void the_key_ignores_memory_sizes(void **state)
{
	char *root = make_root(good);
	char a[BENCH_KEY], b[BENCH_KEY];

	(void)state;
	key_of(root, "Package:2 [NUMANode(memory=1GB)] Core:4 PU:1", a);
	key_of(root, "Package:2 [NUMANode(memory=7GB)] Core:4 PU:1", b);
	assert_string_equal(a, b);
	drop_root(root);
}

static void the_key_sees_what_moves_numbers(void **state)
{
	static const struct file changes[] = {
		{ CPU "cpu1/cpufreq/scaling_governor", "powersave\n" },
		{ CPU "intel_pstate/no_turbo", "0\n" },
		{ CPU "smt/control", "on\n" },
		{ CPU "vulnerabilities/meltdown", "Mitigation: PTI\n" },
		{ "/proc/sys/kernel/osrelease", "6.1.1-lab\n" },
		{ "/sys/hypervisor/type", "xen\n" },
		{ "/proc/cpuinfo", "microcode : 0x1\n" },
	};
	char was[BENCH_KEY], now[BENCH_KEY];
	char *root = make_root(good);

	(void)state;
	key_of(root, "L3Cache:1(size=8MB) Core:4 PU:1", was);
	key_of(root, "L3Cache:1(size=9MB) Core:4 PU:1", now);
	assert_string_not_equal(was, now);
	key_of(root, "L3Cache:1(size=8MB) Core:2 PU:2", now);
	assert_string_not_equal(was, now);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		write_below(root, changes[i].path, changes[i].content);
		key_of(root, "L3Cache:1(size=8MB) Core:4 PU:1", now);
		if (!strcmp(was, now))
			fail_msg("%s does not change the key", changes[i].path);
		strcpy(was, now);
	}
	drop_root(root);
}

static void the_key_ignores_what_passes(void **state)
{
	static const struct file changes[] = {
		{ "/proc/loadavg", "3.00 2.00 1.00 1/200 1\n" },
		{ "/proc/stat", "cpu  100 0 50 10000 5 0 2 99 0 0\n" },
		{ "/proc/meminfo", "MemTotal: 1 kB\n" },
	};
	char was[BENCH_KEY], now[BENCH_KEY];
	char *root = make_root(good);

	(void)state;
	key_of(root, FOUR, was);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		write_below(root, changes[i].path, changes[i].content);
	key_of(root, FOUR, now);
	assert_string_equal(was, now);
	drop_root(root);
}

static void the_key_is_the_hash_of_its_text(void **state)
{
	/* FNV-1a 64 with the constants as its authors print them. */
	struct bench_topology *t = load(FOUR);
	char *root = make_root(good), *text, key[BENCH_KEY],
	     expected[BENCH_KEY];
	uint64_t h = 14695981039346656037u;

	(void)state;
	assert_int_equal(bench_machine_key(root, t, key, &text), 0);
	for (char *at = text; *at; at++)
		h = (h ^ (unsigned char)*at) * 1099511628211u;
	snprintf(expected, sizeof(expected), "m-%016jx", (uintmax_t)h);
	assert_string_equal(key, expected);
	assert_non_null(strstr(text, "\nmodel-number=106\n"));
	assert_non_null(strstr(text, "\nsimulated=yes\n"));
	assert_null(strstr(text, "A processor"));
	free(text);
	drop_root(root);
	bench_topology_free(t);
}

static void an_asymmetric_shape_is_told_in_full(void **state)
{
	struct bench_topology *t = load("Package:1 [NUMANode] Core:2 PU:2");
	hwloc_bitmap_t keep = hwloc_bitmap_alloc();
	char *shape;

	(void)state;
	hwloc_bitmap_set_range(keep, 0, 2);
	assert_int_equal(hwloc_topology_restrict(t->hwloc, keep, 0), 0);
	shape = bench_machine_shape(t);
	assert_string_equal(shape,
			    "Machine(1*Package[1*NUMA]"
			    "(1*Core(2*PU)+1*Core(1*PU)))");
	free(shape);
	hwloc_bitmap_free(keep);
	bench_topology_free(t);
}

/* Every string of the document; stops at the first that @bad dislikes. */
static void walk(json_t *at, void (*look)(const char *key, const char *text))
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (at, key, value) {
		look(key, json_string_value(value));
		walk(value, look);
	}
	json_array_foreach (at, i, value) {
		look("", json_string_value(value));
		walk(value, look);
	}
}

static void no_name_of_host_or_user(const char *key, const char *text)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	if (strpbrk(key, "_ ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		fail_msg("the key \"%s\" is not in dashes", key);
	if (!text)
		return;
	if (!strcmp(text, host) || strstr(text, "/home/"))
		fail_msg("%s: \"%s\" tells who we are", key, text);
}

static void provenance_is_complete_and_anonymous(void **state)
{
	static const char *const members[] = {
		"key",	       "key-text",  "simulated",    "cpu",
		"topology",    "kernel",    "distribution", "libc",
		"mitigations", "frequency", "hypervisor",   "clock",
		"memory",      "isolation", "load",	    "privileges",
		"facilities",
	};
	struct bench_topology *t = load(NULL);
	json_t *m = bench_machine("", t);
	double ns;

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (!json_object_get(m, members[i]))
			fail_msg("no member %s", members[i]);
	assert_int_equal(json_object_size(m),
			 sizeof(members) / sizeof(*members));
	walk(m, no_name_of_host_or_user);
	ns = json_number_value(json_object_get(json_object_get(m, "clock"),
					       "clock-gettime-ns"));
	assert_true(ns > 0.5 && ns < 1e6);
	assert_true(json_is_false(json_object_get(m, "simulated")));
	json_decref(m);
	bench_topology_free(t);
}

static const char *text_at(json_t *m, const char *room, const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(m, room), key));
}

static void what_is_unknown_is_called_so(void **state)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(NULL);
	json_t *m = bench_machine(root, t);

	(void)state;
	assert_int_equal(
		strncmp(text_at(m, "cpu", "model"), "unavailable: ", 13), 0);
	assert_int_equal(strncmp(text_at(m, "frequency", "governor"),
				 "unavailable: ", 13),
			 0);
	assert_int_equal(strncmp(text_at(m, "memory", "total-bytes"),
				 "unavailable: ", 13),
			 0);
	assert_int_equal(
		strncmp(text_at(m, "load", "average"), "unavailable: ", 13), 0);
	json_decref(m);
	drop_root(root);
	bench_topology_free(t);
}

static void boot_parameters_are_filtered(void **state)
{
	static const struct file files[] = {
		{ "/proc/cmdline",
		  "root=UUID=1234 isolcpus=2-3 quiet "
		  "mitigations=off hostname=secret\n" },
		{ NULL, NULL },
	};
	struct bench_topology *t = load(FOUR);
	char *root = make_root(files), *text;
	json_t *m = bench_machine(root, t), *kernel;

	(void)state;
	kernel = json_object_get(m, "kernel");
	text = json_dumps(json_object_get(kernel, "parameters"), JSON_COMPACT);
	assert_string_equal(text, "[\"isolcpus=2-3\",\"mitigations=off\"]");
	free(text);
	json_decref(m);
	drop_root(root);
	bench_topology_free(t);
}

static void the_tightest_cgroup_limit_counts(void **state)
{
	static const struct file files[] = {
		{ "/proc/self/cgroup", "0::/a/b/c\n" },
		{ "/sys/fs/cgroup/a/cpu.max", "50000 100000\n" },
		{ "/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n" },
		{ "/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n" },
		{ NULL, NULL },
	};
	char *root = make_root(files), text[64];
	double cpus;

	(void)state;
	assert_int_equal(bench_probe_cpu_limit(root, &cpus, text, sizeof(text)),
			 0);
	assert_true(cpus == 0.5);
	assert_string_equal(text, "0.50 CPUs");
	drop_root(root);
}

static void the_counter_moves_in_steps(void **state)
{
	struct bench_clock_cost cost;

	(void)state;
	bench_probe_clock_cost(&cost);
	if (!cost.counter_mhz)
		skip();
	assert_true(cost.step_ns > 0);
	assert_true(cost.step_ns < 1000);
}

static void build_info_names_the_commit(void **state)
{
	json_t *info = bench_build_info();
	const char *commit = json_string_value(json_object_get(info, "commit"));
	size_t digits = strspn(commit, "0123456789abcdef");

	(void)state;
	assert_true(!strcmp(commit, "unknown") ||
		    (digits >= 12 &&
		     (!commit[digits] || !strcmp(commit + digits, "-dirty"))));
	assert_non_null(json_string_value(json_object_get(info, "compiler")));
	json_decref(info);
}

static void counters_work_or_say_why(void **state)
{
	int err;

	(void)state;
	*why = '\0';
	err = bench_machine_counters(why, sizeof(why));
	assert_true(err <= 0);
	assert_int_equal(!err, !*why);
}

/* Runs this program again with glibc told to leave rseq alone. */
static void rseq_is_what_glibc_registered(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (bench_machine_rseq(why, sizeof(why))) {
		print_message("%s\n", why);
		skip();
	}
	pid = fork();
	if (!pid) {
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execl("/proc/self/exe", "test_machine", "rseq", NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ENOTSUP);
}

/* A thread that takes its share of one PU until it is told to stop. */
struct hog {
	const struct bench_topology *t;
	const struct bench_pu *pu;
	int err;
	volatile int stop;
	pthread_barrier_t started;
};

static void *hog_run(void *arg)
{
	struct hog *hog = arg;

	hog->err = bench_topology_pin(hog->t, hog->pu, NULL, 0);
	pthread_barrier_wait(&hog->started);
	while (!__atomic_load_n(&hog->stop, __ATOMIC_RELAXED))
		;
	return NULL;
}

static void a_hog_on_the_pu_is_seen(void **state)
{
	struct bench_topology *t = load(NULL);
	struct hog hog = { .t = t, .pu = &t->pus[t->n_pus - 1] };
	struct bench_gaps g;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&hog.started, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, hog_run, &hog), 0);
	pthread_barrier_wait(&hog.started);
	bench_noise_spin(t, hog.pu, 400, &g);
	__atomic_store_n(&hog.stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&hog.started);
	bench_topology_unpin(t, NULL, 0);

	assert_int_equal(hog.err, 0);
	assert_int_equal(g.err, 0);
	assert_int_equal(g.os, hog.pu->os);
	/* A scheduler slice is milliseconds; a fair share is a half. */
	assert_true(g.longest_ns[0] > 500000);
	assert_true(bench_gaps_share(&g) > 0.15);
	assert_true(g.preempted > 0);
	assert_true(g.over[2] > 0);
	bench_topology_free(t);
}

static void gap_counts_are_consistent(void **state)
{
	struct bench_topology *t = load(NULL);
	struct bench_gaps *g = calloc(t->n_pus, sizeof(*g));

	(void)state;
	assert_int_equal(bench_noise_all(t, 50, g), 0);
	for (unsigned int i = 0; i < t->n_pus; i++) {
		assert_int_equal(g[i].err, 0);
		assert_int_equal(g[i].os, t->pus[i].os);
		assert_true(g[i].elapsed_ns >= 50000000);
		assert_true(g[i].reads > 0);
		assert_true(g[i].stolen_ns <= g[i].elapsed_ns);
		for (int c = 1; c < BENCH_GAP_CLASSES; c++)
			assert_true(g[i].over[c] <= g[i].over[c - 1]);
		for (int l = 1; l < BENCH_LONGEST; l++)
			assert_true(g[i].longest_ns[l] <=
				    g[i].longest_ns[l - 1]);
	}
	free(g);
	bench_topology_free(t);
}

static void the_doctor_spins_on_every_pu(void **state)
{
	struct bench_topology *t = load(NULL);
	struct bench_doctor_options options = { NULL, t, 50 };
	struct bench_doctor d;
	json_t *report, *noise;

	(void)state;
	assert_int_equal(bench_doctor_run(&options, &d), 0);
	assert_int_equal(d.n_gaps, t->n_pus);
	assert_non_null(
		strstr(bench_doctor_find(&d, "noise")->value, "longest gap"));
	report = bench_doctor_json(&d);
	noise = json_object_get(report, "noise");
	assert_int_equal(json_array_size(json_object_get(noise, "pus")),
			 t->n_pus);
	json_decref(report);
	bench_doctor_free(&d);
	bench_topology_free(t);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_passes),
		cmocka_unit_test(a_bad_machine_is_indicative),
		cmocka_unit_test(an_unreadable_machine_is_unknown),
		cmocka_unit_test(the_report_gives_reasons_as_json),
		cmocka_unit_test(the_worst_is_printed_first),
		cmocka_unit_test(tuning_is_printed_with_its_undoing),
		cmocka_unit_test(tuning_changes_nothing),
		cmocka_unit_test(the_key_ignores_memory_sizes),
		cmocka_unit_test(the_key_sees_what_moves_numbers),
		cmocka_unit_test(the_key_ignores_what_passes),
		cmocka_unit_test(the_key_is_the_hash_of_its_text),
		cmocka_unit_test(an_asymmetric_shape_is_told_in_full),
		cmocka_unit_test(provenance_is_complete_and_anonymous),
		cmocka_unit_test(what_is_unknown_is_called_so),
		cmocka_unit_test(boot_parameters_are_filtered),
		cmocka_unit_test(the_tightest_cgroup_limit_counts),
		cmocka_unit_test(the_counter_moves_in_steps),
		cmocka_unit_test(build_info_names_the_commit),
		cmocka_unit_test(counters_work_or_say_why),
		cmocka_unit_test(rseq_is_what_glibc_registered),
		cmocka_unit_test(a_hog_on_the_pu_is_seen),
		cmocka_unit_test(gap_counts_are_consistent),
		cmocka_unit_test(the_doctor_spins_on_every_pu),
	};

	if (argc > 1 && !strcmp(argv[1], "rseq"))
		return -bench_machine_rseq(why, sizeof(why));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
