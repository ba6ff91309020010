/* SPDX-License-Identifier: MIT */
/* why.c - an errno and its line of words. */
#include "bench/base/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int bench_why(int err, char *why, size_t n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (why && n)
		vsnprintf(why, n, format, args);
	va_end(args);
	return err;
}

const char *bench_more(const char *text, size_t shown)
{
	return strlen(text) > shown ? "..." : "";
}
