/* SPDX-License-Identifier: MIT */
/* round.c - draw a round, run it, and close its books when all is quiet. */
#include "proof/torture/round.h"

#include <stdlib.h>
#include <string.h>

#include "proof/torture/cpus.h"
#include "strategies/write_loops.h"

/* ------------------------------------------------------------------------ */
/* Drawing                                                                  */

static unsigned int pick(struct bench_rng *rng, const unsigned int *values,
			 unsigned int n)
{
	return values[bench_rng_below(rng, n)];
}

#define PICK(rng, ...)                                       \
	pick(rng, (const unsigned int[]){ __VA_ARGS__ },     \
	     sizeof((const unsigned int[]){ __VA_ARGS__ }) / \
		     sizeof(unsigned int))

static void draw_geometry(struct bench_rng *rng, struct round_config *c)
{
	c->attr.slots = c->writers;
	c->attr.subbuf_size = PICK(rng, 1024, 1024, 1024, 4096);
	c->attr.subbufs = PICK(rng, 2, 2, 3, 4, 16);
	if (c->loops && bench_rng_below(rng, 4)) {
		/* Large enough that reading, not swapping, is the work. */
		c->attr.subbuf_size = PICK(rng, 4096, 4096, 65536);
		c->attr.subbufs = PICK(rng, 16, 64);
	}
	c->attr.max_subbufs = c->attr.subbufs + 2;
	c->attr.mode = bench_rng_below(rng, 3) ? RB_OVERWRITE
					       : RB_PRODUCE_CONSUME;
	c->attr.stamp = bench_rng_below(rng, 3) ? RB_STAMP_NONE
						: RB_STAMP_CLOCK;
}

/* Saturated writers in their measured loops, and nothing beside them. Broken
 * variants of tests have no loops: plain writes do for them. */
static void draw_loops(const struct swap_strategy *strategy,
		       struct bench_rng *rng, struct round_config *c)
{
	c->loops = swap_loop_find(strategy, SWAP_LOOP_BATCH, 8, RB_STAMP_NONE,
				  RB_OVERWRITE) != NULL;
	c->loop_payload = PICK(rng, 8, 8, 16, 16, 64, SWAP_PAYLOAD_VARIABLE);
	c->max_payload = 64;
	c->try_in = PICK(rng, 0, 2);
	c->pest_us = PICK(rng, 0, 0, 100);
}

static void draw_delays(struct bench_rng *rng, struct round_config *c)
{
	for (unsigned int p = POINT_BEGIN; p < ROUND_POINTS; p++)
		c->delay_in[p] = PICK(rng, 0, 20, 100, 1000);
	c->raise_in = PICK(rng, 0, 10, 100);
	c->nest_in = PICK(rng, 0, 8, 100);
	c->discard_in = PICK(rng, 0, 10);
}

/* Everything at once. */
static void draw_abuse(const struct swap_strategy *strategy,
		       struct bench_rng *rng, struct round_config *c)
{
	draw_delays(rng, c);
	c->max_payload = PICK(rng, 16, 64, 200, 600);
	c->fill_pages = round_draw(rng, 6);
	c->try_in = PICK(rng, 0, 1, 3);
	for (unsigned int w = 0; w < ROUND_WRITERS; w++)
		c->low_duty[w] = round_draw(rng, 4);
	c->every_in = PICK(rng, 0, 2);
	if (strategy->swap_from_handler)
		c->handler_swap_in = PICK(rng, 0, 4);
	if (strategy->swap)
		c->own_swap_in = PICK(rng, 0, 0, 2);
	c->leave_in = PICK(rng, 0, 50);
	c->pest_us = PICK(rng, 0, 20, 100);
	c->hog = round_draw(rng, 4);
	c->shuffle_swappers = round_draw(rng, 2);
	c->shuffle_writers = !strategy->pinned_writer && round_draw(rng, 3);
	c->control = round_draw(rng, 2);
	c->check_buffers = round_draw(rng, 2);
}

/* Short trials: what they need is that both sides come at the same time. */
static void draw_meetings(struct bench_rng *rng, struct round_config *c)
{
	c->meets = true;
	c->max_payload = PICK(rng, 16, 64, 200);
	c->delay_in[POINT_HALF] = 1;
	c->check_buffers = round_draw(rng, 2);
	c->attr.slots = c->writers;
	c->attr.subbuf_size = 1024;
	c->attr.subbufs = 2;
	c->attr.max_subbufs = c->attr.subbufs + 2;
	c->attr.mode = bench_rng_below(rng, 2) ? RB_OVERWRITE
					       : RB_PRODUCE_CONSUME;
	c->attr.stamp = RB_STAMP_NONE;
}

void round_configure(const struct swap_strategy *strategy, uint64_t seed,
		     int cpus, struct round_config *out)
{
	struct bench_rng rng;

	bench_rng_seed(&rng, seed);
	memset(out, 0, sizeof(*out));
	out->seed = seed;
	out->ns = 150000000;
	out->writers = 1;
	out->swappers = 1;
	/* By the seed: one writer, on a CPU that the swapper does not need, in
	 * its loops or where it meets the swapper; or everything at once. */
	if (seed % 3 == 0) {
		draw_loops(strategy, &rng, out);
	} else if (seed % 3 == 1 && strategy->swap && cpus > 1) {
		draw_meetings(&rng, out);
		return;
	} else {
		out->writers = 1 + (unsigned int)bench_rng_below(&rng, 2);
		out->swappers = 1 + (unsigned int)bench_rng_below(&rng, 3);
		draw_abuse(strategy, &rng, out);
	}
	draw_geometry(&rng, out);
	if (out->attr.mode == RB_PRODUCE_CONSUME)
		out->consume = round_draw(&rng, 2);
	/* Cycle counters of two CPUs need not agree. */
	if (!out->shuffle_writers && !out->shuffle_swappers &&
	    out->attr.stamp == RB_STAMP_CLOCK && round_draw(&rng, 2))
		out->attr.stamp = RB_STAMP_CYCLES;
	if (!strategy->swap)
		out->swappers = 0;
	if (cpus < 2)
		out->hog = false;
}

void round_describe(const struct round_config *c, char *text, size_t size)
{
	snprintf(
		text, size,
		"seed %llu: %s%s%u writer(s), %u swapper(s), %ux%u %s%s%s%s%s%s"
		"%s%s%s%s%s%s",
		(unsigned long long)c->seed, c->loops ? "loops, " : "",
		c->meets ? "meetings, " : "", c->writers, c->swappers,
		c->attr.subbufs, c->attr.subbuf_size,
		c->attr.mode == RB_OVERWRITE ? "overwrite" : "consume",
		c->attr.stamp ? ", stamps" : "",
		c->fill_pages ? ", fills pages" : "",
		c->pest_us || c->raise_in ? ", signals" : "",
		c->nest_in ? ", nested" : "", c->hog ? ", hog" : "",
		c->shuffle_swappers || c->shuffle_writers ? ", shuffled" : "",
		c->control ? ", control" : "",
		c->handler_swap_in ? ", handler swaps" : "",
		c->every_in ? ", every slot" : "",
		c->own_swap_in ? ", own swaps" : "",
		c->leave_in ? ", writers leave" : "");
}

static void spin(uint64_t n)
{
	for (; n; n--)
		compiler_barrier();
}

void round_point(const struct round_config *config, struct bench_rng *rng,
		 enum point point)
{
	static const struct timespec moment = { 0, 1000 };

	if (!round_draw(rng, config->delay_in[point]))
		return;
	if (config->meets) {
		spin(4000);
		return;
	}
	switch (bench_rng_below(rng, 16)) {
	case 0:
		nanosleep(&moment, NULL);
		break;
	case 1:
	case 2:
		sched_yield();
		break;
	default:
		spin(bench_rng_below(rng, 500));
	}
}

/* ------------------------------------------------------------------------ */
/* Making and breaking down                                                 */

static int make_spare(struct round *r, struct spare *spare)
{
	int err = swap_rb_create(r->strategy, r->config.attr, &spare->rb);

	for (unsigned int i = 0; i < r->config.writers && !err; i++)
		spare->slot[i].cpu = rb_slot_active(rb_slot(spare->rb, i));
	return err;
}

static int make_buffers(struct round *r)
{
	struct rb_attr attr = r->config.attr;
	int err = swap_rb_create(r->strategy, attr, &r->live);

	for (unsigned int i = 0; i < r->config.writers && !err; i++) {
		struct writer *w = &r->writers[i];

		err = make_spare(r, &w->handler_spare);
		if (!err)
			err = make_spare(r, &w->own_spare);
	}
	for (unsigned int i = 0; i < r->config.swappers; i++)
		for (unsigned int k = 0; k < ROUND_SPARES && !err; k++)
			err = make_spare(r, &r->swappers[i].spares[k]);
	attr.subbufs++;
	return err ? err : swap_rb_create(r->strategy, attr, &r->decoy);
}

static void free_buffers(struct round *r)
{
	rb_destroy(r->live);
	rb_destroy(r->decoy);
	for (unsigned int i = 0; i < ROUND_WRITERS; i++) {
		rb_destroy(r->writers[i].handler_spare.rb);
		rb_destroy(r->writers[i].own_spare.rb);
	}
	for (unsigned int i = 0; i < ROUND_SWAPPERS; i++)
		for (unsigned int k = 0; k < ROUND_SPARES; k++)
			rb_destroy(r->swappers[i].spares[k].rb);
}

static void init_writer(struct round *r, unsigned int index)
{
	struct writer *w = &r->writers[index];
	uint64_t mix = r->config.seed;

	w->round = r;
	w->index = index;
	w->cpu = r->cpus[index % (unsigned int)r->n_cpus];
	book_init(&w->book);
	w->book.slot = index;
	w->book.salt = (bench_splitmix64(&mix) + index) & 0xffff;
	w->book.loops = r->config.loops;
	w->book.loop_payload = r->config.loop_payload;
	w->book.stamps = r->config.attr.stamp != RB_STAMP_NONE;
	w->book.live_reader = r->config.consume;
	w->book.exact = r->config.attr.mode == RB_PRODUCE_CONSUME;
	for (unsigned int s = 0; s < TORTURE_SOURCES; s++)
		bench_rng_seed(&w->rng[s],
			       r->config.seed ^ (index + 1) << 8 ^ s);
}

static void init_round(struct round *r, const struct swap_strategy *strategy,
		       const struct round_config *config,
		       struct torture_result *result)
{
	r->strategy = strategy;
	r->config = *config;
	r->result = result;
	r->n_cpus = cpus_allowed(r->cpus, ROUND_CPUS);
	for (unsigned int i = 0; i < config->writers; i++)
		init_writer(r, i);
	for (unsigned int i = 0; i < config->swappers; i++) {
		r->swappers[i].round = r;
		r->swappers[i].index = i;
		bench_rng_seed(&r->swappers[i].rng,
			       config->seed ^ (i + 1) << 16);
	}
}

/* ------------------------------------------------------------------------ */
/* Threads                                                                  */

/* Out of threads is out of luck: nothing of a half-started round is told. */
static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	int err = pthread_create(thread, NULL, run, arg);

	if (!err)
		return;
	fprintf(stderr, "ringswap verify: cannot start a thread: %s\n",
		strerror(err));
	_Exit(1);
}

static void start_all(struct round *r)
{
	for (unsigned int i = 0; i < r->config.writers; i++)
		start(&r->writers[i].thread, writer_main, &r->writers[i]);
	for (unsigned int i = 0; i < r->config.swappers; i++)
		start(&r->swappers[i].thread, swapper_main, &r->swappers[i]);
	start(&r->pest, pest_main, r);
	start(&r->controller, controller_main, r);
	if (r->config.hog)
		start(&r->hog, hog_main, r);
}

static void wait_all(struct round *r)
{
	uint64_t end = sys_now() + r->config.ns;
	struct timespec nap = { 0, 2000000 };

	while (sys_now() < end && !load_relaxed(&r->stop))
		nanosleep(&nap, NULL);
	/* Half the rounds end writers under swaps, half swaps under writers. */
	if (r->config.seed & 2)
		store_relaxed(&r->stop_writers, true);
	store_relaxed(&r->stop, true);
	for (unsigned int i = 0; i < r->config.swappers; i++)
		pthread_join(r->swappers[i].thread, NULL);
	pthread_join(r->pest, NULL);
	pthread_join(r->controller, NULL);
	if (r->config.hog)
		pthread_join(r->hog, NULL);
	store_relaxed(&r->stop_writers, true);
	for (unsigned int i = 0; i < r->config.writers; i++)
		pthread_join(r->writers[i].thread, NULL);
}

/* ------------------------------------------------------------------------ */
/* Closing                                                                  */

static void check_zero(const char *what, unsigned int slot, uint64_t value)
{
	if (value)
		torture_violation(TORTURE_BALANCE,
				  "slot %u: %s is %llu when all is quiet", slot,
				  what, (unsigned long long)value);
}

static void check_slot(struct rb *rb, unsigned int index)
{
	struct swap_slot *slot = swap_slot(rb, index);

	check_zero("nesting", index, load_relaxed(&slot->rb.nesting));
	check_zero("refuse", index, load_relaxed(&slot->rb.refuse));
	check_zero("control", index, load_relaxed(&slot->rb.control));
	check_zero("the writer", index, (uint64_t)load_relaxed(&slot->writer));
	if (load_relaxed(&rb_slot_active(&slot->rb)->owner) != &slot->rb)
		torture_violation(TORTURE_BALANCE,
				  "slot %u: a buffer names another owner",
				  index);
}

static void check_quiet(struct round *r)
{
	for (unsigned int i = 0; i < r->config.writers; i++) {
		check_slot(r->live, i);
		check_slot(r->writers[i].handler_spare.rb, i);
		check_slot(r->writers[i].own_spare.rb, i);
		for (unsigned int k = 0; k < ROUND_SPARES * r->config.swappers;
		     k++)
			check_slot(r->swappers[k / ROUND_SPARES]
					   .spares[k % ROUND_SPARES]
					   .rb,
				   i);
	}
}

static void check_held(struct round *r)
{
	for (unsigned int k = 0; k < ROUND_SPARES * r->config.swappers; k++) {
		struct spare *spare =
			&r->swappers[k / ROUND_SPARES].spares[k % ROUND_SPARES];

		for (unsigned int i = 0; i < r->config.writers; i++)
			if (spare->slot[i].held)
				snapshot_check(spare, &r->writers[i],
					       r->result);
	}
}

static void close_writer(struct round *r, struct writer *w)
{
	struct rb_slot *slot = rb_slot(r->live, w->index);
	struct rb_cpu *cpu = rb_slot_active(slot);
	struct book_reader reader = { .book = &w->book };
	uint64_t drops = 0;
	char why[128];

	if (rb_check(cpu, why, sizeof(why)))
		torture_violation(TORTURE_COUNTERS, "slot %u, live: %s",
				  w->index, why);
	rb_walk(cpu, book_read_event, &reader);
	book_enter(&w->book, &reader.chunk, rb_overrun(cpu));
	for (enum rb_drop cause = 0; cause < RB_DROP_CAUSES; cause++)
		drops += rb_drops(slot, cause);
	book_close(&w->book, w->source, drops, r->result);
	for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++) {
		r->result->swaps[o] += w->swaps[o] + w->own_swaps[o];
		r->result->handler_swaps += w->swaps[o];
	}
}

static void close_round(struct round *r)
{
	struct torture_result *result = r->result;

	check_held(r);
	check_quiet(r);
	if (load_relaxed(&r->copied) && !load_relaxed(&r->taken) &&
	    !load_relaxed(&result->forbidden) &&
	    r->writers[0].source[0].attempted)
		torture_violation(TORTURE_ERROR, "no swap took anything");
	for (unsigned int i = 0; i < r->config.writers; i++)
		close_writer(r, &r->writers[i]);
	for (unsigned int i = 0; i < r->config.swappers; i++) {
		result->held += r->swappers[i].held;
		result->in_progress += r->swappers[i].in_progress;
		for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++)
			result->swaps[o] += r->swappers[i].swaps[o];
	}
	result->rounds++;
}

/* What a round added counts towards the rates. */
static void add_rates(const struct torture_result *before,
		      struct torture_result *now,
		      const struct round_config *config, uint64_t ns)
{
	uint64_t checked = now->checked - before->checked;

	now->ns += ns;
	now->writer_ns += ns * config->writers;
	if (!config->loops)
		return;
	now->pure_ns += ns;
	now->pure_checked += checked;
	now->pure_counted += checked + now->overrun - before->overrun +
			     now->refused - before->refused;
}

int round_run(const struct swap_strategy *strategy,
	      const struct round_config *config, struct torture_result *result)
{
	struct round *r = aligned_alloc(_Alignof(struct round), sizeof(*r));
	struct torture_result before = *result;
	uint64_t began;
	int err;

	if (!r)
		return -ENOMEM;
	memset(r, 0, sizeof(*r));
	init_round(r, strategy, config, result);
	round_describe(config, result->config, sizeof(result->config));
	err = make_buffers(r);
	if (!err) {
		began = sys_now();
		start_all(r);
		wait_all(r);
		began = sys_now() - began;
		close_round(r);
		add_rates(&before, result, config, began);
	}
	for (unsigned int i = 0; i < config->writers; i++)
		book_destroy(&r->writers[i].book);
	free_buffers(r);
	free(r);
	return err;
}
