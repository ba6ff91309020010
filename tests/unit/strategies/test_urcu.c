/* SPDX-License-Identifier: MIT */
/* rcu in a process that uses liburcu itself, and writers that never end. */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <urcu/urcu-memb.h>

#include "strategies/ringswap-urcu.h"
#include "strategies/strategy.h"

#include <cmocka.h>

#define SLOTS	    2
#define SHORT_NS    UINT64_C(20000000)
#define LONG_ENOUGH (sys_now() + UINT64_C(20000000000))

static const struct swap_strategy *rcu;
static struct rb *live, *spare;
static struct swap_op op[SLOTS];

static struct rb *make(void)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.slots = SLOTS;
	assert_int_equal(swap_rb_create(rcu, attr, &rb), 0);
	return rb;
}

static int begin(void **state)
{
	(void)state;
	rcu = swap_find("rcu");
	live = make();
	spare = make();
	return 0;
}

static int done(void **state)
{
	(void)state;
	rb_destroy(live);
	rb_destroy(spare);
	return 0;
}

static int write_to(unsigned int slot)
{
	uint64_t word = 1;

	return rcu->ops->write(swap_slot(live, slot), &word, sizeof(word));
}

static int try_or_wait(unsigned int slot, enum swap_mode mode, uint64_t until)
{
	return swap(live, spare, slot, mode, until, &op[slot]);
}

/* Run body on a thread of its own, to its end. */
static void on_a_thread(void *(*body)(void *))
{
	pthread_t thread;
	void *failed;

	assert_int_equal(pthread_create(&thread, NULL, body, NULL), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
}

#define REQUIRE(what)                         \
	do {                                  \
		if (!(what))                  \
			return (void *)#what; \
	} while (0)

/* liburcu aborts on a second registration, and on one unregistering too many */
static void *is_registered_by_itself(void *arg)
{
	(void)arg;
	urcu_memb_register_thread();
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(!write_to(0));
	REQUIRE(!swap_writer_exit(live, 0));
	urcu_memb_read_lock();
	REQUIRE(urcu_memb_read_ongoing());
	urcu_memb_read_unlock();
	urcu_memb_unregister_thread();
	return NULL;
}

static void *registers_when_it_has_left(void *arg)
{
	(void)arg;
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(!write_to(0));
	REQUIRE(!swap_writer_exit(live, 0));
	urcu_memb_register_thread();
	urcu_memb_unregister_thread();
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(!write_to(0));
	return NULL; /* and the end of the thread takes it out */
}

static void an_applications_registration_is_its_own(void **state)
{
	(void)state;
	on_a_thread(is_registered_by_itself);
	on_a_thread(registers_when_it_has_left);
	assert_int_equal(try_or_wait(0, SWAP_WAIT, LONG_ENOUGH), 0);
}

/* It is one registration for all slots of a thread. */
static void *leaves_one_slot_of_two(void *arg)
{
	(void)arg;
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(!swap_writer_enter(live, 1));
	REQUIRE(!swap_writer_exit(live, 0));
	REQUIRE(!write_to(1));
	REQUIRE(!swap_writer_exit(live, 1));
	return NULL;
}

static void a_thread_may_write_to_two_slots(void **state)
{
	(void)state;
	on_a_thread(leaves_one_slot_of_two);
	assert_int_equal(rb_drops(rb_slot(live, 1), RB_DROP_CONTEXT), 0);
}

static void all_are_busy(void)
{
	uint64_t from = sys_now();
	int errors[SLOTS];

	assert_int_equal(try_or_wait(1, SWAP_WAIT, LONG_ENOUGH), -EBUSY);
	assert_int_equal(try_or_wait(1, SWAP_WAIT, SWAP_FOREVER), -EBUSY);
	assert_int_equal(try_or_wait(1, SWAP_TRY, 0), -EBUSY);
	swap_every_slot(live, spare, LONG_ENOUGH, op, errors);
	for (unsigned int i = 0; i < SLOTS; i++)
		assert_int_equal(errors[i], -EBUSY);
	assert_true(sys_now() < from + UINT64_C(10000000000));
}

/* The grace period would wait for the section that its caller is in. */
static void ebusy_inside_a_write_of_another_slot(void **state)
{
	struct swap_write write;

	(void)state;
	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_non_null(rcu->ops->reserve(swap_slot(live, 0), 8, &write));
	all_are_busy();
	rcu->ops->commit(swap_slot(live, 0), &write);
	assert_int_equal(try_or_wait(1, SWAP_WAIT, LONG_ENOUGH), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
}

static void ebusy_inside_a_section_of_the_application(void **state)
{
	(void)state;
	urcu_memb_register_thread();
	urcu_memb_read_lock();
	all_are_busy();
	urcu_memb_read_unlock();
	assert_int_equal(try_or_wait(1, SWAP_WAIT, LONG_ENOUGH), 0);
	urcu_memb_unregister_thread();
}

static void *writes_without_entering(void *arg)
{
	(void)arg;
	REQUIRE(write_to(0) == -ENOBUFS);
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(!write_to(0));
	REQUIRE(!swap_writer_exit(live, 0));
	REQUIRE(write_to(0) == -ENOBUFS);
	return NULL;
}

static void a_stray_is_refused_and_counted(void **state)
{
	struct rb_counts counts;

	(void)state;
	on_a_thread(writes_without_entering);
	assert_int_equal(rb_drops(rb_slot(live, 0), RB_DROP_CONTEXT), 2);
	rb_counts(rb_slot_active(rb_slot(live, 0)), &counts);
	assert_int_equal(counts.entries, 1);
}

static _Atomic int inside, may_leave;

static bool is_set(void *arg)
{
	return load_acquire((_Atomic int *)arg) != 0;
}

static void *sleeps_inside(void *arg)
{
	struct swap_write write;

	(void)arg;
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(rcu->ops->reserve(swap_slot(live, 0), 8, &write));
	store_release(&inside, 1);
	sys_await(is_set, &may_leave, UINT64_MAX);
	rcu->ops->commit(swap_slot(live, 0), &write);
	return NULL;
}

static void a_deadline_holds_and_settle_goes_on(void **state)
{
	pthread_t thread;
	uint64_t until;
	int errors[SLOTS];

	(void)state;
	store_relaxed(&inside, 0);
	store_relaxed(&may_leave, 0);
	pthread_create(&thread, NULL, sleeps_inside, NULL);
	assert_int_equal(sys_await(is_set, &inside, LONG_ENOUGH), 0);
	until = sys_now() + SHORT_NS;
	swap_every_slot(live, spare, until, op, errors);
	assert_true(sys_now() >= until);
	for (unsigned int i = 0; i < SLOTS; i++) {
		assert_int_equal(errors[i], -EINPROGRESS);
		assert_int_equal(swap_settle(&op[i], 0), -EINPROGRESS);
	}
	store_release(&may_leave, 1);
	for (unsigned int i = 0; i < SLOTS; i++)
		assert_int_equal(swap_settle(&op[i], LONG_ENOUGH), 0);
	pthread_join(thread, NULL);
}

static void *ends_inside(void *arg)
{
	struct swap_write write;

	(void)arg;
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(rcu->ops->reserve(swap_slot(live, 0), 8, &write));
	return NULL;
}

static void who_ends_inside_is_not_waited_for_by_others(void **state)
{
	(void)state;
	on_a_thread(ends_inside);
	assert_int_equal(try_or_wait(1, SWAP_WAIT, LONG_ENOUGH), 0);
	assert_int_equal(try_or_wait(0, SWAP_WAIT, sys_now() + SHORT_NS),
			 -ETIMEDOUT);
	assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_int_equal(write_to(0), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
	assert_int_equal(try_or_wait(0, SWAP_WAIT, LONG_ENOUGH), 0);
}

static void *ends_inside_when_told(void *arg)
{
	struct swap_write write;

	(void)arg;
	REQUIRE(!swap_writer_enter(live, 0));
	REQUIRE(rcu->ops->reserve(swap_slot(live, 0), 8, &write));
	store_release(&inside, 1);
	sys_await(is_set, &may_leave, UINT64_MAX);
	return NULL;
}

/* A swap is in progress, and the writer of its snapshot has ended. */
static void exchange_under_a_writer_that_ends(void)
{
	pthread_t thread;

	store_relaxed(&inside, 0);
	store_relaxed(&may_leave, 0);
	pthread_create(&thread, NULL, ends_inside_when_told, NULL);
	assert_int_equal(sys_await(is_set, &inside, LONG_ENOUGH), 0);
	assert_int_equal(try_or_wait(0, SWAP_TRY, 0), -EINPROGRESS);
	store_release(&may_leave, 1);
	pthread_join(thread, NULL);
}

static int is_an_event(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

static void the_snapshot_is_whole_and_empty(void)
{
	assert_int_equal(swap_settle(&op[0], LONG_ENOUGH), 0);
	assert_int_equal(rb_consume(rb_slot(spare, 0), 1, is_an_event, NULL),
			 0);
	assert_int_equal(rb_recycle(rb_slot(spare, 0)), 0);
}

static void an_open_event_is_in_no_snapshot(void **state)
{
	(void)state;
	exchange_under_a_writer_that_ends();
	the_snapshot_is_whole_and_empty();
	assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	alarm(10);
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
}

static void recovery_reaches_a_snapshot_in_progress(void **state)
{
	(void)state;
	exchange_under_a_writer_that_ends();
	assert_int_equal(swap_slot_recover(live, 0), 0);
	the_snapshot_is_whole_and_empty();
}

static void a_snapshot_that_is_being_mended_is_not_handed_out(void **state)
{
	struct swap_slot *slot = swap_slot(live, 0);

	(void)state;
	assert_int_equal(try_or_wait(0, SWAP_TRY, 0), -EINPROGRESS);
	store_release(&slot->abandoned, SWAP_MENDED); /* as if by somebody */
	assert_int_equal(swap_settle(&op[0], sys_now() + 10 * SHORT_NS),
			 -EINPROGRESS);
	store_release(&slot->abandoned, SWAP_OWNED);
	assert_int_equal(swap_settle(&op[0], LONG_ENOUGH), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, done)

/* In a child: a ring buffer of its own, written to and swapped once. */
static int use_rcu(void)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	uint64_t word = 1;
	int err = swap_rb_create(rcu, attr, &live);

	if (!err)
		err = swap_rb_create(rcu, attr, &spare);
	if (!err)
		err = swap_writer_enter(live, 0);
	if (!err)
		err = rcu->ops->write(swap_slot(live, 0), &word, sizeof(word));
	if (!err)
		err = try_or_wait(0, SWAP_WAIT, LONG_ENOUGH);
	return err;
}

static void *use_it(void *arg)
{
	int *err = arg;

	*err = use_rcu();
	return NULL;
}

static int use_on_a_thread(void)
{
	pthread_t thread;
	int err = EIO;

	return pthread_create(&thread, NULL, use_it, &err) ||
			       pthread_join(thread, NULL)
		       ? EIO
		       : err;
}

static int errno_of_a_child(int (*first)(void), int (*second)(void))
{
	pid_t child = fork();
	int status, err;

	if (!child) {
		err = first();
		_exit(err ? -err : -second());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/*
 * liburcu keeps the registration of the thread that forked, and only that one
 * can take it out: until then a grace period would walk over its end.
 */
static void a_writers_child_takes_itself_out(void **state)
{
	(void)state;
	assert_int_equal(errno_of_a_child(use_on_a_thread, use_rcu), 0);
	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_int_equal(errno_of_a_child(use_on_a_thread, use_rcu), ECHILD);
	assert_int_equal(errno_of_a_child(use_rcu, use_on_a_thread), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
	assert_int_equal(errno_of_a_child(use_on_a_thread, use_rcu), 0);
}

/* The registry of this program has them already. */
static void adding_what_is_there_is_no_error(void **state)
{
	(void)state;
	assert_ptr_equal(swap_find("rcu"), rcu);
	assert_int_equal(ringswap_urcu_add(), 0);
	assert_ptr_equal(swap_find("rcu"), rcu);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(an_applications_registration_is_its_own),
		TEST(a_thread_may_write_to_two_slots),
		TEST(ebusy_inside_a_write_of_another_slot),
		TEST(ebusy_inside_a_section_of_the_application),
		TEST(a_stray_is_refused_and_counted),
		TEST(a_deadline_holds_and_settle_goes_on),
		TEST(who_ends_inside_is_not_waited_for_by_others),
		TEST(a_snapshot_that_is_being_mended_is_not_handed_out),
		TEST(recovery_reaches_a_snapshot_in_progress),
		TEST(an_open_event_is_in_no_snapshot),
		TEST(a_writers_child_takes_itself_out),
		TEST(adding_what_is_there_is_no_error),
	};

	alarm(50);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
