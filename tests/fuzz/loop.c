/* SPDX-License-Identifier: MIT */
/*
 * loop.c - a fuzzer for who has no libFuzzer: files are changed as somebody
 * would who knows JSON, and given to the target.
 *
 * usage: fuzz SECONDS SEED FILE...
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/base/rng.h"
#include "strategies/strategy.h"
#include "tests/fuzz/target.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINES_MAX    64 /* of a journal: the header is most of it */

static struct bench_rng rng;

static size_t below(size_t n)
{
	return (size_t)bench_rng_below(&rng, n ? n : 1);
}

/* ---- Values ---- */

static const char *const texts[] = {
	"",
	"#name",
	"-",
	"a\tb\nc",
	"\x1b]0;title\x07\x1b[31m",
	"\342\200\256eman",
	"\xc2\x85\xef\xbb\xbf",
	"\xef\xbf\xbf",
	"</text><script>]]>&",
	"`date`|$(date)",
	"%s%n%*c",
	"{/Bold x}_a^b@c\\n\"",
	"\xf0\x9f\x98\x80",
	"ok",
	"unsync",
	"m-0000000000000000",
	"unavailable: ",
};

static json_t *long_text(void)
{
	size_t n = 1 + below(20000);
	char *text = malloc(n + 1);
	json_t *json;

	memset(text, 'a' + (int)below(26), n);
	text[n] = '\0';
	json = json_string(text);
	free(text);
	return json;
}

static json_t *number(void)
{
	static const double reals[] = { 0,   -0.0, 1e-308, 1e308, -1,
					0.5, 1e18, -1e300, 1e15,  4294967296.0 };
	static const json_int_t integers[] = { 0,	   -1,	      1,
					       INT32_MAX,  INT64_MAX, INT64_MIN,
					       4294967296, 1000000 };

	return below(2) ? json_real(reals[below(COUNT(reals))])
			: json_integer(integers[below(COUNT(integers))]);
}

static json_t *value(void)
{
	switch (below(8)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(below(2));
	case 2:
		return json_array();
	case 3:
		return json_object();
	case 4:
		return long_text();
	case 5:
		return number();
	default:
		return json_string(texts[below(COUNT(texts))]);
	}
}

/* ---- Changes ---- */

static json_t *pick(json_t *json, const char **name, size_t *index)
{
	size_t n = json_is_object(json) ? json_object_size(json)
					: json_array_size(json);
	void *at;

	*index = below(n);
	*name = NULL;
	if (!n)
		return NULL;
	if (json_is_array(json))
		return json_array_get(json, *index);
	at = json_object_iter(json);
	for (size_t i = 0; i < *index; i++)
		at = json_object_iter_next(json, at);
	*name = json_object_iter_key(at);
	return json_object_iter_value(at);
}

/* Of its kind, so that more of it is taken, or of any. */
static json_t *other(const json_t *old)
{
	if (json_is_integer(old) && below(3))
		/* The largest goes round to the smallest. */
		return json_integer(
			(json_int_t)((uint64_t)json_integer_value(old) +
				     below(3) - 1));
	if (json_is_real(old) && below(3))
		return json_real(json_real_value(old) *
				 (0.5 + bench_rng_double(&rng)));
	if (json_is_number(old) && below(4))
		return number();
	if (json_is_string(old) && below(4))
		return json_string(texts[below(COUNT(texts))]);
	return value();
}

/* Somewhere below, one value. */
static void change(json_t *json)
{
	const char *name;
	size_t index;
	json_t *at = pick(json, &name, &index);

	if (!at)
		return;
	if ((json_is_object(at) || json_is_array(at)) && below(8)) {
		change(at);
		return;
	}
	if (name && !below(16))
		json_object_del(json, name);
	else if (name && !below(16))
		json_object_set_new(json, texts[below(COUNT(texts))], value());
	else if (name)
		json_object_set_new(json, name, other(at));
	else if (!below(8))
		json_array_append_new(json, json_deep_copy(at));
	else
		json_array_set_new(json, index, other(at));
}

/* ---- Files ---- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file || getdelim(&text, &room, '\0', file) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	fclose(file);
	return text;
}

/* One line, or what is a whole file in lines: changed if it is JSON. */
static void put(FILE *to, const char *text, size_t length, size_t changes)
{
	json_t *json = json_loadb(text, length, 0, NULL);
	char *dump;

	for (size_t i = 0; json && i < changes; i++)
		change(json);
	dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (dump)
		fprintf(to, "%s\n", dump);
	else
		fwrite(text, 1, length, to);
	free(dump);
	json_decref(json);
}

/* A journal: its header, and some of its lines, some of them changed. */
static void put_lines(FILE *to, const char *text)
{
	size_t left = 1 + below(LINES_MAX);

	for (const char *end; (end = strchr(text, '\n')) && left; left--) {
		put(to, text, (size_t)(end - text), below(8) ? 0 : below(3));
		text = end + 1;
	}
}

static void spoil(char *text, size_t size)
{
	for (size_t i = below(4); i && size; i--)
		text[below(size)] = (char)below(256);
}

static void try_one(const char *text)
{
	const char *end = strchr(text, '\n');
	json_t *first = end ? json_loadb(text, (size_t)(end - text), 0, NULL)
			    : NULL;
	char *input = NULL;
	size_t size;
	FILE *to = open_memstream(&input, &size);

	if (first)
		put_lines(to, text);
	else
		put(to, text, strlen(text), below(5));
	fclose(to);
	json_decref(first);
	if (!below(5))
		spoil(input, size);
	if (!below(10))
		size = below(size);
	LLVMFuzzerTestOneInput((const uint8_t *)input, size);
	free(input);
}

int main(int argc, char **argv)
{
	char *files[32];
	unsigned long n = 0;
	time_t end;

	if (argc < 4 || argc - 3 > 32) {
		fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", argv[0]);
		return 2;
	}
	swap_setup();
	end = time(NULL) + atol(argv[1]);
	bench_rng_seed(&rng, strtoull(argv[2], NULL, 0));
	for (int i = 3; i < argc; i++) {
		files[i - 3] = read_file(argv[i]);
		LLVMFuzzerTestOneInput((const uint8_t *)files[i - 3],
				       strlen(files[i - 3]));
	}
	do {
		try_one(files[below((size_t)argc - 3)]);
		n++;
	} while (time(NULL) < end);
	printf("%lu inputs: %lu shown, the others refused in one line\n", n,
	       fuzz_taken);
	for (int i = 3; i < argc; i++)
		free(files[i - 3]);
	return fuzz_taken ? 0 : 1; /* a test that reaches nothing is none */
}
