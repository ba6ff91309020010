/* SPDX-License-Identifier: MIT */
/* registration.cc: benchmarks, their settings and statistics. */
#include <cmath>
#include <cstring>
#include <utility>

#include "parts.hh"

using namespace gb_parts;

namespace
{

/* A statistic's C function, reached by a function pointer without context. */
struct statistic {
	gb_statistic_fn fn;
	void *arg;
};

const size_t max_statistics = 32;

statistic statistics[max_statistics];

/* Remembers the first setting that failed. */
int remember(int err)
{
	if (err && !refused[0])
		strcpy(refused, last_error);
	return err;
}

int refuse(const char *name, const char *why)
{
	return remember(fail(EINVAL, "benchmark \"%s\": %s", name, why));
}

/* change() applies one setting, or says why it cannot. */
template <class F> int configure(gb_benchmark *b, F &&change) noexcept
{
	const char *why = nullptr;
	int err = can_run();

	if (err)
		return err;
	if (!b)
		return refuse("", "the handle is NULL");
	err = guarded([&] { return why = change(*b), 0; });
	return why ? refuse(b->name.c_str(), why) : remember(err);
}

bool positive(double seconds)
{
	return std::isfinite(seconds) && seconds > 0;
}

/* NULL and noted if b can have n arguments. */
const char *accept_nargs(gb_benchmark &b, size_t n)
{
	if (!n)
		return "an empty list of arguments";
	if (b.has_nargs && b.nargs != n)
		return "the number of arguments or of their names changes";
	b.has_nargs = true;
	b.nargs = n;
	return nullptr;
}

template <size_t N> double call_statistic(const std::vector<double> &values)
{
	if (values.empty())
		return 0;
	try {
		return statistics[N].fn(values.data(), values.size(),
					statistics[N].arg);
	} catch (...) {
		return std::nan("");
	}
}

/* One function for each place in statistics[]. */
template <size_t... N>
benchmark::StatisticsFunc *trampoline(size_t i, std::index_sequence<N...>)
{
	static benchmark::StatisticsFunc *const functions[] = {
		call_statistic<N>...
	};

	return functions[i];
}

/* The place of (fn, arg), or max_statistics. */
size_t place_statistic(gb_statistic_fn fn, void *arg)
{
	size_t i, n = the().nstatistics;

	for (i = 0; i < n; i++)
		if (statistics[i].fn == fn && statistics[i].arg == arg)
			return i;
	if (i == max_statistics)
		return i;
	statistics[i] = { fn, arg };
	the().nstatistics++;
	return i;
}

} /* namespace */

extern "C" {

int gb_register(const char *name, gb_fn fn, void *arg,
		struct gb_benchmark **out)
{
	*out = nullptr;
	return guarded([&] {
		std::unique_ptr<gb_benchmark> b(new gb_benchmark());
		gb_benchmark *p = b.get();
		int err = can_run();

		if (err)
			return err;
		if (!name || !*name || !fn)
			return refuse(name ? name : "",
				      "needs a name and a function");
		p->name = clean(name);
		p->fn = fn;
		p->arg = arg;
		/* First what may fail: a family cannot be unregistered. */
		the().benchmarks.reserve(the().benchmarks.size() + 1);
		p->family = benchmark::RegisterBenchmark(
			p->name.c_str(), [p](State &st) { call(p, st); });
		the().benchmarks.push_back(std::move(b));
		*out = p;
		return 0;
	});
}

int gb_set_iterations(struct gb_benchmark *b, int64_t n)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (n <= 0)
			return "the iterations must be at least 1";
		if (g.min_time)
			return "iterations and min_time exclude each other";
		g.family->Iterations(n);
		g.iterations = true;
		return nullptr;
	});
}

int gb_set_min_time(struct gb_benchmark *b, double seconds)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (!positive(seconds))
			return "min_time must be a positive time";
		if (g.iterations)
			return "iterations and min_time exclude each other";
		g.family->MinTime(seconds);
		g.min_time = true;
		return nullptr;
	});
}

int gb_set_min_warmup_time(struct gb_benchmark *b, double seconds)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (!positive(seconds))
			return "min_warmup_time must be a positive time";
		if (!g.min_time)
			return "min_warmup_time is ignored without min_time";
		g.family->MinWarmUpTime(seconds);
		return nullptr;
	});
}

int gb_set_repetitions(struct gb_benchmark *b, int n)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (n <= 0)
			return "the repetitions must be at least 1";
		g.family->Repetitions(n);
		return nullptr;
	});
}

int gb_args(struct gb_benchmark *b, size_t n, const int64_t *values)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		std::vector<int64_t> copy;
		const char *why;

		copy.reserve(n); /* throws before values is read past its end */
		why = accept_nargs(g, n);
		if (why)
			return why;
		copy.assign(values, values + n);
		g.family->Args(copy);
		return nullptr;
	});
}

int gb_set_arg_names(struct gb_benchmark *b, size_t n, const char *const *names)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		std::vector<std::string> copy;
		const char *why;

		copy.reserve(n);
		why = accept_nargs(g, n);
		if (why)
			return why;
		for (size_t i = 0; i < n; i++)
			copy.push_back(clean(names[i]));
		g.family->ArgNames(copy);
		return nullptr;
	});
}

int gb_set_unit(struct gb_benchmark *b, int unit)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		static const benchmark::TimeUnit units[] = {
			benchmark::kNanosecond, benchmark::kMicrosecond,
			benchmark::kMillisecond, benchmark::kSecond
		};

		if (unit < GB_NS || unit > GB_S)
			return "no such unit of time";
		g.family->Unit(units[unit]);
		return nullptr;
	});
}

int gb_use_manual_time(struct gb_benchmark *b)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (g.real_time)
			return "manual and real time exclude each other";
		g.family->UseManualTime();
		g.manual_time = true;
		return nullptr;
	});
}

int gb_use_real_time(struct gb_benchmark *b)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		if (g.manual_time)
			return "manual and real time exclude each other";
		g.family->UseRealTime();
		g.real_time = true;
		return nullptr;
	});
}

int gb_measure_process_cpu_time(struct gb_benchmark *b)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		g.family->MeasureProcessCPUTime();
		return nullptr;
	});
}

int gb_report_aggregates_only(struct gb_benchmark *b)
{
	return configure(b, [&](gb_benchmark &g) -> const char * {
		g.family->ReportAggregatesOnly(true);
		return nullptr;
	});
}

int gb_add_statistic(struct gb_benchmark *b, const char *name,
		     gb_statistic_fn fn, void *arg, bool is_percentage)
{
	bool full = false;
	int err = configure(b, [&](gb_benchmark &g) -> const char * {
		size_t i;

		if (!name || !*name || !fn)
			return "a statistic needs a name and a function";
		i = place_statistic(fn, arg);
		full = i == max_statistics;
		if (full)
			return "no room for more statistics";
		g.family->ComputeStatistics(
			clean(name),
			trampoline(i,
				   std::make_index_sequence<max_statistics>()),
			is_percentage ? benchmark::kPercentage
				      : benchmark::kTime);
		return nullptr;
	});

	return full ? -ENOSPC : err;
}

} /* extern "C" */
