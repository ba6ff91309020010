/* SPDX-License-Identifier: MIT */
/* traits.c - what a descriptor declares, and what follows from what. */
#include "proof/conformance/conform.h"

static bool handler_stored;

static void note_store(struct rig_writer *writer)
{
	uint64_t word = swap_event_word((uint64_t)1 << SWAP_LEVEL_SHIFT |
						writer->attempted[1]++,
					RIG_SALT);
	uint64_t event[2] = { word, word + 1 };

	handler_stored =
		!writer->rig->strategy->ops->write(writer->slot, event, 16);
}

/* What every descriptor says, and what follows from what. */
static void check_descriptor(struct rig *rig, const struct swap_strategy *s)
{
	const char *const words[] = {
		s->name,     s->summary,     s->source,	      s->mechanism,
		s->baseline, s->writer_pays, s->swapper_pays, s->floor,
		s->needs,    s->drops,
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!words[i])
			rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
				      "word %zu of the descriptor is missing",
				      i);
	if (s->sound != (s->breaks == SWAP_BREAKS_NOTHING))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "the traits sound and breaks contradict");
	if (!s->swap != (s->shape == SWAP_NO_SHAPE))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "the trait shape");
	if (s->writer_must_poll && (!s->poll || !s->idle || !s->online))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "who must poll has poll, idle and online");
}

void conform_traits(struct rig *rig)
{
	const struct swap_strategy *s = rig->strategy;
	int try, wait;

	check_descriptor(rig, s);
	rig_create(rig);
	rig_on_signal = note_store;
	rig_enter(rig, 0);
	rig_write_some(&rig->writer[0]);
	raise(SIGUSR1);
	if (handler_stored != s->write_from_handler)
		rig_violation(rig, SWAP_C5_NESTING,
			      "write-from-handler is wrong");
	try = rig_swap(rig, 0, SWAP_TRY, RIG_LONG_NS);
	if (!try && !rig->taken)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "swap returned 0: but took nothing");
	rig_write_some(&rig->writer[0]);
	wait = rig_swap(rig, 0, SWAP_WAIT, RIG_LONG_NS);
	if (try != (s->swap && s->has_try ? 0 : -EOPNOTSUPP))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "mode try: %d", try);
	if (wait != (s->swap ? 0 : -EOPNOTSUPP))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "mode wait: %d",
			      wait);
	if (!s->swap != (s->exclusive == SWAP_NEVER) && s->sound)
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "the trait exclusive");
	rig_leave(rig, 0);
	rig_close(rig);
	rig_destroy(rig);
}
