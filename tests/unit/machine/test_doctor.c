/* SPDX-License-Identifier: MIT */
/* The doctor on machines of the tests' own making, and on this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/machine/doctor.h"
#include "bench/machine/facilities.h"
#include "bench/machine/probe.h"
#include "tests/unit/machine/roots.h"

static char why[BENCH_WHY];

/* What the doctor must say of a check. */
#define MEASURED ((enum bench_severity)99)

struct finding {
	const char *id;
	enum bench_severity severity;
	const char *value;
};

static void examine(const struct file *files, struct bench_doctor *d)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(files);
	struct bench_doctor_options options = { root, t, 0 };

	assert_int_equal(bench_doctor_run(&options, d), 0);
	drop_root(root);
	bench_topology_free(t);
}

/* The clock that is looked at is this machine's, and another look may find it
 * slower: the severity must fit the figure that is told. */
static enum bench_severity severity_of(const struct finding *f,
				       const struct bench_check *c)
{
	const char *cost = strstr(c->value, "clock_gettime ");
	const char *step = strstr(c->value, "differ by ");

	if (f->severity != MEASURED)
		return f->severity;
	if (cost)
		return atof(cost + strlen("clock_gettime ")) < 99.5
			       ? BENCH_OK
			       : BENCH_WARN;
	return step && atof(step + strlen("differ by ")) <= 5 ? BENCH_OK
							      : BENCH_NOTE;
}

static void expect(const struct bench_doctor *d, const struct finding *f,
		   size_t n)
{
	assert_int_equal(d->n_checks, n);
	for (size_t i = 0; i < n; i++) {
		const struct bench_check *c = bench_doctor_find(d, f[i].id);

		if (!c)
			fail_msg("no check %s", f[i].id);
		if (c->severity != severity_of(&f[i], c) ||
		    !strstr(c->value, f[i].value))
			fail_msg("%s: %s \"%s\", not %s \"%s\"", c->id,
				 bench_severity_name(c->severity), c->value,
				 bench_severity_name(severity_of(&f[i], c)),
				 f[i].value);
		if (c->severity >= BENCH_WARN && !*c->advice)
			fail_msg("%s: bad without advice", c->id);
	}
}

/* Whether events can be counted is this machine's, whatever the fixture says. */
static enum bench_severity counters_severity(void)
{
	return bench_machine_counters(why, sizeof(why)) ? BENCH_NOTE : BENCH_OK;
}

static void a_good_machine_passes(void **state)
{
	const struct finding expected[] = {
		{ "hypervisor", BENCH_OK, "none" },
		{ "steal", BENCH_OK, "0.00 % since boot" },
		{ "load", BENCH_OK, "0.02" },
		{ "noise", BENCH_NOTE, "not measured" },
		{ "governor", BENCH_OK, "performance" },
		{ "turbo", BENCH_OK, "off" },
		{ "smt-sibling", BENCH_OK, "no siblings (off)" },
		{ "c-states", BENCH_OK, "C1, 2 us" },
		{ "thermal", BENCH_OK, "throttled 0 times" },
		{ "isolation", BENCH_OK, "isolcpus=2-3 nohz_full=2-3" },
		{ "irq-affinity", BENCH_OK, "0 of 2" },
		{ "cgroup-limit", BENCH_OK, "unlimited" },
		{ "cgroup-cpus", BENCH_OK, "0-3 of 0-3" },
		{ "cgroup-memory", BENCH_OK, "unlimited" },
		{ "clock-source", MEASURED, "tsc" },
		{ "clock-step", MEASURED, "ns at least" },
		{ "hw-counters", counters_severity(), "" },
		{ "rt-privileges", BENCH_OK, "CAP_SYS_NICE yes" },
		{ "thp", BENCH_OK, "[madvise]" },
		{ "aslr", BENCH_OK, "0" },
		{ "mitigations", BENCH_OK,
		  "0 mitigated, 1 left vulnerable, 1 not affected" },
	};
	struct bench_doctor d;

	(void)state;
	examine(good, &d);
	expect(&d, expected, sizeof(expected) / sizeof(*expected));
	assert_false(d.indicative);
	bench_doctor_free(&d);
}

static void a_bad_machine_is_indicative(void **state)
{
	const struct finding expected[] = {
		{ "hypervisor", BENCH_FAIL, "unknown hypervisor" },
		{ "steal", BENCH_FAIL, "4.97 % since boot" },
		{ "load", BENCH_FAIL, "7.50" },
		{ "noise", BENCH_NOTE, "not measured" },
		{ "governor", BENCH_FAIL, "powersave, performance" },
		{ "turbo", BENCH_WARN, "on" },
		{ "smt-sibling", BENCH_NOTE, "active" },
		{ "c-states", BENCH_WARN, "C6, 133 us" },
		{ "thermal", BENCH_WARN, "throttled 12 times" },
		{ "isolation", BENCH_OK, "isolcpus=3 nohz_full=none" },
		{ "irq-affinity", BENCH_WARN, "1 of 2" },
		{ "cgroup-limit", BENCH_WARN, "1.50 CPUs" },
		{ "cgroup-cpus", BENCH_NOTE, "2-3 of 0-3" },
		{ "cgroup-memory", BENCH_NOTE, "256 MiB" },
		{ "clock-source", BENCH_WARN, "hpet" },
		{ "clock-step", MEASURED, "ns at least" },
		{ "hw-counters", counters_severity(),
		  counters_severity() ? "perf_event_paranoid 4" : "" },
		{ "rt-privileges", BENCH_NOTE, "CAP_SYS_NICE no" },
		{ "thp", BENCH_NOTE, "[always]" },
		{ "aslr", BENCH_NOTE, "2" },
		{ "mitigations", BENCH_NOTE, "1 mitigated" },
	};
	struct rlimit before, zero = { 0, 0 };
	struct bench_doctor d;

	(void)state;
	getrlimit(RLIMIT_RTPRIO, &before);
	zero.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_RTPRIO, &zero);
	examine(bad, &d);
	setrlimit(RLIMIT_RTPRIO, &before);
	expect(&d, expected, sizeof(expected) / sizeof(*expected));
	assert_true(d.indicative);
	bench_doctor_free(&d);
}

/* What is not there is unknown: never ok, never a failure. */
static void an_unreadable_machine_is_unknown(void **state)
{
	static const char *const ids[] = {
		"steal",	 "load",      "governor",     "turbo",
		"thermal",	 "c-states",  "irq-affinity", "cgroup-limit",
		"thp",		 "aslr",      "mitigations",  "cgroup-cpus",
		"cgroup-memory", "isolation", "smt-sibling",
	};
	const struct bench_check *c;
	struct bench_doctor d;

	(void)state;
	examine(NULL, &d);
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		c = bench_doctor_find(&d, ids[i]);
		if (c->severity != BENCH_NOTE ||
		    strncmp(c->value, "unavailable", 11))
			fail_msg("%s: %s", ids[i], c->value);
	}
	c = bench_doctor_find(&d, "hypervisor");
	assert_int_equal(c->severity, BENCH_NOTE);
	assert_string_equal(c->value, "unknown");
	c = bench_doctor_find(&d, "rt-privileges");
	assert_non_null(strstr(c->value, "CAP_SYS_NICE unknown"));
	assert_non_null(strstr(c->value, "throttled after unknown"));
	bench_doctor_free(&d);
}

/* Two that are measured leave none of two. */
static void processors_left_are_those_that_are_not_measured(void **state)
{
	static const struct {
		const char *machine, *says;
	} cases[] = {
		{ "Core:1 PU:1", "0 PUs left" },
		{ "Core:2 PU:1", "0 PUs left" },
		{ "Core:3 PU:1", "1 PU left" },
		{ "Core:4 PU:1", "2 PUs left" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench_topology *t = load(cases[i].machine);
		char *root = make_root(good);
		struct bench_doctor_options options = { root, t, 0 };
		struct bench_doctor d;

		assert_int_equal(bench_doctor_run(&options, &d), 0);
		assert_non_null(strstr(bench_doctor_find(&d, "load")->value,
				       cases[i].says));
		bench_doctor_free(&d);
		drop_root(root);
		bench_topology_free(t);
	}
}

static void the_report_gives_reasons_as_json(void **state)
{
	struct bench_doctor d;
	json_t *report, *reasons;

	(void)state;
	examine(bad, &d);
	report = bench_doctor_json(&d);
	assert_non_null(report);
	assert_true(json_is_true(json_object_get(report, "indicative")));
	reasons = json_object_get(report, "reasons");
	assert_int_equal(json_array_size(reasons), 4);
	assert_string_equal(json_string_value(json_array_get(reasons, 0)),
			    "hypervisor: unknown hypervisor");
	assert_int_equal(json_array_size(json_object_get(report, "checks")),
			 d.n_checks);
	json_decref(report);
	bench_doctor_free(&d);
}

/* What a printing function prints. */
static char *printed(void (*print)(const struct bench_doctor *d, FILE *to),
		     const struct bench_doctor *d)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	print(d, to);
	fclose(to);
	return text;
}

static void the_worst_is_printed_first(void **state)
{
	struct bench_doctor d;
	char *text;

	(void)state;
	examine(bad, &d);
	text = printed(bench_doctor_text, &d);
	assert_int_equal(strncmp(text, "fail", 4), 0);
	assert_true(strstr(text, "\nfail") < strstr(text, "\nwarn"));
	assert_true(strstr(text, "\nwarn") < strstr(text, "\nok"));
	assert_non_null(strstr(text, "INDICATIVE"));
	free(text);
	bench_doctor_free(&d);
}

static void tuning_is_printed_with_its_undoing(void **state)
{
	static const char governor[] = "echo performance | sudo tee " CPU
				       "cpu*/cpufreq/scaling_governor";
	struct bench_doctor d;
	char *text;

	(void)state;
	examine(bad, &d);
	text = printed(bench_doctor_tune, &d);
	assert_non_null(strstr(text, governor));
	assert_non_null(strstr(text, "# echo powersave | sudo tee "));
	assert_non_null(strstr(text, "echo 0 | sudo tee " CPU "cpufreq/boost"));
	free(text);
	bench_doctor_free(&d);

	examine(good, &d);
	text = printed(bench_doctor_tune, &d);
	assert_int_equal(strncmp(text, "# Nothing to tune", 17), 0);
	free(text);
	bench_doctor_free(&d);
}

static void tuning_changes_nothing(void **state)
{
	struct bench_topology *t = load(FOUR);
	char *root = make_root(bad), now[64];
	struct bench_doctor_options options = { root, t, 0 };
	struct bench_doctor d;

	(void)state;
	bench_doctor_run(&options, &d);
	free(printed(bench_doctor_tune, &d));
	bench_probe_file(root, CPU "cpu0/cpufreq/scaling_governor", now,
			 sizeof(now));
	assert_string_equal(now, "powersave");
	bench_doctor_free(&d);
	drop_root(root);
	bench_topology_free(t);
}

static void the_doctor_spins_on_every_pu(void **state)
{
	struct bench_topology *t = load(NULL);
	struct bench_doctor_options options = { NULL, t, 50 };
	struct bench_doctor d;
	json_t *report, *noise;

	(void)state;
	assert_int_equal(bench_doctor_run(&options, &d), 0);
	assert_int_equal(d.n_gaps, t->n_pus);
	assert_non_null(
		strstr(bench_doctor_find(&d, "noise")->value, "longest gap"));
	report = bench_doctor_json(&d);
	noise = json_object_get(report, "noise");
	assert_int_equal(json_array_size(json_object_get(noise, "pus")),
			 t->n_pus);
	json_decref(report);
	bench_doctor_free(&d);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine_passes),
		cmocka_unit_test(a_bad_machine_is_indicative),
		cmocka_unit_test(an_unreadable_machine_is_unknown),
		cmocka_unit_test(
			processors_left_are_those_that_are_not_measured),
		cmocka_unit_test(the_report_gives_reasons_as_json),
		cmocka_unit_test(the_worst_is_printed_first),
		cmocka_unit_test(tuning_is_printed_with_its_undoing),
		cmocka_unit_test(tuning_changes_nothing),
		cmocka_unit_test(the_doctor_spins_on_every_pu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
