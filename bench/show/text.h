/* SPDX-License-Identifier: MIT */
/*
 * text.h - numbers as people read them, and lines that end where the terminal
 * does.
 *
 *	char ns[BENCH_NUMBER_TEXT];
 *
 *	bench_print_wrapped(to, bench_show_width(to), "  ", "    ", reason);
 *	fputs(bench_text_number(3.14159, ns), to);	// 3.14
 *
 * A width is in columns; 0 stands for "as wide as it needs to be", as in a file
 * or a pipe. Cold; any thread; not from signal handlers.
 */
#ifndef BENCH_SHOW_TEXT_H
#define BENCH_SHOW_TEXT_H

#include <stdio.h>

/* Room for every number, and for one with its interval. */
#define BENCH_NUMBER_TEXT   32
#define BENCH_INTERVAL_TEXT 112

/** bench_text_number() - three digits that say something: "1.55", "20.0"
 *
 * Without an exponent between 0.001 and 10^15; NaN and infinity are "-".
 * Returns text.
 */
char *bench_text_number(double value, char text[BENCH_NUMBER_TEXT]);

/** bench_text_count() - "8386", "150 k", "12.9 M"; NaN is "-"; returns text */
char *bench_text_count(double value, char text[BENCH_NUMBER_TEXT]);

/** bench_text_time() - nanoseconds with the unit that suits: "1.99 ms" */
char *bench_text_time(double ns, char text[BENCH_NUMBER_TEXT]);

/**
 * bench_text_interval() - "1.55 [1.54, 1.56]"
 * @unit: each number is divided by it
 *
 * Without the interval where it is not there. Returns text.
 */
char *bench_text_interval(double value, double low, double high, double unit,
			  char text[BENCH_INTERVAL_TEXT]);

/**
 * bench_print_wrapped() - text on as many lines as the width asks for
 * @first: what the first line begins with
 * @rest: what each further line begins with
 *
 * Breaks at blanks; within a longer word after '/' or ',', and where it has
 * none of these, where the line ends. Nothing is left out. Ends the last line.
 */
void bench_print_wrapped(FILE *to, unsigned int width, const char *first,
			 const char *rest, const char *text);

/** bench_printf_wrapped() - the same, formatted */
void bench_printf_wrapped(FILE *to, unsigned int width, const char *first,
			  const char *rest, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * bench_show_width() - the columns of the terminal behind a stream
 *
 * 0: no terminal. COLUMNS from the environment, else what the terminal says,
 * else 100.
 */
unsigned int bench_show_width(FILE *to);

#endif
