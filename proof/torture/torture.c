/* SPDX-License-Identifier: MIT */
/* torture.c - rounds in a child under a watchdog, and what they add up to. */
#include "proof/torture/torture.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/rng.h"
#include "proof/torture/cpus.h"
#include "proof/torture/round.h"

#define PRINTED	   10u
#define WATCHDOG_S 30u

static const struct {
	const char *name, *promise;
} kinds[TORTURE_KINDS] = {
	[TORTURE_CHANGED] = { "changed", "C1" },
	[TORTURE_LOST] = { "lost", "C2" },
	[TORTURE_DUPLICATE] = { "duplicate", "C2" },
	[TORTURE_COUNTERS] = { "counters", "C2" },
	[TORTURE_CUT] = { "cut", "C3" },
	[TORTURE_STAMP] = { "stamp", "C3" },
	[TORTURE_ERROR] = { "error", "C4" },
	[TORTURE_TORN] = { "torn", "C5" },
	[TORTURE_BALANCE] = { "balance", "C7" },
	[TORTURE_LATE] = { "late", "C6" },
	[TORTURE_HUNG] = { "hung", "C6" },
	[TORTURE_CRASHED] = { "crashed", "C1" },
};

const char *torture_kind_name(enum torture_kind kind)
{
	return kinds[kind].name;
}

const char *torture_kind_promise(enum torture_kind kind)
{
	return kinds[kind].promise;
}

const char *torture_outcome_name(enum torture_outcome outcome)
{
	static const char *const names[TORTURE_OUTCOMES] = {
		[TORTURE_OK] = "ok",
		[TORTURE_DEFERRED] = "deferred",
		[TORTURE_BUSY] = "busy",
		[TORTURE_AGAIN] = "again",
		[TORTURE_TIMED_OUT] = "timed-out",
		[TORTURE_OTHER] = "other",
	};

	return names[outcome];
}

const char *torture_verdict_name(enum torture_verdict verdict)
{
	static const char *const names[] = {
		[TORTURE_HOLDS] = "holds",
		[TORTURE_BROKEN] = "BROKEN",
		[TORTURE_CAUGHT] = "caught",
		[TORTURE_MISSED] = "NOT CAUGHT",
	};

	return names[verdict];
}

uint64_t torture_violations(const struct torture_result *result)
{
	uint64_t sum = 0;

	for (unsigned int k = 0; k < TORTURE_KINDS; k++)
		sum += result->violations[k];
	return sum;
}

/* Violations of the promise that an unsound strategy says it breaks. */
static uint64_t as_named(const struct swap_strategy *strategy,
			 const struct torture_result *result)
{
	const char *named = swap_promise_name(strategy->breaks);
	uint64_t sum = 0;

	for (unsigned int k = 0; k < TORTURE_KINDS; k++) {
		size_t n = strlen(kinds[k].promise);

		if (!strncmp(named, kinds[k].promise, n) && named[n] == '-')
			sum += result->violations[k];
	}
	return sum;
}

enum torture_verdict torture_verdict(const struct swap_strategy *strategy,
				     const struct torture_result *result)
{
	bool broken = torture_violations(result) != 0;

	if (strategy->sound)
		return broken ? TORTURE_BROKEN : TORTURE_HOLDS;
	return as_named(strategy, result) ? TORTURE_CAUGHT : TORTURE_MISSED;
}

struct torture_result *torture_result_new(void)
{
	void *memory = mmap(NULL, sizeof(struct torture_result),
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void torture_result_free(struct torture_result *result)
{
	if (result)
		munmap(result, sizeof(*result));
}

/* ------------------------------------------------------------------------ */
/* Violations                                                               */

/* The run under way; one a process. */
static struct {
	const struct torture_options *options;
	struct torture_result *result;
	uint64_t began;
	pthread_mutex_t lock;
} run = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void violation(enum torture_kind kind, const char *what)
{
	struct torture_result *result = run.result;

	if (!torture_violations(result)) {
		result->broken_ns = sys_now() - run.began;
		snprintf(result->first, sizeof(result->first), "%s (%s): %s",
			 kinds[kind].name, kinds[kind].promise, what);
	}
	result->violations[kind]++;
	if (torture_violations(result) > PRINTED)
		return;
	fprintf(run.options->out, "!!! torture %s: %s (%s): %s\n",
		run.options->strategy->name, kinds[kind].name,
		kinds[kind].promise, what);
	if (torture_violations(result) == 1)
		fprintf(run.options->out, "    in %s\n", result->config);
	fflush(run.options->out);
}

void torture_violation(enum torture_kind kind, const char *format, ...)
{
	char what[192];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	pthread_mutex_lock(&run.lock);
	violation(kind, what);
	pthread_mutex_unlock(&run.lock);
}

void torture_forbidden(int error)
{
	store_relaxed(&run.result->forbidden, error);
}

/* ------------------------------------------------------------------------ */
/* The run                                                                  */

static bool is_over(const struct torture_options *options,
		    const struct torture_result *result, uint64_t began)
{
	double seconds = (double)(sys_now() - began) * 1e-9;

	if (options->events &&
	    result->checked + result->overrun + result->refused >=
		    options->events)
		return true;
	if (options->stop_when_broken &&
	    (options->strategy->sound ? torture_violations(result)
				      : as_named(options->strategy, result)))
		return true;
	return options->seconds > 0 && seconds >= options->seconds;
}

/* A crash of the child would else look like a finding of the next round. */
static int run_rounds(const struct torture_options *options,
		      struct torture_result *result)
{
	uint64_t mix = options->seed;
	uint64_t began = sys_now();
	int cpus[ROUND_CPUS];
	int n = cpus_allowed(cpus, ROUND_CPUS);

	for (uint64_t i = 0; !is_over(options, result, began); i++) {
		struct round_config config;
		/* Loops first, then meetings, then abuse; and again. */
		uint64_t seed = bench_splitmix64(&mix) >> 32;
		int err;

		seed += i % 3 - seed % 3;
		round_configure(options->strategy, seed, n, &config);
		err = round_run(options->strategy, &config, result);
		if (err)
			return err;
		if (options->verbose)
			fprintf(options->out, "%s\n", result->config);
		fetch_add_acq_rel(&result->progress, 1);
	}
	return 0;
}

static _Noreturn void child_main(const struct torture_options *options,
				 struct torture_result *result)
{
	int err;

	swap_setup(); /* what a registration of the parent's is worth */
	err = writer_signals();
	if (!err)
		err = run_rounds(options, result);
	fflush(options->out);
	_Exit(err ? 1 : 0);
}

/* Reap the child; kill it when it stands still. Its wait status. */
static int watch(pid_t child, struct torture_result *result,
		 unsigned int seconds, bool *hung)
{
	uint64_t seen = 0, since = sys_now();
	struct timespec nap = { 0, 5000000 };
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		uint64_t progress = load_relaxed(&result->progress);

		if (progress != seen) {
			seen = progress;
			since = sys_now();
		} else if (sys_now() - since > seconds * UINT64_C(1000000000)) {
			*hung = true;
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			break;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

int torture_run(const struct torture_options *options,
		struct torture_result *result)
{
	unsigned int patience = options->watchdog_s ? options->watchdog_s
						    : WATCHDOG_S;
	bool hung = false;
	int status;
	pid_t child;

	run.options = options;
	run.result = result;
	run.began = sys_now();
	pthread_mutex_init(&run.lock, NULL);
	fflush(NULL);
	child = fork();
	if (child < 0)
		return -EAGAIN;
	if (!child)
		child_main(options, result);
	status = watch(child, result, patience, &hung);
	if (hung)
		torture_violation(TORTURE_HUNG, "no progress for %u s in %s",
				  patience, result->config);
	else if (WIFSIGNALED(status))
		torture_violation(TORTURE_CRASHED, "signal %d (%s) in %s",
				  WTERMSIG(status), strsignal(WTERMSIG(status)),
				  result->config);
	else if (WEXITSTATUS(status))
		return -ENOMEM;
	return 0;
}
