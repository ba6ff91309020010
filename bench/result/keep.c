/* SPDX-License-Identifier: MIT */
/* keep.c - which results are kept, under which name, and what of them. */
#include "bench/result/keep.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/base/clean.h"
#include "bench/base/private.h"
#include "bench/result/compact.h"
#include "bench/result/parts.h"
#include "bench/result/view.h"

/* ---- Which ---- */

static bool is_finished(const char *status)
{
	static const char *const words[] = { "complete", "precise-enough",
					     "cap-reached" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(status, words[i]))
			return true;
	return false;
}

static bool has_candidate(const json_t *result)
{
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (bench_view_is_candidate(cell) &&
		    bench_view_has_numbers(cell))
			return true;
	return false;
}

static const char *fact(const json_t *result, const char *path)
{
	const char *text = bench_view_fact(result, path);

	return text ? text : "";
}

static bool is_other_than(const char *text, const char *plain)
{
	return *text && strcmp(text, plain) != 0;
}

int bench_keep_refuses(const json_t *result, char *why, size_t n)
{
	const char *commit = fact(result, "build.commit");
	const char *status = fact(result, "run.status");

	if (json_is_true(json_object_get(json_object_get(result, "run"),
					 "simulated")))
		return bench_why(-EINVAL, why, n,
				 "simulated: not measured on a machine of that "
				 "kind");
	if (!strcmp(fact(result, "build.build-type"), "Debug") ||
	    is_other_than(fact(result, "build.sanitizer"), "none"))
		return bench_why(-EINVAL, why, n,
				 "a debug or sanitizer build: measure with the "
				 "release preset");
	if (!*commit || !strcmp(commit, "unknown") || strchr(commit, '-'))
		return bench_why(-EINVAL, why, n,
				 "build.commit: is \"%.40s\", should be a "
				 "commit that others can build: measure with a "
				 "checkout without changes",
				 commit);
	if (!is_finished(status))
		return bench_why(
			-EINVAL, why, n,
			"run.status: is \"%.40s\", should be complete: "
			"ringswap run --resume goes on with it",
			status);
	if (!has_candidate(result))
		return bench_why(-EINVAL, why, n,
				 "no candidate has numbers in it");
	return 0;
}

/* ---- What ---- */

/* The command line again: an older build stored it whole. */
static int strip_command(json_t *compact)
{
	json_t *run = json_object_get(compact, "run");
	json_t *command = json_object_get(run, "command");
	size_t n = json_array_size(command);
	char **argv = calloc(n + 1, sizeof(*argv));

	if (!argv)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		argv[i] = (char *)json_string_value(json_array_get(command, i));
	command = json_array();
	bench_private_command((int)n, argv, command);
	free(argv);
	bench_set(run, "command", command);
	return 0;
}

int bench_keep(const json_t *result, const char *const names[], json_t **out,
	       size_t *stripped, char *why, size_t n)
{
	json_t *copy = json_deep_copy(result);
	int err;

	if (!copy || strip_command(copy)) {
		json_decref(copy);
		return bench_why(-ENOMEM, why, n, "out of memory");
	}
	*stripped = bench_private_strip(copy, names);
	err = bench_compact(copy, out, why, n);
	json_decref(copy);
	return err;
}

/* ---- Where ---- */

#define KEY_MAX 32

/* "m-0123456789abcdef" */
static bool is_key(const char *text)
{
	return !strncmp(text, "m-", 2) && text[2] && strlen(text) <= KEY_MAX &&
	       strspn(text + 2, "0123456789abcdef") == strlen(text + 2);
}

/* "2026-11-26", whatever follows */
static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i])
				   : text[i] != form[i])
			return false;
	return true;
}

int bench_keep_path(const json_t *result, char path[BENCH_KEEP_PATH], char *why,
		    size_t n)
{
	const char *key = fact(result, "machine.key");
	const char *started = fact(result, "run.started");
	const char *commit = fact(result, "build.commit");

	if (!is_key(key))
		return bench_why(-EINVAL, why, n,
				 "machine.key: is \"%.40s\", should be m- and "
				 "hexadecimal digits",
				 key);
	if (!is_date(started))
		return bench_why(-EINVAL, why, n,
				 "run.started: is \"%.40s\", should begin with "
				 "a date, like 2026-11-26",
				 started);
	if (!bench_is_name(commit, 64, ""))
		return bench_why(-EINVAL, why, n,
				 "build.commit: is \"%.40s\", which is not fit "
				 "for the name of a file",
				 commit);
	snprintf(path, BENCH_KEEP_PATH, "%s/%.10s-%s.json", key, started,
		 commit);
	return 0;
}

/* ---- Is what is kept fit to be kept? ---- */

/* A word that is somebody's, in any text; false: none. */
static bool holds_private(const json_t *json, const char *const names[])
{
	json_t *copy = json_deep_copy(json);
	size_t n = bench_private_strip(copy, names);

	json_decref(copy);
	return n > 0;
}

static int check_size(const char *file, char *why, size_t n)
{
	struct stat st;

	if (stat(file, &st) || st.st_size <= BENCH_COMPACT_BYTES_MAX)
		return 0;
	return bench_why(-EINVAL, why, n,
			 "%s: %lld bytes, should be at most %u: ringswap "
			 "contribute makes it small",
			 file, (long long)st.st_size, BENCH_COMPACT_BYTES_MAX);
}

static int check_result(const json_t *result, const char *file,
			const char *path, char *why, size_t n)
{
	char own[BENCH_KEEP_PATH], text[BENCH_RESULT_WHY];
	json_t *run = json_object_get(result, "run");
	json_t *command = json_object_get(run, "command");
	int err = bench_keep_refuses(result, text, sizeof(text));

	if (!err)
		err = bench_keep_path(result, own, text, sizeof(text));
	if (err)
		return bench_why(err, why, n, "%s: %s", file, text);
	if (strcmp(own, path) != 0)
		return bench_why(-EINVAL, why, n, "%s: should be %s", file,
				 own);
	if (!json_object_get(result, "compact"))
		return bench_why(
			-EINVAL, why, n,
			"%s: not compact: ringswap contribute makes it "
			"small",
			file);
	if (holds_private(result, NULL) || holds_private(command, NULL))
		return bench_why(-EINVAL, why, n,
				 "%s: holds a path or an address of somebody: "
				 "ringswap contribute strips them",
				 file);
	return 0;
}

int bench_keep_check(const char *root, const char *path, char *why, size_t n)
{
	char file[2 * BENCH_RESULT_WHY];
	json_t *result;
	int err;

	snprintf(file, sizeof(file), "%s/%s", root, path);
	err = check_size(file, why, n);
	if (!err)
		err = bench_result_load(file, &result, why, n);
	if (err)
		return err;
	err = check_result(result, file, path, why, n);
	json_decref(result);
	return err;
}

/* ---- The index ---- */

void bench_keep_index_head(FILE *to)
{
	fputs("# What results/ holds, made by ringswap contribute --index.\n"
	      "file\tmachine\tcpu\tpus\tkernel\thypervisor\tdate\tcommit"
	      "\tcompiler\tmatrix\trounds\tcells\tmarks\n",
	      to);
}

static void put(FILE *to, const char *text)
{
	fprintf(to, "\t%s", *text ? text : "-");
}

/* The lines of a compact file up to its A/A controls, as an object, and the
 * number of its cells; NULL: it is not written so. */
static json_t *read_facts(const char *file, size_t *cells)
{
	char *text = NULL, *line = NULL;
	size_t size = 0, room = 0;
	FILE *in = NULL, *head = open_memstream(&text, &size);
	bool in_head = true, in_cells = false;
	json_t *facts;

	*cells = 0;
	if (!head ||
	    bench_result_open_file(file, BENCH_RESULT_BYTES_MAX, &in, NULL, 0))
		goto out;
	while (getline(&line, &room, in) > 0) {
		in_head &= strncmp(line, "\"aa\"", 4) != 0;
		if (in_head)
			fputs(line, head);
		in_cells |= !strncmp(line, "\"cells\"", 7);
		*cells += in_cells && !strncmp(line, "{\"id\":", 6);
	}
	fputs("\"end\": 0}", head);
out:
	free(line);
	if (in)
		fclose(in);
	if (head)
		fclose(head);
	facts = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	free(text);
	return facts;
}

static void put_line(const json_t *facts, size_t cells, const char *path,
		     FILE *to)
{
	char date[11];

	snprintf(date, sizeof(date), "%s", fact(facts, "run.started"));
	fputs(path, to);
	put(to, fact(facts, "machine.key"));
	put(to, fact(facts, "machine.cpu.model"));
	fprintf(to, "\t%.0f",
		bench_view_fact_number(facts, "machine.topology.pus"));
	put(to, fact(facts, "machine.kernel.release"));
	put(to, fact(facts, "machine.hypervisor"));
	put(to, date);
	put(to, fact(facts, "build.commit"));
	put(to, fact(facts, "build.compiler"));
	put(to, fact(facts, "run.matrix.name"));
	fprintf(to, "\t%.0f\t%zu", bench_view_fact_number(facts, "run.rounds"),
		cells);
	put(to, bench_view_is_indicative(facts) ? "INDICATIVE" : "");
	fputc('\n', to);
}

int bench_keep_index_line(const char *root, const char *path, FILE *to,
			  char *why, size_t n)
{
	char file[2 * BENCH_RESULT_WHY];
	json_t *facts;
	size_t cells;
	int err = 0;

	snprintf(file, sizeof(file), "%s/%s", root, path);
	facts = read_facts(file, &cells);
	if (!bench_compact_is(facts) || bench_clean_json(facts, why, n)) {
		json_decref(facts);
		facts = NULL;
		err = bench_result_load(file, &facts, why, n);
		cells = bench_view_cells(facts);
	}
	if (!err)
		put_line(facts, cells, path, to);
	json_decref(facts);
	return err;
}
