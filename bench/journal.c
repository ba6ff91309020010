/* SPDX-License-Identifier: MIT */
/* journal.c - append, sync, and survive being cut off. */
#include "bench/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_BYTES_MAX ((off_t)1 << 30)

static int fail(int err, const char *path, char *why, size_t n)
{
	snprintf(why, n, "%.300s: %s", path, strerror(-err));
	return err;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return fdatasync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int bench_journal_append(struct bench_journal *j, const json_t *line, char *why,
			 size_t n)
{
	char *text = json_dumps(line, JSON_COMPACT);
	size_t length;
	int err;

	if (!text)
		return fail(-ENOMEM, j->path, why, n);
	length = strlen(text);
	text[length] = '\n'; /* instead of the end of the string */
	err = write_all(j->fd, text, length + 1);
	free(text);
	if (!err) {
		j->size += (off_t)length + 1;
		return 0;
	}
	/* Part of a line may be there; a truncation needs no space. */
	if (ftruncate(j->fd, j->size) || lseek(j->fd, j->size, SEEK_SET) < 0)
		snprintf(why, n, "%.300s: %s", j->path, strerror(errno));
	return fail(err, j->path, why, n);
}

int bench_journal_create(struct bench_journal *j, const char *path,
			 const json_t *header, char *why, size_t n)
{
	char old[sizeof(j->path) + 8];
	int err;

	memset(j, 0, sizeof(*j));
	j->fd = -1;
	if (strlen(path) >= sizeof(j->path))
		return fail(-ENAMETOOLONG, path, why, n);
	strcpy(j->path, path);
	snprintf(old, sizeof(old), "%s.prev", path);
	if (rename(path, old) && errno != ENOENT)
		return fail(-errno, path, why, n);
	j->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (j->fd < 0)
		return fail(-errno, path, why, n);
	err = bench_journal_append(j, header, why, n);
	if (err) {
		bench_journal_close(j);
		unlink(path);
	}
	return err;
}

void bench_journal_close(struct bench_journal *j)
{
	if (j->fd > 0)
		close(j->fd);
	j->fd = -1;
}

static int read_text(int fd, char **out, size_t *length)
{
	struct stat status;
	size_t used = 0;

	if (fstat(fd, &status))
		return -errno;
	if (status.st_size > JOURNAL_BYTES_MAX)
		return -EFBIG;
	*out = malloc((size_t)status.st_size + 1);
	if (!*out)
		return -ENOMEM;
	while (used < (size_t)status.st_size) {
		ssize_t got =
			read(fd, *out + used, (size_t)status.st_size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		used += (size_t)got;
	}
	(*out)[used] = '\0';
	*length = used;
	return 0;
}

/* Whole lines only; *whole is how many bytes they take. */
static int parse_lines(const char *path, char *text, json_t *lines,
		       off_t *whole, char *why, size_t n)
{
	unsigned int number = 1;
	char *line = text, *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1, number++) {
		json_error_t error;
		json_t *json;

		json = json_loadb(line, (size_t)(end - line),
				  JSON_REJECT_DUPLICATES, &error);
		if (!json_is_object(json)) {
			snprintf(why, n, "%.300s:%u: not a journal's line: %s",
				 path, number, json ? "no object" : error.text);
			json_decref(json);
			return -EINVAL;
		}
		json_array_append_new(lines, json);
		*whole = end + 1 - text;
	}
	return 0;
}

int bench_journal_reopen(struct bench_journal *j, const char *path,
			 json_t **out, char *why, size_t n)
{
	json_t *lines = json_array();
	char *text = NULL;
	size_t length;
	int err;

	memset(j, 0, sizeof(*j));
	if (strlen(path) >= sizeof(j->path))
		return fail(-ENAMETOOLONG, path, why, n);
	strcpy(j->path, path);
	j->fd = open(path, O_RDWR | O_CLOEXEC);
	if (j->fd < 0)
		err = fail(-errno, path, why, n);
	else if ((err = read_text(j->fd, &text, &length)) != 0)
		fail(err, path, why, n);
	else
		err = parse_lines(path, text, lines, &j->size, why, n);
	if (!err &&
	    (ftruncate(j->fd, j->size) || lseek(j->fd, j->size, SEEK_SET) < 0))
		err = fail(-errno, path, why, n);
	free(text);
	if (err) {
		json_decref(lines);
		bench_journal_close(j);
	} else {
		*out = lines;
	}
	return err;
}
