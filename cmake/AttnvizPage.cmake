# embedded_page.cpp: the page that render/page fills, from src/render/page. Script and style go in without comments
# and indentation, and the page's content security policy names their SHA-256, so nothing else runs in it.

# attnviz_read_page_part(out file): without indentation, blank lines and comments, which must fill a line; then a
# line end after punctuation means nothing.
function(attnviz_read_page_part out file)
  set(path ${PROJECT_SOURCE_DIR}/src/render/page/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  string(REGEX REPLACE "\n[ \n]+" "\n" text "${text}")
  string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "([{;,])\n" "\\1" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# attnviz_base64(out hex): the bytes that hexadecimal digits stand for. Three of them make four letters.
function(attnviz_base64 out hex)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  string(LENGTH ${hex} digits)
  math(EXPR last "${digits} - 1")
  foreach(at RANGE 0 ${last} 6)
    string(SUBSTRING "${hex}0000" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${index} 1 letter)
      string(APPEND text ${letter})
    endforeach()
  endforeach()
  math(EXPR padding "(3 - ${digits} / 2 % 3) % 3")
  string(LENGTH ${text} length)
  math(EXPR kept "${length} - ${padding}")
  string(SUBSTRING ${text} 0 ${kept} text)
  string(REPEAT "=" ${padding} end)
  set(${out} ${text}${end} PARENT_SCOPE)
endfunction()

# attnviz_hash(out text): as a content security policy names it.
function(attnviz_hash out text)
  string(SHA256 hex "${text}")
  attnviz_base64(base64 ${hex})
  set(${out} "sha256-${base64}" PARENT_SCOPE)
endfunction()

# attnviz_bytes(out text): for an array in C++.
function(attnviz_bytes out text)
  string(HEX "${text}" hex)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

foreach(part page.html page.css page.js sum.js)
  attnviz_read_page_part(${part} ${part})
endforeach()
string(REGEX REPLACE " *([{}:;,]) *" "\\1" page.css "${page.css}")
foreach(part page.css page.js sum.js)
  attnviz_hash(${part}_hash "${${part}}")
  string(REPLACE "@${part}_hash@" "${${part}_hash}" page.html "${page.html}")
endforeach()
string(REPLACE "@page.css@" "${page.css}" page.html "${page.html}")
string(REPLACE "@page.js@" "${page.js}" page.html "${page.html}")
attnviz_bytes(page_bytes "${page.html}")
attnviz_bytes(sum_bytes "${sum.js}")
file(CONFIGURE OUTPUT embedded_page.cpp @ONLY CONTENT [[
#include "render/page/embedded_page.h"
namespace attnviz {
namespace {
constexpr unsigned char page[] = {@page_bytes@};
constexpr unsigned char sum[] = {@sum_bytes@};
}
std::span<const unsigned char> embedded_page() { return page; }
std::span<const unsigned char> embedded_sum() { return sum; }
}  // namespace attnviz
]])
