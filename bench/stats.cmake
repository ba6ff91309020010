# Histogram and statistics: no dependency but libm.
add_library(bench_stats STATIC histogram.c stats.c)
target_link_libraries(bench_stats PRIVATE ringswap_options PUBLIC m)
