/* SPDX-License-Identifier: MIT */
/* trial.c - strategies and floors tried in a child first. */
#include "bench/plan/trial.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/machine/filter.h"

#define TRIED_MOST 256

/* What is tried: 0 or -errno and the reason. */
typedef int (*probe_fn)(const void *of, char *why, size_t n);

static int probe_strategy(const void *of, char *why, size_t n)
{
	return swap_probe(of, why, n);
}

static int probe_floor(const void *of, char *why, size_t n)
{
	const struct bench_floor *floor = of;
	int err = floor->probe ? floor->probe() : 0;

	return err ? bench_why(err, why, n, "%s: %s", floor->name,
			       strerror(-err))
		   : 0;
}

/* The signal that ended the child; 0: none did, or there could be no child. */
static int signal_of_child(probe_fn probe, const void *of)
{
	char why[BENCH_WHY];
	int status = 0;
	pid_t child = fork();

	if (!child) {
		probe(of, why, sizeof(why));
		_exit(0);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return child > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int signal_once(probe_fn probe, const void *of)
{
	static struct {
		const void *of;
		int signal;
	} tried[TRIED_MOST];
	unsigned int i = 0;

	while (i < TRIED_MOST && tried[i].of && tried[i].of != of)
		i++;
	if (i == TRIED_MOST)
		return signal_of_child(probe, of);
	if (!tried[i].of)
		tried[i].signal = signal_of_child(probe, of);
	tried[i].of = of;
	return tried[i].signal;
}

static int try(probe_fn probe, const void *of, char *why, size_t n)
{
	int number = signal_once(probe, of), err;

	if (number)
		return bench_why(-ENOTSUP, why, n,
				 "killed when it was tried: signal %d (%s), as "
				 "where a filter forbids a system call",
				 number, strsignal(number));
	bench_filter_tell(NULL, 0);
	err = probe(of, why, n);
	if (err)
		bench_filter_tell(why, n);
	return err;
}

int bench_trial(const struct swap_strategy *strategy, char *why, size_t n)
{
	return try(probe_strategy, strategy, why, n);
}

int bench_trial_floor(const struct bench_floor *floor, char *why, size_t n)
{
	int err = floor->probe ? try(probe_floor, floor, why, n) : 0;

	return err == -EPERM || err == -ENOSYS ? -ENOTSUP
	       : err == -ENOTSUP	       ? err
					       : 0;
}
