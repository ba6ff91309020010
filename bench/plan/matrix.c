/* SPDX-License-Identifier: MIT */
/* matrix.c - find a matrix, or make one of flags. */
#include "bench/base/why.h"
#include "bench/plan/matrix.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/plan/override.h"
#include "bench/plan/product.h"
#include "bench/plan/reading.h"
#include "bench/plan/scenario.h"

#define BLOCK_MS_FLOOR 25 /* of a matrix made of flags */

void bench_matrix_init(struct bench_matrix *m)
{
	memset(m, 0, sizeof(*m));
}

void bench_matrix_free(struct bench_matrix *m)
{
	free(m->cells);
	bench_matrix_init(m);
}

/* FNV-1a over what would be measured. */
static void make_digest(struct bench_matrix *m)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char line[BENCH_ID + 32];

	for (unsigned int i = 0; i < m->n; i++) {
		char id[BENCH_ID];

		snprintf(line, sizeof(line), "%s %u\n",
			 bench_cell_id(&m->cells[i].cell, id, sizeof(id)),
			 m->cells[i].block_ms);
		for (const char *c = line; *c; c++)
			hash = (hash ^ (unsigned char)*c) *
			       UINT64_C(0x100000001b3);
	}
	m->digest = hash;
}

static bool find_in(const char *directory, const char *below, const char *name,
		    char *path, size_t n)
{
	if (!directory || (size_t)snprintf(path, n, "%s%s/%s.json", directory,
					   below, name) >= n)
		return false;
	return access(path, R_OK) == 0;
}

static bool find_named(const char *name, char *path, size_t n)
{
	char exe[512];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *beside = NULL;

	if (length > 0) {
		exe[length] = '\0';
		beside = dirname(exe);
	}
	return find_in(getenv("RINGSWAP_HOME"), "/matrices", name, path, n) ||
	       find_in(beside, "/matrices", name, path, n) ||
	       find_in(beside, "/../share/ringswap/matrices", name, path, n) ||
	       find_in(RINGSWAP_SOURCE, "/bench/plan/matrices", name, path, n);
}

static bool is_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') ||
	       (length > 5 && !strcmp(name + length - 5, ".json"));
}

int bench_matrix_load(struct bench_matrix *m, const char *name, char *why,
		      size_t n)
{
	char path[512];
	int err = -ENOENT;

	if (is_path(name))
		err = bench_matrix_read(m, name, why, n);
	else if (find_named(name, path, sizeof(path)))
		err = bench_matrix_read(m, path, why, n);
	else
		snprintf(why, n,
			 "no matrix \"%.60s%s\": give smoke, quick, full or a "
			 "file (RINGSWAP_HOME names the directory that holds "
			 "matrices/)",
			 name, bench_more(name, 60));
	if (!err)
		make_digest(m);
	return err;
}

static bool has_strategies(const struct bench_matrix *m)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell))
			return true;
	return false;
}

/* The bare mechanisms, where and with what the flags' cells write. */
static int add_floors(struct bench_reading *r, const struct bench_cell *point,
		      struct bench_factor *factors)
{
	static const char *const kept[] = { "placement", "payload",
					    "buffer-kib", "writer-sched" };
	struct bench_product p = { .factors = factors,
				   .block_ms = BLOCK_MS_FLOOR };
	const struct bench_override *o;
	int err;

	for (unsigned int i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		o = bench_override_of(r->m, kept[i]);
		err = o ? bench_product_override(r, &p, o) : 0;
		if (err)
			return err;
	}
	factors[p.n] = (struct bench_factor){ .axis = "strategy" };
	err = bench_factor_add_group(r, &factors[p.n++], "floors");
	return err ? err : bench_product_add_cells(r, &p, point);
}

static bool has_swaps(const char *scenarios)
{
	struct bench_cell cell;
	char word[BENCH_NAME], why[BENCH_WHY];

	bench_cell_default(&cell);
	for (; scenarios; scenarios = strchr(scenarios, ',')) {
		scenarios += *scenarios == ',';
		snprintf(word, sizeof(word), "%.*s",
			 (int)strcspn(scenarios, ","), scenarios);
		if (!bench_cell_set(&cell, "scenario", word, why,
				    sizeof(why)) &&
		    bench_cell_scenario(&cell)->must_swap)
			return true;
	}
	return false;
}

/* The default point is a control that refuses to swap: where a scenario needs
 * swaps, all that can are meant. */
static int default_strategies(struct bench_reading *r, struct bench_product *p)
{
	const struct bench_override *o = bench_override_of(r->m, "scenario");
	struct bench_factor *factor = &p->factors[p->n];

	if (bench_override_of(r->m, "strategy") || !o || !has_swaps(o->values))
		return 0;
	*factor = (struct bench_factor){ .axis = "strategy" };
	p->n++;
	return bench_factor_add_group(r, factor, "all");
}

int bench_matrix_flags(struct bench_matrix *m, char *why, size_t n)
{
	struct bench_reading r = { .m = m, .why = why, .n = n };
	struct bench_product p = { .block_ms = BENCH_BLOCK_MS_DEFAULT };
	struct bench_cell point;
	int err = -ENOMEM;

	snprintf(why, n, "no memory");
	strcpy(m->name, "flags");
	strcpy(m->description, "the axes given on the command line");
	bench_cell_default(&point);
	p.factors = calloc(BENCH_OVERRIDES, sizeof(*p.factors));
	if (p.factors)
		err = bench_product_override_all(&r, &p);
	if (!err)
		err = default_strategies(&r, &p);
	if (!err)
		err = bench_product_add_cells(&r, &p, &point);
	if (!err && has_strategies(m))
		err = add_floors(&r, &point, p.factors);
	free(p.factors);
	if (!err && !m->n) {
		snprintf(why, n,
			 "no cell is left to measure: these strategies "
			 "do not take part in that scenario");
		err = -EINVAL;
	}
	if (!err)
		err = bench_overrides_check(&r);
	make_digest(m);
	return err;
}

int bench_matrix_check(const char *path, char *why, size_t n)
{
	struct bench_matrix m;
	int err;

	bench_matrix_init(&m);
	err = bench_matrix_read(&m, path, why, n);
	bench_matrix_free(&m);
	return err;
}
