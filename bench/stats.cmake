# Histogram and statistics.
add_library(bench_stats STATIC histogram.c stats.c stats/hist_json.c)
target_link_libraries(bench_stats PUBLIC ringswap_options bench_base m)
