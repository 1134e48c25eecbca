# Everything attnviz builds on. The error for a missing part names its package.

function(attnviz_missing what package)
  message(FATAL_ERROR "${what} was not found. Install it, on Debian or Ubuntu with:\n"
                      "  apt-get install ${package}\n"
                      "or let scripts/quickstart.sh install everything.")
endfunction()

find_package(Threads REQUIRED)

if(ATTNVIZ_PROGRAM)
  # Without a version: Eigen's version file rejects 5 when 3.4 is requested.
  find_package(Eigen3 QUIET NO_MODULE)
  if(NOT TARGET Eigen3::Eigen)
    attnviz_missing("Eigen" libeigen3-dev)
  elseif(Eigen3_VERSION VERSION_LESS 3.4)
    message(FATAL_ERROR "Eigen ${Eigen3_VERSION} is too old; attnviz needs 3.4 or later (libeigen3-dev).")
  endif()

  find_package(CLI11 QUIET)
  if(NOT TARGET CLI11::CLI11)
    attnviz_missing("CLI11" libcli11-dev)
  endif()
endif()

find_package(nlohmann_json QUIET)
if(NOT TARGET nlohmann_json::nlohmann_json)
  attnviz_missing("nlohmann-json" nlohmann-json3-dev)
endif()

# Text. src/base/fmt.cpp defines the one function of fmt 9 that is not in its headers, so that the program does not
# load fmt's library and a second libstdc++ with it. Later versions have more such functions: there, headers alone.
find_package(fmt QUIET)
if(NOT TARGET fmt::fmt)
  attnviz_missing("fmt" libfmt-dev)
endif()
add_library(attnviz_fmt INTERFACE)
target_include_directories(attnviz_fmt SYSTEM INTERFACE
                           $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
if(fmt_VERSION VERSION_GREATER_EQUAL 10)
  target_compile_definitions(attnviz_fmt INTERFACE FMT_HEADER_ONLY)
endif()

find_package(utf8proc QUIET MODULE)
if(NOT TARGET utf8proc::utf8proc)
  attnviz_missing("utf8proc" libutf8proc-dev)
endif()

# Debian's package also has a compiled library; only the headers are used.
find_path(STB_INCLUDE_DIR stb_image_write.h PATH_SUFFIXES stb)
if(NOT STB_INCLUDE_DIR)
  attnviz_missing("stb_image_write" libstb-dev)
endif()
add_library(attnviz_stb INTERFACE)
target_include_directories(attnviz_stb SYSTEM INTERFACE ${STB_INCLUDE_DIR})

find_package(ZLIB QUIET)
if(NOT TARGET ZLIB::ZLIB)
  attnviz_missing("zlib" zlib1g-dev)
endif()
# Optional: scripts whose letters join, move or stack, such as Devanagari and Arabic. Found without HarfBuzz's own
# CMake file, which Debian does not ship; loaded when a text needs it, not linked.
option(ATTNVIZ_SHAPING "Shape text with HarfBuzz where it is installed" ON)
add_library(attnviz_harfbuzz INTERFACE)
find_path(HARFBUZZ_INCLUDE_DIR hb-ot.h PATH_SUFFIXES harfbuzz)
if(ATTNVIZ_SHAPING AND HARFBUZZ_INCLUDE_DIR)
  target_include_directories(attnviz_harfbuzz SYSTEM INTERFACE ${HARFBUZZ_INCLUDE_DIR})
  if(APPLE)
    set(ATTNVIZ_HARFBUZZ libharfbuzz.0.dylib)
  else()
    set(ATTNVIZ_HARFBUZZ libharfbuzz.so.0)
  endif()
  target_compile_definitions(attnviz_harfbuzz INTERFACE ATTNVIZ_HARFBUZZ="${ATTNVIZ_HARFBUZZ}")
endif()

find_file(ATTNVIZ_FONT_FILE DejaVuSansMono.ttf
          PATHS /usr/share/fonts/truetype/dejavu /usr/share/fonts/dejavu-sans-mono-fonts
                /usr/share/fonts/TTF /usr/local/share/fonts
          DOC "The TrueType face embedded in the program")
if(NOT ATTNVIZ_FONT_FILE)
  attnviz_missing("The DejaVu Sans Mono font" fonts-dejavu-core)
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ATTNVIZ_FONT_FILE})
file(READ ${ATTNVIZ_FONT_FILE} font_hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," font_bytes "${font_hex}")
file(CONFIGURE OUTPUT embedded_font.cpp @ONLY CONTENT [[
#include "render/text/embedded_font.h"
namespace attnviz {
namespace {
constexpr unsigned char bytes[] = {@font_bytes@};
}
std::span<const unsigned char> embedded_font() { return bytes; }
}  // namespace attnviz
]])
