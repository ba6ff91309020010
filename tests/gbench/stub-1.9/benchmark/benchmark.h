/* SPDX-License-Identifier: MIT */
/*
 * The shapes of Google Benchmark after 1.9.5, as far as the binding may touch
 * them, for a compiler's eyes only: no Debian 12 has the real ones. What
 * changed since 1.7.1: the class Benchmark left namespace internal; names are
 * std::string; SkipWithError() takes one; Run has skipped and skip_message in
 * place of error_occurred and error_message; TimeUnit has a type of its own;
 * BenchmarkReporter has one more virtual function; CPUInfo and Context
 * as they were.
 */
#ifndef RINGSWAP_TESTS_GBENCH_STUB_1_9_H
#define RINGSWAP_TESTS_GBENCH_STUB_1_9_H

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#define BENCHMARK_DISABLE_DEPRECATED_WARNING    \
	_Pragma("GCC diagnostic push") _Pragma( \
		"GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define BENCHMARK_RESTORE_DEPRECATED_WARNING _Pragma("GCC diagnostic pop")

namespace benchmark
{
class BenchmarkReporter;
class State;

typedef int64_t IterationCount;
typedef double(StatisticsFunc)(const std::vector<double> &);

enum TimeUnit : uint8_t {
	kNanosecond,
	kMicrosecond,
	kMillisecond,
	kSecond
};
enum StatisticUnit : uint8_t {
	kTime,
	kPercentage
};

namespace internal
{
enum Skipped : unsigned {
	NotSkipped,
	SkippedWithMessage,
	SkippedWithError
};
typedef void(Function)(State &);
} /* namespace internal */

void PrintDefaultHelp();
void Initialize(int *, char **, void (*)() = PrintDefaultHelp);
void Shutdown();
bool ReportUnrecognizedArguments(int, char **);
std::string GetBenchmarkFilter();
std::string GetBenchmarkVersion();
void AddCustomContext(std::string, std::string);
void ClearRegisteredBenchmarks();
BenchmarkReporter *CreateDefaultDisplayReporter();
size_t RunSpecifiedBenchmarks();
size_t RunSpecifiedBenchmarks(std::string);
size_t RunSpecifiedBenchmarks(BenchmarkReporter *);
size_t RunSpecifiedBenchmarks(BenchmarkReporter *, std::string);
size_t RunSpecifiedBenchmarks(BenchmarkReporter *, BenchmarkReporter *);
size_t RunSpecifiedBenchmarks(BenchmarkReporter *, BenchmarkReporter *,
			      std::string);

class Counter
{
      public:
	enum Flags {
		kDefaults = 0,
		kIsRate = 1 << 0,
		kAvgThreads = 1 << 1,
		kIsIterationInvariant = 1 << 2,
		kAvgIterations = 1 << 3,
		kInvert = 1 << 31
	};
	enum OneK {
		kIs1000 = 1000,
		kIs1024 = 1024
	};
	double value;
	Flags flags;
	OneK oneK;
	Counter(double = 0., Flags = kDefaults, OneK = kIs1000);
	operator double const &() const;
	operator double &();
};
Counter::Flags operator|(const Counter::Flags &, const Counter::Flags &);
typedef std::map<std::string, Counter> UserCounters;

class State
{
      public:
	bool KeepRunning();
	bool KeepRunningBatch(IterationCount);
	void PauseTiming();
	void ResumeTiming();
	void SkipWithMessage(const std::string &);
	void SkipWithError(const std::string &);
	bool skipped() const;
	bool error_occurred() const;
	void SetIterationTime(double);
	void SetBytesProcessed(int64_t);
	void SetItemsProcessed(int64_t);
	void SetLabel(const std::string &);
	int64_t range(size_t = 0) const;
	int thread_index() const;
	int threads() const;
	IterationCount iterations() const;
	std::string name() const;
	const IterationCount max_iterations;
	UserCounters counters;

      private:
	State();
};

class Benchmark
{
      public:
	virtual ~Benchmark();
	Benchmark *Args(const std::vector<int64_t> &);
	Benchmark *ArgNames(const std::vector<std::string> &);
	Benchmark *Unit(TimeUnit);
	Benchmark *MinTime(double);
	Benchmark *MinWarmUpTime(double);
	Benchmark *Iterations(IterationCount);
	Benchmark *Repetitions(int);
	Benchmark *ReportAggregatesOnly(bool = true);
	Benchmark *MeasureProcessCPUTime();
	Benchmark *UseRealTime();
	Benchmark *UseManualTime();
	Benchmark *ComputeStatistics(const std::string &, StatisticsFunc *,
				     StatisticUnit = kTime);
	virtual void Run(State &) = 0;
};
Benchmark *RegisterBenchmark(const std::string &, internal::Function *);
template <class Lambda>
Benchmark *RegisterBenchmark(const std::string &name, Lambda &&fn)
{
	State *state = nullptr;

	fn(*state);
	return RegisterBenchmark(name,
				 static_cast<internal::Function *>(nullptr));
}

struct CPUInfo {
	struct CacheInfo {
		std::string type;
		int level;
		int size;
		int num_sharing;
	};
	enum Scaling {
		UNKNOWN,
		ENABLED,
		DISABLED
	};
	int num_cpus;
	Scaling scaling;
	double cycles_per_second;
	std::vector<CacheInfo> caches;
	std::vector<double> load_avg;
};

struct SystemInfo {
	enum class ASLR {
		UNKNOWN,
		ENABLED,
		DISABLED
	};
	std::string name;
	ASLR ASLRStatus;
};

struct BenchmarkName {
	std::string function_name, args, min_time, min_warmup_time, iterations,
		repetitions, time_type, threads;
	std::string str() const;
};

class BenchmarkReporter
{
      public:
	struct Context {
		CPUInfo const &cpu_info;
		SystemInfo const &sys_info;
		size_t name_field_width;
		static const char *executable_name;
		Context();
	};
	struct Run {
		enum RunType {
			RT_Iteration,
			RT_Aggregate
		};
		std::string benchmark_name() const;
		BenchmarkName run_name;
		int64_t family_index;
		int64_t per_family_instance_index;
		RunType run_type;
		std::string aggregate_name;
		StatisticUnit aggregate_unit;
		std::string report_label;
		internal::Skipped skipped;
		std::string skip_message;
		IterationCount iterations;
		int64_t threads;
		int64_t repetition_index;
		int64_t repetitions;
		TimeUnit time_unit;
		double real_accumulated_time;
		double cpu_accumulated_time;
		double GetAdjustedRealTime() const;
		double GetAdjustedCPUTime() const;
		UserCounters counters;
	};
	BenchmarkReporter();
	virtual bool ReportContext(const Context &) = 0;
	virtual void ReportRunsConfig(double, bool, IterationCount);
	virtual void ReportRuns(const std::vector<Run> &) = 0;
	virtual void Finalize();
	void SetOutputStream(std::ostream *);
	void SetErrorStream(std::ostream *);
	std::ostream &GetOutputStream() const;
	std::ostream &GetErrorStream() const;
	virtual ~BenchmarkReporter();
};

class ConsoleReporter : public BenchmarkReporter
{
      public:
	enum OutputOptions {
		OO_None = 0
	};
	explicit ConsoleReporter(OutputOptions);
	bool ReportContext(const Context &) override;
	void ReportRuns(const std::vector<Run> &) override;
};

class JSONReporter : public BenchmarkReporter
{
      public:
	bool ReportContext(const Context &) override;
	void ReportRuns(const std::vector<Run> &) override;
	void Finalize() override;
};

class __attribute__((deprecated("to be removed"))) CSVReporter
    : public BenchmarkReporter
{
      public:
	bool ReportContext(const Context &) override;
	void ReportRuns(const std::vector<Run> &) override;
};
} /* namespace benchmark */
#endif
