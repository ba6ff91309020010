/* SPDX-License-Identifier: MIT */
/*
 * The machine as hwloc sees it, and which PUs we may use. Binding to one is
 * bench/machine/pin.h, memory on a chosen node bench/machine/memory.h.
 *
 *	struct bench_topology *t;
 *	char why[BENCH_WHY];
 *
 *	if (bench_topology_load(&t, 0, why, sizeof(why)))
 *		die(why);
 *	bench_topology_pin(t, &t->pus[0], why, sizeof(why)); // and measure
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
	BENCH_CORE_KINDS,
};

/** bench_core_kind_name() - "P core", "E core"; "core" where all are alike */
const char *bench_core_kind_name(enum bench_core_kind kind);

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

/** bench_topology_of_kind() - the same of the PUs of one sort; "": none */
char *bench_topology_of_kind(const struct bench_topology *t,
			     enum bench_core_kind kind, char *text, size_t n);

/**
 * bench_topology_measurable() - may this description be measured?
 *
 * 0 for the real machine and for a simulated one that was loaded with
 * BENCH_TOPOLOGY_SIMULATE, else -ENOTSUP and the reason.
 */
int bench_topology_measurable(const struct bench_topology *t, char *why,
			      size_t n);

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
