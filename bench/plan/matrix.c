/* SPDX-License-Identifier: MIT */
/* matrix.c - read a matrix strictly and multiply its slices out. */
#include "bench/plan/matrix.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/floors/floors.h"

#define BLOCK_MS_DEFAULT 150
#define BLOCK_MS_FLOOR	 25 /* of a matrix made of flags */
#define BLOCK_MS_MAX	 60000
#define VALUES_MAX	 64

/* What is being read; errors point into text. */
struct reading {
	struct bench_matrix *m;
	const char *path;
	const char *text;
	char *why;
	size_t n;
	unsigned int capacity;
};

void bench_matrix_init(struct bench_matrix *m)
{
	memset(m, 0, sizeof(*m));
}

void bench_matrix_free(struct bench_matrix *m)
{
	free(m->cells);
	bench_matrix_init(m);
}

/* ------------------------------------------------------------------------ */
/* Errors                                                                   */

/* jansson keeps no places, so the line is that of the first such word. */
static unsigned int line_of(const char *text, const char *word)
{
	char quoted[128];
	const char *at;
	unsigned int line = 1;

	if (!text || !word)
		return 1;
	snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	at = strstr(text, quoted);
	for (; at && text < at; text++)
		line += *text == '\n';
	return line;
}

static int __attribute__((format(printf, 3, 4)))
wrong(const struct reading *r, const char *word, const char *format, ...)
{
	char what[BENCH_MATRIX_WHY];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (r->path)
		snprintf(r->why, r->n, "%.200s:%u: %s", r->path,
			 line_of(r->text, word), what);
	else
		snprintf(r->why, r->n, "%s", what);
	return -EINVAL;
}

/* ------------------------------------------------------------------------ */
/* Cells                                                                    */

static bool is_member(const struct bench_matrix *m,
		      const struct bench_cell *cell)
{
	char id[BENCH_ID], other[BENCH_ID];

	bench_cell_id(cell, id, sizeof(id));
	for (unsigned int i = 0; i < m->n; i++)
		if (!strcmp(id, bench_cell_id(&m->cells[i].cell, other,
					      sizeof(other))))
			return true;
	return false;
}

static int add_cell(struct reading *r, const struct bench_cell *cell,
		    unsigned int block_ms)
{
	struct bench_matrix *m = r->m;

	if (is_member(m, cell))
		return 0;
	if (m->n == BENCH_MATRIX_CELLS)
		return wrong(r, "slices", "more than %u cells",
			     BENCH_MATRIX_CELLS);
	if (m->n == r->capacity) {
		unsigned int capacity = r->capacity ? 2 * r->capacity : 64;
		void *cells = realloc(m->cells, capacity * sizeof(*m->cells));

		if (!cells) {
			snprintf(r->why, r->n, "no memory");
			return -ENOMEM;
		}
		m->cells = cells;
		r->capacity = capacity;
	}
	m->cells[m->n].cell = *cell;
	m->cells[m->n++].block_ms = block_ms;
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Overrides                                                                */

static const struct bench_override *override_of(const struct bench_matrix *m,
						const char *axis)
{
	for (unsigned int i = 0; i < m->n_overrides; i++)
		if (!strcmp(m->overrides[i].axis, axis))
			return &m->overrides[i];
	return NULL;
}

static bool has_word(const char *values, const char *word)
{
	size_t length = strlen(word);

	for (; values; values = strchr(values, ',')) {
		values += *values == ',';
		if (!strncmp(values, word, length) &&
		    (values[length] == ',' || !values[length]))
			return true;
	}
	return false;
}

static bool is_group(const char *word)
{
	return !strcmp(word, "all") || !strcmp(word, "sound") ||
	       !strcmp(word, "floors");
}

int bench_matrix_override(struct bench_matrix *m, const char *axis,
			  const char *values, char *why, size_t n)
{
	struct bench_override *o = &m->overrides[m->n_overrides];
	struct bench_cell scratch;
	char copy[sizeof(o->values)], *save = NULL;

	if (m->n_overrides == BENCH_OVERRIDES ||
	    strlen(values) >= sizeof(o->values)) {
		snprintf(why, n, "--%s: too many values", axis);
		return -EINVAL;
	}
	bench_cell_default(&scratch);
	snprintf(o->axis, sizeof(o->axis), "%s", axis);
	snprintf(o->values, sizeof(o->values), "%s", values);
	snprintf(copy, sizeof(copy), "%s", values);
	if (!*values)
		return bench_cell_set(&scratch, axis, values, why, n);
	for (char *word = strtok_r(copy, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		int err;

		if (!strcmp(axis, "strategy") && is_group(word))
			continue;
		err = bench_cell_set(&scratch, axis, word, why, n);
		if (err)
			return err;
	}
	m->n_overrides++;
	return 0;
}

static bool filter_passes(const struct bench_matrix *m,
			  const struct bench_cell *cell)
{
	const struct bench_override *strategies = override_of(m, "strategy");
	const struct bench_override *scenarios = override_of(m, "scenario");
	const struct swap_strategy *s = bench_cell_strategy(cell);

	if (!s)
		return true;
	if (scenarios &&
	    !has_word(scenarios->values, bench_scenario_name(cell->scenario)))
		return false;
	return !strategies || has_word(strategies->values, cell->strategy) ||
	       has_word(strategies->values, "all") ||
	       (s->sound && s->family != SWAP_CONTROL &&
		has_word(strategies->values, "sound"));
}

/* ------------------------------------------------------------------------ */
/* Slices: the product of their axes                                        */

/* One axis of a slice and its values, in text. */
struct factor {
	const char *axis;
	unsigned int n;
	char values[VALUES_MAX][BENCH_NAME];
	bool from_group[VALUES_MAX]; /* strategy: brought by all, sound */
	bool is_floor[VALUES_MAX];   /* by floors: membarrier is both */
};

struct product {
	struct factor *factors;
	unsigned int n;
	unsigned int block_ms;
};

static int factor_add(struct reading *r, struct factor *factor,
		      const char *value, bool from_group)
{
	if (factor->n == VALUES_MAX)
		return wrong(r, factor->axis, "%s has more than %u values",
			     factor->axis, VALUES_MAX);
	snprintf(factor->values[factor->n], BENCH_NAME, "%s", value);
	factor->is_floor[factor->n] = false;
	factor->from_group[factor->n++] = from_group;
	return 0;
}

static int factor_add_floor(struct reading *r, struct factor *factor,
			    const char *name)
{
	int err = factor_add(r, factor, name, false);

	if (!err)
		factor->is_floor[factor->n - 1] = true;
	return err;
}

static int factor_add_group(struct reading *r, struct factor *factor,
			    const char *word)
{
	const struct bench_floor *floor;
	const struct swap_strategy *s;
	int err = 0;

	for (unsigned int i = 0; !strcmp(word, "floors") && !err &&
				 (floor = bench_floor_at(i)) != NULL;
	     i++)
		err = factor_add_floor(r, factor, floor->name);
	if (!strcmp(word, "floors"))
		return err;
	swap_for_each_strategy (s)
		if (!err &&
		    (*word == 'a' || (s->sound && s->family != SWAP_CONTROL)))
			err = factor_add(r, factor, s->name, true);
	return err;
}

static int factor_add_word(struct reading *r, struct factor *factor,
			   const char *word)
{
	if (!strcmp(factor->axis, "strategy") && is_group(word))
		return factor_add_group(r, factor, word);
	return factor_add(r, factor, word, false);
}

/* A scenario that swaps, and a control that does not: not meant. */
static bool is_left_out(const struct bench_cell *cell, bool from_group)
{
	const struct swap_strategy *s = bench_cell_strategy(cell);

	return from_group && s && !s->swap &&
	       (cell->scenario == BENCH_SWAP ||
		cell->scenario == BENCH_FOOTPRINT ||
		cell->scenario == BENCH_SCALING);
}

static int add_product_cell(struct reading *r, const struct product *p,
			    const struct bench_cell *point,
			    const unsigned int *digits)
{
	struct bench_cell cell = *point;
	bool from_group = false, is_floor = false;
	char why[BENCH_WHY];

	for (unsigned int i = 0; i < p->n; i++) {
		const struct factor *factor = &p->factors[i];
		const char *value = factor->values[digits[i]];

		if (bench_cell_set(&cell, factor->axis, value, why,
				   sizeof(why)))
			return wrong(r, value, "%s", why);
		from_group |= factor->from_group[digits[i]];
		is_floor |= factor->is_floor[digits[i]];
	}
	if (is_floor || !bench_cell_strategy(&cell))
		cell.scenario = BENCH_FLOOR;
	bench_cell_normalise(&cell);
	if (is_left_out(&cell, from_group) || !filter_passes(r->m, &cell))
		return 0;
	if (bench_cell_check(&cell, why, sizeof(why)))
		return wrong(r, cell.strategy, "%s", why);
	return add_cell(r, &cell, p->block_ms);
}

static int add_product(struct reading *r, const struct product *p,
		       const struct bench_cell *point)
{
	unsigned int digits[BENCH_OVERRIDES] = { 0 };
	unsigned int i;

	do {
		int err = add_product_cell(r, p, point, digits);

		if (err)
			return err;
		for (i = 0; i < p->n; i++) {
			if (++digits[i] < p->factors[i].n)
				break;
			digits[i] = 0;
		}
	} while (i < p->n);
	return 0;
}

/* The command line's values of an axis instead of the file's. */
static int add_override(struct reading *r, struct product *p,
			const struct bench_override *o)
{
	char copy[sizeof(o->values)], *save = NULL;
	struct factor *factor;
	unsigned int i = 0;
	int err = 0;

	while (i < p->n && strcmp(p->factors[i].axis, o->axis) != 0)
		i++;
	factor = &p->factors[i];
	p->n += i == p->n;
	factor->axis = o->axis;
	factor->n = 0;
	strcpy(copy, o->values);
	for (char *word = strtok_r(copy, ",", &save); word && !err;
	     word = strtok_r(NULL, ",", &save))
		err = factor_add_word(r, factor, word);
	return err;
}

/* A file's strategies and scenarios are picked from, not replaced. */
static int add_overrides(struct reading *r, struct product *p)
{
	struct bench_matrix *m = r->m;
	int err = 0;

	for (unsigned int k = 0; k < m->n_overrides && !err; k++)
		if (!r->path || (strcmp(m->overrides[k].axis, "strategy") &&
				 strcmp(m->overrides[k].axis, "scenario")))
			err = add_override(r, p, &m->overrides[k]);
	return err;
}

/* ------------------------------------------------------------------------ */
/* The file                                                                 */

/* The text of a value as a flag would have it; type errors come out here. */
static int value_text(struct reading *r, const char *where, const char *axis,
		      const json_t *value, char *text, size_t n)
{
	struct bench_cell scratch;
	char why[BENCH_WHY];
	const char *word;

	bench_cell_default(&scratch);
	if (!strcmp(axis, "strategy") && json_is_string(value) &&
	    is_group(json_string_value(value))) {
		snprintf(text, n, "%s", json_string_value(value));
		return 0;
	}
	if (bench_cell_set_json(&scratch, axis, value, why, sizeof(why)))
		return wrong(r,
			     json_is_string(value) ? json_string_value(value)
						   : axis,
			     "%s: %s", where, why);
	word = bench_cell_get(&scratch, axis, text, n);
	if (word != text)
		snprintf(text, n, "%s", word);
	return 0;
}

static int read_factor(struct reading *r, const char *where, const char *axis,
		       const json_t *values, struct factor *factor)
{
	char text[BENCH_NAME];
	size_t count = json_is_array(values) ? json_array_size(values) : 1;

	factor->axis = axis;
	factor->n = 0;
	if (!count)
		return wrong(r, axis, "%s.%s: an empty list", where, axis);
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_is_array(values)
					      ? json_array_get(values, i)
					      : values;
		int err = value_text(r, where, axis, value, text, sizeof(text));

		if (!err)
			err = factor_add_word(r, factor, text);
		if (err)
			return err;
	}
	return 0;
}

static int read_axes(struct reading *r, const char *where, json_t *axes,
		     struct product *p)
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
			return wrong(r, axis, "%s: %s", where, why);
		}
		err = read_factor(r, where, axis, values, &p->factors[p->n]);
		if (err)
			return err;
		p->n++;
	}
	return 0;
}

static int read_integer(struct reading *r, const char *where, const char *key,
			const json_t *value, int least, int most,
			unsigned int *out)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < least || number > most)
		return wrong(r, key, "%s%s is an integer %d..%d", where, key,
			     least, most);
	*out = (unsigned int)number;
	return 0;
}

static int read_slice(struct reading *r, json_t *json, size_t index,
		      const struct bench_cell *point, unsigned int block_ms)
{
	struct product p = { .block_ms = block_ms };
	json_t *value, *axes = NULL;
	char where[64];
	const char *key;
	int err = 0;

	snprintf(where, sizeof(where), "slices[%zu].", index);
	if (!json_is_object(json))
		return wrong(r, "slices", "slices[%zu] is no object", index);
	json_object_foreach (json, key, value) {
		if (!strcmp(key, "axes") && json_is_object(value))
			axes = value;
		else if (!strcmp(key, "block-ms"))
			err = read_integer(r, where, key, value, 1,
					   BLOCK_MS_MAX, &p.block_ms);
		else if (strcmp(key, "name") != 0 || !json_is_string(value))
			err = wrong(r, key,
				    "%s%s: a slice has name (string), axes "
				    "(object) and block-ms (integer)",
				    where, key);
		if (err)
			return err;
	}
	if (!axes)
		return wrong(r, "slices", "%saxes is missing", where);
	p.factors = calloc(BENCH_OVERRIDES, sizeof(*p.factors));
	if (!p.factors)
		return -ENOMEM;
	strcat(where, "axes");
	err = read_axes(r, where, axes, &p);
	if (!err)
		err = add_overrides(r, &p);
	if (!err)
		err = add_product(r, &p, point);
	free(p.factors);
	return err;
}

static int read_default(struct reading *r, json_t *json,
			struct bench_cell *point)
{
	char why[BENCH_WHY];
	const char *axis;
	json_t *value;

	if (!json_is_object(json))
		return wrong(r, "default", "default is no object");
	json_object_foreach (json, axis, value)
		if (bench_cell_set_json(point, axis, value, why, sizeof(why)))
			return wrong(r,
				     json_is_string(value)
					     ? json_string_value(value)
					     : axis,
				     "default: %s", why);
	return 0;
}

static int read_text(struct reading *r, const char *key, const json_t *value,
		     char *out, size_t n)
{
	if (!json_is_string(value) || json_string_length(value) >= n)
		return wrong(r, key, "%s is a string of less than %zu bytes",
			     key, n);
	strcpy(out, json_string_value(value));
	return 0;
}

static int read_top(struct reading *r, json_t *json, struct bench_cell *point,
		    json_t **slices, unsigned int *block_ms)
{
	const char *key;
	json_t *value;
	int err = 0;

	json_object_foreach (json, key, value) {
		if (!strcmp(key, "schema"))
			continue;
		if (!strcmp(key, "name"))
			err = read_text(r, key, value, r->m->name,
					sizeof(r->m->name));
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
			err = wrong(r, key,
				    "%s: a matrix has schema, name, "
				    "description, rounds, block-ms, default "
				    "(object) and slices (array)",
				    key);
		if (err)
			return err;
	}
	return 0;
}

static int read_matrix(struct reading *r, json_t *json)
{
	unsigned int block_ms = BLOCK_MS_DEFAULT;
	struct bench_cell point;
	json_t *slices = NULL, *slice;
	const char *schema;
	size_t i;
	int err;

	if (!json_is_object(json))
		return wrong(r, NULL, "a matrix is an object");
	schema = json_string_value(json_object_get(json, "schema"));
	if (!schema || strcmp(schema, "ringswap-matrix/1") != 0)
		return wrong(r, "schema",
			     "schema is \"%.40s\", not \"ringswap-matrix/1\"",
			     schema ? schema : "(missing)");
	bench_cell_default(&point);
	err = read_top(r, json, &point, &slices, &block_ms);
	if (err)
		return err;
	if (!slices)
		return wrong(r, NULL, "slices is missing");
	json_array_foreach (slices, i, slice) {
		err = read_slice(r, slice, i, &point, block_ms);
		if (err)
			return err;
	}
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Overrides that come to nothing                                           */

static bool any_has(const struct bench_matrix *m, const char *axis,
		    const char *value)
{
	char text[BENCH_NAME];

	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell) &&
		    !strcmp(bench_cell_get(&m->cells[i].cell, axis, text,
					   sizeof(text)),
			    value))
			return true;
	return false;
}

static const struct bench_cell *first_strategy(const struct bench_matrix *m)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell))
			return &m->cells[i].cell;
	return NULL;
}

/* A cell without meaning for an axis stands at its default: whoever asked for
 * three writers must not get one and no word. */
static int check_override(const struct reading *r,
			  const struct bench_override *o)
{
	const struct bench_cell *first = first_strategy(r->m);
	char copy[sizeof(o->values)], *save = NULL;
	char why[BENCH_WHY], text[BENCH_NAME];
	struct bench_cell wanted;

	strcpy(copy, o->values);
	for (char *word = strtok_r(copy, ",", &save); word && first;
	     word = strtok_r(NULL, ",", &save)) {
		bench_cell_default(&wanted);
		if (bench_cell_set(&wanted, o->axis, word, why, sizeof(why)) ||
		    any_has(r->m, o->axis,
			    bench_cell_get(&wanted, o->axis, text,
					   sizeof(text))))
			continue;
		return wrong(
			r, o->axis,
			"--%s %s has no effect: in scenario %s it is %s",
			o->axis, word, bench_scenario_name(first->scenario),
			bench_cell_get(first, o->axis, text, sizeof(text)));
	}
	return 0;
}

static int check_overrides(const struct reading *r)
{
	int err = 0;

	for (unsigned int k = 0; k < r->m->n_overrides && !err; k++)
		if (strcmp(r->m->overrides[k].axis, "strategy") &&
		    strcmp(r->m->overrides[k].axis, "scenario"))
			err = check_override(r, &r->m->overrides[k]);
	return err;
}

/* FNV-1a over what would be measured. */
static void make_digest(struct bench_matrix *m)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char line[BENCH_ID + 32];

	for (unsigned int i = 0; i < m->n; i++) {
		char id[BENCH_ID];

		snprintf(line, sizeof(line), "%s %u\n",
			 bench_cell_id(&m->cells[i].cell, id, sizeof(id)),
			 m->cells[i].block_ms);
		for (const char *c = line; *c; c++)
			hash = (hash ^ (unsigned char)*c) *
			       UINT64_C(0x100000001b3);
	}
	m->digest = hash;
}

static int read_file(const char *path, char **text, char *why, size_t n)
{
	FILE *file = fopen(path, "r");
	size_t length;
	int err = -ENOMEM;

	if (!file) {
		err = -errno;
		snprintf(why, n, "%.200s: %s", path, strerror(-err));
		return err;
	}
	*text = malloc(BENCH_MATRIX_BYTES + 1);
	if (!*text)
		goto out;
	length = fread(*text, 1, BENCH_MATRIX_BYTES + 1, file);
	err = ferror(file) ? -EIO : 0;
	if (err)
		snprintf(why, n, "%.200s: cannot be read", path);
	else if (length > BENCH_MATRIX_BYTES)
		err = -EFBIG;
	if (err == -EFBIG)
		snprintf(why, n, "%.200s: larger than %u bytes is no matrix",
			 path, BENCH_MATRIX_BYTES);
	if (!err)
		(*text)[length] = '\0';
	if (!err && strlen(*text) != length) {
		err = -EINVAL;
		snprintf(why, n, "%.200s: holds a NUL byte; not JSON", path);
	}
out:
	fclose(file);
	return err;
}

static int load_path(struct bench_matrix *m, const char *path, char *why,
		     size_t n)
{
	struct reading r = { .m = m, .path = path, .why = why, .n = n };
	json_error_t error;
	char *text = NULL;
	json_t *json;
	int err;

	snprintf(why, n, "no memory");
	err = read_file(path, &text, why, n);
	if (err)
		goto out;
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		snprintf(why, n, "%.200s:%d: %s", path, error.line, error.text);
		err = -EINVAL;
		goto out;
	}
	r.text = text;
	err = read_matrix(&r, json);
	json_decref(json);
	if (!err && !m->n)
		err = wrong(&r, "slices", "no cell is left to measure");
	r.path = NULL; /* not the file's fault */
	if (!err)
		err = check_overrides(&r);
	snprintf(m->path, sizeof(m->path), "%s", path);
	make_digest(m);
out:
	free(text);
	return err;
}

/* ------------------------------------------------------------------------ */
/* Finding it                                                               */

static bool find_in(const char *directory, const char *below, const char *name,
		    char *path, size_t n)
{
	if (!directory || (size_t)snprintf(path, n, "%s%s/%s.json", directory,
					   below, name) >= n)
		return false;
	return access(path, R_OK) == 0;
}

static bool find_named(const char *name, char *path, size_t n)
{
	char exe[512];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *beside = NULL;

	if (length > 0) {
		exe[length] = '\0';
		beside = dirname(exe);
	}
	return find_in(getenv("RINGSWAP_HOME"), "/matrices", name, path, n) ||
	       find_in(beside, "/matrices", name, path, n) ||
	       find_in(beside, "/../share/ringswap/matrices", name, path, n) ||
	       find_in(RINGSWAP_SOURCE, "/bench/plan/matrices", name, path, n);
}

int bench_matrix_load(struct bench_matrix *m, const char *name, char *why,
		      size_t n)
{
	size_t length = strlen(name);
	char path[512];

	if (strchr(name, '/') ||
	    (length > 5 && !strcmp(name + length - 5, ".json")))
		return load_path(m, name, why, n);
	if (find_named(name, path, sizeof(path)))
		return load_path(m, path, why, n);
	snprintf(why, n,
		 "no matrix \"%.60s\": give smoke, quick, full or a file "
		 "(RINGSWAP_HOME names the directory that holds matrices/)",
		 name);
	return -ENOENT;
}

static bool has_strategies(const struct bench_matrix *m)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (bench_cell_strategy(&m->cells[i].cell))
			return true;
	return false;
}

/* The bare mechanisms, where and with what the flags' cells write. */
static int add_floors(struct reading *r, const struct bench_cell *point,
		      struct factor *factors)
{
	static const char *const kept[] = { "placement", "payload",
					    "buffer-kib", "writer-sched" };
	struct product p = { .factors = factors, .block_ms = BLOCK_MS_FLOOR };
	const struct bench_override *o;
	int err;

	for (unsigned int i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		o = override_of(r->m, kept[i]);
		err = o ? add_override(r, &p, o) : 0;
		if (err)
			return err;
	}
	factors[p.n] = (struct factor){ .axis = "strategy" };
	err = factor_add_group(r, &factors[p.n++], "floors");
	return err ? err : add_product(r, &p, point);
}

int bench_matrix_flags(struct bench_matrix *m, char *why, size_t n)
{
	struct reading r = { .m = m, .why = why, .n = n };
	struct product p = { .block_ms = BLOCK_MS_DEFAULT };
	struct bench_cell point;
	int err = -ENOMEM;

	snprintf(why, n, "no memory");
	strcpy(m->name, "flags");
	strcpy(m->description, "the axes given on the command line");
	bench_cell_default(&point);
	p.factors = calloc(BENCH_OVERRIDES, sizeof(*p.factors));
	if (p.factors)
		err = add_overrides(&r, &p);
	if (!err)
		err = add_product(&r, &p, &point);
	if (!err && has_strategies(m))
		err = add_floors(&r, &point, p.factors);
	free(p.factors);
	if (!err && !m->n) {
		snprintf(why, n,
			 "no cell is left to measure: these strategies "
			 "do not take part in that scenario");
		err = -EINVAL;
	}
	if (!err)
		err = check_overrides(&r);
	make_digest(m);
	return err;
}

int bench_matrix_check(const char *path, char *why, size_t n)
{
	struct bench_matrix m;
	int err;

	bench_matrix_init(&m);
	err = load_path(&m, path, why, n);
	bench_matrix_free(&m);
	return err;
}
