/* SPDX-License-Identifier: MIT */
/*
 * The machine under test, examined: what on it disturbs measurements, how much
 * noise there really is, and what one could do about it.
 *
 *	struct bench_doctor d;
 *
 *	bench_doctor_run(&(struct bench_doctor_options){ .topology = t,
 *			 .noise_ms = 1000 }, &d);
 *	bench_doctor_text(&d, stdout);
 *	bench_doctor_free(&d);
 *
 * Nothing is changed on the machine, ever: the commands that would improve it
 * are printed, not run.
 */
#ifndef BENCH_MACHINE_DOCTOR_H
#define BENCH_MACHINE_DOCTOR_H

#include <jansson.h>
#include <stdio.h>

#include "bench/machine/noise.h"
#include "bench/machine/topology.h"

/*
 * How bad a finding is. FAIL is for the key points alone: a machine with one of
 * these gives indicative numbers, no more.
 */
enum bench_severity {
	BENCH_OK,
	BENCH_NOTE, /* worth knowing, or cannot be known */
	BENCH_WARN, /* moves numbers; mostly the same way for all rows */
	BENCH_FAIL, /* numbers from here are indicative */
};

#define BENCH_CHECKS 24

/* One point examined. tune and undo are shell commands, empty: none. */
struct bench_check {
	const char *id;
	enum bench_severity severity;
	char value[512]; /* two facts, whole */
	char advice[256];
	char tune[320];
	char undo[320];
};

struct bench_doctor_options {
	const char *root; /* NULL or "": this machine's /proc and /sys */
	const struct bench_topology *topology;
	unsigned int noise_ms; /* length of the spin; 0: no noise check */
};

/* The report; written by run, released by free. */
struct bench_doctor {
	unsigned int n_checks;
	struct bench_check checks[BENCH_CHECKS];
	bool indicative; /* some check failed */
	unsigned int noise_ms;
	unsigned int n_gaps; /* PUs spun on */
	struct bench_gaps *gaps;
};

/**
 * bench_doctor_run() - examine the machine
 *
 * Takes noise_ms and some 100 ms more. The spin runs on all allowed PUs at
 * once, in threads of its own; the caller's binding stays as it is. 0, or
 * -ENOMEM/-EAGAIN when the spin's threads cannot be had (the other checks are
 * then still there).
 */
int bench_doctor_run(const struct bench_doctor_options *options,
		     struct bench_doctor *out);

/** bench_doctor_free() - release what run allocated */
void bench_doctor_free(struct bench_doctor *d);

/** bench_severity_name() - "ok", "note", "warn" or "fail" */
const char *bench_severity_name(enum bench_severity severity);

/** bench_doctor_find() - the check of that id, NULL if it was not made */
const struct bench_check *bench_doctor_find(const struct bench_doctor *d,
					    const char *id);

/**
 * bench_doctor_json() - the report as JSON, a new reference
 *
 * {"indicative", "reasons": [id: value], "checks": [{"id", "severity", "value",
 * "advice"}], "noise": {"ms", "pus": [...]}}. NULL when out of memory.
 */
json_t *bench_doctor_json(const struct bench_doctor *d);

/** bench_doctor_text() - the report as plain text, worst findings first */
void bench_doctor_text(const struct bench_doctor *d, FILE *to);

/**
 * bench_doctor_tune() - print the commands that would change things
 *
 * A shell script with, below it and commented out, what takes it all back.
 * Printed only.
 */
void bench_doctor_tune(const struct bench_doctor *d, FILE *to);

#endif
