/* SPDX-License-Identifier: MIT */
/*
 * explore.h - all interleavings of the real source, within a preemption bound.
 *
 *	struct explore_options options = EXPLORE_DEFAULTS;
 *	struct explore_summary sum;
 *
 *	options.budget_s = 60;
 *	if (explore_run(&options, &sum) == 0 && !sum.truncated)
 *		...every sound strategy exhausted clean, racy caught
 *
 * ringbuf/ and strategies/ are compiled a second time with headers of their
 * own in which every access to shared memory is a scheduling point; writer,
 * swapper and handlers run as coroutines of one thread. docs/verification.md
 * says what is modelled, what is checked and what is not covered. The library
 * is one relocatable object that shows only the names below, so that it links
 * beside the production objects of the same names.
 *
 * Everything here is for the main thread of a process with one thread (it
 * forks a child a cell). Text goes to options.out; functions return 0, 1 (a
 * finding: what was to be proven does not hold) or a negative errno.
 */
#ifndef PROOF_EXPLORE_EXPLORE_H
#define PROOF_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Memory models; options.models is a set of their bits. */
enum explore_model {
	EXPLORE_SC,  /* interleaving alone */
	EXPLORE_TSO, /* x86: a store buffer a CPU */
	EXPLORE_C11, /* views: a load may return an older store */
	EXPLORE_MODELS,
};

/* "sc", "tso", "c11". */
const char *explore_model_name(enum explore_model model);

enum explore_verdict {
	EXPLORE_CLEAN,	/* exhausted within the bound, nothing found */
	EXPLORE_BROKEN, /* a promise was broken; interleaving saved */
	/* The budget ended first: exhausted to a bound, then sampled; nothing
	 * found. */
	EXPLORE_TRUNCATED,
	EXPLORE_FAILED,	 /* the explorer itself failed: why says how */
	EXPLORE_VACUOUS, /* clean, and what matters never happened */
};

/* "clean", "broken", "truncated", "failed", "vacuous". */
const char *explore_verdict_name(enum explore_verdict verdict);

/* One finished cell: strategy x scenario x model. Strings are static or live
 * during the call. */
struct explore_row {
	const char *strategy;
	const char *scenario;
	enum explore_model model;
	enum explore_verdict verdict;
	bool sound;	     /* as the descriptor claims */
	unsigned int bound;  /* preemptions: exhausted up to here */
	uint64_t executions; /* interleavings run, all bounds */
	uint64_t sampled;    /* of them at random: the budget had ended */
	double seconds;	     /* processor time of the cell */
	char promise[4];     /* broken: "C1".."C7" */
	char why[160];	     /* broken, vacuous, failed: one sentence */
	char file[256];	     /* broken: the saved interleaving, or "" */
};

typedef void (*explore_row_fn)(const struct explore_row *row, void *arg);

struct explore_options {
	const char *strategy; /* one by its printed name; NULL: all */
	const char *scenario; /* one by its name; NULL: all */
	unsigned int models;  /* bits 1u << enum explore_model; 0: all */
	int bound;	      /* preemptions; -1: 3, or 2 with nesting */
	double budget_s;      /* wall-clock of all cells; 0: none */
	unsigned int jobs;    /* cells at a time; 0: 2 */
	const char *save_dir; /* where interleavings go; NULL: nowhere */
	FILE *out;	      /* listings and tables; NULL: none */
	explore_row_fn row;   /* optional: called for every finished cell */
	void *arg;
};

#define EXPLORE_DEFAULTS                               \
	{                                              \
		.bound = -1, .jobs = 2, .out = stdout, \
	}

struct explore_summary {
	unsigned int cells;	/* run */
	unsigned int clean;	/* exhausted */
	unsigned int broken;	/* sound strategies found broken: bugs */
	unsigned int caught;	/* unsound strategies found broken: expected */
	unsigned int missed;	/* unsound strategies not found in a model */
	unsigned int truncated; /* budget ended */
	unsigned int failed;
	unsigned int vacuous; /* clean, but proves nothing */
	uint64_t executions;
	uint64_t sampled;
	double seconds; /* wall clock */
};

/*
 * Explore every cell of the options. Returns 0: every sound cell clean or
 * truncated and every unsound strategy caught in every model; 1: a sound
 * strategy broke, a cell of it proves nothing, or an unsound one was missed;
 * -EINVAL: no such strategy or scenario (told on stderr).
 */
int explore_run(const struct explore_options *options,
		struct explore_summary *summary);

/*
 * The kernel's lineage as variants: compute and print the table, each broken
 * row with its shortest interleaving (full: print the listings too, not only
 * save them). One row a call of row, strategy "kernel-lineage", scenario the
 * row's name. Returns 0, or 1 when a row came out otherwise than the history
 * that docs/history.md tells.
 */
int explore_variants(const struct explore_options *options, bool full);

/*
 * Switch every labelled ordering off, one at a time, and print the kill table
 * (Markdown). options.strategy limits it to one strategy's file, "shared" to
 * what all share. Returns 0, or 1 when a mutant survives that the table of argued
 * survivors does not name.
 */
int explore_mutants(const struct explore_options *options);

/*
 * The calls to the system that a strategy rests on (membarrier, a grace period)
 * left out, one place at a time, under every model: print what comes of it.
 * Returns 0, or 1 unless each call breaks C1, at one place at least, where its
 * absence can show, and nothing where it cannot.
 */
int explore_calls(const struct explore_options *options);

/*
 * For each promise C1-C7 a strategy that breaks it on purpose, and one that
 * breaks none: print what each is caught by. Returns 0, or 1 unless each is
 * caught by its own promise in every model.
 */
int explore_detectors(const struct explore_options *options);

/*
 * Replay a saved interleaving step by step: print its listing to out, and the
 * timeline as SVG to svg unless NULL. Returns 0: the same promise broke at the
 * same step; 1: it did not; -errno (unreadable, not such a file).
 */
int explore_replay(const char *file, FILE *out, FILE *svg);

/*
 * Must this scenario be exhausted in every model for every strategy that claims
 * soundness and offers what it needs? (Two writes and a swap, a spare used
 * again, a handler's write, a handler's swap, two swappers, two slots at once.)
 * false too where there is no such strategy or scenario.
 */
bool explore_is_required(const char *strategy, const char *scenario);

/* Scenario names in order, for --help; NULL past the last. */
const char *explore_scenario_name(unsigned int index);

#endif
