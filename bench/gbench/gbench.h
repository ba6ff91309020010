/* SPDX-License-Identifier: MIT */
/*
 * gbench.h: Google Benchmark for C programs.
 *
 *	static void copy(struct gb_state *s, void *arg)
 *	{
 *		size_t n = gb_range(s, 0);
 *
 *		while (gb_keep_running(s)) {
 *			memcpy(arg, source, n);
 *			gb_use(arg);
 *		}
 *		gb_set_bytes_processed(s, gb_iterations(s) * n);
 *	}
 *
 *	gb_init(&argc, argv);
 *	gb_register("copy", copy, target, &b);
 *	gb_args(b, 1, (int64_t[]){ 4096 });
 *	err = gb_run_benchmarks(NULL, NULL, &sum);
 *	gb_shutdown();
 *	return err || !gb_ok(&sum);
 *
 * No C++ exception leaves this interface, and one that a callback lets escape
 * is stopped at it. Where Google Benchmark abort()s the process on a misuse,
 * the call here fails, or the run is reported as an error.
 *
 * Functions that return int return 0 or -errno; gb_error() says what was
 * wrong. Text is copied; bytes that would spoil a JSON file (control
 * characters, malformed UTF-8) are replaced. Everything is for one thread:
 * the one that calls gb_run_benchmarks() also runs all callbacks. Nothing is
 * safe in a signal handler. A callback must not longjmp() out.
 *
 * Source: benchmark/benchmark.h and src/ of Google Benchmark 1.7.1 and 1.9.x.
 */
#ifndef RINGSWAP_BENCH_GBENCH_H
#define RINGSWAP_BENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gb_benchmark; /* a registered family, until gb_clear() */
struct gb_state;     /* one call of a benchmark function, while it lasts */

/*
 * Called with the arg of gb_register(): once per repetition if the iterations
 * are fixed, and several times before that while Google Benchmark searches
 * for their number. Set up before the first gb_keep_running(): no timer runs
 * then. Must run its loop to the end unless it skips with an error.
 */
typedef void (*gb_fn)(struct gb_state *s, void *arg);

/* A statistic over the n > 0 values of one quantity, one per repetition. */
typedef double (*gb_statistic_fn)(const double *values, size_t n, void *arg);

enum gb_unit {
	GB_NS,
	GB_US,
	GB_MS,
	GB_S
};

/* What Google Benchmark makes of a counter's value when the run has ended. */
enum gb_counter_flags {
	GB_COUNTER_PLAIN = 0,
	GB_COUNTER_RATE = 1 << 0,	    /* divide by the run's seconds */
	GB_COUNTER_AVG_THREADS = 1 << 1,    /* divide by the threads */
	GB_COUNTER_INVARIANT = 1 << 2,	    /* multiply by the iterations */
	GB_COUNTER_AVG_ITERATIONS = 1 << 3, /* divide by the iterations */
	GB_COUNTER_INVERT = 1 << 4,	    /* 1 / value, last of all */
	GB_COUNTER_1024 = 1 << 5,	    /* the console's k is 1024 */
};

/* --- What a reporter is handed; valid only during the callback. --- */

struct gb_cache {
	const char *type; /* "Data", "Instruction", "Unified" */
	int level;
	int size;	 /* bytes */
	int num_sharing; /* CPUs that share one */
};

struct gb_context {
	const char *executable; /* argv[0] of gb_init(), or NULL */
	const char *host_name;
	int num_cpus;
	double cpu_hz;
	int cpu_scaling; /* 1 enabled, 0 disabled, -1 unknown */
	const struct gb_cache *caches;
	size_t ncaches;
	const double *load_avg; /* may be empty */
	size_t nload_avg;
};

/* The parts of a run's name, each "" where it has none. */
struct gb_name {
	const char *function;
	const char *args;
	const char *min_time;
	const char *min_warmup_time;
	const char *iterations;
	const char *repetitions;
	const char *time_type;
	const char *threads;
};

struct gb_counter_value {
	const char *name;
	double value;	/* after flags were applied; 0 if not finite */
	unsigned flags; /* enum gb_counter_flags */
	bool finite;
};

enum gb_run_type {
	GB_ITERATION,
	GB_AGGREGATE
};
enum gb_outcome {
	GB_RAN,
	GB_SKIPPED,
	GB_ERROR
};

struct gb_run {
	const char *name;     /* with all parts and the aggregate's name */
	const char *run_name; /* the same for all rows of one benchmark */
	struct gb_name parts;
	enum gb_run_type type;
	const char *aggregate_name; /* "mean", ...; "" for an iteration row */
	bool is_percentage;	    /* times and counters are fractions: a cv */
	int64_t family_index;
	int64_t per_family_instance_index;
	int64_t repetitions;
	int64_t repetition_index; /* -1 for an aggregate */
	int64_t threads;
	int64_t iterations; /* for an aggregate: the number of repetitions */
	double real_time; /* per iteration, in unit; the manual time, if used */
	double cpu_time;  /* per iteration, in unit */
	enum gb_unit unit;
	const char *label;
	enum gb_outcome outcome;
	const char *message; /* why it is not GB_RAN, else "" */
	const struct gb_counter_value *counters; /* in order of name */
	size_t ncounters;
	size_t not_finite; /* values (times, counters) withheld as 0 */
};

/*
 * Receives every run, beside the console, JSON or CSV output that the flags
 * ask for, or instead of it. Any function may be NULL. A non-zero return of
 * context() runs nothing; one of run() is kept and the rest is still
 * delivered. Either is what gb_run_benchmarks() then returns (-ECANCELED for
 * a positive one).
 */
struct gb_reporter {
	int (*context)(const struct gb_context *context, void *arg);
	int (*run)(const struct gb_run *run, void *arg);
	void (*finalize)(void *arg);
	void *arg;
	bool instead; /* nothing on standard output; --benchmark_out stays */
};

/* What Google Benchmark's exit status does not tell. */
struct gb_summary {
	size_t matched;	   /* benchmarks that the filter selected */
	size_t rows;	   /* runs and aggregates handed to the reporter */
	size_t errors;	   /* calls of a benchmark function that failed, those
			    * of a search or warm-up included, and also those
			    * whose rows aggregates-only hides */
	size_t not_finite; /* values withheld because no JSON can hold them */
};

/* --- The run level --- */

/*
 * Takes the --benchmark_* flags out of argv. Call it first, at most once;
 * argv[0] must stay. Google Benchmark itself exits the process on --help and
 * on an unknown --benchmark_format. A value it cannot parse stays in argv.
 * -EALREADY if it was called before; -EINVAL where BENCHMARK_MIN_TIME in the
 * environment is no time, at which Google Benchmark would abort.
 */
int gb_init(int *argc, char **argv);

/* True, with a line each on stderr, if anything but argv[0] is left in argv. */
bool gb_report_unrecognized(int argc, char **argv);

/*
 * Adds key: "value" to the context of the output. -EEXIST if this key was
 * added before or is one of Google Benchmark's own. One that was given by
 * --benchmark_context stays as it is, and Google Benchmark says so on stderr.
 */
int gb_add_context(const char *key, const char *value);

/*
 * Runs the benchmarks whose full names match the regular expression filter
 * ("-..." inverts; NULL takes --benchmark_filter). reporter and summary may
 * be NULL. Returns 0 also if benchmarks failed: ask gb_ok(). -ENOENT nothing
 * matched or the expression is malformed; -EINVAL a benchmark was registered
 * or set up wrongly (gb_error() says how); -EBUSY called from a callback;
 * -EIO the output could not be written; or why --benchmark_out cannot be
 * opened. May be called again: unlike Google Benchmark's own, every call
 * writes a whole document.
 */
int gb_run_benchmarks(const char *filter, const struct gb_reporter *reporter,
		      struct gb_summary *summary);

/* True if something was selected and nothing failed. */
bool gb_ok(const struct gb_summary *summary);

/* Forgets all benchmarks; their handles end here. -EBUSY during a run. */
int gb_clear(void);

/* Frees what Google Benchmark holds. Only gb_error() may be called after. */
void gb_shutdown(void);

/* What was wrong at the last call that failed: one line, never NULL. */
const char *gb_error(void);

/*
 * --- Registration ---
 * A setting that is refused is also remembered: gb_run_benchmarks() will not
 * run until gb_clear(). So the returns of these need not be checked one by
 * one. All refuse with -EINVAL a NULL benchmark, values that Google Benchmark
 * would abort() on, and settings that exclude each other.
 */

/*
 * Registers fn under name (not empty); *out is the handle. arg is handed to
 * fn as it is and must live as long as the benchmark does.
 */
int gb_register(const char *name, gb_fn fn, void *arg,
		struct gb_benchmark **out);

/* Exactly n > 0 iterations. Excludes min_time and min_warmup_time. */
int gb_set_iterations(struct gb_benchmark *b, int64_t n);

/* As many iterations as take at least this long; overrides the flag. */
int gb_set_min_time(struct gb_benchmark *b, double seconds);

/*
 * Runs at least this long before anything counts. Only after
 * gb_set_min_time(): without one Google Benchmark silently ignores it.
 */
int gb_set_min_warmup_time(struct gb_benchmark *b, double seconds);

/* n > 0 repetitions, and if more than one, statistics over them. */
int gb_set_repetitions(struct gb_benchmark *b, int n);

/*
 * One more instance, with these n > 0 arguments (see gb_range()). The number
 * is the same in all calls for one benchmark, and in gb_set_arg_names().
 */
int gb_args(struct gb_benchmark *b, size_t n, const int64_t *values);
int gb_set_arg_names(struct gb_benchmark *b, size_t n,
		     const char *const *names);

/* unit: of enum gb_unit. Default nanoseconds, or --benchmark_time_unit. */
int gb_set_unit(struct gb_benchmark *b, int unit);

/* Time is what gb_set_iteration_time() says. Excludes real time. */
int gb_use_manual_time(struct gb_benchmark *b);

/* Wall-clock time decides on the iterations and divides the rates. */
int gb_use_real_time(struct gb_benchmark *b);

/* CPU time is that of all threads of the process. */
int gb_measure_process_cpu_time(struct gb_benchmark *b);

/*
 * One more aggregate beside mean, median, stddev and cv, of the times and of
 * every counter. is_percentage: it is a fraction, not a time. At most 32
 * different (fn, arg) in the program, else -ENOSPC.
 */
int gb_add_statistic(struct gb_benchmark *b, const char *name,
		     gb_statistic_fn fn, void *arg, bool is_percentage);

/* Of repetitions only the aggregates are reported (also to gb_reporter). */
int gb_report_aggregates_only(struct gb_benchmark *b);

/* --- Inside a benchmark function --- */

/* True if one more iteration is to be run; starts and stops the timer. */
bool gb_keep_running(struct gb_state *s);

/*
 * How many iterations to run now: at most n > 0, 0 at the end. Unlike Google
 * Benchmark's KeepRunningBatch() it never overshoots: version 1.7.1 abort()s
 * when repetitions end with unlike counts.
 */
int64_t gb_keep_running_batch(struct gb_state *s, int64_t n);

/* Argument i; if there is none: 0, and the run is an error. */
int64_t gb_range(struct gb_state *s, size_t i);

/* Iterations begun so far in this call, and how many it is to run. */
int64_t gb_iterations(const struct gb_state *s);
int64_t gb_max_iterations(const struct gb_state *s);

/* Within the loop only, in pairs; else -EINVAL. Each reads two clocks. */
int gb_pause_timing(struct gb_state *s);
int gb_resume_timing(struct gb_state *s);

/*
 * Adds to the time of this run (manual time only). Must be called at least
 * once. If not, and on a negative or non-finite time (-EDOM) or without
 * gb_use_manual_time() (-EPERM), the run is an error.
 */
int gb_set_iteration_time(struct gb_state *s, double seconds);

/*
 * The CPU time of one iteration, where another process spent it: shown instead of
 * what this one did meanwhile. The last call of a run counts. -EDOM: negative or
 * not finite.
 */
int gb_set_cpu_time(struct gb_state *s, double seconds);

/* Ends the loop; the run is reported as an error. The first message stays. */
void gb_skip_with_error(struct gb_state *s, const char *message);

int gb_set_label(struct gb_state *s, const char *label);

/* Counters "items_per_second" and "bytes_per_second". After the loop. */
int gb_set_items_processed(struct gb_state *s, int64_t items);
int gb_set_bytes_processed(struct gb_state *s, int64_t bytes);

/*
 * Sets a counter. -EINVAL: a name that is a field of Google Benchmark's JSON
 * (counters share its name space), or other flags than in an earlier run of
 * this benchmark. -EDOM: value is not finite; it is withheld from all output,
 * its row's label says so, and gb_reporter sees it marked. The same befalls
 * values that become so later, like a rate over no time.
 */
int gb_set_counter(struct gb_state *s, const char *name, double value,
		   unsigned flags);

/* The compiler must have *p in memory, and cannot drop what led there. */
static inline void gb_use(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

#ifdef __cplusplus
}
#endif
#endif
