/* SPDX-License-Identifier: MIT */
/* Unit tests of what a block is asked to measure. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/base/why.h"
#include "bench/plan/spec.h"

static char why[BENCH_WHY];

static void a_spec_survives_its_json(void **state)
{
	struct bench_block_spec spec = {
		.is_aa = true,
		.seed = UINT64_C(1) << 52,
		.block_ms = 60000,
	};
	struct bench_block_spec back;
	char id[BENCH_ID], back_id[BENCH_ID];
	json_t *json;

	(void)state;
	bench_cell_default(&spec.cell);
	assert_int_equal(
		bench_cell_set(&spec.cell, "payload", "256", why, sizeof(why)),
		0);
	bench_cell_normalise(&spec.cell);
	json = bench_block_spec_json(&spec);
	assert_int_equal(bench_block_spec_parse(json, &back, why, sizeof(why)),
			 0);
	assert_true(back.is_aa);
	assert_int_equal(back.seed, spec.seed);
	assert_int_equal(back.block_ms, spec.block_ms);
	assert_string_equal(bench_cell_id(&back.cell, back_id, sizeof(back_id)),
			    bench_cell_id(&spec.cell, id, sizeof(id)));
	json_decref(json);
}

/* Whoever hands a block over need not have put its cell in order. */
static void a_spec_is_put_in_its_normal_form(void **state)
{
	json_t *json = json_pack("{s:{s:s,s:i},s:b,s:i,s:i}", "cell",
				 "scenario", "write", "swap-rate", 77, "aa", 0,
				 "seed", 1, "block-ms", 10);
	struct bench_block_spec spec;

	(void)state;
	assert_int_equal(bench_block_spec_parse(json, &spec, why, sizeof(why)),
			 0);
	assert_int_equal(spec.cell.swap_rate, 0);
	json_decref(json);
}

static void what_is_no_spec_is_refused(void **state)
{
	static const struct {
		const char *json;
		int err;
		const char *right;
	} wrong[] = {
		{ "{}", -EINVAL, "cell" },
		{ "{\"cell\": {}, \"aa\": false, \"seed\": 1}", -EINVAL,
		  "block-ms" },
		{ "{\"cell\": {}, \"aa\": false, \"seed\": \"1\","
		  " \"block-ms\": 1}",
		  -EINVAL, "integer" },
		{ "{\"cell\": {}, \"aa\": false, \"seed\": 1, \"block-ms\": 1,"
		  " \"more\": 1}",
		  -EINVAL, "more" },
		{ "{\"cell\": {}, \"aa\": false, \"seed\": 1,"
		  " \"block-ms\": 60001}",
		  -EINVAL, "0..60000" },
		{ "{\"cell\": {}, \"aa\": false, \"seed\": 1,"
		  " \"block-ms\": -1}",
		  -EINVAL, "0..60000" },
		{ "{\"cell\": {\"sort\": 1}, \"aa\": false, \"seed\": 1,"
		  " \"block-ms\": 1}",
		  -ENOENT, "sort" },
		{ "{\"cell\": {\"subbuf\": 65536, \"buffer-kib\": 64},"
		  " \"aa\": false, \"seed\": 1, \"block-ms\": 1}",
		  -EINVAL, "less than two subbufs" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *json = json_loads(wrong[i].json, 0, NULL);
		struct bench_block_spec spec;

		assert_non_null(json);
		assert_int_equal(
			bench_block_spec_parse(json, &spec, why, sizeof(why)),
			wrong[i].err);
		if (!strstr(why, wrong[i].right))
			fail_msg("\"%s\" does not speak of %s", why,
				 wrong[i].right);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spec_survives_its_json),
		cmocka_unit_test(a_spec_is_put_in_its_normal_form),
		cmocka_unit_test(what_is_no_spec_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
