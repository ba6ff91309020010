/* SPDX-License-Identifier: MIT */
/* What cgroups of either version leave to this process. Conventions:
 * bench/machine/probe.h. */
#ifndef BENCH_MACHINE_CGROUP_H
#define BENCH_MACHINE_CGROUP_H

#include <stddef.h>

/**
 * bench_probe_cpu_limit() - the tightest cgroup CPU quota above this process
 * @cpus: CPUs' worth of time per period; 0 when unlimited
 *
 * Both cgroup versions; every level up to the root counts. 0 or -errno, and
 * the text "unlimited", "1.50 CPUs" or "unavailable: ...".
 */
int bench_probe_cpu_limit(const char *root, double *cpus, char *text, size_t n);

/**
 * bench_probe_memory_limit() - the tightest cgroup memory limit, likewise
 * @bytes: 0 when unlimited
 *
 * 0 or -errno, and the text "unlimited", "512 MiB" or "unavailable: ...".
 */
int bench_probe_memory_limit(const char *root, double *bytes, char *text,
			     size_t n);

/**
 * bench_probe_cpuset() - the CPUs that this process's cgroup has, "0-3,8"
 *
 * 0, or -ENOENT where no cgroup above it names them.
 */
int bench_probe_cpuset(const char *root, char *text, size_t n);

#endif
