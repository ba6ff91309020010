/* SPDX-License-Identifier: MIT */
/* compare_facts.c - what differs between results beside their numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/base/json.h"
#include "bench/show/compare_parts.h"

const struct compare_fact compare_facts[] = {
	{ "CPU", "machine.cpu.model" },
	{ "PUs", "machine.topology.pus" },
	{ "caches", "machine.topology.shape" },
	{ "kernel", "machine.kernel.release" },
	{ "distribution", "machine.distribution" },
	{ "libc", "machine.libc" },
	{ "virtualisation", "machine.hypervisor" },
	{ "governor", "machine.frequency.governor" },
	{ "turbo", "machine.frequency.turbo" },
	{ "SMT", "machine.frequency.smt" },
	{ "clock", "machine.clock.source" },
	{ "clock MHz", "machine.clock.counter-mhz" },
	{ "clock read, ns", "machine.clock.counter-ns" },
	{ "huge pages", "machine.memory.transparent-huge-pages" },
	{ "compiler", "build.compiler" },
	{ "flags", "build.flags" },
	{ "build type", "build.build-type" },
	{ "sanitizer", "build.sanitizer" },
	{ "full barrier", "build.barrier" },
	{ "commit", "build.commit" },
	{ "matrix", "run.matrix.name" },
	{ "matrix digest", "run.matrix.digest" },
	{ "rounds", "run.rounds" },
};

const size_t compare_fact_count =
	sizeof(compare_facts) / sizeof(compare_facts[0]);

const char *compare_fact(const struct compare_result *r,
			 const struct compare_fact *fact, char *text, size_t n)
{
	const char *word = bench_view_fact(r->facts, fact->path);
	double number = bench_view_fact_number(r->facts, fact->path);

	if (word)
		snprintf(text, n, "%s", word);
	else if (!isnan(number))
		snprintf(text, n, "%.5g", number);
	else
		snprintf(text, n, "unknown");
	return bench_clean(text); /* cut inside a character, perhaps */
}

bool compare_fact_differs(const struct bench_compare *c,
			  const struct compare_fact *fact)
{
	char first[512], other[512];
	bool any = false;

	for (size_t r = 0; r < c->n; r++) {
		if (c->results[r].left_out)
			continue;
		compare_fact(&c->results[r], fact, any ? other : first,
			     sizeof(first));
		if (any && strcmp(first, other) != 0)
			return true;
		any = true;
	}
	return false;
}

/* ---- Mitigations ---- */

static const json_t *mitigations(const struct compare_result *r)
{
	return json_object_get(json_object_get(r->facts, "machine"),
			       "mitigations");
}

static bool mitigation_differs(const struct bench_compare *c, const char *name)
{
	const char *first = bench_text(mitigations(&c->results[0]), name);

	for (size_t r = 1; r < c->n; r++) {
		const char *other =
			bench_text(mitigations(&c->results[r]), name);

		if (strcmp(first ? first : "", other ? other : "") != 0)
			return true;
	}
	return false;
}

json_t *compare_mitigations(const struct bench_compare *c)
{
	json_t *all = json_object(), *out = json_object(), *unused;
	const char *name;

	for (size_t r = 0; r < c->n; r++)
		json_object_update(all, (json_t *)mitigations(&c->results[r]));
	json_object_foreach (all, name, unused) {
		json_t *values;

		if (!mitigation_differs(c, name))
			continue;
		values = json_array();
		for (size_t r = 0; r < c->n; r++) {
			const char *own =
				bench_text(mitigations(&c->results[r]), name);

			json_array_append_new(values, own ? json_string(own)
							  : json_null());
		}
		bench_set(out, name, values);
	}
	json_decref(all);
	return out;
}

/* ---- Notes ---- */

const char *compare_letter(size_t result, char text[24])
{
	if (result < 26)
		snprintf(text, 24, "%c", (char)('A' + result));
	else
		snprintf(text, 24, "%zu", result + 1);
	return text;
}

static bool is_indicative(const struct compare_result *r)
{
	return bench_view_is_indicative(r->facts);
}

static bool is_assumed(const struct compare_result *r)
{
	return json_is_true(json_object_get(r->facts, "assumed"));
}

static bool is_attempted(const struct compare_result *r)
{
	return r->is_attempted;
}

static bool is_compact(const struct compare_result *r)
{
	return json_object_get(r->facts, "compact") != NULL;
}

static bool is_noisy(const struct compare_result *r)
{
	return !r->is_quiet;
}

/* "A, C and 12 more" of those that are so; "": none. The caller frees. */
static char *those(const struct bench_compare *c,
		   bool (*is)(const struct compare_result *r))
{
	char *out = NULL, letter[24];
	size_t size = 0, n = 0;
	FILE *to = open_memstream(&out, &size);

	if (!to)
		return NULL;
	for (size_t r = 0; r < c->n; r++) {
		if (!is(&c->results[r]))
			continue;
		if (n++ < 8)
			fprintf(to, "%s%s", n > 1 ? ", " : "",
				compare_letter(r, letter));
	}
	if (n > 8)
		fprintf(to, " and %zu more", n - 8);
	fclose(to);
	return out;
}

static void note(json_t *notes, const struct bench_compare *c,
		 bool (*is)(const struct compare_result *r), const char *words)
{
	char *who = those(c, is);

	if (who && *who)
		json_array_append_new(notes,
				      json_sprintf("%s: %s", who, words));
	free(who);
}

static void note_left_out(json_t *notes, const struct bench_compare *c)
{
	char letter[24];

	for (size_t r = 0; r < c->n; r++)
		if (c->results[r].left_out)
			json_array_append_new(
				notes,
				json_sprintf("%s: nothing of it is compared: "
					     "%s",
					     compare_letter(r, letter),
					     c->results[r].left_out));
}

json_t *compare_notes(const struct bench_compare *c)
{
	static const struct compare_fact digest = { "", "run.matrix.digest" };
	json_t *notes = json_array();

	note_left_out(notes, c);
	note(notes, c, is_indicative,
	     "INDICATIVE: directions, not sizes (each result's head says why)");
	note(notes, c, is_noisy,
	     "an A/A control failed: no verdicts where it is the cell's own");
	note(notes, c, is_assumed,
	     "older than the descriptors of strategies: read with those of its "
	     "time");
	note(notes, c, is_attempted,
	     "an older run: ratios while swapped that are of attempted events, "
	     "refused ones among them, and cannot be taken anew are left out");
	note(notes, c, is_compact,
	     "compact: four digits of its rounds, six of its medians");
	if (compare_fact_differs(c, &digest))
		json_array_append_new(
			notes, json_string("their matrices differ: what one "
					   "lacks is listed as left out"));
	return notes;
}

/* ---- Left out ---- */

/* Why a row has no number in a result; NULL: it has, or its result is left out
 * as a whole. */
static const char *lacks(const struct bench_compare *c,
			 const struct compare_row *row, size_t result,
			 char *text, size_t n)
{
	const struct compare_cell *cell = compare_cell(c, row, result);

	if (c->results[result].left_out || (cell && cell->has_numbers))
		return NULL;
	if (!cell)
		snprintf(text, n, "not in its matrix");
	else
		snprintf(text, n, "%s: %s", cell->status,
			 cell->why ? cell->why : "");
	return bench_clean(text);
}

json_t *compare_left_out(const struct bench_compare *c)
{
	json_t *list = json_array();
	char text[512];

	for (size_t i = 0; i < c->n_rows; i++)
		for (size_t r = 0; r < c->n; r++)
			if (lacks(c, &c->rows[i], r, text, sizeof(text)))
				json_array_append_new(
					list,
					json_pack("{s:s, s:s, s:s}", "cell",
						  c->rows[i].key, "result",
						  c->results[r].name, "reason",
						  text));
	return list;
}
