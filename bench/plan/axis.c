/* SPDX-License-Identifier: MIT */
/* axis.c - the axes of a cell: their names, values and texts. */
#include "bench/plan/axis.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/why.h"
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

static const char *const scenarios[] = {
#define BENCH_SCENARIO(name) #name,
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
	NULL
};

/* "|write|latency|..." */
static const char scenario_help[] =
#define BENCH_SCENARIO(name) "|" #name
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
	;

static const char *const stamps[] = { "none", "cycles", "clock", NULL };
static const char *const modes[] = { "overwrite", "produce-consume", NULL };
static const char *const swap_modes[] = { "try", "wait", NULL };
static const char *const states[] = { "saturated", "paced",	  "idle",
				      "nested",	   "descheduled", NULL };
static const char *const homes[] = { "first-touch", "writer", "swapper", NULL };
static const char *const calls[] = { "inline", "ops", NULL };
static const char *const real_times[] = { "auto", "never", NULL };
static const char *const policies[] = { "other", "batch", "idle",
					"fifo",	 "rr",	  NULL };

#define AT(member) .offset = offsetof(struct bench_cell, member)

static const struct axis axes[BENCH_AXES] = {
	[BENCH_AXIS_STRATEGY] = { "strategy", "NAME (see ringswap list)",
				  AXIS_STRATEGY, AT(strategy) },
	[BENCH_AXIS_SCENARIO] = { "scenario", &scenario_help[1], AXIS_WORD,
				  AT(scenario), .words = scenarios },
	[BENCH_AXIS_PLACEMENT] = { "placement",
				   "auto|same-pu|smt-sibling|shared-l2|... (see topo), or all",
				   AXIS_PLACEMENT, AT(placement) },
	[BENCH_AXIS_PAYLOAD] = { "payload",
				 "BYTES: 0|8|16|64|256|1024|variable",
				 AXIS_NUMBER, AT(payload), .most = 1024,
				 .beyond = "variable",
				 .special = SWAP_PAYLOAD_VARIABLE },
	[BENCH_AXIS_STAMP] = { "stamp", "none|cycles|clock", AXIS_WORD,
			       AT(stamp), .words = stamps },
	[BENCH_AXIS_MODE] = { "mode", "overwrite|produce-consume", AXIS_WORD,
			      AT(mode), .words = modes },
	[BENCH_AXIS_CALL] = { "call", "inline|ops", AXIS_WORD, AT(call),
			      .words = calls },
	[BENCH_AXIS_WRITERS] = { "writers", "1 to 1024", AXIS_NUMBER,
				 AT(writers), .least = 1,
				 .most = RB_SLOTS_MAX },
	[BENCH_AXIS_SWAP_RATE] = { "swap-rate",
				   "PER-SECOND: 0 to 1000000|back-to-back",
				   AXIS_NUMBER, AT(swap_rate), .most = 1000000,
				   .beyond = "back-to-back",
				   .special = BENCH_BACK_TO_BACK },
	[BENCH_AXIS_SWAP_MODE] = { "swap-mode", "try|wait", AXIS_WORD,
				   AT(swap_mode), .words = swap_modes },
	[BENCH_AXIS_BUFFER_KIB] = { "buffer-kib", "KIB: 2 to 4194304",
				    AXIS_NUMBER, AT(buffer_kib), .least = 2,
				    .most = 4194304 },
	[BENCH_AXIS_SUBBUF] = { "subbuf", "BYTES: 1024 to 65536", AXIS_NUMBER,
				AT(subbuf), .least = 1024,
				.most = RB_SUBBUF_MAX },
	[BENCH_AXIS_WRITER_STATE] = { "writer-state",
				      "saturated|paced|idle|nested|descheduled",
				      AXIS_WORD, AT(writer_state),
				      .words = states },
	[BENCH_AXIS_EVENT_RATE] = { "event-rate",
				    "PER-SECOND of a paced writer: 1 to 10000000",
				    AXIS_NUMBER, AT(event_rate), .least = 1,
				    .most = 10000000 },
	[BENCH_AXIS_WRITER_SCHED] = { "writer-sched",
				      "other|batch|idle|fifo:1..99|rr:1..99",
				      AXIS_SCHED, AT(writer_sched) },
	[BENCH_AXIS_SWAPPER_SCHED] = { "swapper-sched",
				       "other|batch|idle|fifo:1..99|rr:1..99",
				       AXIS_SCHED, AT(swapper_sched) },
	[BENCH_AXIS_MLOCK] = { "mlock", "true|false", AXIS_BOOL, AT(mlock) },
	[BENCH_AXIS_HUGE_PAGES] = { "huge-pages", "true|false", AXIS_BOOL,
				    AT(huge_pages) },
	[BENCH_AXIS_HOME] = { "home", "first-touch|writer|swapper", AXIS_WORD,
			      AT(home), .words = homes },
	[BENCH_AXIS_OVERSUBSCRIBE] = { "oversubscribe", "true|false", AXIS_BOOL,
				       AT(oversubscribe) },
	[BENCH_AXIS_REAL_TIME] = { "real-time", "auto|never", AXIS_WORD,
				   AT(real_time), .words = real_times },
};

const char *bench_axis_name(unsigned int index)
{
	return index < BENCH_AXES ? axes[index].name : NULL;
}

const char *bench_axis_help(unsigned int index)
{
	return index < BENCH_AXES ? axes[index].help : NULL;
}

static const struct axis *axis_find(const char *name)
{
	for (unsigned int i = 0; i < BENCH_AXES; i++)
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

_Static_assert(RB_SLOTS_MAX == 1024 && RB_SUBBUF_MAX == 65536,
	       "the help of writers and subbuf says so");
_Static_assert(sizeof(enum rb_stamp) == sizeof(uint32_t),
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
	return bench_why(-EINVAL, why, n, "unknown %s \"%.40s%s\"; known:%s",
			 axis->name, value, bench_more(value, 40), right);
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
	return bench_why(
		-EINVAL, why, n, "%s cannot be \"%.40s%s\"; right: %s%s",
		axis->name, value, bench_more(value, 40), axis->help,
		strcmp(axis->name, "subbuf") ? "" : ", a power of two");
}

static int set_bool(struct bench_cell *cell, const struct axis *axis,
		    const char *value, char *why, size_t n)
{
	bool is_true = !strcmp(value, "true") || !strcmp(value, "yes");

	if (!is_true && strcmp(value, "false") != 0 && strcmp(value, "no") != 0)
		return bench_why(-EINVAL, why, n,
				 "%s is true or false, not \"%.40s%s\"",
				 axis->name, value, bench_more(value, 40));
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
	return bench_why(-EINVAL, why, n, "%s cannot be \"%.40s%s\"; right: %s",
			 axis->name, value, bench_more(value, 40), axis->help);
}

static int set_strategy(struct bench_cell *cell, const char *value, char *why,
			size_t n)
{
	const struct swap_absent *absent = swap_absent_find(value);
	const struct swap_strategy *s;
	size_t used;

	if (strlen(value) < BENCH_NAME &&
	    (swap_find(value) || bench_floor_find(value))) {
		strcpy(cell->strategy, value);
		return 0;
	}
	if (absent)
		return bench_why(-EINVAL, why, n,
				 "%s was not built, for want of %s",
				 absent->name, absent->missing);
	used = (size_t)snprintf(why, n,
				"unknown strategy \"%.40s%s\"; known:", value,
				bench_more(value, 40));
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
	else if (strlen(why) < n)
		snprintf(why + strlen(why), n - strlen(why),
			 ", and auto or all of them");
	return err;
}

int bench_cell_set(struct bench_cell *cell, const char *name, const char *value,
		   char *why, size_t n)
{
	const struct axis *axis = axis_find(name);

	if (!axis) {
		const char *names[BENCH_AXES + 1] = { NULL };
		char right[2 * BENCH_WHY];

		for (unsigned int i = 0; i < BENCH_AXES; i++)
			names[i] = axes[i].name;
		list_words(names, right, sizeof(right));
		return bench_why(-ENOENT, why, n,
				 "unknown axis \"%.40s%s\"; known:%s", name,
				 bench_more(name, 40), right);
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
		return bench_why(-EINVAL, why, n,
				 "%s is an integer%s%s%s; right: %s", name,
				 axis->beyond ? " or \"" : "",
				 axis->beyond ? axis->beyond : "",
				 axis->beyond ? "\"" : "", axis->help);
	if (axis && !json_is_string(value))
		return bench_why(-EINVAL, why, n, "%s is a string", name);
	return bench_cell_set(
		cell, name,
		json_is_string(value) ? json_string_value(value) : "", why, n);
}

json_t *bench_axis_json(const struct bench_cell *cell, enum bench_axis axis)
{
	char text[BENCH_AXIS_TEXT];
	const char *word = axis_text(cell, &axes[axis], text, sizeof(text));

	if (axes[axis].type == AXIS_BOOL)
		return json_boolean(*word == 't');
	/* Not where a word stands for a number. */
	if (axes[axis].type == AXIS_NUMBER && word == text)
		return json_integer(axis_value(cell, &axes[axis]));
	return json_string(word);
}

const char *bench_axis_text(const struct bench_cell *cell, enum bench_axis axis,
			    char *text)
{
	return axis_text(cell, &axes[axis], text, BENCH_AXIS_TEXT);
}

static size_t axis_size(const struct axis *axis)
{
	switch (axis->type) {
	case AXIS_STRATEGY:
		return BENCH_NAME;
	case AXIS_SCHED:
		return sizeof(struct bench_sched);
	case AXIS_BOOL:
		return sizeof(bool);
	default:
		return sizeof(uint32_t);
	}
}

void bench_axis_copy(struct bench_cell *to, const struct bench_cell *from,
		     enum bench_axis axis)
{
	memcpy((char *)to + axes[axis].offset,
	       (const char *)from + axes[axis].offset, axis_size(&axes[axis]));
}
