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
				 "(RLIMIT_SIGPENDING 0) after setup" },
	[FAULT_NO_SIGNAL] = { "signal-refused",
			      "seccomp refuses rt_tgsigqueueinfo(2) from the "
			      "start" },
	[FAULT_SIGNAL_LATE] = { "signal-refused-late",
				"seccomp refuses rt_tgsigqueueinfo(2) after "
				"setup" },
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
	UNAVAILABLE = 1, /* the probe says so, and why */
	ABORTS = 2,	 /* the process ends */
	LATE = 3,	 /* 0, but only after the writer went on */
	NEVER = 4,	 /* it does not come back */
};

#define OUTCOMES 5

/* What a swap may come to: one of these. */
struct expectation {
	const char *words; /* NULL: those of the outcomes */
	unsigned int n;
	int outcomes[OUTCOMES];
};

#define EXPECT(...)                                                \
	((struct expectation){                                     \
		.n = sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), \
		.outcomes = { __VA_ARGS__ },                       \
	})

static bool needs(const struct swap_strategy *s, const char *what)
{
	return strstr(s->needs, what) != NULL;
}

static bool is_writer_dead(enum fault fault)
{
	return fault == FAULT_EXITS_INSIDE || fault == FAULT_CANCELLED_INSIDE;
}

static bool is_writer_asleep(enum fault fault)
{
	return fault == FAULT_SLEEPS_INSIDE || fault == FAULT_SWAPPER_CANCELLED;
}

/* Nothing bounds the wait, or the deadline does, as the shape says. */
static struct expectation while_asleep(const struct swap_strategy *s)
{
	if (!s->bounded)
		return EXPECT(LATE);
	if (s->shape == SWAP_EXCHANGE_FIRST)
		return EXPECT(-EINPROGRESS);
	return EXPECT(-ETIMEDOUT);
}

/* A write that nobody will close, unless the end of its thread did. */
static struct expectation while_dead(const struct swap_strategy *s)
{
	if (!s->bounded)
		return EXPECT(0, NEVER);
	if (s->shape == SWAP_EXCHANGE_FIRST)
		return EXPECT(-ETIMEDOUT, -EINPROGRESS, -EBUSY);
	return EXPECT(-ETIMEDOUT, -EBUSY);
}

/* liburcu ends a process whose membarrier(2) fails. Others refuse, those that
 * exchange first before they do. */
static struct expectation when_refused_late(const struct swap_strategy *s)
{
	return needs(s, "liburcu") ? EXPECT(ABORTS) : EXPECT(-EPERM);
}

/* An unsound one claims nothing, but it answers. */
static struct expectation whatever(void)
{
	struct expectation any =
		EXPECT(0, -EBUSY, -ETIMEDOUT, -EINPROGRESS, LATE);

	any.words = "an answer";
	return any;
}

/* All that is known of a strategy here is its descriptor. */
static struct expectation expected(enum fault fault,
				   const struct swap_strategy *s)
{
	if (fault == FAULT_NO_MEMBARRIER && needs(s, "membarrier"))
		return EXPECT(UNAVAILABLE);
	if (fault == FAULT_NO_RSEQ && needs(s, "rseq"))
		return EXPECT(UNAVAILABLE);
	if (fault == FAULT_NO_SIGNAL && s->uses_signal)
		return EXPECT(UNAVAILABLE);
	if (!s->swap)
		return EXPECT(-EOPNOTSUPP);
	if (!s->sound)
		return whatever();
	if (is_writer_asleep(fault))
		return while_asleep(s);
	if (is_writer_dead(fault))
		return while_dead(s);
	if (fault == FAULT_SIGNAL_BLOCKED && s->uses_signal)
		return EXPECT(-ETIMEDOUT);
	if (fault == FAULT_SIGNAL_QUEUE && s->uses_signal)
		return EXPECT(-ENOBUFS);
	if (fault == FAULT_SIGNAL_LATE && s->uses_signal)
		return EXPECT(-EPERM);
	if (fault == FAULT_MEMBARRIER_LATE && needs(s, "membarrier"))
		return when_refused_late(s);
	return EXPECT(0);
}

static const char *outcome_name(int outcome)
{
	static const char *const words[] = {
		[0] = "0",
		[UNAVAILABLE] = "unavailable",
		[ABORTS] = "the process aborts",
		[LATE] = "0, after the writer went on",
		[NEVER] = "does not come back",
	};

	return outcome < 0 ? strerrorname_np(-outcome) : words[outcome];
}

static bool is_as_expected(int seen, struct expectation want)
{
	for (unsigned int i = 0; i < want.n; i++)
		if (want.outcomes[i] == seen)
			return true;
	return false;
}

/* "ETIMEDOUT or EBUSY" */
static void say_expected(struct expectation want, char *text, size_t size)
{
	size_t end = 0;

	if (want.words)
		snprintf(text, size, "%s", want.words);
	for (unsigned int i = 0; !want.words && i < want.n && end < size; i++)
		end += (size_t)snprintf(text + end, size - end, "%s%s",
					i ? " or " : "",
					outcome_name(want.outcomes[i]));
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
	int cpu;

	switch (fault) {
	case FAULT_NO_MEMBARRIER:
		return refuse_syscall(__NR_membarrier);
	case FAULT_NO_RSEQ:
		return refuse_syscall(__NR_rseq);
	case FAULT_NO_SIGNAL:
		return refuse_syscall(__NR_rt_tgsigqueueinfo);
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
	struct rlimit none = { 0, 0 };

	if (scene->fault == FAULT_MEMBARRIER_LATE)
		return refuse_syscall(__NR_membarrier);
	if (scene->fault == FAULT_SIGNAL_LATE)
		return refuse_syscall(__NR_rt_tgsigqueueinfo);
	if (scene->fault == FAULT_SIGNAL_QUEUE)
		return setrlimit(RLIMIT_SIGPENDING, &none) ? -errno : 0;
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
	/* Now that the writer is out, the swap succeeds. */
	if ((attempt.err == -ETIMEDOUT && scene_swap(scene, 2000)) ||
	    (attempt.err == -EINPROGRESS && scene_settle(scene, 2000)))
		return -EINVAL;
	return attempt.err;
}

/* Nobody lets the writer go on: what has not come back by then never does. */
static int swap_under_dead(struct scene *scene)
{
	static struct attempt attempt; /* outlives this call */
	pthread_t swapper;

	attempt.scene = scene;
	if (pthread_create(&swapper, NULL, swap_main, &attempt))
		return -EAGAIN;
	for (unsigned int ms = 0; ms < 3 * RELEASE_MS; ms += 2) {
		nap_ms(2);
		if (!load_relaxed(&attempt.returned))
			continue;
		pthread_join(swapper, NULL);
		scene_release(scene);
		return attempt.err;
	}
	scene->abandoned = true;
	return NEVER;
}

/* Beside a busy writer: many, all alike. */
static int swap_under_load(struct scene *scene, struct expectation want)
{
	bool succeeds = is_as_expected(0, want);
	unsigned int patience = succeeds ? 2000 : PATIENCE_MS;
	unsigned int swaps = succeeds ? 20 : 2;
	int err;

	do
		err = scene_swap(scene, patience);
	while (--swaps && err != -EINPROGRESS &&
	       (!succeeds || is_as_expected(err, want)));
	scene_release(scene);
	return err;
}

static int attempt_swaps(struct scene *scene, struct expectation want)
{
	if (is_writer_asleep(scene->fault))
		return swap_under_sleeper(scene);
	if (is_writer_dead(scene->fault))
		return swap_under_dead(scene);
	return swap_under_load(scene, want);
}

/* ------------------------------------------------------------------------ */
/* The child                                                                */

/* What the swap came to, with the books where they can be closed. */
static void judge(struct scene *scene, struct expectation want, int seen,
		  struct fault_row *row)
{
	bool sound = scene->strategy->sound, exact = true;

	if (scene->abandoned) {
		snprintf(row->books, sizeof(row->books), "not closed");
	} else {
		scene_finish(scene);
		exact = scene_books(scene, row->books, sizeof(row->books));
	}
	if (!sound && !exact)
		snprintf(row->books, sizeof(row->books), "no claim");
	snprintf(row->seen, sizeof(row->seen), "%s", outcome_name(seen));
	if (is_as_expected(seen, want) && (exact || !sound))
		row->verdict = FAULT_HOLDS;
}

static int stage(struct scene *scene, struct expectation want,
		 struct fault_row *row)
{
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
	judge(scene, want, attempt_swaps(scene, want), row);
	return 0;
}

static void say_unavailable(struct expectation want, const char *why,
			    struct fault_row *row)
{
	snprintf(row->seen, sizeof(row->seen), "unavailable: %s", why);
	snprintf(row->books, sizeof(row->books), "-");
	row->verdict = is_as_expected(UNAVAILABLE, want) ? FAULT_HOLDS
							 : FAULT_SKIPPED;
}

int fault_child(int fd, enum fault fault, const struct swap_strategy *strategy)
{
	struct fault_row *row = mmap(NULL, sizeof(*row), PROT_READ | PROT_WRITE,
				     MAP_SHARED, fd, 0);
	struct expectation want = expected(fault, strategy);
	static struct scene scene; /* outlives a swap that does not end */
	char why[96];
	size_t end;
	int err;

	if (row == MAP_FAILED)
		return -errno;
	if (swap_probe(strategy, why, sizeof(why))) {
		say_unavailable(want, why, row);
		return 0;
	}
	if (!strategy->ops->reserve &&
	    (is_writer_asleep(fault) || is_writer_dead(fault))) {
		row->verdict = FAULT_SKIPPED;
		snprintf(row->seen, sizeof(row->seen),
			 "it writes whole events: none stays open");
		return 0;
	}
	err = scene_open(&scene, fault, strategy);
	if (!err)
		err = stage(&scene, want, row);
	end = strlen(row->seen);
	if (*why) /* a remark of the probe */
		snprintf(row->seen + end, sizeof(row->seen) - end, "; %s", why);
	if (!scene.abandoned)
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
static void judge_end(int status, struct expectation want,
		      struct fault_row *row)
{
	if (status == -1) {
		row->verdict = FAULT_DIFFERS;
		snprintf(row->seen, sizeof(row->seen), "hung until killed");
	} else if (WIFSIGNALED(status)) {
		row->verdict = is_as_expected(ABORTS, want) &&
					       WTERMSIG(status) == SIGABRT
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
	struct expectation want = expected(fault, strategy);
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
	judge_end(watch(child), want, shared);
	*row = *shared;
	say_expected(want, row->expected, sizeof(row->expected));
out:
	if (shared != MAP_FAILED)
		munmap(shared, sizeof(*shared));
	if (fd >= 0)
		close(fd);
	return err;
}
