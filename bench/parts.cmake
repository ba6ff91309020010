include(${CMAKE_CURRENT_LIST_DIR}/stats.cmake)
