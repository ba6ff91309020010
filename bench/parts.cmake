include(${CMAKE_CURRENT_LIST_DIR}/stats.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/topology.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/machine.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/result.cmake)
