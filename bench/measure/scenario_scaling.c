/* SPDX-License-Identifier: MIT */
/* scenario_scaling.c - snapshots of all slots: their cost, and how far apart. */
#include <errno.h>
#include <stdlib.h>

#include "bench/measure/crew_swap.h"
#include "bench/measure/scenario.h"
#include "bench/result/figures.h"

struct scaling {
	int *errors; /* of each slot's swap */
	struct bench_hist *skew;
	uint64_t partial; /* snapshots in which a slot failed */
};

static double skew_of(const struct bench_crew *crew)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (unsigned int i = 0; i < crew->block->n_writers; i++) {
		uint64_t at = crew->ops[i].exchanged;

		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	return (double)(last - first);
}

/* What the snapshot before this one left in progress; false: it still is, and
 * there is no snapshot of all. */
static bool settle_rest(struct bench_crew *crew, uint64_t deadline)
{
	struct bench_attempt none = { 0 };
	bool over = true;

	for (unsigned int i = 0; i < crew->block->n_writers; i++) {
		int err = bench_crew_settle(crew, i, deadline);

		over &= !err;
		if (err)
			bench_crew_note(crew, err, &none);
	}
	return over;
}

static void snapshot_all(struct bench_crew *crew, double planned)
{
	struct bench_target *target = &crew->block->target;
	struct scaling *own = crew->own;
	unsigned int n = crew->block->n_writers;
	struct bench_attempt attempt = { .tries = 1 };
	int failed = 0;
	uint64_t deadline = swap_deadline(target->strategy,
					  sys_now() + BENCH_SWAP_DEADLINE_NS);

	if (!settle_rest(crew, deadline)) {
		own->partial++;
		return;
	}
	attempt.start = rb_clock_cycles();
	swap_every_slot(target->live, target->spare, deadline, crew->ops,
			own->errors);
	attempt.safe = rb_clock_cycles();
	for (unsigned int i = 0; i < n; i++) {
		bench_crew_note(crew, own->errors[i], &attempt);
		crew->pending[i] =
			(struct bench_pending){ .is = own->errors[i] ==
						      -EINPROGRESS };
		failed |= own->errors[i];
	}
	if (planned == 0)
		planned = (double)attempt.start;
	if (failed) {
		own->partial++;
	} else {
		bench_crew_record(crew, crew->swaps.safe,
				  (double)attempt.safe - planned);
		bench_crew_record(crew, crew->swaps.call,
				  (double)(attempt.safe - attempt.start));
		bench_crew_record(crew, own->skew, skew_of(crew));
	}
	for (unsigned int i = 0; i < n; i++)
		if (!own->errors[i])
			bench_crew_take(crew, i);
}

static int create(struct bench_crew *crew)
{
	struct scaling *own = calloc(1, sizeof(*own));

	crew->own = own;
	if (!own)
		return -ENOMEM;
	own->errors = calloc(crew->block->n_writers, sizeof(*own->errors));
	own->skew = bench_hist_new();
	return own->errors && own->skew ? 0 : -ENOMEM;
}

static void destroy(struct bench_crew *crew)
{
	struct scaling *own = crew->own;

	if (!own)
		return;
	free(own->errors);
	bench_hist_free(own->skew);
	free(own);
}

static void put(struct bench_crew *crew)
{
	const struct scaling *own = crew->own;
	json_t *datum = crew->block->datum;

	bench_figure_put_count(datum, BENCH_FIGURE_SCALING_WRITERS,
			       crew->block->n_writers);
	bench_figure_put_hist(datum, BENCH_FIGURE_SCALING_COST,
			      crew->swaps.safe);
	bench_figure_put_hist(datum, BENCH_FIGURE_SCALING_SKEW, own->skew);
	bench_figure_put_count(datum, BENCH_FIGURE_SCALING_PARTIAL,
			       (int64_t)own->partial);
}

static int run(struct bench_block *block, char *why, size_t n)
{
	static const struct bench_crew_how how = {
		.swap = snapshot_all,
		.create = create,
		.destroy = destroy,
		.put = put,
	};

	return bench_crew_run(block, &how, why, n);
}

const struct bench_measure bench_measure_scaling = { .run = run };
