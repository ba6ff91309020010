ringswap_unit_test(result.file test_result.c strategies bench_result)
target_compile_definitions(test_result.file PRIVATE
	FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures/journal")

ringswap_unit_test(result.table test_table.c strategies bench_result)
target_compile_definitions(test_result.table PRIVATE
	FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures/journal")

ringswap_unit_test(result.compare test_result_compare.c strategies bench_result)
target_compile_definitions(test_result.compare PRIVATE
	FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures/journal")
