/* SPDX-License-Identifier: MIT */
/* journal.c - journals on disk: read line by line, checked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/result/parts.h"

#define JOURNAL_BYTES_MAX ((off_t)4 << 30)

struct reader {
	const char *path;
	struct bench_agree agree; /* what the lines before have said */
	unsigned int number;	  /* of the line */
	bench_journal_fn fn;
	void *arg;
	char *why;
	size_t n;
};

/* The header is the first line; whoever is older than descriptors gets them. */
static int header_check(struct reader *r, json_t *line, char *text, size_t n)
{
	int err =
		bench_result_check_schema(line, BENCH_JOURNAL_SCHEMA, text, n);

	if (!err)
		err = bench_shape_check(line, &bench_journal_header_shape, "",
					text, n);
	if (err)
		return err;
	bench_legacy_describe(line);
	return bench_agree_header(&r->agree, line, text, n);
}

static int line_check(struct reader *r, json_t *line, char *text, size_t n)
{
	int err = bench_clean_json(line, text, n);

	if (err || r->number == 1)
		return err ? err : header_check(r, line, text, n);
	err = bench_shape_check(line, &bench_journal_line_shape, "", text, n);
	if (!err && !strcmp(bench_text(line, "type"), "block"))
		err = bench_shape_check(line, &bench_journal_block_shape, "",
					text, n);
	return err ? err : bench_agree_line(&r->agree, line, text, n);
}

static int line_give(struct reader *r, json_t *line)
{
	char text[BENCH_RESULT_WHY] = "";
	int err = line_check(r, line, text, sizeof(text));

	if (!err)
		err = r->fn(line, r->number, r->arg, text, sizeof(text));
	if (err)
		bench_why(err, r->why, r->n, "%s:%u: %s", r->path, r->number,
			  text);
	return err;
}

static int line_parse(struct reader *r, const char *text, size_t length)
{
	char where[BENCH_RESULT_WHY];
	json_error_t e;
	json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, &e);
	int err;

	if (!line) {
		snprintf(where, sizeof(where), "%s:%u", r->path, r->number);
		return bench_result_parse_error(where, &e, r->why, r->n);
	}
	err = line_give(r, line);
	json_decref(line);
	return err;
}

/* A line without its end was cut off, or is being written. */
static int lines_read(struct reader *r, FILE *file,
		      struct bench_journal_extent *extent)
{
	size_t room = 0;
	char *text = NULL;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&text, &room, file)) > 0) {
		if (text[length - 1] != '\n') {
			extent->cut = true;
			break;
		}
		r->number++;
		err = line_parse(r, text, (size_t)length);
		extent->whole += length;
	}
	free(text);
	return err;
}

int bench_journal_each(const char *path, bench_journal_fn fn, void *arg,
		       struct bench_journal_extent *out, char *why, size_t n)
{
	struct reader r = {
		.path = path, .fn = fn, .arg = arg, .why = why, .n = n
	};
	FILE *file = NULL;
	int err =
		bench_result_open_file(path, JOURNAL_BYTES_MAX, &file, why, n);

	if (err)
		return err;
	*out = (struct bench_journal_extent){ 0 };
	err = lines_read(&r, file, out);
	if (!err && ferror(file))
		err = bench_why(-EIO, why, n, "%s: %s", path, strerror(errno));
	if (!err && !r.number)
		err = bench_why(-EINVAL, why, n,
				out->cut ? "%s: its first line is cut off"
					 : "%s: empty",
				path);
	fclose(file);
	bench_agree_free(&r.agree);
	return err;
}

static int count_line(const json_t *line, unsigned int number, void *arg,
		      char *why, size_t n)
{
	struct bench_journal_summary *sum = arg;
	const char *type = bench_text(line, "type");
	const json_t *plan = json_object_get(line, "plan");
	json_int_t rounds;

	(void)why;
	(void)n;
	if (number == 1) {
		sum->cells = (unsigned int)json_array_size(
			json_object_get(plan, "cells"));
		return 0;
	}
	sum->ended |= !strcmp(type, "end");
	if (strcmp(type, "block"))
		return 0;
	sum->blocks++;
	rounds = json_integer_value(json_object_get(line, "round")) + 1;
	if (rounds > sum->rounds)
		sum->rounds = (unsigned int)rounds;
	return 0;
}

int bench_result_check_journal(const char *path,
			       struct bench_journal_summary *out, char *why,
			       size_t n)
{
	struct bench_journal_extent extent = { 0 };
	int err;

	*out = (struct bench_journal_summary){ 0 };
	err = bench_journal_each(path, count_line, out, &extent, why, n);
	out->cut = extent.cut;
	return err;
}
