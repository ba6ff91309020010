/* SPDX-License-Identifier: MIT */
/*
 * cmd_explain.c - `ringswap explain`: what the words of the output mean.
 *
 * The words are glossary.def's, the figures of figures.def, the scenarios, the
 * strategies and the floors; docs/glossary.md is what --markdown prints of the same entries.
 */
#include <ctype.h>
#include <stdlib.h>

#include "bench/base/glossary.h"
#include "bench/floors/floors.h"
#include "bench/plan/scenario.h"
#include "bench/result/figures.h"
#include "bench/show/text.h"
#include "strategies/strategy.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap explain [WORD...] [--markdown]\n\n"
	"Says what a word of ringswap's output means: a column, a figure, a "
	"verdict, a status,\na strategy. Without a word it lists all.\n\n"
	"  --markdown  every entry, as docs/glossary.md has it\n"
	"  --help      this text\n\n"
	"Exit status: 0; 2 no such word (the nearest are named).\n\n"
	"Examples:\n"
	"  ringswap explain not resolved\n"
	"  ringswap explain swap.safe\n"
	"  ringswap explain membarrier\n";

#define WORD_MAX 128

/* ---- Entries, wherever they come from ---- */

struct entry {
	const char *section; /* a heading of the page */
	const char *word;
	const char *key;  /* of a figure: "swap.safe"; else NULL */
	const char *unit; /* of a figure */
	const char *meaning;
};

/* Sections after the topics of glossary.def. */
static const char scenarios[] = "Scenarios: what a cell measures";
static const char figures[] = "Figures";
static const char strategies[] = "Strategies";
static const char floors[] = "Floors";

typedef void (*entry_fn)(const struct entry *entry, void *arg);

static void each_word(entry_fn fn, void *arg)
{
	const struct bench_word *word;

	for (unsigned int i = 0; (word = bench_word_at(i)); i++)
		fn(&(struct entry){ .section = bench_topic_title(word->topic),
				    .word = word->word,
				    .meaning = word->meaning },
		   arg);
}

static void each_figure(entry_fn fn, void *arg)
{
	char path[BENCH_FIGURE_PATH];

	for (int i = 0; i < BENCH_FIGURE_COUNT; i++) {
		const struct bench_figure_info *figure = bench_figure_info(i);

		fn(&(struct entry){ .section = figures,
				    .word = figure->title,
				    .key = bench_figure_path(i, path),
				    .unit = figure->unit,
				    .meaning = figure->meaning },
		   arg);
	}
}

static void floor_entries(const struct bench_floor *floor, entry_fn fn,
			  void *arg)
{
	fn(&(struct entry){ .section = floors,
			    .word = floor->name,
			    .meaning = floor->summary },
	   arg);
}

static void each_entry(entry_fn fn, void *arg)
{
	const struct bench_scenario *scenario;
	const struct swap_strategy *s;
	const struct bench_floor *floor;

	each_word(fn, arg);
	for (unsigned int i = 0; (scenario = bench_scenario_at(i)); i++)
		fn(&(struct entry){ .section = scenarios,
				    .word = scenario->name,
				    .meaning = scenario->meaning },
		   arg);
	each_figure(fn, arg);
	swap_for_each_strategy (s)
		fn(&(struct entry){ .section = strategies,
				    .word = s->name,
				    .meaning = s->summary },
		   arg);
	for (unsigned int i = 0; (floor = bench_floor_at(i)); i++)
		floor_entries(floor, fn, arg);
}

/* ---- One word ---- */

struct wanted {
	const char *typed;
	unsigned int found;
};

/* "C1" is short for "C1-exclusive". */
static bool is_promise(const char *word, const char *typed)
{
	return word[0] == 'C' && isdigit((unsigned char)word[1]) &&
	       word[2] == '-' && strlen(typed) == 2 &&
	       !strncasecmp(word, typed, 2);
}

/* Of a figure also its path and the last part of that. */
static bool is_entry(const struct entry *e, const char *typed)
{
	const char *dot = e->key ? strrchr(e->key, '.') : NULL;

	return bench_word_is(e->word, typed) || is_promise(e->word, typed) ||
	       (e->key && bench_word_is(e->key, typed)) ||
	       (dot && bench_word_is(dot + 1, typed));
}

static void print_if_wanted(const struct entry *e, void *arg)
{
	struct wanted *wanted = arg;
	unsigned int width = bench_show_width(stdout);

	if (!is_entry(e, wanted->typed))
		return;
	wanted->found++;
	if (e->key && *e->unit && strcmp(e->unit, "1") != 0)
		printf("%s  (%s, in %s)\n", e->word, e->key, e->unit);
	else
		printf("%s  (%s)\n", e->word, e->key ? e->key : e->section);
	bench_print_wrapped(stdout, width, "  ", "  ", e->meaning);
}

/* "p99.9" is the entry p99. */
static const char *known_as(const char *typed)
{
	char *end;

	if ((*typed != 'p' && *typed != 'P') || !isdigit(typed[1]))
		return typed;
	strtod(typed + 1, &end);
	return *end ? typed : "p99";
}

static bool explain(const char *typed)
{
	struct wanted wanted = { .typed = known_as(typed) };

	each_entry(print_if_wanted, &wanted);
	return wanted.found;
}

/* A column of a percentile stands below its figure: "exchange p50". */
static bool explain_column(const char *typed)
{
	const char *last = strrchr(typed, ' ');
	char head[WORD_MAX];

	if (!last || known_as(last + 1) == last + 1)
		return false;
	snprintf(head, sizeof(head), "%.*s", (int)(last - typed), typed);
	return explain(head) && explain(last + 1);
}

/* ---- Words that are near ---- */

#define NEAREST 3

struct near {
	const char *typed;
	unsigned int distance[NEAREST];
	char word[NEAREST][WORD_MAX];
};

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, left out or changed (Levenshtein). */
static unsigned int distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	unsigned int row[WORD_MAX];

	if (n >= WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= n; j++) {
			bool same = tolower((unsigned char)a[i]) ==
				    tolower((unsigned char)b[j - 1]);
			unsigned int changed = diagonal + !same;

			diagonal = row[j];
			row[j] = least(changed, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

/* A word of which a part was typed is nearer than one that has to be changed. */
static unsigned int how_far(const char *typed, const char *word)
{
	if (!strncasecmp(word, typed, strlen(typed)))
		return 0;
	return strcasestr(word, typed) ? 1 : distance(typed, word);
}

static bool is_listed(const struct near *near, const char *word)
{
	for (int i = 0; i < NEAREST; i++)
		if (!strcmp(near->word[i], word))
			return true;
	return false;
}

static void keep_if_near(const struct entry *e, void *arg)
{
	struct near *near = arg;
	unsigned int d = how_far(near->typed, e->word);
	int at = NEAREST;

	while (at && d < near->distance[at - 1])
		at--;
	if (at == NEAREST || is_listed(near, e->word))
		return;
	for (int i = NEAREST - 1; i > at; i--) {
		near->distance[i] = near->distance[i - 1];
		memcpy(near->word[i], near->word[i - 1], WORD_MAX);
	}
	near->distance[at] = d;
	snprintf(near->word[at], WORD_MAX, "%s", e->word);
}

static int unknown(const char *typed)
{
	struct near near = { .typed = typed,
			     .distance = { WORD_MAX, WORD_MAX, WORD_MAX } };

	each_entry(keep_if_near, &near);
	return command_error(
		COMMAND_USAGE,
		"no word \"%s\"; the nearest are \"%s\", \"%s\" and \"%s\"",
		typed, near.word[0], near.word[1], near.word[2]);
}

/* ---- All words ---- */

static void list_word(const struct entry *e, void *arg)
{
	const char **section = arg;

	if (*section != e->section)
		printf("%s%s\n", *section ? "\n" : "", e->section);
	*section = e->section;
	if (e->key)
		printf("  %-24s %s\n", e->word, e->key);
	else
		printf("  %s\n", e->word);
}

/* '|' would end a field of the table. */
static void put_markdown(const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
}

static void markdown_row(const struct entry *e, void *arg)
{
	const char **section = arg;
	bool is_figure = e->section == figures;

	if (*section != e->section)
		printf("\n## %s\n\n%s", e->section,
		       is_figure ? "| word | figure | unit | meaning |\n"
				   "|---|---|---|---|\n"
				 : "| word | meaning |\n|---|---|\n");
	*section = e->section;
	printf("| %s | ", e->word);
	if (is_figure)
		printf("`%s` | %s | ", e->key,
		       strcmp(e->unit, "1") ? e->unit : "");
	put_markdown(e->meaning);
	printf(" |\n");
}

static void print_markdown(void)
{
	const char *section = NULL;

	printf("# Glossary\n\n"
	       "Every word that ringswap's output uses. "
	       "`ringswap explain WORD` prints an entry, and "
	       "`ringswap explain --markdown` this page.\n");
	each_entry(markdown_row, &section);
}

/* ---- The command ---- */

static bool join(char *const *words, int n, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (int i = 0; i < n && used < size; i++)
		used += snprintf(out + used, size - used, "%s%s", i ? " " : "",
				 words[i]);
	return used < size;
}

static int explain_words(char *const *words, int n)
{
	char typed[WORD_MAX];

	if (!join(words, n, typed, sizeof(typed)))
		return command_error(COMMAND_USAGE, "that is no word");
	if (!explain(typed) && !explain_column(typed))
		return unknown(typed);
	return options_flush();
}

int cmd_explain(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "markdown", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *section = NULL;
	bool markdown = false;
	int option;

	while ((option = options_next(argc, argv, ":h", longs)) >= 0)
		switch (option) {
		case 'm':
			markdown = true;
			break;
		case 'h':
			fputs(help, stdout);
			return options_flush();
		}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return explain_words(argv + optind, argc - optind);
	if (markdown)
		print_markdown();
	else
		each_entry(list_word, &section);
	return options_flush();
}
