/* SPDX-License-Identifier: MIT */
/* counters.hh: flags of counters, ours and Google Benchmark's. */
#ifndef RINGSWAP_BENCH_GBENCH_COUNTERS_HH
#define RINGSWAP_BENCH_GBENCH_COUNTERS_HH

#include "parts.hh"

namespace gb_parts
{

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

inline Counter to_counter(double value, unsigned flags)
{
	Counter::Flags theirs = Counter::kDefaults;

	for (const flag_pair &p : flag_pairs)
		if (flags & p.ours)
			theirs = theirs | p.theirs;
	return Counter(value, theirs,
		       flags & GB_COUNTER_1024 ? Counter::kIs1024
					       : Counter::kIs1000);
}

inline unsigned to_flags(const Counter &c)
{
	unsigned flags = c.oneK == Counter::kIs1024 ? GB_COUNTER_1024 : 0;

	for (const flag_pair &p : flag_pairs)
		if (c.flags & p.theirs)
			flags |= p.ours;
	return flags;
}

} /* namespace gb_parts */

#endif
