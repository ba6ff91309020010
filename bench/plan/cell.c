/* SPDX-License-Identifier: MIT */
/* cell.c - a cell as a whole: its normal form, its id, its baseline. */
#include "bench/plan/cell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/why.h"
#include "bench/floors/floors.h"
#include "bench/plan/axis.h"
#include "bench/plan/scenario.h"

void bench_cell_default(struct bench_cell *cell)
{
	*cell = (struct bench_cell){
		.placement = BENCH_AUTO,
		.payload = 16,
		.writers = 1,
		.swap_rate = 1000,
		.swap_mode = SWAP_WAIT,
		.buffer_kib = 64,
		.subbuf = RB_SUBBUF_DEFAULT,
		.event_rate = 100000,
	};
	strcpy(cell->strategy, swap_baseline()->name);
}

json_t *bench_cell_json(const struct bench_cell *cell)
{
	json_t *json = json_object();

	for (unsigned int i = 0; json && i < BENCH_AXES; i++)
		json_object_set_new(json, bench_axis_name(i),
				    bench_axis_json(cell, i));
	return json;
}

int bench_cell_from_json(const json_t *json, struct bench_cell *cell, char *why,
			 size_t n)
{
	const char *key;
	json_t *value;

	bench_cell_default(cell);
	if (!json_is_object(json))
		return bench_why(-EINVAL, why, n, "a cell is an object");
	json_object_foreach ((json_t *)json, key, value) {
		int err = bench_cell_set_json(cell, key, value, why, n);

		if (err)
			return err;
	}
	return 0;
}

bool bench_cell_is_floor(const struct bench_cell *cell)
{
	return bench_cell_scenario(cell)->of_floors ||
	       !swap_find(cell->strategy);
}

const struct swap_strategy *bench_cell_strategy(const struct bench_cell *cell)
{
	return bench_cell_is_floor(cell) ? NULL : swap_find(cell->strategy);
}

bool bench_cell_has_swapper(const struct bench_cell *cell)
{
	return bench_cell_scenario(cell)->has_swapper;
}

bool bench_cell_refuses_to_swap(const struct bench_cell *cell)
{
	const struct swap_strategy *s = bench_cell_strategy(cell);

	return s && !s->swap;
}

/* The axes of what is written mean nothing to a floor that writes nothing. */
static uint32_t axes_of(const struct bench_cell *cell)
{
	uint32_t axes = bench_cell_scenario(cell)->axes;

	if (bench_cell_is_floor(cell) &&
	    !bench_floor_is_loop(bench_floor_find(cell->strategy)))
		axes &= ~BENCH_AXES_OF_EVENTS |
			BENCH_AXIS_BIT(BENCH_AXIS_WRITER_SCHED);
	if (cell->writer_state != BENCH_PACED)
		axes &= ~BENCH_AXIS_BIT(BENCH_AXIS_EVENT_RATE);
	if (bench_cell_refuses_to_swap(cell) &&
	    !bench_cell_scenario(cell)->must_swap)
		axes &= ~BENCH_AXIS_BIT(BENCH_AXIS_SWAP_RATE);
	return axes;
}

void bench_cell_normalise(struct bench_cell *cell)
{
	struct bench_cell plain;
	uint32_t axes;

	if (bench_cell_is_floor(cell))
		cell->scenario = bench_scenario_of_floors();
	axes = axes_of(cell);
	bench_cell_default(&plain);
	plain.swap_rate = 0; /* where nobody swaps */
	for (unsigned int i = BENCH_AXIS_PAYLOAD; i < BENCH_AXES; i++)
		if (!(axes & BENCH_AXIS_BIT(i)))
			bench_axis_copy(cell, &plain, i);
}

static int check_buffer(const struct bench_cell *cell, char *why, size_t n)
{
	uint32_t payload =
		cell->payload == SWAP_PAYLOAD_VARIABLE ? 256 : cell->payload;

	if (payload > rb_payload_max(cell->subbuf))
		return bench_why(
			-EINVAL, why, n,
			"payload %u does not fit a subbuf of %u (most %u)",
			payload, cell->subbuf, rb_payload_max(cell->subbuf));
	if ((uint64_t)cell->buffer_kib * 1024 < 2 * (uint64_t)cell->subbuf)
		return bench_why(
			-EINVAL, why, n,
			"buffer-kib %u holds less than two subbufs of %u",
			cell->buffer_kib, cell->subbuf);
	if ((uint64_t)cell->buffer_kib * 1024 % cell->subbuf)
		return bench_why(-EINVAL, why, n,
				 "buffer-kib %u is no multiple of subbuf %u",
				 cell->buffer_kib, cell->subbuf);
	return 0;
}

int bench_cell_check(const struct bench_cell *cell, char *why, size_t n)
{
	const struct bench_scenario *scenario = bench_cell_scenario(cell);
	int err;

	if (bench_cell_is_floor(cell)) {
		if (bench_floor_find(cell->strategy))
			return 0;
		return bench_why(-EINVAL, why, n,
				 "%s is no floor; its scenario cannot be %s",
				 cell->strategy, scenario->name);
	}
	err = scenario->check ? scenario->check(cell, why, n) : 0;
	return err ? err : check_buffer(cell, why, n);
}

char *bench_cell_id(const struct bench_cell *cell, char *id, size_t n)
{
	char text[BENCH_AXIS_TEXT], usual_text[BENCH_AXIS_TEXT];
	struct bench_cell usual;
	size_t used;

	bench_cell_default(&usual);
	usual.scenario = cell->scenario;
	strcpy(usual.strategy, cell->strategy);
	bench_cell_normalise(&usual);
	used = (size_t)snprintf(
		id, n, "%s/%s/%s", bench_cell_scenario(cell)->name,
		cell->strategy,
		bench_axis_text(cell, BENCH_AXIS_PLACEMENT, text));
	for (unsigned int i = BENCH_AXIS_PAYLOAD; i < BENCH_AXES && used < n;
	     i++) {
		const char *word = bench_axis_text(cell, i, text);

		if (strcmp(word, bench_axis_text(&usual, i, usual_text)) != 0)
			used += (size_t)snprintf(id + used, n - used, "/%s=%s",
						 bench_axis_name(i), word);
	}
	return id;
}

/* The baseline of its strategy: another strategy, or a floor; who has a floor
 * is, where there is a swapper, its own baseline. */
static const char *baseline_of(const struct swap_strategy *s, bool has_swapper)
{
	if (has_swapper && !swap_baseline_of(s))
		return s->name;
	return s->baseline;
}

bool bench_cell_baseline(const struct bench_cell *cell,
			 struct bench_cell *baseline)
{
	const struct bench_scenario *scenario = bench_cell_scenario(cell);

	*baseline = *cell;
	if (bench_cell_is_floor(cell) ||
	    scenario->against == BENCH_AGAINST_NOTHING)
		return false;
	/* Nobody empties a baseline that is not swapped; and a sleeper has no
	 * cost to compare. */
	if (scenario->has_swapper && (cell->mode == RB_PRODUCE_CONSUME ||
				      cell->writer_state == BENCH_IDLE))
		return false;
	if (scenario->against == BENCH_AGAINST_BASELINE) {
		strcpy(baseline->strategy,
		       baseline_of(bench_cell_strategy(cell),
				   scenario->has_swapper));
		bench_cell_normalise(baseline);
	}
	baseline->swap_rate = 0;
	return true;
}
