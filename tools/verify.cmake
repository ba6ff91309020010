# `ringswap verify` runs the tests' libraries.
target_sources(ringswap PRIVATE verify_explore.c verify_step.c verify_torture.c)
target_link_libraries(ringswap PRIVATE verify_explore verify_step verify_torture
	PkgConfig::JANSSON)
