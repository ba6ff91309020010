/* SPDX-License-Identifier: MIT */
/* Unit tests of a journal's header: a run that ends at once has a result, and
 * another machine, build or matrix is told from this one. */
#include <errno.h>
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

#include "bench/base/json.h"
#include "bench/base/private.h"
#include "bench/plan/matrix.h"
#include "bench/result/result.h"
#include "bench/result/traits.h"
#include "bench/run/header.h"
#include "bench/run/journal.h"
#include "bench/run/runner.h"

static struct bench_topology *topology;
static json_t *header;
static char digest[BENCH_DIGEST];
static char why[BENCH_MATRIX_WHY];

static int make_header(void **state)
{
	char *argv[] = { "run",	  "--rounds",	       "2",
			 "--out", "/srv/jo/mine.json", NULL };
	struct bench_matrix m;
	struct bench_plan plan;

	(void)state;
	bench_matrix_init(&m);
	if (bench_topology_load(&topology, 0, why, sizeof(why)) ||
	    bench_matrix_load(&m, "smoke", why, sizeof(why)) ||
	    bench_plan_make(topology, &m, &plan))
		return -1;
	plan.rounds = 2;
	header = bench_run_header(5, argv, topology, &plan);
	bench_run_digest(m.digest, digest);
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	return header ? 0 : -1;
}

static int drop_header(void **state)
{
	(void)state;
	json_decref(header);
	bench_topology_free(topology);
	return 0;
}

/* Its shape is what a reader checks, and it says what everybody is. */
static void a_header_alone_makes_a_result(void **state)
{
	char path[] = "/tmp/ringswap-header-XXXXXX";
	int fd = mkstemp(path);
	struct bench_journal j;
	json_t *result;
	char old[64];

	(void)state;
	close(fd);
	assert_int_equal(
		bench_journal_create(&j, path, header, why, sizeof(why)), 0);
	bench_journal_close(&j);
	if (bench_result_build(path, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	snprintf(old, sizeof(old), "%s.prev", path);
	unlink(old);
	unlink(path);
	assert_false(bench_traits_are_assumed(result));
	assert_true(bench_traits_is_baseline(result, "unsync"));
	assert_non_null(
		bench_text(json_object_get(result, "build"), "barrier"));
	assert_non_null(bench_text(json_object_get(result, "build"), "local"));
	json_decref(result);
}

/* Not of the file, and of nothing else: no path but the system's. */
static void it_names_no_file_of_anybody(void **state)
{
	json_t *copy = json_deep_copy(header);
	json_t *command = json_object_get(copy, "command");

	(void)state;
	assert_string_equal(json_string_value(json_array_get(command, 5)),
			    BENCH_PRIVATE_FILE);
	assert_int_equal(bench_private_strip(copy, NULL), 0);
	json_decref(copy);
}

static void the_same_is_the_same(void **state)
{
	(void)state;
	assert_int_equal(bench_run_header_check(header, topology, NULL, why,
						sizeof(why)),
			 0);
	assert_int_equal(bench_run_header_check(header, topology, digest, why,
						sizeof(why)),
			 0);
}

static void refuse(const char *part, const char *name, const char *says)
{
	json_t *other = json_deep_copy(header);

	bench_set(json_object_get(other, part), name, json_string("another"));
	assert_int_equal(bench_run_header_check(other, topology, digest, why,
						sizeof(why)),
			 -ESTALE);
	assert_non_null(strstr(why, says));
	json_decref(other);
}

static void what_has_changed_is_said(void **state)
{
	json_t *empty = json_object();

	(void)state;
	refuse("machine", "key", "machine");
	refuse("build", "flags", "build");
	refuse("build", "barrier", "build");
	refuse("matrix", "digest", "matrix");
	assert_int_equal(
		bench_run_header_check(empty, topology, NULL, why, sizeof(why)),
		-EINVAL);
	json_decref(empty);
}

/* ---- Resuming ---- */

static int resume(json_t *as, const char *path, struct bench_run *run)
{
	struct bench_journal j;
	FILE *file;

	assert_int_equal(bench_journal_create(&j, path, as, why, sizeof(why)),
			 0);
	bench_journal_close(&j);
	file = fopen(path, "a");
	fputs("{\"type\": \"blo", file);
	fclose(file);
	return bench_run_resume(run, path, topology, NULL, why, sizeof(why));
}

static long size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* A run of this build is resumed with its own plan; another's is refused, and
 * its journal stays as it was, with the line that was cut off. */
static void only_a_run_of_this_build_is_resumed(void **state)
{
	char folder[] = "/tmp/ringswap-resume-XXXXXX", path[64], command[80];
	struct bench_plan plan = { 0 };
	struct bench_run run = { .plan = &plan };
	json_t *other = json_deep_copy(header);
	long before;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/j", folder);
	bench_set(json_object_get(other, "build"), "commit",
		  json_string("another"));
	assert_int_equal(resume(other, path, &run), -ESTALE);
	assert_non_null(strstr(why, "build has changed"));
	before = size_of(path);
	assert_int_equal(resume(other, path, &run), -ESTALE);
	assert_int_equal(size_of(path), before);
	assert_int_equal(resume(header, path, &run), 0);
	assert_int_equal(plan.rounds, 2);
	assert_string_equal(plan.name, "smoke");
	assert_int_equal(run.blocks, 0);
	bench_run_end(&run);
	bench_plan_free(&plan);
	json_decref(other);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

/* Whoever resumes predicts by the finished blocks and measures none for it: a
 * run that is killed every other second would not advance. */
static void finished_blocks_say_what_others_will_take(void **state)
{
	const json_t *json = json_object_get(header, "plan");
	double known[BENCH_PLAN_CLASSES] = { 0 };
	struct bench_plan plan;
	json_t *slow, *quick;
	double ms, usual;

	(void)state;
	assert_int_equal(bench_plan_from_json(json, &plan, why, sizeof(why)),
			 0);
	ms = plan.cells[0].block_ms;
	usual = plan.cells[0].overhead_ms;
	slow = json_pack("{s:f}", "wall-ms", ms + 70);
	quick = json_pack("{s:f}", "wall-ms", ms + 42);
	bench_run_overhead_learn(&plan, 0, slow, known);
	bench_run_overhead_learn(&plan, 0, quick, known);
	bench_run_overhead_learn(&plan, 0, slow, known);
	bench_run_overheads_take(&plan, known);
	for (unsigned int i = 0; i < plan.n; i++) {
		bool is_same_sort = bench_plan_class(&plan.cells[i]) ==
				    bench_plan_class(&plan.cells[0]);

		assert_true(plan.cells[i].overhead_ms ==
			    (is_same_sort ? 42 : usual));
	}
	json_decref(slow);
	json_decref(quick);
	bench_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_alone_makes_a_result),
		cmocka_unit_test(it_names_no_file_of_anybody),
		cmocka_unit_test(the_same_is_the_same),
		cmocka_unit_test(what_has_changed_is_said),
		cmocka_unit_test(only_a_run_of_this_build_is_resumed),
		cmocka_unit_test(finished_blocks_say_what_others_will_take),
	};

	swap_setup();
	return cmocka_run_group_tests(tests, make_header, drop_header);
}
