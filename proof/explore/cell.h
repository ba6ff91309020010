/* SPDX-License-Identifier: MIT */
/*
 * cell.h - one cell: strategy x scenario x model, explored to its bound.
 */
#ifndef PROOF_EXPLORE_CELL_H
#define PROOF_EXPLORE_CELL_H

#include "proof/explore/explore.h"
#include "proof/explore/scenario.h"

/* One operation of the source, in every unit that holds it, changed. */
struct xp_mutant {
	const char *file; /* as xp_site_file() */
	unsigned int line;
	enum xp_op op;
	enum xp_mutation mutation;
	const char *label;
	const char *what;
};

struct xp_cell {
	const struct swap_strategy *strategy;
	const struct xp_scenario *scenario;
	enum explore_model model;
	int bound;	     /* -1: the scenario's own */
	unsigned int ignore; /* promises not to stop at, bits 1 << n */
	const struct xp_mutant *mutant; /* or NULL */
	const char *save_dir;		/* or NULL */
	FILE *listing;			/* or NULL */
	double limit_s;			/* wall clock; 0: none */
	int cap;			/* bound at most; 0: none */
	/* Instead of xp_cell_run() in the child; optional. */
	void (*run)(const struct xp_cell *cell, struct explore_row *row);
};

/* Set the mutation at all its sites, or take it back (NULL: all of them). */
void xp_mutant_apply(const struct xp_mutant *mutant);

/* Preemptions of the cell when nobody says otherwise. */
unsigned int xp_cell_bound(const struct xp_cell *cell);

/*
 * Explore in this process, bound by bound; a finding is made as short as some
 * more executions can make it, listed and saved. row is filled in.
 */
void xp_cell_run(const struct xp_cell *cell, struct explore_row *row);

/* Many cells, each in a child, jobs at a time; calls done in the parent. */
struct xp_batch {
	struct xp_cell *cells;
	struct explore_row *rows; /* shared memory; one a cell */
	FILE **listings;	  /* one a cell, or NULL */
	unsigned int count;
	unsigned int jobs;
	double budget_s; /* 0: none */
};

int xp_batch_open(struct xp_batch *batch, unsigned int room);
void xp_batch_run(struct xp_batch *batch,
		  void (*done)(struct xp_batch *batch, unsigned int cell,
			       void *arg),
		  void *arg);
void xp_batch_close(struct xp_batch *batch);

/* All strategies that the explorer knows, variants and detectors too. */
const struct swap_strategy *xp_strategy_find(const char *name);

/* Scenarios of variants and detectors too. */
const struct xp_scenario *xp_scenario_find_any(const char *name);

double xp_seconds(void); /* monotonic */

/* ------------------------------------------------------------------------ */
/* report.c                                                                 */

/* Give every site its label from the table. */
void xp_labels_load(void);

/* "strategies/barrier.h" of whatever path the compiler was given. */
const char *xp_site_file(const struct xp_site *site);
const char *xp_op_name(enum xp_op op);
const char *xp_mutation_name(enum xp_mutation mutation);

/* Sites in order; NULL past the last. */
struct xp_site *xp_site_at(unsigned int index);

/* The recorded execution as two columns. */
void xp_report_listing(FILE *out);
void xp_report_svg(FILE *out, const struct xp_cell *cell);

/* Path and listing to save_dir; the name goes to file. */
int xp_report_save(const struct xp_cell *cell, const struct explore_row *row,
		   char *file, size_t size);

#endif
