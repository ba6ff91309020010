/* SPDX-License-Identifier: MIT */
/*
 * What the doctor's checks share, for the files of this room. A check adds one
 * finding: its value with how bad that is, and where it helps, advice and the
 * commands that would change it.
 */
#ifndef BENCH_MACHINE_EXAM_H
#define BENCH_MACHINE_EXAM_H

#include "bench/machine/clock_cost.h"
#include "bench/machine/doctor.h"
#include "bench/machine/probe.h"

#define BENCH_CPU_DIR "/sys/devices/system/cpu/"

/* What a check knows, and where its finding goes. */
struct bench_exam {
	const char *root;
	const struct bench_topology *t;
	struct bench_doctor *d;
	struct bench_clock_cost clock;
	struct bench_cpu_time before, after; /* around the spin */
	char load[BENCH_FACT]; /* before it: it loads the machine */
	long long throttled_before, throttled_after;
};

/* A new finding of that id. */
struct bench_check *bench_exam_add(struct bench_exam *e, const char *id);

__attribute__((format(printf, 3, 4))) void
bench_exam_value(struct bench_check *check, enum bench_severity severity,
		 const char *fmt, ...);

__attribute__((format(printf, 2, 3))) void
bench_exam_advise(struct bench_check *check, const char *fmt, ...);

/* Writes @on to every file of a pattern; @off takes it back. */
void bench_exam_tune(struct bench_check *check, const char *files,
		     const char *on, const char *off);

/* Throttling events since boot, over all CPUs; -1: the machine counts none. */
long long bench_exam_throttled(const char *root);

/* The checks: checks_cpu.c, checks_system.c, checks_noise.c. */
void bench_check_governor(struct bench_exam *e);
void bench_check_turbo(struct bench_exam *e);
void bench_check_smt(struct bench_exam *e);
void bench_check_c_states(struct bench_exam *e);
void bench_check_isolation(struct bench_exam *e);
void bench_check_irqs(struct bench_exam *e);
void bench_check_thp(struct bench_exam *e);
void bench_check_aslr(struct bench_exam *e);
void bench_check_mitigations(struct bench_exam *e);
void bench_check_hypervisor(struct bench_exam *e);
void bench_check_steal(struct bench_exam *e);
void bench_check_load(struct bench_exam *e);
void bench_check_clock(struct bench_exam *e);
void bench_check_step(struct bench_exam *e);
void bench_check_counters(struct bench_exam *e);
void bench_check_rt(struct bench_exam *e);
void bench_check_cgroup(struct bench_exam *e);
void bench_check_cgroup_cpus(struct bench_exam *e);
void bench_check_cgroup_memory(struct bench_exam *e);
void bench_check_thermal(struct bench_exam *e);
void bench_check_noise(struct bench_exam *e);

#endif
