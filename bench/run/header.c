/* SPDX-License-Identifier: MIT */
/* header.c - everything about a run that its blocks do not say. */
#include "bench/run/header.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/base/json.h"
#include "bench/base/private.h"
#include "bench/base/why.h"
#include "bench/machine/doctor.h"
#include "bench/machine/key.h"
#include "bench/machine/machine.h"
#include "bench/plan/descriptors.h"
#include "bench/result/result.h"
#include "ringbuf/local.h"

#define NOISE_MS 100

static json_t *build_json(void)
{
	json_t *json = bench_build_info();

	bench_set(json, "barrier", json_string(RB_FULL_BARRIER));
	bench_set(json, "local", json_string(RB_LOCAL_SPELLING));
	bench_private_strip(json, NULL); /* -I/home/... among the flags */
	return json;
}

static json_t *doctor_json(const struct bench_topology *t)
{
	struct bench_doctor_options options = {
		.topology = t,
		.noise_ms = NOISE_MS,
	};
	struct bench_doctor doctor = { 0 };
	json_t *json = json_null();

	if (t->simulated)
		return json;
	if (!bench_doctor_run(&options, &doctor))
		json = bench_doctor_json(&doctor);
	bench_doctor_free(&doctor);
	return json;
}

json_t *bench_run_now(void)
{
	time_t now = time(NULL);
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	return json_string(text);
}

char *bench_run_digest(uint64_t digest, char text[BENCH_DIGEST])
{
	snprintf(text, BENCH_DIGEST, "%016" PRIx64, digest);
	return text;
}

static json_t *command_json(int argc, char **argv)
{
	json_t *command = json_pack("[s]", "ringswap");

	bench_private_command(argc, argv, command);
	return command;
}

json_t *bench_run_header(int argc, char **argv, const struct bench_topology *t,
			 const struct bench_plan *plan)
{
	char digest[BENCH_DIGEST];

	return json_pack(
		"{s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:{s:s, s:s, s:s}"
		", s:I, s:o, s:o}",
		"schema", BENCH_JOURNAL_SCHEMA, "started", bench_run_now(),
		"command", command_json(argc, argv), "simulated", t->simulated,
		"machine", bench_machine("", t), "doctor", doctor_json(t),
		"build", build_json(), "matrix", "name", plan->name, "digest",
		bench_run_digest(plan->digest, digest), "description",
		plan->description, "seed", (json_int_t)plan->seed,
		"descriptors", bench_descriptors_json(plan), "plan",
		bench_plan_json(plan));
}

/* ------------------------------------------------------------------------ */
/* Is it still the same?                                                    */

static const char *text_at(const json_t *json, const char *a, const char *b)
{
	const char *text = bench_text(json_object_get(json, a), b);

	return text ? text : "";
}

static bool is_this_build(const json_t *header)
{
	json_t *build = build_json();
	bool same = json_equal(build, json_object_get(header, "build"));

	json_decref(build);
	return same;
}

int bench_run_header_check(const json_t *header, const struct bench_topology *t,
			   const char *digest, char *why, size_t n)
{
	char key[BENCH_KEY];

	if (!*text_at(header, "matrix", "name"))
		return bench_why(-EINVAL, why, n, "it is no journal");
	if (bench_machine_key("", t, key, NULL))
		return bench_why(-ENOMEM, why, n, "out of memory");
	if (strcmp(key, text_at(header, "machine", "key")))
		return bench_why(-ESTALE, why, n,
				 "the machine has changed (key %s, then %s)",
				 key, text_at(header, "machine", "key"));
	if (!is_this_build(header))
		return bench_why(-ESTALE, why, n, "the build has changed");
	if (digest && strcmp(digest, text_at(header, "matrix", "digest")))
		return bench_why(-ESTALE, why, n, "the matrix has changed");
	return 0;
}
