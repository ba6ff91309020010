/* SPDX-License-Identifier: MIT */
/* cmd_contribute.c - `ringswap contribute`: a result for results/. */
#include <fts.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/result/compact.h"
#include "bench/result/keep.h"
#include "bench/result/result.h"
#include "tools/files.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap contribute RESULT [--to DIR]\n"
	"       ringswap contribute --index | --check [--to DIR]\n\n"
	"Makes of a result one that git keeps: checks it, makes it small, takes "
	"out what\nidentifies somebody (paths, addresses, the names of this user "
	"and this machine),\nwrites it to "
	"results/<machine key>/<date>-<commit>.json, brings the index up to\n"
	"date, and says what to do next. Nothing is sent, and your own file "
	"stays as it is.\n\n"
	"  --to DIR  the results of a checkout (results)\n"
	"  --index   only write the index anew, of what is there\n"
	"  --check   only say whether all that is there is fit to be kept, and "
	"the index\n"
	"            is of it\n"
	"  --help    this text\n\n"
	"Exit status: 0; 1 not written; 2 not fit to be kept, and why.\n\n"
	"Examples:\n"
	"  ringswap run --matrix full --out tonight.json\n"
	"  ringswap contribute tonight.json\n";

/* ---- What is there ---- */

struct kept {
	char **paths; /* below the folder, sorted */
	size_t n;
};

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_result(const FTSENT *e)
{
	size_t n = e->fts_namelen;

	return e->fts_info == FTS_F && e->fts_level == 2 && n > 5 &&
	       !strcmp(e->fts_name + n - 5, ".json");
}

static int add_path(struct kept *k, const FTSENT *e)
{
	char **more = realloc(k->paths, (k->n + 1) * sizeof(*more));

	if (!more)
		return command_error(COMMAND_FAILED, "out of memory");
	k->paths = more;
	if (asprintf(&k->paths[k->n], "%s/%s", e->fts_parent->fts_name,
		     e->fts_name) < 0)
		return command_error(COMMAND_FAILED, "out of memory");
	k->n++;
	return 0;
}

static void free_kept(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->paths[i]);
	free(k->paths);
}

/* Every <folder>/<file>.json below dir. */
static int find_kept(const char *dir, struct kept *k)
{
	char *roots[] = { (char *)dir, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR,
			     by_name);
	int status = 0;
	FTSENT *e;

	if (!walk)
		return command_error(COMMAND_FAILED, "%s: %s", dir,
				     strerror(errno));
	while (!status && (e = fts_read(walk)))
		if (is_result(e))
			status = add_path(k, e);
	fts_close(walk);
	return status;
}

/* Is it the results of a checkout? What we write elsewhere nobody asked for. */
static int check_folder(const char *dir)
{
	char readme[PATH_MAX];

	snprintf(readme, sizeof(readme), "%s/README.md", dir);
	if (!access(readme, R_OK))
		return 0;
	return command_error(
		COMMAND_USAGE,
		"%s: no README.md in it: run this in a checkout of "
		"ringswap, or give its results with --to",
		dir);
}

/* ---- The index ---- */

/* The index of what is there, in memory; the caller frees. */
static int index_text(const char *dir, const struct kept *k, char **text)
{
	size_t size = 0;
	FILE *to = open_memstream(text, &size);
	int status = 0;

	if (!to)
		return command_error(COMMAND_FAILED, "out of memory");
	bench_keep_index_head(to);
	for (size_t i = 0; i < k->n && !status; i++) {
		char why[BENCH_RESULT_WHY];
		int err = bench_keep_index_line(dir, k->paths[i], to, why,
						sizeof(why));

		if (err)
			status = files_error(err, why);
	}
	fclose(to);
	if (status) {
		free(*text);
		*text = NULL;
	}
	return status;
}

static int write_text(const char *path, const char *text)
{
	char temporary[PATH_MAX + 8];
	FILE *file;
	int err;

	snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	file = fopen(temporary, "we");
	if (!file)
		return command_error(COMMAND_FAILED, "%s: %s", path,
				     strerror(errno));
	errno = 0;
	err = fputs(text, file) < 0 || fflush(file);
	if (fclose(file) || err || rename(temporary, path)) {
		err = errno ? errno : EIO;
		unlink(temporary);
		return command_error(COMMAND_FAILED, "%s: not written: %s",
				     path, strerror(err));
	}
	return 0;
}

/* The index and what is renamed to it: nothing else may stand there. */
static int may_write_index(const char *dir)
{
	static const char *const ends[] = { "", ".tmp" };
	char path[PATH_MAX], why[BENCH_RESULT_WHY];

	for (size_t i = 0; i < 2; i++) {
		int err;

		snprintf(path, sizeof(path), "%s/%s%s", dir, BENCH_KEEP_INDEX,
			 ends[i]);
		err = bench_result_may_write(path, why, sizeof(why));
		if (err)
			return command_error(err == -EINVAL ? COMMAND_USAGE
							    : COMMAND_FAILED,
					     "%s", why);
	}
	return 0;
}

static int write_index(const char *dir)
{
	struct kept k = { 0 };
	char path[PATH_MAX], *text = NULL;
	int status = find_kept(dir, &k);

	if (!status)
		status = may_write_index(dir);
	if (!status)
		status = index_text(dir, &k, &text);
	snprintf(path, sizeof(path), "%s/%s", dir, BENCH_KEEP_INDEX);
	if (!status)
		status = write_text(path, text);
	if (!status)
		command_print("%s: %zu results", path, k.n);
	free(text);
	free_kept(&k);
	return status;
}

/* ---- Checking ---- */

static int check_index(const char *path, const char *text)
{
	char *there = NULL;
	struct stat st;
	size_t size = 0;
	/* Somebody else's pipe would keep us waiting. */
	bool is_file = !stat(path, &st) && S_ISREG(st.st_mode);
	FILE *file = is_file ? fopen(path, "re") : NULL;
	bool same = file && getdelim(&there, &size, '\0', file) >= 0 &&
		    !strcmp(there, text);

	if (file)
		fclose(file);
	free(there);
	if (same)
		return 0;
	return command_error(COMMAND_USAGE,
			     "%s: not the index of what is there: ringswap "
			     "contribute --index writes it anew",
			     path);
}

static int check_kept(const char *dir)
{
	struct kept k = { 0 };
	char path[PATH_MAX], why[2 * BENCH_RESULT_WHY], *text = NULL;
	int status = find_kept(dir, &k);

	for (size_t i = 0; i < k.n && status != COMMAND_FAILED; i++) {
		int err = bench_keep_check(dir, k.paths[i], why, sizeof(why));

		if (err)
			status = files_error(err, why);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, BENCH_KEEP_INDEX);
	if (!status)
		status = index_text(dir, &k, &text);
	if (!status)
		status = check_index(path, text);
	if (!status)
		command_print("%s: %zu results, all fit to be kept", dir, k.n);
	free(text);
	free_kept(&k);
	return status;
}

/* ---- A new one ---- */

/* Words that are somebody's: of this user and this machine, without and with
 * its domain. */
#define NAMES 6

static void own_names(const char *names[NAMES], char host[2][256])
{
	const struct passwd *user = getpwuid(getuid());
	const char *home = getenv("HOME");
	size_t n = 0;

	if (!gethostname(host[0], 255)) {
		host[0][255] = '\0';
		snprintf(host[1], sizeof(host[1]), "%.*s",
			 (int)strcspn(host[0], "."), host[0]);
		names[n++] = host[0];
		names[n++] = host[1];
	}
	if (user)
		names[n++] = user->pw_name;
	if (getenv("USER"))
		names[n++] = getenv("USER");
	home = home ? strrchr(home, '/') : NULL;
	if (home && home[1])
		names[n++] = home + 1;
	names[n] = NULL;
}

static int make_folder(const char *path)
{
	struct stat st;

	if (!mkdir(path, 0777) ||
	    (errno == EEXIST && !lstat(path, &st) && S_ISDIR(st.st_mode)))
		return 0;
	return command_error(COMMAND_FAILED, "%s: %s", path,
			     errno == EEXIST ? "not a directory"
					     : strerror(errno));
}

/* Nothing that is there is replaced: what git keeps is measured once. */
static int write_new(const json_t *compact, const char *dir, const char *path)
{
	char file[PATH_MAX], why[2 * BENCH_RESULT_WHY];
	char *slash;
	int status;

	snprintf(file, sizeof(file), "%s/%s", dir, path);
	if (!access(file, F_OK))
		return command_error(COMMAND_USAGE,
				     "%s: there already, of the same machine, "
				     "day and build; remove it first if this "
				     "one is better",
				     file);
	slash = strrchr(file, '/');
	*slash = '\0';
	status = may_write_index(dir);
	if (!status)
		status = make_folder(file);
	*slash = '/';
	if (!status && bench_result_write(compact, file, why, sizeof(why)))
		status = command_error(COMMAND_FAILED, "%s", why);
	if (status || !bench_keep_check(dir, path, why, sizeof(why)))
		return status;
	unlink(file); /* what --check would refuse, nobody is to send */
	return command_error(COMMAND_FAILED, "%s", why);
}

static void say_next(const json_t *result, const char *dir, const char *path,
		     size_t stripped)
{
	command_print("%s/%s: written", dir, path);
	if (stripped)
		printf("  %zu words that were somebody's were replaced: look "
		       "for PATH, ADDRESS and NAME\n",
		       stripped);
	if (bench_result_has_invalid(result))
		puts("  it holds INVALID cells: say so where you send it, they "
		     "are evidence against a strategy");
	puts("\nNext:");
	command_print(
		"  ringswap check %s/%s --table     is it what you "
		"measured?",
		dir, path);
	command_print("  ringswap contribute --check --to %s", dir);
	command_print("  git add %s && git commit -m \"results: add MACHINE\"",
		      dir);
	puts("and send the commit: what identifies you beside it is your name "
	     "in git.");
}

static int contribute(const char *from, const char *dir)
{
	char why[BENCH_RESULT_WHY], path[BENCH_KEEP_PATH], host[2][256];
	const char *names[NAMES];
	json_t *result, *compact = NULL;
	size_t stripped = 0;
	int err, status;

	if (files_open_result(from, &result))
		return COMMAND_USAGE;
	own_names(names, host);
	err = bench_keep_refuses(result, why, sizeof(why));
	if (!err)
		err = bench_keep_path(result, path, why, sizeof(why));
	if (!err)
		err = bench_keep(result, names, &compact, &stripped, why,
				 sizeof(why));
	if (err)
		status = command_error(err == -ENOMEM ? COMMAND_FAILED
						      : COMMAND_USAGE,
				       "%s: %s", from, why);
	else
		status = write_new(compact, dir, path);
	if (!status)
		status = write_index(dir);
	if (!status)
		say_next(result, dir, path, stripped);
	json_decref(compact);
	json_decref(result);
	return status;
}

/* ---- Arguments ---- */

enum {
	ONE,
	INDEX,
	CHECK
};

/* Without slashes at its end. */
static const char *folder_of(char *text)
{
	size_t length = strlen(text);

	while (length > 1 && text[length - 1] == '/')
		text[--length] = '\0';
	return text;
}

int cmd_contribute(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "to", required_argument, NULL, 't' },
		{ "index", no_argument, NULL, 'i' },
		{ "check", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *dir = "results";
	int option, what = ONE, status;

	while ((option = options_next(argc, argv, ":h", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		if (option == 't')
			dir = folder_of(optarg);
		if (option == 'i')
			what = INDEX;
		if (option == 'c')
			what = CHECK;
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (argc - optind != (what == ONE))
		return command_error(COMMAND_USAGE,
				     what == ONE
					     ? "give one result; see --help"
					     : "--index and --check take no "
					       "result; see --help");
	status = check_folder(dir);
	if (status)
		return status;
	status = what == INDEX	 ? write_index(dir)
		 : what == CHECK ? check_kept(dir)
				 : contribute(argv[optind], dir);
	return status ? status : options_flush();
}
