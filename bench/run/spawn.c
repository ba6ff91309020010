/* SPDX-License-Identifier: MIT */
/* spawn.c - one block in a process of its own, and the watchdog over it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/run/spawn.h"
#include "ringbuf/clock.h"

#define DATUM_BYTES_MAX (64u << 20)
/* A block may take this long beside ten times its measured time. */
#define WATCHDOG_MS	 5000
#define LOADER_WORDS_MAX 16

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
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
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
	die_with(parent);
	setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	execv("/proc/self/exe", argv);
	_exit(127);
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
	int failed = -EIO;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(err, O_CLOEXEC))
		goto out;
	/* Fits a pipe, so that nobody need read it yet. */
	if (write(in[1], spec, length) != (ssize_t)length)
		goto out;
	child->pid = fork();
	if (child->pid < 0)
		goto out;
	if (!child->pid)
		become_block(self, in[0], out[1], err[1], simulate);
	setpgid(child->pid, child->pid);
	child->out = out[0];
	child->err = err[0];
	out[0] = err[0] = -1;
	failed = 0;
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

static json_t *datum_of(const char *status, const char *reason, int sig)
{
	return json_pack("{s:s,s:s,s:o}", "status", status, "reason", reason,
			 "signal", sig ? json_integer(sig) : json_null());
}

/* What became of it, in the words of a datum. */
static json_t *judge(const struct child *child, int heard, int status)
{
	char reason[384];
	json_t *json;

	if (heard == -ETIMEDOUT)
		return datum_of("timed-out", "the watchdog ended the block", 0);
	if (WIFSIGNALED(status)) {
		snprintf(reason, sizeof(reason), "signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
		return datum_of("crashed", reason, WTERMSIG(status));
	}
	json = child->used ? json_loads(child->text, 0, NULL) : NULL;
	if (!WEXITSTATUS(status) && json_is_object(json)) {
		json_object_set_new(json, "signal", json_null());
		return json;
	}
	json_decref(json);
	snprintf(reason, sizeof(reason), "exit status %d: %s",
		 WEXITSTATUS(status),
		 child->said ? child->complaint : "it said nothing");
	return datum_of("crashed", reason, 0);
}

json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate)
{
	uint64_t begun = rb_clock_ns();
	struct child child = { .out = -1, .err = -1 };
	json_t *json = bench_block_spec_json(spec);
	char *text = json_dumps(json, JSON_COMPACT);
	int heard, status = 0;

	json_decref(json);
	if (!text)
		return NULL;
	if (start(&child, text, simulate)) {
		free(text);
		return datum_of("crashed", "no process could be started", 0);
	}
	free(text);
	heard = listen_to(&child, begun / 1000000 + 10ull * spec->block_ms +
					  WATCHDOG_MS);
	/* The whole group: a hog may be beside it. */
	if (heard)
		kill(-child.pid, SIGKILL);
	close(child.out);
	close(child.err);
	while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child.text)
		child.text[child.used] = '\0';
	json = heard == -EINTR ? NULL : judge(&child, heard, status);
	if (json)
		json_object_set_new(
			json, "wall-ms",
			json_real((double)(rb_clock_ns() - begun) / 1e6));
	free(child.text);
	return json;
}
