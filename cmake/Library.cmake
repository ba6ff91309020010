# The installed library: the core, the strategies and ringswap.h, as
# libringswap and, for the strategies of liburcu, libringswap-urcu; each shared
# and static, with a CMake package (ringswap::ringswap ringswap::static
# ringswap::urcu ringswap::urcu-static) and pkg-config files.
#
#	cmake --build BUILD --target library && cmake --install BUILD
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(gen ${CMAKE_BINARY_DIR}/library)
set(soversion 0)
# From pkgconfig/ to the prefix: what is installed may be moved.
file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
	${CMAKE_INSTALL_PREFIX})

# ringswap_library(NAME SOURCE...): targets NAME_shared and NAME_static of the
# same objects. What headers do not declare stays inside.
function(ringswap_library name)
	add_library(${name}_objects OBJECT ${ARGN})
	target_link_libraries(${name}_objects PRIVATE ringswap_options)
	set_target_properties(${name}_objects PROPERTIES
		POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
	foreach(kind SHARED STATIC)
		string(TOLOWER ${kind} lower)
		set(target ${name}_${lower})
		add_library(${target} ${kind} $<TARGET_OBJECTS:${name}_objects>)
		string(REPLACE "_" "-" output ${name})
		set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output}
			ARCHIVE_OUTPUT_DIRECTORY ${gen}
			LIBRARY_OUTPUT_DIRECTORY ${gen}
			VERSION ${PROJECT_VERSION} SOVERSION ${soversion}
			LINKER_LANGUAGE C)
		target_include_directories(${target} INTERFACE
			$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
			$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ringswap>)
		target_link_libraries(${target} PUBLIC Threads::Threads)
	endforeach()
	target_link_options(${name}_shared PRIVATE
		-Wl,-Bsymbolic-functions $<$<NOT:$<BOOL:${RINGSWAP_SANITIZE}>>:-Wl,-z,defs>
		${sanitize})
endfunction()

# ringswap_install(NAME COMPONENT EXPORTED HEADER...): its libraries, headers
# and targets. Headers keep the folders that their #include lines name.
function(ringswap_install name component)
	install(TARGETS ${name}_shared ${name}_static EXPORT ${name}
		ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
		LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
	install(EXPORT ${name} FILE ${name}-targets.cmake NAMESPACE ringswap::
		DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ringswap
		COMPONENT ${component})
	string(REPLACE "_" "-" pc ${name})
	configure_file(${CMAKE_SOURCE_DIR}/cmake/${pc}.pc.in ${gen}/${pc}.pc @ONLY)
	install(FILES ${gen}/${pc}.pc COMPONENT ${component}
		DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
	foreach(header ${ARGN})
		get_filename_component(folder ${header} DIRECTORY)
		if(header MATCHES "^strategies/ringswap")
			set(folder "")
		endif()
		install(FILES ${CMAKE_SOURCE_DIR}/${header} COMPONENT ${component}
			DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ringswap/${folder})
	endforeach()
endfunction()

swap_write_def(${gen}/core.def "" ${SWAP_CORE_HEADERS})
swap_make_units(units ${gen}/units STRATEGY ${SWAP_CORE_HEADERS})
set(core ringbuf/ring_buffer.c ringbuf/ring_control.c ringbuf/ring_copy.c
	ringbuf/ring_read.c ringbuf/ring_recover.c strategies/grace.c
	strategies/process.c strategies/recover.c strategies/registry.c
	strategies/ringswap.c strategies/setup.c
	strategies/swap.c strategies/sweep.c strategies/sys.c
	strategies/sys_signal.c strategies/traits.c strategies/writer.c)
list(TRANSFORM core PREPEND ${CMAKE_SOURCE_DIR}/)
ringswap_library(ringswap ${core} ${units})
target_compile_definitions(ringswap_objects PRIVATE
	SWAP_STRATEGIES_DEF="${gen}/core.def"
	RINGSWAP_VERSION="${PROJECT_VERSION}")
set_target_properties(ringswap_shared PROPERTIES EXPORT_NAME ringswap)
set_target_properties(ringswap_static PROPERTIES EXPORT_NAME static)
ringswap_install(ringswap ringswap
	ringbuf/clock.h ringbuf/local.h ringbuf/order.h ringbuf/ring_buffer.h
	ringbuf/ring_page.h
	strategies/ringswap.h strategies/strategy.h strategies/hooks.h
	strategies/grace.h strategies/sys.h strategies/tsan.h ${SWAP_PARTS}
	${SWAP_CORE_HEADERS})
add_custom_target(library DEPENDS ringswap_shared ringswap_static)

# liburcu is linked as others link it, shared: one copy in a process.
if(URCU_FOUND)
	pkg_check_modules(RINGSWAP_URCU REQUIRED QUIET IMPORTED_TARGET
		liburcu-memb)
	swap_write_def(${gen}/urcu.def "" ${SWAP_URCU_HEADERS})
	swap_make_units(units ${gen}/units STRATEGY ${SWAP_URCU_HEADERS})
	ringswap_library(ringswap_urcu
		${CMAKE_SOURCE_DIR}/strategies/ringswap_urcu.c ${units})
	target_compile_definitions(ringswap_urcu_objects PRIVATE
		SWAP_URCU_DEF="${gen}/urcu.def")
	target_link_libraries(ringswap_urcu_objects PRIVATE
		PkgConfig::RINGSWAP_URCU)
	# Handlers read liburcu's counter, and its headers do not say how.
	target_compile_options(ringswap_urcu_objects PRIVATE
		-ftls-model=initial-exec)
	foreach(kind shared static)
		target_link_libraries(ringswap_urcu_${kind} PUBLIC
			ringswap_${kind} PkgConfig::RINGSWAP_URCU)
	endforeach()
	set_target_properties(ringswap_urcu_shared PROPERTIES EXPORT_NAME urcu)
	set_target_properties(ringswap_urcu_static PROPERTIES
		EXPORT_NAME urcu-static)
	ringswap_install(ringswap_urcu urcu
		strategies/ringswap-urcu.h ${SWAP_URCU_HEADERS})
	add_dependencies(library ringswap_urcu_shared ringswap_urcu_static)
endif()

configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/ringswap-config.cmake.in
	${gen}/ringswap-config.cmake
	INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ringswap)
write_basic_package_version_file(${gen}/ringswap-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${gen}/ringswap-config.cmake ${gen}/ringswap-config-version.cmake
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ringswap COMPONENT ringswap)
