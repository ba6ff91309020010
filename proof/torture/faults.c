/* SPDX-License-Identifier: MIT */
/* faults.c - staging faults, and what is expected of whom. */
#include "proof/torture/faults.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proof/torture/cpus.h"
#include "proof/torture/scene.h"

#define PATIENCE_MS 100u /* of a swap that cannot succeed */
#define RELEASE_MS  400u /* then the writer goes on by itself */
#define WATCHDOG_NS UINT64_C(15000000000)

static const struct {
	const char *name, *summary;
} faults[FAULTS] = {
	[FAULT_SLEEPS_INSIDE] = { "sleeps-inside",
				  "the writer sleeps in an open write" },
	[FAULT_EXITS_INSIDE] = { "exits-inside",
				 "the writer's thread ends in an open write" },
	[FAULT_CANCELLED_INSIDE] = { "cancelled-inside",
				     "the writer is cancelled in an open "
				     "write" },
	[FAULT_SWAPPER_CANCELLED] = { "swapper-cancelled",
				      "the swapper is cancelled while it "
				      "waits for a sleeping writer" },
	[FAULT_SIGNAL_BLOCKED] = { "signal-blocked",
				   "a busy writer blocks every signal" },
	[FAULT_SIGNAL_QUEUE] = { "signal-queue-full",
				 "no signal can be queued "
				 "(RLIMIT_SIGPENDING 0)" },
	[FAULT_NO_MEMBARRIER] = { "membarrier-refused",
				  "seccomp refuses membarrier(2) from the "
				  "start" },
	[FAULT_MEMBARRIER_LATE] = { "membarrier-refused-late",
				    "seccomp refuses membarrier(2) after "
				    "setup" },
	[FAULT_NO_RSEQ] = { "rseq-refused",
			    "seccomp refuses rseq(2) from the start" },
	[FAULT_ONE_CPU] = { "one-cpu",
			    "one CPU for a busy writer and the "
			    "swapper" },
	[FAULT_FIFO_SWAPPER] = { "fifo-swapper",
				 "a SCHED_FIFO swapper on a busy writer's "
				 "CPU" },
};

const char *fault_name(enum fault fault)
{
	return (unsigned int)fault < FAULTS ? faults[fault].name : NULL;
}

const char *fault_summary(enum fault fault)
{
	return (unsigned int)fault < FAULTS ? faults[fault].summary : NULL;
}

enum fault fault_find(const char *name)
{
	enum fault fault = 0;

	while (fault < FAULTS && strcmp(name, faults[fault].name))
		fault++;
	return fault;
}

/* ------------------------------------------------------------------------ */
/* Expectations                                                             */

/* Beside errno values. */
enum {
	ANY_OUTCOME = 1, /* makes no claim: 0 or -EBUSY */
	UNAVAILABLE = 2, /* the probe says so, and why */
	ABORTS = 3,	 /* the process ends */
	LATE = 4,	 /* 0, but only after the writer went on */
};

/* Where the traits do not tell. */
static const struct exception {
	enum fault fault;
	const char *strategy;
	int expected;
	const char *why;
} exceptions[] = {
	{ FAULT_SLEEPS_INSIDE, "racy", -EBUSY, "it never waits" },
	{ FAULT_EXITS_INSIDE, "racy", -EBUSY, "it never waits" },
	{ FAULT_CANCELLED_INSIDE, "racy", -EBUSY, "it never waits" },
	{ FAULT_SWAPPER_CANCELLED, "racy", -EBUSY, "it never waits" },
	{ FAULT_EXITS_INSIDE, "ipi-signal", -EBUSY,
	  "nobody can take the signal, and nobody will close the write" },
	{ FAULT_CANCELLED_INSIDE, "ipi-signal", -EBUSY,
	  "nobody can take the signal, and nobody will close the write" },
	{ FAULT_EXITS_INSIDE, "rcu", 0,
	  "a thread that ends is unregistered, its section with it" },
	{ FAULT_CANCELLED_INSIDE, "rcu", 0,
	  "a thread that ends is unregistered, its section with it" },
	{ FAULT_MEMBARRIER_LATE, "rcu", ABORTS,
	  "liburcu ends a process whose membarrier(2) fails" },
};

static bool needs(const struct swap_strategy *s, const char *what)
{
	return strstr(s->needs, what) != NULL;
}

static int expected_by_traits(enum fault fault, const struct swap_strategy *s)
{
	if (fault == FAULT_NO_MEMBARRIER && needs(s, "membarrier"))
		return UNAVAILABLE;
	if (fault == FAULT_NO_RSEQ && needs(s, "rseq"))
		return UNAVAILABLE;
	if (!s->swap)
		return -EOPNOTSUPP;
	if (fault == FAULT_SLEEPS_INSIDE || fault == FAULT_SWAPPER_CANCELLED)
		return s->bounded ? -ETIMEDOUT : LATE;
	if (fault < FAULT_SWAPPER_CANCELLED)
		return -ETIMEDOUT;
	if (!s->sound)
		return ANY_OUTCOME;
	if (fault == FAULT_SIGNAL_BLOCKED && needs(s, "signal"))
		return -ETIMEDOUT;
	if (fault == FAULT_SIGNAL_QUEUE && needs(s, "signal"))
		return -EAGAIN;
	if (fault == FAULT_MEMBARRIER_LATE && needs(s, "membarrier"))
		return -EPERM;
	return 0;
}

static int expected(enum fault fault, const struct swap_strategy *s)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (exceptions[i].fault == fault &&
		    !strcmp(exceptions[i].strategy, s->name))
			return exceptions[i].expected;
	return expected_by_traits(fault, s);
}

static const char *outcome_name(int outcome)
{
	static const char *const words[] = {
		[0] = "0",
		[ANY_OUTCOME] = "0 or EBUSY",
		[UNAVAILABLE] = "unavailable",
		[ABORTS] = "the process aborts",
		[LATE] = "0, after the writer went on",
	};

	return outcome < 0 ? strerrorname_np(-outcome) : words[outcome];
}

static bool is_as_expected(int seen, int want)
{
	return seen == want ||
	       (want == ANY_OUTCOME && (seen == 0 || seen == -EBUSY));
}

/* ------------------------------------------------------------------------ */
/* What must be there before the process starts                             */

static int refuse_syscall(unsigned int number)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

static int set_up(enum fault fault)
{
	struct rlimit none = { 0, 0 };
	int cpu;

	switch (fault) {
	case FAULT_NO_MEMBARRIER:
		return refuse_syscall(__NR_membarrier);
	case FAULT_NO_RSEQ:
		return refuse_syscall(__NR_rseq);
	case FAULT_SIGNAL_QUEUE:
		return setrlimit(RLIMIT_SIGPENDING, &none) ? -errno : 0;
	case FAULT_ONE_CPU:
		return cpus_allowed(&cpu, 1) ? cpus_pin(cpu) : -ENOTSUP;
	default:
		return 0;
	}
}

/* What can only be done by the process itself; -ENOTSUP: not here. */
static int set_up_late(struct scene *scene)
{
	struct sched_param param = { .sched_priority = 1 };

	if (scene->fault == FAULT_MEMBARRIER_LATE)
		return refuse_syscall(__NR_membarrier);
	if (scene->fault != FAULT_FIFO_SWAPPER)
		return 0;
	if (!cpus_allowed(&scene->cpu, 1) || cpus_pin(scene->cpu))
		return -ENOTSUP;
	/* Not inherited: the writer is started as an ordinary thread. */
	return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param)
		       ? -errno
		       : 0;
}

/* ------------------------------------------------------------------------ */
/* The swaps                                                                */

struct attempt {
	struct scene *scene;
	_Atomic bool returned;
	int err;
};

static void *swap_main(void *arg)
{
	struct attempt *attempt = arg;

	attempt->err = scene_swap(attempt->scene, PATIENCE_MS);
	store_relaxed(&attempt->returned, true);
	pthread_testcancel();
	return NULL;
}

static void nap_ms(unsigned int ms)
{
	struct timespec nap = { 0, (long)ms * 1000000 };

	nanosleep(&nap, NULL);
}

/* On a thread of its own, since nothing bounds the swap of some. */
static int swap_under_sleeper(struct scene *scene)
{
	struct attempt attempt = { .scene = scene };
	pthread_t swapper;
	bool late;
	void *end;

	if (pthread_create(&swapper, NULL, swap_main, &attempt))
		return -EAGAIN;
	if (scene->fault == FAULT_SWAPPER_CANCELLED) {
		nap_ms(PATIENCE_MS / 2);
		pthread_cancel(swapper);
	}
	nap_ms(RELEASE_MS);
	late = !load_relaxed(&attempt.returned);
	scene_release(scene);
	pthread_join(swapper, &end);
	if (!load_relaxed(&attempt.returned))
		return -ECANCELED; /* in the middle: never as expected */
	if (late)
		return attempt.err ? attempt.err : LATE;
	/* Now that the writer is out, the same swap succeeds. */
	if (attempt.err == -ETIMEDOUT && scene_swap(scene, 2000))
		return -EINVAL;
	return attempt.err;
}

/* Beside a busy writer: many, all alike. */
static int swap_under_load(struct scene *scene, int want)
{
	unsigned int patience = want < 0 ? PATIENCE_MS : 2000;
	unsigned int swaps = want < 0 ? 2 : 20;
	bool claimed = want == 0 || want == ANY_OUTCOME;
	int err;

	do
		err = scene_swap(scene, patience);
	while (--swaps && (!claimed || is_as_expected(err, want)));
	scene_release(scene);
	return err;
}

static int attempt_swaps(struct scene *scene, int want)
{
	int err;

	if (scene->fault == FAULT_SLEEPS_INSIDE ||
	    scene->fault == FAULT_SWAPPER_CANCELLED)
		return swap_under_sleeper(scene);
	if (scene->fault > FAULT_SWAPPER_CANCELLED)
		return swap_under_load(scene, want);
	err = scene_swap(scene, PATIENCE_MS);
	scene_release(scene);
	return err;
}

/* ------------------------------------------------------------------------ */
/* The child                                                                */

static int stage(struct scene *scene, int want, struct fault_row *row)
{
	bool exact;
	int seen = set_up_late(scene);

	if (seen) {
		row->verdict = FAULT_SKIPPED;
		snprintf(row->seen, sizeof(row->seen), "cannot be staged: %s%s",
			 strerror(-seen),
			 scene->fault == FAULT_FIFO_SWAPPER
				 ? " (needs CAP_SYS_NICE)"
				 : "");
		return 0;
	}
	seen = scene_start(scene);
	if (seen)
		return seen;
	seen = attempt_swaps(scene, want);
	scene_finish(scene);
	exact = scene_books(scene, row->books, sizeof(row->books));
	if (!scene->strategy->sound && !exact)
		snprintf(row->books, sizeof(row->books), "no claim");
	snprintf(row->seen, sizeof(row->seen), "%s", outcome_name(seen));
	if (is_as_expected(seen, want) && (exact || !scene->strategy->sound))
		row->verdict = FAULT_HOLDS;
	return 0;
}

static void say_unavailable(int want, const char *why, struct fault_row *row)
{
	snprintf(row->seen, sizeof(row->seen), "unavailable: %s", why);
	snprintf(row->books, sizeof(row->books), "-");
	row->verdict = want == UNAVAILABLE ? FAULT_HOLDS : FAULT_SKIPPED;
}

int fault_child(int fd, enum fault fault, const struct swap_strategy *strategy)
{
	struct fault_row *row = mmap(NULL, sizeof(*row), PROT_READ | PROT_WRITE,
				     MAP_SHARED, fd, 0);
	int want = expected(fault, strategy);
	struct scene scene;
	char why[96];
	size_t end;
	int err;

	if (row == MAP_FAILED)
		return -errno;
	if (swap_probe(strategy, why, sizeof(why))) {
		say_unavailable(want, why, row);
		return 0;
	}
	err = scene_open(&scene, fault, strategy);
	if (!err)
		err = stage(&scene, want, row);
	end = strlen(row->seen);
	if (*why) /* a remark of the probe */
		snprintf(row->seen + end, sizeof(row->seen) - end, "; %s", why);
	scene_close(&scene);
	return err;
}

/* ------------------------------------------------------------------------ */
/* The parent                                                               */

static _Noreturn void start_child(int fd, enum fault fault,
				  const struct swap_strategy *strategy)
{
	struct rlimit no_core = { 0, 0 };
	char number[16];
	int err = set_up(fault);

	snprintf(number, sizeof(number), "%d", fd);
	setrlimit(RLIMIT_CORE, &no_core);
	if (!err)
		execl("/proc/self/exe", "ringswap", "verify", "--fault-child",
		      number, "--fault", fault_name(fault), "--strategy",
		      strategy->name, (char *)NULL);
	_Exit(100);
}

/* The child's wait status; -1: killed by the watchdog. */
static int watch(pid_t child)
{
	uint64_t end = sys_now() + WATCHDOG_NS;
	struct timespec nap = { 0, 2000000 };
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (sys_now() > end) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

/* An end that the child itself could not tell of. */
static void judge_end(int status, int want, struct fault_row *row)
{
	if (status == -1) {
		row->verdict = FAULT_DIFFERS;
		snprintf(row->seen, sizeof(row->seen), "hung until killed");
	} else if (WIFSIGNALED(status)) {
		row->verdict = want == ABORTS && WTERMSIG(status) == SIGABRT
				       ? FAULT_HOLDS
				       : FAULT_DIFFERS;
		snprintf(row->seen, sizeof(row->seen), "killed by SIG%s",
			 sigabbrev_np(WTERMSIG(status)));
	} else if (WEXITSTATUS(status)) {
		row->verdict = FAULT_DIFFERS;
		snprintf(row->seen, sizeof(row->seen),
			 "could not be staged: status %d", WEXITSTATUS(status));
	}
	if (!*row->books)
		snprintf(row->books, sizeof(row->books), "-");
}

int fault_run(enum fault fault, const struct swap_strategy *strategy,
	      struct fault_row *row)
{
	int fd = memfd_create("fault-row", 0);
	struct fault_row *shared = MAP_FAILED;
	pid_t child;
	int err = 0;

	if (fd >= 0 && !ftruncate(fd, sizeof(*shared)))
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		err = -ENOMEM;
		goto out;
	}
	shared->verdict = FAULT_DIFFERS;
	fflush(NULL);
	child = fork();
	if (!child)
		start_child(fd, fault, strategy);
	if (child < 0) {
		err = -EAGAIN;
		goto out;
	}
	judge_end(watch(child), expected(fault, strategy), shared);
	*row = *shared;
	snprintf(row->expected, sizeof(row->expected), "%s",
		 outcome_name(expected(fault, strategy)));
out:
	if (shared != MAP_FAILED)
		munmap(shared, sizeof(*shared));
	if (fd >= 0)
		close(fd);
	return err;
}
