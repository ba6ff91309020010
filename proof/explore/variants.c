/* SPDX-License-Identifier: MIT */
/*
 * variants.c - the kernel's lineage: rows, scenarios, and the table.
 *
 * A row is a setting of the switches of kernel_lineage.h and a place where the
 * swap runs. Its verdict is computed twice under each model: with every
 * promise, and, if that breaks, with C7 and the kernel's own warning alone:
 * where those hold, the damage is a late write and no more.
 */
#define SWAP_DEFINE /* the strategy of this file */

#include "proof/explore/variants.h"

#include <errno.h>
#include <string.h>

#include "proof/explore/cell.h"
#include "proof/explore/variants/kernel_lineage.h"

struct kernel_lineage kernel_lineage_how;

enum place {
	REMOTE,
	SAME_CPU,
	SAME_CPU_NMI
};

struct row {
	const char *name; /* the scenario's, for files and replay */
	const char *variant;
	const char *history;
	enum place place;
	struct kernel_lineage how;
	bool sound[5]; /* as history, or the theory, has it; enum form */
};

#define REMOTE_ALL .retest = true, .writer_fence = true, .swapper_fence = true

static const struct row rows[] = {
	{ "remote-prepatch",
	  "remote swap, owner check",
	  "2013 f1affcaaa861; reported on LKML in 2014",
	  REMOTE,
	  { .owner_check = true },
	  { false, false, false, false, false } },
	{ "remote-no-retest",
	  "both fences, owner check, no re-test",
	  "why a barrier alone was no answer in 2014",
	  REMOTE,
	  { .writer_fence = true, .swapper_fence = true, .owner_check = true },
	  { false, false, false, false, false } },
	{ "remote-no-fences",
	  "re-test, owner check, no fence",
	  "v1 of 2014 without its barriers",
	  REMOTE,
	  { .retest = true, .owner_check = true },
	  { true, false, false, true, false } },
	{ "remote-swapper-fence",
	  "re-test, owner check, swapper's fence",
	  "v1 of 2014 with one barrier",
	  REMOTE,
	  { .retest = true, .swapper_fence = true, .owner_check = true },
	  { true, false, false, true, false } },
	{ "remote-writer-fence",
	  "re-test, owner check, writer's fence",
	  "v1 of 2014 with the other barrier",
	  REMOTE,
	  { .retest = true, .writer_fence = true, .owner_check = true },
	  { true, false, false, true, false } },
	{ "remote-v1",
	  "re-test, both fences, owner check",
	  "v1 of 2014, as it was meant",
	  REMOTE,
	  { REMOTE_ALL, .owner_check = true },
	  { true, true, false, true, false } },
	{ "remote-v1-no-owner",
	  "the same, owner check removed",
	  "why v1 of 2014 kept the check of 2009",
	  REMOTE,
	  { REMOTE_ALL },
	  { false, false, false, false, false } },
	{ "remote-v1-dip",
	  "v1, the event crosses a sub-buffer (dip)",
	  "v1 on the ring buffer of v4.5 and later",
	  REMOTE,
	  { REMOTE_ALL, .owner_check = true, .dip = true },
	  { false, false, false, false, false } },
	{ "remote-v1-dip-context",
	  "v1, dip, busy test current_context",
	  "v1 with the busy test of 2026",
	  REMOTE,
	  { REMOTE_ALL, .owner_check = true, .dip = true,
	    .busy = BUSY_CURRENT_CONTEXT },
	  { true, true, false, true, false } },
	{ "local-v2",
	  "same CPU, committing, owner check",
	  "2009 62f0b3eb5cb5; v2 of 2014; 2023 3163f635b20e",
	  SAME_CPU,
	  { .owner_check = true },
	  { true, true, true, true, true } },
	{ "local-no-owner",
	  "same CPU, committing, owner check removed",
	  "before 2009; proposed again on LKML in 2014",
	  SAME_CPU,
	  { .owner_check = false },
	  { false, false, false, false, false } },
	{ "local-dip",
	  "same CPU, committing, dip",
	  "v4.5 (2016) to 2026, the fix of 2023 included",
	  SAME_CPU,
	  { .owner_check = true, .dip = true },
	  { false, false, false, false, false } },
	{ "local-context",
	  "same CPU, current_context, dip, owner check",
	  "2026 f27bdc43077e",
	  SAME_CPU,
	  { .owner_check = true, .dip = true, .busy = BUSY_CURRENT_CONTEXT },
	  { true, true, true, true, true } },
	{ "local-context-no-owner",
	  "same CPU, current_context, no owner check",
	  "2026 without the check of 2009",
	  SAME_CPU,
	  { .dip = true, .busy = BUSY_CURRENT_CONTEXT },
	  { false, false, false, false, false } },
	{ "nmi-committing",
	  "task, IRQ swaps, NMI writes: committing",
	  "v2 of 2014: 'tracing is NMI safe'",
	  SAME_CPU_NMI,
	  { .owner_check = true },
	  { true, true, true, true, true } },
	{ "nmi-dip",
	  "task, IRQ swaps, NMI writes: committing, dip",
	  "2023 to 2026",
	  SAME_CPU_NMI,
	  { .owner_check = true, .dip = true },
	  { false, false, false, false, false } },
	{ "nmi-dip-context",
	  "task, IRQ swaps, NMI writes: context, dip",
	  "2026 f27bdc43077e",
	  SAME_CPU_NMI,
	  { .owner_check = true, .dip = true, .busy = BUSY_CURRENT_CONTEXT },
	  { true, true, true, true, true } },
	{ "remote-one-lookup",
	  "remote swap, one look-up (ring_buffer_write)",
	  "2013, the kernel's other writer",
	  REMOTE,
	  { .owner_check = true, .one_lookup = true },
	  { false, false, false, false, false } },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each row, and behind them each row with LOCKed increments. */
static struct xp_scenario scenarios[2 * ROWS];
static char locked_names[ROWS][40];

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */

static void swap_remotely(void)
{
	xp_swap_direct(0);
}

/* One interrupt, which swaps, and one NMI, which writes, anywhere. */
static void interrupt(void)
{
	static uint64_t run;
	static bool swapped, wrote;
	bool may_swap, may_write;

	if (run != xp.run) {
		run = xp.run;
		swapped = wrote = false;
	}
	may_swap = !swapped && xp.now->depth == 1;
	may_write = !wrote;
	if (may_swap && (!may_write || xp_choose(2))) {
		swapped = true;
		xp_note("it is an interrupt: swap");
		xp_swap_direct(0);
	} else if (may_write) {
		wrote = true;
		xp_note("it is an NMI: write");
		xp_write();
	}
}

static void pair_slots(void)
{
	kernel_lineage_pair(swap_slot(xp_world.live, 0),
			    swap_slot(xp_world.spare[0], 0));
}

/* The kernel's counters are back at zero and it never warned. */
static void check_objects(void)
{
	struct rb *rbs[] = { xp_world.live, xp_world.spare[0] };

	for (unsigned int i = 0; i < 2; i++) {
		struct kernel_lineage_slot *slot =
			(struct kernel_lineage_slot *)swap_slot(rbs[i], 0);

		if (load_relaxed(&slot->object.warned))
			xp_broken(7,
				  "the commit finds committing at zero "
				  "(RB_WARN_ON): it is another buffer's");
		if (load_relaxed(&slot->object.committing) ||
		    load_relaxed(&slot->object.current_context) ||
		    load_relaxed(&slot->object.record_disabled))
			xp_broken(7,
				  "committing, current_context or "
				  "record_disabled is not back to zero");
	}
}

/* Private words of a slot, by the name of the buffer made with it. */
static bool name_private(unsigned int slot, size_t offset, char *out,
			 size_t size)
{
	static const char *const words[] = { "record_disabled",
					     "current_context", "committing",
					     "warned" };
	size_t first = offsetof(struct kernel_lineage_slot, object);

	if (offset < first || offset >= first + 4 * sizeof(uint64_t))
		return false;
	snprintf(out, size, "%c.%s", "ABC"[slot], words[(offset - first) / 8]);
	return true;
}

static const struct row *row_of(const struct xp_scenario *scenario)
{
	return &rows[(size_t)(scenario - scenarios) % ROWS];
}

static void row_setup(const struct xp_scenario *scenario)
{
	kernel_lineage_how = row_of(scenario)->how;
	kernel_lineage_how.locked = scenario >= scenarios + ROWS;
	pair_slots();
}

static void scenario_make(unsigned int i)
{
	const struct row *row = &rows[i % ROWS];
	struct xp_scenario *scenario = &scenarios[i];

	snprintf(locked_names[i % ROWS], sizeof(locked_names[0]), "%s-locked",
		 row->name);
	*scenario = (struct xp_scenario){
		.name = i < ROWS ? row->name : locked_names[i % ROWS],
		.summary = row->variant,
		.roles = row->place == REMOTE ? 2 : 1,
		.body = { xp_write,
			  row->place == REMOTE ? swap_remotely : NULL },
		.handler = row->place == SAME_CPU	? swap_remotely
			   : row->place == SAME_CPU_NMI ? interrupt
							: NULL,
		.handlers = row->place == REMOTE     ? 0
			    : row->place == SAME_CPU ? 1
						     : 2,
		.bound = 3,
		.prefill = row->how.dip ? 2 : 0,
		.on_setup = row_setup,
		.on_check = check_objects,
		.name_private = name_private,
	};
}

const struct swap_strategy *xp_variant_strategy(const char *name)
{
	return strcmp(name, swap_strategy_kernel_lineage.name)
		       ? NULL
		       : &swap_strategy_kernel_lineage;
}

const struct xp_scenario *xp_variant_scenario(const char *name)
{
	for (unsigned int i = 0; i < 2 * ROWS; i++) {
		scenario_make(i);
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	}
	return NULL;
}

/* ------------------------------------------------------------------------ */
/* The table                                                                */

/* Of a row: each model, then the weak ones with LOCKed increments. */
enum form {
	FORM_SC,
	FORM_TSO,
	FORM_C11,
	FORM_TSO_LOCKED,
	FORM_C11_LOCKED,
	FORMS
};

#define CELLS	   (FORMS * 2)
#define DAMAGE_BIT 1u
/* Everything but C7: does the damage go beyond a late write? */
#define ALL_BUT_C7 (0xffu & ~(1u << 7))

static bool is_locked(enum form form)
{
	return form >= FORM_TSO_LOCKED;
}

static enum explore_model model_of(enum form form)
{
	return is_locked(form) ? form - FORM_TSO_LOCKED + EXPLORE_TSO
			       : (enum explore_model)form;
}

static void gather(struct xp_batch *batch, const struct explore_options *o)
{
	for (unsigned int i = 0; i < 2 * ROWS; i++)
		scenario_make(i);
	for (unsigned int c = 0; c < ROWS * CELLS; c++) {
		enum form form = c % CELLS / 2;
		unsigned int row = c / CELLS;

		batch->cells[batch->count++] = (struct xp_cell){
			.strategy = &swap_strategy_kernel_lineage,
			.scenario = &scenarios[row + is_locked(form) * ROWS],
			.model = model_of(form),
			.bound = o->bound,
			.ignore = c & DAMAGE_BIT ? ALL_BUT_C7 : 0,
			.save_dir = c & DAMAGE_BIT ? NULL : o->save_dir,
		};
	}
}

static void cell_done(struct xp_batch *batch, unsigned int i, void *arg)
{
	(void)batch;
	(void)i;
	(void)arg;
}

static const char *verdict_word(const struct explore_row *cells)
{
	if (cells[0].verdict == EXPLORE_CLEAN)
		return "safe";
	if (cells[0].verdict != EXPLORE_BROKEN)
		return explore_verdict_name(cells[0].verdict);
	return cells[DAMAGE_BIT].verdict == EXPLORE_BROKEN ? "BROKEN"
							   : "late write";
}

static bool tell(const struct explore_options *options, struct explore_row *row,
		 bool sound, const char *word)
{
	row->sound = sound;
	if (row->verdict == EXPLORE_BROKEN && strcmp(word, "BROKEN"))
		snprintf(row->why, sizeof(row->why), "late write only");
	if (options->row)
		options->row(row, options->arg);
	return (row->verdict == EXPLORE_CLEAN) == sound &&
	       (row->verdict == EXPLORE_CLEAN ||
		row->verdict == EXPLORE_BROKEN);
}

static void print_listing(const struct xp_batch *batch, unsigned int cell,
			  const struct row *row, FILE *out)
{
	const struct explore_row *found = &batch->rows[cell];
	FILE *listing = batch->listings[cell];
	char line[512];

	if (found->verdict != EXPLORE_BROKEN || !listing)
		return;
	fprintf(out, "\n%s: %s (%s), bound %u\n%s\n", row->name, row->variant,
		explore_model_name(found->model), found->bound, row->history);
	rewind(listing);
	while (fgets(line, sizeof(line), listing))
		fputs(line, out);
}

/* The word of a form, with a mark where LOCKed increments would save it. */
static void mark(const struct explore_row *cells, enum form form, char *out,
		 size_t size)
{
	enum form locked = form + FORM_TSO_LOCKED - FORM_TSO;
	bool is_saved = cells[form * 2].verdict == EXPLORE_BROKEN &&
			form != FORM_SC &&
			cells[locked * 2].verdict == EXPLORE_CLEAN;

	snprintf(out, size, "%s%s", verdict_word(&cells[form * 2]),
		 is_saved ? " (L)" : "");
}

/* One row of the table; false: otherwise than history has it. */
static bool conclude(struct xp_batch *batch, unsigned int i,
		     const struct explore_options *options)
{
	const struct row *row = &rows[i];
	struct explore_row *cells = &batch->rows[i * CELLS];
	bool remote = row->place == REMOTE, ok = true;
	char words[FORMS][24];

	for (enum form form = FORM_SC; form < FORMS; form++)
		ok &= tell(options, &cells[form * 2], row->sound[form],
			   verdict_word(&cells[form * 2]));
	for (enum form form = FORM_SC; form <= FORM_C11; form++)
		mark(cells, form, words[form], sizeof(words[0]));
	if (options->out)
		fprintf(options->out,
			"| %-46s | %-10s | %-14s | %-14s | %-48s |%s\n",
			row->variant, words[FORM_SC],
			remote ? words[FORM_TSO] : "one CPU",
			remote ? words[FORM_C11] : "one CPU", row->history,
			ok ? "" : " !!! otherwise than claimed");
	return ok;
}

/* Listed: the first model in which it is broken, but for C11 alone: there
 * every remote row breaks, and in one way (docs/history.md). */
static unsigned int cell_to_list(const struct explore_row *cells)
{
	for (enum form form = FORM_SC; form <= FORM_TSO; form++)
		if (cells[form * 2].verdict == EXPLORE_BROKEN)
			return form * 2;
	return 0;
}

int explore_variants(const struct explore_options *options, bool full)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	bool ok = true;

	xp_labels_load();
	if (xp_batch_open(&batch, ROWS * CELLS))
		return -ENOMEM;
	gather(&batch, options);
	xp_batch_run(&batch, cell_done, NULL);
	if (options->out)
		fprintf(options->out,
			"| variant | SC | TSO | C11 | place in history |\n"
			"|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ok &= conclude(&batch, i, options);
	for (unsigned int i = 0; full && options->out && i < ROWS; i++)
		print_listing(&batch,
			      i * CELLS + cell_to_list(&batch.rows[i * CELLS]),
			      &rows[i], options->out);
	xp_batch_close(&batch);
	return !ok;
}
