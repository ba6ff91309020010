/* SPDX-License-Identifier: MIT */
/*
 * cmd_instructions.c - `ringswap instructions`: instructions per write, exact.
 *
 * Where a machine has no hardware counters, valgrind's callgrind counts the
 * instructions of a measured loop, the same number every time. Each strategy
 * runs twice, with two counts of events; the difference leaves out everything
 * that is not a write. Instructions are not time: they tell a change of code
 * from a change of weather.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "strategies/write_loops.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap instructions [--payload BYTES] [--json]\n\n"
	"Counts the instructions of one write by valgrind's callgrind, for "
	"every strategy:\nexact and repeatable, whatever else the machine "
	"does. Crossings into the next\nsub-buffer are included at their "
	"share.\n\n"
	"  --payload BYTES   0, 8, 16, 64, 256 or 1024 (default 16)\n"
	"  --json            the same as JSON\n"
	"  --help            this text\n\n"
	"Examples:\n"
	"  ringswap instructions\n"
	"  ringswap instructions --payload 64 --json\n";

#define EVENTS_FEW  2000ul
#define EVENTS_MANY 12000ul

/* Internal: write count events in this process, for callgrind to watch. */
static int run_loop(const char *name, uint32_t payload, unsigned long count)
{
	const struct swap_strategy *strategy = swap_find(name);
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct swap_loop loop;
	swap_loop_fn run;
	struct rb *rb;

	if (!strategy)
		return command_error(COMMAND_USAGE, "no strategy \"%s\"", name);
	run = swap_loop_find(strategy, SWAP_LOOP_BATCH, payload, RB_STAMP_NONE,
			     RB_OVERWRITE);
	if (!run || swap_rb_create(strategy, attr, &rb))
		return command_error(COMMAND_FAILED, "cannot set up the loop");
	if (swap_writer_enter(rb, 0))
		return command_error(COMMAND_FAILED, "cannot enter the slot");
	loop = (struct swap_loop){ .slot = swap_slot(rb, 0), .count = count };
	run(&loop);
	swap_writer_exit(rb, 0);
	rb_destroy(rb);
	return COMMAND_OK;
}

/* The instructions that callgrind's file sums up, or 0. */
static unsigned long long read_total(const char *path)
{
	unsigned long long total = 0;
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "totals: %llu", &total) == 1 ||
		    sscanf(line, "summary: %llu", &total) == 1)
			break;
	fclose(file);
	return total;
}

static void exec_callgrind(const char *out, const char *name,
			   const char *payload, const char *count)
{
	char self[4096], option[4200];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		_exit(126);
	self[n] = '\0';
	snprintf(option, sizeof(option), "--callgrind-out-file=%s", out);
	if (!freopen("/dev/null", "w", stderr))
		_exit(126);
	execlp("valgrind", "valgrind", "--tool=callgrind", "-q", option, self,
	       "instructions", "--loop", name, payload, count, (char *)NULL);
	_exit(127);
}

/* Instructions of one run under callgrind; negative: why not. */
static long long count_run(const char *name, const char *payload,
			   unsigned long events)
{
	char out[] = "/tmp/ringswap-callgrind-XXXXXX", count[32];
	int fd = mkstemp(out), status;
	long long total;
	pid_t child;

	if (fd < 0)
		return -errno;
	close(fd);
	snprintf(count, sizeof(count), "%lu", events);
	child = fork();
	if (!child)
		exec_callgrind(out, name, payload, count);
	total = -EIO;
	if (child > 0 && waitpid(child, &status, 0) == child &&
	    WIFEXITED(status)) {
		if (WEXITSTATUS(status) == 127)
			total = -ENOENT;
		else if (WEXITSTATUS(status) == 0)
			total = (long long)read_total(out);
	}
	unlink(out);
	return total ? total : -EIO;
}

/* Instructions a write, or a negative errno. */
static double count_strategy(const char *name, const char *payload)
{
	long long few = count_run(name, payload, EVENTS_FEW);
	long long many;

	if (few < 0)
		return (double)few;
	many = count_run(name, payload, EVENTS_MANY);
	if (many < 0)
		return (double)many;
	return (double)(many - few) / (double)(EVENTS_MANY - EVENTS_FEW);
}

static int count_all(const char *payload, bool as_json)
{
	json_t *rows = json_object();
	const struct swap_strategy *s;

	if (!as_json)
		printf("instructions a write of %s bytes, no time stamp\n",
		       payload);
	swap_for_each_strategy (s) {
		double n;

		fflush(stdout);
		n = count_strategy(s->name, payload);
		if (n == -ENOENT) {
			json_decref(rows);
			return command_error(COMMAND_MISSING,
					     "needs valgrind, which is not "
					     "installed");
		}
		if (n < 0) {
			json_decref(rows);
			return command_error(COMMAND_FAILED,
					     "callgrind counted nothing for "
					     "%s: %s",
					     s->name, strerror((int)-n));
		}
		json_object_set_new(rows, s->name, json_real(n));
		if (!as_json)
			printf("  %-*s %7.2f\n", swap_name_width(), s->name, n);
	}
	if (as_json) {
		json_dumpf(rows, stdout,
			   JSON_INDENT(2) | JSON_REAL_PRECISION(8));
		putchar('\n');
	}
	json_decref(rows);
	return options_flush();
}

static bool payload_is_known(const char *text)
{
	char *end;
	unsigned long bytes = strtoul(text, &end, 10);

	for (unsigned int i = 0; !*end && *text && i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == bytes)
			return true;
	return false;
}

int cmd_instructions(int argc, char **argv)
{
	const char *payload = "16";
	bool as_json = false;

	if (argc == 5 && !strcmp(argv[1], "--loop"))
		return run_loop(argv[2], (uint32_t)strtoul(argv[3], NULL, 10),
				strtoul(argv[4], NULL, 10));
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			fputs(help, stdout);
			return options_flush();
		} else if (!strcmp(argv[i], "--json")) {
			as_json = true;
		} else if (!strcmp(argv[i], "--payload")) {
			if (++i == argc)
				return command_error(COMMAND_USAGE,
						     "--payload needs a value; "
						     "see --help");
			payload = argv[i];
		} else {
			return command_error(COMMAND_USAGE,
					     "unknown or misused option "
					     "\"%s\"; see --help",
					     argv[i]);
		}
	}
	if (!payload_is_known(payload))
		return command_error(COMMAND_USAGE,
				     "payload \"%s\" has no measured loop; one "
				     "of 0 8 16 64 256 1024",
				     payload);
	return count_all(payload, as_json);
}
