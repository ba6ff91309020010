/* SPDX-License-Identifier: MIT */
/*
 * report.c - what results with known effects say of the harness, in Markdown.
 *
 *	validity-report effects RESULT...    copies, planted delays
 *	validity-report flips RESULT...      verdicts of the first and the last
 *	validity-report times RESULT...      prediction and share of measuring
 *	validity-report empty RESULT...      the floor `empty` by hand
 *	validity-report memory COMMAND...    peak memory of a run
 *
 * A row's name tells its truth: X-twin-N is X, X-plus-P is P per cent slower,
 * X-slower a tenth. Copies of unsync are judged by the ratio and verdict that
 * the tool itself printed; the others by the difference from the row X of the
 * same run, round by round, with the statistics that the tool uses.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/result/result.h"
#include "bench/measure/roles.h"
#include "bench/stats/binomial.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "bench/stats/verdict.h"
#include "ringbuf/order.h"

#define ALPHA	   0.05
#define ROUNDS_MAX 1000
#define TALLIES	   32
#define JUDGED_MAX 4096

static void die(const char *why)
{
	fprintf(stderr, "validity-report: %s\n", why);
	exit(1);
}

static json_t *load(const char *path)
{
	char why[BENCH_RESULT_WHY];
	json_t *result;

	if (bench_result_load(path, &result, why, sizeof(why)))
		die(why);
	return result;
}

static const json_t *at(const json_t *json, const char *a, const char *b)
{
	return json_object_get(json_object_get(json, a), b);
}

static const char *text_at(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? text : "";
}

/* ------------------------------------------------------------------------ */
/* What is known of a row                                                   */

struct truth {
	char base[64]; /* the strategy that it is, but for the delay */
	const char *scenario;
	double log_ratio;
};

static bool truth_of(const json_t *cell, struct truth *out)
{
	const char *name = text_at(cell, "strategy"), *end;

	out->scenario = text_at(cell, "scenario");
	if ((end = strstr(name, "-twin-")) != NULL)
		out->log_ratio = 0;
	else if ((end = strstr(name, "-plus-")) != NULL)
		out->log_ratio = log1p(atof(end + 6) / 100);
	else if ((end = strstr(name, "-slower")) != NULL)
		out->log_ratio = log1p(0.1);
	else
		return false;
	snprintf(out->base, sizeof(out->base), "%.*s", (int)(end - name), name);
	return true;
}

/* The row of the same point that has no delay. */
static const json_t *reference(const json_t *result, const json_t *cell,
			       const char *base)
{
	json_t *axes = json_deep_copy(json_object_get(cell, "axes"));
	const json_t *other, *found_one = NULL;
	size_t i;

	json_object_set_new(axes, "strategy", json_string(base));
	json_array_foreach (json_object_get(result, "cells"), i, other)
		if (json_equal(axes, json_object_get(other, "axes")))
			found_one = other;
	json_decref(axes);
	if (!found_one)
		die("a row lacks the one that it is compared with");
	return found_one;
}

/* ------------------------------------------------------------------------ */
/* One comparison                                                           */

struct comparison {
	enum bench_verdict verdict;
	double median, lo, hi; /* logarithms; the interval NaN: none */
	double level;
};

static double round_value(const json_t *cell, json_int_t number,
			  const char *figure)
{
	const json_t *round, *value;
	size_t i;

	json_array_foreach (json_object_get(cell, "rounds"), i, round) {
		if (json_integer_value(json_object_get(round, "round")) !=
		    number)
			continue;
		value = at(round, "figures", figure);
		return json_is_number(value) ? json_number_value(value) : NAN;
	}
	return NAN;
}

/* Differences of logarithms in the rounds that both have. */
static size_t differences(const json_t *cell, const json_t *base,
			  const char *figure, bool is_log, double *out)
{
	size_t n = 0;

	for (json_int_t i = 0; i < ROUNDS_MAX; i++) {
		double x = round_value(cell, i, figure);
		double y = round_value(base, i, figure);
		double d = is_log ? x - y : log(x / y);

		if (isfinite(d))
			out[n++] = d;
	}
	return n;
}

/* Rows of a result that are judged by their difference from another one. */
static unsigned int paired_rows(const json_t *result)
{
	unsigned int k = 0;
	struct truth truth;
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		k += truth_of(cell, &truth) &&
		     strcmp(truth.base, "unsync") != 0;
	return k;
}

/* The A/A control of a scenario; NULL: it has none. Results of a time that had
 * the write's alone do not say which it is. */
static const json_t *control(const json_t *result, const char *scenario)
{
	const json_t *aa;
	size_t i;

	json_array_foreach (json_object_get(result, "aa"), i, aa) {
		const char *of = text_at(aa, "scenario");

		if (!strcmp(*of ? of : "write", scenario))
			return aa;
	}
	return NULL;
}

/* That of the scenario a matrix begins with stands for its runs. */
static const json_t *first_control(const json_t *result)
{
	return json_array_get(json_object_get(result, "aa"), 0);
}

static bool passed(const json_t *aa)
{
	return json_is_true(json_object_get(aa, "passed"));
}

static void compare_rows(const json_t *result, const json_t *cell,
			 const struct truth *truth, struct comparison *c)
{
	bool is_swap = !strcmp(truth->scenario, "swap");
	const json_t *base = reference(result, cell, truth->base);
	const json_t *aa = control(result, truth->scenario);
	struct bench_sign_interval s = { .median = NAN, .lo = NAN, .hi = NAN };
	struct bench_verdict_input in = { .threshold = 0.03 };
	struct bench_verdict_result judged;
	double values[ROUNDS_MAX];
	size_t n = differences(cell, base,
			       is_swap ? "swap.call.p50" : "ratio.log",
			       !is_swap, values);

	bench_stats_median(values, n, &s.median);
	if (bench_stats_sign_interval(values, n, ALPHA, paired_rows(result),
				      &s))
		s.lo = s.hi = s.level = NAN;
	in.log_ratio = s.median;
	in.log_lo = s.lo;
	in.log_hi = s.hi;
	in.aa_passed = passed(aa);
	in.aa_log_lo = log(json_number_value(json_object_get(aa, "low")));
	in.aa_log_hi = log(json_number_value(json_object_get(aa, "high")));
	bench_verdict_judge(&in, &judged);
	*c = (struct comparison){ judged.verdict, s.median, s.lo, s.hi,
				  s.level };
}

static double log_at(const json_t *ratio, const char *name)
{
	const json_t *value = json_object_get(ratio, name);

	return json_is_number(value) ? log(json_number_value(value)) : NAN;
}

static void take_printed(const json_t *cell, struct comparison *c)
{
	const json_t *ratio = json_object_get(cell, "ratio");
	const char *word = text_at(ratio, "verdict");
	enum bench_verdict verdict = BENCH_VERDICT_INVALID;

	while (verdict < BENCH_VERDICT_NOT_RESOLVED &&
	       strcmp(word, bench_verdict_name(verdict)) != 0)
		verdict++;
	c->verdict = verdict;
	c->median = log_at(ratio, "median");
	c->lo = log_at(ratio, "low");
	c->hi = log_at(ratio, "high");
	c->level = json_number_value(json_object_get(ratio, "level"));
}

/* ------------------------------------------------------------------------ */
/* Tallies                                                                  */

struct tally {
	struct truth truth;
	unsigned int n;	   /* comparisons with a verdict */
	unsigned int none; /* A/A failed */
	unsigned int verdicts[BENCH_VERDICT_NOT_RESOLVED + 1];
	unsigned int wrong_sign;
	unsigned int excluded; /* interval without 1 */
	unsigned int covered;
	unsigned int intervals;
	double level; /* summed over intervals */
	double *half; /* half-widths */
	double *medians;
};

static struct tally tallies[TALLIES];
static unsigned int n_tallies;

static struct tally *tally_of(const struct truth *truth)
{
	struct tally *t = tallies;

	for (; t < tallies + n_tallies; t++)
		if (!strcmp(t->truth.base, truth->base) &&
		    !strcmp(t->truth.scenario, truth->scenario) &&
		    fabs(t->truth.log_ratio - truth->log_ratio) < 1e-12)
			return t;
	if (n_tallies == TALLIES)
		die("too many sorts of rows");
	n_tallies++;
	t->truth = *truth;
	t->half = calloc(JUDGED_MAX, sizeof(double));
	t->medians = calloc(JUDGED_MAX, sizeof(double));
	if (!t->half || !t->medians)
		die("no memory");
	return t;
}

static void count(struct tally *t, const struct comparison *c)
{
	double truth = t->truth.log_ratio;

	if (c->verdict == BENCH_VERDICT_NONE) {
		t->none++;
		return;
	}
	if (t->n == JUDGED_MAX)
		die("too many comparisons");
	t->medians[t->n] = c->median;
	t->n++;
	t->verdicts[c->verdict]++;
	if (isnan(c->lo))
		return;
	t->half[t->intervals] = expm1((c->hi - c->lo) / 2);
	t->intervals++;
	t->level += c->level;
	t->covered += c->lo <= truth && truth <= c->hi;
	t->excluded += c->lo > 0 || c->hi < 0;
	t->wrong_sign += truth > 0 && c->hi < 0;
}

static void count_result(const json_t *result)
{
	struct comparison c;
	struct truth truth;
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell) {
		if (!truth_of(cell, &truth))
			continue;
		if (strcmp(truth.base, "unsync") != 0)
			compare_rows(result, cell, &truth, &c);
		else
			take_printed(cell, &c);
		count(tally_of(&truth), &c);
	}
}

/* ------------------------------------------------------------------------ */
/* effects                                                                  */

static double quantile(const double *values, unsigned int n, double q)
{
	double out = NAN;

	bench_stats_quantile(values, n, q, &out);
	return out;
}

static void print_share(unsigned int hits, unsigned int n)
{
	struct bench_interval i;

	if (bench_stats_binom_interval(hits, n, ALPHA, &i))
		printf("none of none");
	else
		printf("%u of %u: %.1f %% [%.1f, %.1f]", hits, n,
		       100.0 * hits / n, 100 * i.lo, 100 * i.hi);
}

static void print_tally(const struct tally *t)
{
	const unsigned int *v = t->verdicts;

	printf("| %s, %s | %+.0f %% | %u | %u | %u | %u | %u | %u | ",
	       t->truth.base, t->truth.scenario,
	       100 * expm1(t->truth.log_ratio), t->n, t->none,
	       v[BENCH_VERDICT_WORSE], v[BENCH_VERDICT_BETTER],
	       v[BENCH_VERDICT_EQUIVALENT], v[BENCH_VERDICT_NOT_RESOLVED]);
	if (t->intervals)
		printf("%+.2f %% | ±%.1f %% | ",
		       100 * expm1(quantile(t->medians, t->n, 0.5)),
		       100 * quantile(t->half, t->intervals, 0.5));
	else
		printf("- | - | ");
	print_share(t->covered, t->intervals);
	printf(" |\n");
}

static void print_runs(int n, char **paths)
{
	printf("| run | started | commit | cells | rounds | ended | A/A |\n"
	       "|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++) {
		json_t *result = load(paths[i]);
		const json_t *run = json_object_get(result, "run");
		const json_t *aa = first_control(result);

		printf("| %s | %s | %s | %zu | %d | %s | %.3f [%.3f, %.3f] "
		       "%s |\n",
		       text_at(json_object_get(run, "matrix"), "name"),
		       text_at(run, "started"),
		       json_string_value(at(result, "build", "commit")),
		       json_array_size(json_object_get(result, "cells")),
		       (int)json_integer_value(json_object_get(run, "rounds")),
		       text_at(run, "status"),
		       json_number_value(json_object_get(aa, "median")),
		       json_number_value(json_object_get(aa, "low")),
		       json_number_value(json_object_get(aa, "high")),
		       passed(aa) ? "passed" : "failed");
		json_decref(result);
	}
}

/* Sums over the tallies that a question is about. */
static unsigned int sum(double from, double to, const char *scenario,
			unsigned int (*what)(const struct tally *))
{
	unsigned int total = 0;

	for (unsigned int i = 0; i < n_tallies; i++) {
		double effect = expm1(tallies[i].truth.log_ratio);

		if (effect >= from && effect < to &&
		    (!scenario || !strcmp(tallies[i].truth.scenario, scenario)))
			total += what(&tallies[i]);
	}
	return total;
}

static unsigned int judged(const struct tally *t)
{
	return t->n;
}

static unsigned int found(const struct tally *t)
{
	return t->verdicts[BENCH_VERDICT_WORSE];
}

static unsigned int different(const struct tally *t)
{
	return t->verdicts[BENCH_VERDICT_WORSE] +
	       t->verdicts[BENCH_VERDICT_BETTER];
}

static unsigned int excluded(const struct tally *t)
{
	return t->excluded;
}

static unsigned int wrong_sign(const struct tally *t)
{
	return t->wrong_sign;
}

static unsigned int intervals(const struct tally *t)
{
	return t->intervals;
}

static unsigned int covered(const struct tally *t)
{
	return t->covered;
}

static const char *held(bool is)
{
	return is ? "held" : "NOT held";
}

static void print_identical(void)
{
	unsigned int n = sum(-0.001, 0.001, NULL, judged);
	unsigned int hits = sum(-0.001, 0.001, NULL, different);

	printf("\n**Identical code called different:** ");
	print_share(hits, n);
	printf(". Target, at most 5 %% in at least 60 comparisons: %s%s.\n",
	       held(n && hits * 20 <= n), n < 60 ? ", too few" : "");
	printf("Intervals that exclude 1, whatever the threshold says: ");
	print_share(sum(-0.001, 0.001, NULL, excluded), n);
	printf(".\n");
}

static void print_found(double effect, const char *scenario)
{
	unsigned int n = sum(effect - 0.001, effect + 0.001, scenario, judged);

	if (!n)
		return;
	printf("- planted %+.0f %% in the %s, called WORSE: ", 100 * effect,
	       scenario);
	print_share(sum(effect - 0.001, effect + 0.001, scenario, found), n);
	printf("; intervals without 1: ");
	print_share(sum(effect - 0.001, effect + 0.001, scenario, excluded), n);
	printf("\n");
}

static void print_resolvable(const char *scenario)
{
	static const double sizes[] = { 0.02, 0.05, 0.1, 0.2 };

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		double from = sizes[i] - 0.001, to = sizes[i] + 0.001;
		unsigned int n = sum(from, to, scenario, judged);

		if (!n || sum(from, to, scenario, found) * 20 < n * 19)
			continue;
		printf("The smallest planted effect in the %s that was "
		       "called in at least 95 %% of comparisons: %+.0f %%.\n",
		       scenario, 100 * sizes[i]);
		return;
	}
	printf("No planted effect in the %s was called in 95 %% of "
	       "comparisons.\n",
	       scenario);
}

/* The targets of one side: +5 % and above is to be found. */
static void print_side(const char *scenario)
{
	unsigned int n = sum(0.04, 1, scenario, judged);
	unsigned int hits = sum(0.04, 1, scenario, found);
	unsigned int wrong = sum(0.01, 1, scenario, wrong_sign);

	if (!sum(0.01, 1, scenario, judged))
		return;
	printf("\n");
	print_found(0.02, scenario);
	print_found(0.05, scenario);
	print_found(0.1, scenario);
	print_found(0.2, scenario);
	printf("\n**Planted +5 %% and above in the %s, found:** ", scenario);
	print_share(hits, n);
	printf(". Target, at least 95 %%: %s. ",
	       held(n && hits * 20 >= n * 19));
	print_resolvable(scenario);
	printf("\n**Wrong signs:** %u. Target, none: %s.\n", wrong,
	       held(!wrong));
}

static void print_planted(void)
{
	double level = 0;

	for (unsigned int i = 0; i < n_tallies; i++)
		level += tallies[i].level;
	print_side("write");
	print_side("swap");
	printf("\n**Intervals that cover the truth:** ");
	print_share(sum(-1, 1, NULL, covered), sum(-1, 1, NULL, intervals));
	printf("; promised on average %.1f %%.\n",
	       100 * level / sum(-1, 1, NULL, intervals));
}

static int effects(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		json_t *result = load(paths[i]);

		/* truths keep pointing into it */
		count_result(result);
	}
	print_runs(n, paths);
	printf("\n| row | truth | judged | A/A failed | WORSE | BETTER | "
	       "EQUIVALENT | NOT RESOLVED | median found | half-width | "
	       "interval covers the truth |\n"
	       "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < n_tallies; i++)
		print_tally(&tallies[i]);
	if (sum(-0.001, 0.001, NULL, judged))
		print_identical();
	if (sum(-1, 1, NULL, intervals))
		print_planted();
	else
		printf("\nA/A failed in every run: this machine was too noisy "
		       "to judge anything.\n");
	return 0;
}

/* ------------------------------------------------------------------------ */
/* flips                                                                    */

static time_t started(const json_t *result)
{
	struct tm tm = { 0 };

	if (!strptime(json_string_value(at(result, "run", "started")),
		      "%Y-%m-%dT%H:%M:%SZ", &tm))
		die("a result does not say when it was started");
	return timegm(&tm);
}

static const char *verdict_of(const json_t *result, const char *id)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		if (!strcmp(text_at(cell, "id"), id))
			return json_string_value(at(cell, "ratio", "verdict"));
	return NULL;
}

static bool is(const char *verdict, const char *word)
{
	return !strcmp(verdict, word);
}

/* Of the first and of the last run whose A/A passed. */
static int flips(int n_paths, char **paths)
{
	unsigned int n = 0, flipped = 0, opposed = 0, silent = 0;
	json_t *a = NULL, *b = NULL;
	const json_t *cell;
	size_t i;

	for (int k = 0; k < n_paths; k++) {
		json_t *result = load(paths[k]);

		if (!passed(first_control(result))) {
			json_decref(result);
		} else if (!a) {
			a = result;
		} else {
			json_decref(b);
			b = result;
		}
	}
	if (!b) {
		printf("Fewer than two runs of %s passed their A/A.\n",
		       paths[0]);
		json_decref(a);
		return 0;
	}
	json_array_foreach (json_object_get(a, "cells"), i, cell) {
		const char *id = text_at(cell, "id");
		const char *then = verdict_of(a, id), *now = verdict_of(b, id);

		if (!then || !now)
			continue;
		if (is(then, "no-verdict") || is(now, "no-verdict")) {
			silent++;
			continue;
		}
		n++;
		flipped += !is(then, now);
		opposed += (is(then, "better") && is(now, "worse")) ||
			   (is(then, "worse") && is(now, "better"));
		if (!is(then, now))
			printf("- %s: %s, then %s\n", id, then, now);
	}
	printf("\nMatrix %s, runs started %.0f minutes apart: verdicts that "
	       "flipped: ",
	       json_string_value(
		       json_object_get(at(a, "run", "matrix"), "name")),
	       difftime(started(b), started(a)) / 60);
	print_share(flipped, n);
	printf("; from BETTER to WORSE or back: %u; without a verdict in one "
	       "of the two: %u.\n",
	       opposed, silent);
	json_decref(a);
	json_decref(b);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* times                                                                    */

static int times(int n, char **paths)
{
	double worst = 0, share = NAN;

	printf("| matrix | rounds | blocks | predicted | took | off by | "
	       "measuring |\n|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++) {
		json_t *result = load(paths[i]);
		const json_t *run = json_object_get(result, "run");
		double predicted =
			json_number_value(json_object_get(run, "predicted-s"));
		double wall = json_number_value(json_object_get(run, "wall-s"));
		double measured =
			json_number_value(json_object_get(run, "measured-s"));

		printf("| %s | %d | %d | %.1f s | %.1f s | %+.1f %% | %.1f %% "
		       "|\n",
		       text_at(json_object_get(run, "matrix"), "name"),
		       (int)json_integer_value(json_object_get(run, "rounds")),
		       (int)json_integer_value(json_object_get(run, "blocks")),
		       predicted, wall, 100 * (wall / predicted - 1),
		       100 * measured / wall);
		worst = fmax(worst, fabs(wall / predicted - 1));
		if (!strcmp(text_at(json_object_get(run, "matrix"), "name"),
			    "full"))
			share = measured / wall;
		json_decref(result);
	}
	printf("\n**Predictions within 10 %%:** %s. ", held(worst <= 0.1));
	if (!isnan(share))
		printf("**At least 90 %% of `full` measuring:** %s.",
		       held(share >= 0.9));
	printf("\n");
	return 0;
}

/* ------------------------------------------------------------------------ */
/* empty                                                                    */

/* Cycles of a slice of the loop as anybody would write it. */
static __attribute__((noinline, aligned(64))) uint64_t by_hand(uint64_t events)
{
	uint64_t start = rb_clock_cycles();

	for (uint64_t i = 0; i < events; i++)
		__asm__ __volatile__("" ::: "memory");
	return rb_clock_cycles() - start;
}

static int empty(int n, char **paths)
{
	enum {
		SLICES = 401,
		EVENTS = 1000000
	};
	double ns[SLICES], hand = NAN, rate = bench_cycles_per_ns();

	for (unsigned int i = 0; i < SLICES; i++)
		ns[i] = (double)by_hand(EVENTS) / rate / EVENTS;
	bench_stats_median(ns, SLICES, &hand);
	for (int i = 0; i < n; i++) {
		json_t *result = load(paths[i]);
		const json_t *cell;
		size_t k;

		json_array_foreach (json_object_get(result, "cells"), k, cell) {
			double floor = json_number_value(json_object_get(
				at(cell, "floor", "ns"), "median"));

			if (strcmp(text_at(cell, "strategy"), "empty") != 0)
				continue;
			printf("The floor `empty`: %.3f ns/event; the same "
			       "loop by hand: %.3f ns; difference %+.3f ns. "
			       "Target, at most 0.5: %s.\n",
			       floor, hand, floor - hand,
			       held(floor - hand <= 0.5));
		}
		json_decref(result);
	}
	return 0;
}

/* ------------------------------------------------------------------------ */
/* memory                                                                   */

/* The peak of one process so far, KiB; keeps the last one when it has none. */
static void read_peak(pid_t pid, unsigned long *kib)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %lu", kib);
	fclose(file);
}

static int memory(char **command)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	struct rusage usage;
	unsigned long tool = 0;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die(strerror(errno));
	if (!pid) {
		execvp(command[0], command);
		_exit(127);
	}
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		read_peak(pid, &tool);
		nanosleep(&pause, NULL);
	}
	printf("Peak memory: the tool %.1f MiB, the largest of all its "
	       "processes %.1f MiB, blocks and their rings included. Target, "
	       "below 200 MiB together: %s.\n",
	       (double)tool / 1024, (double)usage.ru_maxrss / 1024,
	       held(tool + (unsigned long)usage.ru_maxrss < 200 * 1024));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "effects"))
		return effects(argc - 2, argv + 2);
	if (!strcmp(what, "flips"))
		return flips(argc - 2, argv + 2);
	if (!strcmp(what, "times"))
		return times(argc - 2, argv + 2);
	if (!strcmp(what, "empty"))
		return empty(argc - 2, argv + 2);
	if (!strcmp(what, "memory"))
		return memory(argv + 2);
	fprintf(stderr,
		"usage: validity-report effects|flips|times|empty|"
		"memory ARGUMENT...\n");
	return 2;
}
