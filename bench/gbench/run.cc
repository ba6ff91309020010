/* SPDX-License-Identifier: MIT */
/* run.cc: flags, reporters and the run itself. */
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "reporters.hh"

using namespace gb_parts;

namespace
{

const char context_fields[] =
	" date host_name executable num_cpus mhz_per_cpu cpu_scaling_enabled"
	" aslr_enabled caches load_avg library_version library_build_type"
	" json_schema_version ";

const char noted_flags[] =
	" benchmark_out benchmark_out_format benchmark_format ";

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

/*
 * Seconds, "0.1" or "0.1s", or iterations, "100x". From 1.8.0 on Google
 * Benchmark looks only when it runs, and aborts the process at anything else.
 */
bool is_min_time(const char *value)
{
	const char *digits = value + strspn(value, "0123456789");
	double seconds;
	char *end;

	if (digits > value && !strcmp(digits, "x"))
		return true;
	seconds = strtod(value, &end);
	return end != value && std::isfinite(seconds) && seconds >= 0 &&
	       (!*end || !strcmp(end, "s"));
}

/* Google Benchmark's flags, without what it would abort at: that stays. */
void initialize(int *argc, char **argv)
{
	const char flag[] = "--benchmark_min_time=";
	std::vector<char *> taken, left;

	for (int i = 0; i < *argc; i++) {
		bool is_flag = i && !strncmp(argv[i], flag, strlen(flag));

		if (is_flag && !is_min_time(argv[i] + strlen(flag)))
			left.push_back(argv[i]);
		else
			taken.push_back(argv[i]);
	}
	std::copy(taken.begin(), taken.end(), argv);
	*argc = static_cast<int>(taken.size());
	benchmark::Initialize(argc, argv);
	for (char *word : left)
		argv[(*argc)++] = word;
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

} /* namespace */

extern "C" {

int gb_init(int *argc, char **argv)
{
	return guarded([&] {
		const char *min_time = getenv("BENCHMARK_MIN_TIME");

		if (the().initialised)
			return fail(EALREADY, "gb_init() was called before");
		if (min_time && !is_min_time(min_time))
			return fail(EINVAL,
				    "BENCHMARK_MIN_TIME is \"%s\": not seconds "
				    "(0.1, 0.1s) or iterations (100x)",
				    clean(min_time).c_str());
		note_flags(*argc, argv);
		initialize(argc, argv);
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

} /* extern "C" */
