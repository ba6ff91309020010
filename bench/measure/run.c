/* SPDX-License-Identifier: MIT */
/* run.c - is it to be had here? Set it up, measure, sum it up. */
#include "bench/measure/run.h"

#include <errno.h>

#include "bench/base/why.h"
#include "bench/measure/block.h"
#include "bench/measure/scenario.h"

static const struct bench_measure *const measures[] = {
#define BENCH_SCENARIO(name) &bench_measure_##name,
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
};

/* Does the strategy have what the cell asks for? */
static int check_strategy(const struct bench_cell *cell, char *why, size_t n)
{
	const struct swap_strategy *s = bench_cell_strategy(cell);
	int err;

	if (!s)
		return 0;
	err = swap_probe(s, why, n);
	if (err)
		return err;
	if (!s->swap && cell->swap_rate && bench_cell_has_swapper(cell))
		return bench_why(-ENOTSUP, why, n, "%s refuses to swap",
				 s->name);
	if (cell->swap_mode == SWAP_TRY && !s->has_try)
		return bench_why(-ENOTSUP, why, n, "%s has no mode try",
				 s->name);
	return 0;
}

static int measure(struct bench_block *block, char *why, size_t n)
{
	const struct bench_measure *how = measures[block->cell->scenario];
	int err = check_strategy(block->cell, why, n);

	if (!err)
		err = bench_block_set_up(block, how->slots, why, n);
	if (!err)
		err = how->run(block, why, n);
	if (!err)
		bench_block_sum_up(block);
	return err;
}

/* What the machine lacks. What this process may not do, as to create a thread or
 * to bind it, is a failure: the next process may be allowed to. */
static bool means_unavailable(int err)
{
	return err == -ENOTSUP || err == -EOPNOTSUPP;
}

int bench_block_run(const struct bench_topology *t,
		    const struct bench_block_spec *spec, json_t **out,
		    char *why, size_t n)
{
	struct bench_block block = {
		.topology = t,
		.spec = spec,
		.cell = &spec->cell,
		.datum = json_object(),
	};
	int err = measure(&block, why, n);

	if (means_unavailable(err)) {
		bench_block_put_status(&block, "unavailable", why);
		err = 0;
	}
	bench_block_tear_down(&block);
	if (err)
		json_decref(block.datum);
	else
		*out = block.datum;
	return err;
}
