/* SPDX-License-Identifier: MIT */
/* Machines of the tests' own making: /proc and /sys below a directory. */
#ifndef TESTS_UNIT_MACHINE_ROOTS_H
#define TESTS_UNIT_MACHINE_ROOTS_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench/machine/topology.h"

#define CPU "/sys/devices/system/cpu/"
#define THP "/sys/kernel/mm/transparent_hugepage/enabled"

/* One file of a machine; content NULL ends a table. */
struct file {
	const char *path, *content;
};

static inline void write_below(const char *root, const char *path,
			       const char *content)
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

static inline char *make_root(const struct file *files)
{
	char *root = strdup("/tmp/ringswap-machine-XXXXXX");

	assert_non_null(mkdtemp(root));
	for (; files && files->path; files++)
		write_below(root, files->path, files->content);
	return root;
}

static inline int remove_one(const char *path, const struct stat *st, int type,
			     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void drop_root(char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

static inline struct bench_topology *load(const char *line)
{
	struct bench_topology *t = NULL;
	char why[BENCH_WHY];

	unsetenv("HWLOC_SYNTHETIC");
	if (line)
		setenv("HWLOC_SYNTHETIC", line, 1);
	if (bench_topology_load(&t, BENCH_TOPOLOGY_SIMULATE, why, sizeof(why)))
		fail_msg("%s", why);
	unsetenv("HWLOC_SYNTHETIC");
	return t;
}

/* A laboratory machine: bare metal, everything set, nothing running. */
static const __attribute__((unused)) struct file good[] = {
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
static const __attribute__((unused)) struct file bad[] = {
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

#endif
