/* SPDX-License-Identifier: MIT */
/* Provenance as JSON; see machine.h. */
#include "bench/machine/machine.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/build_info.h"
#include "bench/machine/cgroup.h"
#include "bench/machine/commit.h"
#include "bench/machine/cpu.h"
#include "bench/machine/facilities.h"
#include "bench/machine/facts.h"
#include "bench/machine/key.h"
#include "bench/machine/probe.h"
#include "bench/machine/clock_cost.h"

/* The unlike caches of the machine, each with its number. */
static json_t *caches_json(const struct bench_topology *t)
{
	json_t *caches = json_array();
	int depth = hwloc_topology_get_depth(t->hwloc);

	for (int d = 0; d < depth; d++) {
		hwloc_obj_type_t type = hwloc_get_depth_type(t->hwloc, d);
		hwloc_obj_t obj = hwloc_get_obj_by_depth(t->hwloc, d, 0);
		char name[32];

		if (!hwloc_obj_type_is_cache(type))
			continue;
		hwloc_obj_type_snprintf(name, sizeof(name), obj, 0);
		json_array_append_new(
			caches,
			json_pack(
				"{s:s s:I s:i s:i s:i}", "name", name,
				"size-bytes", (json_int_t)obj->attr->cache.size,
				"line-bytes", (int)obj->attr->cache.linesize,
				"count",
				(int)hwloc_get_nbobjs_by_depth(t->hwloc, d),
				"pus-each", hwloc_bitmap_weight(obj->cpuset)));
	}
	return caches;
}

static json_t *topology_json(const struct bench_topology *t)
{
	char *line = bench_topology_synthetic(t);
	char *shape = bench_machine_shape(t);
	char allowed[256];
	json_t *topology = json_pack(
		"{s:s s:b s:i s:i s:i s:i s:s s:s s:s s:o}", "source",
		t->source, "simulated", t->simulated, "packages",
		(int)t->n_packages, "numa-nodes", (int)t->n_nodes, "cores",
		(int)t->n_cores, "pus", (int)t->n_pus, "allowed",
		bench_topology_allowed(t, allowed, sizeof(allowed)), "shape",
		shape ? shape : "", "synthetic",
		line ? line : "unavailable: the machine is not symmetric",
		"caches", caches_json(t));

	if (topology)
		bench_fact_put(topology, "core-kinds",
			       t->kinds_why ? t->kinds_why
					    : "performance and efficiency");
	free(line);
	free(shape);
	return topology;
}

/* Boot parameters that move numbers; the rest may name disks and hosts. */
static json_t *parameters_json(const char *root)
{
	static const char *const wanted[] = {
		"isolcpus",
		"nohz",
		"rcu_nocb",
		"mitigations",
		"idle=",
		"processor.",
		"intel_idle.",
		"cpuidle",
		"intel_pstate",
		"amd_pstate",
		"nosmt",
		"clocksource",
		"tsc",
		"preempt",
		"threadirqs",
		"irqaffinity",
		"transparent_hugepage",
		"hugepages",
		"nopti",
		"pti=",
		"spec",
		"retbleed",
		"l1tf",
		"mds",
		"skew_tick",
		"nmi_watchdog",
		"nowatchdog",
		"nosoftlockup",
		"isolation",
		"kthread_cpus",
		"rcupdate.",
		"cpufreq.",
	};
	char line[4096], *word, *save = NULL;
	json_t *found = json_array();

	if (bench_probe_file(root, "/proc/cmdline", line, sizeof(line)))
		return found;
	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
			if (!strncmp(word, wanted[i], strlen(wanted[i]))) {
				json_array_append_new(found,
						      bench_fact_json(word));
				break;
			}
	return found;
}

static json_t *kernel_json(const char *root)
{
	json_t *kernel = json_object();

	bench_fact_put_file(kernel, "release", root,
			    "/proc/sys/kernel/osrelease");
	bench_fact_put_file(kernel, "version", root,
			    "/proc/sys/kernel/version");
	json_object_set_new(kernel, "parameters", parameters_json(root));
	return kernel;
}

static json_t *frequency_json(const char *root)
{
	static const char cpufreq[] =
		"/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver";
	json_t *frequency = json_object();
	char text[BENCH_FACT];

	bench_probe_governor(root, text, sizeof(text));
	bench_fact_put(frequency, "governor", text);
	bench_probe_turbo(root, text, sizeof(text));
	bench_fact_put(frequency, "turbo", text);
	bench_fact_put_file(frequency, "driver", root, cpufreq);
	bench_probe_smt(root, text, sizeof(text));
	bench_fact_put(frequency, "smt", text);
	bench_fact_put_file(frequency, "idle-driver", root,
			    "/sys/devices/system/cpu/cpuidle/current_driver");
	bench_fact_put_file(frequency, "idle-governor", root,
			    "/sys/devices/system/cpu/cpuidle/current_governor");
	return frequency;
}

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static json_t *clock_json(const char *root)
{
	struct bench_clock_cost cost;
	json_t *clock = json_object();

	bench_probe_clock_cost(&cost);
	bench_fact_put_file(clock, "source", root,
			    CLOCKSOURCE "current_clocksource");
	bench_fact_put_file(clock, "available", root,
			    CLOCKSOURCE "available_clocksource");
	json_object_set_new(clock, "clock-gettime-ns",
			    json_real(cost.gettime_ns));
	if (cost.counter_mhz > 0) {
		json_object_set_new(clock, "counter-ns",
				    json_real(cost.counter_ns));
		json_object_set_new(clock, "counter-mhz",
				    json_real(cost.counter_mhz));
	} else {
		bench_fact_put(clock, "counter-ns",
			       "unavailable: no cycle counter");
		bench_fact_put(clock, "counter-mhz",
			       "unavailable: no cycle counter");
	}
#ifdef __x86_64__
	if (bench_probe_cpu_flag(root, "tsc"))
		json_object_set_new(
			clock, "counter-invariant",
			json_boolean(
				bench_probe_cpu_flag(root, "constant_tsc") &&
				bench_probe_cpu_flag(root, "nonstop_tsc")));
	else
		bench_fact_put(clock, "counter-invariant",
			       BENCH_UNAVAILABLE "no flags in /proc/cpuinfo");
#else
	json_object_set_new(clock, "counter-invariant", json_true());
#endif
	return clock;
}

/* "/proc/meminfo" counts in KiB. */
static void put_meminfo(json_t *to, const char *key, const char *root,
			const char *name)
{
	char text[BENCH_FACT];

	if (bench_probe_field(root, "/proc/meminfo", name, text, sizeof(text)))
		bench_fact_put(to, key, text);
	else
		json_object_set_new(
			to, key, json_integer(strtoll(text, NULL, 10) * 1024));
}

#define THP "/sys/kernel/mm/transparent_hugepage/"

static json_t *memory_json(const char *root)
{
	json_t *memory = json_object();

	put_meminfo(memory, "total-bytes", root, "MemTotal");
	put_meminfo(memory, "available-bytes", root, "MemAvailable");
	put_meminfo(memory, "huge-page-bytes", root, "Hugepagesize");
	json_object_set_new(memory, "page-bytes", json_integer(getpagesize()));
	bench_fact_put_file(memory, "transparent-huge-pages", root,
			    THP "enabled");
	bench_fact_put_file(memory, "transparent-huge-page-defrag", root,
			    THP "defrag");
	bench_fact_put_number(memory, "aslr", root,
			      "/proc/sys/kernel/randomize_va_space");
	return memory;
}

static json_t *isolation_json(const char *root)
{
	json_t *isolation = json_object();
	double cpus;
	char text[BENCH_FACT];

	bench_probe_file(root, "/sys/devices/system/cpu/isolated", text,
			 sizeof(text));
	bench_fact_put(isolation, "isolcpus", *text ? text : "none");
	bench_fact_put_file(isolation, "nohz-full", root,
			    "/sys/devices/system/cpu/nohz_full");
	bench_probe_cpu_limit(root, &cpus, text, sizeof(text));
	bench_fact_put(isolation, "cgroup-cpu-limit", text);
	return isolation;
}

static json_t *load_json(const char *root)
{
	struct bench_cpu_time time;
	json_t *load = json_object();
	char text[BENCH_FACT];
	double avg[3];

	bench_probe_file(root, "/proc/loadavg", text, sizeof(text));
	if (sscanf(text, "%lf %lf %lf", &avg[0], &avg[1], &avg[2]) == 3)
		json_object_set_new(
			load, "average",
			json_pack("[f, f, f]", avg[0], avg[1], avg[2]));
	else
		bench_fact_put(load, "average", text);
	if (bench_probe_cpu_time(root, &time) || !time.total)
		bench_fact_put(load, "steal-share", "unavailable: /proc/stat");
	else
		json_object_set_new(load, "steal-share",
				    json_real((double)time.steal / time.total));
	return load;
}

static void put_distribution(json_t *to, const char *root)
{
	char text[BENCH_FACT];

	if (bench_probe_field(root, "/etc/os-release", "PRETTY_NAME", text,
			      sizeof(text)))
		bench_probe_field(root, "/usr/lib/os-release", "PRETTY_NAME",
				  text, sizeof(text));
	bench_fact_put(to, "distribution", text);
	snprintf(text, sizeof(text), "glibc %s", gnu_get_libc_version());
	bench_fact_put(to, "libc", text);
}

json_t *bench_machine(const char *root, const struct bench_topology *t)
{
	json_t *m = json_object();
	char key[BENCH_KEY], fact[BENCH_FACT], *text = NULL;

	if (!m || bench_machine_key(root, t, key, &text)) {
		json_decref(m);
		return NULL;
	}
	bench_fact_put(m, "key", key);
	bench_fact_put(m, "key-text", text);
	free(text);
	json_object_set_new(m, "simulated", json_boolean(t->simulated));
	json_object_set_new(m, "cpu", bench_cpu_json(root));
	json_object_set_new(m, "topology", topology_json(t));
	json_object_set_new(m, "kernel", kernel_json(root));
	put_distribution(m, root);
	json_object_set_new(m, "mitigations", bench_cpu_mitigations(root));
	json_object_set_new(m, "frequency", frequency_json(root));
	bench_probe_hypervisor(root, fact, sizeof(fact));
	bench_fact_put(m, "hypervisor", fact);
	json_object_set_new(m, "clock", clock_json(root));
	json_object_set_new(m, "memory", memory_json(root));
	json_object_set_new(m, "isolation", isolation_json(root));
	json_object_set_new(m, "load", load_json(root));
	json_object_set_new(m, "privileges", bench_privileges_json(root));
	json_object_set_new(m, "facilities", bench_facilities_json(root));
	return m;
}

json_t *bench_build_info(void)
{
	const char *sanitizer = RINGSWAP_SANITIZER;

	return json_pack("{s:s s:s s:s s:s s:s s:s}", "version",
			 RINGSWAP_VERSION, "commit", bench_commit(), "compiler",
			 RINGSWAP_COMPILER, "flags", RINGSWAP_FLAGS,
			 "build-type", RINGSWAP_BUILD_TYPE, "sanitizer",
			 *sanitizer ? sanitizer : "none");
}
