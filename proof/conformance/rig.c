/* SPDX-License-Identifier: MIT */
/* rig.c - writers, their storms of signals, and swaps that check themselves. */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proof/conformance/conform.h"
#include "strategies/write_loops.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Each may interrupt the others' handlers: four nested writers. */
static const int storm_signals[] = { SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF };
#define STORM_SIGNALS 4u

void (*rig_on_signal)(struct rig_writer *writer);

static __thread struct rig_writer *self;

struct rig_writer *rig_self(void)
{
	return self;
}

void rig_violation(struct rig *rig, enum swap_promise promise,
		   const char *format, ...)
{
	va_list args;

	if (fetch_add_acq_rel(&rig->verdict->violations[promise], 1))
		return;
	va_start(args, format);
	vsnprintf(rig->verdict->first[promise],
		  sizeof(rig->verdict->first[promise]), format, args);
	va_end(args);
}

void rig_skip(struct rig *rig, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(rig->verdict->skipped, sizeof(rig->verdict->skipped), format,
		  args);
	va_end(args);
	_exit(CONFORM_SKIP);
}

/* ---- Placement ---- */

static cpu_set_t allowed; /* as the process began: threads inherit a pin */

/* Pin the caller to the first or last PU it may use; one PU will do. */
static void pin(bool last)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed)) {
			if (last)
				CPU_ZERO(&one);
			CPU_SET(i, &one);
			if (!last)
				break;
		}
	sched_setaffinity(0, sizeof(one), &one);
}

/* ---- Writing ---- */

static void widen(void)
{
	uint64_t end = rb_clock_ns() + 20000;

	while (rb_clock_ns() < end)
		;
}

/* Stay in an open event for about a microsecond: what a race would hit. */
static void linger(void)
{
	for (volatile int i = 0; i < 300; i++)
		;
}

void rig_write_one(struct rig_writer *writer, unsigned int level, bool two_step)
{
	uint64_t number = writer->attempted[level]++;
	uint64_t sequence = (uint64_t)level << SWAP_LEVEL_SHIFT | number;
	uint32_t length =
		swap_event_length(writer->rig->config.payload, sequence);
	uint64_t word = swap_event_word(sequence, RIG_SALT + writer->index);
	const struct swap_ops *ops = writer->rig->strategy->ops;
	uint64_t data[RIG_PAYLOAD / 8];
	struct swap_write write;
	uint64_t *at;

	if (!two_step || !ops->reserve) {
		swap_event_fill(data, length, word);
		ops->write(writer->slot, data, length);
		return;
	}
	at = ops->reserve(writer->slot, length, &write);
	if (!at)
		return;
	writer->open++;
	if (writer->rig->config.storm && number % 64 == 5 &&
	    level < STORM_SIGNALS)
		raise(storm_signals[level]);
	if (number & 1)
		linger();
	swap_event_fill(at, length, word);
	writer->open--;
	if (number % 8 == 3) {
		writer->discarded[level]++;
		ops->discard(writer->slot, &write);
	} else {
		ops->commit(writer->slot, &write);
	}
}

static void write_loop(struct rig_writer *writer)
{
	const struct rig_config *config = &writer->rig->config;
	swap_loop_fn loop = swap_loop_find(writer->rig->strategy,
					   SWAP_LOOP_BATCH, config->payload,
					   config->stamp, config->mode);
	struct swap_loop work = {
		.slot = writer->slot,
		.count = 64,
		.sequence = writer->attempted[0],
		.salt = RIG_SALT + writer->index,
	};

	if (!loop)
		return;
	loop(&work);
	writer->attempted[0] = work.sequence;
}

void rig_write_some(struct rig_writer *writer)
{
	write_loop(writer);
	for (int i = 0; i < 8; i++)
		rig_write_one(writer, 0, false);
	for (int i = 0; i < 8; i++)
		rig_write_one(writer, 0, true);
	swap_writer_poll(writer->slot); /* it holds nothing here */
	store_relaxed(&writer->rig->verdict->attempts, writer->attempted[0]);
}

static void on_storm(int signal)
{
	struct rig_writer *writer = self;
	int saved = errno;
	unsigned int level;

	(void)signal;
	if (!writer || writer->depth + 1 >= RIG_LEVELS)
		return;
	level = ++writer->depth;
	if (rig_on_signal)
		rig_on_signal(writer);
	for (uint64_t n = writer->attempted[level] % 3; n < 3; n++)
		rig_write_one(writer, level, n & 1);
	if (writer->attempted[level] % 8 < 2)
		widen();
	writer->depth--;
	errno = saved;
}

/* ---- Writers ---- */

static void storm_begin(struct rig_writer *writer)
{
	static const long interval_ns[2] = { 130000, 210000 };

	for (int i = 0; i < 2; i++) {
		struct itimerspec every = {
			.it_interval.tv_nsec = interval_ns[i],
			.it_value.tv_nsec = interval_ns[i],
		};
		struct sigevent event;

		memset(&event, 0, sizeof(event));
		event.sigev_notify = SIGEV_THREAD_ID;
		event.sigev_signo = storm_signals[i];
		event.sigev_notify_thread_id = sys_tid();
		if (timer_create(CLOCK_MONOTONIC, &event, &writer->timers[i]))
			rig_skip(writer->rig, "no timers here");
		timer_settime(writer->timers[i], 0, &every, NULL);
	}
}

static void storm_end(struct rig_writer *writer)
{
	for (int i = 0; i < 2; i++)
		timer_delete(writer->timers[i]);
}

void rig_enter(struct rig *rig, unsigned int index)
{
	struct rig_writer *writer = &rig->writer[index];

	while (swap_writer_enter(rig->live, index))
		sched_yield(); /* a swap holds the control word */
	self = writer;
	if (rig->config.storm)
		storm_begin(writer);
	store_relaxed(&writer->tid, sys_tid());
}

void rig_leave(struct rig *rig, unsigned int index)
{
	if (rig->config.storm)
		storm_end(&rig->writer[index]);
	self = NULL;
	swap_writer_exit(rig->live, index);
}

static void *writer_thread(void *arg)
{
	struct rig_writer *writer = arg;

	pin(true);
	rig_enter(writer->rig, writer->index);
	while (!load_relaxed(&writer->rig->stop))
		rig_write_some(writer);
	rig_leave(writer->rig, writer->index);
	return NULL;
}

void rig_start(struct rig *rig)
{
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		abort();
	pin(false);
	for (unsigned int i = 0; i < rig->config.writers; i++) {
		pthread_create(&rig->writer[i].thread, NULL, writer_thread,
			       &rig->writer[i]);
		while (!load_relaxed(&rig->writer[i].tid))
			sched_yield();
	}
}

void rig_stop(struct rig *rig)
{
	store_relaxed(&rig->stop, true);
	for (unsigned int i = 0; i < rig->config.writers; i++)
		pthread_join(rig->writer[i].thread, NULL);
}

/* ---- Buffers ---- */

static void *map_alloc(void *arg, unsigned int slot, size_t bytes)
{
	void *memory = mmap(NULL, rig_mapped(bytes), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	(void)slot;
	return memory == MAP_FAILED ? NULL : memory;
}

static void map_free(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	(void)arg;
	(void)slot;
	munmap(memory, rig_mapped(bytes));
}

void rig_create(struct rig *rig)
{
	struct rig_config *config = &rig->config;
	struct sigaction action;
	struct rb_attr attr = {
		.subbuf_size = 1024,
		.mode = config->mode,
		.stamp = config->stamp,
	};

	if (!config->subbufs)
		config->subbufs = 4;
	if (!config->writers)
		config->writers = 1;
	attr.subbufs = config->subbufs;
	attr.slots = config->writers;
	if (config->protect) {
		attr.alloc = map_alloc;
		attr.free = map_free;
	}
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_storm;
	action.sa_flags = SA_RESTART;
	for (unsigned int i = 0; i < STORM_SIGNALS; i++)
		sigaction(storm_signals[i], &action, NULL);
	if (swap_rb_create(rig->strategy, attr, &rig->live))
		abort();
	for (unsigned int i = 0; i < RIG_SPARES; i++)
		if (swap_rb_create(rig->strategy, attr, &rig->spares[i]))
			abort();
	for (unsigned int i = 0; i < config->writers; i++) {
		rig->writer[i].rig = rig;
		rig->writer[i].index = i;
		rig->writer[i].slot = swap_slot(rig->live, i);
	}
}

void rig_destroy(struct rig *rig)
{
	rb_destroy(rig->live);
	for (unsigned int i = 0; i < RIG_SPARES; i++)
		rb_destroy(rig->spares[i]);
}
