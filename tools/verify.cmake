# `ringswap verify` runs the tests' libraries: each is linked where it exists,
# and a mode without its library says so.
target_link_libraries(ringswap PRIVATE verify_torture PkgConfig::JANSSON)
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/step/CMakeLists.txt)
	target_link_libraries(ringswap PRIVATE verify_step)
	target_compile_definitions(ringswap PRIVATE VERIFY_STEP)
endif()
