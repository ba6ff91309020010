/* SPDX-License-Identifier: MIT */
/* A buffer that is copied, and one that is emptied, go on like any other. */
#include "tests/unit/ringbuf/ringbuf_helper.h"

#include "bench/base/rng.h"

#define SIZE	1024u
#define SUBBUFS 3u
#define ROUNDS	400u

struct pair {
	struct rb *from, *to;
	struct rb_slot *slot, *copy;
	struct bench_rng rng;
	uint32_t next; /* value of the next event */
};

/* What a walk finds, in order; payloads by their first byte and length. */
struct found {
	struct rb_cpu *cpu;
	uint64_t hash;
	uint64_t n;
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * UINT64_C(0x100000001b3);
}

static int find(const struct rb_event *event, void *arg)
{
	struct found *found = arg;
	const unsigned char *at = event->payload;

	assert_true(at > found->cpu->pages &&
		    at <= found->cpu->pages + (size_t)SUBBUFS * SIZE);
	found->hash = mix(found->hash, event->length);
	found->hash = mix(found->hash, event->time_stamp);
	for (uint32_t i = 0; i < event->length; i++)
		found->hash = mix(found->hash, at[i]);
	found->n++;
	return 0;
}

static struct found found_in(struct rb_slot *slot)
{
	struct found found = { .cpu = rb_slot_active(slot) };

	assert_int_equal(rb_walk(found.cpu, find, &found), 0);
	return found;
}

static void assert_alike(struct pair *pair)
{
	struct rb_counts counts = counts_of(pair->slot);
	struct rb_counts copied = counts_of(pair->copy);
	struct found found = found_in(pair->slot);
	struct found copy = found_in(pair->copy);

	assert_memory_equal(&counts, &copied, sizeof(counts));
	assert_int_equal(found.n, counts.entries);
	assert_int_equal(found.n, copy.n);
	assert_int_equal(found.hash, copy.hash);
}

static void assert_empty(struct rb_slot *slot)
{
	static const struct rb_counts none;
	struct rb_counts counts = counts_of(slot);

	assert_memory_equal(&counts, &none, sizeof(counts));
	assert_int_equal(found_in(slot).n, 0);
	assert_false(rb_cpu_has_unread(rb_slot_active(slot)));
}

static int drop_event(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

/* An event that is stored, discarded, or lost with its writer. */
static void write_one(struct pair *pair, struct rb_slot *slot, uint32_t length,
		      unsigned int how)
{
	struct rb_write w;
	unsigned char *at = open_event(slot, length, &w);

	if (!at)
		return;
	fill_payload(at, length, pair->next);
	if (how == 1)
		rb_discard(&w);
	else if (how == 2)
		rb_recover(rb_slot_active(slot));
	else
		rb_commit(&w);
	section_close(slot);
}

/* Something happens to one buffer, or the same to both. */
static void go_on(struct pair *pair, bool both)
{
	unsigned int steps = (unsigned int)bench_rng_below(&pair->rng, 30);

	for (unsigned int i = 0; i < steps; i++, pair->next++) {
		uint32_t length = (uint32_t)bench_rng_below(&pair->rng, 300);
		unsigned int how =
			(unsigned int)bench_rng_below(&pair->rng, 40);
		unsigned long taken = bench_rng_below(&pair->rng, 9);

		write_one(pair, pair->slot, length, how);
		if (both)
			write_one(pair, pair->copy, length, how);
		if (how != 3)
			continue;
		rb_consume(pair->slot, taken, drop_event, NULL);
		if (both)
			rb_consume(pair->copy, taken, drop_event, NULL);
	}
}

/* Both begin anew, and the copy's pages have been used once. */
static void begin_anew(struct pair *pair)
{
	assert_int_equal(rb_recycle(pair->slot), 0);
	assert_int_equal(rb_recycle(pair->copy), 0);
	for (uint64_t n = bench_rng_below(&pair->rng, 9); n; n--)
		write_one(pair, pair->copy, 300, 0);
}

static void copy_and_empty(struct pair *pair, bool stamped)
{
	if (!bench_rng_below(&pair->rng, 4))
		begin_anew(pair);
	go_on(pair, false);
	rb_cpu_copy(rb_slot_active(pair->copy), rb_slot_active(pair->slot));
	assert_alike(pair);
	/* Stamps of two that are written one after the other differ. */
	if (!stamped && bench_rng_below(&pair->rng, 2)) {
		go_on(pair, true);
		assert_alike(pair);
	}
	rb_cpu_empty(rb_slot_active(pair->slot));
	assert_empty(pair->slot);
}

static void run(enum rb_mode mode, enum rb_stamp stamp, uint64_t seed)
{
	struct pair pair = {
		.from = make(mode, stamp, SUBBUFS, SIZE),
		.to = make(mode, stamp, SUBBUFS, SIZE),
	};

	bench_rng_seed(&pair.rng, seed);
	pair.slot = rb_slot(pair.from, 0);
	pair.copy = rb_slot(pair.to, 0);
	for (unsigned int i = 0; i < ROUNDS; i++)
		copy_and_empty(&pair, stamp != RB_STAMP_NONE);
	rb_destroy(pair.from);
	rb_destroy(pair.to);
}

static void copy_is_alike_and_what_is_emptied_goes_on(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 6; i++)
		run((enum rb_mode)(i / 3), (enum rb_stamp)(i % 3), 7 + i);
}

/* A page holds three of these: so many handlers' events go behind an open one
 * until they would lap it. */
static unsigned int put_behind_an_open_event(struct rb_slot *slot)
{
	unsigned int stored = 0;
	struct rb_write w;

	assert_non_null(open_event(slot, 300, &w));
	for (unsigned int i = 0; i < 20; i++)
		stored += put(slot, 300, i);
	close_event(slot, &w);
	return stored;
}

static void emptied_buffer_is_as_large_for_handlers(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, SUBBUFS, SIZE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(put_behind_an_open_event(slot),
				 3 * SUBBUFS - 1);
		rb_cpu_empty(rb_slot_active(slot));
	}
	rb_destroy(rb);
}

/* One that waited long as an empty one has no old time base. */
static void emptied_buffer_has_a_new_time_base(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_CLOCK, SUBBUFS, SIZE);
	struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, 0));
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));
	uint64_t before = rb_clock_ns();

	(void)state;
	store_relaxed(&page->time_stamp, 1);
	rb_cpu_empty(cpu);
	assert_true(load_relaxed(&page->time_stamp) >= before);
	rb_destroy(rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_is_alike_and_what_is_emptied_goes_on),
		cmocka_unit_test(emptied_buffer_is_as_large_for_handlers),
		cmocka_unit_test(emptied_buffer_has_a_new_time_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
