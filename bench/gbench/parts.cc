/* SPDX-License-Identifier: MIT */
/* parts.cc: errors, clean text and the registry. */
#include "parts.hh"

#include <cstdarg>
#include <cstdio>

namespace gb_parts
{

char last_error[512];

__attribute__((format(printf, 2, 3))) int fail(int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_error, sizeof(last_error), format, args);
	va_end(args);
	return -err;
}

/* The length of the well-formed UTF-8 sequence at s, or 0 (RFC 3629). */
static size_t utf8_length(const char *text)
{
	const unsigned char *s = reinterpret_cast<const unsigned char *>(text);
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	/* Overlong forms, surrogates, beyond U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

std::string clean(const char *text)
{
	std::string out;

	while (text && *text) {
		size_t n = utf8_length(text);

		if (!n || static_cast<unsigned char>(*text) < ' ' ||
		    *text == 0x7f) {
			out += n ? ' ' : '?';
			text++;
		} else {
			out.append(text, n);
			text += n;
		}
	}
	return out;
}

bool is_one_of(const std::string &word, const char *words)
{
	return word.find(' ') == std::string::npos &&
	       std::string(words).find(" " + word + " ") != std::string::npos;
}

char refused[sizeof(last_error)];

registry &the()
{
	static registry r;

	return r;
}

int can_run()
{
	if (the().shut_down)
		return fail(EINVAL, "gb_shutdown() was called");
	if (the().running)
		return fail(EBUSY, "benchmarks are being run");
	return 0;
}

} /* namespace gb_parts */

extern "C" const char *gb_error(void)
{
	return gb_parts::last_error;
}
