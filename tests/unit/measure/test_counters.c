/* SPDX-License-Identifier: MIT */
/* Counters, with software events: they exist where no hardware counter does. */
#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/measure/counters.h"
#include "ringbuf/order.h"

#define PAGES	64u
#define NAPS	20u
#define NO_SUCH 0x7fffffffu

/* Of four times PAGES: somebody else's may be fresh too, and ThreadSanitizer
 * has some of its own for each. */
#ifdef RB_HAVE_TSAN
#define PAGES_MOST (20 * PAGES)
#else
#define PAGES_MOST (5 * PAGES)
#endif

static const struct bench_counter_event page_faults = {
	PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS
};
static const struct bench_counter_event switches = {
	PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES
};
static const struct bench_counter_event task_clock = {
	PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK
};
static const struct bench_counter_event missing = { PERF_TYPE_SOFTWARE,
						    NO_SUCH };

static char why[200];

static void open_events(struct bench_counters *c,
			const struct bench_counter_event *events,
			unsigned int n)
{
	if (bench_counters_open(c, events, n, why, sizeof(why)))
		fail_msg("%s", why);
}

static void read_counts(struct bench_counters *c, struct bench_counts *counts)
{
	if (bench_counters_read(c, counts, why, sizeof(why)))
		fail_msg("%s", why);
}

/* Fault in fresh pages, each by one write. */
static void touch(unsigned int pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = pages * page;
	volatile char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	madvise((void *)memory, bytes, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < bytes; i += page)
		memory[i] = 1;
	munmap((void *)memory, bytes);
}

static void leave_the_cpu(unsigned int times)
{
	struct timespec nap = { .tv_nsec = 100000 };

	while (times--)
		nanosleep(&nap, NULL);
}

/* ------------------------------------------------------------------------ */

static void sections_are_counted_and_what_lies_between_is_not(void **state)
{
	const struct bench_counter_event events[] = { task_clock, page_faults,
						      switches };
	struct bench_counters c;
	struct bench_counts counts;

	(void)state;
	open_events(&c, events, 3);
	for (unsigned int i = 0; i < 4; i++) {
		bench_counters_begin(&c);
		touch(PAGES);
		bench_counters_end(&c);
		touch(10 * PAGES);
	}
	read_counts(&c, &counts);
	bench_counters_close(&c);
	assert_int_equal(counts.sections, 4);
	assert_false(counts.multiplexed);
	assert_in_range((uint64_t)counts.value[1], 4 * PAGES, PAGES_MOST);
	assert_true(counts.value[0] > 0);
	assert_true(isnan(counts.value[3])); /* not asked for */
}

static void context_switches_are_counted_with_the_kernel(void **state)
{
	struct bench_counters c;
	struct bench_counts counts;

	(void)state;
	open_events(&c, &switches, 1);
	bench_counters_begin(&c);
	leave_the_cpu(NAPS);
	bench_counters_end(&c);
	read_counts(&c, &counts);
	bench_counters_close(&c);
	/* They happen in the kernel. */
	if (counts.kernel)
		assert_true(counts.value[0] >= NAPS);
	else
		assert_true(counts.value[0] == 0);
}

/* What 1000 empty sections came to, as a share of what they counted. */
static double share_that_is_left(void)
{
	const struct bench_counter_event events[] = { task_clock, page_faults };
	struct bench_counters c;
	struct bench_counts counts;
	double counted;

	open_events(&c, events, 2);
	for (unsigned int i = 0; i < 1000; i++) {
		bench_counters_begin(&c);
		bench_counters_end(&c);
	}
	read_counts(&c, &counts);
	counted = c.empty[0] / (double)c.empty_sections * 1000;
	bench_counters_close(&c);
	assert_int_equal(counts.sections, 1000);
	assert_true(counts.value[1] < 100); /* a sanitizer has some */
	assert_true(counted > 0);
	return counts.value[0] / counted;
}

static void empty_sections_come_to_nothing(void **state)
{
	double least = 1;

	(void)state;
	/* An interrupt falls into some of them. */
	for (unsigned int i = 0; i < 10 && least > 0.5; i++)
		least = fmin(least, share_that_is_left());
	assert_true(least <= 0.5);
}

static void a_missing_event_leaves_the_others(void **state)
{
	const struct bench_counter_event second[] = { task_clock, missing,
						      page_faults };
	const struct bench_counter_event first[] = { missing, page_faults };
	struct bench_counters c;
	struct bench_counts counts;

	(void)state;
	open_events(&c, second, 3);
	bench_counters_begin(&c);
	touch(PAGES);
	bench_counters_end(&c);
	read_counts(&c, &counts);
	bench_counters_close(&c);
	assert_true(counts.value[0] > 0);
	assert_true(isnan(counts.value[1]));
	assert_true(counts.value[2] >= PAGES);

	open_events(&c, first, 2);
	bench_counters_begin(&c);
	touch(PAGES);
	bench_counters_end(&c);
	read_counts(&c, &counts);
	bench_counters_close(&c);
	assert_true(isnan(counts.value[0]));
	assert_true(counts.value[1] >= PAGES);
}

static void no_event_at_all_is_refused_with_a_reason(void **state)
{
	struct bench_counters c;
	struct bench_counts counts;

	(void)state;
	assert_int_equal(bench_counters_open(&c, &missing, 1, why, sizeof(why)),
			 -ENOENT);
	assert_non_null(strstr(why, "perf_event_open: No such file"));
	assert_int_equal(
		bench_counters_open(&c, &page_faults, 0, why, sizeof(why)),
		-EINVAL);
	/* What was not opened does nothing. */
	bench_counters_begin(&c);
	bench_counters_end(&c);
	assert_int_equal(bench_counters_read(&c, &counts, why, sizeof(why)),
			 -ENOTSUP);
	bench_counters_close(&c);
}

static void opening_and_closing_leaves_no_file_open(void **state)
{
	struct bench_counters c;
	int before = dup(0), after;

	(void)state;
	close(before);
	for (unsigned int i = 0; i < 3; i++) {
		open_events(&c, &page_faults, 1);
		bench_counters_close(&c);
	}
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			sections_are_counted_and_what_lies_between_is_not),
		cmocka_unit_test(context_switches_are_counted_with_the_kernel),
		cmocka_unit_test(empty_sections_come_to_nothing),
		cmocka_unit_test(a_missing_event_leaves_the_others),
		cmocka_unit_test(no_event_at_all_is_refused_with_a_reason),
		cmocka_unit_test(opening_and_closing_leaves_no_file_open),
	};
	struct bench_counters c;

	if (bench_counters_open(&c, &page_faults, 1, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	bench_counters_close(&c);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
