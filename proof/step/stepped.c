/* SPDX-License-Identifier: MIT */
/* stepped.c - what is stepped: writes, the measured loop, swaps. */
#include "proof/step/stepping.h"

#include "strategies/write_loops.h"

#ifndef STEP_UNAVAILABLE

static const struct swap_ops *ops(void)
{
	return step_state.options->strategy->ops;
}

static struct attempt *next_attempt(unsigned int level, uint32_t length,
				    uint64_t *word)
{
	unsigned int number = step_state.attempted[level]++;

	*word = swap_event_word((uint64_t)level << SWAP_LEVEL_SHIFT | number,
				SALT);
	step_state.attempts[level][number] =
		(struct attempt){ .length = length };
	return &step_state.attempts[level][number];
}

static void write_event(unsigned int level, uint32_t length)
{
	uint64_t data[LARGE / 8], word;
	struct attempt *attempt = next_attempt(level, length, &word);

	swap_event_fill(data, length, word);
	attempt->stored = ops()->write(step_state.slot, data, length) == 0;
}

void step_write_small(unsigned int level)
{
	write_event(level, SMALL);
}

void step_write_large(unsigned int level)
{
	write_event(level, LARGE);
}

static void write_whole(void)
{
	trap_on();
	write_event(0, SMALL);
	trap_off();
}

static __attribute__((noinline)) void write_split(bool commit)
{
	struct swap_write write;
	uint64_t word;
	struct attempt *attempt = next_attempt(0, SMALL, &word);
	void *at;

	trap_on();
	at = ops()->reserve(step_state.slot, SMALL, &write);
	if (!at) {
		trap_off();
		return;
	}
	step_state.open_cpu = write.cpu;
	step_state.inside = true;
	swap_event_fill(at, SMALL, word);
	step_state.inside = false;
	attempt->stored = commit;
	if (commit)
		ops()->commit(step_state.slot, &write);
	else
		ops()->discard(step_state.slot, &write);
	trap_off();
	if (!commit)
		step_state.attempted[0]--; /* neither stored nor dropped */
}

static uint64_t refused_at(unsigned int level)
{
	uint64_t refused = 0;

	for (unsigned int i = 0; i < step_state.attempted[level]; i++)
		refused += !step_state.attempts[level][i].stored;
	return refused;
}

/* One event by the loop that is measured, which does not tell its fate: what
 * the handlers' attempts do not explain of the drops is its own. */
static __attribute__((noinline)) void write_loop(void)
{
	swap_loop_fn loop = swap_loop_find(
		step_state.options->strategy, SWAP_LOOP_BATCH, SMALL,
		step_state.options->stamp, step_state.mode);
	struct swap_loop one = { .slot = step_state.slot,
				 .count = 1,
				 .salt = SALT };
	uint64_t drops = step_drops_now(), word;
	struct attempt *attempt = next_attempt(0, SMALL, &word);

	one.sequence = swap_event_sequence(word);
	drops += refused_at(1);
	trap_on();
	loop(&one);
	trap_off();
	attempt->stored = step_drops_now() - drops == refused_at(1);
}

static void step_swap(enum swap_mode mode)
{
	const struct swap_strategy *strategy = step_state.options->strategy;
	int err;

	trap_on();
	err = swap(step_state.live, step_state.spare, 0, mode,
		   swap_deadline(strategy, sys_now() + LONG_NS),
		   &step_state.op);
	if (err == -EINPROGRESS)
		err = step_settle();
	trap_off();
	if (err)
		step_violation("an idle writer's own swap returned %d", err);
	step_note_swap(err);
}

void step_body(void)
{
	switch (step_state.options->what) {
	case STEP_NESTED_IN_SWAP:
		step_swap(SWAP_WAIT);
		break;
	case STEP_NESTED_IN_TRY:
		step_swap(SWAP_TRY);
		break;
	case STEP_NESTED_LOOP:
	case STEP_LOOP_SWAP:
		write_loop();
		break;
	case STEP_NESTED_WRITE:
		write_whole();
		break;
	default:
		if (!ops()->reserve)
			write_whole();
		else
			write_split(step_state.options->what !=
				    STEP_NESTED_DISCARD);
		break;
	}
}

#endif
