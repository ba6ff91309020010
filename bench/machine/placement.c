/* SPDX-License-Identifier: MIT */
/* The classes of PU pairs and the choice among them; see placement.h. */
#include "bench/machine/placement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A level that is not reported is not shared. */
static bool shared(hwloc_obj_t a, hwloc_obj_t b)
{
	return a && a == b;
}

static bool same_nodes(const struct bench_pu *a, const struct bench_pu *b)
{
	return hwloc_bitmap_isequal(a->obj->nodeset, b->obj->nodeset);
}

enum bench_placement bench_placement_of(const struct bench_pu *a,
					const struct bench_pu *b)
{
	if (a->obj == b->obj)
		return BENCH_SAME_PU;
	if (shared(a->core, b->core))
		return BENCH_SMT_SIBLING;
	if (shared(a->l1, b->l1) || shared(a->l2, b->l2))
		return BENCH_SHARED_L2;
	if (a->package != b->package)
		return BENCH_CROSS_PACKAGE;
	if (!same_nodes(a, b))
		return BENCH_CROSS_NUMA;
	if (shared(a->l3, b->l3))
		return BENCH_SHARED_L3;
	return BENCH_SAME_NUMA;
}

static bool on_core_of(const struct bench_pu *pu, const struct bench_pu *other)
{
	return other && (pu == other || shared(pu->core, other->core));
}

static bool fits(enum bench_placement placement, const struct bench_pu *writer,
		 const struct bench_pu *swapper)
{
	if (placement == BENCH_P_TO_E)
		return writer->kind == BENCH_CORE_P &&
		       swapper->kind == BENCH_CORE_E;
	if (placement == BENCH_E_TO_P)
		return writer->kind == BENCH_CORE_E &&
		       swapper->kind == BENCH_CORE_P;
	return bench_placement_of(writer, swapper) == placement;
}

#define NO_PAIR 32 /* dearer than any */

static bool is_efficient(const struct bench_pu *pu)
{
	return pu->kind == BENCH_CORE_E;
}

/* What makes a pair less wanted, weightiest first; 0 cannot be beaten. Cores are
 * compared where people look for speed: on those made for it. */
static int pair_cost(const struct bench_pu *writer,
		     const struct bench_pu *swapper,
		     const struct bench_pu *boot, bool kinds_matter)
{
	return 16 * (kinds_matter && is_efficient(writer)) +
	       8 * (kinds_matter && is_efficient(swapper)) +
	       4 * on_core_of(writer, boot) +
	       2 * (kinds_matter && writer->kind != swapper->kind) +
	       on_core_of(swapper, boot);
}

/* Can @b be beside @a in such a pair at all? What holds both lies in one piece
 * of the list of PUs. */
static bool is_near(enum bench_placement placement, const struct bench_pu *a,
		    const struct bench_pu *b)
{
	switch (placement) {
	case BENCH_SAME_PU:
		return a == b;
	case BENCH_SMT_SIBLING:
		return shared(a->core, b->core);
	case BENCH_SHARED_L2:
		return shared(a->l1, b->l1) || shared(a->l2, b->l2);
	case BENCH_SHARED_L3:
		return shared(a->l3, b->l3);
	case BENCH_SAME_NUMA:
	case BENCH_CROSS_NUMA:
		return a->package == b->package;
	default:
		return true;
	}
}

/* Is one as good a writer as the other, with the same PUs to choose from? */
static bool is_alike(enum bench_placement placement, const struct bench_pu *a,
		     const struct bench_pu *b, const struct bench_pu *boot)
{
	if (a->kind != b->kind || on_core_of(a, boot) != on_core_of(b, boot))
		return false;
	switch (placement) {
	case BENCH_SHARED_L2:
		return shared(a->core, b->core);
	case BENCH_SHARED_L3:
		return shared(a->l2, b->l2);
	case BENCH_SAME_NUMA:
		return shared(a->l3, b->l3);
	case BENCH_CROSS_NUMA:
		return a->package == b->package && same_nodes(a, b);
	case BENCH_CROSS_PACKAGE:
		return a->package == b->package;
	case BENCH_P_TO_E:
	case BENCH_E_TO_P:
		return true;
	default:
		return false;
	}
}

/* The best pair so far, and what the search looks at. */
struct search {
	const struct bench_topology *t;
	enum bench_placement placement;
	const struct bench_pu *boot;
	struct bench_pair *out;
	int best; /* its cost */
};

static void try_pair(struct search *x, const struct bench_pu *w,
		     const struct bench_pu *s)
{
	int cost = pair_cost(w, s, x->boot, x->placement < BENCH_P_TO_E);

	if (cost >= x->best || !fits(x->placement, w, s))
		return;
	x->best = cost;
	x->out->writer = w;
	x->out->swapper = s;
}

static void try_writer(struct search *x, const struct bench_pu *w)
{
	const struct bench_pu *end = x->t->pus + x->t->n_pus;
	const struct bench_pu *s = w;

	while (s > x->t->pus && is_near(x->placement, w, s - 1))
		s--;
	for (; s < end && x->best && is_near(x->placement, w, s); s++)
		try_pair(x, w, s);
}

/*
 * Thousands of PUs have millions of pairs. Only those near enough are looked at,
 * and of writers that are alike only the first.
 */
static bool find(const struct bench_topology *t, enum bench_placement placement,
		 struct bench_pair *out)
{
	struct search x = { .t = t, .placement = placement, .out = out };
	const struct bench_pu *last = NULL;

	x.boot = bench_topology_pu_by_os(t, 0);
	x.best = NO_PAIR;
	for (unsigned int i = 0; i < t->n_pus && x.best; i++) {
		if (last && is_alike(placement, last, &t->pus[i], x.boot))
			continue;
		last = &t->pus[i];
		try_writer(&x, last);
	}
	return x.best < NO_PAIR;
}

/* Is there any pair of PUs in this class? */
static bool exists(const struct bench_topology *t, enum bench_placement class)
{
	struct bench_pair pair;

	return find(t, class, &pair);
}

static int why_no_l3(const struct bench_topology *t, char *why, size_t n)
{
	for (unsigned int i = 0; i < t->n_pus; i++) {
		if (!t->pus[i].l3)
			continue;
		if (exists(t, BENCH_SHARED_L2))
			return bench_why(
				-ENOTSUP, why, n,
				"cores that share an L3 here also share "
				"an L2, or lie in different NUMA nodes");
		return bench_why(
			-ENOTSUP, why, n,
			"no two usable cores of a NUMA node share an L3");
	}
	return bench_why(-ENOTSUP, why, n, "this machine reports no L3 cache");
}

static int why_no_numa_pair(const struct bench_topology *t, char *why, size_t n)
{
	if (exists(t, BENCH_SHARED_L2) || exists(t, BENCH_SHARED_L3))
		return bench_why(
			-ENOTSUP, why, n,
			"cores of one NUMA node always share a cache here");
	return bench_why(-ENOTSUP, why, n,
			 "no NUMA node has two usable cores here");
}

static int why_no_cross_numa(const struct bench_topology *t, char *why,
			     size_t n)
{
	if (t->n_nodes < 2)
		return bench_why(-ENOTSUP, why, n,
				 "this machine has one NUMA node");
	return bench_why(
		-ENOTSUP, why, n,
		"no package holds usable PUs of two NUMA nodes here: see "
		"cross-package");
}

static int why_lacking(const struct bench_topology *t,
		       enum bench_placement placement, char *why, size_t n)
{
	if (t->n_pus == 1)
		return bench_why(-ENOTSUP, why, n,
				 "only one PU may be used here");
	switch (placement) {
	case BENCH_SMT_SIBLING:
		return bench_why(-ENOTSUP, why, n,
				 "no core here has two usable PUs (no SMT, or "
				 "siblings not allowed)");
	case BENCH_SHARED_L2:
		return bench_why(-ENOTSUP, why, n,
				 "no two usable cores share an L2 here");
	case BENCH_SHARED_L3:
		return why_no_l3(t, why, n);
	case BENCH_SAME_NUMA:
		return why_no_numa_pair(t, why, n);
	case BENCH_CROSS_NUMA:
		return why_no_cross_numa(t, why, n);
	case BENCH_CROSS_PACKAGE:
		return bench_why(-ENOTSUP, why, n,
				 "usable PUs lie in one package here");
	case BENCH_P_TO_E:
	case BENCH_E_TO_P:
		return bench_why(-ENOTSUP, why, n, "%s", t->kinds_why);
	default:
		return bench_why(-EINVAL, why, n, "no such placement");
	}
}

int bench_placement_choose(const struct bench_topology *t,
			   enum bench_placement placement,
			   struct bench_pair *out, char *why, size_t n)
{
	struct bench_pair pair = { .asked = placement };

	if (!find(t, placement, &pair))
		return why_lacking(t, placement, why, n);
	pair.distance = bench_placement_of(pair.writer, pair.swapper);
	*out = pair;
	return 0;
}

static const struct bench_pu *allowed_pu(const struct bench_topology *t,
					 const char *role, unsigned int os,
					 char *why, size_t n)
{
	const struct bench_pu *pu = bench_topology_pu_by_os(t, os);
	char list[128];

	if (!pu)
		bench_why(-ERANGE, why, n,
			  "%s: CPU %u is outside the allowed set, which is %s",
			  role, os,
			  bench_topology_allowed(t, list, sizeof(list)));
	return pu;
}

int bench_placement_explicit(const struct bench_topology *t,
			     unsigned int writer_os, unsigned int swapper_os,
			     struct bench_pair *out, char *why, size_t n)
{
	const struct bench_pu *writer, *swapper;

	writer = allowed_pu(t, "writer", writer_os, why, n);
	if (!writer)
		return -ERANGE;
	swapper = allowed_pu(t, "swapper", swapper_os, why, n);
	if (!swapper)
		return -ERANGE;
	out->writer = writer;
	out->swapper = swapper;
	out->distance = bench_placement_of(writer, swapper);
	out->asked = out->distance;
	return 0;
}

/* What the choice of further writers looks at; marks are by logical index. */
struct writers {
	const struct bench_topology *t;
	const struct bench_pair *pair;
	const struct bench_pu *boot;
	bool *taken; /* a writer is on this PU */
	bool *busy;  /* a writer is on this PU's core */
};

static void take(struct writers *w, const struct bench_pu *pu)
{
	w->taken[pu->logical] = true;
	for (unsigned int i = 0; i < w->t->n_pus; i++)
		if (on_core_of(&w->t->pus[i], pu))
			w->busy[i] = true;
}

static int writer_cost(const struct writers *w, const struct bench_pu *pu)
{
	const struct bench_pair *pair = w->pair;
	bool kinds_matter = pair->asked >= BENCH_P_TO_E;

	return 16 * (kinds_matter && pu->kind != pair->writer->kind) +
	       8 * (bench_placement_of(pu, pair->swapper) != pair->distance) +
	       4 * w->busy[pu->logical] + 2 * on_core_of(pu, pair->swapper) +
	       on_core_of(pu, w->boot);
}

static const struct bench_pu *next_writer(const struct writers *w)
{
	const struct bench_pu *best = NULL;
	int best_cost = 0;

	for (unsigned int i = 0; i < w->t->n_pus; i++) {
		const struct bench_pu *pu = &w->t->pus[i];
		int cost;

		if (w->taken[i] || pu == w->pair->swapper)
			continue;
		cost = writer_cost(w, pu);
		if (!best || cost < best_cost) {
			best = pu;
			best_cost = cost;
		}
	}
	return best;
}

int bench_placement_writers(const struct bench_topology *t,
			    const struct bench_pair *pair, unsigned int count,
			    const struct bench_pu **pus, bool oversubscribe,
			    char *why, size_t n)
{
	struct writers w = { .t = t, .pair = pair };
	unsigned int found = 0;

	w.boot = bench_topology_pu_by_os(t, 0);
	w.taken = calloc(t->n_pus, 2 * sizeof(bool));
	if (!w.taken)
		return bench_why(-ENOMEM, why, n, "out of memory");
	w.busy = w.taken + t->n_pus;
	take(&w, pair->writer);
	while (found < count && (pus[found] = next_writer(&w)))
		take(&w, pus[found++]);
	free(w.taken);

	if (found < count && !oversubscribe)
		return bench_why(-ENOSPC, why, n,
				 "%u writers need %u PUs beside the swapper's, "
				 "there are %u",
				 count + 1, count + 1, found + 1);
	for (unsigned int i = found; i < count; i++) {
		unsigned int turn = i % (found + 1);

		pus[i] = turn == found ? pair->writer : pus[turn];
	}
	return count - found;
}
