/* SPDX-License-Identifier: MIT */
/* The examination; see doctor.h. */
#include "bench/machine/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/exam.h"

/* Every check there is, in the order of the report. */
static void (*const checks[])(struct bench_exam *e) = {
	bench_check_hypervisor,	 bench_check_steal,
	bench_check_load,	 bench_check_noise,
	bench_check_governor,	 bench_check_turbo,
	bench_check_smt,	 bench_check_c_states,
	bench_check_thermal,	 bench_check_isolation,
	bench_check_irqs,	 bench_check_cgroup,
	bench_check_cgroup_cpus, bench_check_cgroup_memory,
	bench_check_clock,	 bench_check_step,
	bench_check_counters,	 bench_check_rt,
	bench_check_thp,	 bench_check_aslr,
	bench_check_mitigations,
};

_Static_assert(sizeof(checks) / sizeof(*checks) <= BENCH_CHECKS,
	       "struct bench_doctor has room for every check");

static int measure_noise(struct bench_exam *e)
{
	struct bench_doctor *d = e->d;
	int err;

	if (!d->noise_ms)
		return 0;
	d->gaps = calloc(e->t->n_pus, sizeof(*d->gaps));
	if (!d->gaps)
		return -ENOMEM;
	err = bench_noise_all(e->t, d->noise_ms, d->gaps);
	if (!err)
		d->n_gaps = e->t->n_pus;
	return err;
}

int bench_doctor_run(const struct bench_doctor_options *options,
		     struct bench_doctor *out)
{
	struct bench_exam e = {
		.root = options->root ? options->root : "",
		.t = options->topology,
		.d = out,
	};
	int err;

	*out = (struct bench_doctor){ .noise_ms = options->noise_ms };
	bench_probe_file(e.root, "/proc/loadavg", e.load, sizeof(e.load));
	e.throttled_before = bench_exam_throttled(e.root);
	bench_probe_cpu_time(e.root, &e.before);
	err = measure_noise(&e);
	bench_probe_cpu_time(e.root, &e.after);
	e.throttled_after = bench_exam_throttled(e.root);
	bench_probe_clock_cost(&e.clock);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](&e);
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
