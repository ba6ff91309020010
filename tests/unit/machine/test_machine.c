/* SPDX-License-Identifier: MIT */
/* Provenance: complete, anonymous, and honest about what is unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine/machine.h"
#include "tests/unit/machine/roots.h"

/* Every string of the document; stops at the first that @bad dislikes. */
static void walk(json_t *at, void (*look)(const char *key, const char *text))
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (at, key, value) {
		look(key, json_string_value(value));
		walk(value, look);
	}
	json_array_foreach (at, i, value) {
		look("", json_string_value(value));
		walk(value, look);
	}
}

static void no_name_of_host_or_user(const char *key, const char *text)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	if (strpbrk(key, "_ ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		fail_msg("the key \"%s\" is not in dashes", key);
	if (!text)
		return;
	if (!strcmp(text, host) || strstr(text, "/home/"))
		fail_msg("%s: \"%s\" tells who we are", key, text);
}

static void provenance_is_complete_and_anonymous(void **state)
{
	static const char *const members[] = {
		"key",	       "key-text",  "simulated",    "cpu",
		"topology",    "kernel",    "distribution", "libc",
		"mitigations", "frequency", "hypervisor",   "clock",
		"memory",      "isolation", "load",	    "privileges",
		"facilities",
	};
	struct bench_topology *t = load(NULL);
	json_t *m = bench_machine("", t);
	double ns;

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (!json_object_get(m, members[i]))
			fail_msg("no member %s", members[i]);
	assert_int_equal(json_object_size(m),
			 sizeof(members) / sizeof(*members));
	walk(m, no_name_of_host_or_user);
	ns = json_number_value(json_object_get(json_object_get(m, "clock"),
					       "clock-gettime-ns"));
	assert_true(ns > 0.5 && ns < 1e6);
	assert_true(json_is_false(json_object_get(m, "simulated")));
	json_decref(m);
	bench_topology_free(t);
}

static const char *text_at(json_t *m, const char *room, const char *key)
{
	return json_string_value(
		json_object_get(json_object_get(m, room), key));
}

static void what_is_unknown_is_called_so(void **state)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(NULL);
	json_t *m = bench_machine(root, t);

	(void)state;
	assert_int_equal(
		strncmp(text_at(m, "cpu", "model"), "unavailable: ", 13), 0);
	assert_int_equal(strncmp(text_at(m, "frequency", "governor"),
				 "unavailable: ", 13),
			 0);
	assert_int_equal(strncmp(text_at(m, "memory", "total-bytes"),
				 "unavailable: ", 13),
			 0);
	assert_int_equal(
		strncmp(text_at(m, "load", "average"), "unavailable: ", 13), 0);
	json_decref(m);
	drop_root(root);
	bench_topology_free(t);
}

static void boot_parameters_are_filtered(void **state)
{
	static const struct file files[] = {
		{ "/proc/cmdline",
		  "root=UUID=1234 isolcpus=2-3 quiet "
		  "mitigations=off hostname=secret\n" },
		{ NULL, NULL },
	};
	struct bench_topology *t = load(FOUR);
	char *root = make_root(files), *text;
	json_t *m = bench_machine(root, t), *kernel;

	(void)state;
	kernel = json_object_get(m, "kernel");
	text = json_dumps(json_object_get(kernel, "parameters"), JSON_COMPACT);
	assert_string_equal(text, "[\"isolcpus=2-3\",\"mitigations=off\"]");
	free(text);
	json_decref(m);
	drop_root(root);
	bench_topology_free(t);
}

static void build_info_names_the_commit(void **state)
{
	json_t *info = bench_build_info();
	const char *commit = json_string_value(json_object_get(info, "commit"));
	size_t digits = strspn(commit, "0123456789abcdef");

	(void)state;
	assert_true(!strcmp(commit, "unknown") ||
		    (digits >= 12 &&
		     (!commit[digits] || !strcmp(commit + digits, "-dirty"))));
	assert_non_null(json_string_value(json_object_get(info, "compiler")));
	json_decref(info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(provenance_is_complete_and_anonymous),
		cmocka_unit_test(what_is_unknown_is_called_so),
		cmocka_unit_test(boot_parameters_are_filtered),
		cmocka_unit_test(build_info_names_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
