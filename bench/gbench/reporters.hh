/* SPDX-License-Identifier: MIT */
/*
 * reporters.hh: runs as C sees them, and the reporters that Google Benchmark is
 * given. Differences between its versions are detected, never by number.
 */
#ifndef RINGSWAP_BENCH_GBENCH_REPORTERS_HH
#define RINGSWAP_BENCH_GBENCH_REPORTERS_HH

#include <cmath>
#include <ostream>
#include <sstream>
#include <utility>

#include "counters.hh"
#include "parts.hh"

namespace gb_parts
{

/*
 * Run::error_occurred and error_message became skipped (0 no, 1 with a
 * message, 2 with an error) and skip_message in 1.8.0. int is preferred to
 * long where both overloads exist.
 */
template <class R>
inline auto outcome_of(const R &r, int)
	-> decltype((void)r.error_occurred, gb_outcome())
{
	return r.error_occurred ? GB_ERROR : GB_RAN;
}

template <class R>
inline auto outcome_of(const R &r, long)
	-> decltype((void)r.skipped, gb_outcome())
{
	static const gb_outcome outcomes[] = { GB_RAN, GB_SKIPPED, GB_ERROR };
	unsigned skipped = static_cast<unsigned>(r.skipped);

	return skipped < 3 ? outcomes[skipped] : GB_ERROR;
}

template <class R>
inline auto message_of(const R &r, int) -> decltype((r.error_message.c_str()))
{
	return r.error_message.c_str();
}

template <class R>
inline auto message_of(const R &r, long) -> decltype((r.skip_message.c_str()))
{
	return r.skip_message.c_str();
}

/* Adds a remark to the label of r if there are names to remark on. */
inline void remark(Run &r, const char *what, const std::string &names)
{
	if (names.empty())
		return;
	if (!r.report_label.empty())
		r.report_label += ' ';
	r.report_label += what + names;
}

/* Erases the counters of r that keep() does not want; returns " name..." */
template <class F> std::string erase_counters(Run &r, F &&keep)
{
	std::string names;

	for (auto i = r.counters.begin(); i != r.counters.end();) {
		if (keep(i->first, i->second.value)) {
			++i;
			continue;
		}
		names += " " + i->first;
		i = r.counters.erase(i);
	}
	return names;
}

/*
 * Takes out of r what JSON cannot hold: a time that is not finite becomes 0
 * (as a cv over zeros is in later versions), a counter is left out, and the
 * label names both.
 */
inline void make_finite(Run &r)
{
	std::string names;

	if (!std::isfinite(r.real_accumulated_time)) {
		r.real_accumulated_time = 0;
		names += " real_time";
	}
	if (!std::isfinite(r.cpu_accumulated_time)) {
		r.cpu_accumulated_time = 0;
		names += " cpu_time";
	}
	names += erase_counters(r, [](const std::string &, double value) {
		return std::isfinite(value);
	});
	remark(r, "not finite:", names);
}

/* What gb_set_cpu_time() said takes the place of what was measured here. Times of
 * a run are sums over its iterations, but for a share such as the cv. */
inline void take_cpu_time(Run &r)
{
	auto at = r.counters.find(cpu_time_counter);
	bool is_share = r.run_type == Run::RT_Aggregate &&
			r.aggregate_unit == benchmark::kPercentage;

	if (at == r.counters.end())
		return;
	r.cpu_accumulated_time =
		at->second.value *
		(is_share ? 1 : static_cast<double>(r.iterations));
	r.counters.erase(at);
}

/* One run as C sees it; owns what gb_run points to. */
class run_copy
{
      public:
	explicit run_copy(const Run &r)
	    : name_(r.benchmark_name()), run_name_(r.run_name.str())
	{
		fill_identity(r);
		fill_times(r);
		for (const auto &c : r.counters)
			add_counter(c.first, c.second);
		run_.counters = counters_.data();
		run_.ncounters = counters_.size();
	}

	const gb_run &get() const
	{
		return run_;
	}

      private:
	std::string name_, run_name_;
	std::vector<gb_counter_value> counters_;
	gb_run run_ = {};

	void fill_identity(const Run &r)
	{
		bool aggregate = r.run_type == Run::RT_Aggregate;

		run_.name = name_.c_str();
		run_.run_name = run_name_.c_str();
		run_.parts = { r.run_name.function_name.c_str(),
			       r.run_name.args.c_str(),
			       r.run_name.min_time.c_str(),
			       r.run_name.min_warmup_time.c_str(),
			       r.run_name.iterations.c_str(),
			       r.run_name.repetitions.c_str(),
			       r.run_name.time_type.c_str(),
			       r.run_name.threads.c_str() };
		run_.type = aggregate ? GB_AGGREGATE : GB_ITERATION;
		run_.aggregate_name = r.aggregate_name.c_str();
		run_.is_percentage = aggregate &&
				     r.aggregate_unit == benchmark::kPercentage;
		run_.family_index = r.family_index;
		run_.per_family_instance_index = r.per_family_instance_index;
		run_.repetitions = r.repetitions;
		run_.repetition_index = aggregate ? -1 : r.repetition_index;
		run_.threads = r.threads;
		run_.iterations = r.iterations;
		run_.label = r.report_label.c_str();
		run_.outcome = outcome_of(r, 0);
		run_.message = message_of(r, 0);
	}

	void fill_times(const Run &r)
	{
		run_.unit = static_cast<gb_unit>(r.time_unit);
		run_.real_time = finite(run_.is_percentage
						? r.real_accumulated_time
						: r.GetAdjustedRealTime());
		run_.cpu_time = finite(run_.is_percentage
					       ? r.cpu_accumulated_time
					       : r.GetAdjustedCPUTime());
	}

	void add_counter(const std::string &name, const Counter &c)
	{
		counters_.push_back({ name.c_str(), finite(c.value),
				      to_flags(c), std::isfinite(c.value) });
	}

	double finite(double value)
	{
		if (std::isfinite(value))
			return value;
		run_.not_finite++;
		return 0;
	}
};

inline int status_of(int ret, const char *what)
{
	if (!ret)
		return 0;
	return fail(ret < 0 ? -ret : ECANCELED,
		    "the reporter's %s() returned %d", what, ret);
}

BENCHMARK_DISABLE_DEPRECATED_WARNING
/* What Google Benchmark would make for this value of a format flag. */
inline std::unique_ptr<BenchmarkReporter>
make_reporter(const std::string &format)
{
	if (format == "csv")
		return std::make_unique<benchmark::CSVReporter>();
	if (format == "console")
		return std::make_unique<benchmark::ConsoleReporter>(
			benchmark::ConsoleReporter::OO_None);
	return std::make_unique<benchmark::JSONReporter>();
}
BENCHMARK_RESTORE_DEPRECATED_WARNING

/* Hands over to Google Benchmark's own reporter what it can print. */
class filtering_reporter : public BenchmarkReporter
{
      public:
	/* inner may be NULL: print nothing. */
	filtering_reporter(BenchmarkReporter *inner, const std::string &format)
	    : inner_(inner), csv_(format == "csv")
	{
	}

	bool ReportContext(const Context &context) override
	{
		if (!inner_)
			return true;
		/* Google Benchmark set ours: a file, or standard output. */
		inner_->SetOutputStream(&GetOutputStream());
		opened_ = true;
		return report_context(context);
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		std::vector<Run> printable = runs;

		if (!opened_ || runs.empty())
			return;
		for (Run &r : printable) {
			take_cpu_time(r);
			make_finite(r);
		}
		if (csv_)
			fit_columns(printable);
		inner_->ReportRuns(printable);
	}

	/* Without a context, a closing bracket would have no opening one. */
	void Finalize() override
	{
		if (!opened_)
			return;
		inner_->Finalize();
		GetOutputStream().flush();
		if (!GetOutputStream())
			status = fail(EIO, "cannot write all of the output");
	}

	int status = 0; /* 0 or the first -errno */

      private:
	BenchmarkReporter *inner_;
	bool csv_;

	/* What it says to the error stream, but for a warning that names no
	 * cause: distributions build the library with its assertions on. */
	bool report_context(const Context &context)
	{
		static const char riddle[] =
			"***WARNING*** Library was built as DEBUG.";
		std::ostringstream said;
		std::string line;
		bool ok;

		inner_->SetErrorStream(&said);
		ok = inner_->ReportContext(context);
		inner_->SetErrorStream(&GetErrorStream());
		for (std::istringstream in(said.str()); std::getline(in, line);)
			if (line.compare(0, sizeof(riddle) - 1, riddle) != 0)
				GetErrorStream() << line << '\n';
			else
				GetErrorStream()
					<< "Google Benchmark's library has its "
					   "assertions on: they cost in its own "
					   "loop, and nothing where the time is "
					   "set by hand.\n";
		GetErrorStream().flush();
		return ok;
	}

	bool opened_ = false;
	std::set<std::string> columns_;

	/*
	 * A CSVReporter takes its columns from the first runs that it gets,
	 * and abort()s on a counter that comes later.
	 */
	void fit_columns(std::vector<Run> &runs)
	{
		auto has_column = [&](const std::string &name, double) {
			return columns_.count(name) != 0;
		};

		if (columns_.empty()) {
			columns_ = { "items_per_second", "bytes_per_second" };
			for (const Run &r : runs)
				for (const auto &c : r.counters)
					columns_.insert(c.first);
		}
		for (Run &r : runs)
			remark(r,
			       "no column for:", erase_counters(r, has_column));
	}
};

/* The display reporter: also calls the C functions and keeps the tally. */
class c_reporter : public filtering_reporter
{
      public:
	c_reporter(BenchmarkReporter *inner, const std::string &format,
		   const gb_reporter *c, gb_summary *sum)
	    : filtering_reporter(inner, format), c_(c), sum_(sum)
	{
	}

	bool ReportContext(const Context &context) override
	{
		if (c_ && c_->context)
			keep(guarded([&] { return give_context(context); }));
		return !status && filtering_reporter::ReportContext(context);
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		for (Run r : runs) {
			take_cpu_time(r);
			keep(guarded([&] { return give_run(r); }));
		}
		filtering_reporter::ReportRuns(runs);
	}

	void Finalize() override
	{
		int before = status;

		filtering_reporter::Finalize();
		if (before)
			status = before;
		if (c_ && c_->finalize)
			keep(guarded([&] { return c_->finalize(c_->arg), 0; }));
	}

	size_t error_rows = 0;

      private:
	const gb_reporter *c_;
	gb_summary *sum_;

	void keep(int err)
	{
		if (!status)
			status = err;
	}

	int give_context(const Context &context)
	{
		const benchmark::CPUInfo &cpu = context.cpu_info;
		std::vector<gb_cache> caches;
		gb_context c = {};

		for (const auto &i : cpu.caches)
			caches.push_back({ i.type.c_str(), i.level, i.size,
					   i.num_sharing });
		c.executable = Context::executable_name;
		c.host_name = context.sys_info.name.c_str();
		c.num_cpus = cpu.num_cpus;
		c.cpu_hz = cpu.cycles_per_second;
		c.cpu_scaling = cpu.scaling == benchmark::CPUInfo::ENABLED ? 1
				: cpu.scaling == benchmark::CPUInfo::DISABLED
					? 0
					: -1;
		c.caches = caches.data();
		c.ncaches = caches.size();
		c.load_avg = cpu.load_avg.data();
		c.nload_avg = cpu.load_avg.size();
		return status_of(c_->context(&c, c_->arg), "context");
	}

	int give_run(const Run &r)
	{
		run_copy copy(r);
		const gb_run &run = copy.get();

		sum_->rows++;
		sum_->not_finite += run.not_finite;
		error_rows += run.outcome == GB_ERROR;
		if (!c_ || !c_->run)
			return 0;
		return status_of(c_->run(&run, c_->arg), "run");
	}
};

} /* namespace gb_parts */

#endif
