/* SPDX-License-Identifier: MIT */
/*
 * c11.c - histories of locations, and what each role has seen of them.
 *
 * C11: every location keeps the stores of this execution in order. A load may
 * return any that is not older than what its role has seen, at most
 * XP_STALE_MAX older ones an execution. Releases carry the view of their role,
 * acquires join it; read-modify-writes act on the newest store and continue
 * its release sequence; a full fence joins with one global view in both
 * directions. No load sees a store of the future (load buffering), and no
 * store enters the order of a location after newer ones; what either could do
 * to a program is found another way: views also say what happens before what,
 * and plain accesses that nothing orders, or two stores to one location that
 * nothing orders, are races, and broken promises.
 */
#include "proof/explore/memory.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGES 2048

static uint8_t location_of[XP_ARENA_BYTES / 4]; /* index + 1 */
uint16_t xp_location_at[XP_LOCATIONS];
unsigned int xp_locations = XP_ROLES;
struct xp_location xp_location[XP_LOCATIONS];
static struct xp_view messages[MESSAGES]; /* 0: the empty view */
static unsigned int message_count;
static struct xp_view global_view; /* full fences meet here */

void xp_view_join(struct xp_view *into, const struct xp_view *from)
{
	for (unsigned int i = 0; i < XP_LOCATIONS; i++)
		into->seen[i] = into->seen[i] > from->seen[i] ? into->seen[i]
							      : from->seen[i];
}

/* What role does from here on is not part of what it has published. */
static void tick(struct xp_role *role)
{
	uint8_t *clock = &role->view.seen[xp_role_index(role)];

	*clock += *clock < UINT8_MAX; /* the last one counts as ordered */
}

void xp_view_publish(struct xp_role *role, struct xp_view *to)
{
	*to = role->view;
	tick(role);
}

unsigned int xp_locate(const volatile void *at, size_t size)
{
	size_t word =
		(size_t)((const volatile unsigned char *)at - xp_arena) / 4;
	unsigned int i;

	if (word >= sizeof(location_of)) {
		fprintf(stderr, "explore: shared word outside the arena\n");
		abort();
	}
	if (location_of[word])
		return location_of[word] - 1u;
	if (xp_locations == XP_LOCATIONS) {
		fprintf(stderr, "explore: more than %d locations\n",
			XP_LOCATIONS);
		abort();
	}
	i = xp_locations++;
	location_of[word] = (uint8_t)(i + 1);
	xp_location_at[i] = (uint16_t)word;
	xp_location[i].newest = 0;
	memset(&xp_location[i].accesses, 0, sizeof(xp_location[i].accesses));
	xp_location[i].version[0].value = xp_raw_load(at, size);
	xp_location[i].version[0].message = 0;
	return i;
}

uint64_t xp_c11_load(struct xp_role *role, const volatile void *at, size_t size,
		     bool acquire)
{
	unsigned int i = xp_locate(at, size);
	struct xp_location *place = &xp_location[i];
	unsigned int older = place->newest - role->view.seen[i];
	struct xp_version *version;

	if (older && !xp.fresh && xp.stales < XP_STALE_MAX) {
		older = xp_choose(older + 1);
		xp.stales += older != 0;
	} else {
		older = 0;
	}
	version = &place->version[place->newest - older];
	role->view.seen[i] = (uint8_t)(place->newest - older);
	if (version->message)
		xp_view_join(acquire ? &role->view : &role->pending,
			     &messages[version->message]);
	return version->value;
}

void xp_c11_store(struct xp_role *role, volatile void *at, size_t size,
		  uint64_t value, bool release, unsigned int previous)
{
	unsigned int i = xp_locate(at, size);
	struct xp_location *place = &xp_location[i];
	struct xp_version *version;
	struct xp_view *message;

	if (place->newest + 1 == XP_HISTORY_MAX || message_count == MESSAGES) {
		fprintf(stderr, "explore: history of a location is full\n");
		abort();
	}
	xp_raw_store(at, size, value);
	version = &place->version[++place->newest];
	role->view.seen[i] = (uint8_t)place->newest;
	message = &messages[message_count];
	if (release)
		xp_view_publish(role, message);
	else
		*message = role->fenced;
	message->seen[i] = (uint8_t)place->newest;
	if (previous)
		xp_view_join(message, &messages[previous]);
	version->value = value;
	version->message = (uint16_t)message_count++;
}

uint64_t xp_c11_modify(struct xp_role *role, const volatile void *at,
		       size_t size, bool acquire, unsigned int *message)
{
	unsigned int i = xp_locate(at, size);
	struct xp_location *place = &xp_location[i];

	*message = place->version[place->newest].message;
	role->view.seen[i] = (uint8_t)place->newest;
	if (*message)
		xp_view_join(acquire ? &role->view : &role->pending,
			     &messages[*message]);
	return place->version[place->newest].value;
}

/*
 * Fences agree on which stores are seen, and for the rest order as a release
 * and an acquire do: clocks pass by way of what is stored and loaded.
 */
void xp_c11_fence(struct xp_role *role)
{
	uint8_t clocks[XP_ROLES];

	xp_view_join(&role->view, &role->pending);
	memcpy(clocks, role->view.seen, sizeof(clocks));
	xp_view_join(&role->view, &global_view);
	memcpy(role->view.seen, clocks, sizeof(clocks));
	global_view = role->view;
	xp_view_publish(role, &role->fenced);
}

void xp_c11_reset(void)
{
	for (unsigned int i = XP_ROLES; i < xp_locations; i++)
		location_of[xp_location_at[i]] = 0;
	xp_locations = XP_ROLES;
	message_count = 1;
	memset(&global_view, 0, sizeof(global_view));
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		memset(&xp.role[i].view, 0, sizeof(struct xp_view));
		memset(&xp.role[i].pending, 0, sizeof(struct xp_view));
		memset(&xp.role[i].fenced, 0, sizeof(struct xp_view));
		tick(&xp.role[i]);
	}
}

bool xp_c11_is_visible(const struct xp_role *role, const void *from,
		       size_t bytes)
{
	for (unsigned int i = XP_ROLES; i < xp_locations; i++)
		if (xp_in_range(xp_arena + xp_location_at[i] * 4, from,
				bytes) &&
		    role->view.seen[i] != xp_location[i].newest)
			return false;
	return true;
}
