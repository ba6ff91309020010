/* SPDX-License-Identifier: MIT */
/* Provenance as JSON and the machine key; see machine.h. */
#include "bench/machine/machine.h"

#include <errno.h>
#include <glob.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/machine/build_info.h"
#include "bench/machine/probe.h"

#if __GLIBC_PREREQ(2, 35)
#include <sys/rseq.h>
#define HAVE_GLIBC_RSEQ 1
#endif

#define CAP_IPC_LOCK 14
#define CAP_SYS_NICE 23

/* Texts of /proc are not always UTF-8, and JSON must be. */
static json_t *text_or_unavailable(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("unavailable: not UTF-8 text");
}

static void put(json_t *to, const char *key, const char *text)
{
	json_object_set_new(to, key, text_or_unavailable(text));
}

static void put_file(json_t *to, const char *key, const char *root,
		     const char *path)
{
	char text[512];

	bench_probe_file(root, path, text, sizeof(text));
	put(to, key, text);
}

static void put_number(json_t *to, const char *key, const char *root,
		       const char *path)
{
	long long value;

	if (bench_probe_number(root, path, &value))
		put_file(to, key, root, path);
	else
		json_object_set_new(to, key, json_integer(value));
}

static void put_reason(json_t *to, const char *key, int err, const char *why)
{
	char text[BENCH_WHY + 16] = "available";

	if (err)
		snprintf(text, sizeof(text), "unavailable: %s", why);
	put(to, key, text);
}

/*
 * What names a processor model, in x86's words and in arm64's. The last two
 * change with firmware and are part of the key all the same: microcode moves
 * numbers.
 */
static const struct {
	const char *key, *x86, *arm;
} cpu_fields[] = {
	{ "vendor", "vendor_id", "CPU implementer" },
	{ "family", "cpu family", "CPU architecture" },
	{ "model-number", "model", "CPU part" },
	{ "stepping", "stepping", "CPU revision" },
	{ "microcode", "microcode", "CPU variant" },
};

#define CPU_FIELDS (sizeof(cpu_fields) / sizeof(*cpu_fields))

static void cpu_field(const char *root, size_t i, char *text, size_t n)
{
	static const char file[] = "/proc/cpuinfo";

	if (!bench_probe_field(root, file, cpu_fields[i].x86, text, n))
		return;
	if (bench_probe_field(root, file, cpu_fields[i].arm, text, n))
		snprintf(text, n, "unavailable: not in %s", file);
}

static json_t *cpu_json(const char *root)
{
	json_t *cpu = json_object();
	struct utsname uts;
	char text[BENCH_FACT];

	bench_probe_field(root, "/proc/cpuinfo", "model name", text,
			  sizeof(text));
	put(cpu, "model", text);
	for (size_t i = 0; i < CPU_FIELDS; i++) {
		cpu_field(root, i, text, sizeof(text));
		put(cpu, cpu_fields[i].key, text);
	}
	uname(&uts);
	put(cpu, "architecture", uts.machine);
	return cpu;
}

/* Appends to a malloc'ed string and takes both arguments' fate along. */
__attribute__((format(printf, 2, 3))) static char *append(char *text,
							  const char *fmt, ...)
{
	char *more = NULL, *all = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&more, fmt, ap) < 0)
		more = NULL;
	va_end(ap);
	if (text && more && asprintf(&all, "%s%s", text, more) < 0)
		all = NULL;
	free(text);
	free(more);
	return all;
}

static char *object_name(hwloc_obj_t obj)
{
	char type[32];
	char *name = strdup("");

	hwloc_obj_type_snprintf(type, sizeof(type), obj, 0);
	if (hwloc_obj_type_is_cache(obj->type))
		name = append(name, "%s:%" PRIu64 "K", type,
			      obj->attr->cache.size >> 10);
	else
		name = append(name, "%s", type);
	if (obj->memory_arity)
		name = append(name, "[%u*NUMA]", obj->memory_arity);
	return name;
}

static char *shape_of(hwloc_obj_t obj);

/* The children's shapes, runs of equal ones counted. */
static char *children_shape(hwloc_obj_t parent)
{
	char *all = strdup(""), *run = NULL;
	unsigned int length = 0;

	for (unsigned int i = 0; i <= parent->arity; i++) {
		char *one = NULL;

		if (i < parent->arity)
			one = shape_of(parent->children[i]);
		if (run && one && !strcmp(run, one)) {
			free(one);
			length++;
			continue;
		}
		if (run)
			all = append(all, "%s%u*%s", all && *all ? "+" : "",
				     length, run);
		free(run);
		run = one;
		length = 1;
	}
	return all;
}

static char *shape_of(hwloc_obj_t obj)
{
	char *name = object_name(obj), *children;

	if (!obj->arity)
		return name;
	children = children_shape(obj);
	name = append(name, "(%s)", children ? children : "");
	free(children);
	return name;
}

char *bench_machine_shape(const struct bench_topology *t)
{
	return shape_of(hwloc_get_root_obj(t->hwloc));
}

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
		put(topology, "core-kinds",
		    t->kinds_why ? t->kinds_why : "performance and efficiency");
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
				json_array_append_new(
					found, text_or_unavailable(word));
				break;
			}
	return found;
}

static json_t *kernel_json(const char *root)
{
	json_t *kernel = json_object();

	put_file(kernel, "release", root, "/proc/sys/kernel/osrelease");
	put_file(kernel, "version", root, "/proc/sys/kernel/version");
	json_object_set_new(kernel, "parameters", parameters_json(root));
	return kernel;
}

/* Whatever this kernel lists, in glob's sorted order: the key depends on it. */
static json_t *mitigations_json(const char *root)
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
		put(all, name, text);
	}
	globfree(&files);
	return all;
}

static json_t *frequency_json(const char *root)
{
	static const char cpufreq[] =
		"/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver";
	json_t *frequency = json_object();
	char text[BENCH_FACT];

	bench_probe_governor(root, text, sizeof(text));
	put(frequency, "governor", text);
	bench_probe_turbo(root, text, sizeof(text));
	put(frequency, "turbo", text);
	put_file(frequency, "driver", root, cpufreq);
	bench_probe_smt(root, text, sizeof(text));
	put(frequency, "smt", text);
	put_file(frequency, "idle-driver", root,
		 "/sys/devices/system/cpu/cpuidle/current_driver");
	put_file(frequency, "idle-governor", root,
		 "/sys/devices/system/cpu/cpuidle/current_governor");
	return frequency;
}

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static json_t *clock_json(const char *root)
{
	struct bench_clock_cost cost;
	json_t *clock = json_object();

	bench_probe_clock_cost(&cost);
	put_file(clock, "source", root, CLOCKSOURCE "current_clocksource");
	put_file(clock, "available", root, CLOCKSOURCE "available_clocksource");
	json_object_set_new(clock, "clock-gettime-ns",
			    json_real(cost.gettime_ns));
	if (cost.counter_mhz > 0) {
		json_object_set_new(clock, "counter-ns",
				    json_real(cost.counter_ns));
		json_object_set_new(clock, "counter-mhz",
				    json_real(cost.counter_mhz));
	} else {
		put(clock, "counter-ns", "unavailable: no cycle counter");
		put(clock, "counter-mhz", "unavailable: no cycle counter");
	}
#ifdef __x86_64__
	json_object_set_new(
		clock, "counter-invariant",
		json_boolean(bench_probe_cpu_flag(root, "constant_tsc") &&
			     bench_probe_cpu_flag(root, "nonstop_tsc")));
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
		put(to, key, text);
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
	put_file(memory, "transparent-huge-pages", root, THP "enabled");
	put_file(memory, "transparent-huge-page-defrag", root, THP "defrag");
	put_number(memory, "aslr", root, "/proc/sys/kernel/randomize_va_space");
	return memory;
}

static json_t *isolation_json(const char *root)
{
	json_t *isolation = json_object();
	double cpus;
	char text[BENCH_FACT];

	bench_probe_file(root, "/sys/devices/system/cpu/isolated", text,
			 sizeof(text));
	put(isolation, "isolcpus", *text ? text : "none");
	put_file(isolation, "nohz-full", root,
		 "/sys/devices/system/cpu/nohz_full");
	bench_probe_cpu_limit(root, &cpus, text, sizeof(text));
	put(isolation, "cgroup-cpu-limit", text);
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
		put(load, "average", text);
	if (bench_probe_cpu_time(root, &time) || !time.total)
		put(load, "steal-share", "unavailable: /proc/stat");
	else
		json_object_set_new(load, "steal-share",
				    json_real((double)time.steal / time.total));
	return load;
}

static json_t *limit_json(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit))
		return text_or_unavailable(strerror(errno));
	if (limit.rlim_cur == RLIM_INFINITY)
		return json_string("unlimited");
	return json_integer(limit.rlim_cur);
}

static json_t *privileges_json(const char *root)
{
	json_t *p = json_object();

	json_object_set_new(
		p, "cap-sys-nice",
		json_boolean(bench_probe_capability(root, CAP_SYS_NICE)));
	json_object_set_new(
		p, "cap-ipc-lock",
		json_boolean(bench_probe_capability(root, CAP_IPC_LOCK)));
	json_object_set_new(p, "rt-priority-limit", limit_json(RLIMIT_RTPRIO));
	json_object_set_new(p, "memlock-limit-bytes",
			    limit_json(RLIMIT_MEMLOCK));
	put_number(p, "rt-runtime-us", root,
		   "/proc/sys/kernel/sched_rt_runtime_us");
	put_number(p, "rt-period-us", root,
		   "/proc/sys/kernel/sched_rt_period_us");
	return p;
}

/* The kernel's names of membarrier(2)'s commands, by bit. */
static const char *const membarrier_names[] = {
	"global",
	"global-expedited",
	"register-global-expedited",
	"private-expedited",
	"register-private-expedited",
	"private-expedited-sync-core",
	"register-private-expedited-sync-core",
	"private-expedited-rseq",
	"register-private-expedited-rseq",
	"get-registrations",
};

static json_t *membarrier_json(void)
{
	long mask = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
	json_t *commands = json_array();
	char text[64];

	if (mask < 0) {
		json_decref(commands);
		snprintf(text, sizeof(text), "unavailable: %s",
			 strerror(errno));
		return json_string(text);
	}
	for (size_t i = 0;
	     i < sizeof(membarrier_names) / sizeof(*membarrier_names); i++)
		if (mask & 1L << i)
			json_array_append_new(commands,
					      json_string(membarrier_names[i]));
	return commands;
}

#ifdef HAVE_GLIBC_RSEQ
static char *thread_pointer(void)
{
#if defined(__x86_64__)
	char *tp;

	__asm__("mov %%fs:0, %0" : "=r"(tp));
	return tp;
#else
	return __builtin_thread_pointer();
#endif
}

int bench_machine_rseq(char *why, size_t n)
{
	const volatile struct rseq *area;

	if (!__rseq_size)
		return bench_why(
			-ENOTSUP, why, n,
			"glibc has not registered rseq (kernel without "
			"it, or glibc.pthread.rseq=0)");
	area = (struct rseq *)(thread_pointer() + __rseq_offset);
	if ((int)area->cpu_id < 0)
		return bench_why(-ENOTSUP, why, n, "rseq gives no CPU number");
	return 0;
}
#else
int bench_machine_rseq(char *why, size_t n)
{
	return bench_why(-ENOTSUP, why, n,
			 "this build's libc does not know rseq");
}
#endif

int bench_machine_counters(char *why, size_t n)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	uint64_t count = 0;
	int err = 0;

	if (fd < 0) {
		err = -errno;
		return bench_why(
			err, why, n, "perf_event_open: %s%s", strerror(-err),
			err == -ENOENT ? " (no hardware counters, as in "
					 "many virtual machines)"
				       : "");
	}
	for (volatile int i = 0; i < 1000; i++)
		;
	if (read(fd, &count, sizeof(count)) != sizeof(count) || count < 1000)
		err = bench_why(-EIO, why, n,
				"the counter opens but does not count");
	close(fd);
	return err;
}

static json_t *facilities_json(const char *root)
{
	json_t *f = json_object();
	char why[BENCH_WHY];
	int err;

	json_object_set_new(f, "membarrier", membarrier_json());
	err = bench_machine_rseq(why, sizeof(why));
	put_reason(f, "rseq", err, why);
	put_number(f, "perf-event-paranoid", root,
		   "/proc/sys/kernel/perf_event_paranoid");
	err = bench_machine_counters(why, sizeof(why));
	put_reason(f, "hardware-counters", err, why);
	return f;
}

static void put_distribution(json_t *to, const char *root)
{
	char text[BENCH_FACT];

	if (bench_probe_field(root, "/etc/os-release", "PRETTY_NAME", text,
			      sizeof(text)))
		bench_probe_field(root, "/usr/lib/os-release", "PRETTY_NAME",
				  text, sizeof(text));
	put(to, "distribution", text);
	snprintf(text, sizeof(text), "glibc %s", gnu_get_libc_version());
	put(to, "libc", text);
}

/* FNV-1a: short, public, and the same on every machine and release. */
static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

static char *add_mitigations(char *text, const char *root)
{
	json_t *all = mitigations_json(root), *value;
	const char *name;

	json_object_foreach (all, name, value)
		text = append(text, "%s=%s\n", name, json_string_value(value));
	json_decref(all);
	return text;
}

static char *key_text(const char *root, const struct bench_topology *t)
{
	char fact[BENCH_FACT], *shape = bench_machine_shape(t);
	struct utsname uts;
	char *text = strdup("");

	uname(&uts);
	text = append(text, "architecture=%s\n", uts.machine);
	for (size_t i = 0; i < CPU_FIELDS; i++) {
		cpu_field(root, i, fact, sizeof(fact));
		text = append(text, "%s=%s\n", cpu_fields[i].key, fact);
	}
	text = append(text, "shape=%s\n", shape ? shape : "");
	free(shape);
	text = append(text, "simulated=%s\n", t->simulated ? "yes" : "no");
	bench_probe_smt(root, fact, sizeof(fact));
	text = append(text, "smt=%s\n", fact);
	bench_probe_governor(root, fact, sizeof(fact));
	text = append(text, "governor=%s\n", fact);
	bench_probe_turbo(root, fact, sizeof(fact));
	text = append(text, "turbo=%s\n", fact);
	bench_probe_file(root, "/proc/sys/kernel/osrelease", fact,
			 sizeof(fact));
	text = append(text, "kernel=%s\n", fact);
	bench_probe_hypervisor(root, fact, sizeof(fact));
	text = append(text, "hypervisor=%s\n", fact);
	return add_mitigations(text, root);
}

int bench_machine_key(const char *root, const struct bench_topology *t,
		      char key[BENCH_KEY], char **text)
{
	char *hashed = key_text(root, t);

	if (!hashed)
		return -ENOMEM;
	snprintf(key, BENCH_KEY, "m-%016" PRIx64, hash(hashed));
	if (text)
		*text = hashed;
	else
		free(hashed);
	return 0;
}

json_t *bench_machine(const char *root, const struct bench_topology *t)
{
	json_t *m = json_object();
	char key[BENCH_KEY], fact[BENCH_FACT], *text = NULL;

	if (!m || bench_machine_key(root, t, key, &text)) {
		json_decref(m);
		return NULL;
	}
	put(m, "key", key);
	put(m, "key-text", text);
	free(text);
	json_object_set_new(m, "simulated", json_boolean(t->simulated));
	json_object_set_new(m, "cpu", cpu_json(root));
	json_object_set_new(m, "topology", topology_json(t));
	json_object_set_new(m, "kernel", kernel_json(root));
	put_distribution(m, root);
	json_object_set_new(m, "mitigations", mitigations_json(root));
	json_object_set_new(m, "frequency", frequency_json(root));
	bench_probe_hypervisor(root, fact, sizeof(fact));
	put(m, "hypervisor", fact);
	json_object_set_new(m, "clock", clock_json(root));
	json_object_set_new(m, "memory", memory_json(root));
	json_object_set_new(m, "isolation", isolation_json(root));
	json_object_set_new(m, "load", load_json(root));
	json_object_set_new(m, "privileges", privileges_json(root));
	json_object_set_new(m, "facilities", facilities_json(root));
	return m;
}

json_t *bench_build_info(void)
{
	const char *sanitizer = RINGSWAP_SANITIZER;

	return json_pack("{s:s s:s s:s s:s s:s s:s}", "version",
			 RINGSWAP_VERSION, "commit", RINGSWAP_COMMIT,
			 "compiler", RINGSWAP_COMPILER, "flags", RINGSWAP_FLAGS,
			 "build-type", RINGSWAP_BUILD_TYPE, "sanitizer",
			 *sanitizer ? sanitizer : "none");
}
