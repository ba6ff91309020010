/* SPDX-License-Identifier: MIT */
/* Unit tests of files that contradict themselves, and of hostile text in them:
 * refused in one line that says where, or cleaned. */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "bench/base/json.h"
#include "bench/result/figures.h"
#include "bench/result/result.h"
#include "tests/unit/result/file_helper.h"
#include "tests/unit/result/result_helper.h"

#define RUN   FIXTURES "/run.jsonl"
#define SHORT FIXTURES "/short.jsonl"

static char why[BENCH_RESULT_WHY];

/* ---- A journal as an array of its lines ---- */

static json_t *lines_of(const char *journal)
{
	FILE *in = fopen(journal, "r");
	json_t *lines = json_array(), *line;

	assert_non_null(in);
	while ((line = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL)))
		json_array_append_new(lines, line);
	fclose(in);
	return lines;
}

static void save(const json_t *lines)
{
	FILE *out = fopen(path, "w");
	const json_t *line;
	size_t i;

	json_array_foreach (lines, i, line) {
		json_dumpf(line, out, JSON_COMPACT);
		fputc('\n', out);
	}
	assert_int_equal(fclose(out), 0);
}

/* Every way to read a journal refuses it alike, in one line. */
static void refuse(json_t *lines, const char *says)
{
	struct bench_journal_summary sum;
	json_t *r = NULL;

	save(lines);
	assert_int_equal(bench_result_open(path, NULL, &r, why, sizeof(why)),
			 -EINVAL);
	assert_null(r);
	assert_null(strchr(why, '\n'));
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
	assert_int_equal(
		bench_result_check_journal(path, &sum, why, sizeof(why)),
		-EINVAL);
	json_decref(lines);
}

static json_t *accept(json_t *lines)
{
	json_t *r = NULL;

	save(lines);
	if (bench_result_open(path, NULL, &r, why, sizeof(why)))
		fail_msg("%s", why);
	json_decref(lines);
	return r;
}

static json_t *line_at(const json_t *lines, size_t i)
{
	return json_array_get(lines, i);
}

static json_t *cell_at(const json_t *lines, size_t i)
{
	json_t *plan = json_object_get(line_at(lines, 0), "plan");

	return json_array_get(json_object_get(plan, "cells"), i);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	assert_int_equal(json_object_set_new(object, name, json_string(text)),
			 0);
}

static void set_number(json_t *object, const char *name, json_int_t number)
{
	assert_int_equal(
		json_object_set_new(object, name, json_integer(number)), 0);
}

/* The plan's cell of that id. */
static json_t *cell_of(const json_t *lines, const char *id)
{
	size_t i = 0;

	while (cell_at(lines, i) &&
	       strcmp(bench_text(cell_at(lines, i), "id"), id) != 0)
		i++;
	assert_non_null(cell_at(lines, i));
	return cell_at(lines, i);
}

/* ---- Descriptors ---- */

/* A journal that describes itself, as its time did. */
static json_t *described(void)
{
	json_t *lines = lines_of(SHORT), *r = NULL;
	json_t *of;

	assert_int_equal(bench_result_open(SHORT, NULL, &r, why, sizeof(why)),
			 0);
	of = json_object_get(r, "descriptors");
	set_text(of, "traits", "recorded");
	json_object_set(line_at(lines, 0), "descriptors", of);
	json_decref(r);
	return lines;
}

/* The first copy of two must not win: it can call racy sound. */
static void a_name_is_described_once(void **state)
{
	static const char *const kinds[] = { "strategies", "floors",
					     "scenarios" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		json_t *lines = described(), *list;

		list = json_object_get(
			json_object_get(line_at(lines, 0), "descriptors"),
			kinds[i]);
		json_array_insert_new(list, 0,
				      json_deep_copy(json_array_get(list, 1)));
		refuse(lines, kinds[i]);
		assert_non_null(strstr(why, "each should stand once"));
	}
	json_decref(accept(described()));
}

/* ---- The plan ---- */

static void a_kind_is_its_descriptors(void **state)
{
	json_t *lines = described();

	(void)state;
	set_text(cell_of(lines, "swap/racy/shared-l3"), "kind", "candidate");
	refuse(lines,
	       "kind: is \"candidate\", should be \"control\", as the "
	       "descriptor of racy says");
	lines = lines_of(SHORT); /* of a time without descriptors, too */
	set_text(cell_of(lines, "swap/racy/shared-l3"), "kind", "candidate");
	refuse(lines, "should be \"control\"");
	lines = described();
	set_text(cell_of(lines, "floor/timer/shared-l3"), "kind", "control");
	refuse(lines, "should be \"floor\"");
}

static void a_cell_is_in_its_place(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_number(cell_at(lines, 3), "cell", 4);
	refuse(lines, ":1: plan.cells[3].cell: is 4, should be 3");
}

static void two_cells_have_two_ids(void **state)
{
	json_t *lines = lines_of(SHORT);
	json_t *copy = json_deep_copy(cell_at(lines, 3));
	json_t *plan = json_object_get(line_at(lines, 0), "plan");
	json_t *cells = json_object_get(plan, "cells");

	(void)state;
	set_number(copy, "cell", (json_int_t)json_array_size(cells));
	json_array_append_new(cells, copy);
	refuse(lines, "as that of [3] is; each should stand once");
}

static void an_id_says_what_its_axes_say(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_text(cell_of(lines, "swap/racy/shared-l3"), "id",
		 "swap/rcu/shared-l2");
	refuse(lines, "should begin with \"swap/racy/shared-l3\"");
	lines = lines_of(SHORT);
	set_text(cell_of(lines, "write/rcu/shared-l3/payload=64"), "id",
		 "write/rcu/shared-l3/payload=8");
	refuse(lines, "which its axes contradict");
}

static void rounds_are_as_many_as_a_run_can_have(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_number(json_object_get(line_at(lines, 0), "plan"), "rounds",
		   (INT64_C(1) << 32) - 2);
	refuse(lines, "plan.rounds: is 4294967294, should be at most");
}

/* ---- Blocks ---- */

static void a_block_is_its_cells(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_text(line_at(lines, 1), "id", "write/hope/shared-l3");
	refuse(lines, ":2: id: is \"write/hope/shared-l3\", should be");
	lines = lines_of(SHORT);
	set_text(json_object_get(line_at(lines, 1), "axes"), "mode", "other");
	refuse(lines, ":2: axes: should be those of the plan's cell");
}

static void a_block_is_of_a_planned_round(void **state)
{
	static const json_int_t rounds[] = { 12, (INT64_C(1) << 32) - 2,
					     INT64_MAX };

	(void)state;
	for (int i = 0; i < 3; i++) {
		json_t *lines = lines_of(SHORT);

		set_number(line_at(lines, 1), "round", rounds[i]);
		refuse(lines, ":2: round: is ");
	}
}

static void a_block_is_told_once(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	json_array_insert(lines, 2, line_at(lines, 1));
	refuse(lines, ":3: cell ");
	assert_non_null(strstr(why, "already; each should have one"));
}

static void an_unavailable_cell_has_no_block(void **state)
{
	json_t *lines = lines_of(SHORT);
	json_int_t cell =
		json_integer_value(json_object_get(line_at(lines, 1), "cell"));

	(void)state;
	set_text(cell_at(lines, (size_t)cell), "status", "unavailable");
	refuse(lines, "which the plan calls unavailable");
}

/* What a run adds after its end is a "resume" first. */
static void nothing_follows_the_end_but_a_resume(void **state)
{
	json_t *lines = lines_of(SHORT), *block;
	size_t last = json_array_size(lines) - 1;

	(void)state;
	block = json_incref(line_at(lines, last - 1));
	json_array_remove(lines, last - 1);
	json_array_append(lines, block);
	refuse(lines, "after the run is over, should be \"resume\"");
	lines = lines_of(SHORT);
	json_array_remove(lines, last - 1);
	json_array_append_new(lines, json_pack("{s:s}", "type", "resume"));
	json_array_append_new(lines, block);
	json_decref(accept(lines));
}

/* ---- Numbers ---- */

static void set_committed(const json_t *lines, json_int_t count)
{
	for (size_t i = 1; i < json_array_size(lines); i++) {
		json_t *writer = json_object_get(line_at(lines, i), "writer");

		if (writer)
			set_number(writer, "committed", count);
	}
}

/* Near 2^63 one overflows, below 2^53 their sum leaves what JSON can hold. */
static void counts_too_large_are_refused(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_committed(lines, INT64_MAX - 1);
	refuse(lines,
	       "writer.committed: is 9223372036854775806, should be "
	       "below 2^53");
	lines = lines_of(SHORT);
	set_committed(lines, (INT64_C(1) << 53) - 1);
	save(lines);
	json_decref(lines);
	lines = NULL;
	assert_int_equal(
		bench_result_open(path, NULL, &lines, why, sizeof(why)),
		-EINVAL);
	assert_null(lines); /* a refused result is not handed out */
	assert_non_null(strstr(why, "should be below 2^53"));
}

/* ---- Versions ---- */

static void another_version_is_named(void **state)
{
	json_t *lines = lines_of(SHORT);

	(void)state;
	set_text(line_at(lines, 0), "schema", "ringswap-journal/2");
	refuse(lines,
	       "schema: is \"ringswap-journal/2\", should be "
	       "\"ringswap-journal/1\", which is what this build reads");
}

/* ---- Text ---- */

/* Changes names: of a strategy with a name that is none. */
static json_t *renamed(const char *name)
{
	json_t *lines = lines_of(SHORT);
	json_t *cell = cell_of(lines, "swap/racy/shared-l3");

	set_text(json_object_get(cell, "axes"), "strategy", name);
	return lines;
}

static void a_name_is_plain(void **state)
{
	static const char *const names[] = {
		"",
		"#racy",
		"-racy",
		"ra cy",
		"ra\ncy",
		"ra\033]0;cy\007",
		"ra\xe2\x80\xae"
		"cy",
		"ra\"cy",
		"r\xc3\xa4"
		"cy",
		"<b>",
	};
	char long_name[5001];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		refuse(renamed(names[i]), "axes.strategy: is ");
		assert_non_null(strstr(why, "should be 1 to 64 letters"));
		for (const char *c = why; *c; c++)
			assert_true((unsigned char)*c >= ' ');
		assert_null(strstr(why, "\xe2\x80\xae"));
	}
	memset(long_name, 'x', 5000);
	long_name[5000] = '\0';
	refuse(renamed(long_name), "should be 1 to 64 letters");
}

static void names_of_members_are_plain_too(void **state)
{
	json_t *lines = lines_of(SHORT);
	json_t *writer;
	size_t i = 1;

	(void)state;
	while (!(writer = json_object_get(line_at(lines, i), "writer")))
		i++;
	set_number(json_object_get(writer, "drops"), "x\033[2J", 1);
	refuse(lines, "a member called \"x?[2J\"");
	lines = lines_of(SHORT);
	writer = json_object_get(line_at(lines, i), "writer");
	set_number(json_object_get(writer, "drops"), "<script>", 1);
	refuse(lines, "should be 1 to 64 letters");
}

/* Free texts keep their words. */
static void texts_are_cleaned(void **state)
{
	json_t *lines = lines_of(SHORT), *r, *cell;
	const char *reason;

	(void)state;
	set_text(cell_of(lines, "swap/membarrier/smt-sibling"), "reason",
		 "no\ncore \033[31mhas\x7f \xe2\x80\xaetwo \xc3\xa4");
	r = accept(lines);
	for (size_t i = 0;; i++) {
		cell = json_array_get(json_object_get(r, "cells"), i);
		if (!strcmp(bench_text(cell, "status"), "unavailable"))
			break;
	}
	reason = bench_text(cell, "reason");
	assert_string_equal(reason, "no core ?[31mhas? ?two \xc3\xa4");
	json_decref(r);
}

static void long_texts_are_cut(void **state)
{
	json_t *lines = lines_of(SHORT), *r;
	char *text = malloc(1000001);
	const char *description;

	(void)state;
	for (size_t i = 0; i < 1000000; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[1000000] = '\0';
	set_text(json_object_get(line_at(lines, 0), "matrix"), "description",
		 text);
	r = accept(lines);
	description =
		bench_text(json_object_get(json_object_get(r, "run"), "matrix"),
			   "description");
	assert_true(strlen(description) <= 4096);
	assert_string_equal(description + strlen(description) - 3, "...");
	json_decref(r);
	free(text);
}

/* The key of a machine is the hash of lines that have to stay. */
static void the_text_of_a_key_keeps_its_lines(void **state)
{
	json_t *lines = lines_of(SHORT), *r;

	(void)state;
	set_text(json_object_get(line_at(lines, 0), "machine"), "key-text",
		 "a=1\nb=\033[2J2\n");
	r = accept(lines);
	assert_string_equal(
		bench_text(json_object_get(r, "machine"), "key-text"),
		"a=1\nb=?[2J2\n");
	json_decref(r);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	FILE *out = fopen(path, "w");
	json_t *r;

	(void)state;
	fputs("{\"schema\": \"ringswap-journal/1\", \"a\": \"\xff\033[2J\"}\n",
	      out);
	fclose(out);
	assert_int_equal(bench_result_open(path, NULL, &r, why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "not JSON"));
	assert_null(strchr(why, '\033'));
}

/* ---- Results ---- */

static void refuse_result(const char *cell_id, const char *name, json_t *value,
			  const char *says)
{
	json_t *r = NULL, *cell = NULL, *cells;
	size_t i;

	assert_int_equal(bench_result_open(RUN, NULL, &r, why, sizeof(why)), 0);
	cells = json_object_get(r, "cells");
	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_text(cell, "id"), cell_id))
			break;
	assert_non_null(cell);
	json_object_set_new(cell, name, value);
	assert_int_equal(bench_result_check(r, why, sizeof(why)), -EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
	json_decref(r);
}

static void a_result_agrees_with_itself(void **state)
{
	static const char racy[] = "swap/racy/shared-l3";

	(void)state;
	refuse_result(racy, "kind", json_string("candidate"),
		      "should be \"control\"");
	refuse_result(racy, "sound", json_true(),
		      "sound: is true, which the descriptor of racy");
	refuse_result(racy, "status", json_string("ok"),
		      "status: is \"ok\", which its blocks contradict");
	refuse_result(racy, "strategy", json_string("rcu"),
		      "strategy: is \"rcu\", should be \"racy\"");
	refuse_result(racy, "id", json_string("swap/rcu/shared-l3"),
		      "should begin with \"swap/racy/shared-l3\"");
	refuse_result(racy, "blocks", json_pack("{s:i}", "ok", 12),
		      "blocks: should count the rounds by their status");
	refuse_result(racy, "rounds",
		      json_pack("[{s:i, s:s, s:{}}]", "round", 99, "status",
				"broken", "figures"),
		      "rounds[0].round: is 99, should be one of 12");
}

static void rounds_of_a_result_are_limited(void **state)
{
	json_t *r = NULL, *run;

	(void)state;
	assert_int_equal(bench_result_open(RUN, NULL, &r, why, sizeof(why)), 0);
	run = json_object_get(r, "run");
	set_number(run, "rounds", (INT64_C(1) << 40));
	assert_int_equal(bench_result_check(r, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "run.rounds: is"));
	set_number(run, "rounds-planned", (INT64_C(1) << 40));
	assert_int_equal(bench_result_check(r, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "run.rounds-planned: is"));
	json_decref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_described_once),
		cmocka_unit_test(a_kind_is_its_descriptors),
		cmocka_unit_test(a_cell_is_in_its_place),
		cmocka_unit_test(two_cells_have_two_ids),
		cmocka_unit_test(an_id_says_what_its_axes_say),
		cmocka_unit_test(rounds_are_as_many_as_a_run_can_have),
		cmocka_unit_test(a_block_is_its_cells),
		cmocka_unit_test(a_block_is_of_a_planned_round),
		cmocka_unit_test(a_block_is_told_once),
		cmocka_unit_test(an_unavailable_cell_has_no_block),
		cmocka_unit_test(nothing_follows_the_end_but_a_resume),
		cmocka_unit_test(counts_too_large_are_refused),
		cmocka_unit_test(another_version_is_named),
		cmocka_unit_test(a_name_is_plain),
		cmocka_unit_test(names_of_members_are_plain_too),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(the_text_of_a_key_keeps_its_lines),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(a_result_agrees_with_itself),
		cmocka_unit_test(rounds_of_a_result_are_limited),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
