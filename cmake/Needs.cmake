# What ringswap is built from, found where it is there. Nothing but threads is
# required: what is missing leaves out what needs it, in one line that says why.
#
#	PkgConfig::URCU PkgConfig::HWLOC PkgConfig::JANSSON PkgConfig::CMOCKA
#	benchmark::benchmark, C++ enabled where it is there, Python3_EXECUTABLE
#	NAME_FOUND, NAME_MISSING (the words for a message) of each
set(RINGSWAP_WITHOUT "" CACHE STRING
	"Treat as missing, a list: benchmark cmocka cxx hwloc jansson python urcu")

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)

# ringswap_find(NAME MODULE PACKAGE): by pkg-config, as PkgConfig::NAME.
macro(ringswap_find name module package)
	string(TOLOWER ${name} word)
	set(${name}_MISSING "${module} (Debian: ${package})")
	if(word IN_LIST RINGSWAP_WITHOUT OR NOT PKG_CONFIG_FOUND)
		set(${name}_FOUND FALSE)
	else()
		pkg_check_modules(${name} QUIET IMPORTED_TARGET ${module})
	endif()
endmacro()

# ringswap_missing(OUT NAME...): the words of those that were not found.
function(ringswap_missing out)
	set(words "")
	foreach(name ${ARGN})
		if(NOT ${name}_FOUND)
			list(APPEND words "${${name}_MISSING}")
		endif()
	endforeach()
	list(JOIN words ", " words)
	set(${out} "${words}" PARENT_SCOPE)
endfunction()

# ringswap_left_out(WHAT NAME...): say it, where one of them was not found.
function(ringswap_left_out what)
	ringswap_missing(words ${ARGN})
	if(words)
		message(STATUS "Left out: ${what}; not found: ${words}")
	endif()
endfunction()

ringswap_find(URCU liburcu-memb liburcu-dev)
ringswap_find(HWLOC hwloc libhwloc-dev)
ringswap_find(JANSSON jansson libjansson-dev)
if(BUILD_TESTING)
	ringswap_find(CMOCKA cmocka libcmocka-dev)
	set(PYTHON_MISSING "Python 3 (Debian: python3)")
	set(PYTHON_FOUND FALSE)
	if(NOT "python" IN_LIST RINGSWAP_WITHOUT)
		find_package(Python3 QUIET COMPONENTS Interpreter)
		set(PYTHON_FOUND ${Python3_FOUND})
	endif()
endif()

# C++ is for one file, the harness's binding of Google Benchmark.
set(CXX_MISSING "a C++ compiler (Debian: g++)")
set(BENCHMARK_MISSING "Google Benchmark (Debian: libbenchmark-dev)")
set(CXX_FOUND FALSE)
set(BENCHMARK_FOUND FALSE)
if(HWLOC_FOUND AND JANSSON_FOUND AND NOT "cxx" IN_LIST RINGSWAP_WITHOUT)
	include(CheckLanguage)
	check_language(CXX)
	if(CMAKE_CXX_COMPILER)
		enable_language(CXX)
		set(CXX_FOUND TRUE)
	endif()
endif()
if(NOT "benchmark" IN_LIST RINGSWAP_WITHOUT)
	find_package(benchmark QUIET)
	set(BENCHMARK_FOUND ${benchmark_FOUND})
endif()

# The archive, where there is one: a read side that is inlined and then reaches
# its thread-local counter through the GOT would be measured half out of line.
if(URCU_FOUND)
	find_library(URCU_MEMB_ARCHIVE liburcu-memb.a HINTS ${URCU_LIBRARY_DIRS})
	find_library(URCU_COMMON_ARCHIVE liburcu-common.a
		HINTS ${URCU_LIBRARY_DIRS})
	if(URCU_MEMB_ARCHIVE AND URCU_COMMON_ARCHIVE)
		set_target_properties(PkgConfig::URCU PROPERTIES
			INTERFACE_LINK_LIBRARIES
			"${URCU_MEMB_ARCHIVE};${URCU_COMMON_ARCHIVE};Threads::Threads")
	endif()
endif()
