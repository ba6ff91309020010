# libRmath is an oracle for these tests alone; nothing of ours links it. No
# imported target: Debian's libRmath.pc names a folder that only R itself has.
pkg_check_modules(RMATH QUIET libRmath)
find_path(RMATH_HEADER_DIR Rmath.h HINTS ${RMATH_INCLUDE_DIRS})
ringswap_unit_test(stats test_stats.c bench_stats m)
if(RMATH_FOUND AND RMATH_HEADER_DIR)
	target_compile_definitions(test_stats PRIVATE HAVE_LIBRMATH)
	target_include_directories(test_stats SYSTEM PRIVATE
		${RMATH_HEADER_DIR})
	target_link_libraries(test_stats PRIVATE ${RMATH_LINK_LIBRARIES})
endif()
