ringswap_unit_test(machine test_machine.c bench_doctor)
