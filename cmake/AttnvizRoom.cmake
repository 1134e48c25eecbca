# attnviz_room(name [PUBLIC targets...] [PRIVATE targets...] [BUILD targets...] [TOGETHER files...])
# The library attnviz_<name> of a room, from src/<name>/*.cpp. PUBLIC and PRIVATE name other rooms or targets;
# every room has fmt. BUILD names what is needed to compile the library, but not to link to it. TOGETHER names
# files that use the library for JSON: compiled as one, they read its header and instantiate its templates
# once, which takes seconds each time.
#
# attnviz_room_in_double(name ...) is the same room with double as its scalar type, for the gradient tests:
# attnviz_<name>_double.

function(attnviz_add_room target name)
  cmake_parse_arguments(room "" "" "PUBLIC;PRIVATE;BUILD;TOGETHER" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/nn/kernels/")  # attnviz_kernels
  add_library(${target} STATIC ${sources})
  if(room_TOGETHER)
    list(TRANSFORM room_TOGETHER PREPEND ${PROJECT_SOURCE_DIR}/src/${name}/)
    set_source_files_properties(${room_TOGETHER} PROPERTIES UNITY_GROUP json)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  endif()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:attnviz_options>
                                           $<BUILD_INTERFACE:attnviz_fmt>)
  foreach(dependency IN LISTS room_BUILD)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${dependency}>)
  endforeach()
  foreach(access PUBLIC PRIVATE)
    foreach(dependency IN LISTS room_${access})
      if(TARGET attnviz_${dependency})
        set(dependency attnviz_${dependency})
      endif()
      target_link_libraries(${target} ${access} ${dependency})
    endforeach()
  endforeach()
endfunction()

function(attnviz_room name)
  attnviz_add_room(attnviz_${name} ${name} ${ARGN})
  set_target_properties(attnviz_${name} PROPERTIES EXPORT_NAME ${name})
  add_library(attnviz::${name} ALIAS attnviz_${name})
endfunction()

function(attnviz_room_in_double name)
  attnviz_add_room(attnviz_${name}_double ${name} ${ARGN})
  target_compile_definitions(attnviz_${name}_double PUBLIC ATTNVIZ_SCALAR_DOUBLE)
endfunction()

# The kinds of processor that kernels are compiled for, on the machine that the program is for.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(ATTNVIZ_PROCESSORS x86_64_v2 x86_64_v3 x86_64_v4)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(ATTNVIZ_PROCESSORS neon)
else()
  set(ATTNVIZ_PROCESSORS any_processor)
endif()

# attnviz_kernels(target processors...): adds src/nn/kernels/ to a library, compiled once for each kind of
# processor, in a namespace of that name. src/nn/processor.cpp chooses among them.
function(attnviz_kernels target)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/nn/kernels/*.cpp)
  foreach(processor IN LISTS ARGN)
    add_library(${target}_${processor} OBJECT ${sources})
    target_link_libraries(${target}_${processor} PRIVATE attnviz_options attnviz_numeric)
    target_compile_definitions(${target}_${processor} PRIVATE ATTNVIZ_PROCESSOR=${processor}
                               $<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>)
    # Instrumented registers are two hundred times slower: of the x86-64 kernels those of v2 alone are, which the
    # kernels' tests run too.
    if(processor MATCHES "^x86_64_v[34]")
      set_target_properties(${target}_${processor} PROPERTIES UNSANITISED ON)
    endif()
    if(processor MATCHES "^x86_64_v")
      string(REPLACE "_" "-" level ${processor})
      target_compile_options(${target}_${processor} PRIVATE -march=${level} -mprefer-vector-width=512)
    endif()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${processor}>)
  endforeach()
endfunction()
