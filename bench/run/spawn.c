/* SPDX-License-Identifier: MIT */
/* spawn.c - one block in a process of its own, and the watchdog over it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/base/clean.h"
#include "bench/base/why.h"
#include "bench/run/spawn.h"
#include "ringbuf/clock.h"

#define SELF		"/proc/self/exe"
#define DATUM_BYTES_MAX (64u << 20)
/* A block may take this long beside ten times its measured time. */
#define WATCHDOG_MS	 5000
#define LOADER_WORDS_MAX 16
/* Kept from running for more of its time, a thread did not hang by itself. */
#define KEPT_SHARE 0.8
/* Nor did its threads together, kept for so much, if they had no PU to
 * themselves meanwhile. */
#define KEPT_SHARE_OF_ALL 0.3
#define RAN_SHARE	  0.8
/* Between two looks at the threads of a block that is late. */
#define LOOK_MS 100

struct child {
	pid_t pid;
	int out;
	int err;
	char *text;
	size_t used;
	size_t capacity;
	char complaint[256]; /* its last words */
	size_t said;
};

/*
 * In a bundle the loader was started by name (ld.so --library-path DIR
 * ringswap ...), and it is what /proc/self/exe then names. Its words, up to and
 * with the program, have to be said again. Returns how many; 0: no loader.
 */
static size_t loader_words(char *text, size_t n, char **words, size_t max)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, n - 1);
	size_t found = 0;
	char *word;

	if (got <= 0)
		return 0;
	text[got] = '\0';
	for (word = text; word < text + got && found < max;
	     word += strlen(word) + 1) {
		words[found++] = word;
		if (!strcmp(word, program_invocation_name))
			return found > 1 ? found : 0;
	}
	return 0;
}

/*
 * Whoever kills the run kills its block, or a block that hangs would spin on
 * with nobody to watch it. The parent may be gone before it can be asked for.
 * The request outlives execv(); the command has no privileges to drop.
 */
static void die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL)) {
		dprintf(2, "prctl(PR_SET_PDEATHSIG): %s", strerror(errno));
		_exit(127);
	}
	if (getppid() != parent)
		_exit(127);
}

static void become_block(pid_t parent, int in, int out, int err, bool simulate)
{
	char *argv[LOADER_WORDS_MAX + 4];
	char text[8192];
	size_t n = loader_words(text, sizeof(text), argv, LOADER_WORDS_MAX);

	if (!n)
		argv[n++] = "ringswap";
	argv[n++] = "block";
	argv[n++] = simulate ? "--simulate" : NULL;
	argv[n] = NULL;
	setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	die_with(parent);
	signal(SIGPIPE, SIG_DFL);
	execv(SELF, argv);
	dprintf(2, "%s: %s", SELF, strerror(errno));
	_exit(127);
}

int bench_run_can_start(char *why, size_t n)
{
	if (!access(SELF, F_OK))
		return 0;
	return bench_why(-errno, why, n,
			 "%s: %s; every block is this program started anew: "
			 "mount /proc (mount -t proc proc /proc)",
			 SELF, strerror(errno));
}

static void close_pipe(int pipe_ends[2])
{
	if (pipe_ends[0] >= 0)
		close(pipe_ends[0]);
	if (pipe_ends[1] >= 0)
		close(pipe_ends[1]);
}

static int start(struct child *child, const char *spec, bool simulate)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	size_t length = strlen(spec);
	pid_t self = getpid();
	int failed = 0;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(err, O_CLOEXEC))
		failed = -errno;
	/* Fits a pipe, so that nobody need read it yet. */
	else if (write(in[1], spec, length) != (ssize_t)length)
		failed = -EIO;
	else if ((child->pid = fork()) < 0)
		failed = -errno;
	if (failed)
		goto out;
	if (!child->pid)
		become_block(self, in[0], out[1], err[1], simulate);
	setpgid(child->pid, child->pid);
	child->out = out[0];
	child->err = err[0];
	out[0] = err[0] = -1;
out:
	close_pipe(in);
	close_pipe(out);
	close_pipe(err);
	return failed;
}

/* Read what is there; false: the end. */
static bool read_out(struct child *child)
{
	ssize_t got;

	if (child->capacity - child->used < 65536) {
		size_t capacity = child->capacity ? 2 * child->capacity
						  : 1u << 18;
		char *text = capacity <= DATUM_BYTES_MAX
				     ? realloc(child->text, capacity)
				     : NULL;

		if (!text)
			return false;
		child->text = text;
		child->capacity = capacity;
	}
	got = read(child->out, child->text + child->used,
		   child->capacity - child->used - 1);
	if (got <= 0)
		return false;
	child->used += (size_t)got;
	return true;
}

static bool read_err(struct child *child)
{
	char chunk[256];
	ssize_t got = read(child->err, chunk, sizeof(chunk));

	if (got <= 0)
		return false;
	for (ssize_t i = 0; i < got; i++)
		if (child->said < sizeof(child->complaint) - 1 &&
		    chunk[i] != '\n')
			child->complaint[child->said++] = chunk[i];
	return true;
}

/* Until it has closed its output. 0, -ETIMEDOUT, or -EINTR: a signal. */
static int listen_to(struct child *child, uint64_t deadline_ms)
{
	struct pollfd fds[2] = {
		{ .fd = child->out, .events = POLLIN },
		{ .fd = child->err, .events = POLLIN },
	};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		uint64_t now = rb_clock_ns() / 1000000;
		int ready;

		if (now >= deadline_ms)
			return -ETIMEDOUT;
		ready = poll(fds, 2, (int)(deadline_ms - now));
		if (ready < 0)
			return -errno;
		if (fds[0].revents && !read_out(child))
			fds[0].fd = -1;
		if (fds[1].revents && !read_err(child))
			fds[1].fd = -1;
	}
	return 0;
}

static json_t *datum_of(const char *status, char *reason, int sig)
{
	return json_pack("{s:s,s:s,s:o}", "status", status, "reason",
			 bench_clean(reason), "signal",
			 sig ? json_integer(sig) : json_null());
}

/* ------------------------------------------------------------------------ */
/* The watchdog: did it hang, or was it kept from running?                  */

/* One file of a thread of the block; false: it cannot be read. */
static bool read_task(pid_t pid, const char *tid, const char *file, char *text,
		      size_t n)
{
	char path[96];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/%s", (int)pid, tid,
		 file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, n - 1);
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* The state of a thread, as proc_pid_stat(5) has it; 0: nobody says. */
static char state_of(pid_t pid, const char *tid)
{
	const char *name_end;
	char text[512];

	if (!read_task(pid, tid, "stat", text, sizeof(text)))
		return 0;
	name_end = strrchr(text, ')');
	return name_end && name_end[1] ? name_end[2] : 0;
}

/* One thread of the block. */
struct task {
	char tid[24];
	struct bench_thread at;
};

struct tasks {
	struct task *list;
	size_t n;
};

static struct task *task_of(struct tasks *tasks, const char *tid)
{
	struct task *list;

	for (size_t i = 0; i < tasks->n; i++)
		if (!strcmp(tasks->list[i].tid, tid))
			return &tasks->list[i];
	list = realloc(tasks->list, (tasks->n + 1) * sizeof(*list));
	if (!list)
		return NULL;
	tasks->list = list;
	list[tasks->n] = (struct task){ 0 };
	snprintf(list[tasks->n].tid, sizeof(list[tasks->n].tid), "%.20s", tid);
	return &list[tasks->n++];
}

static void look_at_task(pid_t pid, struct task *task)
{
	struct bench_thread *at = &task->at;
	unsigned long long ran = 0, waited = 0;
	char state = state_of(pid, task->tid), text[512];

	at->ran_before_ms = at->ran_ms;
	at->said = read_task(pid, task->tid, "schedstat", text, sizeof(text)) &&
		   sscanf(text, "%llu %llu", &ran, &waited) == 2;
	at->ran_ms = (double)ran / 1e6;
	at->waited_ms = (double)waited / 1e6;
	at->stopped = state == 'T' || state == 't';
	at->ready = state == 'R' || state == 'D';
}

static void look_at_all(pid_t pid, struct tasks *tasks)
{
	struct dirent *entry;
	char path[40];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		struct task *task = entry->d_name[0] == '.'
					    ? NULL
					    : task_of(tasks, entry->d_name);

		if (task)
			look_at_task(pid, task);
	}
	if (folder)
		closedir(folder);
}

double bench_run_kept_ms(const struct bench_thread *at, double took_ms)
{
	if (at->stopped)
		return took_ms;
	if (at->ready && at->ran_ms - at->ran_before_ms < LOOK_MS / 2)
		return fmax(took_ms - at->ran_ms, at->waited_ms);
	return at->waited_ms;
}

/* false: nobody says. */
static bool read_shares(pid_t pid, double took_ms, struct bench_shares *shares)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	struct tasks tasks = { 0 };
	bool said = false;

	look_at_all(pid, &tasks);
	nanosleep(&pause, NULL);
	look_at_all(pid, &tasks);
	for (size_t i = 0; i < tasks.n; i++) {
		const struct bench_thread *at = &tasks.list[i].at;
		double kept = bench_run_kept_ms(at, took_ms) / took_ms;

		shares->ran += at->ran_ms / took_ms;
		shares->kept += kept;
		shares->most_kept = fmax(shares->most_kept, kept);
		said |= at->said || at->stopped;
	}
	free(tasks.list);
	return said;
}

bool bench_run_was_kept(const struct bench_shares *s)
{
	return s->most_kept > KEPT_SHARE ||
	       (s->kept > KEPT_SHARE_OF_ALL && s->ran < RAN_SHARE);
}

/*
 * A block that takes ten times its time hangs, which is evidence against its
 * strategy, unless it was kept from running for much of that time: that is this
 * machine's doing. Asked while the block still lives.
 */
static json_t *judge_hang(const struct child *child, double took_ms)
{
	struct bench_shares shares = { 0 };
	char reason[160];
	bool said = read_shares(child->pid, took_ms, &shares);
	bool failed = !said || bench_run_was_kept(&shares);

	if (!said)
		snprintf(
			reason, sizeof(reason),
			"the watchdog ended the block after %.1f s; /proc does "
			"not say whether it hung or had no CPU",
			took_ms / 1e3);
	else if (failed)
		snprintf(reason, sizeof(reason),
			 "the watchdog ended the block after %.1f s, in %.1f s "
			 "of which a thread was kept from running",
			 took_ms / 1e3, shares.most_kept * took_ms / 1e3);
	else
		snprintf(reason, sizeof(reason),
			 "hung: the watchdog ended the block after %.1f s",
			 took_ms / 1e3);
	return datum_of(failed ? "failed" : "timed-out", reason, 0);
}

/* ------------------------------------------------------------------------ */
/* The end                                                                  */

/* Signals that a process brings on itself; all others somebody sent, and the
 * kernel when memory is short or a filter forbids a system call. */
static bool is_own_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL ||
	       sig == SIGFPE || sig == SIGABRT || sig == SIGTRAP;
}

static json_t *judge_signal(int sig)
{
	char reason[160];

	snprintf(reason, sizeof(reason), "%ssignal %d (%s)%s",
		 is_own_fault(sig) ? "" : "killed from outside: ", sig,
		 strsignal(sig),
		 sig == SIGKILL	 ? ", as where memory is short"
		 : sig == SIGSYS ? ", as where a filter forbids a system call"
				 : "");
	return datum_of(is_own_fault(sig) ? "crashed" : "failed", reason, sig);
}

/* What became of it, in the words of a datum. */
static json_t *judge(struct child *child, int heard, int status)
{
	static const char prefix[] = "ringswap block: ";
	char *said = child->complaint;
	char reason[384];
	json_t *json;

	if (WIFSIGNALED(status))
		return judge_signal(WTERMSIG(status));
	json = child->used ? json_loads(child->text, 0, NULL) : NULL;
	if (!heard && !WEXITSTATUS(status) && json_is_object(json)) {
		json_object_set_new(json, "signal", json_null());
		return json;
	}
	json_decref(json);
	if (!strncmp(said, prefix, strlen(prefix)))
		said += strlen(prefix);
	snprintf(reason, sizeof(reason), "%s (exit status %d)",
		 child->said ? said
		 : heard     ? strerror(-heard)
			     : "it said nothing",
		 WEXITSTATUS(status));
	return datum_of("failed", reason, 0);
}

/* Wait for its end; NULL: a signal wants the run to stop. */
static json_t *end_of(struct child *child, uint64_t begun, int heard)
{
	double took_ms = (double)(rb_clock_ns() - begun) / 1e6;
	json_t *hung = NULL;
	int status = 0;

	if (heard == -ETIMEDOUT)
		hung = judge_hang(child, took_ms);
	/* The whole group: a hog may be beside it. */
	if (heard)
		kill(-child->pid, SIGKILL);
	close(child->out);
	close(child->err);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child->text)
		child->text[child->used] = '\0';
	if (heard == -ETIMEDOUT)
		return hung;
	return heard == -EINTR ? NULL : judge(child, heard, status);
}

static json_t *start_failed(int err)
{
	char reason[160];

	snprintf(reason, sizeof(reason), "no process could be started: %s",
		 strerror(-err));
	return datum_of("failed", reason, 0);
}

json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate)
{
	uint64_t begun = rb_clock_ns();
	struct child child = { .out = -1, .err = -1 };
	json_t *json = bench_block_spec_json(spec);
	char *text = json_dumps(json, JSON_COMPACT);
	int err;

	json_decref(json);
	if (!text)
		return NULL;
	err = start(&child, text, simulate);
	free(text);
	if (err)
		return start_failed(err);
	err = listen_to(&child,
			begun / 1000000 + 10ull * spec->block_ms + WATCHDOG_MS);
	json = end_of(&child, begun, err);
	if (json)
		json_object_set_new(
			json, "wall-ms",
			json_real((double)(rb_clock_ns() - begun) / 1e6));
	free(child.text);
	return json;
}
