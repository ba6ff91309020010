/* SPDX-License-Identifier: MIT */
/* lock.c - a lock file that every run holds and that names them. */
#include "bench/base/why.h"
#include "bench/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* The pids of those who wrote themselves in and still live, by commas. */
static void holders_of(int fd, char *text, size_t n)
{
	char all[512], *save = NULL;
	ssize_t got = pread(fd, all, sizeof(all) - 1, 0);
	size_t used = 0;

	snprintf(text, n, "unknown");
	all[got > 0 ? got : 0] = '\0';
	for (char *word = strtok_r(all, "\n", &save); word && used < n;
	     word = strtok_r(NULL, "\n", &save)) {
		pid_t pid = (pid_t)strtol(word, NULL, 10);

		if (pid > 0 && (!kill(pid, 0) || errno == EPERM))
			used += (size_t)snprintf(text + used, n - used, "%s%d",
						 used ? ", " : "", (int)pid);
	}
}

/* The root directory can be locked where there is nothing else. */
static const char *lock_path(void)
{
	if (!access("/run/lock", W_OK))
		return "/run/lock/ringswap.lock";
	return access("/tmp", W_OK) ? "/" : "/tmp/ringswap.lock";
}

static int open_lock(const char *path, char *why, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	/* Another user's lock, or a directory: readable is enough to ask. */
	if (fd < 0 && (errno == EACCES || errno == EISDIR))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? bench_why(-errno, why, n, "lock %.120s%s: %s", path,
				  bench_more(path, 120), strerror(errno))
		      : fd;
}

/* Alone for a moment: nobody else holds it. Then shared, so that a run that was
 * forced can hold it too. */
static int lock_alone(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	if (ftruncate(fd, 0))
		return flock(fd, LOCK_SH); /* its holder goes unnamed */
	return flock(fd, LOCK_SH) ? -errno : 0;
}

/* Whoever is alone is so for some microseconds only. */
static int lock_beside(int fd)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (unsigned int i = 0; i < 100; i++) {
		if (!flock(fd, LOCK_SH | LOCK_NB))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -errno;
}

/* The lock holds whether or not this succeeds. */
static void write_name(int fd)
{
	char pid[32];
	int length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

	if (lseek(fd, 0, SEEK_END) < 0 || write(fd, pid, (size_t)length) < 0)
		return;
}

/* Somebody else has it. */
static int lock_held(int fd, const char *path, bool beside, char *why, size_t n)
{
	char pids[128];

	holders_of(fd, pids, sizeof(pids));
	snprintf(why, n, "another run is under way, pid %s (lock %.120s%s)%s",
		 pids, path, bench_more(path, 120),
		 beside ? "" : "; --force measures beside it");
	return beside ? lock_beside(fd) : -EBUSY;
}

int bench_run_lock(const char *path, bool beside, char *why, size_t n)
{
	int fd, err;

	if (!path)
		path = getenv("RINGSWAP_LOCK");
	if (!path)
		path = lock_path();
	fd = open_lock(path, why, n);
	if (fd < 0)
		return fd;
	why[0] = '\0';
	err = lock_alone(fd);
	if (err == -EWOULDBLOCK)
		err = lock_held(fd, path, beside, why, n);
	else if (err)
		bench_why(err, why, n, "lock %.120s%s: %s", path,
			  bench_more(path, 120), strerror(-err));
	if (err) {
		close(fd);
		return err;
	}
	write_name(fd);
	return fd;
}
