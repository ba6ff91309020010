# The measuring harness: cells, blocks, and the runner that starts them.
add_library(bench_engine INTERFACE)
target_sources(bench_engine INTERFACE
	$<TARGET_OBJECTS:bench_engine_units>
	$<TARGET_OBJECTS:bench_floor_loops>)
target_link_libraries(bench_engine INTERFACE ringswap_options
	bench_topology bench_machine bench_doctor bench_stats
	PkgConfig::JANSSON)

add_library(bench_engine_units OBJECT
	${CMAKE_CURRENT_LIST_DIR}/cell.c
	${CMAKE_CURRENT_LIST_DIR}/floors.c
	${CMAKE_CURRENT_LIST_DIR}/target.c
	${CMAKE_CURRENT_LIST_DIR}/roles.c
	${CMAKE_CURRENT_LIST_DIR}/counters.c
	${CMAKE_CURRENT_LIST_DIR}/syscalls.c
	${CMAKE_CURRENT_LIST_DIR}/block.c
	${CMAKE_CURRENT_LIST_DIR}/block_write.c
	${CMAKE_CURRENT_LIST_DIR}/block_floor.c
	${CMAKE_CURRENT_LIST_DIR}/block_duo.c
	${CMAKE_CURRENT_LIST_DIR}/duo_write.c
	${CMAKE_CURRENT_LIST_DIR}/duo_swaps.c
	${CMAKE_CURRENT_LIST_DIR}/footprint.c
	${CMAKE_CURRENT_LIST_DIR}/matrix.c
	${CMAKE_CURRENT_LIST_DIR}/plan.c
	${CMAKE_CURRENT_LIST_DIR}/journal.c
	${CMAKE_CURRENT_LIST_DIR}/spawn.c
	${CMAKE_CURRENT_LIST_DIR}/runner.c)
target_link_libraries(bench_engine_units PUBLIC ringswap_options
	bench_topology PkgConfig::JANSSON)
# Where matrices are found when the command runs from its build tree.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/matrix.c PROPERTIES
	COMPILE_DEFINITIONS "RINGSWAP_SOURCE=\"${CMAKE_SOURCE_DIR}\"")

# Aligned as the strategies' loops are, so that neither is favoured.
add_library(bench_floor_loops OBJECT ${CMAKE_CURRENT_LIST_DIR}/floor_loops.c)
target_link_libraries(bench_floor_loops PUBLIC ringswap_options)
target_compile_options(bench_floor_loops PRIVATE -falign-loops=64)
