/* SPDX-License-Identifier: MIT */
/* rules_helper.h - every strategy that runs here, and what a call leaves. */
#ifndef TESTS_UNIT_STRATEGIES_RULES_HELPER_H
#define TESTS_UNIT_STRATEGIES_RULES_HELPER_H

#include "strategies/strategy.h"
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define MS	 UINT64_C(1000000)
#define SOON_NS	 (20 * MS)
#define LONG_NS	 (5000 * MS)
#define SLOTS	 3u
#define LATE_NS	 (4000 * MS)
#define in_ns(n) (sys_now() + (n))

static inline struct rb_attr attr_of(unsigned int slots)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;

	attr.slots = slots;
	attr.subbufs = 4;
	attr.subbuf_size = 1024;
	return attr;
}

static inline struct rb *make_by(const struct swap_strategy *s,
				 const struct rb_attr *attr)
{
	struct rb *rb;

	assert_int_equal(swap_rb_create(s, *attr, &rb), 0);
	return rb;
}

/* Sound, and runs here. */
static inline bool is_candidate(const struct swap_strategy *s)
{
	char why[200];

	return s->sound && s->swap && !swap_probe(s, why, sizeof(why));
}

#define for_each_candidate(s)      \
	swap_for_each_strategy (s) \
		if (is_candidate(s))

/* Where it has no bounded wait it is not asked for one. */
static inline uint64_t deadline_of(const struct swap_strategy *s)
{
	return s->bounded ? in_ns(LONG_NS) : SWAP_FOREVER;
}

static inline int swap_settled(const struct swap_strategy *s, struct rb *live,
			       struct rb *spare, unsigned int slot)
{
	uint64_t deadline = deadline_of(s);
	struct swap_op op = { .live = NULL };
	int err = swap(live, spare, slot, SWAP_WAIT, deadline, &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, deadline);
	return err;
}

/* Whatever a call came to, nothing of it stays in the words of the slot. */
static inline void assert_balanced(struct rb *rb)
{
	for (unsigned int i = 0; i < rb->attr.slots; i++) {
		struct rb_slot *slot = rb_slot(rb, i);

		assert_int_equal(load_relaxed(&slot->control), 0);
		assert_int_equal(load_relaxed(&slot->nesting), 0);
		assert_int_equal(load_relaxed(&slot->refuse), 0);
		assert_ptr_equal(load_relaxed(&rb_slot_active(slot)->owner),
				 slot);
		assert_null(load_relaxed(&swap_slot(rb, i)->op));
		assert_null(load_relaxed(&swap_slot(rb, i)->pending));
	}
}

static inline int write_number(struct rb *rb, unsigned int slot,
			       uint32_t number)
{
	const struct swap_strategy *s = swap_slot(rb, slot)->strategy;

	return s->ops->write(swap_slot(rb, slot), &number, sizeof(number));
}

static inline void assert_holds(struct rb *rb, unsigned int slot, uint32_t from,
				uint32_t n)
{
	struct numbers got = { .n = 0 };

	assert_int_equal(rb_consume(rb_slot(rb, slot), 999, take_number, &got),
			 n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(got.got[i], from + i);
	assert_int_equal(rb_recycle(rb_slot(rb, slot)), 0);
}

/* A test by every candidate: with a live and a spare ring buffer, afterwards
 * balanced, and gone. */
static inline void for_each_pair(unsigned int slots,
				 void (*test)(struct rb *live,
					      struct rb *spare))
{
	const struct swap_strategy *s;

	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(slots);
		struct rb *live = make_by(s, &attr);
		struct rb *spare = make_by(s, &attr);

		test(live, spare);
		assert_balanced(live);
		assert_balanced(spare);
		assert_int_equal(rb_destroy(live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

#define FOR_EACH_PAIR(name, slots)            \
	static void test_##name(void **state) \
	{                                     \
		(void)state;                  \
		for_each_pair(slots, name);   \
	}

#endif
