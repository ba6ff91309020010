/* SPDX-License-Identifier: MIT */
/* cell.c - a cell while it is built: what it is, and its raw values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"

bool bench_result_is_aa(const struct bench_result_cell *c)
{
	return !strcmp(c->kind, "aa");
}

bool bench_result_is_floor(const struct bench_result_cell *c)
{
	return !strcmp(c->scenario, "floor");
}

bool bench_result_against_floor(const struct bench_result_cell *c)
{
	return c->baseline && !bench_result_is_floor(c) &&
	       !strncmp(c->baseline, "floor/", strlen("floor/"));
}

json_int_t bench_result_blocks(const struct bench_result_cell *c,
			       const char *status)
{
	return json_integer_value(json_object_get(c->blocks, status));
}

size_t bench_result_values(const struct bench_result_cell *c,
			   enum bench_figure figure, double percent,
			   double *values, json_int_t *numbers)
{
	size_t size = json_array_size(c->rounds), n = 0;
	char key[BENCH_FIGURE_PATH];

	bench_figure_path_at(figure, percent, key);
	for (size_t i = 0; i < size; i++) {
		const json_t *round = json_array_get(c->rounds, i);
		const json_t *value =
			json_object_get(json_object_get(round, "figures"), key);

		if (!json_is_number(value))
			continue;
		if (numbers)
			numbers[n] = json_integer_value(
				json_object_get(round, "round"));
		values[n++] = json_number_value(value);
	}
	return n;
}

double bench_result_in_round(const struct bench_result_cell *c,
			     enum bench_figure figure, size_t i)
{
	const json_t *figures =
		json_object_get(json_array_get(c->rounds, i), "figures");
	char key[BENCH_FIGURE_PATH];
	const json_t *value =
		json_object_get(figures, bench_figure_path(figure, key));

	return json_is_number(value) ? json_number_value(value) : NAN;
}

double *bench_result_values_new(const struct bench_result_cell *c)
{
	return calloc(json_array_size(c->rounds) + 1, sizeof(double));
}
