/* SPDX-License-Identifier: MIT */
/*
 * verify.h - what the modes of `ringswap verify` share.
 *
 * A mode runs for about the seconds it gets, prints its own text on v->out,
 * and adds one row a subject to the table of verdicts.
 */
#ifndef RINGSWAP_TOOLS_VERIFY_H
#define RINGSWAP_TOOLS_VERIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "strategies/strategy.h"
#include "proof/torture/faults.h"

#define VERIFY_STRATEGIES_MAX 64

/* One line of the table that ends every run. */
struct verify_row {
	const char *mode;
	char subject[64];
	const char *verdict;
	char detail[192];
	bool failed; /* otherwise than claimed */
};

/* The run, as asked for. */
struct verify {
	const char *mode;     /* NULL: all */
	const char *strategy; /* NULL: all */
	double seconds;	      /* 0: the mode's default */
	uint64_t seed;
	bool faults;
	enum fault fault;   /* FAULTS: all */
	int fault_fd;	    /* the child's: where its row goes */
	const char *replay; /* file of a saved interleaving */
	const char *svg;    /* its timeline goes there */
	const char *save;   /* folder for interleavings that break something */
	const char *scenario; /* explore: this one only; NULL: all */
	unsigned int models;  /* explore: bits of enum explore_model; 0: all */
	int bound;	      /* explore: preemptions; -1: the defaults */
	bool exhaust;	      /* explore: every cell to its end */
	bool json;
	bool verbose;
	FILE *out; /* everything but the verdicts in JSON */
	struct verify_row *rows;
	size_t n_rows;
};

/* Add a row; the detail is formatted. verdict and mode are static strings. */
__attribute__((format(printf, 6, 7))) void
verify_add_row(struct verify *v, const char *mode, const char *subject,
	       const char *verdict, bool failed, const char *format, ...);

/* Is this one asked for, and can it run here? If not here: a row says why. */
bool verify_is_wanted(struct verify *v, const struct swap_strategy *s,
		      const char *mode);
unsigned int verify_count_wanted(const struct verify *v);

/* The modes. */
void verify_explore(struct verify *v, double seconds);
void verify_variants(struct verify *v, double seconds);
void verify_mutants(struct verify *v, double seconds);
void verify_step(struct verify *v, double seconds);
void verify_torture(struct verify *v, double seconds);
void verify_litmus(struct verify *v, double seconds);

/* The fault table; v->fault and v->strategy choose. */
void verify_faults(struct verify *v);

/* Replay v->replay on stdout and as v->svg. An exit status. */
int verify_replay(struct verify *v);

#endif
