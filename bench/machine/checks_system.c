/* SPDX-License-Identifier: MIT */
/* The doctor's checks of the system's settings, limits and privileges. */
#include "bench/machine/exam.h"

#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/facilities.h"

#define THP_ENABLED  "/sys/kernel/mm/transparent_hugepage/enabled"
#define ASLR	     "/proc/sys/kernel/randomize_va_space"
#define CAP_SYS_NICE 23

static bool none(const char *text)
{
	return !*text || !strcmp(text, "(null)");
}

void bench_check_isolation(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "isolation");
	char isolated[BENCH_FACT], nohz[BENCH_FACT];

	if (bench_probe_file(e->root, BENCH_CPU_DIR "isolated", isolated,
			     sizeof(isolated))) {
		bench_exam_value(check, BENCH_NOTE, "%s", isolated);
		return;
	}
	if (bench_probe_file(e->root, BENCH_CPU_DIR "nohz_full", nohz,
			     sizeof(nohz)))
		*nohz = '\0';
	bench_exam_value(check, none(isolated) ? BENCH_NOTE : BENCH_OK,
			 "isolcpus=%s nohz_full=%s",
			 none(isolated) ? "none" : isolated,
			 none(nohz) ? "none" : nohz);
	if (none(isolated))
		bench_exam_advise(
			check,
			"other work may run on the measured PUs: boot "
			"with isolcpus=, nohz_full= and rcu_nocbs= for "
			"them");
}

/* The CPUs whose interrupts matter: isolated ones, else all that we may use. */
static void cpus_under_test(const struct bench_exam *e, hwloc_bitmap_t set)
{
	char text[BENCH_FACT];

	hwloc_bitmap_zero(set);
	if (!bench_probe_file(e->root, BENCH_CPU_DIR "isolated", text,
			      sizeof(text)) &&
	    !none(text))
		hwloc_bitmap_list_sscanf(set, text);
	if (hwloc_bitmap_iszero(set))
		hwloc_bitmap_copy(
			set, hwloc_topology_get_topology_cpuset(e->t->hwloc));
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

void bench_check_irqs(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "irq-affinity");
	hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
	char isolated[BENCH_FACT];
	bool apart = !bench_probe_file(e->root, BENCH_CPU_DIR "isolated",
				       isolated, sizeof(isolated)) &&
		     !none(isolated);
	unsigned int all, hits;

	if (!cpus)
		return;
	cpus_under_test(e, cpus);
	all = count_irqs(e->root, cpus, &hits);
	hwloc_bitmap_free(cpus);
	if (!all) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: nothing in /proc/irq");
		return;
	}
	bench_exam_value(check,
			 !hits	 ? BENCH_OK
			 : apart ? BENCH_WARN
				 : BENCH_NOTE,
			 "%u of %u interrupts are served by %s CPUs", hits, all,
			 apart ? "isolated" : "usable");
	if (hits)
		bench_exam_advise(
			check,
			"stop irqbalance and point "
			"/proc/irq/*/smp_affinity_list at CPUs that are "
			"not measured");
}

void bench_check_thp(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "thp");
	char text[BENCH_FACT];

	if (bench_probe_file(e->root, THP_ENABLED, text, sizeof(text))) {
		bench_exam_value(check, BENCH_NOTE, "%s", text);
		return;
	}
	bench_exam_value(check,
			 strstr(text, "[always]") ? BENCH_NOTE : BENCH_OK, "%s",
			 text);
	if (check->severity == BENCH_OK)
		return;
	bench_exam_advise(check,
			  "whether a buffer gets huge pages depends on luck: "
			  "madvise leaves it to who asks");
	bench_exam_tune(check, THP_ENABLED, "madvise", "always");
}

void bench_check_aslr(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "aslr");
	long long level;

	if (bench_probe_number(e->root, ASLR, &level)) {
		bench_exam_value(check, BENCH_NOTE, "unavailable: " ASLR);
		return;
	}
	bench_exam_value(check, level ? BENCH_NOTE : BENCH_OK, "%lld", level);
	if (level)
		bench_exam_advise(
			check,
			"layout varies between processes; rounds in "
			"fresh processes average that, one process does "
			"not");
}

void bench_check_counters(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "hw-counters");
	char text[BENCH_FACT];
	long long paranoid;
	int err = bench_machine_counters(text, sizeof(text));

	if (!err) {
		bench_exam_value(check, BENCH_OK,
				 "instructions can be counted");
		return;
	}
	if (bench_probe_number(e->root, "/proc/sys/kernel/perf_event_paranoid",
			       &paranoid))
		bench_exam_value(check, BENCH_NOTE, "unavailable: %s", text);
	else
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: %s; perf_event_paranoid %lld",
				 text, paranoid);
	bench_exam_advise(
		check,
		"no instructions, cycles and misses per event; `ringswap "
		"instructions` counts under valgrind instead");
}

void bench_check_rt(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "rt-privileges");
	int cap = bench_probe_capability(e->root, CAP_SYS_NICE);
	struct rlimit limit = { 0 };
	long long runtime;
	char after[32] = "unknown";

	getrlimit(RLIMIT_RTPRIO, &limit);
	if (!bench_probe_number(e->root, "/proc/sys/kernel/sched_rt_runtime_us",
				&runtime))
		snprintf(after, sizeof(after), "%lld us", runtime);
	bench_exam_value(
		check, cap > 0 || limit.rlim_cur ? BENCH_OK : BENCH_NOTE,
		"CAP_SYS_NICE %s, RLIMIT_RTPRIO %ju, RT throttled after %s",
		cap < 0	  ? "unknown"
		: cap > 0 ? "yes"
			  : "no",
		(uintmax_t)limit.rlim_cur, after);
	if (check->severity != BENCH_OK)
		bench_exam_advise(
			check,
			"SCHED_FIFO rows are unavailable: run as root or "
			"with setcap cap_sys_nice+ep");
}

void bench_check_cgroup(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "cgroup-limit");
	char text[BENCH_FACT];
	double cpus;
	int err = bench_probe_cpu_limit(e->root, &cpus, text, sizeof(text));

	bench_exam_value(check,
			 err	    ? BENCH_NOTE
			 : cpus > 0 ? BENCH_WARN
				    : BENCH_OK,
			 "%s", text);
	if (cpus > 0)
		bench_exam_advise(
			check,
			"spinning threads use the quota up and are then "
			"stopped for the rest of each period: lift it");
}

void bench_check_cgroup_cpus(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "cgroup-cpus");
	char ours[BENCH_FACT], online[BENCH_FACT];
	bool all;

	if (bench_probe_cpuset(e->root, ours, sizeof(ours)) ||
	    bench_probe_file(e->root, BENCH_CPU_DIR "online", online,
			     sizeof(online))) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: no cpuset to be seen");
		return;
	}
	all = !strcmp(ours, online);
	bench_exam_value(check, all ? BENCH_OK : BENCH_NOTE, "%s of %s online",
			 ours, online);
	if (!all)
		bench_exam_advise(
			check,
			"a cpuset decides which PUs can be measured: "
			"placements may be missing, and neighbours use the "
			"others");
}

void bench_check_cgroup_memory(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "cgroup-memory");
	char text[BENCH_FACT];
	double bytes;
	int err = bench_probe_memory_limit(e->root, &bytes, text, sizeof(text));

	bench_exam_value(check, err || bytes > 0 ? BENCH_NOTE : BENCH_OK, "%s",
			 text);
	if (bytes > 0)
		bench_exam_advise(
			check,
			"a run whose buffers do not fit is killed, and one "
			"that nearly fits is slowed down by reclaim");
}
