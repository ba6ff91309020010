/* SPDX-License-Identifier: MIT */
/* product.c - multiply the axes of a slice out. */
#include "bench/base/why.h"
#include "bench/plan/product.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/floors/floors.h"
#include "bench/plan/override.h"
#include "bench/plan/scenario.h"

/* jansson keeps no places, so the line is that of the first such word. */
static unsigned int line_of(const char *text, const char *word)
{
	char quoted[128];
	const char *at;
	unsigned int line = 1;

	if (!text || !word)
		return 1;
	snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	at = strstr(text, quoted);
	for (; at && text < at; text++)
		line += *text == '\n';
	return line;
}

int bench_reading_wrong(const struct bench_reading *r, const char *word,
			const char *format, ...)
{
	char what[BENCH_MATRIX_WHY];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (r->path)
		snprintf(r->why, r->n, "%.200s%s:%u: %s", r->path,
			 bench_more(r->path, 200), line_of(r->text, word),
			 what);
	else
		snprintf(r->why, r->n, "%s", what);
	return -EINVAL;
}

static struct bench_matrix_cell *find_cell(const struct bench_matrix *m,
					   const struct bench_cell *cell)
{
	char id[BENCH_ID], other[BENCH_ID];

	bench_cell_id(cell, id, sizeof(id));
	for (unsigned int i = 0; i < m->n; i++)
		if (!strcmp(id, bench_cell_id(&m->cells[i].cell, other,
					      sizeof(other))))
			return &m->cells[i];
	return NULL;
}

static int add_cell(struct bench_reading *r, const struct bench_cell *cell,
		    unsigned int block_ms, bool if_there)
{
	struct bench_matrix *m = r->m;
	struct bench_matrix_cell *same = find_cell(m, cell);

	if (same) {
		same->if_there &= if_there;
		return 0;
	}
	if (m->n == BENCH_MATRIX_CELLS)
		return bench_reading_wrong(r, "slices", "more than %u cells",
					   BENCH_MATRIX_CELLS);
	if (m->n == r->capacity) {
		unsigned int capacity = r->capacity ? 2 * r->capacity : 64;
		void *cells = realloc(m->cells, capacity * sizeof(*m->cells));

		if (!cells) {
			snprintf(r->why, r->n, "no memory");
			return -ENOMEM;
		}
		m->cells = cells;
		r->capacity = capacity;
	}
	m->cells[m->n++] = (struct bench_matrix_cell){
		.cell = *cell,
		.block_ms = block_ms,
		.if_there = if_there,
	};
	return 0;
}

bool bench_is_group(const char *axis, const char *word)
{
	if (!strcmp(axis, "placement"))
		return !strcmp(word, "all");
	return !strcmp(axis, "strategy") &&
	       (!strcmp(word, "all") || !strcmp(word, "sound") ||
		!strcmp(word, "represents") || !strcmp(word, "floors"));
}

bool bench_is_of_group(const char *word, const struct swap_strategy *s)
{
	bool is_control = s->family == SWAP_CONTROL;

	if (!strcmp(word, "all"))
		return true;
	if (!strcmp(word, "sound"))
		return s->sound && !is_control;
	return !strcmp(word, "represents") && (s->represents || is_control);
}

static int factor_add(struct bench_reading *r, struct bench_factor *factor,
		      const char *value, bool from_group)
{
	if (factor->n == BENCH_FACTOR_VALUES)
		return bench_reading_wrong(r, factor->axis,
					   "%s has more than %u values",
					   factor->axis, BENCH_FACTOR_VALUES);
	snprintf(factor->values[factor->n], BENCH_NAME, "%s", value);
	factor->is_floor[factor->n] = false;
	factor->from_group[factor->n++] = from_group;
	return 0;
}

static int factor_add_floor(struct bench_reading *r,
			    struct bench_factor *factor, const char *name)
{
	int err = factor_add(r, factor, name, false);

	if (!err)
		factor->is_floor[factor->n - 1] = true;
	return err;
}

int bench_factor_add_group(struct bench_reading *r, struct bench_factor *factor,
			   const char *word)
{
	const struct bench_floor *floor;
	const struct swap_strategy *s;
	int err = 0;

	for (unsigned int i = 0; !strcmp(word, "floors") && !err &&
				 (floor = bench_floor_at(i)) != NULL;
	     i++)
		err = factor_add_floor(r, factor, floor->name);
	if (!strcmp(word, "floors"))
		return err;
	swap_for_each_strategy (s)
		if (!err && bench_is_of_group(word, s))
			err = factor_add(r, factor, s->name, true);
	return err;
}

static int add_placements(struct bench_reading *r, struct bench_factor *factor)
{
	int err = 0;

	for (int p = 0; p < BENCH_PLACEMENTS && !err; p++)
		err = factor_add(r, factor, bench_placement_name(p), true);
	return err;
}

int bench_factor_add_word(struct bench_reading *r, struct bench_factor *factor,
			  const char *word)
{
	if (bench_is_group(factor->axis, word))
		return *factor->axis == 'p'
			       ? add_placements(r, factor)
			       : bench_factor_add_group(r, factor, word);
	/* A matrix is for every build: what this one has not is left out. */
	if (!strcmp(factor->axis, "strategy") && swap_absent_find(word))
		return 0;
	return factor_add(r, factor, word, false);
}

/* A scenario that swaps, and a control that does not: not meant. */
static bool is_left_out(const struct bench_cell *cell, bool from_group)
{
	return from_group && bench_cell_refuses_to_swap(cell) &&
	       bench_cell_scenario(cell)->must_swap;
}

static int add_product_cell(struct bench_reading *r,
			    const struct bench_product *p,
			    const struct bench_cell *point,
			    const unsigned int *digits)
{
	struct bench_cell cell = *point;
	bool from_group = false, is_floor = false, if_there = false;
	char why[BENCH_WHY];

	for (unsigned int i = 0; i < p->n; i++) {
		const struct bench_factor *factor = &p->factors[i];
		const char *value = factor->values[digits[i]];

		if (bench_cell_set(&cell, factor->axis, value, why,
				   sizeof(why)))
			return bench_reading_wrong(r, value, "%s", why);
		if (!strcmp(factor->axis, "placement"))
			if_there = factor->from_group[digits[i]];
		else
			from_group |= factor->from_group[digits[i]];
		is_floor |= factor->is_floor[digits[i]];
	}
	if (is_floor || !bench_cell_strategy(&cell))
		cell.scenario = bench_scenario_of_floors();
	bench_cell_normalise(&cell);
	if (is_left_out(&cell, from_group) ||
	    !bench_overrides_keep(r->m, &cell))
		return 0;
	if (bench_cell_check(&cell, why, sizeof(why)))
		return bench_reading_wrong(r, cell.strategy, "%s", why);
	return add_cell(r, &cell, p->block_ms, if_there);
}

int bench_product_add_cells(struct bench_reading *r,
			    const struct bench_product *p,
			    const struct bench_cell *point)
{
	unsigned int digits[BENCH_OVERRIDES] = { 0 };
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (!p->factors[i].n)
			return 0;
	do {
		int err = add_product_cell(r, p, point, digits);

		if (err)
			return err;
		for (i = 0; i < p->n; i++) {
			if (++digits[i] < p->factors[i].n)
				break;
			digits[i] = 0;
		}
	} while (i < p->n);
	return 0;
}
