/* SPDX-License-Identifier: MIT */
/* shape.c - compare JSON with a shape and name the member at fault. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/result/parts.h"

#define PATH_MAX_TEXT 192

/* Doubles hold every integer below it, and so does JSON of other hands. */
#define INTEGER_MAX ((INT64_C(1) << 53) - 1)

static const char *const kind_words[] = {
	[SHAPE_ANY] = "anything",	[SHAPE_STRING] = "a string",
	[SHAPE_INTEGER] = "an integer", [SHAPE_NUMBER] = "a number",
	[SHAPE_BOOL] = "true or false", [SHAPE_OBJECT] = "an object",
	[SHAPE_ARRAY] = "an array",	[SHAPE_MAP] = "an object",
	[SHAPE_FIGURES] = "an object",
};

static const char *type_words(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a fraction";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	default:
		return "null";
	}
}

static bool kind_fits(const json_t *value, enum shape_kind kind)
{
	switch (kind) {
	case SHAPE_STRING:
		return json_is_string(value);
	case SHAPE_INTEGER:
		return json_is_integer(value);
	case SHAPE_NUMBER:
		return json_is_number(value);
	case SHAPE_BOOL:
		return json_is_boolean(value);
	case SHAPE_OBJECT:
	case SHAPE_MAP:
		return json_is_object(value);
	case SHAPE_ARRAY:
		return json_is_array(value);
	default:
		return true;
	}
}

/* Is @word one of "a|b|c"? */
static bool word_is_allowed(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (!strncmp(at, word, length) &&
		    (at[length] == '|' || !at[length]))
			return true;
	}
	return false;
}

static int check(const json_t *value, const struct shape *shape,
		 const char *path, char *why, size_t n);

/* The path of a member; nobody asks: NULL. */
static const char *below_path(char below[PATH_MAX_TEXT], const char *path,
			      const char *name)
{
	if (!path)
		return NULL;
	snprintf(below, PATH_MAX_TEXT, "%s%s%s", path, *path ? "." : "", name);
	return below;
}

static int check_member(const json_t *value, const struct shape *shape,
			const char *path, char *why, size_t n)
{
	const json_t *member = json_object_get(value, shape->name);
	char below[PATH_MAX_TEXT];

	path = below_path(below, path, shape->name);
	if (!member && shape->flags & SHAPE_OPTIONAL)
		return 0;
	if (!member)
		return bench_why(-EINVAL, why, n, "%s: missing, should be %s",
				 path, kind_words[shape->kind]);
	return check(member, shape, path, why, n);
}

/* The shape of its kind, as figures.def has it. */
static struct shape shape_of(const struct bench_figure_info *info,
			     const struct shape *kinds)
{
	struct shape shape = kinds[info->kind];

	shape.name = info->name;
	if (info->flags & BENCH_FIGURE_SIGNED)
		shape.flags |= SHAPE_SIGNED;
	if (info->flags & BENCH_FIGURE_NEEDED)
		shape.flags &= ~(SHAPE_OPTIONAL | SHAPE_NULL);
	return shape;
}

/* A figure of a part that @value has, and what its kind should be. */
static int check_figure(const json_t *part,
			const struct bench_figure_info *info,
			const struct shape *kinds, const char *path, char *why,
			size_t n)
{
	struct shape shape = shape_of(info, kinds);
	char below[PATH_MAX_TEXT];

	path = below_path(below, path, info->part);
	if (json_is_object(part))
		return check_member(part, &shape, path, why, n);
	return bench_why(-EINVAL, why, n, "%s: is %s, should be an object",
			 path, type_words(part));
}

/* Every figure of the parts that @value has; one of no shape may be anything.
 * Those of a part follow each other in figures.def: it is looked up once. */
static int check_figures(const json_t *value, const struct shape *kinds,
			 const char *path, char *why, size_t n)
{
	const json_t *part = NULL;
	const char *name = "";
	int err = 0;

	for (int f = 0; f < BENCH_FIGURE_COUNT && !err; f++) {
		const struct bench_figure_info *info =
			bench_figure_info((enum bench_figure)f);

		if (strcmp(name, info->part) != 0) {
			name = info->part;
			part = json_object_get(value, name);
		}
		if (part && !json_is_null(part) &&
		    kinds[info->kind].kind != SHAPE_END)
			err = check_figure(part, info, kinds, path, why, n);
	}
	return err;
}

static int check_members(const json_t *value, const struct shape *members,
			 const char *path, char *why, size_t n)
{
	int err = 0;

	for (; members && members->kind != SHAPE_END && !err; members++)
		err = members->kind == SHAPE_FIGURES
			      ? check_figures(value, members->of, path, why, n)
			      : check_member(value, members, path, why, n);
	return err;
}

static int check_elements(const json_t *value, const struct shape *element,
			  const char *path, char *why, size_t n)
{
	size_t size = json_array_size(value);

	for (size_t i = 0; element && i < size; i++) {
		char below[PATH_MAX_TEXT];
		int err;

		if (path)
			snprintf(below, sizeof(below), "%s[%zu]", path, i);
		err = check(json_array_get(value, i), element,
			    path ? below : NULL, why, n);
		if (err)
			return err;
	}
	return 0;
}

/* Names and ids stand in tables, charts and file formats as they are. */
static int check_name(const char *text, unsigned int flags, const char *path,
		      char *why, size_t n)
{
	bool is_id = flags & SHAPE_ID;
	int most = is_id ? BENCH_RESULT_ID_MAX : BENCH_NAME_MAX;
	const char *more = is_id ? "/=:" : "";

	if (bench_is_name(text, (size_t)most, more))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "%s: is \"%.64s\"%s, should be 1 to %d letters, "
			 "digits or -_.+%s, the first a letter or digit",
			 path, text, strlen(text) > 64 ? "..." : "", most,
			 more);
}

static int check_map(const json_t *value, const struct shape *element,
		     const char *path, char *why, size_t n)
{
	json_t *object = (json_t *)value; /* iteration changes nothing */
	const char *name;
	json_t *member;

	json_object_foreach (object, name, member) {
		char below[PATH_MAX_TEXT];
		int err;

		err = check_name(name, SHAPE_NAME, path, why, n);
		if (err)
			return err;
		err = check(member, element, below_path(below, path, name), why,
			    n);
		if (err)
			return err;
	}
	return 0;
}

static int check_inside(const json_t *value, const struct shape *shape,
			const char *path, char *why, size_t n)
{
	switch (shape->kind) {
	case SHAPE_OBJECT:
		return check_members(value, shape->of, path, why, n);
	case SHAPE_ARRAY:
		return check_elements(value, shape->of, path, why, n);
	case SHAPE_MAP:
		return check_map(value, shape->of, path, why, n);
	default:
		return 0;
	}
}

static int check_value(const json_t *value, const struct shape *shape,
		       const char *path, char *why, size_t n)
{
	if (json_is_number(value) && !(shape->flags & SHAPE_SIGNED) &&
	    shape->kind != SHAPE_ANY && json_number_value(value) < 0)
		return bench_why(-EINVAL, why, n,
				 "%s: is %g, should not be negative", path,
				 json_number_value(value));
	if (json_is_integer(value) && shape->kind != SHAPE_ANY &&
	    (json_integer_value(value) > INTEGER_MAX ||
	     json_integer_value(value) < -INTEGER_MAX))
		return bench_why(-EINVAL, why, n,
				 "%s: is %lld, should be below 2^53", path,
				 (long long)json_integer_value(value));
	if (!json_is_string(value))
		return 0;
	if (shape->flags & SHAPE_TITLE &&
	    json_string_length(value) > BENCH_NAME_MAX)
		return bench_why(-EINVAL, why, n,
				 "%s: is \"%.64s...\", should have at most %d "
				 "bytes",
				 path, json_string_value(value),
				 BENCH_NAME_MAX);
	if (shape->flags & (SHAPE_NAME | SHAPE_ID))
		return check_name(json_string_value(value), shape->flags, path,
				  why, n);
	if (shape->words &&
	    !word_is_allowed(shape->words, json_string_value(value)))
		return bench_why(-EINVAL, why, n,
				 "%s: is \"%.40s%s\", should be one of %s",
				 path, json_string_value(value),
				 bench_more(json_string_value(value), 40),
				 shape->words);
	return 0;
}

static int check(const json_t *value, const struct shape *shape,
		 const char *path, char *why, size_t n)
{
	const char *name = path && *path ? path : "the file";
	char text[160];
	int err;

	if (json_is_null(value) && shape->flags & SHAPE_NULL)
		return 0;
	if (!kind_fits(value, shape->kind))
		return bench_why(-EINVAL, why, n, "%s: is %s, should be %s%s",
				 name, type_words(value),
				 kind_words[shape->kind],
				 shape->flags & SHAPE_NULL ? " or null" : "");
	err = check_value(value, shape, name, why, n);
	if (!err)
		err = check_inside(value, shape, path, why, n);
	if (err || !shape->more)
		return err;
	err = shape->more(value, text, sizeof(text));
	return err ? bench_why(err, why, n, "%s: %s", name, text) : 0;
}

/* Nearly every file is right: what is wrong, and where, is looked for only where
 * something is. */
int bench_shape_check(const json_t *value, const struct shape *shape,
		      const char *path, char *why, size_t n)
{
	if (!check(value, shape, /* path */ NULL, why, n))
		return 0;
	return check(value, shape, path, why, n);
}
