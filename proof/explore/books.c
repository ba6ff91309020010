/* SPDX-License-Identifier: MIT */
/* books.c - what became of every attempt, and what the buffers hold. */
#include "proof/explore/books.h"

#include <string.h>

#include "strategies/events.h"

struct xp_book xp_book;

void xp_book_open(void)
{
	struct xp_account *first = &xp_book.slot[0];

	xp_book.unsettled = false;
	memset(&xp_book.slot, 0, xp_world.slots * sizeof(xp_book.slot[0]));
	memset(&xp_book.open, 0,
	       sizeof(xp_book) - offsetof(struct xp_book, open));
	for (unsigned int i = 0; i < xp_world.slots; i++)
		xp_book.slot[i].consumed.slot = i;
	first->next[XP_PREFILL] = xp_world.scenario->prefill;
	for (unsigned int i = 0; i < first->next[XP_PREFILL]; i++)
		first->fate[XP_PREFILL][i] = XP_STORED;
}

void xp_section_opens(unsigned int slot, const struct rb_cpu *cpu)
{
	unsigned int i = xp_cpu_index(cpu);

	xp_book.slot[slot].depth++;
	xp_book.open[i]++;
	if (xp_is_guarded(i))
		xp_broken(1,
			  "%s writes to a snapshot that swap has returned "
			  "as safe to read",
			  xp.now->name);
}

void xp_section_closes(unsigned int slot, const struct rb_cpu *cpu)
{
	xp_book.slot[slot].depth--;
	xp_book.open[xp_cpu_index(cpu)]--;
}

int xp_found_add(const struct rb_event *event, void *arg)
{
	const uint64_t *payload = event->payload;
	struct xp_found *found = arg;
	uint64_t word = load_data(payload);
	uint64_t second = load_data(payload + 1);

	if (event->length != XP_PAYLOAD ||
	    !swap_event_is_valid(word, found->slot) || second != word + 1) {
		xp_book.broken = true;
		return 1;
	}
	if (event->time_stamp < xp_book.last_stamp)
		xp_broken(5, "time goes backwards from one event to the next");
	xp_book.last_stamp = event->time_stamp;
	if (found->count < XP_FOUND_MAX)
		found->sequence[found->count++] = swap_event_sequence(word);
	return 0;
}

void xp_collect(struct rb_cpu *cpu, struct xp_found *found)
{
	bool running = xp.running;
	struct rb_counts counts;
	char why[96];
	int err;

	xp.running = false;
	xp_book.last_stamp = 0;
	err = rb_walk(cpu, xp_found_add, found);
	if (!err)
		err = rb_check(cpu, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "an event is torn or missing");
	rb_counts(cpu, &counts);
	xp_book.slot[found->slot].overrun += counts.overrun;
	xp_book.slot[found->slot].lost += counts.lost;
	xp.running = running;
	if (xp_book.broken)
		xp_broken(5, "an event is torn");
	else if (err)
		xp_broken(2, "%s", why);
}

struct xp_found *xp_snapshot_add(unsigned int slot, uint64_t exchanged,
				 unsigned int spare)
{
	struct xp_account *account = &xp_book.slot[slot];
	unsigned int i = account->snapshots++;

	if (i >= XP_SNAPSHOTS - 1)
		xp_broken(4, "more swaps succeed than were begun");
	for (; i && account->snapshot[i - 1].exchanged > exchanged; i--)
		account->snapshot[i] = account->snapshot[i - 1];
	account->snapshot[i] = (struct xp_found){
		.slot = slot,
		.exchanged = exchanged,
		.spare = spare,
	};
	return &account->snapshot[i];
}
