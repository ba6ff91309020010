/* SPDX-License-Identifier: MIT */
/* setup.c - what a strategy asks of the process, once. */
#include "strategies/swap_private.h"

/* Past this many a setup runs again, which costs time and nothing else. */
#define SETUPS_KEPT 256

/* Set up already; under the lock. */
static const struct swap_strategy *done[SETUPS_KEPT];
static unsigned int n_done;
static struct sys_mutex lock = SYS_MUTEX_INIT;

static bool is_done(const struct swap_strategy *strategy)
{
	for (unsigned int i = 0; i < n_done; i++)
		if (done[i] == strategy)
			return true;
	return false;
}

/* Run it, first time or not; under the lock. */
static int run(const struct swap_strategy *strategy)
{
	int err = strategy->setup();

	if (!err && !is_done(strategy) && n_done < SETUPS_KEPT)
		done[n_done++] = strategy;
	return err;
}

int swap_setup_once(const struct swap_strategy *strategy)
{
	int err = 0;

	if (!strategy->setup)
		return 0;
	sys_mutex_lock(&lock);
	if (!is_done(strategy))
		err = run(strategy);
	sys_mutex_unlock(&lock);
	return err;
}

/*
 * Whoever held the lock is not here. What that thread was setting up is set up
 * again by whoever uses it.
 */
void swap_setup_forked(void)
{
	sys_mutex_init(&lock);
}

void swap_setup(void)
{
	const struct swap_strategy *s;

	/* A setup that fails is told by the probe, with its reason. */
	sys_mutex_lock(&lock);
	swap_for_each_strategy (s)
		if (s->setup)
			run(s);
	sys_mutex_unlock(&lock);
}
