/* SPDX-License-Identifier: MIT */
/* assemble.c - the results of cells and run, once all blocks are in. */
#include <string.h>

#include "bench/result/parts.h"

/* How the run ended: "complete", "interrupted", "cut short", ... */
static const char *run_status(const struct bench_result_build *b)
{
	const char *status = bench_text(b->end, "status");

	if (!status)
		status = bench_text(b->end, "reason");
	return status ? status : "cut short";
}

static json_t *run_json(const struct bench_result_build *b)
{
	json_t *plan = json_object_get(b->header, "plan");
	json_t *run = json_object();

	bench_copy(run, b->header, "started");
	bench_copy(run, b->header, "command");
	bench_copy(run, b->header, "matrix");
	bench_copy(run, b->header, "seed");
	bench_copy(run, b->header, "simulated");
	bench_set(run, "rounds-planned",
		  bench_or_null(json_object_get(plan, "rounds")));
	bench_set(run, "rounds", json_integer(b->rounds));
	bench_set(run, "blocks", json_integer(b->blocks));
	bench_set(run, "status", json_string(run_status(b)));
	bench_copy(run, plan, "precision");
	if (json_object_get(plan, "auto-placement"))
		bench_copy(run, plan, "auto-placement");
	bench_copy(run, b->end, "wall-s");
	bench_copy(run, b->end, "measured-s");
	bench_copy(run, plan, "predicted-s");
	return run;
}

/* Why no number here is more than an indication. */
static json_t *reasons_json(const struct bench_result_build *b)
{
	const json_t *doctor = json_object_get(b->header, "doctor");
	const json_t *build = json_object_get(b->header, "build");
	const char *type = bench_text(build, "build-type");
	const char *sanitizer = bench_text(build, "sanitizer");
	json_t *reasons = json_deep_copy(json_object_get(doctor, "reasons"));

	if (!json_is_array(reasons)) {
		json_decref(reasons);
		reasons = json_array();
	}
	if (!json_is_object(doctor))
		json_array_append_new(
			reasons, json_string("the machine was not examined"));
	if (json_is_true(json_object_get(b->header, "simulated")))
		json_array_append_new(reasons,
				      json_string("simulated topology"));
	if (type && !strcmp(type, "Debug"))
		json_array_append_new(reasons, json_string("a debug build"));
	if (sanitizer && *sanitizer && strcmp(sanitizer, "none"))
		json_array_append_new(reasons,
				      json_sprintf("%s sanitizer", sanitizer));
	return reasons;
}

static json_t *statistics_json(const struct bench_result_build *b)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < b->n_cells; i++) {
		const struct bench_result_cell *c = &b->cells[i];
		unsigned int k = bench_result_comparisons(b, c);

		if (k)
			bench_set(counts, c->scenario, json_integer(k));
	}
	return json_pack("{s:f, s:f, s:o}", "alpha", b->alpha, "threshold",
			 b->threshold, "comparisons", counts);
}

static int finish_cell(const struct bench_result_build *b,
		       struct bench_result_cell *c, const json_t *aas)
{
	int err;

	bench_finish_status(b, c);
	err = bench_finish_figures(b, c);
	if (!err)
		err = bench_finish_ratio(b, c, aas);
	if (!err)
		err = bench_finish_own_floor(b, c);
	return err;
}

/* Own floors need the floors' figures, so floors come first. */
static int finish_cells(const struct bench_result_build *b, const json_t *aas,
			json_t *list)
{
	int err = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < b->n_cells && !err; i++)
			if (bench_result_is_floor(&b->cells[i]) == (pass == 0))
				err = finish_cell(b, &b->cells[i], aas);
	for (size_t i = 0; i < b->n_cells && !err; i++)
		if (!bench_result_is_aa(&b->cells[i]))
			json_array_append(list, b->cells[i].json);
	return err;
}

int bench_result_assemble(struct bench_result_build *b, json_t **out)
{
	int err = bench_mark_rounds(b);
	json_t *aas = bench_aas_json(b);
	json_t *reasons = reasons_json(b);
	json_t *result = json_object();
	json_t *cells = json_array();

	if (!err)
		err = finish_cells(b, aas, cells);
	bench_set(result, "schema", json_string(BENCH_RESULT_SCHEMA));
	bench_set(result, "run", run_json(b));
	bench_copy(result, b->header, "machine");
	bench_copy(result, b->header, "doctor");
	bench_set(result, "indicative",
		  json_pack("{s:b, s:o}", "stamp", json_array_size(reasons) > 0,
			    "reasons", reasons));
	bench_copy(result, b->header, "build");
	bench_copy(result, b->header, "descriptors");
	bench_set(result, "statistics", statistics_json(b));
	bench_set(result, "aa", aas);
	bench_set(result, "cells", cells);
	if (err)
		json_decref(result);
	else
		*out = result;
	return err;
}
