/* SPDX-License-Identifier: MIT */
/* Facilities are tried, not asked for. */
#include "bench/machine/facilities.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/machine/facts.h"
#include "bench/machine/probe.h"

#if __GLIBC_PREREQ(2, 35)
#include <sys/rseq.h>
#define HAVE_GLIBC_RSEQ 1
#endif

#define CAP_IPC_LOCK 14
#define CAP_SYS_NICE 23

static json_t *limit_json(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit))
		return bench_fact_json(strerror(errno));
	if (limit.rlim_cur == RLIM_INFINITY)
		return json_string("unlimited");
	return json_integer(limit.rlim_cur);
}

static json_t *capability_json(const char *root, unsigned int bit)
{
	int has = bench_probe_capability(root, bit);

	return has < 0 ? json_string(BENCH_UNAVAILABLE
				     "no CapEff in /proc/self/status")
		       : json_boolean(has);
}

json_t *bench_privileges_json(const char *root)
{
	json_t *p = json_object();

	json_object_set_new(p, "cap-sys-nice",
			    capability_json(root, CAP_SYS_NICE));
	json_object_set_new(p, "cap-ipc-lock",
			    capability_json(root, CAP_IPC_LOCK));
	json_object_set_new(p, "rt-priority-limit", limit_json(RLIMIT_RTPRIO));
	json_object_set_new(p, "memlock-limit-bytes",
			    limit_json(RLIMIT_MEMLOCK));
	bench_fact_put_number(p, "rt-runtime-us", root,
			      "/proc/sys/kernel/sched_rt_runtime_us");
	bench_fact_put_number(p, "rt-period-us", root,
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

json_t *bench_facilities_json(const char *root)
{
	json_t *f = json_object();
	char why[BENCH_WHY];
	int err;

	json_object_set_new(f, "membarrier", membarrier_json());
	err = bench_machine_rseq(why, sizeof(why));
	bench_fact_put_reason(f, "rseq", err, why);
	bench_fact_put_number(f, "perf-event-paranoid", root,
			      "/proc/sys/kernel/perf_event_paranoid");
	err = bench_machine_counters(why, sizeof(why));
	bench_fact_put_reason(f, "hardware-counters", err, why);
	return f;
}
