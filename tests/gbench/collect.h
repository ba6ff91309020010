/* SPDX-License-Identifier: MIT */
/* collect.h: a gb_reporter that keeps copies of all rows, for the tests. */
#ifndef RINGSWAP_TESTS_GBENCH_COLLECT_H
#define RINGSWAP_TESTS_GBENCH_COLLECT_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bench/gbench/gbench.h"

struct kept_counter {
	char name[64];
	double value;
	unsigned flags;
	bool finite;
};

/* gb_run, with arrays where it has pointers that end with the callback. */
struct row {
	struct gb_run run;
	char name[160], run_name[160], function[64], args[64], min_time[32];
	char min_warmup_time[32], iterations[32], repetitions[32];
	char time_type[32], aggregate[32], label[160], message[160];
	struct kept_counter counters[8];
};

struct rows {
	struct row row[64];
	size_t n;
	size_t contexts, finals;
	int num_cpus;
	char executable[256];
	int context_returns, run_returns;
};

#define KEEP(to, from) snprintf((to), sizeof(to), "%s", (from))

static inline int collect_run(const struct gb_run *run, void *arg)
{
	struct rows *rows = arg;
	struct row *row = &rows->row[rows->n++];

	assert_true(rows->n < 64 && run->ncounters <= 8);
	row->run = *run;
	KEEP(row->name, run->name);
	KEEP(row->run_name, run->run_name);
	KEEP(row->function, run->parts.function);
	KEEP(row->args, run->parts.args);
	KEEP(row->min_time, run->parts.min_time);
	KEEP(row->min_warmup_time, run->parts.min_warmup_time);
	KEEP(row->iterations, run->parts.iterations);
	KEEP(row->repetitions, run->parts.repetitions);
	KEEP(row->time_type, run->parts.time_type);
	KEEP(row->aggregate, run->aggregate_name);
	KEEP(row->label, run->label);
	KEEP(row->message, run->message);
	for (size_t i = 0; i < run->ncounters; i++) {
		KEEP(row->counters[i].name, run->counters[i].name);
		row->counters[i].value = run->counters[i].value;
		row->counters[i].flags = run->counters[i].flags;
		row->counters[i].finite = run->counters[i].finite;
	}
	return rows->run_returns;
}

static inline int collect_context(const struct gb_context *context, void *arg)
{
	struct rows *rows = arg;

	rows->contexts++;
	rows->num_cpus = context->num_cpus;
	if (context->executable)
		KEEP(rows->executable, context->executable);
	return rows->context_returns;
}

static inline void collect_final(void *arg)
{
	((struct rows *)arg)->finals++;
}

static inline struct gb_reporter collector(struct rows *rows, bool instead)
{
	return (struct gb_reporter){ .context = collect_context,
				     .run = collect_run,
				     .finalize = collect_final,
				     .arg = rows,
				     .instead = instead };
}

/* Runs what is registered, without output, and forgets it. */
static inline int collect(struct rows *rows, struct gb_summary *sum)
{
	struct gb_reporter reporter = collector(rows, /* instead */ true);
	int err = gb_run_benchmarks("all", &reporter, sum);

	assert_int_equal(gb_clear(), 0);
	return err;
}

/* The same where nothing may fail. */
static inline void collect_ok(struct rows *rows)
{
	struct gb_summary sum;

	if (collect(rows, &sum))
		fail_msg("gb_run_benchmarks(): %s", gb_error());
	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].run.outcome != GB_RAN)
			fail_msg("%s: %s", rows->row[i].name,
				 rows->row[i].message);
	assert_true(gb_ok(&sum));
	assert_int_equal(sum.rows, rows->n);
}

static inline const struct row *find_aggregate(const struct rows *rows,
					       const char *name)
{
	for (size_t i = 0; i < rows->n; i++)
		if (!strcmp(rows->row[i].aggregate, name))
			return &rows->row[i];
	fail_msg("no aggregate %s", name);
	return NULL;
}

static inline const struct kept_counter *find_counter(const struct row *row,
						      const char *name)
{
	for (size_t i = 0; i < row->run.ncounters; i++)
		if (!strcmp(row->counters[i].name, name))
			return &row->counters[i];
	return NULL;
}

/* Equal but for the rounding of a few operations. */
static inline void assert_close(double a, double b)
{
	if (!(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b))))
		fail_msg("%.17g is not %.17g", a, b);
}

#endif
