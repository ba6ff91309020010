/* SPDX-License-Identifier: MIT */
/* clean.c - texts without control characters, and names. */
#include "bench/base/clean.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/why.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Characters that command, turn the direction, have no width or are none at
 * all: Unicode 15, general categories Cc, Cf, Zl and Zp, and noncharacters. */
static const struct {
	uint32_t first, last;
} hostile[] = {
	{ 0x00, 0x1f },	      { 0x7f, 0x9f },	    { 0xad, 0xad },
	{ 0x600, 0x605 },     { 0x61c, 0x61c },	    { 0x6dd, 0x6dd },
	{ 0x70f, 0x70f },     { 0x180e, 0x180e },   { 0x200b, 0x200f },
	{ 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0xd800, 0xdfff },
	{ 0xfdd0, 0xfdef },   { 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },
	{ 0xfffe, 0xffff },   { 0x110bd, 0x110bd }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe007f },
};

static bool is_hostile(uint32_t c)
{
	for (size_t i = 0; i < COUNT(hostile); i++)
		if (c >= hostile[i].first && c <= hostile[i].last)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

static bool is_fine(uint32_t c, bool keep_lines)
{
	return !is_hostile(c) || (keep_lines && c == '\n');
}

/* Bytes of the character that begins with this one; 0: none does. */
static int length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* One character and its length in bytes; 0: not UTF-8. */
static int decode(const unsigned char *text, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length = length_of(*text);
	uint32_t c = length > 1 ? *text & (0x7fu >> length) : *text;

	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3fu);
	}
	*out = c;
	return length && c >= least[length] && c <= 0x10ffff ? length : 0;
}

static char *clean(char *text, bool keep_lines)
{
	const unsigned char *from = (const unsigned char *)text;
	char *to = text, *cut = text; /* room for "..." after it */

	while (*from && to - text < BENCH_CLEAN_MAX) {
		uint32_t c;
		int length = decode(from, &c);

		if (length && is_fine(c, keep_lines)) {
			memmove(to, from, (size_t)length);
			to += length;
		} else {
			*to++ = *from == '\n' || *from == '\t' ? ' ' : '?';
		}
		from += length ? length : 1;
		if (to - text <= BENCH_CLEAN_MAX - 3)
			cut = to;
	}
	if (*from)
		to = stpcpy(cut, "...");
	*to = '\0';
	return text;
}

char *bench_clean(char *text)
{
	return clean(text, /* keep_lines */ false);
}

/* Printable ASCII, which nearly all texts are of. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool is_clean(const char *text, bool keep_lines)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t c;

	for (int length; *at; at += length) {
		length = 1;
		if (is_plain(*at))
			continue;
		length = decode(at, &c);
		if (!length || !is_fine(c, keep_lines))
			return false;
	}
	return at - (const unsigned char *)text <= BENCH_CLEAN_MAX;
}

static int clean_string(json_t *json, bool keep_lines)
{
	char *text;
	int err;

	if (is_clean(json_string_value(json), keep_lines))
		return 0;
	text = strdup(json_string_value(json));
	if (!text)
		return -ENOMEM;
	err = json_string_set_nocheck(json, clean(text, keep_lines)) ? -ENOMEM
								     : 0;
	free(text);
	return err;
}

static int bad_member(const char *name, char *why, size_t n)
{
	char *text = strdup(name);

	bench_why(0, why, n,
		  "a member called \"%.80s\": a name of a member should have "
		  "no control characters and at most %d bytes",
		  text ? bench_clean(text) : "", BENCH_CLEAN_MAX);
	free(text);
	return -EINVAL;
}

/* Most values of a file are numbers: they cost no call. */
static bool has_text(const json_t *json)
{
	return json_is_object(json) || json_is_array(json) ||
	       json_is_string(json);
}

/* The one text that has lines, and that is hashed and never printed. */
static int clean_member(const char *name, json_t *value, char *why, size_t n)
{
	if (!has_text(value))
		return 0;
	if (!json_is_string(value) || strcmp(name, "key-text") != 0)
		return bench_clean_json(value, why, n);
	return clean_string(value, /* keep_lines */ true)
		       ? bench_why(-ENOMEM, why, n, "out of memory")
		       : 0;
}

static int clean_object(json_t *object, char *why, size_t n)
{
	const char *name;
	json_t *value;

	json_object_foreach (object, name, value) {
		int err = is_clean(name, false)
				  ? clean_member(name, value, why, n)
				  : bad_member(name, why, n);

		if (err)
			return err;
	}
	return 0;
}

static int clean_array(json_t *array, char *why, size_t n)
{
	size_t i;
	json_t *value;

	json_array_foreach (array, i, value) {
		int err = has_text(value) ? bench_clean_json(value, why, n) : 0;

		if (err)
			return err;
	}
	return 0;
}

int bench_clean_json(json_t *json, char *why, size_t n)
{
	if (json_is_object(json))
		return clean_object(json, why, n);
	if (json_is_array(json))
		return clean_array(json, why, n);
	if (json_is_string(json) && clean_string(json, false))
		return bench_why(-ENOMEM, why, n, "out of memory");
	return 0;
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool joins(char c)
{
	return c == '-' || c == '_' || c == '.' || c == '+';
}

bool bench_is_name(const char *text, size_t most, const char *more)
{
	size_t length = 0;

	for (; text[length] && length <= most; length++)
		if (!is_letter_or_digit(text[length]) &&
		    (!length ||
		     (!joins(text[length]) && !strchr(more, text[length]))))
			return false;
	return length && length <= most;
}
