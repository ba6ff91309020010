/* SPDX-License-Identifier: MIT */
/*
 * options.h - what the subcommands do alike with their arguments and output.
 *
 *	while ((option = options_next(argc, argv, longs)) > 0)
 *		switch (option) { ... }
 *	if (option == OPTIONS_BAD)
 *		return COMMAND_USAGE;
 */
#ifndef RINGSWAP_TOOLS_OPTIONS_H
#define RINGSWAP_TOOLS_OPTIONS_H

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/command.h"

#define OPTIONS_END (-1)
#define OPTIONS_BAD (-2)

/* Is it the short form of one of these? */
static inline bool options_knows(const struct option *longs, int letter)
{
	for (; longs->name; longs++)
		if (longs->val == letter)
			return true;
	return false;
}

/*
 * The next option's val, OPTIONS_END, or OPTIONS_BAD after one line on stderr.
 * shorts is getopt's string and starts with ':'.
 */
static inline int options_next(int argc, char **argv, const char *shorts,
			       const struct option *longs)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, shorts, longs, NULL);
	if (option == ':')
		command_error(COMMAND_USAGE, "%s needs a value; see --help",
			      argv[optind - 1]);
	else if (option == '?' && optopt && !options_knows(longs, optopt))
		command_error(COMMAND_USAGE, "unknown option -%c; see --help",
			      optopt);
	else if (option == '?')
		command_error(COMMAND_USAGE,
			      "unknown or misused option \"%s\"; see --help",
			      argv[optind - 1]);
	else
		return option;
	return OPTIONS_BAD;
}

/*
 * A decimal number that is not negative: where it ends, or NULL. strtod alone
 * would take spaces, signs, hexadecimal, nan and inf as well.
 */
static inline const char *options_decimal(const char *text, double *out)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strpbrk(text, "xX"))
		return NULL;
	*out = strtod(text, &end);
	return isfinite(*out) ? end : NULL;
}

/* Data that did not reach stdout is a failure, a full disk included. */
static inline int options_flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		return command_error(COMMAND_FAILED, "stdout: %s",
				     strerror(errno));
	return COMMAND_OK;
}

/* Print and release; takes the reference. */
static inline int options_print_json(json_t *json)
{
	int err;

	if (!json)
		return command_error(COMMAND_FAILED, "out of memory");
	err = json_dumpf(json, stdout, JSON_INDENT(2));
	json_decref(json);
	if (err)
		return command_error(COMMAND_FAILED, "stdout: %s",
				     strerror(errno));
	putchar('\n');
	return options_flush();
}

#endif
