# `ringswap verify` runs the tests' libraries: each is linked where it exists.
target_link_libraries(ringswap PRIVATE verify_torture PkgConfig::JANSSON)
