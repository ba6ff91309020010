/* SPDX-License-Identifier: MIT */
/*
 * An application that knows its strategy when it is compiled: the write is
 * inlined, the swap is the library's. The two share the strategy's state.
 */
#include <stdio.h>

#include <ringswap/strategies/global_lock.h>

static int write_inlined(struct swap_slot *slot, uint64_t value)
{
	struct rb_write write;
	unsigned long level;
	struct rb_cpu *cpu = global_lock_begin(slot, &level);
	uint64_t *at;

	if (!cpu)
		return -1;
	at = rb_reserve(&slot->rb, cpu, sizeof(value), RB_STAMP_NONE, &write);
	if (at) {
		*at = value;
		rb_commit(&write);
	}
	global_lock_end(slot, cpu, level);
	return at ? 0 : -1;
}

static int print(const struct rb_event *event, void *arg)
{
	(void)arg;
	puts(*(const uint64_t *)event->payload == 42 ? "swapped" : "torn");
	return 0;
}

int main(void)
{
	const struct swap_strategy *s = &swap_strategy_global_lock;
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *live, *spare;
	struct swap_op op;

	if (s != swap_find("global-lock") || swap_rb_create(s, attr, &live) ||
	    swap_rb_create(s, attr, &spare) || swap_writer_enter(live, 0) ||
	    write_inlined(swap_slot(live, 0), 42))
		return 1;
	/* What the inlined write locks is what the library's swap locks. */
	sys_mutex_lock(&global_lock);
	if (swap(live, spare, 0, SWAP_TRY, 0, &op) != -EBUSY)
		return 1;
	sys_mutex_unlock(&global_lock);
	if (swap(live, spare, 0, SWAP_TRY, 0, &op) ||
	    rb_consume(rb_slot(spare, 0), 10, print, NULL) != 1 ||
	    swap_writer_exit(live, 0))
		return 1;
	rb_destroy(live);
	rb_destroy(spare);
	return 0;
}
