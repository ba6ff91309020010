/* SPDX-License-Identifier: MIT */
/* grace.c - the thread that waits for grace periods, from birth to end. */
#include "strategies/grace.h"

static struct sys_mutex list_lock = SYS_MUTEX_INIT;
static struct grace *list;

/* Is a period under way, or asked for? */
static bool is_busy(struct grace *grace)
{
	return load_relaxed(&grace->running) ||
	       load_relaxed(&grace->wanted) != load_relaxed(&grace->done);
}

static void *serve(void *arg)
{
	struct grace *grace = arg;

	for (;;) {
		/* G2 pairs with G1 G5: exchanged before the period begins */
		uint32_t wanted = load_acquire(&grace->wanted);

		if (load_relaxed(&grace->ending))
			return NULL;
		if (wanted == load_relaxed(&grace->done)) {
			sys_word_sleep(&grace->wanted, wanted, UINT64_MAX);
			continue;
		}
		grace->synchronize();
		/* G3 pairs with G4: what the period waited for */
		store_release(&grace->done, wanted);
		sys_word_wake(&grace->done);
	}
}

/*
 * In the child there is this one thread. A lock that another one held will
 * never be given back: ours begin anew, the library's we cannot reach.
 */
static void after_fork(void)
{
	sys_mutex_init(&list_lock);
	for (struct grace *grace = list; grace; grace = grace->next) {
		sys_mutex_init(&grace->lock);
		grace->is_broken |= is_busy(grace);
		store_relaxed(&grace->running, 0);
		grace->has_thread = false;
		grace->users = 0;
		store_relaxed(&grace->done, load_relaxed(&grace->wanted));
	}
}

static void make_known(struct grace *grace)
{
	static bool watches_forks;

	sys_mutex_lock(&list_lock);
	if (!watches_forks)
		watches_forks = !sys_fork_watch(after_fork);
	if (!grace->is_known) {
		grace->next = list;
		list = grace;
		grace->is_known = true;
	}
	sys_mutex_unlock(&list_lock);
}

int grace_use(struct grace *grace)
{
	int err = 0;

	make_known(grace);
	sys_mutex_lock(&grace->lock);
	if (grace->is_broken)
		err = -ECHILD;
	else
		grace->users++;
	sys_mutex_unlock(&grace->lock);
	return err;
}

/* Nobody asks any more; under the lock. */
static void end_thread(struct grace *grace)
{
	store_relaxed(&grace->ending, 1);
	/* G5 pairs with G2: ending before the word that wakes */
	fetch_add_acq_rel(&grace->wanted, 1);
	sys_word_wake(&grace->wanted);
	sys_thread_join(grace->thread);
	store_relaxed(&grace->done, load_relaxed(&grace->wanted));
	store_relaxed(&grace->ending, 0);
	grace->has_thread = false;
}

void grace_unuse(struct grace *grace)
{
	sys_mutex_lock(&grace->lock);
	if (!--grace->users && grace->has_thread)
		end_thread(grace);
	sys_mutex_unlock(&grace->lock);
}

int grace_ready(struct grace *grace)
{
	int err = 0;

	sys_mutex_lock(&grace->lock);
	if (!grace->has_thread) {
		err = sys_thread_start(&grace->thread, serve, grace);
		grace->has_thread = !err;
	}
	sys_mutex_unlock(&grace->lock);
	return err ? -ENOBUFS : 0;
}

uint32_t grace_ask(struct grace *grace)
{
	uint32_t ticket;

	/* G1 pairs with G2: exchanged before the period begins */
	do
		ticket = fetch_add_acq_rel(&grace->wanted, 1) + 1;
	while (!ticket);
	sys_word_wake(&grace->wanted);
	return ticket;
}

void grace_run(struct grace *grace)
{
	/* G6 pairs with G7: counted as long as it runs */
	fetch_add_acq_rel(&grace->running, 1);
	grace->synchronize();
	/* G7 pairs with G6: counted as long as it runs */
	fetch_add_acq_rel(&grace->running, (uint32_t)-1);
}

int grace_wait(struct grace *grace, uint32_t ticket, uint64_t deadline)
{
	for (;;) {
		/* G4 pairs with G3: what the period waited for */
		uint32_t done = load_acquire(&grace->done);

		if ((int32_t)(done - ticket) >= 0)
			return 0;
		if (deadline != UINT64_MAX && sys_now() >= deadline)
			return -EINPROGRESS;
		sys_word_sleep(&grace->done, done, deadline);
	}
}
