/* SPDX-License-Identifier: MIT */
/*
 * Binding the calling thread to one PU, and proving it.
 *
 *	if (bench_topology_pin(t, &t->pus[0], why, sizeof(why)))
 *		die(why);
 *	... measure ...
 *	if (bench_topology_check(t, &t->pus[0], why, sizeof(why)))
 *		discard the measurement
 *
 * Conventions: bench/machine/topology.h.
 */
#ifndef BENCH_MACHINE_PIN_H
#define BENCH_MACHINE_PIN_H

#include "bench/machine/topology.h"

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

#endif
