/* SPDX-License-Identifier: MIT */
/* journal.c - append, sync, and survive being cut off. */
#include "bench/run/journal.h"

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

/* Line by line; *whole is how many bytes the whole ones take. */
static int take_lines(FILE *file, const char *path, bench_journal_take take,
		      void *arg, off_t *whole, char *why, size_t n)
{
	unsigned int number = 1;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&line, &room, file)) > 0 &&
	       line[length - 1] == '\n') {
		json_error_t error;
		json_t *json;

		json = json_loadb(line, (size_t)length - 1,
				  JSON_REJECT_DUPLICATES, &error);
		if (json_is_object(json)) {
			err = take(json, number, arg, why, n);
		} else {
			snprintf(why, n, "%.300s:%u: not a journal's line: %s",
				 path, number, json ? "no object" : error.text);
			err = -EINVAL;
		}
		json_decref(json);
		*whole += length;
		number++;
	}
	if (!err && ferror(file))
		err = fail(-EIO, path, why, n);
	free(line);
	return err;
}

/* A stream of its own, so that fd stays the writer's. */
static int open_stream(const struct bench_journal *j, FILE **out)
{
	struct stat status;
	int fd;

	if (fstat(j->fd, &status))
		return -errno;
	if (status.st_size > JOURNAL_BYTES_MAX)
		return -EFBIG;
	fd = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	*out = fd < 0 ? NULL : fdopen(fd, "r");
	if (*out)
		return 0;
	if (fd >= 0)
		close(fd);
	return -ENOMEM;
}

int bench_journal_reopen(struct bench_journal *j, const char *path,
			 bench_journal_take take, void *arg, char *why,
			 size_t n)
{
	FILE *file = NULL;
	int err;

	memset(j, 0, sizeof(*j));
	if (strlen(path) >= sizeof(j->path))
		return fail(-ENAMETOOLONG, path, why, n);
	strcpy(j->path, path);
	j->fd = open(path, O_RDWR | O_CLOEXEC);
	err = j->fd < 0 ? -errno : open_stream(j, &file);
	if (err)
		fail(err, path, why, n);
	else
		err = take_lines(file, path, take, arg, &j->size, why, n);
	if (file)
		fclose(file);
	if (!err &&
	    (ftruncate(j->fd, j->size) || lseek(j->fd, j->size, SEEK_SET) < 0))
		err = fail(-errno, path, why, n);
	if (err)
		bench_journal_close(j);
	return err;
}
