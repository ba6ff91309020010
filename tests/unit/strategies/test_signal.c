/* SPDX-License-Identifier: MIT */
/* ipi-signal: how many signals, to whom, and that every request is answered. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/unit/strategies/signal_helper.h"

/* Signals that wait for processes of this user. */
static unsigned int queued_for_user(void)
{
	char text[4096] = "";
	const char *line;
	int fd = open("/proc/self/status", O_RDONLY);

	HOLDS(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	line = strstr(text, "SigQ:");
	HOLDS(line != NULL);
	return (unsigned int)strtoul(line + 5, NULL, 10);
}

/* ------------------------------------------------------------------------ */
/* The queue                                                                */

#define ROUNDS 3000u

static void requests_that_time_out_queue_one_signal_case(void)
{
	unsigned int before, timed_out = 0;
	int most = 0;

	begin();
	SAME(swap_within(PATIENCE), 0);
	command(&writer, BLOCK);
	before = queued_for_user();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int now;

		timed_out += swap_within(sys_now() + 1000) == -ETIMEDOUT;
		now = i % 100 ? 0 : (int)(queued_for_user() - before);
		if (now > most)
			most = now;
	}
	HOLDS(timed_out == ROUNDS);
	/* Others of this user may take and give meanwhile, but not thousands. */
	HOLDS(most < (int)ROUNDS / 4);
	command(&writer, IDLE);
	swap_answers(0);
	stop(&writer);
}
CASE(requests_that_time_out_queue_one_signal)

/* The user's whole queue is two: a second signal would be refused. */
static void limit_queue(rlim_t signals)
{
	struct rlimit limit = { signals, signals };

	SAME(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
}

#define MANY RB_SLOTS_MAX

static struct swap_op ops[MANY];
static int errors[MANY];

static unsigned int count_answers(int wanted)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < MANY; i++)
		n += errors[i] == wanted;
	return n;
}

static void every_slot_answers(uint64_t deadline, int wanted)
{
	swap_every_slot(live, spare, deadline, ops, errors);
	SAME((int)count_answers(wanted), (int)MANY);
	for (unsigned int i = 0; !wanted && i < MANY; i++)
		SAME(rb_recycle(rb_slot(spare, i)), 0);
}

static void one_thread_with_every_slot_gets_one_signal_case(void)
{
	unsigned int before;

	make_both(MANY);
	start(&writer, 0, MANY);
	SAME(writer.entered, 0);
	before = queued_for_user();
	every_slot_answers(PATIENCE, 0);
	command(&writer, BLOCK);
	every_slot_answers(sys_now() + 20 * MS, -ETIMEDOUT);
	HOLDS((int)(queued_for_user() - before) < (int)MANY / 4);
	command(&writer, IDLE);
	every_slot_answers(PATIENCE, 0);
	stop(&writer);
}
CASE(one_thread_with_every_slot_gets_one_signal)

/* One writer sleeps inside a write: the other slot is swapped, and once. */
static void a_stuck_writer_costs_the_others_nothing_case(void)
{
	static struct writer other;
	struct rb_cpu *taken;
	uint64_t from;

	make_both(2);
	start(&writer, 0, 1);
	start(&other, 1, 1);
	command(&writer, INSIDE);
	other.order = WRITE;
	for (int i = 0; i < 5; i++) {
		taken = rb_slot_active(rb_slot(live, 1));
		from = sys_now();
		swap_every_slot(live, spare, from + 50 * MS, ops, errors);
		SAME(errors[0], -ETIMEDOUT);
		SAME(errors[1], 0);
		HOLDS(rb_slot_active(rb_slot(spare, 1)) == taken);
		SAME(rb_recycle(rb_slot(spare, 1)), 0);
		HOLDS(!rb_drops(rb_slot(live, 1), RB_DROP_EARLY));
	}
	command(&writer, IDLE);
	swap_every_slot(live, spare, PATIENCE, ops, errors);
	SAME(errors[0], 0);
	SAME(rb_recycle(rb_slot(spare, 0)), 0);
	SAME(rb_recycle(rb_slot(spare, 1)), 0);
	/* Tried again and again, while the other is done. */
	SAME(rb_control_try(rb_slot(live, 0)), 0);
	taken = rb_slot_active(rb_slot(live, 1));
	swap_every_slot(live, spare, sys_now() + 50 * MS, ops, errors);
	SAME(errors[0], -ETIMEDOUT);
	SAME(errors[1], 0);
	HOLDS(rb_slot_active(rb_slot(spare, 1)) == taken);
	rb_control_end(rb_slot(live, 0));
	stop(&writer);
	stop(&other);
}
CASE(a_stuck_writer_costs_the_others_nothing)

#define THREADS 32u

static void many_threads_with_every_slot_are_all_answered_case(void)
{
	static struct writer writers[THREADS];

	make_both(MANY);
	for (unsigned int i = 0; i < THREADS; i++)
		start(&writers[i], i * (MANY / THREADS), MANY / THREADS);
	every_slot_answers(PATIENCE, 0);
	for (unsigned int i = 0; i < THREADS; i++)
		writers[i].order = WRITE;
	for (unsigned int i = 0; i < 5; i++)
		every_slot_answers(sys_now() + 10000 * MS, 0);
	for (unsigned int i = 0; i < THREADS; i++)
		stop(&writers[i]);
}
CASE(many_threads_with_every_slot_are_all_answered)

static void a_full_queue_is_enobufs_case(void)
{
	char why[160] = "";

	begin();
	limit_queue(0);
	swap_answers(-ENOBUFS);
	SAME(swap_probe(strategy, why, sizeof(why)), -ENOTSUP);
	HOLDS(strstr(why, "ulimit -i") != NULL);
	stop(&writer);
	swap_answers(0); /* nobody to interrupt */
}
CASE(a_full_queue_is_enobufs)

/* ------------------------------------------------------------------------ */
/* Several swappers of one thread                                           */

#define SWAPPERS 4u
#define SWAPS	 300u

static void *swap_often(void *arg)
{
	unsigned int slot = (unsigned int)(uintptr_t)arg;
	unsigned int good = 0;
	struct swap_op own;

	for (unsigned int i = 0; i < SWAPS; i++) {
		/* Some give up at once, and leave their signal to others. */
		uint64_t patience = i % 3 ? 10000 * MS : 2000;
		int err = swap(live, spare, slot, SWAP_WAIT,
			       sys_now() + patience, &own);

		while (err == -EINPROGRESS)
			err = swap_settle(&own, PATIENCE);
		if (!err)
			rb_recycle(rb_slot(spare, slot));
		good += i % 3 ? !err : !err || err == -ETIMEDOUT;
	}
	return (void *)(uintptr_t)good;
}

static void swappers_of_one_thread_all_get_answers_case(void)
{
	pthread_t swapper[SWAPPERS];
	void *good;

	make_both(SWAPPERS);
	start(&writer, 0, SWAPPERS);
	writer.order = WRITE;
	for (uintptr_t i = 0; i < SWAPPERS; i++)
		pthread_create(&swapper[i], NULL, swap_often, (void *)i);
	for (unsigned int i = 0; i < SWAPPERS; i++) {
		pthread_join(swapper[i], &good);
		SAME((int)(uintptr_t)good, (int)SWAPS);
	}
	stop(&writer);
}
CASE(swappers_of_one_thread_all_get_answers)

static void *come_and_go(void *arg)
{
	uint64_t data = 1;

	(void)arg;
	for (unsigned int i = 0; i < 50; i++) {
		if (swap_writer_enter(live, 0))
			continue;
		strategy->ops->write(swap_slot(live, 0), &data, sizeof(data));
		swap_writer_exit(live, 0);
	}
	return NULL;
}

/* A signal may be under way to a thread that ends, and to the next one. */
static void writers_that_end_lose_no_answer_case(void)
{
	pthread_t thread[4];

	make_both(1);
	for (unsigned int round = 0; round < 30; round++) {
		for (unsigned int i = 0; i < 4; i++)
			pthread_create(&thread[i], NULL, come_and_go, NULL);
		for (unsigned int i = 0; i < 20; i++)
			SAME(swap_within(sys_now() + 10000 * MS), 0);
		for (unsigned int i = 0; i < 4; i++)
			pthread_join(thread[i], NULL);
	}
	swap_answers(0);
}
CASE(writers_that_end_lose_no_answer)

/* ------------------------------------------------------------------------ */
/* What the writer does                                                     */

/* A request that met a write is run when that ends, though none follows. */
static void a_writer_that_goes_idle_answers_case(void)
{
	begin();
	for (unsigned int i = 0; i < 20; i++) {
		uint64_t from = sys_now();

		command(&writer, INSIDE);
		SAME(swap(live, spare, 0, SWAP_WAIT, from + 5 * MS, &op),
		     -ETIMEDOUT);
		HOLDS(!load_relaxed(&rb_slot(live, 0)->refuse));
		writer.order = IDLE;
		SAME(swap_within(sys_now() + 10000 * MS), 0);
	}
	stop(&writer);
}
CASE(a_writer_that_goes_idle_answers)

static void a_signal_that_others_take_is_sent_anew_case(void)
{
	begin();
	command(&writer, TAKE);
	while (!writer.taken)
		SAME(swap_within(sys_now() + 5 * MS), -ETIMEDOUT);
	command(&writer, IDLE);
	swap_answers(0);
	stop(&writer);
}
CASE(a_signal_that_others_take_is_sent_anew)

/* -EINPROGRESS or an answer by the deadline, and the slot is never lost. */
static void a_passed_deadline_is_no_dead_end_case(void)
{
	begin();
	writer.order = WRITE;
	for (unsigned int i = 0; i < 2000; i++) {
		uint64_t deadline = sys_now() + 8000;
		int err = swap(live, spare, 0, SWAP_WAIT, deadline, &op);

		while (err == -EINPROGRESS)
			err = swap_settle(&op, deadline);
		HOLDS(!err || err == -ETIMEDOUT);
		if (!err)
			rb_recycle(rb_slot(spare, 0));
	}
	swap_answers(0);
	stop(&writer);
}
CASE(a_passed_deadline_is_no_dead_end)

/* A handler of its own thread may have the signal blocked. */
static void own_thread_needs_no_signal_case(void)
{
	uint64_t data = 1;

	make_both(1);
	SAME(swap_writer_enter(live, 0), 0);
	SAME(strategy->ops->write(swap_slot(live, 0), &data, 8), 0);
	set_blocked(true);
	SAME(swap(live, spare, 0, SWAP_TRY, 0, &op), 0);
	SAME(rb_recycle(rb_slot(spare, 0)), 0);
	SAME(swap(live, spare, 0, SWAP_WAIT, sys_now() + 20 * MS, &op), 0);
	set_blocked(false);
	SAME(swap_writer_exit(live, 0), 0);
}
CASE(own_thread_needs_no_signal)

static struct rb *theirs; /* of another strategy */
static _Atomic bool is_inside, may_leave;

static void *writes_to_both(void *arg)
{
	struct swap_slot *slot = swap_slot(theirs, 0);
	struct swap_write w;

	(void)arg;
	SAME(swap_writer_enter(live, 0), 0);
	SAME(swap_writer_enter(theirs, 0), 0);
	HOLDS(slot->strategy->ops->reserve(slot, 8, &w));
	is_inside = true;
	while (!may_leave)
		nap(200);
	slot->strategy->ops->commit(slot, &w);
	SAME(swap_writer_exit(theirs, 0), 0);
	SAME(swap_writer_exit(live, 0), 0);
	return NULL;
}

/* Their memory behind what all slots have is not ours to look at. */
static void slots_of_others_are_left_alone_case(void)
{
	static struct swap_strategy other;
	struct rb_attr attr = RB_ATTR_DEFAULT;
	pthread_t thread;
	uint32_t *words;
	size_t n;

	make_both(1);
	other = *swap_find("barrier");
	other.name = "other";
	other.slot_size = strategy->slot_size;
	SAME(swap_rb_create(&other, attr, &theirs), 0);
	words = (uint32_t *)(void *)(swap_slot(theirs, 0) + 1);
	n = (other.slot_size - sizeof(struct swap_slot)) / sizeof(*words);
	HOLDS(n > 0);
	HOLDS(!pthread_create(&thread, NULL, writes_to_both, NULL));
	while (!is_inside)
		nap(100);
	for (uint32_t value = 1; value < 9; value++) {
		for (size_t i = 0; i < n; i++)
			words[i] = value;
		swap_answers(0);
		for (size_t i = 0; i < n; i++)
			HOLDS(words[i] == value);
	}
	may_leave = true;
	pthread_join(thread, NULL);
}
CASE(slots_of_others_are_left_alone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_that_time_out_queue_one_signal),
		cmocka_unit_test(one_thread_with_every_slot_gets_one_signal),
		cmocka_unit_test(a_stuck_writer_costs_the_others_nothing),
		cmocka_unit_test(many_threads_with_every_slot_are_all_answered),
		cmocka_unit_test(a_full_queue_is_enobufs),
		cmocka_unit_test(swappers_of_one_thread_all_get_answers),
		cmocka_unit_test(writers_that_end_lose_no_answer),
		cmocka_unit_test(a_writer_that_goes_idle_answers),
		cmocka_unit_test(a_signal_that_others_take_is_sent_anew),
		cmocka_unit_test(a_passed_deadline_is_no_dead_end),
		cmocka_unit_test(own_thread_needs_no_signal),
		cmocka_unit_test(slots_of_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
