/* SPDX-License-Identifier: MIT */
/* Facts from /proc, /sys and /etc below a root; see probe.h. */
#include "bench/machine/probe.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <x86intrin.h>
#endif

#define UNAVAILABLE "unavailable: "

static FILE *open_below(const char *root, const char *path)
{
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "%s%s", root, path) >=
	    (int)sizeof(full)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(full, "re");
}

static void trim_end(char *text)
{
	size_t length = strlen(text);

	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
}

int bench_probe_file(const char *root, const char *path, char *text, size_t n)
{
	FILE *f = open_below(root, path);
	int err = f ? 0 : -errno;

	*text = '\0';
	/* Some files of /sys open and then fail to read (offline CPUs). */
	if (f && !fgets(text, n, f) && ferror(f))
		err = errno ? -errno : -EIO;
	if (f)
		fclose(f);
	if (err)
		snprintf(text, n, UNAVAILABLE "%s: %s", path, strerror(-err));
	trim_end(text);
	return err;
}

int bench_probe_number(const char *root, const char *path, long long *out)
{
	char text[BENCH_FACT], *end;
	int err = bench_probe_file(root, path, text, sizeof(text));

	if (err)
		return err;
	*out = strtoll(text, &end, 10);
	return end == text ? -EINVAL : 0;
}

/* The value when the line is "name : value" or "name=value", else NULL. */
static char *value_of(char *line, const char *name)
{
	size_t length = strlen(name);
	char *at = line + length;

	if (strncmp(line, name, length))
		return NULL;
	at += strspn(at, " \t");
	if (*at != ':' && *at != '=')
		return NULL;
	at += 1 + strspn(at + 1, " \t\"");
	trim_end(at);
	if (*at && at[strlen(at) - 1] == '"')
		at[strlen(at) - 1] = '\0';
	return at;
}

int bench_probe_field(const char *root, const char *path, const char *name,
		      char *text, size_t n)
{
	FILE *f = open_below(root, path);
	int err = f ? -ENOENT : -errno;
	size_t room = 0;
	char *line = NULL, *value;

	while (f && err && getline(&line, &room, f) > 0) {
		value = value_of(line, name);
		if (!value)
			continue;
		snprintf(text, n, "%s", value);
		err = 0;
	}
	free(line);
	if (f)
		fclose(f);
	if (err)
		snprintf(text, n, UNAVAILABLE "no \"%s\" in %s", name, path);
	return err;
}

bool bench_probe_cpu_flag(const char *root, const char *flag)
{
	char flags[8192], *word, *save = NULL;

	if (bench_probe_field(root, "/proc/cpuinfo", "flags", flags,
			      sizeof(flags)) &&
	    bench_probe_field(root, "/proc/cpuinfo", "Features", flags,
			      sizeof(flags)))
		return false;
	for (word = strtok_r(flags, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strcmp(word, flag))
			return true;
	return false;
}

/* Is @word one of the members of the list "a, b, c"? */
static bool listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') &&
		    (!at[length] || at[length] == ','))
			return true;
	return false;
}

int bench_probe_governor(const char *root, char *text, size_t n)
{
	char pattern[PATH_MAX], one[64];
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor",
		 root);
	*text = '\0';
	if (!glob(pattern, 0, NULL, &files)) {
		for (size_t i = 0; i < files.gl_pathc; i++) {
			size_t used = strlen(text);

			if (bench_probe_file("", files.gl_pathv[i], one,
					     sizeof(one)) ||
			    listed(text, one))
				continue;
			snprintf(text + used, n - used, "%s%s",
				 used ? ", " : "", one);
		}
		globfree(&files);
	}
	if (*text)
		return 0;
	snprintf(text, n, UNAVAILABLE "no cpufreq governor here");
	return -ENOENT;
}

int bench_probe_turbo(const char *root, char *text, size_t n)
{
	long long value;

	if (!bench_probe_number(root,
				"/sys/devices/system/cpu/intel_pstate/no_turbo",
				&value)) {
		snprintf(text, n, "%s", value ? "off" : "on");
		return 0;
	}
	if (!bench_probe_number(root, "/sys/devices/system/cpu/cpufreq/boost",
				&value)) {
		snprintf(text, n, "%s", value ? "on" : "off");
		return 0;
	}
	snprintf(text, n, UNAVAILABLE "no turbo switch here");
	return -ENOENT;
}

int bench_probe_smt(const char *root, char *text, size_t n)
{
	return bench_probe_file(root, "/sys/devices/system/cpu/smt/control",
				text, n);
}

#ifdef __x86_64__
/* CPUID leaf 0x40000000: the hypervisor's signature, 12 characters. */
static void cpuid_hypervisor(char *text, size_t n)
{
	static const char *const known[][2] = {
		{ "KVMKVMKVM", "kvm" },	      { "Microsoft Hv", "hyper-v" },
		{ "VMwareVMware", "vmware" }, { "XenVMMXenVMM", "xen" },
		{ "TCGTCGTCGTCG", "qemu" },   { "bhyve bhyve ", "bhyve" },
		{ "ACRNACRNACRN", "acrn" },   { "VBoxVBoxVBox", "virtualbox" },
	};
	unsigned int leaf = 0, words[3] = { 0 };
	char signature[13] = "";

	__cpuid(0x40000000, leaf, words[0], words[1], words[2]);
	memcpy(signature, words, sizeof(words));
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(signature, known[i][0]))
			snprintf(text, n, "%s", known[i][1]);
}
#endif

bool bench_probe_hypervisor(const char *root, char *text, size_t n)
{
	char type[64];
	bool flagged = bench_probe_cpu_flag(root, "hypervisor");

	if (!bench_probe_file(root, "/sys/hypervisor/type", type,
			      sizeof(type)) ||
	    !bench_probe_file(root, "/proc/device-tree/hypervisor/compatible",
			      type, sizeof(type))) {
		snprintf(text, n, "%s", type);
		return true;
	}
	snprintf(text, n, "%s", flagged ? "unknown hypervisor" : "none");
#ifdef __x86_64__
	if (flagged && !*root)
		cpuid_hypervisor(text, n);
#endif
	return flagged;
}

/* What one level of a hierarchy allows; 0 when it sets no limit. */
typedef double (*level_fn)(const char *root, const char *dir);

/* A resource that cgroups limit, in both versions. */
struct limit {
	const char *controller;
	level_fn v2, v1;
};

/* In CPUs' worth of time. */
static double quota_v2(const char *root, const char *dir)
{
	char path[PATH_MAX + 64], text[64];
	double quota, period;

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cpu.max", dir);
	if (bench_probe_file(root, path, text, sizeof(text)) ||
	    sscanf(text, "%lf %lf", &quota, &period) != 2 || period <= 0)
		return 0;
	return quota / period;
}

static double quota_v1(const char *root, const char *dir)
{
	static const char *const mounts[] = { "cpu,cpuacct", "cpu" };
	long long quota, period;
	char path[PATH_MAX + 64];

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		snprintf(path, sizeof(path),
			 "/sys/fs/cgroup/%s%s/cpu.cfs_quota_us", mounts[i],
			 dir);
		if (bench_probe_number(root, path, &quota))
			continue;
		snprintf(path, sizeof(path),
			 "/sys/fs/cgroup/%s%s/cpu.cfs_period_us", mounts[i],
			 dir);
		if (bench_probe_number(root, path, &period) || period <= 0)
			continue;
		return quota > 0 ? (double)quota / period : 0;
	}
	return 0;
}

static const struct limit quota = { "cpu", quota_v2, quota_v1 };

/* In bytes. */
static double memory_v2(const char *root, const char *dir)
{
	char path[PATH_MAX + 64];
	long long bytes;

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", dir);
	return bench_probe_number(root, path, &bytes) ? 0 : (double)bytes;
}

/* No limit is a huge one there. */
static double memory_v1(const char *root, const char *dir)
{
	char path[PATH_MAX + 64];
	long long bytes;

	snprintf(path, sizeof(path),
		 "/sys/fs/cgroup/memory%s/memory.limit_in_bytes", dir);
	if (bench_probe_number(root, path, &bytes) || bytes >= 1ll << 60)
		return 0;
	return (double)bytes;
}

static const struct limit memory = { "memory", memory_v2, memory_v1 };

/* The smallest limit from @dir up to the root of the hierarchy. */
static double tightest(const char *root, char *dir, level_fn level)
{
	double least = 0, here;
	char *slash;

	if (!strcmp(dir, "/"))
		*dir = '\0';
	for (;;) {
		here = level(root, dir);
		if (here > 0 && (!least || here < least))
			least = here;
		slash = strrchr(dir, '/');
		if (!slash)
			return least;
		*slash = '\0';
	}
}

/* Is it a word of "cpu,cpuacct"? */
static bool is_listed(const char *list, const char *controller)
{
	size_t length = strlen(controller);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, controller, length) &&
		    (list[length] == ',' || !list[length]))
			return true;
	}
	return false;
}

/* "3:cpu,cpuacct:/dir" is v1's, "0::/dir" is v2's: the directory, or NULL where
 * the line is not about @controller. */
static char *line_dir(char *line, const char *controller, bool *is_v2)
{
	char *controllers = strchr(line, ':'), *dir;

	if (!controllers)
		return NULL;
	dir = strchr(++controllers, ':');
	if (!dir)
		return NULL;
	*dir++ = '\0';
	dir[strcspn(dir, "\n")] = '\0';
	*is_v2 = !*controllers;
	return *is_v2 || is_listed(controllers, controller) ? dir : NULL;
}

/* The tightest above this process into *least, 0: none. Or -errno and text. */
static int find_limit(const char *root, const struct limit *limit,
		      double *least, char *text, size_t n)
{
	FILE *f = open_below(root, "/proc/self/cgroup");
	char *line = NULL, *dir;
	size_t room = 0;
	bool is_v2;

	*least = 0;
	if (!f) {
		int err = -errno;

		snprintf(text, n, UNAVAILABLE "/proc/self/cgroup: %s",
			 strerror(errno));
		return err;
	}
	while (getline(&line, &room, f) > 0) {
		double here;

		dir = line_dir(line, limit->controller, &is_v2);
		here = dir ? tightest(root, dir, is_v2 ? limit->v2 : limit->v1)
			   : 0;
		if (here > 0 && (!*least || here < *least))
			*least = here;
	}
	free(line);
	fclose(f);
	snprintf(text, n, "unlimited");
	return 0;
}

int bench_probe_cpu_limit(const char *root, double *cpus, char *text, size_t n)
{
	int err = find_limit(root, &quota, cpus, text, n);

	if (*cpus > 0)
		snprintf(text, n, "%.2f CPUs", *cpus);
	return err;
}

int bench_probe_memory_limit(const char *root, double *bytes, char *text,
			     size_t n)
{
	int err = find_limit(root, &memory, bytes, text, n);

	if (*bytes > 0)
		snprintf(text, n, "%.0f MiB", *bytes / (1 << 20));
	return err;
}

/* From @dir upwards the first that says which CPUs it has. */
static int nearest_cpuset(const char *root, char *dir, bool is_v2, char *text,
			  size_t n)
{
	char path[PATH_MAX + 64];
	char *slash;

	if (!strcmp(dir, "/"))
		*dir = '\0';
	for (;;) {
		snprintf(path, sizeof(path),
			 is_v2 ? "/sys/fs/cgroup%s/cpuset.cpus.effective"
			       : "/sys/fs/cgroup/cpuset%s/cpuset.cpus",
			 dir);
		if (!bench_probe_file(root, path, text, n))
			return 0;
		slash = strrchr(dir, '/');
		if (!slash)
			return -ENOENT;
		*slash = '\0';
	}
}

int bench_probe_cpuset(const char *root, char *text, size_t n)
{
	FILE *f = open_below(root, "/proc/self/cgroup");
	char *line = NULL, *dir;
	int err = -ENOENT;
	size_t room = 0;
	bool is_v2;

	while (f && err && getline(&line, &room, f) > 0) {
		dir = line_dir(line, "cpuset", &is_v2);
		if (dir)
			err = nearest_cpuset(root, dir, is_v2, text, n);
	}
	free(line);
	if (f)
		fclose(f);
	if (err)
		snprintf(text, n, UNAVAILABLE "no cgroup names its CPUs");
	return err;
}

int bench_probe_cpu_time(const char *root, struct bench_cpu_time *out)
{
	/* user nice system idle iowait irq softirq steal (guest is in user) */
	unsigned long long t[8] = { 0 };
	char text[512];
	int err = bench_probe_file(root, "/proc/stat", text, sizeof(text));

	if (err)
		return err;
	if (sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		   &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) < 8)
		return -EINVAL;
	*out = (struct bench_cpu_time){ .steal = t[7] };
	for (int i = 0; i < 8; i++)
		out->total += t[i];
	return 0;
}

bool bench_probe_capability(const char *root, unsigned int bit)
{
	char text[64];

	if (bench_probe_field(root, "/proc/self/status", "CapEff", text,
			      sizeof(text)))
		return false;
	return strtoull(text, NULL, 16) >> bit & 1;
}

static uint64_t gettime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t counter(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	return 0;
#endif
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

#define BATCHES 31
#define READS	2000

/* ns per call; the median batch is not one that was interrupted. */
static double read_cost(uint64_t (*read)(void))
{
	double batch[BATCHES];

	for (int i = 0; i < BATCHES; i++) {
		uint64_t from = gettime();

		for (int j = 0; j < READS; j++)
			read();
		batch[i] = (double)(gettime() - from) / READS;
	}
	qsort(batch, BATCHES, sizeof(*batch), by_value);
	return batch[BATCHES / 2];
}

/* Median of several short windows: one descheduling cannot spoil it. */
static double counter_mhz(void)
{
	double mhz[9];
	const int n = sizeof(mhz) / sizeof(*mhz);

	for (int i = 0; i < n; i++) {
		uint64_t from = gettime(), ticks = counter(), now;

		do
			now = gettime();
		while (now - from < 2000000);
		mhz[i] = (counter() - ticks) * 1e3 / (now - from);
	}
	qsort(mhz, n, sizeof(*mhz), by_value);
	return mhz[n / 2];
}

/* The smallest difference, other than none, of two reads in a row. */
static uint64_t counter_step(void)
{
	uint64_t least = UINT64_MAX, before = counter();

	for (int i = 0; i < BATCHES * READS; i++) {
		uint64_t now = counter();

		if (now > before && now - before < least)
			least = now - before;
		before = now;
	}
	return least;
}

void bench_probe_clock_cost(struct bench_clock_cost *out)
{
	*out = (struct bench_clock_cost){ .gettime_ns = read_cost(gettime) };
	if (!counter())
		return;
	out->counter_ns = read_cost(counter);
	out->counter_mhz = counter_mhz();
	out->step_ns = (double)counter_step() * 1e3 / out->counter_mhz;
}
