# The core alone, by example and against a model; then what swaps share.
ringswap_unit_test(ringbuf test_ringbuf.c ringbuf)
ringswap_unit_test(local test_local.c ringbuf)
ringswap_unit_test(ringbuf_random test_ringbuf_random.c ringbuf)
ringswap_unit_test(ringbuf_swap test_ringbuf_swap.c strategies)
set_tests_properties(unit.ringbuf unit.local unit.ringbuf_random unit.ringbuf_swap
	PROPERTIES LABELS unit)
