/* SPDX-License-Identifier: MIT */
/* file.c - results on disk: read, checked, written. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/base/clean.h"
#include "bench/result/compact_parts.h"
#include "bench/result/parts.h"

#define DIGITS	  9
#define NAME_ROOM 12 /* of what is put behind a file's name */

/* ---- Reading ---- */

int bench_result_open_file(const char *path, off_t most, FILE **out, char *why,
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

int bench_result_parse_error(const char *where, json_error_t *e, char *why,
			     size_t n)
{
	if (json_error_code(e) == json_error_out_of_memory)
		return bench_why(-ENOMEM, why, n, "%s: out of memory", where);
	return bench_why(-EINVAL, why, n, "%s: not JSON: %s", where,
			 bench_clean(e->text)); /* it quotes the file */
}

static int parse_error(const char *path, json_error_t *e, char *why, size_t n)
{
	char where[BENCH_RESULT_WHY];

	if (json_error_code(e) == json_error_premature_end_of_input)
		return bench_why(-EINVAL, why, n,
				 "%s: ends too early, at line %d (cut off?)",
				 path, e->line);
	snprintf(where, sizeof(where), "%s:%d:%d", path, e->line, e->column);
	return bench_result_parse_error(where, e, why, n);
}

int bench_result_check_schema(const json_t *json, const char *reads, char *why,
			      size_t n)
{
	const char *schema = bench_text(json, "schema");

	if (!json_is_object(json) || (schema && !strcmp(schema, reads)))
		return 0; /* what is no object is said by its shape */
	if (!schema)
		return bench_why(-EINVAL, why, n,
				 "schema: missing, should be \"%s\"", reads);
	return bench_why(-EINVAL, why, n,
			 "schema: is \"%.60s\", should be \"%s\", which is "
			 "what this build reads",
			 schema, reads);
}

int bench_result_check(const json_t *result, char *why, size_t n)
{
	const char *schema = bench_text(result, "schema");
	int err;

	if (schema && !strcmp(schema, BENCH_JOURNAL_SCHEMA))
		return bench_why(-EINVAL, why, n,
				 "a journal, not a result: ringswap result "
				 "makes one of it");
	err = bench_result_check_schema(result, BENCH_RESULT_SCHEMA, why, n);
	if (!err)
		err = bench_shape_check(result, &bench_result_shape, "", why,
					n);
	if (!err)
		err = bench_agree_result(result, why, n);
	return err;
}

/* What readers know, of either form; replaces *json. */
static int expand(json_t **json, bool is_light, char *why, size_t n)
{
	json_t *result = NULL;
	int err = 0;

	if (!bench_compact_is(*json))
		return 0;
	err = bench_compact_expand(*json, is_light, &result, why, n);
	if (!err) {
		json_decref(*json);
		*json = result;
	}
	return err;
}

static int take_parsed(json_t **json, bool is_light, char *why, size_t n)
{
	int err = bench_clean_json(*json, why, n);

	if (!err)
		err = expand(json, is_light, why, n);
	if (err)
		return err;
	bench_legacy_describe(*json);
	err = bench_result_check(*json, why, n);
	if (err)
		return err;
	bench_legacy_drop_limits(*json);
	err = bench_legacy_judge(*json);
	return err ? bench_why(err, why, n, "out of memory") : 0;
}

int bench_result_load(const char *path, json_t **out, char *why, size_t n)
{
	return bench_result_load_figures(path, /* is_light */ false, out, why,
					 n);
}

/* Of json_loadf() each byte is a call. */
static size_t read_some(void *buffer, size_t n, void *file)
{
	return fread(buffer, 1, n, file);
}

int bench_result_load_figures(const char *path, bool is_light, json_t **out,
			      char *why, size_t n)
{
	char text[BENCH_RESULT_WHY];
	json_error_t e;
	json_t *json;
	FILE *file = NULL;
	int err = bench_result_open_file(path, BENCH_RESULT_BYTES_MAX, &file,
					 why, n);

	if (err)
		return err;
	json = json_load_callback(read_some, file, JSON_REJECT_DUPLICATES, &e);
	fclose(file);
	if (!json)
		return parse_error(path, &e, why, n);
	err = take_parsed(&json, is_light, text, sizeof(text));
	if (err) {
		json_decref(json);
		return bench_why(err, why, n, "%s: %s", path, text);
	}
	*out = json;
	return 0;
}

/* ---- Writing ---- */

/* Arrays of the top level take one line an element, so that files stay small
 * and their differences readable. */
static int dump_array(const json_t *array, size_t flags, FILE *file)
{
	size_t size = json_array_size(array);
	int err = fputs("[", file) < 0;

	for (size_t i = 0; i < size && !err; i++) {
		err = fputs(i ? ",\n" : "\n", file) < 0 ||
		      json_dumpf(json_array_get(array, i), file, flags);
	}
	return err || fputs("]", file) < 0;
}

static int dump(const json_t *result, FILE *file)
{
	json_t *object = (json_t *)result; /* iteration changes nothing */
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	const char *name, *before = "{\n";
	json_t *value;

	flags |= bench_compact_is(result) ? JSON_REAL_PRECISION(COMPACT_EXACT)
					  : JSON_REAL_PRECISION(DIGITS);
	json_object_foreach (object, name, value) {
		int err = fprintf(file, "%s\"%s\": ", before, name) < 0;

		if (json_is_array(value))
			err |= dump_array(value, flags, file);
		else
			err |= json_dumpf(value, file, flags);
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

/* The folder that it lies in, for who frees it; NULL: no memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path + 1)) : strdup(".");
}

/* Make the rename itself last. Not every file system lets one. */
static void sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* Room for ".XXXXXX" behind the name, and for ".prev" behind both. */
static bool is_too_long(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strlen(path) + NAME_ROOM >= PATH_MAX ||
	       strlen(slash ? slash + 1 : path) + NAME_ROOM > NAME_MAX;
}

int bench_result_may_write(const char *path, char *why, size_t n)
{
	char *folder = folder_of(path);
	struct stat st;
	int err = 0;

	if (!folder)
		err = -ENOMEM;
	else if (is_too_long(path))
		err = -ENAMETOOLONG;
	else if (access(folder, W_OK | X_OK))
		err = -errno;
	free(folder);
	if (err)
		return bench_why(err, why, n, "%.200s%s: %s", path,
				 bench_more(path, 200), strerror(-err));
	if (!strcmp(path, "-"))
		return bench_why(-EINVAL, why, n,
				 "-: results go to files; --json prints one, "
				 "and ./- is a file of that name");
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
