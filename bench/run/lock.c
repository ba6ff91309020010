/* SPDX-License-Identifier: MIT */
/* lock.c - a lock file that names its holder. */
#include "bench/base/why.h"
#include "bench/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void holder_of(int fd, char *pid, size_t n)
{
	ssize_t got = pread(fd, pid, n - 1, 0);

	pid[got > 0 ? got : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
}

/* The root directory can be locked where there is nothing else. */
static const char *lock_path(void)
{
	if (!access("/run/lock", W_OK))
		return "/run/lock/ringswap.lock";
	return access("/tmp", W_OK) ? "/" : "/tmp/ringswap.lock";
}

int bench_run_lock(const char *path, char *why, size_t n)
{
	char pid[32];
	int fd, err;

	if (!path)
		path = getenv("RINGSWAP_LOCK");
	if (!path)
		path = lock_path();
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	/* Another user's lock, or a directory: readable is enough to ask. */
	if (fd < 0 && (errno == EACCES || errno == EISDIR))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		err = -errno;
		snprintf(why, n, "lock %.120s%s: %s", path,
			 bench_more(path, 120), strerror(-err));
		return err;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		holder_of(fd, pid, sizeof(pid));
		snprintf(why, n,
			 "another run is under way, pid %s (lock %.120s%s); "
			 "--force measures beside it",
			 pid, path, bench_more(path, 120));
		close(fd);
		return -EBUSY;
	}
	err = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, pid, (size_t)err, 0) < 0)
		err = 0; /* the lock holds; only its holder goes unnamed */
	return fd;
}
