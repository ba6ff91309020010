/* SPDX-License-Identifier: MIT */
/*
 * section.c - steps through restartable sections (rseq), which traps abort.
 *
 * The kernel takes a signal inside a section for what it is: it forgets the
 * section, moves the instruction pointer to its abort handler and only then
 * calls the signal's. With a trap at every instruction the first one of a
 * section would be its last, for ever.
 *
 * So a trap at an abort handler (in front of which stands the signature, as
 * the kernel demands) is put back to the first instruction of the section,
 * whose descriptor is looked for in the memory of the program. That is the
 * state in which it was aborted, if the store of the descriptor is directly in
 * front of the section, but that nobody aborts it now. What is not injected
 * there runs through it unseen; what is, is a signal at that instruction, so
 * that the section goes on at its abort handler.
 *
 * Nothing but a signal may want to abort it meanwhile: the thread stays on its
 * CPU, and is not stepped any further while another thread's swap is under
 * way.
 */
#include "proof/step/stepping.h"

#ifndef STEP_UNAVAILABLE

#include <link.h>
#include <sched.h>
#include <string.h>

#define SIGNATURE UINT32_C(0x53053053) /* RSEQ_SIG of x86 */

/* struct rseq_cs of linux/rseq.h. */
struct descriptor {
	uint32_t version, flags;
	uint64_t start, length, abort;
};

static bool is_handler(uint64_t at)
{
	uint32_t before;

	memcpy(&before, (const void *)(uintptr_t)(at - sizeof(before)),
	       sizeof(before));
	return before == SIGNATURE;
}

struct search {
	uint64_t handler;
	const struct descriptor *found;
};

static const struct descriptor *find_in(const unsigned char *from, size_t bytes,
					uint64_t handler)
{
	for (size_t i = 0; i + sizeof(struct descriptor) <= bytes; i += 32) {
		const struct descriptor *one =
			(const struct descriptor *)(const void *)(from + i);

		if (one->abort == handler && !one->version && !one->flags &&
		    one->length && handler - one->start >= one->length)
			return one;
	}
	return NULL;
}

/* The readable data of one object. */
static int search_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *search = arg;

	(void)size;
	for (unsigned int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uint64_t from = info->dlpi_addr + part->p_vaddr;
		uint64_t aligned = (from + 31) & ~UINT64_C(31);

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_R) ||
		    part->p_flags & PF_X || aligned - from >= part->p_memsz)
			continue;
		search->found = find_in(
			(const unsigned char *)(uintptr_t)aligned,
			part->p_memsz - (aligned - from), search->handler);
		if (search->found)
			return 1;
	}
	return 0;
}

static const struct descriptor *find(uint64_t handler)
{
	static struct search last;

	if (last.found && last.handler == handler)
		return last.found;
	last = (struct search){ .handler = handler };
	dl_iterate_phdr(search_object, &last);
	return last.found;
}

/* Its data may be that of one CPU. */
static void stay_here(void)
{
	cpu_set_t here;
	int cpu = sched_getcpu();

	if (step_state.stays || cpu < 0)
		return;
	step_state.stays = !sched_getaffinity(0, sizeof(step_state.allowed),
					      &step_state.allowed);
	CPU_ZERO(&here);
	CPU_SET(cpu, &here);
	sched_setaffinity(0, sizeof(here), &here);
}

void step_sections_end(void)
{
	if (step_state.stays)
		sched_setaffinity(0, sizeof(step_state.allowed),
				  &step_state.allowed);
	step_state.stays = false;
}

static bool is_inside(const struct descriptor *section, uint64_t at)
{
	return section && at - section->start < section->length;
}

/* Nor stopped in the middle of it. */
static bool helper_is_swapping(void)
{
	return load_acquire(&step_state.helper.state) == HELPER_ASKED &&
	       load_acquire(&step_state.helper.parked) != PARK_STOPPED;
}

bool step_follow_section(ucontext_t *at)
{
	greg_t *next = &at->uc_mcontext.gregs[REG_RIP];
	const struct descriptor *section = step_state.section;

	if (section) {
		if (!is_inside(section, (uint64_t)*next))
			step_state.section = NULL;
		return true;
	}
	if (!is_handler((uint64_t)*next))
		return true;
	if (helper_is_swapping())
		return false;
	section = find((uint64_t)*next);
	if (!section) {
		step_violation("a section without a descriptor is aborted");
		return false;
	}
	stay_here();
	step_state.report->sections++;
	step_state.section = section;
	*next = (greg_t)section->start;
	return true;
}

void step_abort_section(ucontext_t *at)
{
	const struct descriptor *section = step_state.section;

	if (!section)
		return;
	step_state.report->aborted++;
	step_state.section = NULL;
	at->uc_mcontext.gregs[REG_RIP] = (greg_t)section->abort;
}

#endif
