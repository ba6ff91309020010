/* SPDX-License-Identifier: MIT */
/* report.c - an execution as a listing, as a file, as a timeline. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "proof/explore/cell.h"

#define COLUMN 58

extern struct xp_site *const __start_xp_sites[];
extern struct xp_site *const __stop_xp_sites[];

static const struct {
	const char *file;
	unsigned int line;
	const char *label;
} labels[] = {
#include "proof/explore/labels.inc"
};

struct xp_site *xp_site_at(unsigned int index)
{
	struct xp_site *const *at = __start_xp_sites + index;

	return at < __stop_xp_sites ? *at : NULL;
}

const char *xp_site_file(const struct xp_site *site)
{
	static const char *const roots[] = { "proof/explore/", "strategies/",
					     "ringbuf/" };

	for (unsigned int i = 0; i < 3; i++) {
		const char *found = strstr(site->file, roots[i]);

		if (found)
			return found;
	}
	return site->file;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Is it the header for which the unit was made: barrier.h for barrier.c? */
static bool is_header_of(const char *header, const char *unit)
{
	const char *a = base_of(header), *b = base_of(unit);
	size_t length = strcspn(a, ".");

	return length == strcspn(b, ".") && !strncmp(a, b, length);
}

static const char *label_of(const struct xp_site *site)
{
	bool is_announcement = !strcmp(site->func, "swap_nest_enter") &&
			       site->op == XP_STORE_RELAXED;
	const char *file = xp_site_file(site);

	for (unsigned int i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (is_announcement
			    ? !labels[i].line &&
				      is_header_of(labels[i].file, site->unit)
			    : labels[i].line == site->line &&
				      !strcmp(labels[i].file, file))
			return labels[i].label;
	return "";
}

void xp_labels_load(void)
{
	struct xp_site *site;

	for (unsigned int i = 0; (site = xp_site_at(i)); i++)
		site->label = label_of(site);
}

const char *xp_op_name(enum xp_op op)
{
	static const char *const names[XP_OPS] = {
		"load",
		"load-acquire",
		"load",
		"store",
		"store-release",
		"store",
		"load",
		"store",
		"copy",
		"xchg",
		"fetch-add",
		"fetch-or",
		"fetch-and",
		"cmpxchg",
		"xadd",
		"cmpxchg",
		"compiler barrier",
		"full barrier",
		"await",
		"membarrier",
		"signal",
		"lock",
		"unlock",
		"rcu lock",
		"rcu unlock",
		"synchronize rcu",
		"restartable section",
		"restart fence",
	};

	return names[op];
}

const char *xp_mutation_name(enum xp_mutation mutation)
{
	static const char *const names[] = {
		"intact", "not acquire", "not release", "off", "blind",
	};

	return names[mutation];
}

/* ------------------------------------------------------------------------ */
/* Listing                                                                  */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A strategy's own word has the name that the source has for it. */
static void name_operand(const struct xp_step *step, char *out, size_t size)
{
	const char *member = strrchr(step->site->what, '>');
	char *private;

	xp_name_address(step->at, out, size);
	private = strstr(out, ".private+");
	if (private && member && member[1])
		snprintf(private, size - (size_t)(private - out), ".%s",
			 member + 1);
}

/* What the operation did, in words. */
static void describe_effect(const struct xp_step *step, char *out, size_t size)
{
	char name[48], value[48], old[48];

	if (!step->at) {
		snprintf(out, size, "%s", xp_op_name(step->site->op));
		return;
	}
	name_operand(step, name, sizeof(name));
	xp_name_value(step->at, step->value, value, sizeof(value));
	xp_name_value(step->at, step->old, old, sizeof(old));
	switch (step->site->op) {
	case XP_LOAD_RELAXED:
	case XP_LOAD_ACQUIRE:
	case XP_LOAD_DATA:
	case XP_LOAD_PLAIN:
		snprintf(out, size, "%s is %s%s", name, value,
			 step->stale ? " (an older value)" : "");
		break;
	case XP_CMPXCHG:
	case XP_LOCAL_CMPXCHG:
		snprintf(out, size, "%s %s%s%s", name, old,
			 step->done ? " -> " : ", stays",
			 step->done ? value : "");
		break;
	case XP_STORE_RELAXED:
	case XP_STORE_RELEASE:
	case XP_STORE_DATA:
	case XP_STORE_PLAIN:
	case XP_COPY_DATA:
		snprintf(out, size, "%s = %s%s", name, value,
			 step->buffered ? " [buffered]" : "");
		break;
	default:
		snprintf(out, size, "%s %s -> %s%s", name, old, value,
			 step->buffered ? " [buffered]" : "");
	}
}

static void describe(const struct xp_step *step, char *out, size_t size)
{
	char effect[160], name[48], value[48];

	switch (step->kind) {
	case XP_T_DRAIN:
		xp_name_address(step->at, name, sizeof(name));
		xp_name_value(step->at, step->value, value, sizeof(value));
		snprintf(out, size, "~ %s = %s reaches memory", name, value);
		break;
	case XP_T_NOTE:
		snprintf(out, size, "%s", step->text);
		break;
	case XP_T_BROKEN:
		snprintf(out, size, "!!! %s", step->text);
		break;
	default:
		describe_effect(step, effect, sizeof(effect));
		snprintf(out, size, "%s%s", step->blind ? "(mutant) " : "",
			 effect);
	}
}

/* "W3  barrier.h:46", or nothing for what is no operation. */
static void describe_place(const struct xp_step *step, char *out, size_t size)
{
	if (step->kind == XP_T_STEP)
		snprintf(out, size, "%-3s %s:%u", step->site->label,
			 base_name(xp_site_file(step->site)), step->site->line);
	else
		out[0] = '\0';
}

void xp_report_listing(FILE *out)
{
	fprintf(out, "step  %-*s%s\n", COLUMN, xp.role[0].name,
		xp.roles > 1 ? xp.role[1].name : "");
	for (unsigned int i = 0; i < xp.steps; i++) {
		const struct xp_step *step = &xp.trace[i];
		char text[256], place[64];

		describe(step, text, sizeof(text));
		describe_place(step, place, sizeof(place));
		if (step->kind == XP_T_BROKEN) {
			fprintf(out, "%4u  %s\n", i + 1, text);
			continue;
		}
		fprintf(out, "%4u  %*s%s%s%-22s %s\n", i + 1,
			step->role ? COLUMN : 0, "",
			step->role == 2 ? "(2) " : "", step->depth ? "> " : "",
			place, text);
	}
}

/* ------------------------------------------------------------------------ */
/* File                                                                     */

static void file_name(const struct xp_cell *cell, char *file, size_t size)
{
	snprintf(file, size, "%s/%s.%s.%s%s%s.interleaving", cell->save_dir,
		 cell->strategy->name, cell->scenario->name,
		 explore_model_name(cell->model), cell->mutant ? "." : "",
		 cell->mutant ? cell->mutant->label : "");
}

int xp_report_save(const struct xp_cell *cell, const struct explore_row *row,
		   char *file, size_t size)
{
	FILE *out;

	mkdir(cell->save_dir, 0777);
	file_name(cell, file, size);
	out = fopen(file, "w");
	if (!out) {
		file[0] = '\0';
		return -errno;
	}
	fprintf(out, "ringswap-interleaving 1\n");
	fprintf(out, "strategy %s\nscenario %s\nmodel %s\nbound %u\n",
		row->strategy, row->scenario, explore_model_name(row->model),
		row->bound);
	if (cell->mutant)
		fprintf(out, "mutant %s %u %d %d\n", cell->mutant->file,
			cell->mutant->line, (int)cell->mutant->op,
			(int)cell->mutant->mutation);
	fprintf(out, "promise %s\nwhy %s\npath", row->promise, row->why);
	for (unsigned int i = 0; i < xp.at; i++)
		fprintf(out, " %u/%u", xp.path[i].taken, xp.path[i].options);
	fprintf(out, "\n\n");
	xp_report_listing(out);
	return fclose(out) ? -errno : 0;
}

/* ------------------------------------------------------------------------ */
/* Timeline                                                                 */

#define ROW    17
#define LANE   700
#define MARGIN 44

static void svg_text(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc(*text, out);
		}
}

static const char *svg_colour(const struct xp_step *step)
{
	switch (step->kind) {
	case XP_T_BROKEN:
		return "#a50026";
	case XP_T_NOTE:
		return "#666666";
	case XP_T_DRAIN:
		return "#b35806";
	default:
		return step->buffered ? "#b35806" : "#1a1a1a";
	}
}

static void svg_step(FILE *out, const struct xp_step *step, unsigned int i)
{
	unsigned int y = 64 + i * ROW;
	unsigned int x = MARGIN + step->role * LANE + step->depth * 22;
	char text[256];

	describe(step, text, sizeof(text));
	if (step->kind == XP_T_BROKEN)
		fprintf(out,
			"<rect x=\"4\" y=\"%u\" width=\"%u\" height=\"%u\" "
			"fill=\"#fddbc7\"/>\n",
			y - 13, MARGIN + LANE * xp.roles - 8, ROW);
	fprintf(out, "<text x=\"8\" y=\"%u\" fill=\"#767676\">%u</text>\n", y,
		i + 1);
	fprintf(out, "<circle cx=\"%u\" cy=\"%u\" r=\"3\" fill=\"%s\"/>\n", x,
		y - 4, svg_colour(step));
	fprintf(out, "<text x=\"%u\" y=\"%u\" fill=\"%s\">", x + 9, y,
		svg_colour(step));
	if (step->kind == XP_T_STEP && step->site->label[0])
		fprintf(out, "<tspan font-weight=\"bold\">%s</tspan>&#160;",
			step->site->label);
	svg_text(out, text);
	if (step->kind == XP_T_STEP)
		fprintf(out, "<tspan fill=\"#767676\" dx=\"10\">%s:%u</tspan>",
			base_name(xp_site_file(step->site)), step->site->line);
	fprintf(out, "</text>\n");
}

static unsigned int svg_x(const struct xp_step *step)
{
	return MARGIN + step->role * LANE + step->depth * 22;
}

/* The thread of control: down a lane, across between two rows. */
static void svg_control(FILE *out)
{
	unsigned int before = svg_x(&xp.trace[0]);

	fprintf(out,
		"<polyline fill=\"none\" stroke=\"#92c5de\" "
		"stroke-width=\"1.5\" points=\"");
	for (unsigned int i = 0; i < xp.steps; i++) {
		unsigned int x = svg_x(&xp.trace[i]), y = 60 + i * ROW;

		if (xp.trace[i].kind == XP_T_DRAIN)
			continue;
		if (x != before)
			fprintf(out, "%u,%u %u,%u ", before, y - ROW / 2, x,
				y - ROW / 2);
		fprintf(out, "%u,%u ", x, y);
		before = x;
	}
	fprintf(out, "\"/>\n");
}

void xp_report_svg(FILE *out, const struct xp_cell *cell)
{
	unsigned int width = MARGIN + LANE * xp.roles;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
		"height=\"%u\" font-family=\"monospace\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"8\" y=\"18\" font-size=\"14\">%s, %s, %s: how it "
		"breaks</text>\n",
		width, 80 + xp.steps * ROW, cell->strategy->name,
		cell->scenario->name, explore_model_name(cell->model));
	for (unsigned int i = 0; i < xp.roles; i++)
		fprintf(out,
			"<text x=\"%u\" y=\"40\" font-weight=\"bold\">%s"
			"</text>\n<line x1=\"%u\" y1=\"48\" x2=\"%u\" y2=\"%u\" "
			"stroke=\"#dddddd\"/>\n",
			MARGIN + i * LANE, xp.role[i].name, MARGIN + i * LANE,
			MARGIN + i * LANE, 68 + xp.steps * ROW);
	svg_control(out);
	for (unsigned int i = 0; i < xp.steps; i++)
		svg_step(out, &xp.trace[i], i);
	fprintf(out, "</svg>\n");
}
