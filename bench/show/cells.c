/* SPDX-License-Identifier: MIT */
/* cells.c - which cells belong together, and what they hold. */
#include <math.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/show/parts.h"

bool show_is(const json_t *cell, const char *member, const char *word)
{
	const char *text = bench_text(cell, member);

	return text && !strcmp(text, word);
}

bool show_is_control(const json_t *cell)
{
	return show_is(cell, "kind", "control");
}

bool show_has_numbers(const json_t *cell)
{
	return bench_is_usable(bench_text(cell, "status"));
}

bool show_is_uncaught(const json_t *cell)
{
	return json_is_false(json_object_get(cell, "sound")) &&
	       json_object_get(cell, "swap") && show_is(cell, "status", "ok");
}

/* ---- Tables ---- */

/* "scenario/strategy/placement/axis=value": behind the second slash. */
const char *show_point(const json_t *cell)
{
	const char *id = bench_text(cell, "id");
	const char *slash = strchr(id, '/');

	slash = slash ? strchr(slash + 1, '/') : NULL;
	return slash ? slash + 1 : "";
}

bool show_same_table(const json_t *a, const json_t *b)
{
	return show_is(a, "scenario", bench_text(b, "scenario")) &&
	       !strcmp(show_point(a), show_point(b));
}

bool show_is_first(const json_t *cells, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (show_same_table(json_array_get(cells, i),
				    json_array_get(cells, at)))
			return false;
	return true;
}

unsigned int show_axes(const json_t *cell)
{
	unsigned int n = 0;

	for (const char *at = show_point(cell); *at; at++)
		n += *at == '/';
	return n;
}

bool show_any_measured(const json_t *cells, const json_t *like)
{
	return show_has_numbers(show_first_measured(cells, like));
}

const json_t *show_first_measured(const json_t *cells, const json_t *like)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (show_same_table(cell, like) && show_has_numbers(cell))
			return cell;
	return like;
}

/* ---- Members ---- */

const char *show_baseline(const json_t *cell, int *length)
{
	const char *id = bench_text(json_object_get(cell, "ratio"), "baseline");
	const char *name = id ? strchr(id, '/') : NULL;
	const char *end = name ? strchr(name + 1, '/') : NULL;

	if (!end || !strncmp(id, "floor/", 6))
		return NULL;
	*length = (int)(end - name - 1);
	return name + 1;
}

const json_t *show_first_judged(const json_t *cells, const json_t *like)
{
	const json_t *cell;
	int length;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (show_same_table(cell, like) &&
		    show_is(cell, "kind", "candidate") &&
		    show_baseline(cell, &length))
			return cell;
	return like;
}

const json_t *show_distribution(const json_t *cell, const char *path)
{
	const char *dot = strchr(path, '.');
	const json_t *part = json_object_getn(cell, path, (size_t)(dot - path));

	return json_object_get(part, dot + 1);
}

const json_t *show_percentile(const json_t *distribution, double percent)
{
	const json_t *list = json_object_get(distribution, "percentiles");
	const json_t *p;
	size_t i;

	json_array_foreach (list, i, p)
		if (fabs(bench_get_number(p, "percent") - percent) < 1e-6)
			return p;
	return NULL;
}
