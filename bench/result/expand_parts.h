/* SPDX-License-Identifier: MIT */
/* What expand.c and expand_figures.c share, and nobody else. */
#ifndef BENCH_RESULT_EXPAND_PARTS_H
#define BENCH_RESULT_EXPAND_PARTS_H

#include "bench/result/compact_parts.h"

#define EXPAND_NONE (-1)

struct expanding {
	const json_t *shared, *axes;
	double alpha;
	bool is_light;
	size_t *sizes; /* of what is at the places of shared */
	int *figures;  /* that it is the path of; EXPAND_NONE: of none */
	size_t axes_size;
	size_t left;		 /* of VALUES_MAX */
	size_t rounds;		 /* of the cell at hand */
	struct bench_hist *hist; /* of the distribution at hand */
	const char *what;	 /* what is wrong; NULL: nothing so far */
};

/* Remember what is wrong, if nothing was so far; NULL. */
json_t *expand_wrong(struct expanding *x, const char *what);

/* May so many more values be made? Asked before they are. */
bool expand_spend(struct expanding *x, size_t values);

/* How many values there are in one, itself included. */
size_t expand_size(const json_t *value);

/* The value at a place of "shared", borrowed; it is spent. NULL: wrong. */
json_t *expand_place(struct expanding *x, const json_t *place);

/* Set a member; takes the reference. */
void expand_set(json_t *object, const char *name, json_t *value);

/* Members of these names from the elements of a list, from @from on. */
void expand_numbers(json_t *to, const json_t *list, size_t from,
		    const char *const names[]);

/* The i-th element, a count; 0: none. */
uint64_t expand_element(const json_t *list, size_t i);

/* The figures of a cell, but those of its rounds (expand_figures.c). */
void expand_figures(struct expanding *x, const json_t *cell,
		    json_t *like[LIKES], json_t *to);

#endif
