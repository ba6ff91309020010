/* SPDX-License-Identifier: MIT */
/* compact_rounds.c - the rounds of a cell as a compact result holds them. */
#include <math.h>
#include <stdlib.h>

#include "bench/result/compact_parts.h"

/* The figures that comparisons, charts and tables read round by round. */
static const struct {
	enum bench_figure figure;
	double percent;
} of_rounds[] = {
	{ BENCH_FIGURE_RATIO_LOG, 0 },
	{ BENCH_FIGURE_WRITER_NS_PER_EVENT, 0 },
	{ BENCH_FIGURE_WRITER_NS_PER_COMMITTED, 0 },
	{ BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT, 0 },
	{ BENCH_FIGURE_SWAP_SAFE, 50 },
	{ BENCH_FIGURE_WRITER_LATENCY, 99 },
	{ BENCH_FIGURE_FOOTPRINT_STOLEN_NS, 0 },
	{ BENCH_FIGURE_SCALING_COST, 50 },
	{ BENCH_FIGURE_FLOOR_NS, 0 },
};

const size_t compact_round_figures = sizeof(of_rounds) / sizeof(of_rounds[0]);

/* One figure of every round, NaN where it is not; false: none has it. */
static bool read_column(const json_t *rounds, const char *key, double *values)
{
	const json_t *round;
	bool any = false;
	size_t i;

	json_array_foreach (rounds, i, round) {
		const json_t *value =
			json_object_get(json_object_get(round, "figures"), key);

		any |= json_is_number(value);
		values[i] = json_is_number(value) ? json_number_value(value)
						  : NAN;
	}
	return any;
}

/* What is smaller nobody measured; its power of ten would be none. */
#define LEAST 1e-90

/* Values as [power of ten, whole numbers of it ...], the greatest of four
 * digits; null: none. NULL: no value at all, or no memory. */
static json_t *column_json(const json_t *rounds, const char *key)
{
	size_t n = json_array_size(rounds);
	double *values = calloc(n + 1, sizeof(*values));
	double most = 0;
	json_t *column = NULL;
	int power;

	if (!values || !read_column(rounds, key, values))
		goto out;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, isnan(values[i]) ? 0 : fabs(values[i]));
	power = most > LEAST ? (int)floor(log10(most)) - (COMPACT_DIGITS - 1)
			     : 0;
	column = json_array();
	json_array_append_new(column, json_integer(power));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			column,
			isnan(values[i])
				? json_null()
				: json_integer((json_int_t)llround(
					  values[i] * pow(10, -power))));
out:
	free(values);
	return column;
}

/* The place in a list of what equals a value; its size: nowhere. */
static size_t find_equal(const json_t *list, const json_t *value)
{
	size_t i = 0;

	while (i < json_array_size(list) &&
	       !json_equal(json_array_get(list, i), value))
		i++;
	return i;
}

json_t *compact_columns(const json_t *cell, size_t most, json_t *keys)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	bool has_added =
		json_object_get(json_object_get(cell, "ratio"), "added-ns");
	json_t *columns = json_array();
	char key[BENCH_FIGURE_PATH];

	for (size_t k = 0; k < most; k++) {
		json_t *column;
		size_t same;

		/* only what "added-ns" is computed from */
		if (has_added &&
		    of_rounds[k].figure ==
			    BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT)
			continue;
		bench_figure_path_at(of_rounds[k].figure, of_rounds[k].percent,
				     key);
		column = column_json(rounds, key);
		if (!column)
			continue;
		same = find_equal(columns, column);
		json_array_append_new(keys, json_string(key));
		if (same < json_array_size(columns)) {
			json_decref(column);
			column = json_integer((json_int_t)same);
		}
		json_array_append_new(columns, column);
	}
	return columns;
}

json_t *compact_plan(const json_t *rounds)
{
	json_t *numbers = json_array(), *states = json_array();
	const json_t *round;
	size_t i;

	json_array_foreach (rounds, i, round) {
		json_array_append(numbers, json_object_get(round, "round"));
		json_array_append(states, json_object_get(round, "status"));
	}
	return json_pack("{s:o, s:o}", "round", numbers, "status", states);
}
