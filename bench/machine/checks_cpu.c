/* SPDX-License-Identifier: MIT */
/* The doctor's checks of the processor: frequency, siblings, idle states. */
#include "bench/machine/exam.h"

#include <glob.h>
#include <limits.h>
#include <string.h>

/* Wake-up latency from which an idle state is felt in latencies, us. */
#define DEEP_STATE_US 20

void bench_check_governor(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "governor");
	char now[BENCH_FACT];

	if (bench_probe_governor(e->root, now, sizeof(now))) {
		bench_exam_value(check, BENCH_NOTE, "%s", now);
		bench_exam_advise(
			check,
			"nothing to set; in a virtual machine the host "
			"decides the frequency");
		return;
	}
	if (!strcmp(now, "performance")) {
		bench_exam_value(check, BENCH_OK, "%s", now);
		return;
	}
	bench_exam_value(check, BENCH_FAIL, "%s", now);
	bench_exam_advise(check,
			  "the frequency follows the load: set performance");
	now[strcspn(now, ",")] = '\0';
	bench_exam_tune(check, BENCH_CPU_DIR "cpu*/cpufreq/scaling_governor",
			"performance", now);
}

void bench_check_turbo(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "turbo");
	char now[BENCH_FACT], text[BENCH_FACT];
	bool intel = !bench_probe_file(e->root,
				       BENCH_CPU_DIR "intel_pstate/no_turbo",
				       text, sizeof(text));

	if (bench_probe_turbo(e->root, now, sizeof(now))) {
		bench_exam_value(check, BENCH_NOTE, "%s", now);
		return;
	}
	bench_exam_value(check, strcmp(now, "off") ? BENCH_WARN : BENCH_OK,
			 "%s", now);
	if (check->severity == BENCH_OK)
		return;
	bench_exam_advise(
		check,
		"the frequency depends on how many cores are busy and "
		"how warm they are: switch it off to compare");
	if (intel)
		bench_exam_tune(check, BENCH_CPU_DIR "intel_pstate/no_turbo",
				"1", "0");
	else
		bench_exam_tune(check, BENCH_CPU_DIR "cpufreq/boost", "0", "1");
}

void bench_check_smt(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "smt-sibling");
	unsigned int shared =
		e->t->n_pus > e->t->n_cores ? e->t->n_pus - e->t->n_cores : 0;
	char now[BENCH_FACT];
	long long active = 0;

	if (bench_probe_smt(e->root, now, sizeof(now))) {
		bench_exam_value(check, BENCH_NOTE, "%s", now);
		return;
	}
	bench_probe_number(e->root, BENCH_CPU_DIR "smt/active", &active);
	if (!active) {
		bench_exam_value(check, BENCH_OK, "no siblings (%s)", now);
		return;
	}
	bench_exam_value(check, BENCH_NOTE,
			 "active, %u of %u usable PUs are siblings", shared,
			 e->t->n_pus);
	bench_exam_advise(
		check,
		"a busy sibling takes half a core: keep siblings of the "
		"measured PUs idle, or switch SMT off");
	bench_exam_tune(check, BENCH_CPU_DIR "smt/control", "off", now);
}

/* The slowest wake-up, in us, among the idle states that are not disabled. */
static long long deepest_state(const char *root, char *name, size_t n)
{
	char pattern[PATH_MAX], text[64];
	long long worst = -1, latency, off;
	glob_t dirs;

	snprintf(pattern, sizeof(pattern),
		 "%s" BENCH_CPU_DIR "cpu[0-9]*/cpuidle/state[0-9]*", root);
	if (glob(pattern, 0, NULL, &dirs))
		return -1;
	for (size_t i = 0; i < dirs.gl_pathc; i++) {
		const char *dir = dirs.gl_pathv[i];

		if (bench_probe_number(dir, "/latency", &latency) ||
		    latency <= worst ||
		    (!bench_probe_number(dir, "/disable", &off) && off))
			continue;
		worst = latency;
		bench_probe_file(dir, "/name", text, sizeof(text));
		snprintf(name, n, "%s", text);
	}
	globfree(&dirs);
	return worst;
}

void bench_check_c_states(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "c-states");
	char name[64] = "";
	long long latency = deepest_state(e->root, name, sizeof(name));

	if (latency < 0) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: no cpuidle states here");
		return;
	}
	bench_exam_value(
		check, latency >= DEEP_STATE_US ? BENCH_WARN : BENCH_OK,
		"deepest enabled is %s, %lld us to wake up", name, latency);
	if (check->severity == BENCH_OK)
		return;
	bench_exam_advise(
		check,
		"wake-ups of idle writers and swappers take that long: "
		"hold /dev/cpu_dma_latency at 0, or disable the state");
	snprintf(check->tune, sizeof(check->tune),
		 "sudo cpupower idle-set -D %d", DEEP_STATE_US - 1);
	snprintf(check->undo, sizeof(check->undo), "sudo cpupower idle-set -E");
}

long long bench_exam_throttled(const char *root)
{
	char pattern[PATH_MAX];
	long long sum = -1, one;
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s" BENCH_CPU_DIR
		 "cpu[0-9]*/thermal_throttle/*_throttle_count",
		 root);
	if (glob(pattern, 0, NULL, &files))
		return -1;
	for (size_t i = 0; i < files.gl_pathc; i++)
		if (!bench_probe_number("", files.gl_pathv[i], &one))
			sum = (sum < 0 ? 0 : sum) + one;
	globfree(&files);
	return sum;
}

void bench_check_thermal(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "thermal");
	long long now = e->throttled_after - e->throttled_before;

	if (e->throttled_after < 0) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: no throttle counters");
		return;
	}
	bench_exam_value(
		check, e->throttled_after > 0 ? BENCH_WARN : BENCH_OK,
		"throttled %lld times since boot, %lld during the examination",
		e->throttled_after, now);
	if (check->severity != BENCH_OK)
		bench_exam_advise(
			check,
			"the machine slows down when warm: cool it, or "
			"switch turbo off");
}

void bench_check_mitigations(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "mitigations");
	unsigned int mitigated = 0, vulnerable = 0, safe = 0;
	char pattern[PATH_MAX], text[512];
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s" BENCH_CPU_DIR "vulnerabilities/*", e->root);
	if (glob(pattern, 0, NULL, &files)) {
		bench_exam_value(check, BENCH_NOTE,
				 "unavailable: no vulnerabilities "
				 "directory");
		return;
	}
	for (size_t i = 0; i < files.gl_pathc; i++) {
		if (bench_probe_file("", files.gl_pathv[i], text, sizeof(text)))
			continue;
		mitigated += !!strstr(text, "Mitigation");
		vulnerable += !strncmp(text, "Vulnerable", 10);
		safe += !strncmp(text, "Not affected", 12);
	}
	globfree(&files);
	bench_exam_value(check, mitigated ? BENCH_NOTE : BENCH_OK,
			 "%u mitigated, %u left vulnerable, %u not affected",
			 mitigated, vulnerable, safe);
	if (mitigated)
		bench_exam_advise(
			check,
			"system calls and signals are dearer with them; "
			"leave them as production has them, and compare "
			"only machines that agree");
}

void bench_check_hypervisor(struct bench_exam *e)
{
	struct bench_check *check = bench_exam_add(e, "hypervisor");
	char text[BENCH_FACT];
	enum bench_guest guest =
		bench_probe_hypervisor(e->root, text, sizeof(text));

	bench_exam_value(check,
			 guest == BENCH_GUEST		? BENCH_FAIL
			 : guest == BENCH_GUEST_UNKNOWN ? BENCH_NOTE
							: BENCH_OK,
			 "%s", text);
	if (guest == BENCH_GUEST_UNKNOWN)
		bench_exam_advise(
			check,
			"this machine does not say whether it is a guest: if it "
			"is, compare ratios only");
	if (guest == BENCH_GUEST)
		bench_exam_advise(
			check,
			"exits, steal and hidden neighbours: interrupts, "
			"signals and membarrier cost more than on metal; "
			"compare ratios only");
}
