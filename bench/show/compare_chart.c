/* SPDX-License-Identifier: MIT */
/* compare_chart.c - the data of the chart `machines`. */
#include <math.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/show/charts.h"
#include "bench/show/compare_parts.h"

static const struct {
	const char *panel, *scenario;
	enum compare_cost cost;
} panels[] = {
	{ "write: ratio to unsync", "write", COMPARE_WRITER },
	{ "swap: multiple of the best", "swap", COMPARE_SWAP },
};

#define PANELS (sizeof(panels) / sizeof(panels[0]))

static size_t put_row(const struct bench_compare *c,
		      const struct compare_row *row, size_t result,
		      size_t panel, FILE *to)
{
	struct compare_side side;
	char letter[24];

	compare_side(c, row, result, panels[panel].cost, &side);
	chart_text(to, row->strategy);
	fputc('\t', to);
	chart_text(to, row->kind);
	fputc('\t', to);
	chart_text(to, side.cell ? side.cell->status : "unmeasured");
	fputc('\t', to);
	chart_text(to, side.cell ? side.cell->why : "not in this run");
	fprintf(to, "\t%s\t%zu\t%s", panels[panel].panel, result + 1,
		compare_letter(result, letter));
	chart_number(to, side.cost.value);
	chart_number(to, side.cost.low);
	chart_number(to, side.cost.high);
	chart_number(to, side.rank ? side.rank : NAN);
	fputc('\n', to);
	return !isnan(side.cost.value);
}

static size_t put_panel(const struct bench_compare *c, size_t panel, FILE *to)
{
	const struct compare_group *g = compare_main_group(
		c, panels[panel].scenario, panels[panel].cost);
	size_t n = 0;

	for (size_t i = 0; g && i < g->n; i++) {
		const struct compare_row *row = &c->rows[g->rows[i]];

		if (!compare_row_has(c, row, panels[panel].cost))
			continue;
		for (size_t r = 0; r < c->n; r++)
			n += put_row(c, row, r, panel, to);
	}
	return n;
}

size_t bench_compare_chart(struct bench_compare *c, FILE *to)
{
	size_t n = 0;

	fputs("# ringswap-compare/2, chart machines: columns in "
	      "plots/README.md\n"
	      "strategy\tkind\tstatus\treason\tpanel\tnumber\tmachine"
	      "\tcost\tlow\thigh\trank\n",
	      to);
	for (size_t p = 0; p < PANELS; p++)
		n += put_panel(c, p, to);
	return n;
}

char *bench_compare_caption(const struct bench_compare *c, char *text, size_t n)
{
	static const struct compare_fact cpu = { "", "machine.cpu.model" };
	size_t used = 0;

	text[0] = '\0';
	for (size_t r = 0; r < c->n && used < n - 1; r++) {
		char letter[24], model[128];

		used += (size_t)snprintf(
			text + used, n - used, "%s%s: %s (%s)%s", r ? "; " : "",
			compare_letter(r, letter),
			compare_fact(&c->results[r], &cpu, model,
				     sizeof(model)),
			c->results[r].key,
			bench_view_is_indicative(c->results[r].facts)
				? ", INDICATIVE"
				: "");
	}
	for (size_t p = 0; p < PANELS && used < n - 1; p++) {
		const struct compare_group *g = compare_main_group(
			c, panels[p].scenario, panels[p].cost);

		if (g)
			used += (size_t)snprintf(text + used, n - used,
						 "; %s: %s",
						 p ? "right" : "left", g->name);
	}
	return bench_clean(text); /* cut inside a character, perhaps */
}
