/* SPDX-License-Identifier: MIT */
/* override.c - axes given on the command line. */
#include "bench/plan/override.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/plan/scenario.h"

const struct bench_override *bench_override_of(const struct bench_matrix *m,
					       const char *axis)
{
	for (unsigned int i = 0; i < m->n_overrides; i++)
		if (!strcmp(m->overrides[i].axis, axis))
			return &m->overrides[i];
	return NULL;
}

static bool has_word(const char *values, const char *word)
{
	size_t length = strlen(word);

	for (; values; values = strchr(values, ',')) {
		values += *values == ',';
		if (!strncmp(values, word, length) &&
		    (values[length] == ',' || !values[length]))
			return true;
	}
	return false;
}

/* Does one of the words that stand for strategies bring this one? */
static bool has_group(const char *values, const struct swap_strategy *s)
{
	static const char *const groups[] = { "all", "sound", "represents" };

	for (unsigned int i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (has_word(values, groups[i]) &&
		    bench_is_of_group(groups[i], s))
			return true;
	return false;
}

int bench_matrix_override(struct bench_matrix *m, const char *axis,
			  const char *values, char *why, size_t n)
{
	struct bench_override *o = &m->overrides[m->n_overrides];
	struct bench_cell scratch;
	char copy[sizeof(o->values)], *save = NULL;

	if (m->n_overrides == BENCH_OVERRIDES ||
	    strlen(values) >= sizeof(o->values)) {
		snprintf(why, n, "--%s: too many values", axis);
		return -EINVAL;
	}
	bench_cell_default(&scratch);
	snprintf(o->axis, sizeof(o->axis), "%s", axis);
	snprintf(o->values, sizeof(o->values), "%s", values);
	snprintf(copy, sizeof(copy), "%s", values);
	if (!*values)
		return bench_cell_set(&scratch, axis, values, why, n);
	for (char *word = strtok_r(copy, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		int err;

		if (bench_is_group(axis, word))
			continue;
		err = bench_cell_set(&scratch, axis, word, why, n);
		if (err)
			return err;
	}
	m->n_overrides++;
	return 0;
}

bool bench_overrides_keep(const struct bench_matrix *m,
			  const struct bench_cell *cell)
{
	const struct bench_override *strategies =
		bench_override_of(m, "strategy");
	const struct bench_override *scenarios =
		bench_override_of(m, "scenario");
	const struct swap_strategy *s = bench_cell_strategy(cell);

	if (!s)
		return true;
	if (scenarios &&
	    !has_word(scenarios->values, bench_cell_scenario(cell)->name))
		return false;
	return !strategies || has_word(strategies->values, cell->strategy) ||
	       has_group(strategies->values, s);
}

/* The command line's values of an axis instead of the file's. */
int bench_product_override(struct bench_reading *r, struct bench_product *p,
			   const struct bench_override *o)
{
	char copy[sizeof(o->values)], *save = NULL;
	struct bench_factor *factor;
	unsigned int i = 0;
	int err = 0;

	while (i < p->n && strcmp(p->factors[i].axis, o->axis) != 0)
		i++;
	factor = &p->factors[i];
	p->n += i == p->n;
	factor->axis = o->axis;
	factor->n = 0;
	strcpy(copy, o->values);
	for (char *word = strtok_r(copy, ",", &save); word && !err;
	     word = strtok_r(NULL, ",", &save))
		err = bench_factor_add_word(r, factor, word);
	return err;
}

/* A file's strategies and scenarios are picked from, not replaced. */
int bench_product_override_all(struct bench_reading *r, struct bench_product *p)
{
	struct bench_matrix *m = r->m;
	int err = 0;

	for (unsigned int k = 0; k < m->n_overrides && !err; k++)
		if (!r->path || (strcmp(m->overrides[k].axis, "strategy") &&
				 strcmp(m->overrides[k].axis, "scenario")))
			err = bench_product_override(r, p, &m->overrides[k]);
	return err;
}

static bool any_has(const struct bench_matrix *m, const char *axis,
		    const char *value)
{
	char text[BENCH_NAME];

	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell) &&
		    !strcmp(bench_cell_get(&m->cells[i].cell, axis, text,
					   sizeof(text)),
			    value))
			return true;
	return false;
}

static const struct bench_cell *first_strategy(const struct bench_matrix *m)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell))
			return &m->cells[i].cell;
	return NULL;
}

/* A cell without meaning for an axis stands at its default: whoever asked for
 * three writers must not get one and no word. */
static int check_override(const struct bench_reading *r,
			  const struct bench_override *o)
{
	const struct bench_cell *first = first_strategy(r->m);
	char copy[sizeof(o->values)], *save = NULL;
	char why[BENCH_WHY], text[BENCH_NAME];
	struct bench_cell wanted;

	strcpy(copy, o->values);
	for (char *word = strtok_r(copy, ",", &save); word && first;
	     word = strtok_r(NULL, ",", &save)) {
		bench_cell_default(&wanted);
		if (bench_cell_set(&wanted, o->axis, word, why, sizeof(why)) ||
		    any_has(r->m, o->axis,
			    bench_cell_get(&wanted, o->axis, text,
					   sizeof(text))))
			continue;
		return bench_reading_wrong(
			r, o->axis,
			"--%s %s has no effect: in scenario %s it is %s",
			o->axis, word, bench_cell_scenario(first)->name,
			bench_cell_get(first, o->axis, text, sizeof(text)));
	}
	return 0;
}

int bench_overrides_check(const struct bench_reading *r)
{
	int err = 0;

	for (unsigned int k = 0; k < r->m->n_overrides && !err; k++)
		if (strcmp(r->m->overrides[k].axis, "strategy") &&
		    strcmp(r->m->overrides[k].axis, "scenario"))
			err = check_override(r, &r->m->overrides[k]);
	return err;
}
