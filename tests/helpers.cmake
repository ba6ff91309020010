# What the folders of tests share.

# ringswap_cached_test(NAME name [CONFIGURATIONS word] COMMAND target arg...
#		       [OF file...] [OBJECTS object... MUST word]): its pass is
# kept by tools/cached-test, under the hash of the target, its arguments and
# the files. OBJECTS stand for the target, and one of them has MUST in its path.
# Only where neither time, threads nor the machine enter the verdict.
function(ringswap_cached_test)
	cmake_parse_arguments(PARSE_ARGV 0 test "" "NAME;MUST;CONFIGURATIONS"
		"COMMAND;OF;OBJECTS")
	list(POP_FRONT test_COMMAND program)
	set(of ${test_OF} ${test_OBJECTS})
	if(TARGET ${program})
		set(program $<TARGET_FILE:${program}>)
	endif()
	if(NOT test_OBJECTS)
		list(APPEND of ${program})
	endif()
	if(test_MUST)
		list(APPEND of --must ${test_MUST})
	endif()
	add_test(NAME ${test_NAME} COMMAND ${CMAKE_SOURCE_DIR}/tools/cached-test
		--store ${CMAKE_BINARY_DIR}/test-cache --of ${of}
		-- ${program} ${test_COMMAND}
		CONFIGURATIONS ${test_CONFIGURATIONS}
		COMMAND_EXPAND_LISTS)
endfunction()
