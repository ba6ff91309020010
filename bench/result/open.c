/* SPDX-License-Identifier: MIT */
/* open.c - a result, whichever file it is in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/result/parts.h"

/* No header is longer: a matrix has some thousand cells. */
#define HEADER_BYTES_MAX (64u << 20)

/* Of a result the first line has one. */
#define FIRST_BYTES 1024u

#define JOURNAL "ringswap-journal/"

/* The first line of a file, or as much of it as a header may have; NULL: no
 * regular file, or no memory. */
static char *first_line(const char *path, size_t *length)
{
	struct stat st;
	FILE *file = NULL;
	char *text = NULL;
	size_t room = 0;

	*length = 0;
	if (!stat(path, &st) && S_ISREG(st.st_mode))
		file = fopen(path, "re");
	while (file && *length < HEADER_BYTES_MAX) {
		char *more;
		size_t got;

		room = room ? 2 * room : FIRST_BYTES;
		more = realloc(text, room);
		if (!more)
			break;
		text = more;
		got = fread(text + *length, 1, room - *length, file);
		*length += got;
		if (!got || memchr(text + *length - got, '\n', got))
			break;
	}
	if (file)
		fclose(file);
	return text;
}

/* A journal's first line is a whole object and names its schema, of whatever
 * version; a result's is not. What is neither is refused by who loads results.
 */
static bool is_journal(const char *path)
{
	size_t length;
	char *text = first_line(path, &length);
	char *end = text ? memchr(text, '\n', length) : NULL;
	json_t *first = NULL;
	const char *schema;
	bool yes;

	if (end)
		first = json_loadb(text, (size_t)(end - text), 0, NULL);
	schema = bench_text(first, "schema");
	yes = schema && !strncmp(schema, JOURNAL, strlen(JOURNAL));
	json_decref(first);
	free(text);
	return yes;
}

int bench_result_open(const char *path, struct bench_result_source *source,
		      json_t **out, char *why, size_t n)
{
	return bench_result_open_figures(path, /* is_light */ false, source,
					 out, why, n);
}

int bench_result_open_figures(const char *path, bool is_light,
			      struct bench_result_source *source, json_t **out,
			      char *why, size_t n)
{
	struct bench_result_source unused;

	if (!source)
		source = &unused;
	*source =
		(struct bench_result_source){ .is_journal = is_journal(path) };
	if (!source->is_journal)
		return bench_result_load_figures(path, is_light, out, why, n);
	return bench_result_of_journal(path, NULL, &source->journal, out, why,
				       n);
}

char *bench_result_source_text(const struct bench_result_source *source,
			       char *text, size_t n)
{
	const struct bench_journal_summary *j = &source->journal;

	text[0] = '\0';
	if (source->is_journal && (!j->ended || j->cut))
		snprintf(text, n, "a journal of %u blocks in %u rounds%s%s",
			 j->blocks, j->rounds,
			 j->ended ? "" : " of a run that has not ended",
			 j->cut ? "; its last line is not whole and is ignored"
				: "");
	return text;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length > n && !strcmp(text + length - n, end);
}

char *bench_result_name(const char *journal, char *text, size_t n)
{
	static const char *const ends[] = { ".journal", ".jsonl" };
	size_t length = strlen(journal);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(journal, ends[i])) {
			length -= strlen(ends[i]);
			break;
		}
	snprintf(text, n, "%.*s.json", (int)length, journal);
	return text;
}
