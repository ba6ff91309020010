ringswap_unit_test(engine_cell test_engine_cell.c strategies bench_engine m)
ringswap_unit_test(engine_journal test_engine_journal.c strategies bench_engine
	m)
ringswap_unit_test(engine_every test_engine_every.c strategies bench_engine m)
ringswap_unit_test(engine_block test_engine_block.c strategies bench_engine m)
ringswap_unit_test(engine_target test_engine_target.c strategies bench_engine
	m)
ringswap_unit_test(engine_footprint test_engine_footprint.c strategies
	bench_engine m)
ringswap_unit_test(engine_counters test_engine_counters.c strategies
	bench_engine m)
ringswap_unit_test(engine_syscalls test_engine_syscalls.c strategies
	bench_engine m)
ringswap_unit_test(engine_committed test_engine_committed.c strategies
	bench_engine m)
