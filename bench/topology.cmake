add_library(bench_topology STATIC
	${CMAKE_CURRENT_LIST_DIR}/topology.c
	${CMAKE_CURRENT_LIST_DIR}/placement.c)
target_link_libraries(bench_topology
	PUBLIC ringswap_options bench_base PkgConfig::HWLOC)
