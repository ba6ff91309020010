/* SPDX-License-Identifier: MIT */
/* The doctor's checks of what takes time away, and of the clocks that show it. */
#include "bench/machine/exam.h"

#include <stdio.h>
#include <string.h>

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

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

/* Over the spin where time passed meanwhile, else since boot. */
void bench_check_steal(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "steal");
	bool fresh = e->after.total > e->before.total;
	uint64_t total = e->after.total, stolen = e->after.steal;
	double share;

	if (!total) {
		bench_exam_value(check, BENCH_NOTE, "unavailable: /proc/stat");
		return;
	}
	if (fresh) {
		total -= e->before.total;
		stolen -= e->before.steal;
	}
	share = (double)stolen / total;
	bench_exam_value(check,
			 share >= STEAL_FAIL   ? BENCH_FAIL
			 : share >= STEAL_WARN ? BENCH_WARN
					       : BENCH_OK,
			 "%.2f %% %s", share * 100,
			 fresh ? "during the examination" : "since boot");
	if (check->severity != BENCH_OK)
		bench_exam_advise(
			check,
			"the hypervisor gives our time to others: use "
			"dedicated CPUs");
}

/* A measurement takes two PUs; what else runs must fit on the others. */
void bench_check_load(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "load");
	unsigned int left = e->t->n_pus > 2 ? e->t->n_pus - 2 : 0;
	double load, room = left ? left : 1; /* one may idle even there */

	if (sscanf(e->load, "%lf", &load) != 1) {
		bench_exam_value(check, BENCH_NOTE, "%s", e->load);
		return;
	}
	bench_exam_value(
		check,
		load > room	    ? BENCH_FAIL
		: load > room * 0.5 ? BENCH_WARN
				    : BENCH_OK,
		"%.2f over the last minute, %u %s left beside two measured",
		load, left, left == 1 ? "PU" : "PUs");
	if (check->severity != BENCH_OK)
		bench_exam_advise(check,
				  "something else is running: stop it, or wait "
				  "until it has finished");
}

void bench_check_clock(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "clock-source");
	const struct bench_clock_cost *cost = &e->clock;
	char text[64];
	bool good;

	bench_probe_file(e->root, CLOCKSOURCE "current_clocksource", text,
			 sizeof(text));
	good = !strcmp(text, "tsc") || !strcmp(text, "arch_sys_counter");
	bench_exam_value(
		check,
		good && cost->gettime_ns < CLOCK_WARN_NS ? BENCH_OK
							 : BENCH_WARN,
		"%s, clock_gettime %.0f ns, counter %.0f ns at %.0f MHz", text,
		cost->gettime_ns, cost->counter_ns, cost->counter_mhz);
	if (check->severity == BENCH_OK)
		return;
	bench_exam_advise(
		check,
		"a time stamp costs more than the write it stamps: "
		"prefer the tsc clock source, measure without stamps");
	if (!good)
		bench_exam_tune(check, CLOCKSOURCE "current_clocksource", "tsc",
				text);
}

void bench_check_step(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "clock-step");
	double step = e->clock.step_ns;

	if (step <= 0) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: no cycle counter");
		return;
	}
	bench_exam_value(check, step > STEP_NOTE_NS ? BENCH_NOTE : BENCH_OK,
			 "two reads of the counter differ by %.1f ns at least",
			 step);
	if (check->severity != BENCH_OK)
		bench_exam_advise(
			check,
			"latencies below some %.0f ns are quantised: each is a "
			"multiple of that step, and so are their percentiles",
			STEPS_FEW * step);
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

void bench_check_noise(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "noise");
	const struct bench_gaps *worst = noisiest(e->d);
	double share = worst_share(e->d);
	uint64_t gap = worst ? worst->longest_ns[0] : 0;
	enum bench_severity severity = BENCH_OK;

	if (!e->d->noise_ms) {
		bench_exam_value(check, BENCH_NOTE, "not measured");
		return;
	}
	if (!worst) {
		bench_exam_value(check, BENCH_FAIL, "unavailable: %s",
				 e->d->n_gaps ? e->d->gaps[0].why
					      : "no thread to be had");
		return;
	}
	if (gap >= GAP_WARN || share >= STEAL_WARN)
		severity = BENCH_WARN;
	if (gap >= GAP_FAIL || share >= STEAL_FAIL)
		severity = BENCH_FAIL;
	bench_exam_value(
		check, severity,
		"longest gap %.1f us on CPU %u, at most %.2f %% of a PU's time "
		"taken, in %u ms",
		gap / 1e3, worst->os, share * 100, e->d->noise_ms);
	if (severity != BENCH_OK)
		bench_exam_advise(
			check,
			"a spinning thread is kept from running: other "
			"work, interrupts or the hypervisor; see load, "
			"irq-affinity, steal, isolation");
}
