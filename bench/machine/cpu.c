/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo, and the kernel's list of vulnerabilities. */
#include "bench/machine/cpu.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/machine/facts.h"
#include "bench/machine/probe.h"

/*
 * What names a processor model, in x86's words and in arm64's. The last two
 * change with firmware and are part of the key all the same: microcode moves
 * numbers.
 */
static const struct {
	const char *key, *x86, *arm;
} cpu_fields[BENCH_CPU_FIELDS] = {
	{ "vendor", "vendor_id", "CPU implementer" },
	{ "family", "cpu family", "CPU architecture" },
	{ "model-number", "model", "CPU part" },
	{ "stepping", "stepping", "CPU revision" },
	{ "microcode", "microcode", "CPU variant" },
};

const char *bench_cpu_field(const char *root, size_t i, char *text, size_t n)
{
	static const char file[] = "/proc/cpuinfo";

	if (bench_probe_field(root, file, cpu_fields[i].x86, text, n) &&
	    bench_probe_field(root, file, cpu_fields[i].arm, text, n))
		snprintf(text, n, BENCH_UNAVAILABLE "not in %s", file);
	return cpu_fields[i].key;
}

json_t *bench_cpu_json(const char *root)
{
	json_t *cpu = json_object();
	struct utsname uts;
	char text[BENCH_FACT];

	bench_probe_field(root, "/proc/cpuinfo", "model name", text,
			  sizeof(text));
	bench_fact_put(cpu, "model", text);
	for (size_t i = 0; i < BENCH_CPU_FIELDS; i++) {
		const char *name = bench_cpu_field(root, i, text, sizeof(text));

		bench_fact_put(cpu, name, text);
	}
	uname(&uts);
	bench_fact_put(cpu, "architecture", uts.machine);
	return cpu;
}

json_t *bench_cpu_mitigations(const char *root)
{
	static const char dir[] = "/sys/devices/system/cpu/vulnerabilities/*";
	char pattern[PATH_MAX], text[512];
	json_t *all = json_object();
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s%s", root, dir);
	if (glob(pattern, 0, NULL, &files))
		return all;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *name = strrchr(files.gl_pathv[i], '/') + 1;

		if (bench_probe_file("", files.gl_pathv[i], text, sizeof(text)))
			continue;
		for (char *at = name; (at = strchr(at, '_'));)
			*at = '-';
		bench_fact_put(all, name, text);
	}
	globfree(&files);
	return all;
}
