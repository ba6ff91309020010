/* SPDX-License-Identifier: MIT */
/* report_costs.c - what the harness itself costs: time, an empty loop, memory. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure/roles.h"
#include "bench/stats/stats.h"
#include "ringbuf/order.h"
#include "tests/validity/report.h"

/* ------------------------------------------------------------------------ */
/* times                                                                    */

int report_times(int n, char **paths)
{
	double worst = 0, share = NAN;

	printf("| matrix | rounds | blocks | predicted | took | off by | "
	       "measuring |\n|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++) {
		json_t *result = report_load(paths[i]);
		const json_t *run = json_object_get(result, "run");
		double predicted =
			json_number_value(json_object_get(run, "predicted-s"));
		double wall = json_number_value(json_object_get(run, "wall-s"));
		double measured =
			json_number_value(json_object_get(run, "measured-s"));

		printf("| %s | %d | %d | %.1f s | %.1f s | %+.1f %% | %.1f %% "
		       "|\n",
		       report_text(json_object_get(run, "matrix"), "name"),
		       (int)json_integer_value(json_object_get(run, "rounds")),
		       (int)json_integer_value(json_object_get(run, "blocks")),
		       predicted, wall, 100 * (wall / predicted - 1),
		       100 * measured / wall);
		worst = fmax(worst, fabs(wall / predicted - 1));
		if (!strcmp(report_text(json_object_get(run, "matrix"), "name"),
			    "full"))
			share = measured / wall;
		json_decref(result);
	}
	printf("\n**Predictions within 10 %%:** %s. ",
	       report_held(worst <= 0.1));
	if (!isnan(share))
		printf("**At least 90 %% of `full` measuring:** %s.",
		       report_held(share >= 0.9));
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

int report_empty(int n, char **paths)
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
		json_t *result = report_load(paths[i]);
		const json_t *cell;
		size_t k;

		json_array_foreach (json_object_get(result, "cells"), k, cell) {
			double floor = json_number_value(json_object_get(
				report_at(cell, "floor", "ns"), "median"));

			if (strcmp(report_text(cell, "strategy"), "empty") != 0)
				continue;
			printf("The floor `empty`: %.3f ns/event; the same "
			       "loop by hand: %.3f ns; difference %+.3f ns. "
			       "Target, at most 0.5: %s.\n",
			       floor, hand, floor - hand,
			       report_held(floor - hand <= 0.5));
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

int report_memory(char **command)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	struct rusage usage;
	unsigned long tool = 0;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		report_die(strerror(errno));
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
	       report_held(tool + (unsigned long)usage.ru_maxrss < 200 * 1024));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
