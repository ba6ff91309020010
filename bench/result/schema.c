/* SPDX-License-Identifier: MIT */
/*
 * schema.c - the shapes of journals (docs/block-format.md) and of
 * results (docs/results-format.md).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/result/parts.h"

#define END                                          \
	{                                            \
		NULL, SHAPE_END, 0, NULL, NULL, NULL \
	}

/* The usual kinds of member. */
#define STRING(name)                                    \
	{                                               \
		name, SHAPE_STRING, 0, NULL, NULL, NULL \
	}
#define NAME(name)                                               \
	{                                                        \
		name, SHAPE_STRING, SHAPE_NAME, NULL, NULL, NULL \
	}
#define ID(name)                                               \
	{                                                      \
		name, SHAPE_STRING, SHAPE_ID, NULL, NULL, NULL \
	}
#define TITLE(name)                                               \
	{                                                         \
		name, SHAPE_STRING, SHAPE_TITLE, NULL, NULL, NULL \
	}
#define WORD(name, words)                                \
	{                                                \
		name, SHAPE_STRING, 0, NULL, words, NULL \
	}
#define INTEGER(name)                                    \
	{                                                \
		name, SHAPE_INTEGER, 0, NULL, NULL, NULL \
	}
#define NUMBER(name)                                    \
	{                                               \
		name, SHAPE_NUMBER, 0, NULL, NULL, NULL \
	}
#define BOOL(name)                                    \
	{                                             \
		name, SHAPE_BOOL, 0, NULL, NULL, NULL \
	}
#define ANY(name)                                    \
	{                                            \
		name, SHAPE_ANY, 0, NULL, NULL, NULL \
	}
#define OBJECT(name, of)                              \
	{                                             \
		name, SHAPE_OBJECT, 0, of, NULL, NULL \
	}
#define ARRAY(name, of)                              \
	{                                            \
		name, SHAPE_ARRAY, 0, of, NULL, NULL \
	}
#define MAP(name, of)                              \
	{                                          \
		name, SHAPE_MAP, 0, of, NULL, NULL \
	}
/* The same, allowed to be null, or to be absent too. */
#define STRING_NULL(name)                                        \
	{                                                        \
		name, SHAPE_STRING, SHAPE_NULL, NULL, NULL, NULL \
	}
#define NAME_NULL(name)                                                       \
	{                                                                     \
		name, SHAPE_STRING, SHAPE_NULL | SHAPE_NAME, NULL, NULL, NULL \
	}
#define INTEGER_NULL(name)                                        \
	{                                                         \
		name, SHAPE_INTEGER, SHAPE_NULL, NULL, NULL, NULL \
	}
#define NUMBER_NULL(name)                                        \
	{                                                        \
		name, SHAPE_NUMBER, SHAPE_NULL, NULL, NULL, NULL \
	}
#define OBJECT_NULL(name, of)                                  \
	{                                                      \
		name, SHAPE_OBJECT, SHAPE_NULL, of, NULL, NULL \
	}
#define MAYBE (SHAPE_OPTIONAL | SHAPE_NULL)
#define NUMBER_MAYBE(name)                                  \
	{                                                   \
		name, SHAPE_NUMBER, MAYBE, NULL, NULL, NULL \
	}
#define INTEGER_MAYBE(name)                                  \
	{                                                    \
		name, SHAPE_INTEGER, MAYBE, NULL, NULL, NULL \
	}
#define STRING_MAYBE(name)                                  \
	{                                                   \
		name, SHAPE_STRING, MAYBE, NULL, NULL, NULL \
	}
#define NAME_MAYBE(name)                                                 \
	{                                                                \
		name, SHAPE_STRING, MAYBE | SHAPE_NAME, NULL, NULL, NULL \
	}
#define ID_MAYBE(name)                                                 \
	{                                                              \
		name, SHAPE_STRING, MAYBE | SHAPE_ID, NULL, NULL, NULL \
	}
#define BOOL_MAYBE(name)                                  \
	{                                                 \
		name, SHAPE_BOOL, MAYBE, NULL, NULL, NULL \
	}
#define OBJECT_IF(name, of)                                        \
	{                                                          \
		name, SHAPE_OBJECT, SHAPE_OPTIONAL, of, NULL, NULL \
	}
#define OBJECT_MAYBE(name, of)                            \
	{                                                 \
		name, SHAPE_OBJECT, MAYBE, of, NULL, NULL \
	}
#define ARRAY_MAYBE(name, of)                            \
	{                                                \
		name, SHAPE_ARRAY, MAYBE, of, NULL, NULL \
	}
#define MAP_MAYBE(name, of)                            \
	{                                              \
		name, SHAPE_MAP, MAYBE, of, NULL, NULL \
	}

static const struct shape a_string = STRING(NULL);
static const struct shape an_integer = INTEGER(NULL);
static const struct shape signed_number = { NULL, SHAPE_NUMBER, SHAPE_SIGNED,
					    NULL, NULL,		NULL };

/* ---- Histograms ---- */

static int histogram_more(const json_t *value, char *text, size_t n)
{
	struct bench_hist *h = bench_hist_new();
	int err = h ? bench_hist_load(value, h) : -ENOMEM;

	bench_hist_free(h);
	if (err == -ENOMEM)
		snprintf(text, n, "out of memory");
	else if (err)
		snprintf(
			text, n,
			"no histogram: n should be the sum of the counts, "
			"buckets those of bench/stats/histogram.h, min and max in "
			"the first and last of them");
	return err;
}

static const struct shape bucket = ARRAY(NULL, &an_integer);

static const struct shape histogram_members[] = {
	INTEGER("n"), INTEGER_NULL("min"), INTEGER_NULL("max"),
	ARRAY("buckets", &bucket), END
};

#define HISTOGRAM_MAYBE(name)                                       \
	{                                                           \
		name, SHAPE_OBJECT, MAYBE, histogram_members, NULL, \
			histogram_more                              \
	}

/* Every figure of the object's parts; of: one shape for each kind. */
#define FIGURES(of)                                    \
	{                                              \
		NULL, SHAPE_FIGURES, 0, of, NULL, NULL \
	}

static int setting_more(const json_t *value, char *text, size_t n)
{
	if (json_is_integer(value) || json_is_string(value))
		return 0;
	snprintf(text, n, "should be an integer or a word");
	return -EINVAL;
}

#define SETTING_MAYBE                                            \
	{                                                        \
		NULL, SHAPE_ANY, MAYBE, NULL, NULL, setting_more \
	}

static const struct shape a_histogram = {
	NULL, SHAPE_OBJECT, 0, histogram_members, NULL, histogram_more,
};

/* ---- Descriptors: of a journal's header and of a result ---- */

static const struct shape strategy_members[] = {
	NAME("name"),
	NAME("kind"),
	BOOL("sound"),
	NAME_NULL("baseline"),
	NAME_NULL("floor"),
	STRING_MAYBE("summary"),
	STRING_MAYBE("source"),
	STRING_MAYBE("family"),
	STRING_MAYBE("shape"),
	STRING_MAYBE("mechanism"),
	STRING_MAYBE("breaks"),
	STRING_MAYBE("writer-pays"),
	STRING_MAYBE("swapper-pays"),
	STRING_MAYBE("needs"),
	STRING_MAYBE("drops"),
	STRING_MAYBE("exclusive"),
	STRING_MAYBE("memory"),
	BOOL_MAYBE("swaps"),
	BOOL_MAYBE("represents"),
	BOOL_MAYBE("try"),
	BOOL_MAYBE("bounded"),
	BOOL_MAYBE("write-from-handler"),
	BOOL_MAYBE("swap-from-handler"),
	BOOL_MAYBE("pinned-writer"),
	END
};
static const struct shape a_strategy = OBJECT(NULL, strategy_members);

static const struct shape bound_members[] = { TITLE("name"),
					      NAME("scenario"),
					      NAME("figure"),
					      TITLE("of"),
					      NAME_MAYBE("by"),
					      NAME_MAYBE("plus"),
					      ARRAY("same", &a_string),
					      MAP("only", &a_string),
					      MAP("never", &a_string),
					      END };
static const struct shape a_bound = OBJECT(NULL, bound_members);

static const struct shape described_floor_members[] = {
	NAME("name"), STRING_MAYBE("summary"),	 NAME("kind"),
	NAME("side"), ARRAY("bounds", &a_bound), END
};
static const struct shape described_floor =
	OBJECT(NULL, described_floor_members);

static const struct shape scenario_members[] = { NAME("name"),
						 STRING_MAYBE("meaning"),
						 BOOL_MAYBE("of-floors"),
						 BOOL_MAYBE("has-swapper"),
						 NAME_MAYBE("time"),
						 END };
static const struct shape a_scenario = OBJECT(NULL, scenario_members);

static const struct shape descriptors_members[] = {
	WORD("traits", "recorded|assumed"), ARRAY("strategies", &a_strategy),
	ARRAY("floors", &described_floor), ARRAY("scenarios", &a_scenario), END
};

/* ---- Journal ---- */

static const struct shape matrix_members[] = { TITLE("name"), STRING("digest"),
					       END };

static const struct shape axes_members[] = { NAME("strategy"), NAME("scenario"),
					     NAME("placement"), END };

#define KINDS "candidate|control|floor|aa"

static const struct shape plan_cell_members[] = {
	INTEGER("cell"),	 ID("id"),
	WORD("kind", KINDS),	 OBJECT("axes", axes_members),
	ID_MAYBE("baseline-id"), WORD("status", "planned|unavailable"),
	STRING_MAYBE("reason"),	 END
};
static const struct shape plan_cell = OBJECT(NULL, plan_cell_members);

static const struct shape plan_members[] = {
	INTEGER("rounds"),	    NAME_MAYBE("auto-placement"),
	NUMBER_MAYBE("precision"),  NUMBER_MAYBE("predicted-s"),
	ARRAY("cells", &plan_cell), END
};

static const struct shape machine_members[] = { STRING("key"), END };

static const struct shape header_members[] = {
	WORD("schema", BENCH_JOURNAL_SCHEMA),
	STRING("started"),
	ARRAY("command", &a_string),
	BOOL("simulated"),
	OBJECT("machine", machine_members),
	OBJECT_NULL("doctor", NULL),
	OBJECT("build", NULL),
	OBJECT("matrix", matrix_members),
	INTEGER("seed"),
	OBJECT_IF("descriptors", descriptors_members),
	OBJECT("plan", plan_members),
	END
};

const struct shape bench_journal_header_shape = OBJECT(NULL, header_members);

static const struct shape line_members[] = {
	WORD("type", "block|stop|resume|end"), END
};
const struct shape bench_journal_line_shape = OBJECT(NULL, line_members);

/* Also of a cell of a result, where one of its blocks says it. */
static const struct shape counters_members[] = {
	WORD("status", "counted|unavailable"), STRING_MAYBE("reason"),
	BOOL_MAYBE("kernel"), BOOL_MAYBE("multiplexed"), END
};

static const struct shape scheduling_members[] = { BOOL("real-time"),
						   STRING_MAYBE("reason"),
						   END };

/* What a block holds of a figure of each kind. */
static const struct shape block_figures[BENCH_KINDS] = {
	[BENCH_KIND_LOG_RATIO] = NUMBER_MAYBE(NULL),
	[BENCH_KIND_VALUE] = NUMBER_MAYBE(NULL),
	[BENCH_KIND_COUNT] = INTEGER_MAYBE(NULL),
	[BENCH_KIND_COUNTS] = MAP_MAYBE(NULL, &an_integer),
	[BENCH_KIND_DIST] = HISTOGRAM_MAYBE(NULL),
	[BENCH_KIND_SERIES] = ARRAY_MAYBE(NULL, &a_histogram),
	[BENCH_KIND_SETTING] = SETTING_MAYBE,
	[BENCH_KIND_TEXT] = STRING_MAYBE(NULL),
	[BENCH_KIND_DETAIL] = NUMBER_MAYBE(NULL),
};

#define BLOCK_STATUS \
	"ok|broken|invalid|crashed|timed-out|failed|disturbed|unavailable"

static const struct shape block_members[] = {
	INTEGER("round"),
	INTEGER("cell"),
	ID("id"),
	WORD("status", BLOCK_STATUS),
	STRING_MAYBE("reason"),
	INTEGER_MAYBE("signal"),
	OBJECT_MAYBE("counters", counters_members),
	OBJECT_MAYBE("scheduling", scheduling_members),
	FIGURES(block_figures),
	END
};
const struct shape bench_journal_block_shape = OBJECT(NULL, block_members);

/* ---- Result ---- */

/* low <= @middle <= high, as far as they are numbers. */
static int is_ordered(const json_t *value, const char *middle, char *text,
		      size_t n)
{
	const json_t *low = json_object_get(value, "low");
	const json_t *high = json_object_get(value, "high");
	const json_t *mid = json_object_get(value, middle);

	if (!json_is_number(mid) || !json_is_number(low) ||
	    !json_is_number(high) ||
	    (json_number_value(low) <= json_number_value(mid) &&
	     json_number_value(mid) <= json_number_value(high)))
		return 0;
	snprintf(text, n, "should have low <= %s <= high", middle);
	return -EINVAL;
}

static int summary_more(const json_t *value, char *text, size_t n)
{
	return is_ordered(value, "median", text, n);
}

static int percentile_more(const json_t *value, char *text, size_t n)
{
	double percent = json_number_value(json_object_get(value, "percent"));

	if (percent > 0 && percent < 100)
		return is_ordered(value, "ns", text, n);
	snprintf(text, n, "percent should be between 0 and 100");
	return -EINVAL;
}

/* Percentiles ascend, in percent and in value. */
static int distribution_more(const json_t *value, char *text, size_t n)
{
	const json_t *list = json_object_get(value, "percentiles");
	double percent = 0, ns = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		double at = json_number_value(json_object_get(p, "percent"));
		const json_t *v = json_object_get(p, "ns");

		if (at <= percent ||
		    (json_is_number(v) && json_number_value(v) < ns)) {
			snprintf(text, n, "percentiles should ascend");
			return -EINVAL;
		}
		percent = at;
		ns = json_is_number(v) ? json_number_value(v) : ns;
	}
	return 0;
}

#define SIGNED_NULL(name)                                                  \
	{                                                                  \
		name, SHAPE_NUMBER, SHAPE_NULL | SHAPE_SIGNED, NULL, NULL, \
			NULL                                               \
	}

static const struct shape summary_members[] = { SIGNED_NULL("median"),
						SIGNED_NULL("low"),
						SIGNED_NULL("high"),
						INTEGER("n"), END };
#define SUMMARY_MAYBE(name)                                                    \
	{                                                                      \
		name, SHAPE_OBJECT, MAYBE, summary_members, NULL, summary_more \
	}

static const struct shape percentile_members[] = {
	NUMBER("percent"),
	NUMBER_NULL("ns"),
	NUMBER_NULL("low"),
	NUMBER_NULL("high"),
	{ "over", SHAPE_STRING, SHAPE_NULL, NULL, "rounds|values", NULL },
	INTEGER("needs"),
	END
};
static const struct shape percentile = {
	NULL, SHAPE_OBJECT, 0, percentile_members, NULL, percentile_more,
};

static const struct shape distribution_members[] = {
	INTEGER("n"),
	INTEGER_NULL("min"),
	INTEGER_NULL("max"),
	NUMBER_NULL("mean"),
	ARRAY("percentiles", &percentile),
	HISTOGRAM_MAYBE("histogram"),
	END
};
#define DISTRIBUTION_MAYBE(name)                                       \
	{                                                              \
		name, SHAPE_OBJECT, MAYBE, distribution_members, NULL, \
			distribution_more                              \
	}

#define VERDICTS "invalid|no-verdict|better|worse|equivalent|not-resolved"

static const struct shape ratio_members[] = { ID("baseline"),
					      NAME_MAYBE("of"),
					      NUMBER("median"),
					      NUMBER_NULL("low"),
					      NUMBER_NULL("high"),
					      INTEGER("n"),
					      NUMBER_NULL("level"),
					      NUMBER_NULL("family-level"),
					      WORD("verdict", VERDICTS),
					      NUMBER("threshold"),
					      NUMBER_NULL("half-width"),
					      ID_MAYBE("control"),
					      SUMMARY_MAYBE("added-ns"),
					      END };

static const struct shape own_floor_members[] = { TITLE("name"),
						  TITLE("of"),
						  NUMBER("ns"),
						  NUMBER("ratio"),
						  NUMBER_NULL("low"),
						  NUMBER_NULL("high"),
						  INTEGER("n"),
						  SUMMARY_MAYBE("added-ns"),
						  END };

static const struct shape round_members[] = { INTEGER("round"),
					      WORD("status", BLOCK_STATUS),
					      STRING_MAYBE("reason"),
					      STRING_MAYBE("mark"),
					      MAP("figures", &signed_number),
					      END };
static const struct shape a_round = OBJECT(NULL, round_members);

static const struct shape bin_members[] = { SIGNED_NULL("t-us"), INTEGER("n"),
					    NUMBER_NULL("median-ns"),
					    NUMBER_NULL("p99-ns"), END };
static const struct shape a_bin = OBJECT(NULL, bin_members);

/* What becomes of a figure of each kind: of a log ratio the cell's ratio, of a
 * detail nothing. */
static const struct shape cell_figures[BENCH_KINDS] = {
	[BENCH_KIND_LOG_RATIO] = END,
	[BENCH_KIND_VALUE] = SUMMARY_MAYBE(NULL),
	[BENCH_KIND_COUNT] = INTEGER_MAYBE(NULL),
	[BENCH_KIND_COUNTS] = MAP_MAYBE(NULL, &an_integer),
	[BENCH_KIND_DIST] = DISTRIBUTION_MAYBE(NULL),
	[BENCH_KIND_SERIES] = ARRAY_MAYBE(NULL, &a_bin),
	[BENCH_KIND_SETTING] = SETTING_MAYBE,
	[BENCH_KIND_TEXT] = STRING_MAYBE(NULL),
	[BENCH_KIND_DETAIL] = END,
};

static const struct shape cell_members[] = {
	ID("id"),
	NAME("strategy"),
	NAME("scenario"),
	NAME("placement"),
	WORD("kind", KINDS),
	BOOL_MAYBE("sound"),
	OBJECT("axes", axes_members),
	WORD("status", "ok|broken|invalid|failed|unavailable|unmeasured"),
	STRING_NULL("reason"),
	ARRAY("rounds", &a_round),
	MAP("blocks", &an_integer),
	{ "ratio", SHAPE_OBJECT, MAYBE, ratio_members, NULL, summary_more },
	OBJECT_MAYBE("own-floor", own_floor_members),
	OBJECT_MAYBE("counters", counters_members),
	OBJECT_MAYBE("scheduling", scheduling_members),
	FIGURES(cell_figures),
	END
};

/* What the status promises: numbers, or a reason why there are none. */
static int cell_more(const json_t *value, char *text, size_t n)
{
	const char *status =
		json_string_value(json_object_get(value, "status"));

	if (!strcmp(status, "ok") ||
	    json_is_string(json_object_get(value, "reason")))
		return 0;
	snprintf(text, n, "status %s should have a reason", status);
	return -EINVAL;
}

static const struct shape cell = {
	NULL, SHAPE_OBJECT, 0, cell_members, NULL, cell_more,
};

static const struct shape run_members[] = { STRING("started"),
					    ARRAY("command", &a_string),
					    OBJECT("matrix", matrix_members),
					    INTEGER("seed"),
					    BOOL("simulated"),
					    INTEGER("rounds-planned"),
					    INTEGER("rounds"),
					    INTEGER("blocks"),
					    STRING("status"),
					    NAME_MAYBE("auto-placement"),
					    NUMBER_NULL("precision"),
					    NUMBER_NULL("wall-s"),
					    NUMBER_NULL("measured-s"),
					    NUMBER_NULL("predicted-s"),
					    END };

static const struct shape indicative_members[] = { BOOL("stamp"),
						   ARRAY("reasons", &a_string),
						   END };

/* Readers compute with them: of an error rate far smaller than any, or of more
 * comparisons than there are cells, they would compute for ever. */
#define ALPHA_MIN	1e-6
#define COMPARISONS_MAX 1000000

static int comparison_count_more(const json_t *value, char *text, size_t n)
{
	if (json_integer_value(value) <= COMPARISONS_MAX)
		return 0;
	snprintf(text, n, "is %lld, should be at most %d",
		 (long long)json_integer_value(value), COMPARISONS_MAX);
	return -EINVAL;
}

static const struct shape comparison_count = {
	NULL, SHAPE_INTEGER, 0, NULL, NULL, comparison_count_more,
};

static int alpha_more(const json_t *value, char *text, size_t n)
{
	double alpha = json_number_value(value);

	if (alpha >= ALPHA_MIN && alpha < 1)
		return 0;
	snprintf(text, n, "is %g, should be between %g and 1", alpha,
		 ALPHA_MIN);
	return -EINVAL;
}

static const struct shape statistics_members[] = {
	{ "alpha", SHAPE_NUMBER, 0, NULL, NULL, alpha_more },
	NUMBER("threshold"),
	MAP("comparisons", &comparison_count),
	END
};

const struct shape bench_statistics_shape =
	OBJECT("statistics", statistics_members);

static const struct shape aa_members[] = { ID("id"),
					   NAME_MAYBE("scenario"),
					   NAME("placement"),
					   NAME_MAYBE("writer-state"),
					   BOOL("passed"),
					   STRING_NULL("reason"),
					   NUMBER_NULL("median"),
					   NUMBER_NULL("low"),
					   NUMBER_NULL("high"),
					   INTEGER("n"),
					   INTEGER_MAYBE("marked"),
					   ARRAY("logs", &signed_number),
					   END };
static const struct shape aa = {
	NULL, SHAPE_OBJECT, 0, aa_members, NULL, summary_more,
};

static const struct shape result_members[] = {
	WORD("schema", BENCH_RESULT_SCHEMA),
	OBJECT("run", run_members),
	OBJECT("machine", machine_members),
	OBJECT_NULL("doctor", NULL),
	OBJECT("indicative", indicative_members),
	OBJECT("build", NULL),
	OBJECT_IF("descriptors", descriptors_members),
	OBJECT("statistics", statistics_members),
	ARRAY("aa", &aa),
	ARRAY("cells", &cell),
	END
};

const struct shape bench_result_shape = OBJECT(NULL, result_members);
