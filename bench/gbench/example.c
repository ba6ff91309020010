/* SPDX-License-Identifier: MIT */
/* Example of gbench.h: copy some bytes; keep the slowest row; own the verdict. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gbench/gbench.h"

static char source[65536];

/* One byte count per instance; the buffers come by arg. */
static void copy(struct gb_state *s, void *arg)
{
	size_t n = gb_range(s, 0);

	while (gb_keep_running(s)) {
		memcpy(arg, source, n);
		gb_use(arg);
	}
	gb_set_bytes_processed(s, gb_iterations(s) * (int64_t)n);
}

/* Hot loops belong into C: one call for up to 1024 iterations. */
static void increment(struct gb_state *s, void *arg)
{
	volatile unsigned *counter = arg;
	int64_t n;

	while ((n = gb_keep_running_batch(s, 1024)))
		while (n--)
			(*counter)++;
	gb_set_counter(s, "per-second", gb_iterations(s), GB_COUNTER_RATE);
}

struct slowest {
	char name[128];
	double ns;
};

static int keep_slowest(const struct gb_run *run, void *arg)
{
	struct slowest *slowest = arg;

	if (run->outcome == GB_RAN && run->type == GB_ITERATION &&
	    run->real_time > slowest->ns) {
		slowest->ns = run->real_time;
		snprintf(slowest->name, sizeof(slowest->name), "%s", run->name);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const int64_t sizes[] = { 64, 4096, 65536 };
	static char target[sizeof(source)];
	static unsigned counter;
	struct slowest slowest = { .ns = -1 };
	struct gb_reporter reporter = { .run = keep_slowest, .arg = &slowest };
	struct gb_summary summary;
	struct gb_benchmark *b;
	int err;

	gb_init(&argc, argv);
	if (gb_report_unrecognized(argc, argv))
		return EXIT_FAILURE;

	gb_register("copy", copy, target, &b);
	gb_set_arg_names(b, 1, (const char *const[]){ "bytes" });
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		gb_args(b, 1, &sizes[i]);
	gb_register("increment", increment, &counter, &b);

	err = gb_run_benchmarks(NULL, &reporter, &summary);
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], gb_error());
	else if (slowest.ns >= 0)
		fprintf(stderr, "slowest row: %s, %.1f ns\n", slowest.name,
			slowest.ns);
	gb_shutdown();
	return err || !gb_ok(&summary) ? EXIT_FAILURE : EXIT_SUCCESS;
}
