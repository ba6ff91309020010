/* SPDX-License-Identifier: MIT */
/* life.c - ring buffers end after their writers, whoever ends first. */
#include <limits.h>
#include <pthread.h>

#include "strategies/ringswap.h"
#include "tests/process/process.h"

static pthread_barrier_t both;

static void *write_and_stay(void *arg)
{
	must_be(swap_writer_enter(arg, 0), 0);
	must_be(write_to(arg, 0), 0);
	pthread_barrier_wait(&both);
	pthread_barrier_wait(&both);
	must_be(write_to(arg, 0), 0);
	return NULL; /* leaves by itself */
}

/* Not while a thread lives that entered: it would touch what is freed. */
void destroy_waits_for_the_writer(void)
{
	struct rb *rb = make_one(3, RB_OVERWRITE);
	pthread_t thread;

	pthread_barrier_init(&both, NULL, 2);
	must_be(pthread_create(&thread, NULL, write_and_stay, rb), 0);
	pthread_barrier_wait(&both);
	must_be(rb_destroy(rb), -EBUSY);
	pthread_barrier_wait(&both);
	must_be(pthread_join(thread, NULL), 0);
	must_be(rb_destroy(rb), 0);
}

/* Two writers would share one buffer. */
void spare_with_a_writer(void)
{
	struct swap_op op;

	if (!strategy->swap)
		skip("it does not swap");
	make_pair(1, RB_OVERWRITE);
	must_be(swap_writer_enter(spare, 0), 0);
	must_be(swap(live, spare, 0, SWAP_WAIT, SWAP_FOREVER, &op), -EBUSY);
	must_be(swap_writer_exit(spare, 0), 0);
	must_be(swap_whole(live, spare, 0), 0);
}

/* Refused from the first call on, and not for longer than keys are missing. */
void keys_exhausted(void)
{
	static pthread_key_t keys[PTHREAD_KEYS_MAX];
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct ringswap *r;
	struct rb *rb;
	unsigned int n = 0;

	while (!pthread_key_create(&keys[n], NULL))
		n++;
	must(n > 0);
	must_be(swap_rb_create(strategy, attr, &rb), -ENOSPC);
	must_be(ringswap_create(strategy->name, NULL, &r), -ENOSPC);
	must_be(pthread_key_delete(keys[0]), 0);
	use_new_pair();
	must_be(ringswap_create(strategy->name, NULL, &r), 0);
	must_be(ringswap_destroy(r), 0);
}

static void *end_inside(void *arg)
{
	struct ringswap_reservation reservation;

	must_be(ringswap_enter(arg, 0), 0);
	must(ringswap_reserve(arg, 0, 16, &reservation) != NULL);
	return NULL;
}

/* A thread ended inside a write: its slot is recovered, then as before. */
void successor_of_a_dead_writer(void)
{
	struct ringswap *r;

	if (!strategy->recoverable)
		skip("it is not recoverable");
	must_be(ringswap_create(strategy->name, NULL, &r), 0);
	on_thread(end_inside, r);
	must_be(ringswap_enter(r, 0), -EOWNERDEAD);
	must_be(ringswap_recover(r, 1), -EINVAL);
	must_be(ringswap_recover(r, 0), 0);
	must_be(ringswap_enter(r, 0), 0);
	for (int i = 0; i < 1000; i++)
		must_be(ringswap_write(r, 0, "abc", 4), 0);
	must_be(ringswap_exit(r, 0), 0);
	must_be(ringswap_recover(r, 0), 0);
	must_be(ringswap_destroy(r), 0);
}
