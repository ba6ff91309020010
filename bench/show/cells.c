/* SPDX-License-Identifier: MIT */
/* cells.c - what the cells of one table have in common. */
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

const json_t *show_first_measured(const struct show *s, const json_t *like)
{
	const json_t *cell;

	show_for_each_cell(s,
			   cell) if (bench_view_same_table(cell, like, NULL) &&
				     bench_view_has_numbers(cell)) return cell;
	return like;
}

const json_t *show_first_judged(const struct show *s, const json_t *like)
{
	const json_t *cell;
	int length;

	show_for_each_cell(s,
			   cell) if (bench_view_same_table(cell, like, NULL) &&
				     bench_view_is_candidate(cell) &&
				     show_baseline(cell, &length)) return cell;
	return like;
}

const char *show_baseline(const json_t *cell, int *length)
{
	struct bench_view_ratio r;
	const char *name, *end;

	if (!bench_view_ratio(cell, &r) || !r.baseline)
		return NULL;
	name = strchr(r.baseline, '/');
	end = name ? strchr(name + 1, '/') : NULL;
	if (!end || !strncmp(r.baseline, "floor/", 6))
		return NULL;
	*length = (int)(end - name - 1);
	return name + 1;
}

char *show_where_text(const json_t *cell)
{
	const char *axes = bench_view_axes(cell);
	int writer = bench_view_writer_pu(cell);
	int swapper = bench_view_swapper_pu(cell);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	fputs(bench_view_placement(cell), to);
	if (writer >= 0)
		fprintf(to, ", writer on PU %d", writer);
	if (swapper >= 0)
		fprintf(to, ", swapper on PU %d", swapper);
	fputs(*axes ? ", " : "", to);
	for (; *axes; axes++)
		if (*axes == '/')
			fputs(", ", to);
		else
			fputc(*axes, to);
	fclose(to);
	return text;
}
