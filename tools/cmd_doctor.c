/* SPDX-License-Identifier: MIT */
/* cmd_doctor.c - `ringswap doctor`: what on this machine disturbs numbers. */
#include <stdlib.h>

#include "bench/machine/doctor.h"
#include "tools/files.h"
#include "tools/options.h"

#define NOISE_MS_MAX 600000

static const char help[] =
	"usage: ringswap doctor [--json | --tune] [--noise-ms MS]\n\n"
	"Examines the machine: governor, turbo, SMT, isolation, interrupts, "
	"clock, load, and\nthe noise that a pinned thread really sees. Changes "
	"nothing, ever.\n\n"
	"  --json         the report as JSON\n"
	"  --tune         print the commands that would quiet the machine, and "
	"how to undo\n"
	"                 them; they are not run\n"
	"  --noise-ms MS  how long to spin on every PU, 0..600000 (1000); "
	"0: not at all\n"
	"  --help         this text\n\n"
	"Exit status: 0 also when numbers from here are indicative only.\n\n"
	"Examples:\n"
	"  ringswap doctor\n"
	"  ringswap doctor --noise-ms 10000 --json > doctor.json\n"
	"  ringswap doctor --tune > tune.sh   # read it, then decide\n";

struct options {
	bool json;
	bool tune;
	unsigned int noise_ms;
};

static int parse_ms(const char *text, unsigned int *ms)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < 0 || value > NOISE_MS_MAX)
		return command_error(COMMAND_USAGE,
				     "--noise-ms \"%s\": give milliseconds, "
				     "0 to %d",
				     text, NOISE_MS_MAX);
	*ms = (unsigned int)value;
	return 0;
}

static int report(const struct bench_doctor *d, const struct options *o)
{
	if (o->json)
		return options_print_json(bench_doctor_json(d));
	if (o->tune)
		bench_doctor_tune(d, stdout);
	else
		bench_doctor_text(d, stdout);
	return options_flush();
}

static int examine(const struct options *o)
{
	struct bench_doctor_options options = { .noise_ms = o->noise_ms };
	struct bench_doctor d;
	struct bench_topology *t;
	char why[BENCH_WHY];
	int status, err = bench_topology_load(&t, 0, why, sizeof(why));

	if (err)
		return files_error(err, why);
	options.topology = t;
	err = bench_doctor_run(&options, &d);
	status = report(&d, o);
	if (err)
		status = command_error(COMMAND_FAILED,
				       "noise was not measured: %s",
				       strerror(-err));
	bench_doctor_free(&d);
	bench_topology_free(t);
	return status;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "tune", no_argument, NULL, 't' },
		{ "noise-ms", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { .noise_ms = 1000 };
	int option;

	while ((option = options_next(argc, argv, ":jtn:h", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		if (option == 'n' && parse_ms(optarg, &o.noise_ms))
			return COMMAND_USAGE;
		o.json |= option == 'j';
		o.tune |= option == 't';
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return command_error(COMMAND_USAGE,
				     "takes no argument, got \"%s\"",
				     argv[optind]);
	if (o.json && o.tune)
		return command_error(COMMAND_USAGE,
				     "--json and --tune exclude each other");
	return examine(&o);
}
