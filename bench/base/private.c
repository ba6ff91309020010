/* SPDX-License-Identifier: MIT */
/* private.c - paths, addresses and names out of texts. */
#include "bench/base/private.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool begins(const char *text, size_t length, const char *with)
{
	size_t n = strlen(with);

	return length >= n && !strncmp(text, with, n);
}

/* ---- A command line ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length >= n && !strcmp(text + length - n, end);
}

static bool is_file(const char *value)
{
	static const char *const ends[] = { ".json", ".journal", ".jsonl",
					    ".xml",  ".prev",	 ".txt" };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (ends_with(value, ends[i]))
			return true;
	return strchr(value, '/') || *value == '~';
}

/* Is this option, or what getopt takes for it, followed by a file? */
static bool takes_file(const char *option, size_t length)
{
	static const char *const names[] = { "--out", "--resume" };

	if (length == 2 && begins(option, length, "-o"))
		return true;
	for (size_t i = 0; i < COUNT(names); i++)
		if (length > 2 && length <= strlen(names[i]) &&
		    !strncmp(option, names[i], length))
			return true;
	return false;
}

static json_t *argument_json(const char *argument, bool is_value_of_file)
{
	size_t head = strcspn(argument, "=");
	bool is_option = *argument == '-' && argument[1];

	if (is_option && begins(argument, strlen(argument), "-o") &&
	    argument[2])
		return json_string("-o" BENCH_PRIVATE_FILE);
	if (is_option && argument[head] &&
	    (takes_file(argument, head) || is_file(argument + head + 1)))
		return json_sprintf("%.*s=" BENCH_PRIVATE_FILE, (int)head,
				    argument);
	if (is_value_of_file || is_file(argument))
		return json_string(BENCH_PRIVATE_FILE);
	return json_string(argument);
}

void bench_private_command(int argc, char *const argv[], json_t *list)
{
	bool is_value = false;

	for (int i = 0; i < argc; i++) {
		json_array_append_new(list, argument_json(argv[i], is_value));
		is_value = !is_value && takes_file(argv[i], strlen(argv[i]));
	}
}

/* ---- Words of a text ---- */

static bool is_system_path(const char *path, size_t length)
{
	static const char *const roots[] = { "/sys/", "/proc/", "/dev/",
					     "/etc/" };

	for (size_t i = 0; i < COUNT(roots); i++)
		if (begins(path, length, roots[i]))
			return true;
	return false;
}

/* "/srv/x": an absolute path with something behind its first name. A lone
 * "/s" is a unit, "usercopy/swapgs" a pair. */
static bool is_path(const char *word, size_t length)
{
	const char *second;

	if (length > 2 && *word == '-') { /* -I/srv/x */
		second = memchr(word, '/', length);
		return second &&
		       is_path(second, (size_t)(word + length - second));
	}
	if (length < 2)
		return false;
	if (*word == '~' && word[1] == '/')
		return true;
	if (*word != '/' || is_system_path(word, length))
		return false;
	second = memchr(word + 1, '/', length - 1);
	return second || begins(word, length, "/root") ||
	       begins(word, length, "/home");
}

/* "52:54:00:12:34:56" */
static bool is_hardware_address(const char *text)
{
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? text[i] != ':'
			       : !isxdigit((unsigned char)text[i]))
			return false;
	return !text[17];
}

/* How long the address of a network or of a card is that begins here; 0: none
 * does. What ends a sentence is none of it. */
static size_t network_address(const char *text)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF.:");
	char address[INET6_ADDRSTRLEN];
	struct in6_addr unused;

	while (length && strchr(".:", text[length - 1]))
		length--;
	if (length < 3 || length >= sizeof(address) ||
	    isalnum((unsigned char)text[length]))
		return 0;
	memcpy(address, text, length);
	address[length] = '\0';
	return is_hardware_address(address) ||
			       inet_pton(AF_INET, address, &unused) == 1 ||
			       inet_pton(AF_INET6, address, &unused) == 1
		       ? length
		       : 0;
}

static bool is_address(const char *word, size_t length)
{
	const char *at = memchr(word, '@', length);

	return at && at > word && at + 1 < word + length &&
	       isalnum((unsigned char)at[-1]) &&
	       (isalpha((unsigned char)at[1]) || network_address(at + 1));
}

bool bench_private_is_word(const char *word, size_t length)
{
	return is_path(word, length) || is_address(word, length);
}

static const char *replacement(const char *word, size_t length,
			       const char *const names[])
{
	if (is_path(word, length))
		return BENCH_PRIVATE_PATH;
	if (is_address(word, length))
		return BENCH_PRIVATE_ADDRESS;
	for (size_t i = 0; names && names[i]; i++)
		if (strlen(names[i]) == length && length >= 3 &&
		    strcmp(names[i], "root") != 0 &&
		    !strncmp(names[i], word, length))
			return BENCH_PRIVATE_NAME;
	return NULL;
}

/* What may stand between two words; "=" and ":" begin the path of
 * "root=/srv/x". */
static bool is_between(char c)
{
	return isspace((unsigned char)c) || (c && strchr("=:,;()[]<>\"'", c));
}

/* A copy of text with its words replaced, and how many were; NULL: no memory.
 */
static char *stripped(const char *text, const char *const names[], size_t *n)
{
	char *out = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&out, &size);

	if (!to)
		return NULL;
	while (*text) {
		const char *with = BENCH_PRIVATE_ADDRESS;
		size_t length;

		for (; is_between(*text); text++)
			fputc(*text, to);
		length = network_address(text); /* its ':' is in a word */
		if (!length) {
			while (text[length] && !is_between(text[length]))
				length++;
			with = length ? replacement(text, length, names) : NULL;
		}
		if (with)
			fputs(with, to);
		else
			fwrite(text, 1, length, to);
		*n += with != NULL;
		text += length;
	}
	fclose(to);
	return out;
}

/* Members that hold names and ids of ours. */
static bool is_ours(const char *member)
{
	static const char *const members[] = {
		"id",	  "strategy", "scenario", "placement", "kind",
		"status", "baseline", "control",  "key",       "schema",
		"floor",  "command",  "zero",
	};

	for (size_t i = 0; i < COUNT(members); i++)
		if (!strcmp(member, members[i]))
			return true;
	return false;
}

static size_t strip_text(json_t *text, const char *const names[])
{
	size_t n = 0;
	char *other = stripped(json_string_value(text), names, &n);

	if (other && n)
		json_string_set(text, other);
	free(other);
	return n;
}

size_t bench_private_strip(json_t *json, const char *const names[])
{
	const char *member;
	json_t *value;
	size_t i, n = 0;

	if (json_is_string(json))
		return strip_text(json, names);
	if (json_is_array(json))
		json_array_foreach (json, i, value)
			n += bench_private_strip(value, names);
	if (json_is_object(json))
		json_object_foreach (json, member, value)
			if (!is_ours(member))
				n += bench_private_strip(value, names);
	return n;
}
