/* SPDX-License-Identifier: MIT */
/* The doctor's report as JSON, as text, and as commands. */
#include "bench/machine/doctor.h"

#include <string.h>

static json_t *gaps_json(const struct bench_gaps *g)
{
	json_t *longest = json_array(), *over = json_object(), *pu;
	static const char *const names[BENCH_GAP_CLASSES] = { "1us", "10us",
							      "100us", "1ms" };

	if (g->err) {
		json_decref(longest);
		json_decref(over);
		return json_pack("{s:i s:s}", "cpu", (int)g->os, "unavailable",
				 g->why);
	}
	for (int i = 0; i < BENCH_LONGEST && g->longest_ns[i]; i++)
		json_array_append_new(longest, json_integer(g->longest_ns[i]));
	for (int i = 0; i < BENCH_GAP_CLASSES; i++)
		json_object_set_new(over, names[i], json_integer(g->over[i]));
	pu = json_pack("{s:i s:f s:o s:o s:I s:I s:I}", "cpu", (int)g->os,
		       "share-taken", bench_gaps_share(g), "longest-ns",
		       longest, "gaps-over", over, "reads",
		       (json_int_t)g->reads, "elapsed-ns",
		       (json_int_t)g->elapsed_ns, "preempted",
		       (json_int_t)g->preempted);
	return pu;
}

static json_t *checks_json(const struct bench_doctor *d, json_t *reasons)
{
	json_t *all = json_array();
	char reason[256];

	for (unsigned int i = 0; i < d->n_checks; i++) {
		const struct bench_check *c = &d->checks[i];

		json_array_append_new(
			all,
			json_pack("{s:s s:s s:s s:s}", "id", c->id, "severity",
				  bench_severity_name(c->severity), "value",
				  c->value, "advice", c->advice));
		if (c->severity != BENCH_FAIL)
			continue;
		snprintf(reason, sizeof(reason), "%s: %s", c->id, c->value);
		json_array_append_new(reasons, json_string(reason));
	}
	return all;
}

json_t *bench_doctor_json(const struct bench_doctor *d)
{
	json_t *reasons = json_array(), *pus = json_array();
	json_t *all = checks_json(d, reasons);

	for (unsigned int i = 0; i < d->n_gaps; i++)
		json_array_append_new(pus, gaps_json(&d->gaps[i]));
	return json_pack("{s:b s:o s:o s:{s:i s:o}}", "indicative",
			 d->indicative, "reasons", reasons, "checks", all,
			 "noise", "ms", (int)d->noise_ms, "pus", pus);
}

static void gaps_text(const struct bench_doctor *d, FILE *to)
{
	if (!d->n_gaps)
		return;
	fprintf(to, "\nnoise: a pinned spin of %u ms on every usable PU\n",
		d->noise_ms);
	fprintf(to, "%5s %12s %8s %8s %8s %8s %8s %9s\n", "cpu", "longest us",
		">1us", ">10us", ">100us", ">1ms", "taken %", "preempted");
	for (unsigned int i = 0; i < d->n_gaps; i++) {
		const struct bench_gaps *g = &d->gaps[i];

		if (g->err) {
			fprintf(to, "%5u unavailable: %s\n", g->os, g->why);
			continue;
		}
		fprintf(to, "%5u %12.1f %8ju %8ju %8ju %8ju %8.3f %9ju\n",
			g->os, g->longest_ns[0] / 1e3, (uintmax_t)g->over[0],
			(uintmax_t)g->over[1], (uintmax_t)g->over[2],
			(uintmax_t)g->over[3], bench_gaps_share(g) * 100,
			(uintmax_t)g->preempted);
	}
}

void bench_doctor_text(const struct bench_doctor *d, FILE *to)
{
	for (int severity = BENCH_FAIL; severity >= BENCH_OK; severity--) {
		for (unsigned int i = 0; i < d->n_checks; i++) {
			const struct bench_check *c = &d->checks[i];

			if ((int)c->severity != severity)
				continue;
			fprintf(to, "%-4s  %-14s %s\n",
				bench_severity_name(c->severity), c->id,
				c->value);
			if (*c->advice)
				fprintf(to, "%22s-> %s\n", "", c->advice);
		}
	}
	gaps_text(d, to);
	fprintf(to, "\n%s\n",
		d->indicative ? "INDICATIVE: numbers from this machine show "
				"directions, not sizes (see fail above)."
			      : "No key point failed.");
}

void bench_doctor_tune(const struct bench_doctor *d, FILE *to)
{
	bool any = false;

	for (unsigned int i = 0; i < d->n_checks; i++)
		if (*d->checks[i].tune) {
			fprintf(to, "# %s: %s\n%s\n", d->checks[i].id,
				d->checks[i].value, d->checks[i].tune);
			any = true;
		}
	if (!any) {
		fprintf(to, "# Nothing to tune from inside this machine.\n");
		return;
	}
	fprintf(to, "\n# To take it back:\n");
	for (unsigned int i = 0; i < d->n_checks; i++)
		if (*d->checks[i].undo)
			fprintf(to, "# %s\n", d->checks[i].undo);
}
