/* SPDX-License-Identifier: MIT */
/* cmd_result.c - `ringswap result`: a result of a journal. */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/result/result.h"
#include "bench/result/traits.h"
#include "tools/files.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap result JOURNAL [-o FILE]\n\n"
	"Makes the result of a run from its journal and from nothing else: of "
	"any build, with\nstrategies that this one does not have, and of "
	"another machine. What the journal says\nof its strategies counts. A "
	"run that was cut short, or still goes on, has a result too:\nof the "
	"blocks that are finished.\n\n"
	"  -o, --out FILE  where to (the journal's name with .json); an older "
	"file of that name\n"
	"                  is kept as FILE.prev\n"
	"  --help          this text\n\n"
	"Exit status: 0 written; 1 not written; 2 not a journal, or one line of "
	"it is wrong;\n3 written, but it holds cells that are INVALID: a "
	"strategy that claims soundness was\ncaught, crashed or hung.\n\n"
	"Examples:\n"
	"  ringswap result tonight.journal\n"
	"  ringswap result tonight.journal -o so-far.json && ringswap plot "
	"so-far.json\n";

/* The journal itself must not be what is written. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return !stat(a, &one) && !stat(b, &other) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int write_result(const json_t *result, const char *out)
{
	char why[BENCH_RESULT_WHY];
	int status;

	status = files_may_replace(out);
	if (!status)
		status = files_keep_older(out);
	if (!status && bench_result_write(result, out, why, sizeof(why)))
		status = command_error(COMMAND_FAILED, "%s", why);
	return status;
}

static void say_written(const char *out, const json_t *result,
			const struct bench_result_source *source)
{
	char text[BENCH_RESULT_WHY];

	command_print("%s: a result of %u blocks in %u rounds, %u cells", out,
		      source->journal.blocks, source->journal.rounds,
		      source->journal.cells);
	if (*bench_result_source_text(source, text, sizeof(text)))
		printf("  from %s\n", text);
	if (bench_traits_are_assumed(result))
		puts("  the journal says nothing of its strategies: they are "
		     "assumed to be those of its time");
}

static int make_result(const char *journal, const char *out)
{
	struct bench_result_source source;
	char why[BENCH_RESULT_WHY];
	json_t *result;
	int err, status;

	err = bench_result_open(journal, &source, &result, why, sizeof(why));
	if (err)
		return files_error(err, why);
	if (!source.is_journal)
		status = command_error(COMMAND_USAGE,
				       "%s: a result already, no journal",
				       journal);
	else if (is_same_file(journal, out))
		status = command_error(COMMAND_USAGE,
				       "%s: the result would replace its "
				       "journal; give another -o",
				       out);
	else
		status = write_result(result, out);
	if (!status) {
		say_written(out, result, &source);
		status = options_flush();
	}
	if (!status && bench_result_has_invalid(result))
		status = command_error(COMMAND_INVALID,
				       "%s: holds INVALID cells", out);
	json_decref(result);
	return status;
}

int cmd_result(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *out = NULL;
	char name[PATH_MAX];
	int option;

	while ((option = options_next(argc, argv, ":o:h", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		out = optarg;
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (argc - optind != 1)
		return command_error(COMMAND_USAGE,
				     "give one journal, got %d; see --help",
				     argc - optind);
	if (!out)
		out = bench_result_name(argv[optind], name, sizeof(name));
	return make_result(argv[optind], out);
}
