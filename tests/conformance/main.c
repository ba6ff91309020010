/* SPDX-License-Identifier: MIT */
/*
 * main.c - run properties of a strategy, each in a child under a watchdog.
 *
 *	conform STRATEGY                            every property: what the
 *		descriptor says. A sound one keeps every promise in each, an
 *		unsound one is caught breaking what it says it breaks
 *	conform STRATEGY PROPERTY                   that one; 77 where it cannot
 *		see an unsound one break its promise
 *	conform STRATEGY PROPERTY --caught PROMISE  that one must break, or "any"
 *	conform STRATEGY PROPERTY --only PROMISE    that one must, and no other
 *	conform --list                              strategies and properties
 *
 * Exit status: 0 as expected, 1 not, 2 usage, 77 cannot run here (why printed).
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proof/conformance/conform.h"

#define WATCHDOG_NS UINT64_C(20000000000)
/* A run in which no event is attempted for so long is stuck. */
#define STUCK_NS	UINT64_C(10000000000)
#define CAUGHT_STUCK_NS UINT64_C(2000000000)
/* To catch: so many runs, until the promise is seen to break. */
#define CATCH_NS UINT64_C(30000000000)

struct property {
	const char *name;
	conform_fn run;
	struct rig_config config;
};

static const struct property properties[] = {
#define CONFORM_PROPERTY(name_, run_, ...) \
	{ .name = #name_, .run = (run_), .config = { __VA_ARGS__ } },
#include "proof/conformance/properties.def"
#undef CONFORM_PROPERTY
};

#define PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static const struct property *find_property(const char *name)
{
	for (size_t i = 0; i < PROPERTIES; i++)
		if (!strcmp(properties[i].name, name))
			return &properties[i];
	return NULL;
}

static int find_promise(const char *name)
{
	for (int i = 1; i < SWAP_PROMISES; i++)
		if (!strcmp(swap_promise_name((enum swap_promise)i), name))
			return i;
	return strcmp(name, "any") ? -1 : SWAP_PROMISES;
}

static _Noreturn void child(const struct property *property,
			    const struct swap_strategy *strategy,
			    struct verdict *verdict)
{
	static struct rig rig;

	rig.strategy = strategy;
	rig.config = property->config;
	rig.verdict = verdict;
	property->run(&rig);
	fflush(NULL);
	_exit(0);
}

/* What a child that does not end is stuck in. */
static void note_hang(struct rig *rig)
{
	struct verdict *verdict = rig->verdict;
	uint64_t attempts = load_relaxed(&verdict->attempts);
	uint64_t since = load_relaxed(&verdict->swapping_since);
	struct timespec moment = { .tv_nsec = 300 * 1000000 };

	nanosleep(&moment, NULL);
	if (since && since == load_relaxed(&verdict->swapping_since) &&
	    sys_now() > load_relaxed(&verdict->deadline))
		rig_violation(rig, SWAP_C6_BOUNDED, "a swap never came back");
	else if (attempts == load_relaxed(&verdict->attempts))
		rig_violation(rig, SWAP_C5_NESTING, "the writer is stuck");
	else
		rig_violation(rig, SWAP_C6_BOUNDED, "the run did not end");
}

/* Wait for the child; true: it ended. A hang is seen when nothing moves. */
static bool await_child(pid_t pid, struct rig *rig, uint64_t stuck_ns,
			int *status)
{
	uint64_t end = sys_now() + WATCHDOG_NS;
	struct timespec moment = { .tv_nsec = 2000000 };
	uint64_t moved = sys_now(), attempts = 0;

	while (sys_now() < end) {
		uint64_t seen = load_relaxed(&rig->verdict->attempts);

		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		if (seen != attempts)
			moved = sys_now();
		attempts = seen;
		if (sys_now() > moved + stuck_ns)
			break;
		nanosleep(&moment, NULL);
	}
	note_hang(rig);
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return false;
}

/* One run. 0, or CONFORM_SKIP. */
static int run_once(const struct property *property, struct rig *rig,
		    uint64_t stuck_ns)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		child(property, rig->strategy, rig->verdict);
	if (!await_child(pid, rig, stuck_ns, &status))
		return 0;
	if (WIFSIGNALED(status))
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "crashed by signal %d: memory was touched that "
			      "had been handed over, or events are broken",
			      WTERMSIG(status));
	else if (WEXITSTATUS(status) == CONFORM_SKIP)
		return CONFORM_SKIP;
	else if (WEXITSTATUS(status))
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "ended with status %d",
			      WEXITSTATUS(status));
	return 0;
}

static bool is_broken(const struct verdict *verdict, int promise)
{
	for (int i = 0; i < SWAP_PROMISES; i++)
		if ((promise == SWAP_PROMISES || promise == i) &&
		    load_relaxed(&verdict->violations[i]))
			return true;
	return false;
}

static void print_verdict(const struct verdict *verdict)
{
	for (int i = 0; i < SWAP_PROMISES; i++)
		if (load_relaxed(&verdict->violations[i]))
			printf("!!! %s: %llu times; first: %s\n",
			       swap_promise_name((enum swap_promise)i),
			       (unsigned long long)load_relaxed(
				       &verdict->violations[i]),
			       verdict->first[i]);
}

static bool others_hold(const struct verdict *verdict, int promise)
{
	for (int i = 0; i < SWAP_PROMISES; i++)
		if (i != promise && load_relaxed(&verdict->violations[i]))
			return false;
	return true;
}

static bool one_pu(void)
{
	cpu_set_t allowed;

	return !sched_getaffinity(0, sizeof(allowed), &allowed) &&
	       CPU_COUNT(&allowed) == 1;
}

/* promise: the one that must break, SWAP_PROMISES for any, -1 for none. */
static int run(const struct property *property, struct rig *rig, int promise,
	       bool only)
{
	uint64_t end = sys_now() + CATCH_NS;
	int status;

	do
		status = run_once(property, rig,
				  promise == SWAP_C5_NESTING ? CAUGHT_STUCK_NS
							     : STUCK_NS);
	while (!status && promise >= 0 && !is_broken(rig->verdict, promise) &&
	       sys_now() < end);
	print_verdict(rig->verdict);
	if (status == CONFORM_SKIP) {
		printf("skipped: %s\n", rig->verdict->skipped);
		return CONFORM_SKIP;
	}
	if (promise >= 0 && !is_broken(rig->verdict, promise) && one_pu()) {
		printf("skipped: on one PU a swap is hardly ever cut\n");
		return CONFORM_SKIP;
	}
	if (promise >= 0)
		return is_broken(rig->verdict, promise) &&
				       (!only ||
					others_hold(rig->verdict, promise))
			       ? 0
			       : 1;
	return is_broken(rig->verdict, SWAP_PROMISES) ? 1 : 0;
}

/* A property of an unsound strategy need not see what it breaks. */
static int run_as_claimed(const struct property *property, struct rig *rig)
{
	int status;

	if (rig->strategy->sound)
		return run(property, rig, -1, false);
	status = run(property, rig, rig->strategy->breaks, false);
	if (status != 1)
		return status;
	printf("skipped: %s does not see %s broken\n", property->name,
	       swap_promise_name(rig->strategy->breaks));
	return CONFORM_SKIP;
}

static bool all_hold(struct rig *rig)
{
	bool hold = true;

	for (size_t i = 0; i < PROPERTIES; i++) {
		memset(rig->verdict, 0, sizeof(*rig->verdict));
		printf("--- %s\n", properties[i].name);
		hold &= run(&properties[i], rig, -1, false) != 1;
	}
	return hold;
}

/* Property after property, again and again, until one of them sees it. */
static bool is_caught(struct rig *rig)
{
	enum swap_promise breaks = rig->strategy->breaks;
	uint64_t end = sys_now() + CATCH_NS;

	for (size_t i = 0; sys_now() < end; i = (i + 1) % PROPERTIES) {
		run_once(&properties[i], rig,
			 breaks == SWAP_C5_NESTING ? CAUGHT_STUCK_NS
						   : STUCK_NS);
		if (!is_broken(rig->verdict, (int)breaks))
			continue;
		printf("caught in %s\n", properties[i].name);
		print_verdict(rig->verdict);
		return true;
	}
	return false;
}

static int run_every(struct rig *rig)
{
	if (rig->strategy->sound)
		return all_hold(rig) ? 0 : 1;
	if (is_caught(rig))
		return 0;
	printf("%s: no property saw it break %s\n", rig->strategy->name,
	       swap_promise_name(rig->strategy->breaks));
	return one_pu() ? CONFORM_SKIP : 1;
}

static int list(void)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		printf("strategy %s\n", s->name);
	for (size_t i = 0; i < PROPERTIES; i++)
		printf("property %s\n", properties[i].name);
	return 0;
}

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s STRATEGY [PROPERTY "
		"[--caught PROMISE|any | --only PROMISE]] | --list\n",
		name);
	return 2;
}

int main(int argc, char **argv)
{
	const struct property *property = NULL;
	static struct rig rig; /* large */
	char why[200] = "";
	int promise = -1;
	bool only;

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	only = argc == 5 && !strcmp(argv[3], "--only");
	if (argc != 2 && argc != 3 &&
	    !(argc == 5 && (only || !strcmp(argv[3], "--caught"))))
		return usage(argv[0]);
	rig.strategy = swap_find(argv[1]);
	if (argc > 2)
		property = find_property(argv[2]);
	if (argc == 5)
		promise = find_promise(argv[4]);
	if (!rig.strategy || (argc > 2 && !property) ||
	    (argc == 5 && promise < 0)) {
		fprintf(stderr,
			"no such strategy, property or promise; "
			"see --list\n");
		return 2;
	}
	rig.verdict = mmap(NULL, sizeof(*rig.verdict), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (rig.verdict == MAP_FAILED)
		return 2;
	swap_setup();
	if (swap_probe(rig.strategy, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return CONFORM_SKIP;
	}
	if (!property)
		return run_every(&rig);
	return argc == 5 ? run(property, &rig, promise, only)
			 : run_as_claimed(property, &rig);
}
