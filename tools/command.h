/* SPDX-License-Identifier: MIT */
/*
 * command.h - what main and the subcommands share.
 *
 * A subcommand is one file cmd_<name>.c with one function, and one line in
 * commands.def. It gets its own argv (argv[0] is its name), prints data on
 * stdout, one clear line a mistake on stderr, and returns an exit status.
 */
#ifndef RINGSWAP_TOOLS_COMMAND_H
#define RINGSWAP_TOOLS_COMMAND_H

/* Exit statuses of the command; documented in README and --help. */
enum command_status {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,  /* could not do it; partial results are kept */
	COMMAND_USAGE = 2,   /* bad arguments or bad input */
	COMMAND_INVALID = 3, /* a sound strategy was caught breaking */
	COMMAND_MISSING = 4, /* something needed is not installed */
	COMMAND_WORSE = 5,   /* compare --fail-on found what it was asked for */
	COMMAND_STOPPED = 130 /* interrupted; finished cells are kept */
};

#define COMMAND(name, summary) int cmd_##name(int argc, char **argv);
#include "tools/commands.def"
#undef COMMAND

/*
 * Print "ringswap NAME: what" and return status; for one-line errors.
 */
int command_error(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * One line on stderr that is no error, and one of data on stdout. Names of files
 * in them may be anything: the line is made fit for a terminal.
 */
void command_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void command_print(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
