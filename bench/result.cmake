# The result of a run, its tables and its charts' data. Whoever links it links
# `strategies` too: the registry knows who claims what.
add_library(bench_result STATIC
	${CMAKE_CURRENT_LIST_DIR}/result_shape.c
	${CMAKE_CURRENT_LIST_DIR}/result_schema.c
	${CMAKE_CURRENT_LIST_DIR}/result_file.c
	${CMAKE_CURRENT_LIST_DIR}/result_numbers.c
	${CMAKE_CURRENT_LIST_DIR}/result_build.c
	${CMAKE_CURRENT_LIST_DIR}/result_assemble.c
	${CMAKE_CURRENT_LIST_DIR}/table_grid.c
	${CMAKE_CURRENT_LIST_DIR}/table.c
	${CMAKE_CURRENT_LIST_DIR}/export.c
	${CMAKE_CURRENT_LIST_DIR}/compare.c)
target_link_libraries(bench_result
	PUBLIC ringswap_options bench_stats PkgConfig::JANSSON m)
