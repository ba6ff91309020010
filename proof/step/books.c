/* SPDX-License-Identifier: MIT */
/* books.c - what became of every attempt, and what must hold after a run. */
#include "proof/step/stepping.h"

#include <stdarg.h>
#include <stdio.h>

#include "strategies/events.h"

#ifndef STEP_UNAVAILABLE

__attribute__((format(printf, 1, 2))) void step_violation(const char *format,
							  ...)
{
	struct step_report *report = step_state.report;
	va_list args;

	if (report->violations++)
		return;
	report->where = step_state.at;
	va_start(args, format);
	vsnprintf(report->first, sizeof(report->first), format, args);
	va_end(args);
}

uint64_t step_hash_of(const struct rb_cpu *cpu)
{
	const uint64_t *words = (const uint64_t *)(const void *)cpu->pages;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < cpu->subbufs * SUBBUF / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	words = (const uint64_t *)(const void *)cpu;
	for (size_t i = 0; i < sizeof(*cpu) / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* A swap has ended: note the snapshot as it is now, or that there is none. */
void step_note_swap(int err)
{
	if (err) {
		step_state.report->refused++;
		return;
	}
	if (step_state.inside)
		step_violation("swapped while an event was open");
	step_state.report->swaps++;
	step_state.swapped = true;
	step_state.hash =
		step_hash_of(rb_slot_active(rb_slot(step_state.spare, 0)));
}

int step_collect(const struct rb_event *event, void *arg)
{
	const uint64_t *words = event->payload;
	struct attempt *attempt;
	uint64_t sequence;
	unsigned int level, number;

	(void)arg;
	sequence = swap_event_sequence(words[0]);
	level = (unsigned int)(sequence >> SWAP_LEVEL_SHIFT);
	number = (unsigned int)(sequence & SWAP_SEQUENCE_MASK);
	if (event->length < 8 || !swap_event_is_valid(words[0], SALT) ||
	    level >= LEVELS || number >= step_state.attempted[level]) {
		step_violation("an event that nobody wrote, or not yet");
		return 0;
	}
	attempt = &step_state.attempts[level][number];
	if (event->time_stamp < step_state.last_stamp)
		step_violation("time stamps go back by %llu",
			       (unsigned long long)(step_state.last_stamp -
						    event->time_stamp));
	step_state.last_stamp = event->time_stamp;
	for (uint32_t i = 1; i < event->length / 8; i++)
		if (words[i] != words[0] + i ||
		    event->length != attempt->length)
			step_violation("a torn event");
	if (attempt->seen++)
		step_violation("level %u event %u twice", level, number);
	if (number < step_state.next[level])
		step_violation("level %u event %u behind %u", level, number,
			       step_state.next[level] - 1);
	step_state.next[level] = number + 1;
	return 0;
}

uint64_t step_drops_now(void)
{
	uint64_t drops = 0;

	for (int i = 0; i < RB_DROP_CAUSES; i++)
		drops += rb_drops(rb_slot(step_state.live, 0), (enum rb_drop)i);
	return drops;
}

static void check_buffer(struct rb_cpu *cpu, const char *name)
{
	struct rb_counts counts;
	char why[100];

	if (!step_goes_round(step_state.options->what))
		step_state.last_stamp = 0;
	if (rb_check(cpu, why, sizeof(why)))
		step_violation("the %s is broken: %s", name, why);
	if (rb_walk(cpu, step_collect, NULL))
		step_violation("the %s is no sequence of events", name);
	rb_counts(cpu, &counts);
	step_state.overrun += counts.overrun;
	if (counts.overrun && step_state.options->what != STEP_FULL_BUFFER)
		step_violation("the %s lost %llu events", name,
			       (unsigned long long)counts.overrun);
}

static void check_words(struct rb *rb, const char *name)
{
	struct swap_slot *slot = swap_slot(rb, 0);

	if (load_relaxed(&slot->rb.nesting) || load_relaxed(&slot->rb.refuse) ||
	    load_relaxed(&slot->rb.control))
		step_violation(
			"%s: nesting %u, refuse %#x, control %u are left", name,
			load_relaxed(&slot->rb.nesting),
			load_relaxed(&slot->rb.refuse),
			load_relaxed(&slot->rb.control));
	if (load_relaxed(&sys_self()->inside))
		step_violation("%s: inside is left", name);
}

static void check_attempts(void)
{
	bool full = step_state.options->what == STEP_FULL_BUFFER;
	uint64_t refused = 0, lost = 0;

	for (unsigned int level = 0; level < LEVELS; level++)
		for (unsigned int i = 0; i < step_state.attempted[level]; i++) {
			struct attempt *attempt =
				&step_state.attempts[level][i];

			refused += !attempt->stored;
			if (full && attempt->stored && !attempt->seen)
				lost++;
			else if (attempt->seen != attempt->stored)
				step_violation(
					"level %u event %u %s, seen %u times",
					level, i,
					attempt->stored ? "stored" : "refused",
					attempt->seen);
		}
	step_state.report->dropped += refused;
	if (lost != (full ? step_state.overrun : 0))
		step_violation("%llu events lost, %llu counted as overrun",
			       (unsigned long long)lost,
			       (unsigned long long)step_state.overrun);
	if (refused != step_drops_now() - step_state.drops)
		step_violation("%llu writes refused, %llu drops counted",
			       (unsigned long long)refused,
			       (unsigned long long)(step_drops_now() -
						    step_state.drops));
}

int step_settle(void)
{
	const struct swap_strategy *strategy = step_state.options->strategy;
	uint64_t end = sys_now() + LONG_NS;
	int err;

	do {
		swap_writer_poll(step_state.slot);
		err = swap_settle(&step_state.op,
				  swap_deadline(strategy, sys_now()));
	} while (err == -EINPROGRESS && sys_now() < end);
	return err;
}

/* What a handler began and could not end. */
static void finish_handler_swap(void)
{
	int err;

	if (!step_state.in_progress)
		return;
	step_state.in_progress = false;
	err = step_settle();
	if (err)
		step_violation("a swap in progress never ended: %d", err);
	step_note_swap(err);
}

void step_check_run(void)
{
	step_finish_helper();
	finish_handler_swap();
	if (step_state.swapped) {
		struct rb_cpu *snapshot =
			rb_slot_active(rb_slot(step_state.spare, 0));

		if (step_state.hash != step_hash_of(snapshot))
			step_violation("the snapshot changed after the swap");
		check_buffer(snapshot, "snapshot");
	}
	check_buffer(rb_slot_active(rb_slot(step_state.live, 0)),
		     "live buffer");
	check_attempts();
	check_words(step_state.live, "live");
	check_words(step_state.spare, "spare");
}

#endif
