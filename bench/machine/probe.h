/* SPDX-License-Identifier: MIT */
/*
 * Single facts about the system, read from /proc, /sys and /etc below a root
 * directory, so that tests can show a machine of their own making.
 *
 * `root` is "" for the real machine. Texts are filled even on failure, with
 * "unavailable: <reason>": what cannot be known is reported, never guessed.
 * All cold; thread-safe; no function here changes anything on the machine.
 *
 * Source: Documentation/admin-guide (cpufreq, cgroup-v1, cgroup-v2,
 * kernel-parameters, hw-vuln) and
 * Documentation/ABI/testing/sysfs-devices-system-cpu of the kernel; proc(5).
 */
#ifndef BENCH_MACHINE_PROBE_H
#define BENCH_MACHINE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Room for one fact in words. */
#define BENCH_FACT 192

/* How the text of a fact begins that cannot be known. */
#define BENCH_UNAVAILABLE "unavailable: "

/** bench_probe_open() - open root + path for reading; NULL with errno */
FILE *bench_probe_open(const char *root, const char *path);

/**
 * bench_probe_file() - the first line of root + path, its end trimmed
 *
 * 0 or -errno; then `text` says "unavailable: <path>: <reason>".
 */
int bench_probe_file(const char *root, const char *path, char *text, size_t n);

/**
 * bench_probe_number() - the integer that root + path starts with
 *
 * 0 or -errno; -EINVAL when there is no number.
 */
int bench_probe_number(const char *root, const char *path, long long *out);

/**
 * bench_probe_field() - the value of the first "name : value" or "name=value"
 *
 * For /proc/cpuinfo, /proc/self/status, /proc/meminfo, /etc/os-release. Quotes
 * around the value are taken off. -ENOENT when there is no such name.
 */
int bench_probe_field(const char *root, const char *path, const char *name,
		      char *text, size_t n);

/** bench_probe_cpu_flag() - is this word among /proc/cpuinfo's flags? */
bool bench_probe_cpu_flag(const char *root, const char *flag);

/**
 * bench_probe_governor() - the cpufreq governor, or "a, b" when CPUs differ
 *
 * 0, or -ENOENT where there is no cpufreq.
 */
int bench_probe_governor(const char *root, char *text, size_t n);

/** bench_probe_turbo() - "on" or "off"; -ENOENT where no switch is shown */
int bench_probe_turbo(const char *root, char *text, size_t n);

/** bench_probe_smt() - "on", "off", "notsupported", ... from smt/control */
int bench_probe_smt(const char *root, char *text, size_t n);

/* Is this machine somebody's guest? */
enum bench_guest {
	BENCH_GUEST_NOT,
	BENCH_GUEST_UNKNOWN, /* arm64 says so of few guests, and of no host */
	BENCH_GUEST,
};

/**
 * bench_probe_hypervisor() - who virtualises this machine
 *
 * "none", "unknown", or a name ("kvm", "hyper-v", "xen", ...), or "unknown
 * hypervisor". On the real x86 machine the name is CPUID's.
 */
enum bench_guest bench_probe_hypervisor(const char *root, char *text, size_t n);

/* CPU time since boot over all CPUs, in ticks. */
struct bench_cpu_time {
	uint64_t steal;
	uint64_t total;
};

/** bench_probe_cpu_time() - /proc/stat's first line; 0 or -errno */
int bench_probe_cpu_time(const char *root, struct bench_cpu_time *out);

/** bench_probe_capability() - does this process have capability @bit? 1, 0, or
 * -ENOENT: nobody says */
int bench_probe_capability(const char *root, unsigned int bit);

#endif
