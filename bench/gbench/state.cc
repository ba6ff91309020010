/* SPDX-License-Identifier: MIT */
/* state.cc: inside a benchmark function. */
#include <cmath>
#include <utility>

#include "counters.hh"
#include "parts.hh"

using namespace gb_parts;

namespace
{

const char run_fields[] =
	" name family_index per_family_instance_index run_name run_type"
	" repetitions repetition_index threads aggregate_name aggregate_unit"
	" error_occurred error_message skipped skip_message iterations"
	" real_time cpu_time time_unit cpu_coefficient real_coefficient big_o"
	" rms allocs_per_iter max_bytes_used total_allocated_bytes"
	" net_heap_growth label items_per_second bytes_per_second ";

/* Reports the present call as an error, at whatever point it is. */
void fail_state(gb_state *s, const char *message) noexcept
{
	if (s->phase == FAILED)
		return;
	the().errors++;
	guarded([&] {
		enum phase was = s->phase;

		s->phase = FAILED;
		s->state.SkipWithError(clean(message).c_str());
		/*
		 * 1.7.1 abort()s when the repetitions of a benchmark have
		 * unlike iteration counts, errors included, and counts 0 for
		 * a loop that was never entered. This enters it and leaves.
		 */
		if (was == FRESH)
			s->state.KeepRunning();
		return 0;
	});
}

int refuse_state(gb_state *s, int err, const char *why) noexcept
{
	fail_state(s, why);
	return fail(err, "%s: %s", s->benchmark.name.c_str(), why);
}

/* The first iteration, or why there is none. */
bool enter(gb_state *s) noexcept
{
	if (s->phase == PAUSED)
		fail_state(s, "the loop went on while timing was paused");
	if (s->phase != FRESH)
		return false;
	s->phase = RUNNING;
	return true;
}

/* What the benchmark function left undone makes its run an error. */
void settle(gb_state *s) noexcept
{
	if (s->phase == FRESH)
		fail_state(s, "returned without running its loop");
	else if (s->phase == RUNNING || s->phase == PAUSED)
		fail_state(s, "returned before its loop had ended");
	else if (s->phase == DONE && s->benchmark.manual_time && !s->timed)
		fail_state(s, "gb_set_iteration_time() was never called");
}

} /* namespace */

void gb_parts::call(gb_benchmark *b, State &state) noexcept
{
	gb_state s = { state, *b, FRESH, false };
	int err = guarded([&] { return b->fn(&s, b->arg), 0; });

	if (err)
		fail_state(&s, last_error);
	settle(&s);
}

extern "C" {

bool gb_keep_running(struct gb_state *s)
{
	if (__builtin_expect(s->phase != RUNNING, 0) && !enter(s))
		return false;
	try {
		if (__builtin_expect(s->state.KeepRunning(), 1))
			return true;
	} catch (...) {
		fail_state(s, "C++ exception at the edge of the loop");
		return false;
	}
	s->phase = DONE;
	return false;
}

int64_t gb_keep_running_batch(struct gb_state *s, int64_t n)
{
	int64_t left;

	if (n <= 0)
		fail_state(s, "a batch must have at least 1 iteration");
	if (__builtin_expect(s->phase != RUNNING, 0) && !enter(s))
		return 0;
	left = s->state.max_iterations - s->state.iterations();
	if (n > left)
		n = left;
	try {
		/* At the end this asks for one more, which ends the loop. */
		if (s->state.KeepRunningBatch(n ? n : 1))
			return n;
	} catch (...) {
		fail_state(s, "C++ exception at the edge of the loop");
		return 0;
	}
	s->phase = DONE;
	return 0;
}

int64_t gb_range(struct gb_state *s, size_t i)
{
	if (i < s->benchmark.nargs)
		return s->state.range(i);
	refuse_state(s, EINVAL, "gb_range() beyond the last argument");
	return 0;
}

int64_t gb_iterations(const struct gb_state *s)
{
	return s->state.iterations();
}

int64_t gb_max_iterations(const struct gb_state *s)
{
	return s->state.max_iterations;
}

int gb_pause_timing(struct gb_state *s)
{
	if (s->phase != RUNNING)
		return fail(EINVAL, "pause outside of the running loop");
	return guarded([&] {
		s->state.PauseTiming();
		s->phase = PAUSED;
		return 0;
	});
}

int gb_resume_timing(struct gb_state *s)
{
	if (s->phase != PAUSED)
		return fail(EINVAL, "resume without pause");
	return guarded([&] {
		s->state.ResumeTiming();
		s->phase = RUNNING;
		return 0;
	});
}

int gb_set_iteration_time(struct gb_state *s, double seconds)
{
	if (!s->benchmark.manual_time)
		return refuse_state(s, EPERM,
				    "an iteration time without manual time");
	if (!std::isfinite(seconds) || seconds < 0)
		return refuse_state(s, EDOM,
				    "an iteration time that is no time");
	return guarded([&] {
		s->state.SetIterationTime(seconds);
		s->timed = true;
		return 0;
	});
}

int gb_set_cpu_time(struct gb_state *s, double seconds)
{
	if (!std::isfinite(seconds) || seconds < 0)
		return refuse_state(s, EDOM, "a CPU time that is no time");
	return guarded([&] {
		s->state.counters[cpu_time_counter] = Counter(seconds);
		return 0;
	});
}

void gb_skip_with_error(struct gb_state *s, const char *message)
{
	fail_state(s, message && *message ? message : "error");
}

int gb_set_label(struct gb_state *s, const char *label)
{
	return guarded([&] {
		s->state.SetLabel(clean(label).c_str());
		return 0;
	});
}

int gb_set_items_processed(struct gb_state *s, int64_t items)
{
	return guarded([&] {
		s->state.SetItemsProcessed(items);
		return 0;
	});
}

int gb_set_bytes_processed(struct gb_state *s, int64_t bytes)
{
	return guarded([&] {
		s->state.SetBytesProcessed(bytes);
		return 0;
	});
}

int gb_set_counter(struct gb_state *s, const char *name, double value,
		   unsigned flags)
{
	return guarded([&] {
		std::string key = clean(name);
		bool finite = std::isfinite(value);

		if (key.empty() || is_one_of(key, run_fields))
			return fail(EINVAL, "\"%s\" cannot name a counter",
				    key.c_str());
		if (flags & ~all_counter_flags)
			return fail(EINVAL, "counter \"%s\": unknown flags",
				    key.c_str());
		if (s->benchmark.counter_flags.emplace(key, flags)
			    .first->second != flags)
			return fail(EINVAL, "counter \"%s\": flags changed",
				    key.c_str());
		/* NaN travels as far as the reporters, which mark it. */
		s->state.counters[key] =
			to_counter(finite ? value : std::nan(""), flags);
		return finite ? 0
			      : fail(EDOM, "counter \"%s\" is not finite",
				     key.c_str());
	});
}

} /* extern "C" */
