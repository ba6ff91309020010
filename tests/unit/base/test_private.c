/* SPDX-License-Identifier: MIT */
/* What tells who measured, and where, does not come into a result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/base/private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A command line, and how it is stored. */
static void stored(int argc, const char *const argv[], const char *want)
{
	json_t *list = json_array();
	char *text;

	bench_private_command(argc, (char *const *)(uintptr_t)argv, list);
	text = json_dumps(list, JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(list);
}

#define STORED(want, ...)                                          \
	stored((int)COUNT(((const char *const[]){ __VA_ARGS__ })), \
	       (const char *const[]){ __VA_ARGS__ }, want)

static void a_command_line_names_no_file(void **state)
{
	(void)state;
	STORED("[\"run\",\"--matrix\",\"full\",\"--out\",\"FILE\"]", "run",
	       "--matrix", "full", "--out", "/srv/jo/x.json");
	STORED("[\"run\",\"--out=FILE\",\"--rounds\",\"2\"]", "run", "--out=jo",
	       "--rounds", "2");
	STORED("[\"-o\",\"FILE\",\"--json\"]", "-o", "jo", "--json");
	STORED("[\"-oFILE\"]", "-ojo");
	STORED("[\"--ou\",\"FILE\"]", "--ou", "jo");
	STORED("[\"--resume\",\"FILE\"]", "--resume", "tonight");
	STORED("[\"--matrix\",\"FILE\"]", "--matrix", "mine.json");
	STORED("[\"--matrix=FILE\"]", "--matrix=~/mine");
	STORED("[\"--strategy\",\"rcu,barrier\",\"--precision\",\"2%\"]",
	       "--strategy", "rcu,barrier", "--precision", "2%");
	STORED("[\"--payload=16,256\"]", "--payload=16,256");
}

static void strip(const char *text, const char *want)
{
	static const char *const names[] = { "jo", "joanna", "wombat", "root",
					     NULL };
	json_t *json = json_pack("{s:[s], s:s}", "reasons", text, "id", text);
	size_t n = bench_private_strip(json, names);

	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json, "reasons"), 0)),
			    want);
	/* an id is a name of ours */
	assert_string_equal(json_string_value(json_object_get(json, "id")),
			    text);
	assert_int_equal(n > 0, strcmp(text, want) != 0);
	json_decref(json);
}

static void texts_lose_paths_addresses_and_names(void **state)
{
	(void)state;
	strip("log in /srv/jo/x: full", "log in PATH: full");
	strip("root=/srv/jo/disk ro", "root=PATH ro");
	strip("-O2 -I/opt/jo/include -g", "-O2 PATH -g");
	strip("~/x", "PATH");
	strip("built by joanna@example.org", "built by ADDRESS");
	strip("the PU of wombat is busy", "the PU of NAME is busy");
	strip("from 192.168.7.12: refused", "from ADDRESS: refused");
	strip("ip=fe80::5054:ff:fe12:3456/64", "ip=ADDRESS/64");
	strip("2001:db8:0:1:2:3:4:5.", "ADDRESS.");
	strip("jo@10.0.0.7 said", "ADDRESS said");
	strip("(52:54:00:12:34:56)", "(ADDRESS)");
}

static void what_is_nobodys_stays(void **state)
{
	static const char *const texts[] = {
		"unavailable: /sys/devices/system/cpu: No such file",
		"/proc/self/exe",
		"usercopy/swapgs barriers and __user pointer sanitization",
		"events/s, ns / event",
		"#1 SMP PREEMPT_DYNAMIC @0",
		"mitigations=auto,no_guest_host",
		"swap/rcu/shared-l3/swap-rate=10000",
		"the jo of root", /* too short a name, and nobody's */
		"always [madvise] never",
		"CPU@2.20GHz",
		"GNU 12.2.0, 2026-11-26T16:09:39Z, 3::x, 0:1:2, a: b",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		strip(texts[i], texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_line_names_no_file),
		cmocka_unit_test(texts_lose_paths_addresses_and_names),
		cmocka_unit_test(what_is_nobodys_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
