/* SPDX-License-Identifier: MIT */
/* Every call of gbench.h, judged by what its reporter is handed. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "tests/gbench/collect.h"

static struct gb_benchmark *add(const char *name, gb_fn fn, void *arg)
{
	struct gb_benchmark *b;

	assert_int_equal(gb_register(name, fn, arg, &b), 0);
	assert_non_null(b);
	return b;
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void sleep_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

/* --- Time --- */

/* arg: seconds of one iteration; or NULL: the repetition's number in ms. */
static int calls;

static void timed_by_hand(struct gb_state *s, void *arg)
{
	double seconds = arg ? *(double *)arg : ++calls * 1e-3;

	while (gb_keep_running(s))
		assert_int_equal(gb_set_iteration_time(s, seconds), 0);
}

static void manual_time(void **state)
{
	static const struct {
		enum gb_unit unit;
		double per_second;
	} units[] = {
		{ GB_NS, 1e9 }, { GB_US, 1e6 }, { GB_MS, 1e3 }, { GB_S, 1 }
	};
	struct rows rows = { 0 };
	double seconds = 0.002;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct gb_benchmark *b = add("m", timed_by_hand, &seconds);

		assert_int_equal(gb_use_manual_time(b), 0);
		assert_int_equal(gb_set_iterations(b, 10), 0);
		assert_int_equal(gb_set_unit(b, units[i].unit), 0);
	}
	collect_ok(&rows);
	assert_int_equal(rows.n, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct row *r = &rows.row[i];

		assert_int_equal(r->run.unit, units[i].unit);
		assert_close(r->run.real_time, seconds * units[i].per_second);
		assert_int_equal(r->run.iterations, 10);
		assert_string_equal(r->iterations, "iterations:10");
		assert_string_equal(r->time_type, "manual_time");
		assert_string_equal(r->function, "m");
		assert_string_equal(r->name, "m/iterations:10/manual_time");
	}
}

/* A millisecond of its own a run more than the one before. */
static void spent_elsewhere(struct gb_state *s, void *arg)
{
	double *seconds = arg;

	while (gb_keep_running(s))
		assert_int_equal(gb_set_iteration_time(s, 0.5), 0);
	assert_int_equal(gb_set_cpu_time(s, *seconds), 0);
	*seconds += 0.001;
}

/* For each iteration what was said; of repetitions the same statistics. */
static void cpu_time_of_another_process(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	double seconds = 0.001;

	(void)state;
	b = add("cpu", spent_elsewhere, &seconds);
	assert_int_equal(gb_use_manual_time(b), 0);
	assert_int_equal(gb_set_iterations(b, 10), 0);
	assert_int_equal(gb_set_repetitions(b, 3), 0);
	assert_int_equal(gb_set_unit(b, GB_MS), 0);
	collect_ok(&rows);
	assert_true(rows.n >= 6);
	for (size_t i = 0; i < 3; i++)
		assert_close(rows.row[i].run.cpu_time, (double)(i + 1));
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(rows.row[i].run.ncounters, 0);
	assert_close(find_aggregate(&rows, "mean")->run.cpu_time, 2);
	assert_close(find_aggregate(&rows, "median")->run.cpu_time, 2);
	assert_close(find_aggregate(&rows, "stddev")->run.cpu_time, 1);
	assert_close(find_aggregate(&rows, "cv")->run.cpu_time, 0.5);
}

static void min_time(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	double seconds = 0.001;

	(void)state;
	b = add("search", timed_by_hand, &seconds);
	assert_int_equal(gb_use_manual_time(b), 0);
	assert_int_equal(gb_set_min_time(b, 0.05), 0);
	collect_ok(&rows);
	assert_int_equal(rows.n, 1);
	assert_true(rows.row[0].run.iterations >= 50);
	assert_non_null(strstr(rows.row[0].min_time, "min_time:0.05"));
}

static void count_iterations(struct gb_state *s, void *arg)
{
	while (gb_keep_running(s)) {
		assert_int_equal(gb_set_iteration_time(s, 0.001), 0);
		++*(int64_t *)arg;
	}
}

/* A long warm-up makes for many iterations that are not reported. */
static void min_warmup_time(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	int64_t n = 0;

	(void)state;
	b = add("warm", count_iterations, &n);
	gb_use_manual_time(b);
	assert_int_equal(gb_set_min_time(b, 0.01), 0);
	assert_int_equal(gb_set_min_warmup_time(b, 2), 0);
	collect_ok(&rows);
	assert_non_null(
		strstr(rows.row[0].min_warmup_time, "min_warmup_time:2"));
	assert_true(n - rows.row[0].run.iterations >= 2000);
}

static void pausing(struct gb_state *s, void *arg)
{
	while (gb_keep_running(s)) {
		double begin;

		assert_int_equal(gb_pause_timing(s), 0);
		begin = now(CLOCK_MONOTONIC);
		sleep_ms(20);
		*(double *)arg += now(CLOCK_MONOTONIC) - begin;
		assert_int_equal(gb_resume_timing(s), 0);
	}
}

static void paused_time(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	double slept = 0;

	(void)state;
	b = add("pause", pausing, &slept);
	gb_set_iterations(b, 5);
	gb_set_unit(b, GB_S);
	collect_ok(&rows);
	assert_true(slept >= 0.1);
	assert_true(rows.row[0].run.real_time * 5 < slept);
}

static void sleeping(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		sleep_ms(20);
	assert_int_equal(gb_set_items_processed(s, 100), 0);
}

static void real_time(void **state)
{
	const struct kept_counter *by_cpu, *by_real;
	struct rows rows = { 0 };
	struct gb_benchmark *b;

	(void)state;
	gb_set_iterations(add("cpu", sleeping, NULL), 1);
	b = add("real", sleeping, NULL);
	gb_set_iterations(b, 1);
	assert_int_equal(gb_use_real_time(b), 0);
	collect_ok(&rows);
	assert_string_equal(rows.row[1].time_type, "real_time");
	by_cpu = find_counter(&rows.row[0], "items_per_second");
	by_real = find_counter(&rows.row[1], "items_per_second");
	assert_true(by_real->value <= 100 / 0.020);
	assert_true(by_cpu->value > by_real->value);
	assert_true(rows.row[1].run.real_time > rows.row[1].run.cpu_time);
}

static void *burn(void *arg)
{
	while (now(CLOCK_THREAD_CPUTIME_ID) < 0.02)
		;
	return arg;
}

/* The work is in another thread: only the process's CPU time has it. */
static void burning(struct gb_state *s, void *arg)
{
	while (gb_keep_running(s)) {
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, burn, arg), 0);
		pthread_join(thread, NULL);
	}
}

static void process_cpu_time(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;

	(void)state;
	b = add("own", burning, NULL);
	gb_set_iterations(b, 1);
	gb_set_unit(b, GB_S);
	b = add("process", burning, NULL);
	gb_set_iterations(b, 1);
	gb_set_unit(b, GB_S);
	assert_int_equal(gb_measure_process_cpu_time(b), 0);
	collect_ok(&rows);
	assert_true(rows.row[0].run.cpu_time < 0.02);
	assert_true(rows.row[1].run.cpu_time >= 0.02);
	assert_string_equal(rows.row[1].time_type, "process_time");
}

/* --- Arguments, iterations, repetitions --- */

static void add_ranges(struct gb_state *s, void *arg)
{
	assert_int_equal(gb_iterations(s), 0);
	assert_int_equal(gb_max_iterations(s), 3);
	while (gb_keep_running(s))
		;
	assert_int_equal(gb_iterations(s), 3);
	assert_false(gb_keep_running(s));
	*(int64_t *)arg += gb_range(s, 0) * 1000 + gb_range(s, 1);
}

static void arguments(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	int64_t sum = 0;

	(void)state;
	b = add("args", add_ranges, &sum);
	gb_set_iterations(b, 3);
	assert_int_equal(gb_args(b, 2, (int64_t[]){ 3, 4 }), 0);
	assert_int_equal(gb_args(b, 2, (int64_t[]){ 50, -6 }), 0);
	assert_int_equal(
		gb_set_arg_names(b, 2, (const char *const[]){ "a", "b" }), 0);
	collect_ok(&rows);
	assert_int_equal(rows.n, 2);
	assert_int_equal(sum, 3004 + 49994);
	assert_string_equal(rows.row[0].args, "a:3/b:4");
	assert_string_equal(rows.row[1].run_name,
			    "args/a:50/b:-6/iterations:3");
	assert_int_equal(rows.row[0].run.per_family_instance_index, 0);
	assert_int_equal(rows.row[1].run.per_family_instance_index, 1);
}

static void batching(struct gb_state *s, void *arg)
{
	int64_t n, *total = arg;

	while ((n = gb_keep_running_batch(s, 7))) {
		assert_true(n == 7 || n == 3);
		*total += n;
	}
	assert_int_equal(gb_keep_running_batch(s, 7), 0);
	assert_int_equal(gb_iterations(s), gb_max_iterations(s));
}

static void batches(void **state)
{
	struct rows rows = { 0 };
	int64_t total = 0;

	(void)state;
	gb_set_iterations(add("batch", batching, &total), 10);
	collect_ok(&rows);
	assert_int_equal(total, 10);
	assert_int_equal(rows.row[0].run.iterations, 10);
}

/* A statistic with an argument: the i-th smallest would do; the largest. */
static double largest(const double *values, size_t n, void *arg)
{
	double max = values[0];

	++*(size_t *)arg;
	for (size_t i = 1; i < n; i++)
		max = fmax(max, values[i]);
	return max;
}

static double half(const double *values, size_t n, void *arg)
{
	(void)values;
	(void)n;
	(void)arg;
	return 0.5;
}

static void repetitions(void **state)
{
	struct rows rows = { 0 };
	struct gb_benchmark *b;
	size_t asked = 0;

	(void)state;
	calls = 0;
	b = add("rep", timed_by_hand, NULL);
	gb_set_iterations(b, 2);
	gb_use_manual_time(b);
	gb_set_unit(b, GB_MS);
	assert_int_equal(gb_set_repetitions(b, 3), 0);
	assert_int_equal(gb_add_statistic(b, "largest", largest, &asked,
					  /* is_percentage */ false),
			 0);
	assert_int_equal(gb_add_statistic(b, "half", half, NULL,
					  /* is_percentage */ true),
			 0);
	collect_ok(&rows);
	assert_int_equal(rows.n, 3 + 6);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rows.row[i].run.type, GB_ITERATION);
		assert_int_equal(rows.row[i].run.repetition_index, i);
		assert_int_equal(rows.row[i].run.repetitions, 3);
		assert_close(rows.row[i].run.real_time, i + 1);
	}
	assert_close(find_aggregate(&rows, "mean")->run.real_time, 2);
	assert_close(find_aggregate(&rows, "median")->run.real_time, 2);
	assert_close(find_aggregate(&rows, "stddev")->run.real_time, 1);
	assert_close(find_aggregate(&rows, "cv")->run.real_time, 0.5);
	assert_true(find_aggregate(&rows, "cv")->run.is_percentage);
	assert_close(find_aggregate(&rows, "largest")->run.real_time, 3);
	assert_false(find_aggregate(&rows, "largest")->run.is_percentage);
	assert_true(find_aggregate(&rows, "half")->run.is_percentage);
	assert_close(find_aggregate(&rows, "half")->run.real_time, 0.5);
	assert_int_equal(rows.row[3].run.type, GB_AGGREGATE);
	assert_int_equal(rows.row[3].run.repetition_index, -1);
	assert_true(asked > 0);
}

/* --- Counters and labels --- */

static void counting(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		gb_set_iteration_time(s, 0.002);
	/* 10 iterations, 0.02 s. */
	assert_int_equal(gb_set_counter(s, "plain", 7, 0), 0);
	assert_int_equal(gb_set_counter(s, "rate", 100, GB_COUNTER_RATE), 0);
	assert_int_equal(
		gb_set_counter(s, "average", 50,
			       GB_COUNTER_AVG_ITERATIONS | GB_COUNTER_1024),
		0);
	assert_int_equal(
		gb_set_counter(s, "invariant", 3,
			       GB_COUNTER_INVARIANT | GB_COUNTER_AVG_THREADS),
		0);
	assert_int_equal(gb_set_counter(s, "inverse", 100,
					GB_COUNTER_RATE | GB_COUNTER_INVERT),
			 0);
	assert_int_equal(gb_set_items_processed(s, 40), 0);
	assert_int_equal(gb_set_bytes_processed(s, 80), 0);
	assert_int_equal(gb_set_label(s, "a label"), 0);

	assert_int_equal(gb_set_counter(s, "", 1, 0), -EINVAL);
	assert_int_equal(gb_set_counter(s, "threads", 1, 0), -EINVAL);
	assert_int_equal(gb_set_counter(s, "bytes_per_second", 1, 0), -EINVAL);
	assert_int_equal(gb_set_counter(s, "odd", 1, 1u << 20), -EINVAL);
	assert_int_equal(gb_set_counter(s, "plain", 1, GB_COUNTER_RATE),
			 -EINVAL);
}

static void counters(void **state)
{
	static const struct kept_counter expected[] = {
		{ "plain", 7, 0, true },
		{ "rate", 5000, GB_COUNTER_RATE, true },
		{ "average", 5, GB_COUNTER_AVG_ITERATIONS | GB_COUNTER_1024,
		  true },
		{ "invariant", 30,
		  GB_COUNTER_INVARIANT | GB_COUNTER_AVG_THREADS, true },
		{ "inverse", 1 / 5000.0, GB_COUNTER_RATE | GB_COUNTER_INVERT,
		  true },
		{ "items_per_second", 2000, GB_COUNTER_RATE, true },
		{ "bytes_per_second", 4000, GB_COUNTER_RATE | GB_COUNTER_1024,
		  true },
	};
	struct rows rows = { 0 };
	struct gb_benchmark *b;

	(void)state;
	b = add("count", counting, NULL);
	gb_set_iterations(b, 10);
	gb_use_manual_time(b);
	collect_ok(&rows);
	assert_string_equal(rows.row[0].label, "a label");
	assert_int_equal(rows.row[0].run.ncounters, 7);
	for (size_t i = 0; i < 7; i++) {
		const struct kept_counter *c =
			find_counter(&rows.row[0], expected[i].name);

		assert_non_null(c);
		assert_close(c->value, expected[i].value);
		assert_int_equal(c->flags, expected[i].flags);
		assert_true(c->finite);
	}
}

static void not_finite_counters(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		gb_set_iteration_time(s, 0);
	assert_int_equal(gb_set_counter(s, "nan", NAN, 0), -EDOM);
	assert_int_equal(gb_set_counter(s, "inf", -INFINITY, 0), -EDOM);
	assert_int_equal(gb_set_counter(s, "rate", 1, GB_COUNTER_RATE), 0);
	assert_int_equal(gb_set_counter(s, "zero", 0, 0), 0);
	assert_int_equal(gb_set_label(s, "mine"), 0);
}

static void add_not_finite(void)
{
	struct gb_benchmark *b = add("nan", not_finite_counters, NULL);

	gb_set_iterations(b, 1);
	gb_set_repetitions(b, 2);
	gb_use_manual_time(b);
}

static void not_finite(void **state)
{
	struct gb_summary sum;
	struct rows rows = { 0 };

	(void)state;
	add_not_finite();
	assert_int_equal(collect(&rows, &sum), 0);
	assert_true(sum.not_finite >= 6);
	assert_int_equal(rows.row[0].run.not_finite, 3);
	assert_true(find_counter(&rows.row[0], "zero")->finite);
	for (size_t i = 0; i < rows.n; i++) {
		const struct row *r = &rows.row[i];

		assert_true(isfinite(r->run.real_time));
		assert_false(find_counter(r, "nan")->finite);
		assert_false(find_counter(r, "inf")->finite);
		assert_false(find_counter(r, "rate")->finite);
		for (size_t k = 0; k < r->run.ncounters; k++)
			assert_true(isfinite(r->counters[k].value));
	}
}

/* --- Errors --- */

enum fault {
	NOTHING,
	SKIP_EARLY,
	SKIP_INSIDE,
	SKIP_AFTER,
	NO_LOOP,
	LEAVE_EARLY,
	GO_ON_PAUSED,
	BEYOND_RANGE,
	UNASKED_TIME,
	EMPTY_BATCH,
	TWICE
};

/* The second of its calls does what arg says, the others are right. */
static void faulty(struct gb_state *s, void *arg)
{
	enum fault fault = ++calls == 2 ? *(enum fault *)arg : NOTHING;
	int64_t n;

	if (fault == SKIP_EARLY || fault == TWICE)
		gb_skip_with_error(s, "early");
	if (fault == TWICE)
		gb_skip_with_error(s, "later");
	if (fault == SKIP_EARLY || fault == NO_LOOP)
		return;
	if (fault == BEYOND_RANGE)
		assert_int_equal(gb_range(s, 0), 0);
	if (fault == EMPTY_BATCH)
		assert_int_equal(gb_keep_running_batch(s, 0), 0);
	while ((n = gb_keep_running_batch(s, 7))) {
		if (fault == SKIP_INSIDE)
			gb_skip_with_error(s, "inside");
		if (fault == LEAVE_EARLY)
			return;
		if (fault == GO_ON_PAUSED)
			gb_pause_timing(s);
		if (fault == UNASKED_TIME)
			assert_int_equal(gb_set_iteration_time(s, 1), -EPERM);
	}
	if (fault == SKIP_AFTER)
		gb_skip_with_error(s, NULL);
}

static const struct {
	enum fault fault;
	const char *message;
} faults[] = {
	{ SKIP_EARLY, "early" },
	{ SKIP_INSIDE, "inside" },
	{ SKIP_AFTER, "error" },
	{ NO_LOOP, "returned without running its loop" },
	{ LEAVE_EARLY, "returned before its loop had ended" },
	{ GO_ON_PAUSED, "the loop went on while timing was paused" },
	{ BEYOND_RANGE, "gb_range() beyond the last argument" },
	{ UNASKED_TIME, "an iteration time without manual time" },
	{ EMPTY_BATCH, "a batch must have at least 1 iteration" },
	{ TWICE, "early" },
};

/* 1.7.1 itself abort()s on most of these. */
static void errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		enum fault fault = faults[i].fault;
		struct gb_summary sum;
		struct rows rows = { 0 };
		struct gb_benchmark *b;

		calls = 0;
		b = add("fault", faulty, &fault);
		gb_set_iterations(b, 10);
		gb_set_repetitions(b, 3);
		assert_int_equal(collect(&rows, &sum), 0);
		assert_int_equal(calls, 3);
		assert_int_equal(sum.errors, 1);
		assert_false(gb_ok(&sum));
		assert_int_equal(rows.row[0].run.outcome, GB_RAN);
		assert_int_equal(rows.row[1].run.outcome, GB_ERROR);
		assert_int_equal(rows.row[2].run.outcome, GB_RAN);
		assert_string_equal(rows.row[1].message, faults[i].message);
	}
}

static void aggregates_only(void **state)
{
	for (int faulted = 0; faulted < 2; faulted++) {
		enum fault fault = faulted ? SKIP_INSIDE : NOTHING;
		struct gb_summary sum;
		struct rows rows = { 0 };
		struct gb_benchmark *b;

		calls = 0;
		b = add("only", faulty, &fault);
		gb_set_iterations(b, 10);
		gb_set_repetitions(b, 4);
		assert_int_equal(gb_report_aggregates_only(b), 0);
		assert_int_equal(collect(&rows, &sum), 0);
		assert_int_equal(rows.n, 4);
		for (size_t i = 0; i < rows.n; i++)
			assert_int_equal(rows.row[i].run.type, GB_AGGREGATE);
		assert_int_equal(sum.errors, faulted);
		assert_int_equal(gb_ok(&sum), !faulted);
	}
	(void)state;
}

static void timed_wrongly(struct gb_state *s, void *arg)
{
	while (gb_keep_running(s))
		if (arg)
			assert_int_equal(
				gb_set_iteration_time(s, *(double *)arg),
				-EDOM);
}

static void wrong_times(void **state)
{
	double wrong[] = { -1, NAN, INFINITY };
	struct gb_summary sum;
	struct rows rows = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct gb_benchmark *b =
			add("wrong", timed_wrongly, i < 3 ? &wrong[i] : NULL);

		gb_set_iterations(b, 2);
		gb_use_manual_time(b);
	}
	assert_int_equal(collect(&rows, &sum), 0);
	assert_int_equal(sum.errors, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(rows.row[i].run.outcome, GB_ERROR);
	assert_string_equal(rows.row[3].message,
			    "gb_set_iteration_time() was never called");
}

static void misusing(struct gb_state *s, void *arg)
{
	assert_int_equal(gb_pause_timing(s), -EINVAL);
	assert_int_equal(gb_resume_timing(s), -EINVAL);
	while (gb_keep_running(s)) {
		assert_int_equal(gb_resume_timing(s), -EINVAL);
		assert_int_equal(gb_pause_timing(s), 0);
		assert_int_equal(gb_pause_timing(s), -EINVAL);
		assert_int_equal(gb_resume_timing(s), 0);
	}
	assert_int_equal(gb_pause_timing(s), -EINVAL);
	++*(int *)arg;
}

static void misuse(void **state)
{
	struct rows rows = { 0 };
	int done = 0;

	(void)state;
	gb_set_iterations(add("misuse", misusing, &done), 3);
	collect_ok(&rows);
	assert_int_equal(done, 1);
}

/* --- What is refused --- */

static void nothing(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		;
}

/* One refused setting; the run is refused too, and for the same reason. */
static void expect_refusal(int ret, int expected)
{
	struct gb_summary sum;
	char why[256];

	KEEP(why, gb_error());
	assert_int_equal(ret, expected);
	assert_non_null(strstr(why, "benchmark \""));
	assert_int_equal(gb_run_benchmarks("all", NULL, &sum), -EINVAL);
	assert_string_equal(gb_error(), why);
	assert_false(gb_ok(&sum));
	gb_clear();
}

#define REFUSED(call) \
	expect_refusal((b = add("r", nothing, NULL), (call)), -EINVAL)
#define REFUSED_AFTER(first, call)                             \
	expect_refusal((b = add("r", nothing, NULL),           \
			assert_int_equal((first), 0), (call)), \
		       -EINVAL)

static void refusals(void **state)
{
	static const char *const two[] = { "a", "b" };
	static const int64_t values[] = { 1, 2 };
	struct gb_benchmark *b;

	(void)state;
	expect_refusal(gb_register("", nothing, NULL, &b), -EINVAL);
	assert_null(b);
	expect_refusal(gb_register(NULL, nothing, NULL, &b), -EINVAL);
	expect_refusal(gb_register("x", NULL, NULL, &b), -EINVAL);
	expect_refusal(gb_set_repetitions(NULL, 1), -EINVAL);
	REFUSED(gb_set_iterations(b, 0));
	REFUSED(gb_set_min_time(b, 0));
	REFUSED(gb_set_min_time(b, NAN));
	REFUSED(gb_set_min_warmup_time(b, 1));
	REFUSED_AFTER(gb_set_min_time(b, 1), gb_set_min_warmup_time(b, -1));
	REFUSED_AFTER(gb_set_min_time(b, 1), gb_set_iterations(b, 1));
	REFUSED_AFTER(gb_set_iterations(b, 1), gb_set_min_time(b, 1));
	REFUSED(gb_set_repetitions(b, 0));
	REFUSED(gb_args(b, 0, values));
	REFUSED_AFTER(gb_args(b, 2, values), gb_args(b, 1, values));
	REFUSED_AFTER(gb_args(b, 1, values), gb_set_arg_names(b, 2, two));
	REFUSED_AFTER(gb_set_arg_names(b, 2, two), gb_args(b, 1, values));
	REFUSED(gb_set_unit(b, GB_S + 1));
	REFUSED(gb_set_unit(b, -1));
	REFUSED_AFTER(gb_use_real_time(b), gb_use_manual_time(b));
	REFUSED_AFTER(gb_use_manual_time(b), gb_use_real_time(b));
	REFUSED(gb_add_statistic(b, "", half, NULL, false));
	REFUSED(gb_add_statistic(b, "s", NULL, NULL, false));
}

/* The same statistic costs one place however often it is used. */
static void statistic_places(void **state)
{
	static char args[33];
	struct gb_benchmark *b = add("s", nothing, NULL);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(gb_add_statistic(b, "h", half, NULL, true), 0);
	for (int i = 1; i < 32; i++)
		assert_int_equal(gb_add_statistic(b, "h", half, &args[i], true),
				 0);
	expect_refusal(gb_add_statistic(b, "h", half, &args[32], true),
		       -ENOSPC);
}

static void reentering(struct gb_state *s, void *arg)
{
	struct gb_summary sum;
	struct gb_benchmark *b;

	while (gb_keep_running(s))
		;
	assert_int_equal(gb_run_benchmarks("all", NULL, &sum), -EBUSY);
	assert_int_equal(gb_register("x", nothing, NULL, &b), -EBUSY);
	assert_int_equal(gb_clear(), -EBUSY);
	++*(int *)arg;
}

static void reentry(void **state)
{
	struct rows rows = { 0 };
	int done = 0;

	(void)state;
	gb_set_iterations(add("again", reentering, &done), 1);
	collect_ok(&rows);
	assert_int_equal(done, 1);
}

/* --- The run level --- */

static void no_match(void **state)
{
	struct gb_summary sum;
	struct rows rows = { 0 };
	struct gb_reporter reporter = collector(&rows, true);

	(void)state;
	gb_set_iterations(add("here", nothing, NULL), 1);
	gb_set_iterations(add("there", nothing, NULL), 1);
	assert_int_equal(gb_run_benchmarks("nowhere", &reporter, &sum),
			 -ENOENT);
	assert_int_equal(sum.matched, 0);
	assert_false(gb_ok(&sum));
	assert_int_equal(gb_run_benchmarks("(", &reporter, &sum), -ENOENT);
	assert_int_equal(rows.n, 0);
	assert_int_equal(gb_run_benchmarks("^there", &reporter, &sum), 0);
	assert_int_equal(sum.matched, 1);
	assert_int_equal(rows.n, 1);
	assert_string_equal(rows.row[0].function, "there");
	assert_int_equal(gb_run_benchmarks(NULL, &reporter, NULL), 0);
	assert_int_equal(rows.n, 3);
	gb_clear();
	assert_int_equal(gb_run_benchmarks("here", &reporter, &sum), -ENOENT);
}

static void context(void **state)
{
	struct gb_summary sum;
	struct rows rows = { 0 };
	struct rows refusing = { .context_returns = -EPERM };
	struct rows stubborn = { .run_returns = 1 };

	(void)state;
	gb_set_iterations(add("c", nothing, NULL), 1);
	collect_ok(&rows);
	assert_int_equal(rows.contexts, 1);
	assert_int_equal(rows.finals, 1);
	assert_true(rows.num_cpus >= 1);

	gb_set_iterations(add("c", nothing, NULL), 1);
	assert_int_equal(collect(&refusing, &sum), -EPERM);
	assert_int_equal(refusing.n, 0);

	gb_set_iterations(add("c", nothing, NULL), 1);
	gb_set_iterations(add("d", nothing, NULL), 1);
	assert_int_equal(collect(&stubborn, &sum), -ECANCELED);
	assert_int_equal(stubborn.n, 2);
}

/* --- Output, flags: each in a process of its own --- */

static char dir[] = "/tmp/gbench-test.XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[4][64];
	static unsigned i;

	snprintf(path[++i % 4], sizeof(path[0]), "%s/%s", dir, name);
	return path[i % 4];
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(in_dir("stdout"));
	unlink(in_dir("out"));
	return rmdir(dir);
}

/* Runs body(argc, argv) with its output in stdout, and returns its status. */
static int in_child(int (*body)(int argc, char **argv), int argc, char **argv)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (!freopen(in_dir("stdout"), "w", stdout))
			_exit(99);
		status = body(argc, argv);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("the child died of signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static json_t *load(const char *path, size_t flags)
{
	json_error_t error;
	json_t *json =
		json_load_file(path, JSON_REJECT_DUPLICATES | flags, &error);

	if (!json)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return json;
}

static bool has_text(const char *path, const char *text)
{
	char all[16384] = "";
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(all, 1, sizeof(all) - 1, f);
	fclose(f);
	all[n] = '\0';
	return strstr(all, text) != NULL;
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

static void awkward(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		;
	gb_set_label(s, "\x01 \x1b \"q\" \\ \n \xff \xc3\xa9 \xed\xa0\x80");
	gb_set_counter(s, "odd \x02\xfe", 1, 0);
	if (gb_range(s, 0) == 2)
		gb_skip_with_error(s, "bad\x03 \x80 news");
}

static int write_json(int argc, char **argv)
{
	struct rows rows = { 0 };
	struct gb_reporter reporter = collector(&rows, /* instead */ false);
	struct gb_summary sum;
	struct gb_benchmark *b;

	if (gb_init(&argc, argv) || argc != 1 ||
	    gb_report_unrecognized(argc, argv))
		return 2;
	if (gb_init(&argc, argv) != -EALREADY)
		return 3;
	if (gb_add_context("strategy\x01", "a \"b\"") ||
	    gb_add_context("strategy\x01", "again") != -EEXIST ||
	    gb_add_context("date", "today") != -EEXIST)
		return 4;
	b = add("awkward\x05", awkward, NULL);
	gb_set_iterations(b, 1);
	gb_args(b, 1, (int64_t[]){ 1 });
	gb_args(b, 1, (int64_t[]){ 2 });
	add_not_finite();
	if (gb_run_benchmarks(NULL, &reporter, &sum) || sum.matched != 3)
		return 5;
	if (gb_ok(&sum) || sum.errors != 1 || rows.n != sum.rows)
		return 6;
	if (strcmp(rows.executable, argv[0]))
		return 7;
	/* Again: a second whole document, and the file anew. */
	if (gb_run_benchmarks(NULL, &reporter, &sum) || rows.contexts != 2)
		return 8;
	gb_shutdown();
	gb_shutdown();
	return gb_add_context("late", "x") != -EINVAL ||
			       gb_run_benchmarks(NULL, NULL, NULL) != -EINVAL
		       ? 9
		       : 0;
}

static void check_document(json_t *json)
{
	json_t *runs = json_object_get(json, "benchmarks");
	const char *label, *name;
	json_t *run;

	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(json, "context"), "strategy ")),
		"a \"b\"");
	/* 2 awkward ones, 2 repetitions, 4 aggregates. */
	assert_int_equal(json_array_size(runs), 8);
	name = json_string_value(
		json_object_get(json_array_get(runs, 0), "name"));
	assert_string_equal(name, "awkward /1/iterations:1");
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(runs, 0), "label")),
			    "    \"q\" \\   ? \xc3\xa9 ???");
	assert_true(json_is_number(
		json_object_get(json_array_get(runs, 0), "odd  ?")));
	for (size_t i = 2; i < 8; i++) {
		run = json_array_get(runs, i);
		assert_null(json_object_get(run, "nan"));
		assert_null(json_object_get(run, "inf"));
		assert_null(json_object_get(run, "rate"));
		label = json_string_value(json_object_get(run, "label"));
		assert_non_null(strstr(label, "mine not finite:"));
		assert_non_null(strstr(label, " inf nan rate"));
	}
	assert_true(json_is_number(
		json_object_get(json_array_get(runs, 2), "zero")));
}

static void json_output(void **state)
{
	char *argv[] = { "program", "--benchmark_format=json",
			 NULL /* --benchmark_out */, NULL };
	char out[96];
	json_t *json;
	FILE *f;

	(void)state;
	snprintf(out, sizeof(out), "--benchmark_out=%s", in_dir("out"));
	argv[2] = out;
	assert_int_equal(in_child(write_json, 3, argv), 0);
	json = load(in_dir("out"), 0);
	check_document(json);
	json_decref(json);
	f = fopen(in_dir("stdout"), "r");
	for (int i = 0; i < 2; i++) {
		json = json_loadf(
			f, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK,
			NULL);
		assert_non_null(json);
		check_document(json);
		json_decref(json);
	}
	fclose(f);
}

/* argv[1]: "instead" or "beside". The display is the console. */
static int report_beside(int argc, char **argv)
{
	struct rows rows = { 0 };
	struct gb_reporter reporter =
		collector(&rows, !strcmp(argv[1], "instead"));

	(void)argc;
	gb_set_iterations(add("one", nothing, NULL), 1);
	/* Twice: 1.7.1 alone would use its deleted reporter. */
	return gb_run_benchmarks("all", &reporter, NULL) ||
	       gb_run_benchmarks("all", &reporter, NULL) || rows.n != 2;
}

static void beside_or_instead(void **state)
{
	(void)state;
	assert_int_equal(in_child(report_beside, 2,
				  (char *[]){ "program", "instead", NULL }),
			 0);
	assert_int_equal(size_of(in_dir("stdout")), 0);
	assert_int_equal(in_child(report_beside, 2,
				  (char *[]){ "program", "beside", NULL }),
			 0);
	assert_true(has_text(in_dir("stdout"), "one/iterations:1"));
}

/* Exits with the errno of the run, or 200 if a flag was not recognised. */
static int run_quietly(int argc, char **argv)
{
	struct rows rows = { 0 };
	struct gb_reporter reporter = collector(&rows, true);

	gb_init(&argc, argv);
	if (gb_report_unrecognized(argc, argv))
		return 200;
	gb_set_iterations(add("one", nothing, NULL), 1);
	add_not_finite();
	return -gb_run_benchmarks(NULL, &reporter, NULL);
}

static int with_flags(char *one, char *two)
{
	char *argv[] = { "program", one, two, NULL };

	return in_child(run_quietly, two ? 3 : 2, argv);
}

/* Google Benchmark reads its variables before main(): so a fresh program. */
static int exec_with_environment(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	setenv("BENCHMARK_OUT", in_dir("out"), 1);
	execl("/proc/self/exe", "program", "run-quietly", (char *)NULL);
	return 98;
}

static int init_without_time(int argc, char **argv)
{
	setenv("BENCHMARK_MIN_TIME", "soon", 1);
	return gb_init(&argc, argv) == -EINVAL && strstr(gb_error(), "\"soon\"")
		       ? 0
		       : 97;
}

static void flags(void **state)
{
	char out[96];
	json_t *json;

	(void)state;
	assert_int_equal(with_flags("--benchmark_filter=one", NULL), 0);
	assert_int_equal(with_flags("--benchmark_filter=two", NULL), ENOENT);
	assert_int_equal(with_flags("--bogus", NULL), 200);
	assert_int_equal(with_flags("--benchmark_min_time=soon", NULL), 200);
	assert_int_equal(with_flags("--benchmark_min_time=0.1y", NULL), 200);
	assert_int_equal(with_flags("--benchmark_min_time=1.5x", NULL), 200);
	assert_int_equal(with_flags("--benchmark_min_time=-1", NULL), 200);
	assert_int_equal(with_flags("--benchmark_min_time=0.1", NULL), 0);
	assert_int_equal(with_flags("--benchmark_list_tests", NULL), 0);

	/* The file is written, with no display and by all formats. */
	snprintf(out, sizeof(out), "--benchmark_out=%s", in_dir("out"));
	assert_int_equal(with_flags(out, NULL), 0);
	json = load(in_dir("out"), 0);
	assert_int_equal(json_array_size(json_object_get(json, "benchmarks")),
			 1 + 2 + 4);
	json_decref(json);
	assert_int_equal(with_flags(out, "--benchmark_out_format=console"), 0);
	assert_true(size_of(in_dir("out")) > 0);
	/* The first run has no counter: Google Benchmark would abort(). */
	assert_int_equal(with_flags(out, "--benchmark_out_format=csv"), 0);
	assert_true(has_text(in_dir("out"), "no column for: zero"));

	/* The flags' other source. */
	assert_int_equal(
		in_child(init_without_time, 1, (char *[]){ "program", NULL }),
		0);
	unlink(in_dir("out"));
	assert_int_equal(in_child(exec_with_environment, 0, NULL), 0);
	json = load(in_dir("out"), 0);
	json_decref(json);
}

static void output_failures(void **state)
{
	char out[96];

	(void)state;
	snprintf(out, sizeof(out), "--benchmark_out=%s/no/file", dir);
	assert_int_equal(with_flags(out, NULL), ENOENT);
	snprintf(out, sizeof(out), "--benchmark_out=%s", dir);
	assert_int_equal(with_flags(out, NULL), EISDIR);
	if (!access("/dev/full", W_OK))
		assert_int_equal(with_flags("--benchmark_out=/dev/full", NULL),
				 EIO);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

static const struct {
	const char *name; /* of the ctest, after "gbench." */
	struct CMUnitTest test;
} tests[] = {
	{ "manual-time-is-what-was-set", cmocka_unit_test(manual_time) },
	{ "cpu-time-is-what-was-set",
	  cmocka_unit_test(cpu_time_of_another_process) },
	{ "min-time-finds-the-iterations", cmocka_unit_test(min_time) },
	{ "warm-up-is-not-reported", cmocka_unit_test(min_warmup_time) },
	{ "paused-time-does-not-count", cmocka_unit_test(paused_time) },
	{ "real-time-divides-rates", cmocka_unit_test(real_time) },
	{ "process-cpu-time-has-all-threads",
	  cmocka_unit_test(process_cpu_time) },
	{ "arguments-arrive", cmocka_unit_test(arguments) },
	{ "batches-never-overshoot", cmocka_unit_test(batches) },
	{ "repetitions-make-aggregates", cmocka_unit_test(repetitions) },
	{ "aggregates-only-hides-no-error", cmocka_unit_test(aggregates_only) },
	{ "counters-keep-their-flags", cmocka_unit_test(counters) },
	{ "not-finite-is-marked", cmocka_unit_test(not_finite) },
	{ "errors-are-seen", cmocka_unit_test(errors) },
	{ "wrong-times-are-errors", cmocka_unit_test(wrong_times) },
	{ "misuse-does-not-abort", cmocka_unit_test(misuse) },
	{ "wrong-settings-are-refused", cmocka_unit_test(refusals) },
	{ "statistics-have-places", cmocka_unit_test(statistic_places) },
	{ "reentry-is-refused", cmocka_unit_test(reentry) },
	{ "no-match-is-reported", cmocka_unit_test(no_match) },
	{ "context-is-handed-over", cmocka_unit_test(context) },
	{ "json-output-parses", IN_DIR(json_output) },
	{ "reports-beside-or-instead", IN_DIR(beside_or_instead) },
	{ "flags-are-obeyed", IN_DIR(flags) },
	{ "output-failures-are-seen", IN_DIR(output_failures) },
};

/* Runs the test that argv[1] names. */
int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc == 2 && !strcmp(argv[1], tests[i].name))
			return _cmocka_run_group_tests(argv[1], &tests[i].test,
						       1, NULL, NULL);
	if (argc == 2 && !strcmp(argv[1], "run-quietly"))
		return run_quietly(1, argv);
	fprintf(stderr, "usage: %s TEST\n", argv[0]);
	return 2;
}
