/* SPDX-License-Identifier: MIT */
/*
 * parts.hh: what the sources of the binding share, and nobody else: errors,
 * clean text, the registry, and what stands behind the handles of C.
 *
 * In an extern "C" function, whatever may throw goes through guarded() or is
 * caught on the spot.
 */
#ifndef RINGSWAP_BENCH_GBENCH_PARTS_HH
#define RINGSWAP_BENCH_GBENCH_PARTS_HH

#include <benchmark/benchmark.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "gbench.h"

namespace gb_parts
{
using benchmark::BenchmarkReporter;
using benchmark::Counter;
using benchmark::State;
using Run = BenchmarkReporter::Run;

/* The class was benchmark::internal::Benchmark up to 1.9.4. */
using Family = std::remove_pointer_t<decltype(benchmark::RegisterBenchmark(
	"", (void (*)(State &)) nullptr))>;

/* ---- Errors ---- */

extern char last_error[512];

/* Fills last_error; returns -err. */
__attribute__((format(printf, 2, 3))) int fail(int err, const char *format,
					       ...);

/* Where an exception becomes an errno. */
template <class F> int guarded(F &&body) noexcept
{
	try {
		return body();
	} catch (const std::bad_alloc &) {
		return fail(ENOMEM, "out of memory");
	} catch (const std::length_error &) {
		return fail(EINVAL, "more elements than memory can hold");
	} catch (const std::exception &e) {
		return fail(EIO, "C++ exception: %s", e.what());
	} catch (...) {
		return fail(EIO, "C++ exception of unknown type");
	}
}

/* ---- Text ---- */

/*
 * Text that any JSON parser accepts: 1.7.1 escapes few control characters and
 * passes malformed UTF-8 on. NULL is empty.
 */
std::string clean(const char *text);

/* Words between blanks; a word of ours has none. */
bool is_one_of(const std::string &word, const char *words);

/* ---- The registry ---- */

struct registry {
	std::vector<std::unique_ptr<gb_benchmark>> benchmarks;
	std::set<std::string> context_keys;
	std::map<std::string, std::string> flags; /* as given to gb_init() */
	size_t nstatistics = 0;
	size_t errors = 0; /* in the present run */
	bool initialised = false;
	bool running = false;
	bool shut_down = false;
};

registry &the();

/* How the CPU time of gb_set_cpu_time() travels to the reporters; no caller's
 * counter can have the name of a member of a run. */
constexpr char cpu_time_counter[] = "cpu_time";

/* Why gb_run_benchmarks() must not run: the first refused setting, or "". */
extern char refused[sizeof(last_error)];

/* 0, or why nothing may be registered or run now. */
int can_run();

/* What Google Benchmark calls (state.cc). */
void call(gb_benchmark *b, State &state) noexcept;

} /* namespace gb_parts */

struct gb_benchmark {
	std::string name;
	gb_parts::Family *family;
	gb_fn fn;
	void *arg;
	bool has_nargs = false; /* arguments or their names were given */
	size_t nargs = 0;
	bool iterations = false;
	bool min_time = false;
	bool manual_time = false;
	bool real_time = false;
	/* 1.7.1 abort()s when repetitions disagree about a counter's flags. */
	std::map<std::string, unsigned> counter_flags;
};

/* fresh -> running <-> paused -> done; from each of them -> failed */
enum phase {
	FRESH,
	RUNNING,
	PAUSED,
	DONE,
	FAILED
};

struct gb_state {
	benchmark::State &state;
	gb_benchmark &benchmark;
	enum phase phase;
	bool timed; /* gb_set_iteration_time() was called */
};

#endif
