/* SPDX-License-Identifier: MIT */
/* file.c - results and journals on disk: read, checked, written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/result/parts.h"

#define JOURNAL_BYTES_MAX ((off_t)4 << 30)
#define DIGITS		  9

/* ---- Reading ---- */

/* Open a regular file of at most @most bytes; a pipe would hold us up. */
static int open_file(const char *path, off_t most, FILE **out, char *why,
		     size_t n)
{
	struct stat st;

	if (stat(path, &st))
		return bench_why(-errno, why, n, "%s: %s", path,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return bench_why(-EINVAL, why, n, "%s: not a regular file",
				 path);
	if (st.st_size > most)
		return bench_why(-EFBIG, why, n,
				 "%s: %lld MiB, more than any ringswap file "
				 "(%lld MiB)",
				 path, (long long)st.st_size >> 20,
				 (long long)most >> 20);
	*out = fopen(path, "re");
	if (!*out)
		return bench_why(-errno, why, n, "%s: %s", path,
				 strerror(errno));
	return 0;
}

static int parse_error(const char *path, const json_error_t *e, char *why,
		       size_t n)
{
	if (json_error_code(e) == json_error_premature_end_of_input)
		return bench_why(-EINVAL, why, n,
				 "%s: ends too early, at line %d (cut off?)",
				 path, e->line);
	return bench_why(-EINVAL, why, n, "%s:%d:%d: not JSON: %s", path,
			 e->line, e->column, e->text);
}

static const char *schema_of(const json_t *json)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));

	return schema ? schema : "";
}

int bench_result_check(const json_t *result, char *why, size_t n)
{
	const char *schema = schema_of(result);

	if (!strcmp(schema, BENCH_JOURNAL_SCHEMA))
		return bench_why(-EINVAL, why, n,
				 "a journal, not a result: ringswap result "
				 "makes one of it");
	if (*schema && strcmp(schema, BENCH_RESULT_SCHEMA))
		return bench_why(-EINVAL, why, n,
				 "schema \"%.40s\", should be \"%s\"", schema,
				 BENCH_RESULT_SCHEMA);
	return bench_shape_check(result, &bench_result_shape, "", why, n);
}

int bench_result_load(const char *path, json_t **out, char *why, size_t n)
{
	char text[BENCH_RESULT_WHY];
	json_error_t e;
	json_t *json;
	FILE *file = NULL;
	int err = open_file(path, BENCH_RESULT_BYTES_MAX, &file, why, n);

	if (err)
		return err;
	json = json_loadf(file, JSON_REJECT_DUPLICATES, &e);
	fclose(file);
	if (!json)
		return parse_error(path, &e, why, n);
	err = bench_result_check(json, text, sizeof(text));
	if (err) {
		json_decref(json);
		return bench_why(err, why, n, "%s: %s", path, text);
	}
	bench_legacy_describe(json);
	*out = json;
	return 0;
}

/* ---- Journals ---- */

struct reader {
	const char *path;
	unsigned int number; /* of the line */
	bench_journal_fn fn;
	void *arg;
	char *why;
	size_t n;
};

static int line_check(const struct reader *r, const json_t *line, char *text,
		      size_t n)
{
	const char *type;
	int err;

	if (r->number == 1) {
		const char *schema = schema_of(line);

		if (strcmp(schema, BENCH_JOURNAL_SCHEMA))
			return bench_why(-EINVAL, text, n,
					 "schema \"%.40s\", should be \"%s\"",
					 schema, BENCH_JOURNAL_SCHEMA);
		return bench_shape_check(line, &bench_journal_header_shape, "",
					 text, n);
	}
	err = bench_shape_check(line, &bench_journal_line_shape, "", text, n);
	type = json_string_value(json_object_get(line, "type"));
	if (!err && !strcmp(type, "block"))
		err = bench_shape_check(line, &bench_journal_block_shape, "",
					text, n);
	return err;
}

static int line_give(struct reader *r, const json_t *line)
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
	json_error_t e;
	json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, &e);
	int err;

	if (!line)
		return bench_why(-EINVAL, r->why, r->n, "%s:%u: not JSON: %s",
				 r->path, r->number, e.text);
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
	struct reader r = { path, 0, fn, arg, why, n };
	FILE *file = NULL;
	int err = open_file(path, JOURNAL_BYTES_MAX, &file, why, n);

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
	return err;
}

static int count_line(const json_t *line, unsigned int number, void *arg,
		      char *why, size_t n)
{
	struct bench_journal_summary *sum = arg;
	const char *type = json_string_value(json_object_get(line, "type"));
	const json_t *plan = json_object_get(line, "plan");
	json_int_t value;

	if (number == 1) {
		sum->cells = (unsigned int)json_array_size(
			json_object_get(plan, "cells"));
		return 0;
	}
	sum->ended |= !strcmp(type, "end");
	if (strcmp(type, "block"))
		return 0;
	value = json_integer_value(json_object_get(line, "cell"));
	if (value >= sum->cells)
		return bench_why(-EINVAL, why, n,
				 "cell: is %lld, the plan has %u",
				 (long long)value, sum->cells);
	sum->blocks++;
	value = json_integer_value(json_object_get(line, "round")) + 1;
	if (value > sum->rounds)
		sum->rounds = (unsigned int)value;
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

/* ---- Writing ---- */

/* Arrays of the top level take one line an element, so that files stay small
 * and their differences readable. */
static int dump_array(const json_t *array, FILE *file)
{
	size_t size = json_array_size(array);
	int err = fputs("[", file) < 0;

	for (size_t i = 0; i < size && !err; i++) {
		err = fputs(i ? ",\n" : "\n", file) < 0 ||
		      json_dumpf(json_array_get(array, i), file,
				 JSON_COMPACT | JSON_ENCODE_ANY |
					 JSON_REAL_PRECISION(DIGITS));
	}
	return err || fputs("]", file) < 0;
}

static int dump(const json_t *result, FILE *file)
{
	json_t *object = (json_t *)result; /* iteration changes nothing */
	const char *name, *before = "{\n";
	json_t *value;

	json_object_foreach (object, name, value) {
		int err = fprintf(file, "%s\"%s\": ", before, name) < 0;

		if (json_is_array(value))
			err |= dump_array(value, file);
		else
			err |= json_dumpf(value, file,
					  JSON_COMPACT | JSON_ENCODE_ANY |
						  JSON_REAL_PRECISION(DIGITS));
		if (err)
			return -EIO;
		before = ",\n";
	}
	return fputs("\n}\n", file) < 0 ? -EIO : 0;
}

/* 0 or -errno, with the bytes on the disk. */
static int write_all(const json_t *result, int fd)
{
	FILE *file = fdopen(fd, "w");
	int err;

	if (!file) {
		err = -errno;
		close(fd);
		return err;
	}
	errno = 0;
	err = dump(result, file);
	if (fflush(file) || fsync(fileno(file)) || err)
		err = errno ? -errno : -EIO;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

/* Make the rename itself last. Not every file system lets one. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path + 1))
			     : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

int bench_result_may_write(const char *path, char *why, size_t n)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "%s: not a regular file, and a result would replace "
			 "it; name another",
			 path);
}

int bench_result_write(const json_t *result, const char *path, char *why,
		       size_t n)
{
	mode_t mask = umask(0);
	char *temporary = NULL;
	int fd, err = bench_result_may_write(path, why, n);

	umask(mask);
	if (err)
		return err;
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return bench_why(-ENOMEM, why, n, "%s: out of memory", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		err = bench_why(-errno, why, n, "%s: %s", path,
				strerror(errno));
		goto out;
	}
	fchmod(fd, 0666 & ~mask);
	err = write_all(result, fd);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err) {
		unlink(temporary);
		bench_why(err, why, n, "%s: not written: %s", path,
			  strerror(-err));
		goto out;
	}
	sync_folder(path);
out:
	free(temporary);
	return err;
}
