# Which commit is built: found when CMake runs, and CMake runs again when the
# commit changes. Outside git, as in a release tarball, it is unknown.
function(ringswap_find_commit out)
	set(${out} unknown PARENT_SCOPE)
	find_package(Git QUIET)
	if(NOT GIT_FOUND OR NOT EXISTS ${CMAKE_SOURCE_DIR}/.git)
		return()
	endif()
	execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} ERROR_QUIET
		OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE)
	execute_process(COMMAND ${GIT_EXECUTABLE} status --porcelain
		--untracked-files=no
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} ERROR_QUIET
		OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE)
	if(commit AND changes)
		string(APPEND commit -dirty)
	endif()
	if(commit)
		set(${out} ${commit} PARENT_SCOPE)
	endif()
	if(EXISTS ${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
			${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
	endif()
endfunction()

ringswap_find_commit(RINGSWAP_COMMIT)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}" RINGSWAP_FLAGS)
string(REPLACE "\\" "\\\\" RINGSWAP_FLAGS "${RINGSWAP_FLAGS}")
string(REPLACE "\"" "\\\"" RINGSWAP_FLAGS "${RINGSWAP_FLAGS}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/build_info.h.in
	${CMAKE_CURRENT_BINARY_DIR}/build-info/bench/build_info.h @ONLY)

add_library(bench_machine STATIC
	${CMAKE_CURRENT_LIST_DIR}/probe.c
	${CMAKE_CURRENT_LIST_DIR}/machine.c)
target_include_directories(bench_machine
	PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/build-info)
target_link_libraries(bench_machine
	PUBLIC ringswap_options bench_topology PkgConfig::JANSSON)

add_library(bench_doctor STATIC
	${CMAKE_CURRENT_LIST_DIR}/noise.c
	${CMAKE_CURRENT_LIST_DIR}/doctor.c)
target_link_libraries(bench_doctor PUBLIC bench_machine)
