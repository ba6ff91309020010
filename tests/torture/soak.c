/* SPDX-License-Identifier: MIT */
/*
 * soak.c - torture without end in sight: resumable, and told in a table.
 *
 *	soak STATE DOCUMENT [MINUTES [STRATEGY]]
 *
 * Tortures the sound strategies in slices, always the one that has checked
 * the fewest events, until each has checked 10^9 or the time is over. STATE (a
 * line a strategy, tab-separated) is replaced after every slice, so that the
 * program may be killed at any moment and goes on where it was; then the table
 * in DOCUMENT, between two marker lines, is made anew from it. After a change
 * to a strategy delete its line: what was checked was another program.
 *
 * Exit status: 0, or 3 when a strategy broke, now or in STATE.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proof/torture/torture.h"

#define GOAL	 UINT64_C(1000000000)
#define SLICE_S	 10.0
#define ROWS_MAX 64u

#define MARK_BEGIN "<!-- soak: begin -->\n"
#define MARK_END   "<!-- soak: end -->\n"

struct soak_row {
	char name[32];
	uint64_t slices, rounds, seconds;
	uint64_t checked, overrun, refused, nested;
	uint64_t swaps[TORTURE_OUTCOMES];
	uint64_t violations;
};

struct soak {
	const char *state, *document, *only;
	struct soak_row rows[ROWS_MAX];
	unsigned int n;
};

#define ROW_READ                                                             \
	"%31s\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 \
	"\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64     \
	"\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64
#define ROW_FIELDS 15

static void print_state_row(FILE *out, const struct soak_row *row)
{
	fprintf(out,
		"%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		"\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
		row->name, row->slices, row->rounds, row->seconds, row->checked,
		row->overrun, row->refused, row->nested);
	for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++)
		fprintf(out, "\t%" PRIu64, row->swaps[o]);
	fprintf(out, "\t%" PRIu64 "\n", row->violations);
}

static void print_state(FILE *out, const struct soak *soak)
{
	fprintf(out,
		"# strategy\tslices\trounds\tseconds\tchecked\toverrun\t"
		"refused\tnested");
	for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++)
		fprintf(out, "\t%s", torture_outcome_name(o));
	fprintf(out, "\tviolations\n");
	for (unsigned int i = 0; i < soak->n; i++)
		print_state_row(out, &soak->rows[i]);
}

static int read_state_row(struct soak *soak, const char *line)
{
	struct soak_row row;
	uint64_t *s = row.swaps;

	_Static_assert(TORTURE_OUTCOMES == 6, "one column an outcome");
	if (sscanf(line, ROW_READ, row.name, &row.slices, &row.rounds,
		   &row.seconds, &row.checked, &row.overrun, &row.refused,
		   &row.nested, &s[0], &s[1], &s[2], &s[3], &s[4], &s[5],
		   &row.violations) != ROW_FIELDS ||
	    soak->n == ROWS_MAX)
		return -EINVAL;
	soak->rows[soak->n++] = row;
	return 0;
}

static int read_state(struct soak *soak)
{
	FILE *in = fopen(soak->state, "r");
	char line[512];
	int err = 0;

	if (!in)
		return errno == ENOENT ? 0 : -errno;
	for (unsigned int n = 1; !err && fgets(line, sizeof(line), in); n++) {
		if (*line != '#')
			err = read_state_row(soak, line);
		if (err)
			fprintf(stderr, "soak: %s:%u: not a line of a state\n",
				soak->state, n);
	}
	fclose(in);
	return err;
}

/* Either the old content or the new, whenever this is interrupted. */
static int replace_file(const char *path, const char *content)
{
	char temporary[4096];
	FILE *out;
	bool bad;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = fopen(temporary, "w");
	if (!out)
		return -errno;
	bad = fputs(content, out) < 0 || fflush(out) || fsync(fileno(out));
	bad |= fclose(out) != 0;
	if (bad || rename(temporary, path))
		return -errno;
	return 0;
}

static int write_state(const struct soak *soak)
{
	char *content = NULL;
	size_t size;
	FILE *out = open_memstream(&content, &size);
	int err;

	if (!out)
		return -ENOMEM;
	print_state(out, soak);
	fclose(out);
	err = replace_file(soak->state, content);
	free(content);
	return err;
}

/* ------------------------------------------------------------------------ */
/* The table                                                                */

static void print_table_row(FILE *out, const struct soak_row *row)
{
	fprintf(out, "| `%s` | %.2f | %.2f | %.2f | %.3f | %.2f | %.1f |",
		row->name, (double)row->checked * 1e-9,
		(double)row->overrun * 1e-9, (double)row->refused * 1e-9,
		(double)row->nested * 1e-9,
		(double)(row->swaps[TORTURE_OK] +
			 row->swaps[TORTURE_DEFERRED]) *
			1e-6,
		(double)row->seconds / 60);
	for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++)
		fprintf(out, "%s%" PRIu64 " %s", o ? ", " : " ", row->swaps[o],
			torture_outcome_name(o));
	fprintf(out, " | %s%" PRIu64 " |\n", row->violations ? "**!!!** " : "",
		row->violations);
}

static void print_table(FILE *out, const struct soak *soak)
{
	fprintf(out,
		"| strategy | checked, 10^9 | overrun, 10^9 | refused, "
		"10^9 | of all attempts nested, 10^9 | swaps, 10^6 | "
		"minutes | swaps by outcome | violations |\n"
		"|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < soak->n; i++)
		print_table_row(out, &soak->rows[i]);
}

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *content = NULL;
	size_t room = 0;

	if (!in)
		return NULL;
	if (getdelim(&content, &room, '\0', in) < 0) {
		free(content);
		content = NULL;
	}
	fclose(in);
	return content;
}

static int write_document(const struct soak *soak)
{
	char *old = read_file(soak->document);
	char *begin = old ? strstr(old, MARK_BEGIN) : NULL;
	char *end = begin ? strstr(begin, MARK_END) : NULL;
	char *content = NULL;
	size_t size;
	FILE *out;
	int err = -EINVAL;

	if (!end) {
		fprintf(stderr, "soak: %s has no markers for the table\n",
			soak->document);
		goto out;
	}
	out = open_memstream(&content, &size);
	err = -ENOMEM;
	if (!out)
		goto out;
	fwrite(old, 1, (size_t)(begin - old) + strlen(MARK_BEGIN), out);
	print_table(out, soak);
	fputs(end, out);
	fclose(out);
	err = replace_file(soak->document, content);
out:
	free(content);
	free(old);
	return err;
}

/* ------------------------------------------------------------------------ */
/* The soak                                                                 */

static struct soak_row *row_of(struct soak *soak, const char *name)
{
	struct soak_row *row = soak->rows;

	while (row < soak->rows + soak->n && strcmp(row->name, name))
		row++;
	if (row == soak->rows + ROWS_MAX)
		abort();
	if (row == soak->rows + soak->n) {
		memset(row, 0, sizeof(*row));
		snprintf(row->name, sizeof(row->name), "%s", name);
		soak->n++;
	}
	return row;
}

/* The sound strategy with the fewest events; NULL: all have enough. */
static const struct swap_strategy *next_strategy(struct soak *soak)
{
	const struct swap_strategy *s, *next = NULL;
	uint64_t fewest = GOAL;
	char why[128];

	swap_for_each_strategy (s) {
		if (!s->sound || !s->swap || swap_probe(s, why, sizeof(why)) ||
		    (soak->only && strcmp(soak->only, s->name)))
			continue;
		if (row_of(soak, s->name)->checked < fewest) {
			fewest = row_of(soak, s->name)->checked;
			next = s;
		}
	}
	return next;
}

static void add_result(struct soak_row *row, const struct torture_result *r)
{
	row->slices++;
	row->rounds += r->rounds;
	row->seconds += (r->ns + 500000000) / 1000000000;
	row->checked += r->checked;
	row->overrun += r->overrun;
	row->refused += r->refused;
	row->nested += r->nested;
	for (unsigned int o = 0; o < TORTURE_OUTCOMES; o++)
		row->swaps[o] += r->swaps[o];
	row->violations += torture_violations(r);
}

static int run_slice(const struct swap_strategy *strategy, struct soak_row *row)
{
	struct torture_options options = {
		.strategy = strategy,
		.seconds = SLICE_S,
		.seed = row->slices,
		.out = stdout,
	};
	struct torture_result *result = torture_result_new();
	int err = result ? torture_run(&options, result) : -ENOMEM;

	if (!err)
		add_result(row, result);
	torture_result_free(result);
	printf("%-12s slice %" PRIu64
	       ": %.3f of %.0f * 10^9 checked, "
	       "%" PRIu64 " violations\n",
	       row->name, row->slices, (double)row->checked * 1e-9,
	       (double)GOAL * 1e-9, row->violations);
	fflush(stdout);
	return err;
}

static int soak_until(struct soak *soak, uint64_t end)
{
	const struct swap_strategy *next;
	int err = 0;

	while (!err && (next = next_strategy(soak)) != NULL &&
	       (!end || sys_now() < end)) {
		err = run_slice(next, row_of(soak, next->name));
		if (!err)
			err = write_state(soak);
	}
	return err;
}

int main(int argc, char **argv)
{
	static struct soak soak;
	double minutes = argc > 3 ? atof(argv[3]) : 0;
	uint64_t end = sys_now() + (uint64_t)(minutes * 60e9);
	int err;

	if (argc < 3 || argc > 5) {
		fprintf(stderr,
			"usage: soak STATE DOCUMENT [MINUTES [STRATEGY]]\n");
		return 2;
	}
	swap_setup();
	soak.state = argv[1];
	soak.document = argv[2];
	soak.only = argc > 4 ? argv[4] : NULL;
	err = read_state(&soak);
	if (!err)
		err = soak_until(&soak, minutes > 0 ? end : 0);
	if (!err)
		err = write_document(&soak);
	if (err) {
		fprintf(stderr, "soak: %s\n", strerror(-err));
		return 1;
	}
	for (unsigned int i = 0; i < soak.n; i++)
		if (soak.rows[i].violations)
			return 3;
	return 0;
}
