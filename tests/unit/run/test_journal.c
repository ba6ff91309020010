/* SPDX-License-Identifier: MIT */
/* Unit tests of the journal, the books and the lock. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/run/journal.h"
#include "bench/run/lock.h"
#include "bench/run/runner.h"
#include "bench/measure/target.h"

static char directory[] = "/tmp/ringswap-journal-XXXXXX";
static char path[64];
static char why[512];

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/j", directory);
	return 0;
}

static int remove_directory(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static void make_journal(unsigned int lines)
{
	json_t *header = json_pack(
		"{s:s, s:s, s:[], s:b, s:{s:s}, s:n, s:{}, s:{s:s, s:s}, s:i,"
		" s:{s:i, s:[]}}",
		"schema", "ringswap-journal/1", "started", "now", "command",
		"simulated", 0, "machine", "key", "m-0", "doctor", "build",
		"matrix", "name", "none", "digest", "0", "seed", 1, "plan",
		"rounds", 1, "cells");
	json_t *line = json_pack("{s:s}", "type", "resume");
	struct bench_journal j;

	assert_int_equal(
		bench_journal_create(&j, path, header, why, sizeof(why)), 0);
	for (unsigned int i = 1; i < lines; i++) {
		json_object_set_new(line, "round", json_integer(i));
		assert_int_equal(
			bench_journal_append(&j, line, why, sizeof(why)), 0);
	}
	json_decref(header);
	json_decref(line);
	bench_journal_close(&j);
}

static int count_line(const json_t *line, unsigned int number, void *arg,
		      char *text, size_t n)
{
	unsigned int *lines = arg;

	(void)text;
	(void)n;
	assert_true(json_is_object(line));
	assert_int_equal(number, ++*lines);
	return 0;
}

static int reopen(struct bench_journal *j, unsigned int *lines)
{
	*lines = 0;
	return bench_journal_reopen(j, path, count_line, lines, why,
				    sizeof(why));
}

static unsigned int lines_now(void)
{
	struct bench_journal j;
	unsigned int lines;

	assert_int_equal(reopen(&j, &lines), 0);
	bench_journal_close(&j);
	return lines;
}

/* kill -9 can cut a line at any byte: everything before it must stay. */
static void a_journal_cut_anywhere_loses_one_line(void **state)
{
	(void)state;
	make_journal(3);
	assert_int_equal(lines_now(), 3);
	for (off_t cut = 1;; cut++) {
		off_t size;
		FILE *file;

		make_journal(3);
		file = fopen(path, "r+");
		fseek(file, 0, SEEK_END);
		size = ftell(file);
		assert_int_equal(ftruncate(fileno(file), size - cut), 0);
		fclose(file);
		if (cut > 20)
			break;
		assert_int_equal(lines_now(), 2);
	}
}

static void what_is_appended_after_a_cut_is_read_again(void **state)
{
	json_t *line = json_pack("{s:s}", "type", "resume");
	struct bench_journal j;
	unsigned int lines;
	FILE *file;

	(void)state;
	make_journal(2);
	file = fopen(path, "a");
	fputs("{\"type\": \"blo", file);
	fclose(file);
	assert_int_equal(reopen(&j, &lines), 0);
	assert_int_equal(bench_journal_append(&j, line, why, sizeof(why)), 0);
	bench_journal_close(&j);
	json_decref(line);
	assert_int_equal(lines_now(), 3);
}

static void a_wrong_line_in_the_middle_is_refused(void **state)
{
	struct bench_journal j;
	unsigned int lines;
	FILE *file;

	(void)state;
	make_journal(2);
	file = fopen(path, "a");
	fputs("oops\n{}\n", file);
	fclose(file);
	assert_int_equal(reopen(&j, &lines), -EINVAL);
	assert_int_equal(lines, 2);
	assert_non_null(strstr(why, "j:3:"));
}

/* A file-size limit stands for the full disk. */
static void a_full_disk_leaves_whole_lines(void **state)
{
	struct rlimit old, limit;
	struct bench_journal j;
	unsigned int lines;
	json_t *line;
	off_t before, length = 0;
	int err = 0;

	(void)state;
	make_journal(2);
	assert_int_equal(reopen(&j, &lines), 0);
	line = json_pack("{s:s, s:s}", "type", "resume", "padding",
			 "0123456789012345678901234567890123456789");
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	before = j.size;
	while (!err) {
		err = bench_journal_append(&j, line, why, sizeof(why));
		length = length ? length : j.size - before;
	}
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(err, -EFBIG);
	bench_journal_close(&j);
	json_decref(line);
	/* The header, one line, and as many as fitted, all of them whole. */
	assert_int_equal(lines_now(), 2 + (1000 - before) / length);
}

static int refuse_line(const json_t *line, unsigned int number, void *arg,
		       char *text, size_t n)
{
	(void)line;
	(void)arg;
	snprintf(text, n, "no");
	return number == 2 ? -ECANCELED : 0;
}

/* Whoever refuses a journal leaves it as it was. */
static void a_refused_journal_is_not_touched(void **state)
{
	struct bench_journal j;
	FILE *file;
	long size;

	(void)state;
	make_journal(3);
	file = fopen(path, "a");
	fputs("{\"type\": \"blo", file);
	size = ftell(file);
	fclose(file);
	assert_int_equal(bench_journal_reopen(&j, path, refuse_line, NULL, why,
					      sizeof(why)),
			 -ECANCELED);
	file = fopen(path, "r");
	fseek(file, 0, SEEK_END);
	assert_int_equal(ftell(file), size);
	fclose(file);
}

static long status_kib(const char *name)
{
	FILE *file = fopen("/proc/self/status", "r");
	size_t length = strlen(name);
	char line[256];
	long kib = -1;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length) && line[length] == ':')
			kib = atol(line + length + 1);
	if (file)
		fclose(file);
	return kib;
}

/* Peak memory from here on; false: this system does not forget it, or a
 * sanitizer keeps what is freed. */
static bool forget_peak(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(RB_HAVE_TSAN)
	return false;
#else
	FILE *file = fopen("/proc/self/clear_refs", "w");

	return file && fputs("5", file) > 0 && !fclose(file) &&
	       status_kib("VmHWM") < status_kib("VmRSS") + 4096;
#endif
}

/* 64 lines of some MiB each: a run of many rounds. */
static void a_long_journal_is_not_held_in_memory(void **state)
{
	json_t *line = json_pack("{s:s}", "type", "resume"),
	       *list = json_array();
	struct bench_journal j;
	unsigned int lines;
	long before;

	(void)state;
	for (int i = 0; i < 50000; i++)
		json_array_append_new(list, json_integer(i));
	json_object_set_new(line, "list", list);
	make_journal(1);
	assert_int_equal(reopen(&j, &lines), 0);
	for (int i = 0; i < 64; i++)
		assert_int_equal(
			bench_journal_append(&j, line, why, sizeof(why)), 0);
	bench_journal_close(&j);
	json_decref(line);
	if (!forget_peak())
		skip();
	before = status_kib("VmRSS");
	assert_int_equal(lines_now(), 65);
	assert_true(status_kib("VmHWM") - before < 32 * 1024);
}

static void an_older_journal_is_kept(void **state)
{
	char old[80];

	(void)state;
	make_journal(2);
	make_journal(4);
	snprintf(old, sizeof(old), "%s.prev", path);
	assert_int_equal(access(old, R_OK), 0);
}

static void a_second_run_is_refused_and_names_the_first(void **state)
{
	char lock[64], pid[16];
	int held, status;

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock", directory);
	held = bench_run_lock(lock, false, why, sizeof(why));
	assert_true(held >= 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (!fork()) {
		int err = bench_run_lock(lock, false, why, sizeof(why));

		_exit(err == -EBUSY && strstr(why, pid) ? 0 : 1);
	}
	wait(&status);
	assert_int_equal(status, 0);
	close(held);
	held = bench_run_lock(lock, false, why, sizeof(why));
	assert_true(held >= 0);
	close(held);
}

/* ------------------------------------------------------------------------ */
/* The books                                                                */

struct fixture {
	struct bench_topology *topology;
	struct bench_target target;
};

static void open_books(struct fixture *f)
{
	struct bench_cell cell;
	struct bench_target_how how = { .cell = &cell,
					.slots = 1,
					.node = BENCH_ANY_NODE };

	bench_cell_default(&cell);
	strcpy(cell.strategy, "membarrier");
	cell.buffer_kib = 8;
	assert_int_equal(bench_topology_load(&f->topology, 0, why, sizeof(why)),
			 0);
	how.topology = f->topology;
	assert_int_equal(
		bench_target_create(&f->target, &how, why, sizeof(why)), 0);
	assert_int_equal(swap_writer_enter(f->target.live, 0), 0);
}

static void write_some(struct fixture *f, uint64_t n)
{
	struct swap_loop *loop = &f->target.writers[0].loop;

	loop->count = n;
	f->target.loop[SWAP_LOOP_BATCH](loop);
}

static void swap_once(struct fixture *f)
{
	struct swap_op op;

	assert_int_equal(swap(f->target.live, f->target.spare, 0, SWAP_WAIT,
			      sys_now() + 1000000000, &op),
			 0);
}

static void close_books(struct fixture *f)
{
	swap_writer_exit(f->target.live, 0);
	bench_target_close(&f->target);
}

static void discard_books(struct fixture *f)
{
	bench_target_destroy(&f->target);
	bench_topology_free(f->topology);
}

static void the_books_of_a_sound_run_are_exact(void **state)
{
	struct fixture f;

	(void)state;
	open_books(&f);
	for (unsigned int i = 0; i < 50; i++) {
		write_some(&f, 37 * i); /* some snapshots have overrun */
		swap_once(&f);
		bench_target_take(&f.target, 0, i % 2 ? 5 : UINT64_MAX, NULL);
		assert_int_equal(rb_recycle(rb_slot(f.target.spare, 0)), 0);
	}
	write_some(&f, 11);
	close_books(&f);
	assert_int_equal(bench_books_violations(&f.target.books), 0);
	assert_int_equal(f.target.books.snapshots, 50);
	assert_int_equal(f.target.books.present, 11);
	assert_true(f.target.books.overrun > 0);
	assert_true(f.target.books.sampled > 0);
	discard_books(&f);
}

/* A snapshot that is forgotten is what a lost one looks like. */
static void a_lost_snapshot_is_seen(void **state)
{
	struct fixture f;

	(void)state;
	open_books(&f);
	write_some(&f, 20);
	swap_once(&f);
	rb_recycle(rb_slot(f.target.spare, 0));
	write_some(&f, 20);
	close_books(&f);
	assert_int_equal(f.target.books.lost, 20);
	discard_books(&f);
}

static void a_snapshot_taken_twice_is_seen(void **state)
{
	struct fixture f;

	(void)state;
	open_books(&f);
	write_some(&f, 20);
	swap_once(&f);
	bench_target_take(&f.target, 0, UINT64_MAX, NULL);
	bench_target_take(&f.target, 0, UINT64_MAX, NULL);
	rb_recycle(rb_slot(f.target.spare, 0));
	close_books(&f);
	assert_int_equal(f.target.books.duplicated, 20);
	assert_int_equal(f.target.books.out_of_order, 20);
	discard_books(&f);
}

static void a_torn_event_is_seen(void **state)
{
	struct fixture f;
	struct rb_page *page;

	(void)state;
	open_books(&f);
	write_some(&f, 20);
	swap_once(&f);
	page = (void *)rb_slot_active(rb_slot(f.target.spare, 0))->pages;
	page->data[3 * 24 + 16] ^= 1; /* second word of the fourth event */
	bench_target_take(&f.target, 0, UINT64_MAX, NULL);
	rb_recycle(rb_slot(f.target.spare, 0));
	close_books(&f);
	assert_int_equal(f.target.books.torn, 1);
	assert_int_equal(f.target.books.lost, 0);
	discard_books(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_journal_cut_anywhere_loses_one_line),
		cmocka_unit_test(what_is_appended_after_a_cut_is_read_again),
		cmocka_unit_test(a_wrong_line_in_the_middle_is_refused),
		cmocka_unit_test(a_full_disk_leaves_whole_lines),
		cmocka_unit_test(a_refused_journal_is_not_touched),
		cmocka_unit_test(a_long_journal_is_not_held_in_memory),
		cmocka_unit_test(an_older_journal_is_kept),
		cmocka_unit_test(a_second_run_is_refused_and_names_the_first),
		cmocka_unit_test(the_books_of_a_sound_run_are_exact),
		cmocka_unit_test(a_lost_snapshot_is_seen),
		cmocka_unit_test(a_snapshot_taken_twice_is_seen),
		cmocka_unit_test(a_torn_event_is_seen),
	};

	swap_setup();
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
