/* SPDX-License-Identifier: MIT */
/* Every level of the hierarchy up to the root counts, in both versions. */
#include "bench/machine/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/probe.h"

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

/* Is a hierarchy mounted where limits are looked for? The folder is empty where
 * none is. */
static bool is_mounted(const char *root)
{
	char path[PATH_MAX];
	struct dirent *entry = NULL;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/sys/fs/cgroup", root);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)) && entry->d_name[0] == '.')
		;
	if (folder)
		closedir(folder);
	return entry != NULL;
}

/* The tightest above this process into *least, 0: none. Or -errno and text. */
static int find_limit(const char *root, const struct limit *limit,
		      double *least, char *text, size_t n)
{
	FILE *f = bench_probe_open(root, "/proc/self/cgroup");
	char *line = NULL, *dir;
	size_t room = 0;
	bool is_v2;

	*least = 0;
	if (!f) {
		int err = -errno;

		snprintf(text, n, BENCH_UNAVAILABLE "/proc/self/cgroup: %s",
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
	if (*least || is_mounted(root))
		return 0;
	snprintf(text, n, BENCH_UNAVAILABLE "nothing in /sys/fs/cgroup");
	return -ENOENT;
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
	FILE *f = bench_probe_open(root, "/proc/self/cgroup");
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
		snprintf(text, n, BENCH_UNAVAILABLE "no cgroup names its CPUs");
	return err;
}
