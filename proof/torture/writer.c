/* SPDX-License-Identifier: MIT */
/* writer.c - writer threads, their handlers, and writes in slow motion. */
#include <string.h>
#include <unistd.h>

#include "proof/torture/cpus.h"
#include "proof/torture/round.h"
#include "strategies/write_loops.h"

#define SIGNAL_A (SIGRTMIN + 6)
#define SIGNAL_B (SIGRTMIN + 7)

enum source {
	THREAD,
	HANDLER_A,
	HANDLER_B,
	NESTED
};

static __thread struct writer *own_writer;

static void slow_write(struct writer *w, enum source source,
		       unsigned int depth);

/* Something else of the same thread comes between. */
static void interrupt(struct writer *w, enum source source, unsigned int depth)
{
	const struct round_config *c = &w->round->config;
	struct bench_rng *rng = &w->rng[source];

	if (round_draw(rng, c->raise_in))
		raise(bench_rng_below(rng, 2) ? SIGNAL_A : SIGNAL_B);
	if ((source == THREAD || source == NESTED) &&
	    round_draw(rng, c->nest_in))
		slow_write(w, NESTED, depth + 1);
}

static void pass(struct writer *w, enum source source, enum point point,
		 unsigned int depth)
{
	round_point(&w->round->config, &w->rng[source], point);
	if (point >= POINT_RESERVED && point <= POINT_FILLED)
		interrupt(w, source, depth);
}

static uint32_t draw_length(struct writer *w, enum source source)
{
	const struct round_config *c = &w->round->config;

	if (c->fill_pages)
		return rb_payload_max(c->attr.subbuf_size);
	return 16 + 8 * (uint32_t)bench_rng_below(
				&w->rng[source], (c->max_payload - 16) / 8 + 1);
}

static void fill(uint64_t *words, uint32_t from, uint32_t to, uint64_t word)
{
	for (uint32_t i = from; i < to; i++)
		words[i] = word + i;
}

/* One that cannot be entered: what interrupts it does so on its own. */
static void whole_write(struct writer *w, enum source source,
			unsigned int depth)
{
	struct swap_slot *slot = swap_slot(w->round->live, w->index);
	struct book_source *s = &w->source[source];
	uint64_t number = (uint64_t)source << SWAP_LEVEL_SHIFT | s->attempted++;
	uint32_t length = draw_length(w, source);
	uint64_t words[ROUND_PAYLOAD / 8];
	bool stored;

	fill(words, 0, length / 8, swap_event_word(number, w->book.salt));
	words[1] = s->stored;
	pass(w, source, POINT_BEGIN, depth);
	stored = !slot->strategy->ops->write(slot, words, length);
	s->stored += stored;
	s->refused += !stored;
	pass(w, source, POINT_CLOSED, depth);
}

/* One write with every point between its steps. */
static void split_write(struct writer *w, enum source source,
			unsigned int depth)
{
	struct swap_slot *slot = swap_slot(w->round->live, w->index);
	struct book_source *s = &w->source[source];
	uint64_t number = (uint64_t)source << SWAP_LEVEL_SHIFT | s->attempted++;
	uint64_t word = swap_event_word(number, w->book.salt);
	uint32_t length = draw_length(w, source);
	bool discard = round_draw(&w->rng[source], w->round->config.discard_in);
	struct swap_write write;
	uint64_t *words;

	pass(w, source, POINT_BEGIN, depth);
	words = slot->strategy->ops->reserve(slot, length, &write);
	if (!words) {
		s->refused++;
		return;
	}
	words[0] = word;
	words[1] = discard ? UINT64_MAX : s->stored++;
	s->discarded += discard;
	pass(w, source, POINT_RESERVED, depth);
	fill(words, 2, length / 16, word);
	pass(w, source, POINT_HALF, depth);
	fill(words, length / 16 > 2 ? length / 16 : 2, length / 8, word);
	pass(w, source, POINT_FILLED, depth);
	if (discard)
		slot->strategy->ops->discard(slot, &write);
	else
		slot->strategy->ops->commit(slot, &write);
	pass(w, source, POINT_CLOSED, depth);
}

static void slow_write(struct writer *w, enum source source, unsigned int depth)
{
	if (w->round->strategy->ops->reserve)
		split_write(w, source, depth);
	else
		whole_write(w, source, depth);
}

static void handler_swap(struct writer *w)
{
	struct round *r = w->round;
	int err;

	if (w->handler_state != HANDLER_READY)
		return;
	err = swap(r->live, w->handler_spare.rb, w->index, SWAP_TRY, 0,
		   &w->handler_op);
	if (err == -EINPROGRESS)
		w->handler_state = HANDLER_IN_PROGRESS;
	else if (!err)
		w->handler_state = HANDLER_EXCHANGED;
	if (err != -EINPROGRESS)
		swap_count(w->swaps, 0, err, r->config.control);
}

static void on_signal(int number)
{
	struct writer *w = own_writer;
	enum source source = number == SIGNAL_A ? HANDLER_A : HANDLER_B;
	int saved = errno;

	if (!w || !w->armed)
		return;
	store_relaxed(&w->handled, load_relaxed(&w->handled) + 1);
	if (round_draw(&w->rng[source], w->round->config.handler_swap_in))
		handler_swap(w);
	if (w->round->strategy->write_from_handler)
		slow_write(w, source, 0);
	errno = saved;
}

int writer_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGNAL_A, &action, NULL))
		return -errno;
	/* B may interrupt A; A does not interrupt B. */
	sigaddset(&action.sa_mask, SIGNAL_A);
	return sigaction(SIGNAL_B, &action, NULL) ? -errno : 0;
}

/* The snapshot that a handler took, read by the thread. */
static void finish_handler_swap(struct writer *w)
{
	struct spare *spare = &w->handler_spare;
	int err = 0;

	if (w->handler_state == HANDLER_READY)
		return;
	if (w->handler_state == HANDLER_IN_PROGRESS) {
		do {
			swap_writer_poll(w->handler_op.live);
			err = swap_settle(&w->handler_op,
					  round_deadline(w->round, 20000000));
		} while (err == -EINPROGRESS);
		swap_count(w->swaps, -EINPROGRESS, err,
			   w->round->config.control);
	}
	if (!err) {
		snapshot_take(spare, w, &w->rng[THREAD], false);
		snapshot_check(spare, w, w->round->result);
		snapshot_give_back(spare, w->index);
	}
	w->handler_state = HANDLER_READY;
}

/* The thread takes a snapshot of its own slot, and handlers interrupt that. */
static void own_swap(struct writer *w)
{
	struct spare *spare = &w->own_spare;
	struct bench_rng *rng = &w->rng[THREAD];
	enum swap_mode mode = bench_rng_below(rng, 2) ? SWAP_WAIT : SWAP_TRY;
	struct swap_op op;
	int first, err;

	spare->slot[w->index].cpu =
		rb_slot_active(rb_slot(spare->rb, w->index));
	first = swap(w->round->live, spare->rb, w->index, mode,
		     round_deadline(w->round, 1000000), &op);
	for (err = first; err == -EINPROGRESS;) {
		swap_writer_poll(op.live);
		err = swap_settle(&op, round_deadline(w->round, 1000000));
	}
	swap_count(w->own_swaps, first == -EINPROGRESS ? first : 0, err,
		   w->round->config.control);
	if (err)
		return;
	snapshot_take(spare, w, rng, false);
	snapshot_check(spare, w, w->round->result);
	snapshot_give_back(spare, w->index);
}

static int arrive(struct writer *w)
{
	int err;

	/* A swap holds the slot while it runs. */
	do
		err = swap_writer_enter(w->round->live, w->index);
	while ((err == -EBUSY || err == -EAGAIN) && (sched_yield(), true));
	if (err)
		torture_violation(TORTURE_ERROR, "writer_enter: %s",
				  strerror(-err));
	store_relaxed(&w->tid, sys_tid());
	own_writer = w;
	compiler_barrier();
	w->armed = !err;
	return err;
}

static void leave(struct writer *w)
{
	w->armed = 0;
	compiler_barrier();
	swap_writer_exit(w->round->live, w->index);
	store_relaxed(&w->tid, 0);
}

static void write_loop(struct writer *w, uint64_t count)
{
	const struct round_config *c = &w->round->config;
	struct swap_loop loop = {
		.slot = swap_slot(w->round->live, w->index),
		.count = count,
		.sequence = w->source[THREAD].attempted,
		.salt = w->book.salt,
	};

	swap_loop_find(w->round->strategy, SWAP_LOOP_BATCH, c->loop_payload,
		       c->attr.stamp, c->attr.mode)(&loop);
	w->source[THREAD].attempted = loop.sequence;
}

static void burst(struct writer *w)
{
	const struct round_config *c = &w->round->config;
	struct swap_slot *slot = swap_slot(w->round->live, w->index);
	struct bench_rng *rng = &w->rng[THREAD];
	struct timespec idle = { 0, 0 };
	uint64_t count;

	count = 1 + bench_rng_below(rng, c->low_duty[w->index] ? 20 : 1000);
	if (c->loops)
		write_loop(w, count);
	else
		while (count--)
			slow_write(w, THREAD, 0);
	swap_writer_poll(slot);
	if (c->low_duty[w->index]) {
		bool is_told = bench_rng_below(rng, 2);

		idle.tv_nsec = 1000 + (long)bench_rng_below(rng, 200000);
		if (is_told)
			swap_writer_idle(slot);
		nanosleep(&idle, NULL);
		if (is_told)
			swap_writer_online(slot);
	}
}

static void meeting_write(struct writer *w)
{
	slow_write(w, THREAD, 0);
}

void *writer_main(void *arg)
{
	struct writer *w = arg;
	struct round *r = w->round;

	cpus_pin(w->cpu);
	if (arrive(w)) {
		writer_never_meets(r);
		return NULL;
	}
	if (r->config.meets)
		writer_meets(w, meeting_write);
	while (!load_relaxed(&r->stop_writers)) {
		burst(w);
		finish_handler_swap(w);
		if (round_draw(&w->rng[THREAD], r->config.own_swap_in))
			own_swap(w);
		if (round_draw(&w->rng[THREAD], r->config.leave_in)) {
			leave(w);
			if (arrive(w))
				return NULL;
		}
	}
	leave(w);
	finish_handler_swap(w);
	return NULL;
}
