/* SPDX-License-Identifier: MIT */
/* journal.c - append, sync, and survive being cut off. */
#include "bench/run/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/result/result.h"

static int fail(int err, const char *path, char *why, size_t n)
{
	snprintf(why, n, "%.300s%s: %s", path, bench_more(path, 300),
		 strerror(-err));
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
		snprintf(why, n, "%.300s%s: %s", j->path,
			 bench_more(j->path, 300), strerror(errno));
	return fail(err, j->path, why, n);
}

/*
 * A journal that a run writes is locked, so that no other run, which may be
 * forced, puts it away or goes on with it. Where nothing can be locked, nothing
 * is.
 */
static int lock(int fd, const char *path, char *why, size_t n)
{
	if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return 0;
	return bench_why(-EBUSY, why, n,
			 "%.300s%s: another run is writing it: let it end, or "
			 "name another file",
			 path, bench_more(path, 300));
}

/* Put an older journal away; there need not be one. */
static int keep_older(const char *path, const char *old, char *why, size_t n)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err = fd < 0 ? 0 : lock(fd, path, why, n);

	if (!err && rename(path, old) && errno != ENOENT)
		err = fail(-errno, path, why, n);
	if (fd >= 0)
		close(fd);
	return err;
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
	err = bench_result_may_write(path, why, n);
	if (!err)
		err = bench_result_may_write(old, why, n);
	if (err)
		return err;
	err = keep_older(path, old, why, n);
	if (err)
		return err;
	j->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (j->fd < 0)
		return fail(-errno, path, why, n);
	err = lock(j->fd, path, why, n);
	if (!err)
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

int bench_journal_reopen(struct bench_journal *j, const char *path,
			 bench_journal_fn fn, void *arg, char *why, size_t n)
{
	struct bench_journal_extent extent;
	int open_err, err;

	memset(j, 0, sizeof(*j));
	j->fd = -1;
	if (strlen(path) >= sizeof(j->path))
		return fail(-ENAMETOOLONG, path, why, n);
	strcpy(j->path, path);
	/* who cannot be opened is refused by who reads it, or below */
	j->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	open_err = j->fd < 0 ? -errno : 0;
	err = open_err ? 0 : lock(j->fd, path, why, n);
	if (!err)
		err = bench_journal_each(path, fn, arg, &extent, why, n);
	if (!err && open_err)
		err = fail(open_err, path, why, n);
	if (err) {
		bench_journal_close(j);
		return err;
	}
	j->size = extent.whole;
	if (ftruncate(j->fd, j->size) || lseek(j->fd, j->size, SEEK_SET) < 0) {
		err = fail(-errno, path, why, n);
		bench_journal_close(j);
	}
	return err;
}

int bench_journal_is_there(const struct bench_journal *j, char *why, size_t n)
{
	struct stat ours, there;

	if (fstat(j->fd, &ours))
		return fail(-errno, j->path, why, n);
	if (!stat(j->path, &there) && there.st_dev == ours.st_dev &&
	    there.st_ino == ours.st_ino)
		return 0;
	return bench_why(-ESTALE, why, n,
			 "%.300s%s: moved, replaced or removed while this run "
			 "wrote it; ringswap result makes the result of where "
			 "it is now",
			 j->path, bench_more(j->path, 300));
}
