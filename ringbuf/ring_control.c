/* SPDX-License-Identifier: MIT */
/* ring_control.c - creation, control and counters: everything cold. */
#include <stdlib.h>
#include <string.h>

#include "ringbuf/ring_buffer.h"
#include "ringbuf/ring_private.h"

#define RB_PAGE_ALIGN 4096u
/* Two lines: adjacent-line prefetchers pull pairs. */
#define RB_SLOT_ALIGN 128u

static const char *const drop_names[RB_DROP_CAUSES] = {
	[RB_DROP_EARLY] = "early",
	[RB_DROP_OWNER] = "owner",
	[RB_DROP_FULL] = "full",
	[RB_DROP_RECURSION] = "recursion",
	[RB_DROP_CONTENDED] = "contended",
	[RB_DROP_CONTEXT] = "context",
	[RB_DROP_COMMIT_OVERRUN] = "commit-overrun",
	[RB_DROP_TOO_BIG] = "too-big",
};

const char *rb_drop_name(enum rb_drop cause)
{
	return (unsigned int)cause < RB_DROP_CAUSES ? drop_names[cause] : "?";
}

static size_t round_up(size_t bytes, size_t align)
{
	return (bytes + align - 1) & ~(align - 1);
}

/* One allocation a slot: the pages, then the struct rb_cpu. */
static size_t cpu_bytes(const struct rb_attr *attr)
{
	return (size_t)attr->max_subbufs * attr->subbuf_size +
	       round_up(sizeof(struct rb_cpu), RB_PAGE_ALIGN);
}

size_t rb_slot_bytes(const struct rb *rb)
{
	return cpu_bytes(&rb->attr) + rb->slot_stride;
}

static bool attr_is_valid(const struct rb_attr *attr)
{
	return attr->slots >= 1 && attr->slots <= RB_SLOTS_MAX &&
	       attr->subbufs >= 2 && attr->subbufs <= attr->max_subbufs &&
	       attr->subbuf_size >= RB_SUBBUF_MIN &&
	       attr->subbuf_size <= RB_SUBBUF_MAX &&
	       (attr->subbuf_size & (attr->subbuf_size - 1)) == 0 &&
	       (unsigned int)attr->mode <= RB_PRODUCE_CONSUME &&
	       (unsigned int)attr->stamp <= RB_STAMP_CLOCK &&
	       attr->slot_size >= sizeof(struct rb_slot) &&
	       !attr->alloc == !attr->free &&
	       attr->max_subbufs <= (SIZE_MAX >> 1) / attr->subbuf_size;
}

static void page_init(struct rb_page *page, uint64_t generation, uint64_t now)
{
	store_relaxed(&page->write, generation << RB_GEN_SHIFT);
	store_relaxed(&page->commit, generation << RB_GEN_SHIFT);
	store_relaxed(&page->discarded, generation << RB_GEN_SHIFT);
	store_relaxed(&page->left, 0);
	store_relaxed(&page->time_stamp, now);
	store_relaxed(&page->overrun, 0);
	store_relaxed(&page->pages_lost, 0);
}

/* Empty: the first page is open (generation 1), the others never were. */
static void cpu_reset(struct rb_cpu *cpu)
{
	uint64_t now = cpu->stamp == RB_STAMP_NONE ? 0 : rb_now(cpu->stamp);
	uint64_t first = rb_page_word(rb_page_at(cpu, 0));

	for (uint32_t i = 0; i < cpu->subbufs; i++)
		page_init(rb_page_at(cpu, i), i == 0, now);
	store_relaxed(&cpu->tail, first);
	store_relaxed(&cpu->commit_page, first);
	store_relaxed(&cpu->head, first);
	store_relaxed(&cpu->read_page, 0);
	store_plain(&cpu->read, 0);
	store_plain(&cpu->lost, 0);
}

static struct rb_cpu *cpu_create(const struct rb_attr *attr, unsigned int slot)
{
	size_t bytes = cpu_bytes(attr);
	unsigned char *memory = attr->alloc(attr->alloc_arg, slot, bytes);
	struct rb_cpu *cpu;

	if (!memory)
		return NULL;
	memset(memory, 0, bytes);
	cpu = (struct rb_cpu *)(void *)(memory + (size_t)attr->max_subbufs *
							 attr->subbuf_size);
	cpu->pages = memory;
	cpu->subbuf_size = attr->subbuf_size;
	cpu->subbufs = attr->subbufs;
	cpu->max_subbufs = attr->max_subbufs;
	cpu->mode = attr->mode;
	cpu->stamp = attr->stamp;
	cpu->capacity = attr->subbuf_size - RB_PAGE_HEADER;
	cpu->origin = (struct rb_origin){ .free = attr->free,
					  .arg = attr->alloc_arg,
					  .slot = slot,
					  .bytes = bytes };
	cpu_reset(cpu);
	return cpu;
}

static void *libc_alloc(void *arg, unsigned int slot, size_t bytes)
{
	(void)arg;
	(void)slot;
	return aligned_alloc(RB_PAGE_ALIGN, round_up(bytes, RB_PAGE_ALIGN));
}

static void libc_free(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	(void)arg;
	(void)slot;
	(void)bytes;
	free(memory);
}

static int slots_create(struct rb *rb)
{
	unsigned int n = rb->attr.slots;

	rb->slots = aligned_alloc(RB_PAGE_ALIGN,
				  round_up(n * rb->slot_stride, RB_PAGE_ALIGN));
	if (!rb->slots)
		return -ENOMEM;
	memset(rb->slots, 0, n * rb->slot_stride);
	for (unsigned int i = 0; i < n; i++) {
		struct rb_slot *slot = rb_slot(rb, i);
		struct rb_cpu *cpu = cpu_create(&rb->attr, i);

		if (!cpu)
			return -ENOMEM;
		slot->rb = rb;
		slot->index = i;
		store_relaxed(&slot->active, cpu);
		store_relaxed(&cpu->owner, slot);
	}
	return 0;
}

/* The buffers that the slots hold, whoever created them, and the slots. */
static void rb_free(struct rb *rb)
{
	for (unsigned int i = 0; rb->slots && i < rb->attr.slots; i++) {
		struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, i));

		if (cpu)
			cpu->origin.free(cpu->origin.arg, cpu->origin.slot,
					 cpu->pages, cpu->origin.bytes);
	}
	free(rb->slots);
	free(rb);
}

int rb_create(const struct rb_attr *attr, struct rb **out)
{
	struct rb *rb = calloc(1, sizeof(*rb));
	int err;

	if (!rb)
		return -ENOMEM;
	rb->attr = *attr;
	if (!rb->attr.max_subbufs)
		rb->attr.max_subbufs = attr->subbufs;
	if (!rb->attr.slot_size)
		rb->attr.slot_size = sizeof(struct rb_slot);
	err = -EINVAL;
	if (!attr_is_valid(&rb->attr))
		goto out;
	if (!rb->attr.alloc) {
		rb->attr.alloc = libc_alloc;
		rb->attr.free = libc_free;
	}
	rb->slot_stride = round_up(rb->attr.slot_size, RB_SLOT_ALIGN);
	err = slots_create(rb);
	if (err)
		goto out;
	*out = rb;
	return 0;
out:
	rb_free(rb);
	return err;
}

/* Take the first n slots, or none: 0, or why one of them cannot end now. */
static int slots_take(struct rb *rb, unsigned int n)
{
	int err = 0;

	for (unsigned int i = 0; i < n && !err; i++) {
		struct rb_slot *slot = rb_slot(rb, i);

		err = rb_control_try(slot);
		if (!err && rb->attr.slot_busy && rb->attr.slot_busy(slot)) {
			rb_control_end(slot);
			err = -EBUSY;
		}
		while (err && i--)
			rb_control_end(rb_slot(rb, i));
	}
	return err;
}

int rb_destroy(struct rb *rb)
{
	int err;

	if (!rb)
		return 0;
	err = slots_take(rb, rb->attr.slots);
	if (err)
		return err;
	for (unsigned int i = 0; rb->attr.slot_fini && i < rb->attr.slots; i++)
		rb->attr.slot_fini(rb_slot(rb, i));
	rb_free(rb);
	return 0;
}

int rb_control_try(struct rb_slot *slot)
{
	unsigned int idle = 0;

	if (load_relaxed(&slot->refuse) & RB_REFUSE_FORKED)
		return -ECHILD;
	/* L1 pairs with L2: the last holder's changes */
	return cmpxchg_acq_rel(&slot->control, &idle, 1) ? 0 : -EBUSY;
}

void rb_control_end(struct rb_slot *slot)
{
	/* L2 pairs with L1: what was changed under control */
	store_release(&slot->control, 0);
}

/* The count of a slot's own disables in its refuse word. */
static uint32_t disabled_of_slot(uint32_t refuse)
{
	return refuse & (RB_DISABLE_BUFFER - 1);
}

int rb_slot_record_disable(struct rb_slot *slot)
{
	if (disabled_of_slot(load_relaxed(&slot->refuse)) >= RB_DISABLE_MAX)
		return -EOVERFLOW;
	/* D1 pairs with D2: counted with a swap's announcement in one word */
	fetch_add_acq_rel(&slot->refuse, RB_DISABLE_SLOT);
	return 0;
}

int rb_slot_record_enable(struct rb_slot *slot)
{
	uint32_t found = load_relaxed(&slot->refuse);

	do {
		if (!disabled_of_slot(found))
			return -EINVAL;
		/* D2 pairs with D1: never below zero */
	} while (!cmpxchg_acq_rel(&slot->refuse, &found,
				  found - RB_DISABLE_SLOT));
	return 0;
}

bool rb_slot_is_disabled(struct rb_slot *slot)
{
	return (load_relaxed(&slot->refuse) & RB_REFUSE_DISABLED) != 0;
}

int rb_record_disable(struct rb *rb)
{
	if (load_relaxed(&rb->disabled) >= RB_DISABLE_MAX)
		return -EOVERFLOW;
	for (unsigned int i = 0; i < rb->attr.slots; i++)
		/* D5 pairs with D6: counted with a swap's announcement */
		fetch_add_acq_rel(&rb_slot(rb, i)->refuse, RB_DISABLE_BUFFER);
	/* D3 pairs with D4: counted once every slot is disabled */
	fetch_add_acq_rel(&rb->disabled, 1);
	return 0;
}

int rb_record_enable(struct rb *rb)
{
	uint32_t found = load_relaxed(&rb->disabled);

	do {
		if (!found)
			return -EINVAL;
		/* D4 pairs with D3: never below zero */
	} while (!cmpxchg_acq_rel(&rb->disabled, &found, found - 1));
	for (unsigned int i = 0; i < rb->attr.slots; i++)
		/* D6 pairs with D5: what a disable added to every slot */
		fetch_add_acq_rel(&rb_slot(rb, i)->refuse, -RB_DISABLE_BUFFER);
	return 0;
}

/* Under control, with no write open: empty the buffer at subbufs pages. */
static int control_reset(struct rb_slot *slot, unsigned int subbufs)
{
	struct rb_cpu *cpu;
	int err = rb_control_try(slot);

	if (err)
		return err;
	cpu = rb_slot_active(slot);
	if (!subbufs)
		subbufs = cpu->subbufs;
	err = -EBUSY;
	/* Its own thread's open write, or a mistake; rb_reset says who may. */
	if (load_relaxed(&slot->nesting))
		goto out;
	err = -EINVAL;
	if (subbufs < 2 || subbufs > cpu->max_subbufs)
		goto out;
	cpu->subbufs = subbufs;
	cpu_reset(cpu);
	err = 0;
out:
	rb_control_end(slot);
	return err;
}

int rb_reset(struct rb_slot *slot)
{
	return control_reset(slot, 0);
}

int rb_recycle(struct rb_slot *slot)
{
	return control_reset(slot, 0);
}

int rb_resize(struct rb_slot *slot, unsigned int subbufs)
{
	return control_reset(slot, subbufs ? subbufs : 1);
}

void rb_cpu_freshen(struct rb_cpu *cpu)
{
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));

	if (cpu->stamp != RB_STAMP_NONE &&
	    !rb_word_bytes(load_relaxed(&page->write)))
		store_relaxed(&page->time_stamp, rb_now(cpu->stamp));
}

uint64_t rb_drops(const struct rb_slot *slot, enum rb_drop cause)
{
	return load_relaxed(&slot->drops[cause]);
}
