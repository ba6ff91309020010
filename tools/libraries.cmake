# What the subcommands link, one line a library.
target_link_libraries(ringswap PRIVATE bench_doctor bench_machine)
include(${CMAKE_CURRENT_LIST_DIR}/verify.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/engine.cmake)
target_link_libraries(ringswap PRIVATE bench_result)
# Where plots/ is when the binary runs from its build tree.
set_property(SOURCE cmd_plot.c APPEND PROPERTY
	COMPILE_DEFINITIONS RINGSWAP_SOURCE="${CMAKE_SOURCE_DIR}")
