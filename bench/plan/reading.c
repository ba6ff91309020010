/* SPDX-License-Identifier: MIT */
/* reading.c - read a matrix strictly: no key, type or word unknown. */
#include "bench/base/clean.h"
#include "bench/base/why.h"
#include "bench/plan/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan/override.h"
#include "bench/plan/product.h"

#define BLOCK_MS_MAX 60000

/* The text of a value as a flag would have it; type errors come out here. */
static int value_text(struct bench_reading *r, const char *where,
		      const char *axis, const json_t *value, char *text,
		      size_t n)
{
	struct bench_cell scratch;
	char why[BENCH_WHY];
	const char *word;

	bench_cell_default(&scratch);
	if (json_is_string(value) &&
	    (bench_is_group(axis, json_string_value(value)) ||
	     (!strcmp(axis, "strategy") &&
	      swap_absent_find(json_string_value(value))))) {
		snprintf(text, n, "%s", json_string_value(value));
		return 0;
	}
	if (bench_cell_set_json(&scratch, axis, value, why, sizeof(why)))
		return bench_reading_wrong(
			r,
			json_is_string(value) ? json_string_value(value) : axis,
			"%s: %s", where, why);
	word = bench_cell_get(&scratch, axis, text, n);
	if (word != text)
		snprintf(text, n, "%s", word);
	return 0;
}

static int read_factor(struct bench_reading *r, const char *where,
		       const char *axis, const json_t *values,
		       struct bench_factor *factor)
{
	char text[BENCH_NAME];
	size_t count = json_is_array(values) ? json_array_size(values) : 1;

	factor->axis = axis;
	factor->n = 0;
	if (!count)
		return bench_reading_wrong(r, axis, "%s.%s: an empty list",
					   where, axis);
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_is_array(values)
					      ? json_array_get(values, i)
					      : values;
		int err = value_text(r, where, axis, value, text, sizeof(text));

		if (!err)
			err = bench_factor_add_word(r, factor, text);
		if (err)
			return err;
	}
	return 0;
}

static int read_axes(struct bench_reading *r, const char *where, json_t *axes,
		     struct bench_product *p)
{
	const char *axis;
	json_t *values;

	json_object_foreach (axes, axis, values) {
		struct bench_cell scratch;
		char why[BENCH_WHY], text[32];
		int err;

		bench_cell_default(&scratch);
		if (!bench_cell_get(&scratch, axis, text, sizeof(text))) {
			bench_cell_set(&scratch, axis, "", why, sizeof(why));
			return bench_reading_wrong(r, axis, "%s: %s", where,
						   why);
		}
		err = read_factor(r, where, axis, values, &p->factors[p->n]);
		if (err)
			return err;
		p->n++;
	}
	return 0;
}

static int read_integer(struct bench_reading *r, const char *where,
			const char *key, const json_t *value, int least,
			int most, unsigned int *out)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < least || number > most)
		return bench_reading_wrong(r, key, "%s%s is an integer %d..%d",
					   where, key, least, most);
	*out = (unsigned int)number;
	return 0;
}

static int read_slice(struct bench_reading *r, json_t *json, size_t index,
		      const struct bench_cell *point, unsigned int block_ms)
{
	struct bench_product p = { .block_ms = block_ms };
	json_t *value, *axes = NULL;
	char where[64];
	const char *key;
	int err = 0;

	snprintf(where, sizeof(where), "slices[%zu].", index);
	if (!json_is_object(json))
		return bench_reading_wrong(r, "slices",
					   "slices[%zu] is no object", index);
	json_object_foreach (json, key, value) {
		if (!strcmp(key, "axes") && json_is_object(value))
			axes = value;
		else if (!strcmp(key, "block-ms"))
			err = read_integer(r, where, key, value, 1,
					   BLOCK_MS_MAX, &p.block_ms);
		else if (strcmp(key, "name") != 0 || !json_is_string(value))
			err = bench_reading_wrong(
				r, key,
				"%s%s: a slice has name (string), axes "
				"(object) and block-ms (integer)",
				where, key);
		if (err)
			return err;
	}
	if (!axes)
		return bench_reading_wrong(r, "slices", "%saxes is missing",
					   where);
	p.factors = calloc(BENCH_OVERRIDES, sizeof(*p.factors));
	if (!p.factors)
		return -ENOMEM;
	strcat(where, "axes");
	err = read_axes(r, where, axes, &p);
	if (!err)
		err = bench_product_override_all(r, &p);
	if (!err)
		err = bench_product_add_cells(r, &p, point);
	free(p.factors);
	return err;
}

static int read_default(struct bench_reading *r, json_t *json,
			struct bench_cell *point)
{
	char why[BENCH_WHY];
	const char *axis;
	json_t *value;

	if (!json_is_object(json))
		return bench_reading_wrong(r, "default",
					   "default is no object");
	json_object_foreach (json, axis, value)
		if (bench_cell_set_json(point, axis, value, why, sizeof(why)))
			return bench_reading_wrong(
				r,
				json_is_string(value) ? json_string_value(value)
						      : axis,
				"default: %s", why);
	return 0;
}

static int read_text(struct bench_reading *r, const char *key,
		     const json_t *value, char *out, size_t n)
{
	if (!json_is_string(value) || json_string_length(value) >= n)
		return bench_reading_wrong(
			r, key, "%s is a string of less than %zu bytes", key,
			n);
	strcpy(out, json_string_value(value));
	return 0;
}

/* Results are called by it. */
static int read_name(struct bench_reading *r, const json_t *value)
{
	const char *name = json_string_value(value);

	if (!name || !bench_is_name(name, BENCH_NAME_MAX, ""))
		return bench_reading_wrong(
			r, "name",
			"name is a string of 1 to %d letters, digits and "
			"\"-_.+\", the first a letter or a digit",
			BENCH_NAME_MAX);
	strcpy(r->m->name, name);
	return 0;
}

static int read_top(struct bench_reading *r, json_t *json,
		    struct bench_cell *point, json_t **slices,
		    unsigned int *block_ms)
{
	const char *key;
	json_t *value;
	int err = 0;

	json_object_foreach (json, key, value) {
		if (!strcmp(key, "schema"))
			continue;
		if (!strcmp(key, "name"))
			err = read_name(r, value);
		else if (!strcmp(key, "description"))
			err = read_text(r, key, value, r->m->description,
					sizeof(r->m->description));
		else if (!strcmp(key, "rounds"))
			err = read_integer(r, "", key, value, 1,
					   BENCH_ROUNDS_MAX, &r->m->rounds);
		else if (!strcmp(key, "block-ms"))
			err = read_integer(r, "", key, value, 1, BLOCK_MS_MAX,
					   block_ms);
		else if (!strcmp(key, "default"))
			err = read_default(r, value, point);
		else if (!strcmp(key, "slices") && json_is_array(value))
			*slices = value;
		else
			err = bench_reading_wrong(
				r, key,
				"%s: a matrix has schema, name, "
				"description, rounds, block-ms, default "
				"(object) and slices (array)",
				key);
		if (err)
			return err;
	}
	return 0;
}

static int read_matrix(struct bench_reading *r, json_t *json)
{
	unsigned int block_ms = BENCH_BLOCK_MS_DEFAULT;
	struct bench_cell point;
	json_t *slices = NULL, *slice;
	const char *schema;
	size_t i;
	int err;

	if (!json_is_object(json))
		return bench_reading_wrong(r, NULL, "a matrix is an object");
	schema = json_string_value(json_object_get(json, "schema"));
	if (!schema || strcmp(schema, "ringswap-matrix/1") != 0)
		return bench_reading_wrong(
			r, "schema",
			"schema is \"%.40s%s\", not \"ringswap-matrix/1\"",
			schema ? schema : "(missing)",
			bench_more(schema ? schema : "", 40));
	bench_cell_default(&point);
	strcpy(r->m->name, "matrix"); /* of one that gives none */
	err = read_top(r, json, &point, &slices, &block_ms);
	if (err)
		return err;
	if (!slices)
		return bench_reading_wrong(r, NULL, "slices is missing");
	json_array_foreach (slices, i, slice) {
		err = read_slice(r, slice, i, &point, block_ms);
		if (err)
			return err;
	}
	return 0;
}

static int read_file(const char *path, char **text, char *why, size_t n)
{
	FILE *file = fopen(path, "r");
	size_t length;
	int err = -ENOMEM;

	if (!file) {
		err = -errno;
		snprintf(why, n, "%.200s%s: %s", path, bench_more(path, 200),
			 strerror(-err));
		return err;
	}
	*text = malloc(BENCH_MATRIX_BYTES + 1);
	if (!*text)
		goto out;
	length = fread(*text, 1, BENCH_MATRIX_BYTES + 1, file);
	err = ferror(file) ? -EIO : 0;
	if (err)
		snprintf(why, n, "%.200s%s: cannot be read", path,
			 bench_more(path, 200));
	else if (length > BENCH_MATRIX_BYTES)
		err = -EFBIG;
	if (err == -EFBIG)
		snprintf(why, n, "%.200s%s: larger than %u bytes is no matrix",
			 path, bench_more(path, 200), BENCH_MATRIX_BYTES);
	if (!err)
		(*text)[length] = '\0';
	if (!err && strlen(*text) != length) {
		err = -EINVAL;
		snprintf(why, n, "%.200s%s: holds a NUL byte; not JSON", path,
			 bench_more(path, 200));
	}
out:
	fclose(file);
	return err;
}

int bench_matrix_read(struct bench_matrix *m, const char *path, char *why,
		      size_t n)
{
	struct bench_reading r = { .m = m, .path = path, .why = why, .n = n };
	json_error_t error;
	char *text = NULL, what[BENCH_WHY];
	json_t *json;
	int err;

	snprintf(why, n, "no memory");
	err = read_file(path, &text, why, n);
	if (err)
		goto out;
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		snprintf(why, n, "%.200s%s:%d: %s", path, bench_more(path, 200),
			 error.line, bench_clean(error.text));
		err = json_error_code(&error) == json_error_out_of_memory
			      ? -ENOMEM
			      : -EINVAL;
		goto out;
	}
	r.text = text;
	err = bench_clean_json(json, what, sizeof(what));
	err = err ? bench_reading_wrong(&r, NULL, "%s", what)
		  : read_matrix(&r, json);
	json_decref(json);
	if (!err && !m->n)
		err = bench_reading_wrong(&r, "slices",
					  "no cell is left to measure");
	r.path = NULL; /* not the file's fault */
	if (!err)
		err = bench_overrides_check(&r);
	snprintf(m->path, sizeof(m->path), "%s", path);
out:
	free(text);
	return err;
}
