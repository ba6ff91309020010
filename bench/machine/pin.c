/* SPDX-License-Identifier: MIT */
/* Binding through hwloc, verified by what the kernel says. */
#include "bench/machine/pin.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "bench/machine/affinity.h"

/* The @nth OS index that we may really run on, counted round and round. */
static unsigned int real_modulo(const struct bench_topology *t,
				unsigned int nth)
{
	int os = hwloc_bitmap_first(t->real);

	nth %= hwloc_bitmap_weight(t->real);
	while (nth--)
		os = hwloc_bitmap_next(t->real, os);
	return os;
}

unsigned int bench_topology_real_os(const struct bench_topology *t,
				    const struct bench_pu *pu)
{
	return t->binds ? pu->os : real_modulo(t, pu->logical);
}

/* A described machine's own binding calls succeed and do nothing. */
static int bind_to(const struct bench_topology *t, hwloc_const_bitmap_t set)
{
	if (!t->binds)
		return bench_affinity_write(set);
	if (hwloc_set_cpubind(t->hwloc, set,
			      HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT))
		return -errno;
	return 0;
}

/* Three witnesses: the affinity mask, getcpu, and the scheduler's last CPU. */
static int verify(const struct bench_topology *t, unsigned int os,
		  hwloc_bitmap_t set, char *why, size_t n)
{
	int err = bench_affinity_read(set);
	int here = sched_getcpu();

	if (err)
		return bench_why(err, why, n, "sched_getaffinity: %s",
				 strerror(-err));
	if (!hwloc_bitmap_isset(set, os) || hwloc_bitmap_weight(set) != 1)
		return bench_why(-EXDEV, why, n,
				 "the thread is not bound to CPU %u alone", os);
	if (here != (int)os)
		return bench_why(-EXDEV, why, n,
				 "the thread runs on CPU %d, not on CPU %u",
				 here, os);
	if (t->binds &&
	    !hwloc_get_last_cpu_location(t->hwloc, set, HWLOC_CPUBIND_THREAD) &&
	    !hwloc_bitmap_isset(set, os))
		return bench_why(-EXDEV, why, n,
				 "the thread last ran on CPU %d, not on CPU %u",
				 hwloc_bitmap_first(set), os);
	return 0;
}

int bench_topology_pin(const struct bench_topology *t,
		       const struct bench_pu *pu, char *why, size_t n)
{
	unsigned int os = bench_topology_real_os(t, pu);
	int err = bench_topology_measurable(t, why, n);
	hwloc_bitmap_t set;

	if (err)
		return err;
	set = hwloc_bitmap_alloc();
	if (!set)
		return bench_why(-ENOMEM, why, n, "out of memory");
	hwloc_bitmap_only(set, os);
	err = bind_to(t, set);
	if (err)
		bench_why(err, why, n, "cannot bind to CPU %u: %s", os,
			  strerror(-err));
	else
		err = verify(t, os, set, why, n);
	hwloc_bitmap_free(set);
	return err;
}

int bench_topology_check(const struct bench_topology *t,
			 const struct bench_pu *pu, char *why, size_t n)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int err;

	if (!set)
		return bench_why(-ENOMEM, why, n, "out of memory");
	err = verify(t, bench_topology_real_os(t, pu), set, why, n);
	hwloc_bitmap_free(set);
	return err;
}

int bench_topology_unpin(const struct bench_topology *t, char *why, size_t n)
{
	int err = bench_affinity_write(t->real);

	return err ? bench_why(err, why, n, "sched_setaffinity: %s",
			       strerror(-err))
		   : 0;
}
