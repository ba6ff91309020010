ringswap_unit_test(histogram test_histogram.c bench_stats m)
