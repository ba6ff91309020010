/* SPDX-License-Identifier: MIT */
/* Facts about the machine as JSON, for the files of this room. Each puts @key
 * into @to; what is not known is "unavailable: " and the reason. */
#ifndef BENCH_MACHINE_FACTS_H
#define BENCH_MACHINE_FACTS_H

#include <jansson.h>

/* @text as a JSON string; texts of /proc are not always UTF-8, and JSON is. */
json_t *bench_fact_json(const char *text);

void bench_fact_put(json_t *to, const char *key, const char *text);

/* The first line, or the number that it starts with, of root + path. */
void bench_fact_put_file(json_t *to, const char *key, const char *root,
			 const char *path);
void bench_fact_put_number(json_t *to, const char *key, const char *root,
			   const char *path);

/* "available", or why not where @err is set. */
void bench_fact_put_reason(json_t *to, const char *key, int err,
			   const char *why);

#endif
