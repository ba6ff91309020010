/* SPDX-License-Identifier: MIT */
/* trial.c - strategies tried in a child first. */
#include "bench/plan/trial.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/why.h"

#define TRIED_MOST 256

/* The signal that ended the child; 0: none did, or there could be no child. */
static int signal_of_child(const struct swap_strategy *strategy)
{
	char why[BENCH_WHY];
	int status = 0;
	pid_t child = fork();

	if (!child) {
		swap_probe(strategy, why, sizeof(why));
		_exit(0);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return child > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int signal_once(const struct swap_strategy *strategy)
{
	static struct {
		const struct swap_strategy *strategy;
		int signal;
	} tried[TRIED_MOST];
	unsigned int i = 0;

	while (i < TRIED_MOST && tried[i].strategy &&
	       tried[i].strategy != strategy)
		i++;
	if (i == TRIED_MOST)
		return signal_of_child(strategy);
	if (!tried[i].strategy)
		tried[i].signal = signal_of_child(strategy);
	tried[i].strategy = strategy;
	return tried[i].signal;
}

int bench_trial(const struct swap_strategy *strategy, char *why, size_t n)
{
	int number = signal_once(strategy);

	if (number)
		return bench_why(-ENOTSUP, why, n,
				 "killed when it was tried: signal %d (%s), as "
				 "where a filter forbids a system call",
				 number, strsignal(number));
	return swap_probe(strategy, why, n);
}
