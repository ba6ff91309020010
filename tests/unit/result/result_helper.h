/* SPDX-License-Identifier: MIT */
/* result_helper.h - a fixture's journal with other blocks. */
#ifndef TESTS_UNIT_RESULT_RESULT_HELPER_H
#define TESTS_UNIT_RESULT_RESULT_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

/* Changes a line as it likes. */
typedef void (*edit_fn)(json_t *line);

static inline void edit_lines(const char *from, const char *to, edit_fn block,
			      edit_fn header)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	json_t *line;

	assert_true(in && out);
	while ((line = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
		const char *type =
			json_string_value(json_object_get(line, "type"));

		if (!type && header)
			header(line);
		if (type && !strcmp(type, "block") && block)
			block(line);
		json_dumpf(line, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(line);
	}
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Write the journal @from to @to, every block of it edited. */
static inline void edit_journal(const char *from, const char *to, edit_fn edit)
{
	edit_lines(from, to, edit, NULL);
}

/* The same with its first line edited. */
static inline void edit_header(const char *from, const char *to, edit_fn edit)
{
	edit_lines(from, to, NULL, edit);
}

/* Set a member of a part that the block has. */
static inline void set_figure(json_t *block, const char *part, const char *name,
			      double value)
{
	json_t *object = json_object_get(block, part);

	if (object)
		json_object_set_new(object, name, json_real(value));
}

/* Every block as where the processor counts: 40 instructions an event, 2000 a
 * swap; cache misses are an event that this machine lacks. In round 2 the
 * counters were shared. */
static inline void count_in_hardware(json_t *block)
{
	bool shared = json_integer_value(json_object_get(block, "round")) == 2;

	json_object_set_new(block, "counters",
			    json_pack("{s:s,s:n,s:b,s:b}", "status", "counted",
				      "reason", "kernel", 1, "multiplexed",
				      shared));
	set_figure(block, "writer", "instructions-per-event", 40);
	set_figure(block, "writer", "cycles-per-event", 11.5);
	set_figure(block, "writer", "branch-misses-per-event", 0.001);
	set_figure(block, "swap", "instructions-per-swap", 2000);
	set_figure(block, "swap", "cycles-per-swap", 5300);
	if (json_object_get(block, "swap"))
		json_object_set_new(json_object_get(block, "swap"),
				    "cache-misses-per-swap", json_null());
}

/* Every block as where system calls are counted: 4 or 5 a swap. */
static inline void count_syscalls(json_t *block)
{
	json_int_t round = json_integer_value(json_object_get(block, "round"));

	set_figure(block, "swap", "swapper-syscalls",
		   4 + (double)(round % 3 == 2));
}

/* Every block as if half of its events had been refused. */
static inline void store_half(json_t *block)
{
	json_t *ns = json_object_get(json_object_get(block, "writer"),
				     "ns-per-event");

	if (ns)
		set_figure(block, "writer", "ns-per-committed",
			   2 * json_number_value(ns));
}

/* Every block as where there is nothing to count with. */
static inline void count_nothing(json_t *block)
{
	json_t *swap = json_object_get(block, "swap");

	if (swap) {
		json_object_set_new(swap, "swapper-syscalls", json_null());
		json_object_set_new(swap, "swapper-syscalls-reason",
				    json_string("no dispatch here"));
	}
	json_object_set_new(block, "counters",
			    json_pack("{s:s,s:s}", "status", "unavailable",
				      "reason", "perf_event_open: none here"));
}

#endif
