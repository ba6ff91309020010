/* SPDX-License-Identifier: MIT */
/*
 * gbench.cc: Google Benchmark behind the C interface of gbench.h.
 *
 * Three layers, in this order: what differs between versions of Google
 * Benchmark; text, errors and the registry; reporters, run level,
 * registration, state. In an extern "C" function, whatever may throw goes
 * through guarded() or is caught on the spot.
 */
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "gbench.h"

using benchmark::BenchmarkReporter;
using benchmark::Counter;
using benchmark::State;
using Run = BenchmarkReporter::Run;

/* ---- What differs between versions: detected, never by number ---- */

namespace
{
/* The class was benchmark::internal::Benchmark up to 1.9.4. */
using Family = std::remove_pointer_t<decltype(benchmark::RegisterBenchmark(
	"", (void (*)(State &)) nullptr))>;

/*
 * Run::error_occurred and error_message became skipped (0 no, 1 with a
 * message, 2 with an error) and skip_message in 1.8.0. int is preferred to
 * long where both overloads exist.
 */
template <class R>
auto outcome_of(const R &r, int)
	-> decltype((void)r.error_occurred, gb_outcome())
{
	return r.error_occurred ? GB_ERROR : GB_RAN;
}

template <class R>
auto outcome_of(const R &r, long) -> decltype((void)r.skipped, gb_outcome())
{
	static const gb_outcome outcomes[] = { GB_RAN, GB_SKIPPED, GB_ERROR };
	unsigned skipped = static_cast<unsigned>(r.skipped);

	return skipped < 3 ? outcomes[skipped] : GB_ERROR;
}

template <class R>
auto message_of(const R &r, int) -> decltype((r.error_message.c_str()))
{
	return r.error_message.c_str();
}

template <class R>
auto message_of(const R &r, long) -> decltype((r.skip_message.c_str()))
{
	return r.skip_message.c_str();
}

/* ---- Errors ---- */

char last_error[512];

__attribute__((format(printf, 2, 3))) int fail(int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last_error, sizeof(last_error), format, args);
	va_end(args);
	return -err;
}

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

/* ---- Text that any JSON parser accepts ---- */

/* The length of the well-formed UTF-8 sequence at s, or 0 (RFC 3629). */
size_t utf8_length(const char *text)
{
	const unsigned char *s = reinterpret_cast<const unsigned char *>(text);
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	/* Overlong forms, surrogates, beyond U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/*
 * 1.7.1 escapes few control characters and passes malformed UTF-8 on. NULL
 * is empty.
 */
std::string clean(const char *text)
{
	std::string out;

	while (text && *text) {
		size_t n = utf8_length(text);

		if (!n || static_cast<unsigned char>(*text) < ' ' ||
		    *text == 0x7f) {
			out += n ? ' ' : '?';
			text++;
		} else {
			out.append(text, n);
			text += n;
		}
	}
	return out;
}

/* ---- The registry ---- */

/* Words between blanks; a word of ours has none. */
bool is_one_of(const std::string &word, const char *words)
{
	return word.find(' ') == std::string::npos &&
	       std::string(words).find(" " + word + " ") != std::string::npos;
}

const char run_fields[] =
	" name family_index per_family_instance_index run_name run_type"
	" repetitions repetition_index threads aggregate_name aggregate_unit"
	" error_occurred error_message skipped skip_message iterations"
	" real_time cpu_time time_unit cpu_coefficient real_coefficient big_o"
	" rms allocs_per_iter max_bytes_used total_allocated_bytes"
	" net_heap_growth label items_per_second bytes_per_second ";

const char context_fields[] =
	" date host_name executable num_cpus mhz_per_cpu cpu_scaling_enabled"
	" aslr_enabled caches load_avg library_version library_build_type"
	" json_schema_version ";

const char noted_flags[] =
	" benchmark_out benchmark_out_format benchmark_format ";

/* A statistic's C function, reached by a function pointer without context. */
struct statistic {
	gb_statistic_fn fn;
	void *arg;
};

const size_t max_statistics = 32;

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

statistic statistics[max_statistics];

/* Why gb_run_benchmarks() must not run: the first refused setting, or "". */
char refused[sizeof(last_error)];

registry &the()
{
	static registry r;

	return r;
}
} /* namespace */

struct gb_benchmark {
	std::string name;
	Family *family;
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
	State &state;
	gb_benchmark &benchmark;
	enum phase phase;
	bool timed; /* gb_set_iteration_time() was called */
};

namespace
{
/* ---- Counters ---- */

struct flag_pair {
	unsigned ours;
	Counter::Flags theirs;
};

const flag_pair flag_pairs[] = {
	{ GB_COUNTER_RATE, Counter::kIsRate },
	{ GB_COUNTER_AVG_THREADS, Counter::kAvgThreads },
	{ GB_COUNTER_INVARIANT, Counter::kIsIterationInvariant },
	{ GB_COUNTER_AVG_ITERATIONS, Counter::kAvgIterations },
	{ GB_COUNTER_INVERT, Counter::kInvert },
};

const unsigned all_counter_flags =
	GB_COUNTER_RATE | GB_COUNTER_AVG_THREADS | GB_COUNTER_INVARIANT |
	GB_COUNTER_AVG_ITERATIONS | GB_COUNTER_INVERT | GB_COUNTER_1024;

Counter to_counter(double value, unsigned flags)
{
	Counter::Flags theirs = Counter::kDefaults;

	for (const flag_pair &p : flag_pairs)
		if (flags & p.ours)
			theirs = theirs | p.theirs;
	return Counter(value, theirs,
		       flags & GB_COUNTER_1024 ? Counter::kIs1024
					       : Counter::kIs1000);
}

unsigned to_flags(const Counter &c)
{
	unsigned flags = c.oneK == Counter::kIs1024 ? GB_COUNTER_1024 : 0;

	for (const flag_pair &p : flag_pairs)
		if (c.flags & p.theirs)
			flags |= p.ours;
	return flags;
}

/* ---- Reporters ---- */

/* Adds a remark to the label of r if there are names to remark on. */
void remark(Run &r, const char *what, const std::string &names)
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
void make_finite(Run &r)
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

int status_of(int ret, const char *what)
{
	if (!ret)
		return 0;
	return fail(ret < 0 ? -ret : ECANCELED,
		    "the reporter's %s() returned %d", what, ret);
}

BENCHMARK_DISABLE_DEPRECATED_WARNING
/* What Google Benchmark would make for this value of a format flag. */
std::unique_ptr<BenchmarkReporter> make_reporter(const std::string &format)
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
		inner_->SetErrorStream(&GetErrorStream());
		opened_ = true;
		return inner_->ReportContext(context);
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		std::vector<Run> printable = runs;

		if (!opened_ || runs.empty())
			return;
		for (Run &r : printable)
			make_finite(r);
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
		for (const Run &r : runs)
			keep(guarded([&] { return give_run(r); }));
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

/* ---- The run level ---- */

/*
 * Google Benchmark tells nobody what these flags are, but whether a file is
 * written decides whether it may be given a file reporter (it exits if not).
 */
void note_flags(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (strncmp(argv[i], "--", 2) || !value)
			continue;
		std::string name(argv[i] + 2, value - argv[i] - 2);

		if (is_one_of(name, noted_flags))
			the().flags[name] = value + 1;
	}
}

/* A flag's default: the environment variable of its name in capitals. */
std::string from_environment(const char *name)
{
	std::string variable;
	const char *value;

	for (const char *c = name; *c; c++)
		variable += static_cast<char>(toupper(*c));
	value = getenv(variable.c_str());
	return value ? value : "";
}

/* Taken when Google Benchmark takes them: before main(). */
const std::map<std::string, std::string> flag_defaults = {
	{ "benchmark_out", from_environment("benchmark_out") },
	{ "benchmark_out_format", from_environment("benchmark_out_format") },
	{ "benchmark_format", from_environment("benchmark_format") },
};

std::string flag(const char *name, const char *otherwise)
{
	auto given = the().flags.find(name);
	std::string value = given == the().flags.end() ? flag_defaults.at(name)
						       : given->second;

	return value.empty() ? otherwise : value;
}

/* Google Benchmark would exit() from inside. */
int check_writable(const std::string &path)
{
	int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return fail(errno, "--benchmark_out=%s: %s", path.c_str(),
			    strerror(errno));
	close(fd);
	return 0;
}

int can_run()
{
	if (the().shut_down)
		return fail(EINVAL, "gb_shutdown() was called");
	if (the().running)
		return fail(EBUSY, "benchmarks are being run");
	return 0;
}

/* Sets running for as long as it lives. */
struct running_mark {
	running_mark()
	{
		the().running = true;
	}
	~running_mark()
	{
		the().running = false;
	}
};

int run_with(c_reporter &display, filtering_reporter *file,
	     const std::string &filter, gb_summary *sum)
{
	running_mark mark;

	the().errors = 0;
	sum->matched =
		file ? benchmark::RunSpecifiedBenchmarks(&display, file, filter)
		     : benchmark::RunSpecifiedBenchmarks(&display, filter);
	sum->errors = std::max(the().errors, display.error_rows);
	if (!sum->matched)
		return fail(ENOENT, "no benchmark matches \"%s\"",
			    filter.c_str());
	if (display.status)
		return display.status;
	return file ? file->status : 0;
}

/*
 * The reporters are ours in every case: Google Benchmark 1.7.1 deletes its
 * own static display reporter after the first run and uses it again in the
 * second. Only that one knows whether to colour, and it has no state; the
 * others do not start afresh.
 */
int run(const char *filter, const gb_reporter *c, gb_summary *sum)
{
	std::string format = flag("benchmark_format", "console");
	std::string file_format = flag("benchmark_out_format", "json");
	std::string path = flag("benchmark_out", "");
	std::string spec = filter ? filter : benchmark::GetBenchmarkFilter();
	std::unique_ptr<BenchmarkReporter> ours, on_file;
	BenchmarkReporter *inner = nullptr;
	int err;

	if (!(c && c->instead) && format == "console") {
		inner = benchmark::CreateDefaultDisplayReporter();
	} else if (!(c && c->instead)) {
		ours = make_reporter(format);
		inner = ours.get();
	}
	c_reporter display(inner, format, c, sum);

	if (path.empty())
		return run_with(display, nullptr, spec, sum);
	err = check_writable(path);
	if (err)
		return err;
	on_file = make_reporter(file_format);
	filtering_reporter file(on_file.get(), file_format);

	return run_with(display, &file, spec, sum);
}

/* ---- Registration ---- */

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

/* ---- State ---- */

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

/* What Google Benchmark calls. */
void call(gb_benchmark *b, State &state) noexcept
{
	gb_state s = { state, *b, FRESH, false };
	int err = guarded([&] { return b->fn(&s, b->arg), 0; });

	if (err)
		fail_state(&s, last_error);
	settle(&s);
}
} /* namespace */

/* ---- The C interface: the run level ---- */

extern "C" {

const char *gb_error(void)
{
	return last_error;
}

int gb_init(int *argc, char **argv)
{
	return guarded([&] {
		if (the().initialised)
			return fail(EALREADY, "gb_init() was called before");
		note_flags(*argc, argv);
		benchmark::Initialize(argc, argv);
		the().initialised = true;
		return 0;
	});
}

bool gb_report_unrecognized(int argc, char **argv)
{
	return guarded([&] {
		return benchmark::ReportUnrecognizedArguments(argc, argv) ? 1
									  : 0;
	});
}

int gb_add_context(const char *key, const char *value)
{
	return guarded([&] {
		std::string k = clean(key);

		if (the().shut_down)
			return can_run();
		if (is_one_of(k, context_fields) ||
		    !the().context_keys.insert(k).second)
			return fail(EEXIST, "the context has \"%s\" already",
				    k.c_str());
		benchmark::AddCustomContext(k, clean(value));
		return 0;
	});
}

int gb_run_benchmarks(const char *filter, const struct gb_reporter *reporter,
		      struct gb_summary *summary)
{
	gb_summary scratch;
	gb_summary *sum = summary ? summary : &scratch;

	*sum = {};
	return guarded([&] {
		int err = can_run();

		if (err)
			return err;
		if (refused[0])
			return fail(EINVAL, "%s", refused);
		return run(filter, reporter, sum);
	});
}

bool gb_ok(const struct gb_summary *summary)
{
	return summary->matched && !summary->errors;
}

int gb_clear(void)
{
	return guarded([] {
		if (the().running)
			return can_run();
		benchmark::ClearRegisteredBenchmarks();
		the().benchmarks.clear();
		refused[0] = '\0';
		return 0;
	});
}

void gb_shutdown(void)
{
	if (the().shut_down || gb_clear())
		return;
	the().shut_down = true;
	guarded([] { return benchmark::Shutdown(), 0; });
}

/* ---- The C interface: registration ---- */

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

/* ---- The C interface: state ---- */

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
