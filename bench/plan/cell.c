/* SPDX-License-Identifier: MIT */
/* cell.c - the axes of a cell: their names, values and texts. */
#include "bench/plan/cell.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/floors/floors.h"
#include "strategies/write_loops.h"

enum axis_type {
	AXIS_STRATEGY,
	AXIS_PLACEMENT,
	AXIS_WORD,   /* one of words; an enum */
	AXIS_NUMBER, /* least..most, or `beyond` which stands for special */
	AXIS_SCHED,
	AXIS_BOOL,
};

struct axis {
	const char *name;
	const char *help;
	enum axis_type type;
	size_t offset;
	const char *const *words; /* AXIS_WORD, NULL behind the last */
	uint32_t least;
	uint32_t most;
	const char *beyond;
	uint32_t special;
};

static const char *const scenarios[] = { "write",     "latency", "swap",
					 "footprint", "scaling", "floor",
					 NULL };
static const char *const stamps[] = { "none", "cycles", "clock", NULL };
static const char *const modes[] = { "overwrite", "produce-consume", NULL };
static const char *const swap_modes[] = { "try", "wait", NULL };
static const char *const states[] = { "saturated", "paced",	  "idle",
				      "nested",	   "descheduled", NULL };
static const char *const homes[] = { "first-touch", "writer", "swapper", NULL };
static const char *const policies[] = { "other", "batch", "idle",
					"fifo",	 "rr",	  NULL };

#define AT(member) .offset = offsetof(struct bench_cell, member)

static const struct axis axes[] = {
	{ "strategy", "NAME (see ringswap list)", AXIS_STRATEGY, AT(strategy) },
	{ "scenario", "write|latency|swap|footprint|scaling|floor", AXIS_WORD,
	  AT(scenario), .words = scenarios },
	{ "placement", "auto|same-pu|smt-sibling|shared-l2|shared-l3|...",
	  AXIS_PLACEMENT, AT(placement) },
	{ "payload", "BYTES: 0|8|16|64|256|1024|variable", AXIS_NUMBER,
	  AT(payload), .most = 1024, .beyond = "variable",
	  .special = SWAP_PAYLOAD_VARIABLE },
	{ "stamp", "none|cycles|clock", AXIS_WORD, AT(stamp), .words = stamps },
	{ "mode", "overwrite|produce-consume", AXIS_WORD, AT(mode),
	  .words = modes },
	{ "writers", "N", AXIS_NUMBER, AT(writers), .least = 1,
	  .most = RB_SLOTS_MAX },
	{ "swap-rate", "PER-SECOND|back-to-back", AXIS_NUMBER, AT(swap_rate),
	  .most = 1000000, .beyond = "back-to-back",
	  .special = BENCH_BACK_TO_BACK },
	{ "swap-mode", "try|wait", AXIS_WORD, AT(swap_mode),
	  .words = swap_modes },
	{ "buffer-kib", "KIB", AXIS_NUMBER, AT(buffer_kib), .least = 2,
	  .most = 4194304 },
	{ "subbuf", "BYTES: 1024..65536", AXIS_NUMBER, AT(subbuf),
	  .least = 1024, .most = RB_SUBBUF_MAX },
	{ "writer-state", "saturated|paced|idle|nested|descheduled", AXIS_WORD,
	  AT(writer_state), .words = states },
	{ "event-rate", "PER-SECOND (of a paced writer)", AXIS_NUMBER,
	  AT(event_rate), .least = 1, .most = 10000000 },
	{ "writer-sched", "other|batch|idle|fifo:PRIO|rr:PRIO", AXIS_SCHED,
	  AT(writer_sched) },
	{ "swapper-sched", "other|batch|idle|fifo:PRIO|rr:PRIO", AXIS_SCHED,
	  AT(swapper_sched) },
	{ "mlock", "true|false", AXIS_BOOL, AT(mlock) },
	{ "huge-pages", "true|false", AXIS_BOOL, AT(huge_pages) },
	{ "home", "first-touch|writer|swapper", AXIS_WORD, AT(home),
	  .words = homes },
	{ "oversubscribe", "true|false", AXIS_BOOL, AT(oversubscribe) },
};

#define AXES (sizeof(axes) / sizeof(axes[0]))

void bench_cell_default(struct bench_cell *cell)
{
	*cell = (struct bench_cell){
		.strategy = "unsync",
		.placement = BENCH_AUTO,
		.payload = 16,
		.writers = 1,
		.swap_rate = 1000,
		.swap_mode = SWAP_WAIT,
		.buffer_kib = 64,
		.subbuf = RB_SUBBUF_DEFAULT,
		.event_rate = 100000,
	};
}

const char *bench_axis_name(unsigned int index)
{
	return index < AXES ? axes[index].name : NULL;
}

const char *bench_axis_help(unsigned int index)
{
	return index < AXES ? axes[index].help : NULL;
}

static const struct axis *axis_find(const char *name)
{
	for (unsigned int i = 0; i < AXES; i++)
		if (!strcmp(axes[i].name, name))
			return &axes[i];
	return NULL;
}

/* All enums of a cell are unsigned int wide; so are its numbers. */
static uint32_t *axis_word(struct bench_cell *cell, const struct axis *axis)
{
	return (uint32_t *)(void *)((char *)cell + axis->offset);
}

static uint32_t axis_value(const struct bench_cell *cell,
			   const struct axis *axis)
{
	uint32_t value;

	memcpy(&value, (const char *)cell + axis->offset, sizeof(value));
	return value;
}

_Static_assert(sizeof(enum bench_scenario) == sizeof(uint32_t),
	       "axes are held as 32-bit words");

/* Append " word" for each, within n bytes. */
static void list_words(const char *const *words, char *text, size_t n)
{
	size_t used = 0;

	text[0] = '\0';
	for (; *words && used < n; words++)
		used += (size_t)snprintf(text + used, n - used, " %s", *words);
}

static int set_word(struct bench_cell *cell, const struct axis *axis,
		    const char *value, char *why, size_t n)
{
	char right[BENCH_WHY];

	for (unsigned int i = 0; axis->words[i]; i++)
		if (!strcmp(axis->words[i], value)) {
			*axis_word(cell, axis) = i;
			return 0;
		}
	list_words(axis->words, right, sizeof(right));
	return bench_why(-EINVAL, why, n, "unknown %s \"%.40s\"; known:%s",
			 axis->name, value, right);
}

static bool payload_is_known(uint32_t payload)
{
	for (unsigned int i = 0; i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return true;
	return false;
}

/* Decimal digits only: no sign, no space, no 0x. */
static bool parse_number(const char *text, uint32_t least, uint32_t most,
			 uint32_t *out)
{
	unsigned long long value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned int)(*text - '0');
		if (value > most)
			return false;
	}
	*out = (uint32_t)value;
	return value >= least;
}

static int set_number(struct bench_cell *cell, const struct axis *axis,
		      const char *value, char *why, size_t n)
{
	uint32_t number;

	if (axis->beyond && !strcmp(axis->beyond, value))
		number = axis->special;
	else if (!parse_number(value, axis->least, axis->most, &number))
		goto wrong;
	if (!strcmp(axis->name, "payload") && !payload_is_known(number))
		goto wrong;
	if (!strcmp(axis->name, "subbuf") && (number & (number - 1)))
		goto wrong;
	*axis_word(cell, axis) = number;
	return 0;
wrong:
	return bench_why(-EINVAL, why, n, "%s cannot be \"%.40s\"; right: %s%s",
			 axis->name, value, axis->help,
			 strcmp(axis->name, "subbuf") ? ""
						      : ", a power of two");
}

static int set_bool(struct bench_cell *cell, const struct axis *axis,
		    const char *value, char *why, size_t n)
{
	bool is_true = !strcmp(value, "true") || !strcmp(value, "yes");

	if (!is_true && strcmp(value, "false") != 0 && strcmp(value, "no") != 0)
		return bench_why(-EINVAL, why, n,
				 "%s is true or false, not \"%.40s\"",
				 axis->name, value);
	*(bool *)((char *)cell + axis->offset) = is_true;
	return 0;
}

static int set_sched(struct bench_cell *cell, const struct axis *axis,
		     const char *value, char *why, size_t n)
{
	struct bench_sched sched = { 0 };
	size_t length = strcspn(value, ":");
	uint32_t priority = 0;
	bool is_real_time;

	for (unsigned int i = 0; policies[i]; i++) {
		if (strlen(policies[i]) != length ||
		    strncmp(policies[i], value, length) != 0)
			continue;
		sched.policy = i;
		is_real_time = i == BENCH_SCHED_FIFO || i == BENCH_SCHED_RR;
		if (is_real_time != (value[length] == ':') ||
		    (is_real_time &&
		     !parse_number(value + length + 1, 1, 99, &priority)))
			break;
		sched.priority = (int)priority;
		memcpy((char *)cell + axis->offset, &sched, sizeof(sched));
		return 0;
	}
	return bench_why(-EINVAL, why, n, "%s cannot be \"%.40s\"; right: %s",
			 axis->name, value, axis->help);
}

static int set_strategy(struct bench_cell *cell, const char *value, char *why,
			size_t n)
{
	const struct swap_strategy *s;
	size_t used;

	if (strlen(value) < BENCH_NAME &&
	    (swap_find(value) || bench_floor_find(value))) {
		strcpy(cell->strategy, value);
		return 0;
	}
	used = (size_t)snprintf(why, n,
				"unknown strategy \"%.40s\"; known:", value);
	swap_for_each_strategy (s)
		if (used < n)
			used += (size_t)snprintf(why + used, n - used, " %s",
						 s->name);
	if (used < n)
		snprintf(why + used, n - used, ", and the floors");
	return -EINVAL;
}

static int set_placement(struct bench_cell *cell, const char *value, char *why,
			 size_t n)
{
	enum bench_placement placement;
	int err;

	if (!strcmp(value, "auto")) {
		cell->placement = BENCH_AUTO;
		return 0;
	}
	err = bench_placement_parse(value, &placement, why, n);
	if (!err)
		cell->placement = placement;
	return err;
}

int bench_cell_set(struct bench_cell *cell, const char *name, const char *value,
		   char *why, size_t n)
{
	const struct axis *axis = axis_find(name);

	if (!axis) {
		const char *names[AXES + 1] = { NULL };
		char right[2 * BENCH_WHY];

		for (unsigned int i = 0; i < AXES; i++)
			names[i] = axes[i].name;
		list_words(names, right, sizeof(right));
		return bench_why(-ENOENT, why, n,
				 "unknown axis \"%.40s\"; known:%s", name,
				 right);
	}
	switch (axis->type) {
	case AXIS_STRATEGY:
		return set_strategy(cell, value, why, n);
	case AXIS_PLACEMENT:
		return set_placement(cell, value, why, n);
	case AXIS_WORD:
		return set_word(cell, axis, value, why, n);
	case AXIS_NUMBER:
		return set_number(cell, axis, value, why, n);
	case AXIS_SCHED:
		return set_sched(cell, axis, value, why, n);
	case AXIS_BOOL:
		break;
	}
	return set_bool(cell, axis, value, why, n);
}

static void sched_text(const struct bench_cell *cell, const struct axis *axis,
		       char *text, size_t n)
{
	struct bench_sched sched;

	memcpy(&sched, (const char *)cell + axis->offset, sizeof(sched));
	if (sched.priority)
		snprintf(text, n, "%s:%d", policies[sched.policy],
			 sched.priority);
	else
		snprintf(text, n, "%s", policies[sched.policy]);
}

static const char *axis_text(const struct bench_cell *cell,
			     const struct axis *axis, char *text, size_t n)
{
	uint32_t value = axis->type == AXIS_BOOL || axis->type == AXIS_STRATEGY
				 ? 0
				 : axis_value(cell, axis);

	switch (axis->type) {
	case AXIS_STRATEGY:
		return cell->strategy;
	case AXIS_PLACEMENT:
		return value == BENCH_AUTO ? "auto"
					   : bench_placement_name(value);
	case AXIS_WORD:
		return axis->words[value];
	case AXIS_NUMBER:
		if (axis->beyond && value == axis->special)
			return axis->beyond;
		snprintf(text, n, "%u", value);
		return text;
	case AXIS_SCHED:
		sched_text(cell, axis, text, n);
		return text;
	case AXIS_BOOL:
		break;
	}
	return *(const bool *)((const char *)cell + axis->offset) ? "true"
								  : "false";
}

const char *bench_cell_get(const struct bench_cell *cell, const char *name,
			   char *text, size_t n)
{
	const struct axis *axis = axis_find(name);

	return axis ? axis_text(cell, axis, text, n) : NULL;
}

int bench_cell_set_json(struct bench_cell *cell, const char *name,
			const json_t *value, char *why, size_t n)
{
	const struct axis *axis = axis_find(name);
	char text[32];

	if (axis && axis->type == AXIS_BOOL) {
		if (!json_is_boolean(value))
			return bench_why(-EINVAL, why, n, "%s is true or false",
					 name);
		return bench_cell_set(cell, name,
				      json_is_true(value) ? "true" : "false",
				      why, n);
	}
	if (axis && axis->type == AXIS_NUMBER && json_is_integer(value)) {
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(value));
		return bench_cell_set(cell, name, text, why, n);
	}
	if (axis && axis->type == AXIS_NUMBER &&
	    (!axis->beyond || !json_is_string(value) ||
	     strcmp(json_string_value(value), axis->beyond) != 0))
		return bench_why(-EINVAL, why, n, "%s is an integer%s%s%s",
				 name, axis->beyond ? " or \"" : "",
				 axis->beyond ? axis->beyond : "",
				 axis->beyond ? "\"" : "");
	if (axis && !json_is_string(value))
		return bench_why(-EINVAL, why, n, "%s is a string", name);
	return bench_cell_set(
		cell, name,
		json_is_string(value) ? json_string_value(value) : "", why, n);
}

json_t *bench_cell_json(const struct bench_cell *cell)
{
	json_t *json = json_object();
	char text[32];

	for (unsigned int i = 0; json && i < AXES; i++) {
		const char *word =
			axis_text(cell, &axes[i], text, sizeof(text));
		json_t *value;

		if (axes[i].type == AXIS_BOOL)
			value = json_boolean(*word == 't');
		else if (axes[i].type == AXIS_NUMBER && word == text)
			value = json_integer(axis_value(cell, &axes[i]));
		else
			value = json_string(word);
		json_object_set_new(json, axes[i].name, value);
	}
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
	return cell->scenario == BENCH_FLOOR || !swap_find(cell->strategy);
}

const struct swap_strategy *bench_cell_strategy(const struct bench_cell *cell)
{
	return bench_cell_is_floor(cell) ? NULL : swap_find(cell->strategy);
}

bool bench_cell_has_swapper(const struct bench_cell *cell)
{
	return cell->scenario != BENCH_WRITE && cell->scenario != BENCH_FLOOR;
}

/* A floor keeps where it runs and, if it is a loop, what it writes. */
static void normalise_floor(struct bench_cell *cell)
{
	struct bench_cell plain;

	bench_cell_default(&plain);
	strcpy(plain.strategy, cell->strategy);
	plain.scenario = BENCH_FLOOR;
	plain.placement = cell->placement;
	plain.writer_sched = cell->writer_sched;
	plain.swap_rate = 0;
	if (bench_floor_is_loop(bench_floor_find(cell->strategy))) {
		plain.payload = cell->payload;
		plain.buffer_kib = cell->buffer_kib;
	}
	*cell = plain;
}

void bench_cell_normalise(struct bench_cell *cell)
{
	struct bench_cell plain;

	bench_cell_default(&plain);
	if (bench_cell_is_floor(cell)) {
		normalise_floor(cell);
		return;
	}
	if (cell->writer_state != BENCH_PACED)
		cell->event_rate = plain.event_rate;
	if (bench_cell_has_swapper(cell)) {
		if (cell->scenario == BENCH_LATENCY &&
		    !bench_cell_strategy(cell)->swap)
			cell->swap_rate = 0;
		return;
	}
	cell->swap_rate = 0;
	cell->swap_mode = plain.swap_mode;
	cell->swapper_sched = plain.swapper_sched;
	cell->writer_state = BENCH_SATURATED;
	cell->event_rate = plain.event_rate;
	cell->writers = 1;
	cell->oversubscribe = false;
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
	const struct swap_strategy *s = bench_cell_strategy(cell);

	if (!s && !bench_floor_find(cell->strategy))
		return bench_why(-EINVAL, why, n,
				 "%s is no floor; its scenario cannot be floor",
				 cell->strategy);
	if (!s)
		return 0;
	if (cell->scenario == BENCH_FOOTPRINT &&
	    (cell->swap_rate == BENCH_BACK_TO_BACK || cell->writers > 1 ||
	     cell->writer_state == BENCH_IDLE ||
	     cell->writer_state == BENCH_PACED))
		return bench_why(
			-EINVAL, why, n,
			"footprint needs one busy writer and a swap-rate "
			"in swaps per second");
	if (cell->scenario == BENCH_LATENCY && cell->writer_state == BENCH_IDLE)
		return bench_why(-EINVAL, why, n,
				 "latency needs a writer that is not idle");
	return check_buffer(cell, why, n);
}

char *bench_cell_id(const struct bench_cell *cell, char *id, size_t n)
{
	char text[32], usual_text[32];
	struct bench_cell usual;
	size_t used;

	bench_cell_default(&usual);
	usual.scenario = cell->scenario;
	strcpy(usual.strategy, cell->strategy);
	bench_cell_normalise(&usual);
	used = (size_t)snprintf(
		id, n, "%s/%s/%s", scenarios[cell->scenario], cell->strategy,
		bench_cell_get(cell, "placement", text, sizeof(text)));
	for (unsigned int i = 3; i < AXES && used < n; i++) {
		const char *word =
			axis_text(cell, &axes[i], text, sizeof(text));

		if (strcmp(word, axis_text(&usual, &axes[i], usual_text,
					   sizeof(usual_text))) != 0)
			used += (size_t)snprintf(id + used, n - used, "/%s=%s",
						 axes[i].name, word);
	}
	return id;
}

bool bench_cell_baseline(const struct bench_cell *cell,
			 struct bench_cell *baseline)
{
	*baseline = *cell;
	if (bench_cell_is_floor(cell) || cell->scenario == BENCH_SCALING)
		return false;
	/* Nobody empties a baseline that is not swapped; and a sleeper has no
	 * cost to compare. */
	if (bench_cell_has_swapper(cell) && (cell->mode == RB_PRODUCE_CONSUME ||
					     cell->writer_state == BENCH_IDLE))
		return false;
	if (cell->scenario == BENCH_FOOTPRINT) {
		baseline->swap_rate = 0;
		return true;
	}
	if (cell->scenario == BENCH_WRITE &&
	    !strcmp(cell->strategy, "unsync")) {
		strcpy(baseline->strategy, "append");
		bench_cell_normalise(baseline);
		return true;
	}
	strcpy(baseline->strategy, "unsync");
	baseline->swap_rate = 0;
	return true;
}

const char *bench_scenario_name(enum bench_scenario scenario)
{
	return scenarios[scenario];
}
