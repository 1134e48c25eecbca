# What `cmake --install` installs: the component `library` for other programs (the headers of include/attnviz, the
# libraries behind them, the package for find_package) and `program`.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/attnviz)
install(TARGETS attnviz_base attnviz_formats attnviz_render EXPORT attnviz
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT attnviz NAMESPACE attnviz:: FILE attnviz-targets.cmake DESTINATION ${package} COMPONENT library)
install(DIRECTORY include/attnviz DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)

configure_package_config_file(cmake/attnviz-config.cmake.in attnviz-config.cmake INSTALL_DESTINATION ${package}
                              NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(attnviz-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/attnviz-config.cmake ${PROJECT_BINARY_DIR}/attnviz-config-version.cmake
              cmake/Findutf8proc.cmake
        DESTINATION ${package} COMPONENT library)

if(ATTNVIZ_PROGRAM)
  install(TARGETS attnviz_program COMPONENT program)
endif()
