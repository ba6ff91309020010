# What the subcommands link, one line a library.
target_link_libraries(ringswap PRIVATE bench_doctor bench_machine)
include(${CMAKE_CURRENT_LIST_DIR}/verify.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/engine.cmake)
