/* SPDX-License-Identifier: MIT */
/* cmd_plot.c - `ringswap plot`: the charts of a result, and their data. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/show/chart_data.h"
#include "bench/show/compare.h"
#include "bench/result/result.h"
#include "tools/files.h"
#include "tools/names.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap plot RESULT|JOURNAL... [-o DIR] [--format svg,png]\n\n"
	"Writes each chart that a result has numbers for, as pictures and as "
	"the TSV they are\ndrawn from: write-latency, write-cost, swap-cost, "
	"pareto, footprint, scaling,\nratios, trade. With several results each "
	"gets a folder of its own inside DIR, and\nthose of different machines "
	"the chart machines beside them.\n\n"
	"  -o, --out DIR   where to; made if it is not there (charts)\n"
	"  --format LIST   svg, png or both (svg,png)\n"
	"  --help          this text\n\n"
	"Needs gnuplot; without it the TSV files are written all the same, and "
	"the exit\nstatus is 4.\n\n"
	"Examples:\n"
	"  ringswap plot run.json\n"
	"  ringswap plot here.json there.json -o charts --format svg\n";

/* render.sh says this where gnuplot is missing. */
#define RENDER_NO_GNUPLOT 3

struct options {
	const char *out;
	bool svg;
	bool png;
	char home[PATH_MAX]; /* the folder of render.sh */
	bool no_gnuplot;     /* said once */
};

/* ---- Where the scripts are ---- */

static bool is_home(const char *folder)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/render.sh", folder);
	return access(path, R_OK) == 0;
}

/* Beside the executable, or where an installation or a bundle puts them. */
static bool home_by_executable(char home[PATH_MAX])
{
	static const char *const places[] = { "plots", "../plots",
					      "../share/ringswap/plots" };
	char self[PATH_MAX / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(home, PATH_MAX, "%s/%s", self, places[i]);
		if (is_home(home))
			return true;
	}
	return false;
}

static int find_home(char home[PATH_MAX])
{
	const char *set = getenv("RINGSWAP_HOME");

	if (set && *set) {
		snprintf(home, PATH_MAX, "%s/plots", set);
		if (is_home(home))
			return 0;
		return command_error(COMMAND_MISSING,
				     "RINGSWAP_HOME: no render.sh in %s", home);
	}
	if (home_by_executable(home))
		return 0;
	snprintf(home, PATH_MAX, "%s", RINGSWAP_SOURCE "/plots");
	if (is_home(home))
		return 0;
	return command_error(COMMAND_MISSING,
			     "no plots/render.sh beside the executable: set "
			     "RINGSWAP_HOME to the folder that holds plots/");
}

/* ---- Data ---- */

/* Complete in its place, or not there at all. */
static int write_tsv(const json_t *result, enum bench_chart chart,
		     const char *path)
{
	char temporary[PATH_MAX + 32];
	int fd, err = files_may_replace(path);
	FILE *file;

	if (err)
		return err;
	snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path,
		 (int)getpid());
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return command_error(COMMAND_FAILED, "%s: %s", path,
				     strerror(errno));
	errno = 0;
	err = bench_chart_tsv(result, chart, file);
	if (err)
		errno = -err;
	err = err || ferror(file) || fflush(file);
	if (fclose(file) || err || rename(temporary, path)) {
		err = errno ? errno : EIO;
		unlink(temporary);
		return command_error(COMMAND_FAILED, "%s: not written: %s",
				     path, strerror(err));
	}
	return 0;
}

/* ---- Pictures ---- */

static int render(struct options *o, const char *const argv[])
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return command_error(COMMAND_FAILED, "fork: %s",
				     strerror(errno));
	if (!pid) {
		execv("/bin/sh", (char *const *)argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return command_error(COMMAND_FAILED, "%s: was ended", argv[1]);
	if (WEXITSTATUS(status) == RENDER_NO_GNUPLOT) {
		o->no_gnuplot = true;
		return COMMAND_MISSING;
	}
	return WEXITSTATUS(status) ? COMMAND_FAILED : COMMAND_OK;
}

/* One picture; render.sh has said what went wrong. */
static int draw(struct options *o, const json_t *result, enum bench_chart chart,
		const char *folder, const char *suffix)
{
	char script[PATH_MAX + 16], data[PATH_MAX], out[PATH_MAX];
	char caption[2000];
	const char *name = bench_chart_name(chart);
	const char *argv[] = { "sh",	script, name,
			       data,	out,	bench_chart_title(chart),
			       caption, NULL };
	int status;

	if (o->no_gnuplot)
		return COMMAND_MISSING;
	snprintf(script, sizeof(script), "%s/render.sh", o->home);
	snprintf(data, sizeof(data), "%s/%s.tsv", folder, name);
	snprintf(out, sizeof(out), "%s/%s.%s", folder, name, suffix);
	bench_chart_caption(result, chart, caption, sizeof(caption));
	status = files_may_replace(out);
	if (!status)
		status = render(o, argv);
	if (!status)
		command_print("%s", out);
	return status;
}

static int worse(int a, int b)
{
	return a == COMMAND_OK || (b && b != COMMAND_MISSING) ? b : a;
}

static int plot_chart(struct options *o, const json_t *result,
		      enum bench_chart chart, const char *folder)
{
	char data[PATH_MAX];
	int status;

	snprintf(data, sizeof(data), "%s/%s.tsv", folder,
		 bench_chart_name(chart));
	status = write_tsv(result, chart, data);
	if (status)
		return status;
	command_print("%s", data);
	if (o->svg)
		status = worse(status, draw(o, result, chart, folder, "svg"));
	if (o->png)
		status = worse(status, draw(o, result, chart, folder, "png"));
	return status;
}

/* ---- Machines ---- */

static int write_machines(struct bench_compare *c, const char *path,
			  size_t *rows)
{
	FILE *file = fopen(path, "we");
	int err;

	if (!file)
		return command_error(COMMAND_FAILED, "%s: %s", path,
				     strerror(errno));
	errno = 0;
	*rows = bench_compare_chart(c, file);
	err = ferror(file) || fflush(file);
	if (fclose(file) || err)
		return command_error(COMMAND_FAILED, "%s: not written: %s",
				     path, strerror(errno ? errno : EIO));
	return 0;
}

static int draw_machines(struct options *o, const struct bench_compare *c,
			 const char *data, const char *suffix)
{
	char script[PATH_MAX + 16], out[PATH_MAX], caption[2000];
	const char *argv[] = { "sh",
			       script,
			       "machines",
			       data,
			       out,
			       "Does the order of the strategies hold on "
			       "other machines?",
			       caption,
			       NULL };
	int status;

	if (o->no_gnuplot)
		return COMMAND_MISSING;
	snprintf(script, sizeof(script), "%s/render.sh", o->home);
	snprintf(out, sizeof(out), "%s/machines.%s", o->out, suffix);
	bench_compare_caption(c, caption, sizeof(caption));
	status = render(o, argv);
	if (!status)
		command_print("%s", out);
	return status;
}

/* More would be a forest of lines; `compare` describes those. */
#define MACHINES_MOST 12

/* The chart of several machines, beside their folders. */
static int plot_machines(struct options *o, struct bench_compare *c)
{
	char data[PATH_MAX];
	size_t rows = 0;
	int status;

	if (bench_compare_is_alike(c))
		return 0;
	snprintf(data, sizeof(data), "%s/machines.tsv", o->out);
	status = write_machines(c, data, &rows);
	if (status || !rows)
		return status;
	command_print("%s", data);
	if (o->svg)
		status = worse(status, draw_machines(o, c, data, "svg"));
	if (o->png)
		status = worse(status, draw_machines(o, c, data, "png"));
	return status;
}

static int compare_machines(struct options *o, int n, char **paths)
{
	struct bench_compare *c = bench_compare_new();
	int status = c ? 0 : command_error(COMMAND_FAILED, "out of memory");

	for (int i = 0; i < n && !status; i++) {
		json_t *result;

		status = files_open_figures(paths[i], &result);
		if (!status && bench_compare_add(c, paths[i], result))
			status = command_error(COMMAND_FAILED, "out of memory");
		if (!status)
			json_decref(result);
	}
	if (!status)
		status = plot_machines(o, c);
	bench_compare_free(c);
	return status;
}

/* ---- Results ---- */

static int make_folder(const char *path)
{
	struct stat st;

	if (!mkdir(path, 0777) ||
	    (errno == EEXIST && !stat(path, &st) && S_ISDIR(st.st_mode)))
		return 0;
	return command_error(COMMAND_FAILED, "%s: %s", path,
			     errno == EEXIST ? "not a directory"
					     : strerror(errno));
}

static int plot_result(struct options *o, const char *path, const char *folder)
{
	int status = COMMAND_OK;
	unsigned int drawn = 0;
	json_t *result;

	if (files_open_result(path, &result))
		return COMMAND_USAGE;
	status = make_folder(folder);
	for (int c = 0; c < BENCH_CHARTS && status != COMMAND_FAILED; c++) {
		if (!bench_chart_rows(result, c))
			continue;
		drawn++;
		status = worse(status, plot_chart(o, result, c, folder));
	}
	json_decref(result);
	if (!drawn && !status)
		status = command_error(COMMAND_FAILED,
				       "%s: nothing was measured, no chart",
				       path);
	return status;
}

/* What a result or a journal is called: "name" of "name.json". */
static size_t stem_length(const char *path)
{
	char json[PATH_MAX + 16];
	size_t length;

	bench_result_name(path, json, sizeof(json));
	length = strlen(json) - 5;
	if (length > 5 && !strncmp(json + length - 5, ".json", 5))
		length -= 5; /* a result's own name */
	return length;
}

/* Each into a folder of its own, "out/name" of "some/name.json". */
static int plot_several(struct options *o, int n, char **paths)
{
	char folder[2 * PATH_MAX];
	int status = make_folder(o->out);
	char **names = names_distinct((size_t)n, paths, '-', stem_length);

	if (!names)
		return command_error(COMMAND_FAILED, "out of memory");
	for (int i = 0; i < n && status != COMMAND_FAILED; i++) {
		snprintf(folder, sizeof(folder), "%s/%s", o->out, names[i]);
		status = worse(status, plot_result(o, paths[i], folder));
	}
	names_free((size_t)n, names);
	return status;
}

static int plot_all(struct options *o, int n, char **paths)
{
	int status = n == 1 ? plot_result(o, paths[0], o->out)
			    : plot_several(o, n, paths);

	if (n > 1 && n <= MACHINES_MOST && status != COMMAND_FAILED &&
	    status != COMMAND_USAGE)
		status = worse(status, compare_machines(o, n, paths));
	return status ? status : options_flush();
}

static int parse_formats(const char *text, struct options *o)
{
	o->svg = o->png = false;
	for (const char *at = text; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, "svg", 3) && (!at[3] || at[3] == ','))
			o->svg = true;
		else if (!strncmp(at, "png", 3) && (!at[3] || at[3] == ','))
			o->png = true;
		else
			return command_error(COMMAND_USAGE,
					     "--format \"%s\": give svg, png "
					     "or svg,png",
					     text);
	}
	return 0;
}

int cmd_plot(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { .out = "charts", .svg = true, .png = true };
	int option, status;

	while ((option = options_next(argc, argv, ":o:f:h", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		if (option == 'o')
			o.out = optarg;
		if (option == 'f' && parse_formats(optarg, &o))
			return COMMAND_USAGE;
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind == argc)
		return command_error(COMMAND_USAGE,
				     "give a result file; see --help");
	status = find_home(o.home);
	return status ? status : plot_all(&o, argc - optind, argv + optind);
}
