/* SPDX-License-Identifier: MIT */
/* recover_role.c - a writer that ends inside a write, and who comes after it. */
#include "proof/explore/roles.h"

#include <errno.h>
#include <string.h>

/* Write, then open a write and let go of it; false: that one was refused. */
static bool write_and_lose(void)
{
	struct xp_account *account = &xp_book.slot[0];
	unsigned int n;
	struct swap_write write;

	xp_write();
	n = account->next[0];
	if (!xp_reserve_as(0, 0, &write))
		return false;
	/* Nothing is stored any more: nobody has to wait for it, but for what
	 * its slot says. */
	xp_section_closes(0, write.cpu);
	account->fate[0][n] = XP_LOST;
	return true;
}

void xp_write_lost_leave(void)
{
	bool lost = write_and_lose();
	int err = swap_writer_exit(xp_world.live, 0);

	if (err != (lost ? -EOWNERDEAD : 0))
		xp_broken(9,
			  "a writer that leaves %s a write is told otherwise",
			  lost ? "inside" : "outside");
}

struct answer {
	int (*call)(struct rb *live, unsigned int slot);
	int err;
};

static bool is_answered(void *arg)
{
	struct answer *answer = arg;

	answer->err = answer->call(xp_world.live, 0);
	return answer->err != -EAGAIN;
}

/* As often as it says that somebody else is at it. */
static int until_answered(int (*call)(struct rb *live, unsigned int slot))
{
	struct answer answer = { call, 0 };

	sys_await(is_answered, &answer, UINT64_MAX);
	return answer.err;
}

static bool has_no_writer(void *arg)
{
	struct swap_slot *slot = arg;

	return !load_acquire(&slot->writer);
}

static bool is_lost(void)
{
	const struct xp_account *account = &xp_book.slot[0];

	for (unsigned int n = 0; n < account->next[0]; n++)
		if (account->fate[0][n] == XP_LOST)
			return true;
	return false;
}

static void recover(void)
{
	int err = until_answered(swap_slot_recover);

	xp_note("recover returns %s", err ? strerrorname_np(-err) : "0");
	if (err)
		xp_broken(9, "a slot without a writer cannot be recovered");
	xp_see(XP_SAW_RECOVERED);
}

/* The next writer: told of the open write, it makes the slot whole. */
void xp_recover_write(void)
{
	int err;

	sys_await(has_no_writer, xp_live_slot(0), UINT64_MAX);
	err = swap_writer_enter(xp_world.live, 0);
	if (!err && is_lost())
		xp_broken(9,
			  "enter is not told that the last writer ended "
			  "inside a write");
	if (err == -EOWNERDEAD)
		xp_see(XP_SAW_OWNER_DEAD);
	if (err) {
		recover();
		err = until_answered(swap_writer_enter);
	}
	if (err)
		xp_broken(9, "nobody can enter a slot that was recovered");
	xp_write();
}

/* As behind a longjmp out of its write: the thread lives on. */
void xp_write_recover_write(void)
{
	if (write_and_lose())
		recover();
	xp_write();
}
