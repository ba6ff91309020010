/* SPDX-License-Identifier: MIT */
/* files.c - results read and kept, as the subcommands do it alike. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/machine/filter.h"
#include "bench/result/result.h"
#include "bench/run/lock.h"
#include "bench/run/spawn.h"
#include "tools/command.h"
#include "tools/files.h"

int files_error(int err, const char *why)
{
	bool is_ours = err == -ENOMEM || err == -EPERM || err == -ENOSYS;

	return command_error(is_ours ? COMMAND_FAILED : COMMAND_USAGE, "%s",
			     why);
}

int files_lock_machine(bool force)
{
	char why[BENCH_RESULT_WHY];
	int fd;

	if (bench_run_can_start(why, sizeof(why)) ||
	    bench_filter_check(BENCH_FILTER_MEASURE, why, sizeof(why)))
		return command_error(COMMAND_FAILED, "%s", why);
	fd = bench_run_lock(NULL, force, why, sizeof(why));
	if (*why)
		command_error(COMMAND_FAILED, "%s%s", why,
			      force ? "; measuring all the same" : "");
	return fd < 0 && !force ? COMMAND_FAILED : 0;
}

static int open_result(const char *path, bool is_light, json_t **out)
{
	struct bench_result_source source;
	char why[BENCH_RESULT_WHY];
	int err = bench_result_open_figures(path, is_light, &source, out, why,
					    sizeof(why));

	if (err)
		return files_error(err, why);
	if (*bench_result_source_text(&source, why, sizeof(why)))
		command_say("%s: %s", path, why);
	return 0;
}

int files_open_result(const char *path, json_t **out)
{
	return open_result(path, /* is_light */ false, out);
}

int files_open_figures(const char *path, json_t **out)
{
	return open_result(path, /* is_light */ true, out);
}

int files_may_replace(const char *path)
{
	char old[PATH_MAX + 8], why[BENCH_RESULT_WHY];
	int err = bench_result_may_write(path, why, sizeof(why));

	snprintf(old, sizeof(old), "%s.prev", path);
	if (!err)
		err = bench_result_may_write(old, why, sizeof(why));
	if (!err)
		return 0;
	return command_error(err == -EINVAL ? COMMAND_USAGE : COMMAND_FAILED,
			     "%s", why);
}

int files_keep_older(const char *path)
{
	char old[PATH_MAX + 8];
	struct stat st;

	if (lstat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	snprintf(old, sizeof(old), "%s.prev", path);
	if (rename(path, old))
		return command_error(COMMAND_FAILED, "%s: %s", old,
				     strerror(errno));
	command_say("%s: the older one is kept as %s", path, old);
	return 0;
}
