/* SPDX-License-Identifier: MIT */
/* target.c - loaders, tables, comparisons and chart data of any bytes. */
#include "tests/fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/base/clean.h"
#include "bench/plan/matrix.h"
#include "bench/result/result.h"
#include "bench/show/chart_data.h"
#include "bench/show/compare.h"
#include "bench/show/show.h"

unsigned long fuzz_taken;

/* What is printed is on its way to a terminal, a page or gnuplot. CSV ends its
 * lines as RFC 4180 says. */
static void must_be_clean(const char *what, char *text)
{
	char *save = NULL;

	for (char *at = text; (at = strstr(at, "\r\n"));)
		*at = '\n';

	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *copy = strdup(line);

		if (strlen(line) <= BENCH_CLEAN_MAX &&
		    strcmp(bench_clean(copy), line) != 0) {
			fprintf(stderr, "%s prints \"%s\"\n", what, copy);
			abort();
		}
		free(copy);
	}
}

static unsigned int fields(const char *line)
{
	unsigned int n = 1;

	for (; *line; line++)
		n += *line == '\t';
	return n;
}

/* As many fields in each row as there are names; comments are no rows. */
static void must_be_table(const char *what, char *text)
{
	char *copy = strdup(text), *save = NULL;
	unsigned int n = 0;

	for (char *line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		if (n && fields(line) != n) {
			fprintf(stderr, "%s: \"%s\"\n", what, line);
			abort();
		}
		n = n ? n : fields(line);
	}
	free(copy);
	for (char *at = text; (at = strchr(at, '\t'));)
		*at = ' ';
}

/* ---- What a result is used for ---- */

static void show(const json_t *result)
{
	struct bench_show_options options = { .all = true, .width = 80 };
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	bench_show_head(result, 80, to);
	bench_show_print(result, &options, to);
	options.all = false;
	bench_show_print(result, &options, to);
	fclose(to);
	must_be_clean("check", text);
	free(text);
}

static void plot(const json_t *result)
{
	char caption[600];

	for (int c = 0; c < BENCH_CHARTS; c++) {
		char *text = NULL;
		size_t size;
		FILE *to;

		if (!bench_chart_rows(result, c))
			continue;
		to = open_memstream(&text, &size);
		bench_chart_tsv(result, c, to);
		fclose(to);
		must_be_table(bench_chart_name(c), text);
		must_be_clean(bench_chart_name(c), text);
		free(text);
		bench_chart_caption(result, c, caption, sizeof(caption));
		must_be_clean("caption", caption);
	}
}

static void compare(const json_t *result)
{
	struct bench_compare *c = bench_compare_new();

	if (!bench_compare_add(c, "a", result) &&
	    !bench_compare_add(c, "b", result))
		for (int f = 0; f < BENCH_COMPARE_FORMATS; f++) {
			struct bench_compare_options o = { .format = f,
							   .all = true };
			char *text = NULL;
			size_t size;
			FILE *to = open_memstream(&text, &size);

			bench_compare_print(c, &o, to);
			fclose(to);
			must_be_clean("compare", text);
			free(text);
		}
	bench_compare_free(c);
}

/* ---- The input ---- */

static void read_matrix(const char *path)
{
	char why[BENCH_MATRIX_WHY] = "";

	if (bench_matrix_check(path, why, sizeof(why)))
		must_be_clean("matrix", why);
}

static void read_result(const char *path)
{
	struct bench_result_source source;
	char why[BENCH_RESULT_WHY] = "";
	json_t *result;

	if (bench_result_open(path, &source, &result, why, sizeof(why))) {
		must_be_clean("result", why);
		return;
	}
	fuzz_taken++;
	show(result);
	plot(result);
	compare(result);
	json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	read_result(path);
	read_matrix(path);
	close(fd);
	return 0;
}
