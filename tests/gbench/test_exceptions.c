/* SPDX-License-Identifier: MIT */
/*
 * No C++ exception crosses gbench.h. The exceptions are real: this program
 * replaces operator new, for Google Benchmark too, by one that can throw
 * std::bad_alloc at the n-th call, and throws from callbacks by the C++
 * library's own function.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/gbench/collect.h"

/* std::__throw_bad_alloc() and std::__throw_length_error(const char *). */
void throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv");
void throw_length_error(const char *what) __asm__(
	"_ZSt20__throw_length_errorPKc");

/* operator new(size_t) and the two operators delete. */
void *operator_new(size_t size) __asm__("_Znwm");
void operator_delete(void *p) __asm__("_ZdlPv");
void operator_delete_sized(void *p, size_t size) __asm__("_ZdlPvm");

static long fail_after = -1; /* allocations that still succeed; -1: all */

void *operator_new(size_t size)
{
	void *p = NULL;

	if (fail_after != 0)
		p = malloc(size ? size : 1);
	if (fail_after > 0)
		fail_after--;
	if (!p)
		throw_bad_alloc();
	return p;
}

void operator_delete(void *p)
{
	free(p);
}

void operator_delete_sized(void *p, size_t size)
{
	(void)size;
	free(p);
}

/* body's status, run where its n-th allocation fails, in a child. */
static int with_failure(int (*body)(void), long n)
{
	struct rlimit no_core = { 0, 0 };
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		setrlimit(RLIMIT_CORE, &no_core);
		fail_after = n;
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("allocation %ld: signal %d", n, WTERMSIG(status));
	return WEXITSTATUS(status);
}

/*
 * Fails every allocation of body in turn, until it does without failing one:
 * it exits with 0 if all went well, 1 if a call returned -ENOMEM, or more.
 */
static void sweep(int (*body)(void))
{
	long n, failed = 0;
	int status;

	for (n = 0; n < 2000; n++) {
		status = with_failure(body, n);
		if (status > 1)
			fail_msg("allocation %ld: status %d", n, status);
		failed += status;
		if (!status && n > failed + 50)
			break;
	}
	assert_true(n < 2000);
	assert_true(failed > 0);
}

static void nothing(struct gb_state *s, void *arg)
{
	(void)arg;
	while (gb_keep_running(s))
		;
	gb_set_label(s, "a label that is too long for a small string");
	gb_set_counter(s, "a counter with a name that is long", 1, 0);
	gb_set_items_processed(s, 1);
}

static double zero(const double *values, size_t n, void *arg)
{
	(void)values;
	(void)n;
	(void)arg;
	return 0;
}

static const char long_name[] = "a name that no small string can hold";

static int call_and_tell(int ret)
{
	return ret == -ENOMEM ? 1 : ret ? 2 : 0;
}

static int set_up(void)
{
	static const char *const names[] = { long_name };
	static const int64_t value = 1;
	struct gb_benchmark *b;
	int status;

	status = call_and_tell(gb_register(long_name, nothing, NULL, &b));
	if (status)
		return b ? 3 : status;
	status |= call_and_tell(gb_set_iterations(b, 1));
	status |= call_and_tell(gb_args(b, 1, &value));
	status |= call_and_tell(gb_set_arg_names(b, 1, names));
	status |= call_and_tell(
		gb_add_statistic(b, long_name, zero, NULL, false));
	return status;
}

static int add_context(void)
{
	return call_and_tell(gb_add_context(long_name, long_name));
}

static void registration(void **state)
{
	(void)state;
	sweep(set_up);
	sweep(add_context);
}

/* A setting that failed halfway must not run as if it had not been made. */
static int set_up_and_run(void)
{
	struct rows rows = { 0 };
	struct gb_reporter reporter = collector(&rows, /* instead */ true);
	int status = set_up();
	int err;

	fail_after = -1;
	err = gb_run_benchmarks("all", &reporter, NULL);
	if (status == 1)
		return rows.n ? 4 : err == -EINVAL || err == -ENOENT ? 1 : 5;
	return err ? 6 : 0;
}

static void half_settings(void **state)
{
	(void)state;
	sweep(set_up_and_run);
}

/* Everything is set up; only the run meets the failure. */
static int run_only(void)
{
	long n = fail_after;
	struct rows rows = { 0 };
	struct gb_reporter reporter = collector(&rows, /* instead */ true);
	struct gb_summary sum;
	struct gb_benchmark *b;
	int err;

	fail_after = -1;
	gb_register(long_name, nothing, NULL, &b);
	gb_set_iterations(b, 2);
	gb_set_repetitions(b, 2);
	fail_after = n;
	err = gb_run_benchmarks("all", &reporter, &sum);
	fail_after = -1;
	/* Either the run failed, or it says that something in it did. */
	if (!err && !gb_ok(&sum))
		return 1;
	return call_and_tell(err);
}

static void running(void **state)
{
	(void)state;
	sweep(run_only);
}

static void throwing(struct gb_state *s, void *arg)
{
	if (arg)
		throw_length_error("thrown before the loop");
	while (gb_keep_running(s))
		throw_bad_alloc();
}

static void benchmark_functions(void **state)
{
	struct gb_summary sum;
	struct rows rows = { 0 };
	struct gb_benchmark *b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		gb_register("throwing", throwing, i ? &rows : NULL, &b);
		gb_set_iterations(b, 2);
		gb_set_repetitions(b, 2);
	}
	assert_int_equal(collect(&rows, &sum), 0);
	assert_int_equal(sum.errors, 4);
	assert_int_equal(rows.n, 4);
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(rows.row[i].run.outcome, GB_ERROR);
	assert_string_equal(rows.row[0].message, "out of memory");
}

static int throw_in_context(const struct gb_context *context, void *arg)
{
	(void)context;
	(void)arg;
	throw_bad_alloc();
	return 0;
}

static int throw_in_run(const struct gb_run *run, void *arg)
{
	(void)run;
	++*(int *)arg;
	throw_bad_alloc();
	return 0;
}

static void throw_in_finalize(void *arg)
{
	(void)arg;
	throw_bad_alloc();
}

static void reporters(void **state)
{
	int runs = 0;
	struct gb_reporter throwers[] = {
		{ .context = throw_in_context, .instead = true },
		{ .run = throw_in_run, .arg = &runs, .instead = true },
		{ .finalize = throw_in_finalize, .instead = true },
	};
	struct gb_benchmark *b;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		gb_register("quiet", nothing, NULL, &b);
		gb_set_iterations(b, 1);
	}
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(gb_run_benchmarks("all", &throwers[i], NULL),
				 -ENOMEM);
	assert_int_equal(runs, 2);
	gb_clear();
}

static double throw_in_statistic(const double *values, size_t n, void *arg)
{
	throw_bad_alloc();
	return zero(values, n, arg);
}

static void statistics(void **state)
{
	struct gb_summary sum;
	struct rows rows = { 0 };
	struct gb_benchmark *b;

	(void)state;
	gb_register("statistic", nothing, NULL, &b);
	gb_set_iterations(b, 1);
	gb_set_repetitions(b, 2);
	gb_add_statistic(b, "thrown", throw_in_statistic, NULL, false);
	assert_int_equal(collect(&rows, &sum), 0);
	assert_true(find_aggregate(&rows, "thrown")->run.not_finite >= 2);
	assert_true(sum.not_finite >= 2);
}

/* std::length_error: no vector is that long. */
static void too_long(void **state)
{
	static const int64_t value = 1;
	static const char *const name = "n";
	struct gb_benchmark *b;

	(void)state;
	gb_register("long", nothing, NULL, &b);
	assert_int_equal(gb_args(b, SIZE_MAX, &value), -EINVAL);
	assert_int_equal(gb_set_arg_names(b, SIZE_MAX, &name), -EINVAL);
	gb_clear();
}

static const struct {
	const char *name; /* of the ctest, after "gbench." */
	struct CMUnitTest test;
} tests[] = {
	{ "no-exception-leaves-registration", cmocka_unit_test(registration) },
	{ "no-half-setting-is-run", cmocka_unit_test(half_settings) },
	{ "no-exception-leaves-a-run", cmocka_unit_test(running) },
	{ "no-exception-enters-from-functions",
	  cmocka_unit_test(benchmark_functions) },
	{ "no-exception-enters-from-reporters", cmocka_unit_test(reporters) },
	{ "no-exception-enters-from-statistics", cmocka_unit_test(statistics) },
	{ "no-exception-by-length", cmocka_unit_test(too_long) },
};

/* Runs the test that argv[1] names. */
int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc == 2 && !strcmp(argv[1], tests[i].name))
			return _cmocka_run_group_tests(argv[1], &tests[i].test,
						       1, NULL, NULL);
	fprintf(stderr, "usage: %s TEST\n", argv[0]);
	return 2;
}
