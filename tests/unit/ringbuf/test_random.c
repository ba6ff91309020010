/* SPDX-License-Identifier: MIT */
/*
 * Random writes, nested to every depth and at every place between two calls,
 * against a model that is a list of pages of events. RINGBUF_SEED=N repeats a
 * failed run; the seed of each run is printed.
 */
#include <stdio.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define CAPACITY (PAGE - RB_PAGE_HEADER)
#define PAGE_MAX (CAPACITY / 8)

/* Of the model: what an event is. */
struct model_event {
	uint32_t value, length;
	bool discarded;
};

/* Page i of all that were ever opened; the last subbufs of them exist. */
struct model_page {
	uint32_t bytes, events;
	struct model_event event[PAGE_MAX];
};

#define PAGES_KEPT 16

struct model {
	struct rb_slot *slot;
	struct rb_cpu *cpu;
	enum rb_mode mode;
	uint32_t subbufs;
	struct model_page pages[PAGES_KEPT]; /* by number modulo */
	uint64_t tail, head;		     /* page numbers */
	uint64_t commit;    /* overwrite: tail at the last outermost cross */
	uint64_t edge_page; /* produce-consume: first open event, or tail */
	uint32_t edge_event;
	uint32_t head_read; /* events of head passed by the reader */
	uint64_t read, overrun, drops[RB_DROP_CAUSES];
	uint32_t depth; /* open sections */
	uint32_t open;	/* of them, with an event */
	uint32_t value;
	uint64_t rng;
};

static uint32_t draw(struct model *m, uint32_t below)
{
	m->rng ^= m->rng << 13;
	m->rng ^= m->rng >> 7;
	m->rng ^= m->rng << 17;
	return (uint32_t)(m->rng >> 33) % below;
}

static struct model_page *page_of(struct model *m, uint64_t number)
{
	return &m->pages[number % PAGES_KEPT];
}

static uint32_t kept(const struct model_page *page, uint32_t from)
{
	uint32_t n = 0;

	for (uint32_t i = from; i < page->events; i++)
		n += !page->event[i].discarded;
	return n;
}

/* Where the model's next page would come from: its cause to refuse, or -1. */
static int model_cross(struct model *m)
{
	bool outermost = m->depth == 1;
	uint64_t reused = m->tail + 1 - m->subbufs;
	bool wraps = m->tail + 1 >= m->subbufs;

	if (m->mode == RB_PRODUCE_CONSUME) {
		if (wraps && reused == m->head)
			return m->edge_page == m->head ? RB_DROP_COMMIT_OVERRUN
						       : RB_DROP_FULL;
	} else if (!outermost && wraps && reused == m->commit) {
		return RB_DROP_COMMIT_OVERRUN;
	} else if (wraps && reused == m->head) {
		m->overrun += kept(page_of(m, m->head), m->head_read);
		m->head++;
		m->head_read = 0;
	}
	m->tail++;
	memset(page_of(m, m->tail), 0, sizeof(struct model_page));
	if (outermost)
		m->commit = m->tail;
	return -1;
}

/* The model's reserve: the event's place, or NULL with the cause counted. */
static struct model_event *model_reserve(struct model *m, uint32_t length,
					 uint32_t value)
{
	uint32_t bytes = 8 + (length + 7) / 8 * 8;
	struct model_page *page = page_of(m, m->tail);
	struct model_event *event;

	if (bytes > CAPACITY) {
		m->drops[RB_DROP_TOO_BIG]++;
		return NULL;
	}
	if (page->bytes + bytes > CAPACITY) {
		int refused = model_cross(m);

		if (refused >= 0) {
			m->drops[refused]++;
			return NULL;
		}
		page = page_of(m, m->tail);
	}
	event = &page->event[page->events++];
	page->bytes += bytes;
	*event = (struct model_event){ .value = value, .length = length };
	return event;
}

struct reading {
	struct model *m;
	uint64_t page;
	uint32_t event;
	bool take; /* the reader's place moves */
};

/* The model's next readable event, or NULL; at steps over ends of pages. */
static struct model_event *model_next(struct reading *at)
{
	struct model *m = at->m;
	bool live = m->mode == RB_PRODUCE_CONSUME;

	for (;;) {
		struct model_page *page = page_of(m, at->page);
		uint64_t last = live ? m->edge_page : m->tail;
		uint32_t end = live && at->page == m->edge_page ? m->edge_event
								: page->events;

		while (at->event < end && page->event[at->event].discarded)
			at->event++;
		if (at->event < end)
			return &page->event[at->event++];
		if (at->page == last)
			return NULL;
		at->page++;
		at->event = 0;
	}
}

static int compare(const struct rb_event *event, void *arg)
{
	struct model_event *want = model_next(arg);

	assert_non_null(want);
	assert_int_equal(event->length, want->length);
	assert_true(payload_is(event, want->value));
	return 0;
}

static void check_counts(struct model *m)
{
	struct rb_counts counts;
	uint64_t entries = 0;

	for (uint64_t p = m->head; p <= m->tail; p++)
		entries += kept(page_of(m, p), p == m->head ? m->head_read : 0);
	rb_counts(m->cpu, &counts);
	assert_int_equal(counts.entries, entries);
	assert_int_equal(counts.read, m->read);
	assert_int_equal(counts.overrun, m->overrun);
	for (int i = 0; i < RB_DROP_CAUSES; i++)
		assert_int_equal(rb_drops(m->slot, (enum rb_drop)i),
				 m->drops[i]);
}

static void check_all(struct model *m)
{
	struct reading at = { m, m->head, m->head_read, false };

	assert_whole(m->cpu);
	assert_int_equal(rb_walk(m->cpu, compare, &at), 0);
	assert_null(model_next(&at));
	check_counts(m);
}

/* At depth 0 of both modes, at any depth of a live reader. */
static void consume_some(struct model *m)
{
	struct reading at = { m, m->head, m->head_read, true };
	unsigned long max = draw(m, 60);
	long got = rb_consume(m->slot, max, compare, &at);

	assert_true(got >= 0 && (unsigned long)got <= max);
	if ((unsigned long)got < max)
		assert_null(model_next(&at)); /* it looked, and moved on */
	m->read += (uint64_t)got;
	m->head = at.page;
	m->head_read = at.event;
}

static void write_one(struct model *m);

/* Here a handler may come. */
static void interruption(struct model *m)
{
	if (m->mode == RB_PRODUCE_CONSUME && !draw(m, 6))
		consume_some(m);
	while (m->depth < RB_NEST_MAX && draw(m, 100) < 22)
		write_one(m);
}

static uint32_t draw_length(struct model *m)
{
	switch (draw(m, 8)) {
	case 0:
		return 0;
	case 1:
		return draw(m, PAGE + 40);
	case 2:
		return 300 + draw(m, 200);
	default:
		return draw(m, 64);
	}
}

/* The commit edge is where the last back events of the tail page begin. */
static void edge_to_end(struct model *m, uint32_t back)
{
	m->edge_page = m->tail;
	m->edge_event = page_of(m, m->tail)->events - back;
}

static void write_one(struct model *m)
{
	uint32_t value = m->value++, length = draw_length(m);
	struct model_event *event;
	bool discarded = !draw(m, 9);
	struct rb_write w;
	unsigned char *at;

	section_open(m->slot);
	m->depth++;
	interruption(m);
	event = model_reserve(m, length, value);
	at = rb_reserve(m->slot, m->cpu, length, RB_STAMP_NONE, &w);
	assert_int_equal(at != NULL, event != NULL);
	if (at) {
		if (!m->open++)
			edge_to_end(m, 1);
		interruption(m);
		fill_payload(at, length, value);
		interruption(m);
		event->discarded = discarded;
		if (discarded)
			rb_discard(&w);
		else
			rb_commit(&w);
		if (!--m->open)
			edge_to_end(m, 0);
	}
	interruption(m);
	m->depth--;
	section_close(m->slot);
}

static uint64_t seed_of_run(void)
{
	const char *given = getenv("RINGBUF_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : rb_clock_ns();

	print_message("RINGBUF_SEED=%llu\n", (unsigned long long)seed);
	return seed | 1;
}

/* The model's books of one run, added to total. */
static void differ(enum rb_mode mode, uint64_t seed, uint32_t steps,
		   struct model *total)
{
	uint32_t subbufs = 2 + (uint32_t)(seed >> 1) % 6;
	struct rb *rb = make(mode, RB_STAMP_NONE, subbufs, PAGE);
	struct model *m = calloc(1, sizeof(*m));

	m->slot = rb_slot(rb, 0);
	m->cpu = rb_slot_active(m->slot);
	m->mode = mode;
	m->subbufs = subbufs;
	m->rng = seed;
	for (uint32_t i = 0; i < steps; i++) {
		write_one(m);
		if (!draw(m, 20))
			consume_some(m);
		if (!draw(m, 10))
			check_all(m);
	}
	check_all(m);
	assert_int_equal(load_relaxed(&m->slot->nesting), 0);
	for (int i = 0; i < RB_DROP_CAUSES; i++)
		total->drops[i] += m->drops[i];
	total->overrun += m->overrun;
	total->read += m->read;
	free(m);
	rb_destroy(rb);
}

static struct model total;

#ifdef RB_HAVE_TSAN
#define STEPS 300u /* a hundred times slower */
#else
#define STEPS 3000u
#endif

static void runs(enum rb_mode mode)
{
	uint64_t seed = seed_of_run();

	memset(&total, 0, sizeof(total));
	for (uint64_t i = 0; i < 60; i++)
		differ(mode, seed + 2 * i, STEPS, &total);
	assert_true(total.drops[RB_DROP_TOO_BIG] > 100);
	assert_true(total.drops[RB_DROP_COMMIT_OVERRUN] > 100);
	assert_true(total.read > 1000);
}

static void overwrite_is_the_model(void **state)
{
	(void)state;
	runs(RB_OVERWRITE);
	assert_true(total.overrun > 1000);
}

static void produce_consume_is_the_model(void **state)
{
	(void)state;
	runs(RB_PRODUCE_CONSUME);
	assert_true(total.drops[RB_DROP_FULL] > 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(overwrite_is_the_model),
		cmocka_unit_test(produce_consume_is_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
