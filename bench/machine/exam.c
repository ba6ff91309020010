/* SPDX-License-Identifier: MIT */
/* Findings, written. */
#include "bench/machine/exam.h"

#include <stdarg.h>
#include <stdio.h>

struct bench_check *bench_exam_add(struct bench_exam *e, const char *id)
{
	struct bench_check *check = &e->d->checks[e->d->n_checks++];

	*check = (struct bench_check){ .id = id };
	return check;
}

void bench_exam_value(struct bench_check *check, enum bench_severity severity,
		      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(check->value, sizeof(check->value), fmt, ap);
	va_end(ap);
	check->severity = severity;
}

void bench_exam_advise(struct bench_check *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(check->advice, sizeof(check->advice), fmt, ap);
	va_end(ap);
}

void bench_exam_tune(struct bench_check *check, const char *files,
		     const char *on, const char *off)
{
	snprintf(check->tune, sizeof(check->tune),
		 "echo %s | sudo tee %s >/dev/null", on, files);
	snprintf(check->undo, sizeof(check->undo),
		 "echo %s | sudo tee %s >/dev/null", off, files);
}
