/* SPDX-License-Identifier: MIT */
/* Unit tests of what the summary says where something went wrong: what is no
 * evidence accuses nobody, and the summary says what its table says. */
#include "tests/unit/show/summary_helper.h"

/* ---- Verdicts ---- */

static json_t *cell_of(const json_t *result, const char *id)
{
	json_t *cells = json_object_get(result, "cells"), *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(json_string_value(json_object_get(cell, "id")), id))
			return cell;
	fail_msg("no cell %s", id);
	return NULL;
}

/* Every row says NO VERDICT: then something is not resolved. */
static void a_row_without_verdict_is_not_resolved(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char *const ids[] = { "write/fence/here",
						   "write/lent/here",
						   "write/lock/here" };

		json_object_set_new(
			json_object_get(cell_of(result, ids[i]), "ratio"),
			"verdict", json_string("no-verdict"));
	}
	s = summary_of(result);
	names_are(&s.unjudged, "fence lent lock");
	says(result, &s,
	     (const char *const[]){ "not resolved     no verdict on a write of "
				    "fence, lent, lock\n",
				    NULL });
}

/* ---- Evidence ---- */

static json_t *add_floor(json_t *result, const char *name)
{
	json_t *cell = append(result, cell_new("floor", name, ""));

	json_object_set_new(cell, "kind", json_string("floor"));
	json_object_del(cell, "sound");
	return cell;
}

/* Not even in a result that calls it so: a floor claims nothing. */
static void a_floor_accuses_nobody(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	set_status(add_floor(result, "lent"), "invalid", "crashed: signal 11");
	s = summary_of(result);
	assert_int_equal(s.invalid.n, 0);
	assert_int_not_equal(s.next, BENCH_NEXT_VERIFY);
	assert_int_equal(s.unmeasured, 1);
	choice_is(&s.writer, BENCH_CHOICE_ONE, "lent");
	says(result, &s,
	     (const char *const[]){ "1 cell without numbers: floor/lent/here",
				    NULL });
}

static void an_unsound_strategy_that_crashed_is_caught(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	set_status(cell_of(result, "swap/racy/here"), "broken",
		   "crashed: signal 11");
	json_object_del(json_object_get(cell_of(result, "swap/racy/here"),
					"verification"),
			"violations");
	s = summary_of(result);
	names_are(&s.caught, "racy");
	assert_int_equal(s.invalid.n, 0);
	says(result, &s,
	     (const char *const[]){ "caught breaking  racy (crashed or hung), "
				    "declared unsound",
				    " broken\n", NULL });
}

static void an_accusation_stands_alone(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;
	json_t *cell;

	(void)state;
	add_write(result, "lent", 1.05, 0.005);
	cell = add_swap(result, "lent", 17, 40);
	set_status(cell, "invalid", "3 torn");
	set_violations(cell, 3);
	s = summary_of(result);
	says(result, &s,
	     (const char *const[]){ "caught breaking  lent (3 violations), "
				    "although it claims to be sound\n",
				    NULL });
}

static void who_does_not_claim_soundness_is_not_chosen(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	json_object_del(cell_of(result, "write/lent/here"), "sound");
	s = summary_of(result);
	assert_int_equal(s.writer.rivals, 2);
	bench_summary_free(&s);
	json_decref(result);
}

/* ---- Losses, medians ---- */

static void losses_elsewhere_are_losses(void **state)
{
	json_t *result = whole();
	struct bench_summary s;
	json_t *cell;

	(void)state;
	cell = add_swap_at(result, "lock", "writer-state=nested", 2, 5);
	assert_non_null(cell);
	s = summary_of(result);
	names_are(&s.lossless, "");
	names_are(&s.lossy, "fence lent lock");
	says(result, &s,
	     (const char *const[]){ "loses no event   none; refused for each "
				    "swap: fence 30.0, lent 4000, lock (in "
				    "other tables)\n",
				    NULL });
}

/* Its reader was late: no swap's doing. */
static void a_full_buffer_is_no_loss_of_swaps(void **state)
{
	json_t *result = whole();
	struct bench_summary s;
	json_t *cell =
		add_swap_at(result, "lock", "mode=produce-consume", 2, 0);

	(void)state;
	json_object_set_new(
		json_object_get(json_object_get(cell, "writer"), "drops"),
		"full", json_integer(7));
	s = summary_of(result);
	names_are(&s.lossless, "lock");
	bench_summary_free(&s);
	json_decref(result);
}

static void who_has_no_median_is_named(void **state)
{
	json_t *result = whole(), *safe;
	struct bench_summary s;

	(void)state;
	safe = json_object_get(
		json_object_get(cell_of(result, "swap/fence/here"), "swap"),
		"safe");
	json_array_clear(json_object_get(safe, "percentiles"));
	s = summary_of(result);
	assert_int_equal(s.swapper.rivals, 2);
	names_are(&s.swapper.unpriced, "fence");
	says(result, &s,
	     (const char *const[]){
		     "cheapest swap    lock (1.30 us), of 2 candidates; "
		     "measured too seldom for a median: fence\n",
		     NULL });
}

/* ---- Narrow terminals ---- */

static void a_narrow_line_holds_words(void **state)
{
	json_t *result = whole();
	char *text = NULL, *line, *rest;
	unsigned int letters = 0;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	bench_show_print(result, &(struct bench_show_options){ .width = 20 },
			 to);
	fclose(to);
	for (line = strtok_r(strstr(text, "What this run says"), "\n", &rest);
	     line; line = strtok_r(NULL, "\n", &rest))
		letters += strlen(line + strspn(line, " ")) == 1;
	assert_true(letters < 3);
	free(text);
	json_decref(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_without_verdict_is_not_resolved),
		cmocka_unit_test(a_floor_accuses_nobody),
		cmocka_unit_test(an_unsound_strategy_that_crashed_is_caught),
		cmocka_unit_test(an_accusation_stands_alone),
		cmocka_unit_test(who_does_not_claim_soundness_is_not_chosen),
		cmocka_unit_test(losses_elsewhere_are_losses),
		cmocka_unit_test(a_full_buffer_is_no_loss_of_swaps),
		cmocka_unit_test(who_has_no_median_is_named),
		cmocka_unit_test(a_narrow_line_holds_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
