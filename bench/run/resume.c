/* SPDX-License-Identifier: MIT */
/* resume.c - resume a run where its journal ends. */
#include <errno.h>
#include <stdio.h>

#include "bench/base/json.h"
#include "bench/base/why.h"
#include "bench/run/header.h"
#include "bench/run/runner.h"

/* A journal while it is read. */
struct resumed {
	struct bench_run *run;
	const struct bench_topology *t;
	const char *digest;
};

/* The journal has its plan: no matrix is read again. */
static int take_plan(struct resumed *r, const json_t *header, char *why,
		     size_t n)
{
	struct bench_plan *plan = r->run->plan;
	const char *name =
		bench_text(json_object_get(header, "matrix"), "name");
	int err = bench_run_header_check(header, r->t, r->digest, why, n);

	if (!err)
		err = bench_plan_from_json(json_object_get(header, "plan"),
					   plan, why, n);
	if (err)
		return err;
	plan->seed =
		(uint64_t)json_integer_value(json_object_get(header, "seed"));
	snprintf(plan->name, sizeof(plan->name), "%s", name);
	err = bench_run_prepare(r->run);
	return err ? bench_why(err, why, n, "out of memory") : 0;
}

static int take_line(const json_t *line, unsigned int number, void *arg,
		     char *why, size_t n)
{
	struct resumed *r = arg;

	return number == 1 ? take_plan(r, line, why, n)
			   : bench_run_restore(r->run, line, why, n);
}

int bench_run_resume(struct bench_run *run, const char *journal,
		     const struct bench_topology *t, const char *digest,
		     char *why, size_t n)
{
	struct resumed r = { run, t, digest };
	json_t *line;
	int err = bench_journal_reopen(&run->journal, journal, take_line, &r,
				       why, n);

	if (err)
		return err;
	bench_run_overheads_take(run->plan, run->overheads);
	line = json_pack("{s:s, s:o}", "type", "resume", "at", bench_run_now());
	err = bench_journal_append(&run->journal, line, why, n);
	json_decref(line);
	return err;
}
