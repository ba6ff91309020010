/* SPDX-License-Identifier: MIT */
/* text.c - numbers and lines for people. */
#include "bench/show/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_UNKNOWN 100
#define WIDTH_MIN     20
#define ROOM_MIN      14 /* for words, beside a margin */

/* ---- Numbers ---- */

char *bench_text_number(double value, char text[BENCH_NUMBER_TEXT])
{
	double size = fabs(value);

	if (!isfinite(value))
		snprintf(text, BENCH_NUMBER_TEXT, "-");
	else if (size >= 1e15)
		snprintf(text, BENCH_NUMBER_TEXT, "%.2e", value);
	else if (size >= 99.95 || size == 0)
		snprintf(text, BENCH_NUMBER_TEXT, "%.0f", value);
	else if (size >= 9.995)
		snprintf(text, BENCH_NUMBER_TEXT, "%.1f", value);
	else if (size >= 0.9995)
		snprintf(text, BENCH_NUMBER_TEXT, "%.2f", value);
	else if (size >= 0.001)
		snprintf(text, BENCH_NUMBER_TEXT, "%.3f", value);
	else
		snprintf(text, BENCH_NUMBER_TEXT, "%.1e", value);
	return text;
}

/* A number and the word after it. */
static char *with_unit(double value, const char *unit,
		       char text[BENCH_NUMBER_TEXT])
{
	size_t used;

	bench_text_number(value, text);
	used = strlen(text);
	snprintf(text + used, BENCH_NUMBER_TEXT - used, " %s", unit);
	return text;
}

char *bench_text_count(double value, char text[BENCH_NUMBER_TEXT])
{
	if (!isfinite(value))
		return bench_text_number(value, text);
	if (value >= 1e6)
		return with_unit(value / 1e6, "M", text);
	if (value >= 1e5)
		return with_unit(value / 1e3, "k", text);
	snprintf(text, BENCH_NUMBER_TEXT, "%.0f", value);
	return text;
}

char *bench_text_time(double ns, char text[BENCH_NUMBER_TEXT])
{
	if (!isfinite(ns))
		return bench_text_number(ns, text);
	if (ns < 1e3)
		return with_unit(ns, "ns", text);
	if (ns < 1e6)
		return with_unit(ns / 1e3, "us", text);
	return with_unit(ns / 1e6, "ms", text);
}

char *bench_text_interval(double value, double low, double high, double unit,
			  char text[BENCH_INTERVAL_TEXT])
{
	char v[BENCH_NUMBER_TEXT], l[BENCH_NUMBER_TEXT], h[BENCH_NUMBER_TEXT];

	bench_text_number(value / unit, v);
	if (!isfinite(low) || !isfinite(high) || !isfinite(value))
		snprintf(text, BENCH_INTERVAL_TEXT, "%s", v);
	else
		snprintf(text, BENCH_INTERVAL_TEXT, "%s [%s, %s]", v,
			 bench_text_number(low / unit, l),
			 bench_text_number(high / unit, h));
	return text;
}

/* ---- Lines ---- */

/* How much of text goes on a line of so many bytes; at least one. */
static size_t line_length(const char *text, size_t room)
{
	size_t blank = 0, mark = 0, i;

	for (i = 0; text[i] && text[i] != '\n'; i++) {
		if (i > room)
			break;
		if (text[i] == ' ')
			blank = i;
		else if (i < room && (text[i] == '/' || text[i] == ','))
			mark = i + 1;
	}
	if (!text[i] || text[i] == '\n') {
		if (i <= room)
			return i;
	}
	if (blank)
		return blank;
	return mark ? mark : room;
}

/* What stands before a text, on a line of its own. */
static void print_label(FILE *to, const char *label)
{
	size_t length = strlen(label);

	while (length && label[length - 1] == ' ')
		length--;
	fprintf(to, "%.*s\n", (int)length, label);
}

void bench_print_wrapped(FILE *to, unsigned int width, const char *first,
			 const char *rest, const char *text)
{
	const char *before = first;

	/* A margin that leaves no room for words is none. */
	if (width && strlen(rest) > 4 && strlen(rest) + ROOM_MIN > width) {
		if (strspn(first, " ") != strlen(first))
			print_label(to, first);
		before = rest = "    ";
	}
	do {
		size_t used = strlen(before);
		size_t room = !width	     ? SIZE_MAX
			      : width > used ? width - used
					     : 1;
		size_t length = line_length(text, room);

		fprintf(to, "%s%.*s\n", before, (int)length, text);
		text += length;
		while (*text == ' ' || *text == '\n')
			text++;
		before = rest;
	} while (*text);
}

void bench_printf_wrapped(FILE *to, unsigned int width, const char *first,
			  const char *rest, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	bench_print_wrapped(to, width, first, rest,
			    text ? text : "(out of memory)");
	free(text);
}

/* ---- The terminal ---- */

static unsigned int width_from_environment(void)
{
	const char *columns = getenv("COLUMNS");
	char *end;
	long n = columns ? strtol(columns, &end, 10) : 0;

	return columns && !*end && n >= WIDTH_MIN && n < 100000
		       ? (unsigned int)n
		       : 0;
}

unsigned int bench_show_width(FILE *to)
{
	unsigned int width = width_from_environment();
	int fd = fileno(to);
	struct winsize size;

	if (fd < 0 || !isatty(fd))
		return 0;
	if (width)
		return width;
	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col >= WIDTH_MIN)
		return size.ws_col;
	return WIDTH_UNKNOWN;
}
