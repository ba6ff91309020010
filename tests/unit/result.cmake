ringswap_unit_test(result test_result.c strategies bench_result)
target_compile_definitions(test_result PRIVATE
	FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures/journal")
