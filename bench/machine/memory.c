/* SPDX-License-Identifier: MIT */
/* NUMA memory through hwloc: touched, locked, huge, and verified. */
#include "bench/machine/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bytes of a transparent huge page, 0 when the kernel gives none. */
static size_t huge_page(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
			"r");
	size_t bytes = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%zu", &bytes) != 1)
		bytes = 0;
	fclose(f);
	return bytes;
}

/* Bytes of [addr, addr + bytes) in huge pages, as /proc/self/smaps counts. */
static size_t huge_bytes(const void *addr, size_t bytes)
{
	uintptr_t from = (uintptr_t)addr, to = from + bytes, lo = 0, hi = 0;
	FILE *f = fopen("/proc/self/smaps", "r");
	size_t kib, found = 0;
	char line[512];

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &lo, &hi) == 2)
			continue;
		if (sscanf(line, "AnonHugePages: %zu kB", &kib) == 1 &&
		    lo < to && hi > from)
			found += kib << 10;
	}
	fclose(f);
	return found;
}

static int map(const struct bench_topology *t, int node, struct bench_memory *m,
	       char *why, size_t n)
{
	hwloc_obj_t obj = NULL;

	if (node != BENCH_ANY_NODE)
		obj = hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, node);
	if (node != BENCH_ANY_NODE && !obj)
		return bench_why(-EINVAL, why, n,
				 "no NUMA node %d here, there are %u", node,
				 t->n_nodes);
	if (obj && t->binds)
		m->mapping = hwloc_alloc_membind(
			t->hwloc, m->mapping_bytes, obj->nodeset,
			HWLOC_MEMBIND_BIND,
			HWLOC_MEMBIND_STRICT | HWLOC_MEMBIND_BYNODESET);
	else
		m->mapping = hwloc_alloc(t->hwloc, m->mapping_bytes);
	if (!m->mapping && obj && errno == ENOSYS)
		return bench_why(-ENOTSUP, why, n,
				 "memory cannot be bound to a node here");
	if (!m->mapping)
		return bench_why(-ENOMEM, why, n, "no %zu bytes of memory: %s",
				 m->mapping_bytes, strerror(errno));
	return 0;
}

/*
 * Locking is refused, not skipped: a page fault in a measurement is a lie. The
 * system call itself, since sanitizers turn mlock() into a pretence.
 */
static int lock(struct bench_memory *m, char *why, size_t n)
{
	struct rlimit limit = { 0 };

	m->locked = !syscall(SYS_mlock, m->addr, m->bytes);
	if (m->locked)
		return 0;
	getrlimit(RLIMIT_MEMLOCK, &limit);
	return bench_why(-ENOMEM, why, n,
			 "mlock of %zu bytes: %s (RLIMIT_MEMLOCK is %ju bytes)",
			 m->bytes, strerror(errno), (uintmax_t)limit.rlim_cur);
}

static int verify_huge(struct bench_memory *m, char *why, size_t n)
{
	size_t got = huge_bytes(m->addr, m->bytes);

	m->huge = got >= m->bytes;
	if (m->huge)
		return 0;
	return bench_why(
		-ENOMEM, why, n,
		"the kernel put %zu of %zu bytes in huge pages (is "
		"/sys/kernel/mm/transparent_hugepage/enabled never, or "
		"memory fragmented?)",
		got, m->bytes);
}

/* Reads back where the pages lie; a wish is not a placement. */
static int verify_node(const struct bench_topology *t, int node,
		       struct bench_memory *m, char *why, size_t n)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	hwloc_obj_t obj = NULL;

	m->node = -1;
	if (set && t->binds &&
	    !hwloc_get_area_memlocation(t->hwloc, m->addr, m->bytes, set,
					HWLOC_MEMBIND_BYNODESET) &&
	    hwloc_bitmap_weight(set) == 1)
		obj = hwloc_get_numanode_obj_by_os_index(
			t->hwloc, hwloc_bitmap_first(set));
	hwloc_bitmap_free(set);
	if (obj)
		m->node = obj->logical_index;
	if (node == BENCH_ANY_NODE || !t->binds || m->node == node)
		return 0;
	return bench_why(-EXDEV, why, n,
			 "pages asked for on node %d are not there", node);
}

/* addr and bytes inside the mapping; the slack pays for the alignment. */
static void align(struct bench_memory *m, size_t bytes, size_t page)
{
	uintptr_t start = (uintptr_t)m->mapping;

	m->addr = (void *)((start + page - 1) / page * page);
	m->bytes = (bytes + page - 1) / page * page;
}

/* A node is a promise; only a machine that may be measured can keep it. */
static int check_request(const struct bench_topology *t, size_t bytes, int node,
			 size_t page, char *why, size_t n)
{
	if (!bytes || bytes > SIZE_MAX / 4)
		return bench_why(-EINVAL, why, n, "%zu bytes make no buffer",
				 bytes);
	if (!page)
		return bench_why(-ENOTSUP, why, n,
				 "this kernel has no transparent huge pages");
	if (node == BENCH_ANY_NODE)
		return 0;
	return bench_topology_measurable(t, why, n);
}

int bench_memory_alloc(const struct bench_topology *t, size_t bytes, int node,
		       unsigned int flags, struct bench_memory *out, char *why,
		       size_t n)
{
	bool huge = flags & BENCH_MEMORY_HUGE;
	size_t page = huge ? huge_page() : (size_t)getpagesize();
	struct bench_memory m = { .node = -1 };
	int err = check_request(t, bytes, node, page, why, n);

	if (err)
		return err;
	m.mapping_bytes = (bytes + page - 1) / page * page + page;
	err = map(t, node, &m, why, n);
	if (err)
		return err;
	align(&m, bytes, page);
	if (huge)
		madvise(m.addr, m.bytes, MADV_HUGEPAGE);
	memset(m.addr, 0, m.bytes);
	if (huge)
		err = verify_huge(&m, why, n);
	if (!err && flags & BENCH_MEMORY_LOCKED)
		err = lock(&m, why, n);
	if (!err)
		err = verify_node(t, node, &m, why, n);
	if (err)
		bench_memory_free(t, &m);
	else
		*out = m;
	return err;
}

void bench_memory_free(const struct bench_topology *t, struct bench_memory *m)
{
	if (m->mapping)
		hwloc_free(t->hwloc, m->mapping, m->mapping_bytes);
	*m = (struct bench_memory){ .node = -1 };
}
