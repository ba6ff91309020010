/* SPDX-License-Identifier: MIT */
/*
 * json.h - jansson, shorter.
 *
 *	bench_set(bench_part(cell, "writer"), "ns-per-event",
 *		  bench_number(ns));
 *	ns = bench_get_number(cell, "writer.ns-per-event.median");
 *
 * A json_t that is returned is a new reference unless it says `borrowed`; NULL
 * is out of memory. Any thread that owns the objects; not from signal handlers.
 */
#ifndef BENCH_BASE_JSON_H
#define BENCH_BASE_JSON_H

#include <jansson.h>
#include <stdint.h>

/** bench_number() - a finite number as it is, any other as null */
json_t *bench_number(double value);

/** bench_count() - a count; jansson's integers are signed and as wide */
json_t *bench_count(uint64_t count);

/** bench_text() - a string member, borrowed; NULL: none */
const char *bench_text(const json_t *object, const char *name);

/** bench_get_number() - a number at "a.b.c"; NaN: none */
double bench_get_number(const json_t *object, const char *path);

/** bench_set() - set a member; takes the reference */
void bench_set(json_t *object, const char *name, json_t *value);

/** bench_copy() - set a member to that of another object; null: it has none */
void bench_copy(json_t *to, const json_t *from, const char *name);

/** bench_or_null() - a borrowed value as a new reference; NULL: null */
json_t *bench_or_null(json_t *value);

/** bench_part() - the object called name in object, made if need be; borrowed
 */
json_t *bench_part(json_t *object, const char *name);

#endif
