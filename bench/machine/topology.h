/* SPDX-License-Identifier: MIT */
/*
 * The machine as hwloc sees it: which PUs we may use, how to bind to one and
 * prove it, and memory on a chosen NUMA node.
 *
 *	struct bench_topology *t;
 *	char why[BENCH_WHY];
 *
 *	if (bench_topology_load(&t, 0, why, sizeof(why)))
 *		die(why);
 *	if (bench_topology_pin(t, &t->pus[0], why, sizeof(why)))
 *		die(why);
 *	... measure ...
 *	if (bench_topology_check(t, &t->pus[0], why, sizeof(why)))
 *		discard the measurement
 *	bench_topology_free(t);
 *
 * Conventions of every function here: 0 or a negative errno is returned, and on
 * failure `why` (n bytes, may be NULL when n is 0) holds one line in words.
 * All are cold; none may be called from a signal handler. A loaded topology is
 * read-only and may be used by any number of threads.
 *
 * Source: hwloc 2.9 documentation, "CPU binding", "Memory binding" and
 * "Environment variables"; sched_setaffinity(2).
 */
#ifndef BENCH_MACHINE_TOPOLOGY_H
#define BENCH_MACHINE_TOPOLOGY_H

#include <hwloc.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/base/why.h"

/* What sort of core a PU belongs to, on machines that mix them. */
enum bench_core_kind {
	BENCH_CORE_PLAIN, /* all cores alike, or no ranking known */
	BENCH_CORE_P,	  /* performance */
	BENCH_CORE_E,	  /* efficiency */
};

/*
 * One processing unit that we may bind to. Logical indices name things, they
 * are dense and follow the hierarchy; the OS index is for binding only.
 * All objects are owned by the topology; a level that the machine does not
 * report is NULL. Written by load only.
 */
struct bench_pu {
	unsigned int logical;
	unsigned int os;
	int node; /* logical index of the nearest NUMA node, -1: none */
	enum bench_core_kind kind;
	hwloc_obj_t obj;
	hwloc_obj_t core;
	hwloc_obj_t l1; /* data or unified */
	hwloc_obj_t l2;
	hwloc_obj_t l3;
	hwloc_obj_t package;
};

/*
 * A loaded machine. `pus` is sorted by logical index, so pus[i].logical == i.
 *
 * `simulated` says that the description is not what this machine reported
 * about itself (HWLOC_SYNTHETIC, HWLOC_XMLFILE, HWLOC_FSROOT, ...): nothing
 * timed with it describes the machine it names. It stays set under
 * HWLOC_THISSYSTEM=1, where hwloc binds for real, except for an XML file: who
 * says HWLOC_THISSYSTEM=1 of an XML file says that it is a saved discovery.
 */
struct bench_topology {
	hwloc_topology_t hwloc;
	bool simulated;
	bool simulate;	     /* the caller asked to run simulated anyway */
	bool binds;	     /* hwloc binds by this description's OS indices */
	const char *source;  /* "this machine", "HWLOC_SYNTHETIC", ... */
	hwloc_bitmap_t real; /* OS indices we may really run on */
	const char *kinds_why; /* why no core is P or E; NULL when some are */
	unsigned int n_nodes;
	unsigned int n_packages;
	unsigned int n_cores;
	unsigned int n_pus;
	struct bench_pu *pus;
};

/* Accept a simulated machine: bind to real PUs, modulo, and say so. */
#define BENCH_TOPOLOGY_SIMULATE 1u

/**
 * bench_topology_load() - discover the machine, or load a described one
 * @out: where the topology goes; free it with bench_topology_free()
 * @flags: 0 or BENCH_TOPOLOGY_SIMULATE
 *
 * Honours HWLOC_SYNTHETIC and HWLOC_XMLFILE, and unlike hwloc itself refuses
 * a description that does not parse: hwloc silently measures this machine
 * instead. A real machine is restricted to what this process may run on:
 * cgroup cpusets and the binding it was started with (taskset). Call it before
 * pinning any thread, else that binding is taken for the user's.
 *
 * Errors: -EINVAL description refused or both variables set, -ENOENT file not
 * there, -ENODEV no PU left to use, -ENOMEM.
 */
int bench_topology_load(struct bench_topology **out, unsigned int flags,
			char *why, size_t n);

/** bench_topology_free() - release a topology; NULL is allowed */
void bench_topology_free(struct bench_topology *t);

/**
 * bench_topology_pu_by_os() - the PU with that OS index
 *
 * NULL when no such PU is in the allowed set. Owned by the topology.
 */
const struct bench_pu *bench_topology_pu_by_os(const struct bench_topology *t,
					       unsigned int os);

/**
 * bench_topology_allowed() - the OS indices we may use, as a list
 *
 * "0-3,8" in `text`, cut at n bytes. Returns text.
 */
char *bench_topology_allowed(const struct bench_topology *t, char *text,
			     size_t n);

/**
 * bench_topology_measurable() - may this description be measured?
 *
 * 0 for the real machine and for a simulated one that was loaded with
 * BENCH_TOPOLOGY_SIMULATE, else -ENOTSUP and the reason.
 */
int bench_topology_measurable(const struct bench_topology *t, char *why,
			      size_t n);

/**
 * bench_topology_real_os() - the OS index that pinning to @pu really uses
 *
 * The PU's own one, except on a simulated machine that hwloc cannot bind by:
 * there the real PUs are used in turn (logical index modulo their number).
 */
unsigned int bench_topology_real_os(const struct bench_topology *t,
				    const struct bench_pu *pu);

/**
 * bench_topology_pin() - bind the calling thread to one PU, and prove it
 *
 * Strict. Success means that the kernel reports an affinity of exactly this PU
 * and that the thread runs there now: on a described machine hwloc's binding
 * calls return success and do nothing, so hwloc's word is not taken.
 *
 * Errors: -ENOTSUP the machine is simulated and SIMULATE was not asked for,
 * -EINVAL the kernel does not let us run there, -EXDEV the call succeeded but
 * the thread is not bound or not there.
 */
int bench_topology_pin(const struct bench_topology *t,
		       const struct bench_pu *pu, char *why, size_t n);

/**
 * bench_topology_check() - is the calling thread still bound and there?
 *
 * To be called by a pinned thread at the end of its measurement. -EXDEV when
 * its affinity is no longer exactly @pu or it last ran elsewhere: somebody
 * moved it (cpuset change, CPU hot-unplug, another sched_setaffinity).
 */
int bench_topology_check(const struct bench_topology *t,
			 const struct bench_pu *pu, char *why, size_t n);

/**
 * bench_topology_unpin() - let the calling thread run on all allowed PUs again
 */
int bench_topology_unpin(const struct bench_topology *t, char *why, size_t n);

/* How memory is asked for; the node is a logical index or BENCH_ANY_NODE. */
#define BENCH_ANY_NODE	    (-1)
#define BENCH_MEMORY_HUGE   1u /* transparent huge pages, verified */
#define BENCH_MEMORY_LOCKED 2u /* mlock(2)ed */

/*
 * Memory got from bench_memory_alloc(), which alone writes it. addr is page
 * aligned, or aligned to the huge page when one was asked for; zeroed and
 * touched.
 */
struct bench_memory {
	void *addr;
	size_t bytes;
	int node;      /* logical index it lies on, -1: unknown or several */
	bool huge;     /* backed by huge pages wholly */
	bool locked;   /* cannot be paged out */
	void *mapping; /* what hwloc gave, for the free */
	size_t mapping_bytes;
};

/**
 * bench_memory_alloc() - touched memory on one NUMA node
 * @bytes: size, rounded up to whole (huge) pages
 * @node: logical index of the NUMA node, or BENCH_ANY_NODE for first touch
 * @flags: BENCH_MEMORY_HUGE, BENCH_MEMORY_LOCKED
 *
 * What is asked for is delivered or refused, never approximated: the pages are
 * touched, and where they lie is read back from the kernel. The one exception
 * is a simulated machine, whose nodes are not real: there first touch decides,
 * and out->node is -1.
 *
 * Errors: -EINVAL no such node or zero size, -ENOTSUP the machine is simulated
 * or cannot bind memory, or has no transparent huge pages, -ENOMEM no memory
 * there, or not enough may be locked, or no huge page could be had, -EXDEV
 * pages landed on another node.
 */
int bench_memory_alloc(const struct bench_topology *t, size_t bytes, int node,
		       unsigned int flags, struct bench_memory *out, char *why,
		       size_t n);

/** bench_memory_free() - give memory back; a zeroed struct is allowed */
void bench_memory_free(const struct bench_topology *t, struct bench_memory *m);

/**
 * bench_topology_synthetic() - the machine's shape as one line of hwloc syntax
 *
 * Owned by the caller (free()). NULL when hwloc cannot express it: only
 * symmetric machines have such a line.
 */
char *bench_topology_synthetic(const struct bench_topology *t);

/**
 * bench_topology_xml() - the whole description as hwloc v2 XML
 *
 * Owned by the caller (free()). Host name, process name, cgroup path, serial
 * numbers, asset tags and UUIDs are taken out, I/O devices were never in.
 * NULL when out of memory.
 */
char *bench_topology_xml(const struct bench_topology *t);

#endif
