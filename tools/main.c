/* SPDX-License-Identifier: MIT */
/* main.c - the ringswap command: find the subcommand and run it. */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/base/clean.h"
#include "bench/machine/filter.h"
#include "bench/machine/machine.h"
#include "strategies/strategy.h"
#include "tools/options.h"

struct command {
	const char *name;
	const char *summary; /* empty: internal, not shown */
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
#define COMMAND(name, summary) { #name, summary, cmd_##name },
#include "tools/commands.def"
#undef COMMAND
	{ NULL, NULL, NULL },
};

static const char *running = "";

int command_error(int status, const char *format, ...)
{
	char text[BENCH_CLEAN_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "ringswap%s%s: %s\n", *running ? " " : "", running,
		bench_clean(text)); /* names of files may be anything */
	return status;
}

static void print_line(FILE *out, const char *format, va_list args)
{
	char text[BENCH_CLEAN_MAX];

	vsnprintf(text, sizeof(text), format, args);
	fprintf(out, "%s\n", bench_clean(text));
}

void command_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(stderr, format, args);
	va_end(args);
}

void command_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(stdout, format, args);
	va_end(args);
}

/*
 * Whoever starts a program with stdin, stdout or stderr closed has the next
 * file that it opens take that number, and what is printed destroys the file.
 * The place is filled so that its use still fails: it is opened the other way
 * round. A root without /dev has itself.
 */
static int fill_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		int filled = fd;

		if (fcntl(fd, F_GETFD) < 0)
			filled = open("/dev/null", fd ? O_RDONLY : O_WRONLY);
		if (filled < 0)
			filled = open("/", O_RDONLY | O_DIRECTORY);
		if (filled != fd)
			return COMMAND_FAILED;
	}
	return COMMAND_OK;
}

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: ringswap COMMAND [OPTION...]\n\n"
		"How do you swap a live per-CPU ring buffer out from "
		"under a running writer,\nand what does each way "
		"really cost?\n\nCommands:\n");
	for (const struct command *c = commands; c->name; c++)
		if (*c->summary)
			fprintf(out, "  %-12s  %s\n", c->name, c->summary);
	fprintf(out,
		"\n`ringswap COMMAND --help` shows options and "
		"examples; `ringswap --version` the build.\n");
}

static const char *word(const json_t *info, const char *name)
{
	return json_string_value(json_object_get(info, name));
}

/* The build as results know it, on one line. */
static int print_version(void)
{
	json_t *info = bench_build_info();
	const char *sanitizer = word(info, "sanitizer");

	if (!info)
		return command_error(COMMAND_FAILED, "out of memory");
	printf("ringswap %s (commit %s, %s, %s%s%s)\n", word(info, "version"),
	       word(info, "commit"), word(info, "build-type"),
	       word(info, "compiler"),
	       strcmp(sanitizer, "none") ? ", sanitizer " : "",
	       strcmp(sanitizer, "none") ? sanitizer : "");
	json_decref(info);
	return options_flush();
}

/* Before setup takes the default. */
static int choose_signal(void)
{
	const char *set = getenv("RINGSWAP_SIGNAL");
	char *end;
	long number;

	if (!set || !*set)
		return COMMAND_OK;
	number = strtol(set, &end, 10);
	if (!*end && number > 0 && number <= INT_MAX &&
	    !sys_signal_choose((int)number))
		return COMMAND_OK;
	return command_error(COMMAND_USAGE,
			     "RINGSWAP_SIGNAL: \"%s\" is no signal number "
			     "that a program can take",
			     set);
}

/* What no subcommand can do without. */
static int check_filter(void)
{
	char why[BENCH_WHY];

	return bench_filter_check(BENCH_FILTER_ALL, why, sizeof(why))
		       ? command_error(COMMAND_FAILED, "%s", why)
		       : COMMAND_OK;
}

int main(int argc, char **argv)
{
	int err = fill_standard_files();

	if (!err)
		err = check_filter();
	if (!err)
		err = choose_signal();
	if (err)
		return err;
	/* Registers membarrier, and only now is that cheap: one thread. */
	swap_setup();
	if (argc < 2) {
		print_help(stderr);
		return COMMAND_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return options_flush();
	}
	if (!strcmp(argv[1], "--version")) {
		if (argc > 2)
			return command_error(COMMAND_USAGE,
					     "--version takes no argument, "
					     "got \"%s\"",
					     argv[2]);
		return print_version();
	}
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(argv[1], c->name)) {
			running = c->name;
			return c->run(argc - 1, argv + 1);
		}
	return command_error(COMMAND_USAGE,
			     "unknown command \"%s\"; see ringswap --help",
			     argv[1]);
}
