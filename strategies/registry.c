/* SPDX-License-Identifier: MIT */
/* registry.c - the strategies by index and by name, and their words. */
#include <string.h>

#include "strategies/strategy.h"

#define SWAP_STRATEGY_ENTRY(id) \
	extern const struct swap_strategy swap_strategy_##id;
#include "strategies/every.def"
#undef SWAP_STRATEGY_ENTRY

static const struct swap_strategy *const strategies[] = {
#define SWAP_STRATEGY_ENTRY(id) &swap_strategy_##id,
#include "strategies/every.def"
#undef SWAP_STRATEGY_ENTRY
};

#define COMPILED_IN (sizeof(strategies) / sizeof(strategies[0]))

/* Those that swap_add() brought. */
static const struct swap_strategy *added[SWAP_ADDED_MAX];
static unsigned int n_added;

static const struct swap_absent absent[] = {
#define SWAP_STRATEGY_ENTRY(id)
#define SWAP_ABSENT_ENTRY(name, missing) { name, missing },
#include "strategies/every.def"
#undef SWAP_STRATEGY_ENTRY
	{ NULL, NULL },
};

const struct swap_strategy *swap_at(unsigned int index)
{
	if (index < COMPILED_IN)
		return strategies[index];
	index -= (unsigned int)COMPILED_IN;
	return index < n_added ? added[index] : NULL;
}

const struct swap_absent *swap_absent_at(unsigned int index)
{
	for (const struct swap_absent *a = absent; a->name; a++)
		if (!index--)
			return a;
	return NULL;
}

const struct swap_absent *swap_absent_find(const char *name)
{
	for (const struct swap_absent *a = absent; a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

int swap_add(const struct swap_strategy *strategy)
{
	if (swap_find(strategy->name))
		return -EEXIST;
	if (n_added == SWAP_ADDED_MAX)
		return -ENOSPC;
	sys_stay_loaded(strategy);
	added[n_added++] = strategy;
	return 0;
}

int swap_name_width(void)
{
	const struct swap_strategy *s;
	const struct swap_absent *a;
	size_t width = 0;

	swap_for_each_strategy (s)
		if (strlen(s->name) > width)
			width = strlen(s->name);
	for (unsigned int i = 0; (a = swap_absent_at(i)) != NULL; i++)
		if (strlen(a->name) > width)
			width = strlen(a->name);
	return (int)width;
}

const struct swap_strategy *swap_find(const char *name)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

const struct swap_strategy *swap_baseline_of(const struct swap_strategy *s)
{
	return swap_find(s->baseline);
}

const struct swap_strategy *swap_baseline(void)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (swap_baseline_of(s))
			return swap_baseline_of(s);
	return NULL;
}

int swap_probe(const struct swap_strategy *strategy, char *why, size_t size)
{
	if (size)
		why[0] = '\0';
	return strategy->probe ? strategy->probe(why, size) : 0;
}

const char *swap_family_name(enum swap_family family)
{
	static const char *const names[] = {
		[SWAP_BARRIER] = "barrier", [SWAP_SAME_CPU] = "same-cpu",
		[SWAP_LOCK] = "lock",	    [SWAP_RCU] = "rcu",
		[SWAP_OTHER] = "other",	    [SWAP_CONTROL] = "control",
	};

	return names[family];
}

const char *swap_shape_name(enum swap_shape shape)
{
	static const char *const names[] = {
		[SWAP_NO_SHAPE] = "none",
		[SWAP_REFUSE_FIRST] = "refuse-first",
		[SWAP_EXCHANGE_FIRST] = "exchange-first",
		[SWAP_EXCLUDE] = "exclude",
	};

	return names[shape];
}

const char *swap_promise_name(enum swap_promise promise)
{
	static const char *const names[SWAP_PROMISES] = {
		[SWAP_BREAKS_NOTHING] = "none",
		[SWAP_C1_EXCLUSIVE] = "C1-exclusive",
		[SWAP_C2_CONSERVED] = "C2-conserved",
		[SWAP_C3_ONE_CUT] = "C3-one-cut",
		[SWAP_C4_ALL_OR_NOTHING] = "C4-all-or-nothing",
		[SWAP_C5_NESTING] = "C5-nesting",
		[SWAP_C6_BOUNDED] = "C6-bounded",
		[SWAP_C7_BALANCED] = "C7-balanced",
		[SWAP_C8_CONTAINED] = "C8-contained",
		[SWAP_C9_RECOVERABLE] = "C9-recoverable",
		[SWAP_C10_GOOD_GUEST] = "C10-good-guest",
	};

	return names[promise];
}

const char *swap_exclusive_name(enum swap_exclusive exclusive)
{
	static const char *const names[] = {
		[SWAP_AT_RETURN] = "at return",
		[SWAP_AFTER_SETTLE] = "after settle",
		[SWAP_NEVER] = "never",
	};

	return names[exclusive];
}

const char *swap_memory_name(enum swap_memory memory)
{
	static const char *const names[] = {
		[SWAP_MAY_BE_FREED] = "may be freed",
		[SWAP_TYPE_STABLE] = "type-stable",
	};

	return names[memory];
}

const char *swap_strays_name(enum swap_strays strays)
{
	static const char *const names[] = {
		[SWAP_STRAYS_UNSAFE] = "unsafe",
		[SWAP_STRAYS_STORED] = "stored-alone",
		[SWAP_STRAYS_ANY] = "stored-from-any",
		[SWAP_STRAYS_REFUSED] = "refused",
	};

	return names[strays];
}
