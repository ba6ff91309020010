/* SPDX-License-Identifier: MIT */
/*
 * axis.h - one axis of a cell at a time, for cell.c.
 *
 * What everybody may do with an axis is in cell.h.
 */
#ifndef BENCH_PLAN_AXIS_H
#define BENCH_PLAN_AXIS_H

#include <jansson.h>

#include "bench/plan/cell.h"

/* Room for the text of every axis. */
#define BENCH_AXIS_TEXT 32

/** bench_axis_text() - its value in words, in text or static */
const char *bench_axis_text(const struct bench_cell *cell, enum bench_axis axis,
			    char *text);

/** bench_axis_json() - its value in its JSON type; a new reference */
json_t *bench_axis_json(const struct bench_cell *cell, enum bench_axis axis);

/** bench_axis_copy() - give a cell the value that another one has */
void bench_axis_copy(struct bench_cell *to, const struct bench_cell *from,
		     enum bench_axis axis);

#endif
