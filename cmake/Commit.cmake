# Which commit is being built, as a header; run at every build, since a commit
# or an edit since the last one makes another build of the same configuration.
#
#	cmake -D SOURCE=DIR -D HEADER=FILE -P Commit.cmake
#
# "0123456789ab", with "-dirty" where tracked files differ from that commit;
# "unknown" outside git, as in a release tarball, even one that was unpacked
# inside of somebody else's checkout. The header is written only when it
# changes, so that nothing is compiled anew otherwise.
find_package(Git QUIET)

# ours(OUT ARGS...): what git says of these sources, whatever repository the
# environment of a hook names; not set: it fails.
function(ours out)
	execute_process(COMMAND ${GIT_EXECUTABLE} --no-optional-locks
		--git-dir=${SOURCE}/.git --work-tree=${SOURCE} ${ARGN}
		WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE status
		OUTPUT_VARIABLE text ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
	if(status EQUAL 0)
		set(${out} "${text}" PARENT_SCOPE)
	endif()
endfunction()

set(commit unknown)
if(GIT_FOUND AND EXISTS ${SOURCE}/.git)
	unset(ENV{GIT_INDEX_FILE})
	ours(head rev-parse --short=12 --verify HEAD)
	ours(changes status --porcelain --untracked-files=no)
	if(DEFINED head AND DEFINED changes)
		set(commit ${head})
		if(changes)
			string(APPEND commit -dirty)
		endif()
	endif()
endif()

set(text "#define RINGSWAP_COMMIT \"${commit}\"\n")
set(written "")
if(EXISTS ${HEADER})
	file(READ ${HEADER} written)
endif()
if(NOT text STREQUAL written)
	file(WRITE ${HEADER} "${text}")
endif()
