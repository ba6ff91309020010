/* SPDX-License-Identifier: MIT */
/* names.c - names of files that differ. */
#include "tools/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct part {
	const char *path;
	const char *begin; /* of what it is called */
	size_t length;	   /* of the path, as far as it counts */
};

static size_t called(const struct part *p)
{
	return p->length - (size_t)(p->begin - p->path);
}

static bool is_same(const struct part *a, const struct part *b)
{
	return called(a) == called(b) && !memcmp(a->begin, b->begin, called(a));
}

/* One more folder into its name; false: it has no more. */
static bool extend(struct part *p)
{
	const char *at = p->begin;

	while (at > p->path && at[-1] == '/')
		at--;
	while (at > p->path && at[-1] != '/')
		at--;
	if (at == p->begin || *at == '/')
		return false;
	p->begin = at;
	return true;
}

/* One more folder into each name that another has; false: none has one more. */
static bool extend_equals(struct part *parts, size_t n, size_t i)
{
	bool has_equal = false, extended = false;

	for (size_t j = 0; j < n; j++)
		if (j != i && is_same(&parts[i], &parts[j])) {
			has_equal = true;
			extended |= extend(&parts[j]);
		}
	return (has_equal && extend(&parts[i])) || extended;
}

static struct part part_of(const char *path, names_length_fn length)
{
	struct part p = { .path = path, .length = strlen(path) };
	const char *slash = strrchr(path, '/');

	p.begin = slash && slash[1] ? slash + 1 : path;
	if (length && p.begin + 1 < path + length(path))
		p.length = length(path);
	return p;
}

static bool is_taken(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* As it is called, with a number where an earlier one is called so; NULL: no
 * memory. */
static char *name_of(const struct part *p, char joint, char *const *names,
		     size_t n)
{
	char *name = strndup(p->begin, called(p)), *more;

	for (char *at = name; at && (at = strchr(at, '/')); at++)
		*at = joint;
	for (unsigned int i = 2; name && is_taken(names, n, name); i++) {
		if (asprintf(&more, "%.*s%c%u", (int)called(p), name, joint,
			     i) < 0)
			more = NULL;
		free(name);
		name = more;
	}
	return name;
}

char **names_distinct(size_t n, char *const *paths, char joint,
		      names_length_fn length)
{
	struct part *parts = calloc(n + 1, sizeof(*parts));
	char **names = calloc(n + 1, sizeof(*names));
	bool is_whole = parts && names;

	for (size_t i = 0; is_whole && i < n; i++)
		parts[i] = part_of(paths[i], length);
	for (size_t i = 0; is_whole && i < n; i++)
		while (extend_equals(parts, n, i))
			;
	for (size_t i = 0; is_whole && i < n; i++) {
		names[i] = name_of(&parts[i], joint, names, i);
		is_whole = names[i] != NULL;
	}
	free(parts);
	if (is_whole)
		return names;
	names_free(n, names);
	return NULL;
}

void names_free(size_t n, char **names)
{
	for (size_t i = 0; names && i < n; i++)
		free(names[i]);
	free(names);
}
