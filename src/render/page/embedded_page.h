// The sources of the page, built into the program: see cmake/AttnvizPage.cmake.
#pragma once

#include <span>

namespace attnviz {

/// page.html with page.css and page.js in it, and the hashes of all scripts. "@sum@" and "@data@"
/// are left to fill.
std::span<const unsigned char> embedded_page();
/// sum.js, which only pages with traces need.
std::span<const unsigned char> embedded_sum();

}  // namespace attnviz
