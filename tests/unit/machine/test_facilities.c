/* SPDX-License-Identifier: MIT */
/* Counters and rseq work, or it is said why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/machine/facilities.h"

static char why[BENCH_WHY];

static void counters_work_or_say_why(void **state)
{
	int err;

	(void)state;
	*why = '\0';
	err = bench_machine_counters(why, sizeof(why));
	assert_true(err <= 0);
	assert_int_equal(!err, !*why);
}

/* Runs this program again with glibc told to leave rseq alone. */
static void rseq_is_what_glibc_registered(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (bench_machine_rseq(why, sizeof(why))) {
		print_message("%s\n", why);
		skip();
	}
	pid = fork();
	if (!pid) {
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execl("/proc/self/exe", "test_machine", "rseq", NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ENOTSUP);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_work_or_say_why),
		cmocka_unit_test(rseq_is_what_glibc_registered),
	};

	if (argc > 1 && !strcmp(argv[1], "rseq"))
		return -bench_machine_rseq(why, sizeof(why));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
