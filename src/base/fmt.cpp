// fmt's compiled part, which the headers alone lack: nothing of the program needs its library.
#ifndef FMT_HEADER_ONLY
#define FMT_HEADER_ONLY
#endif
#include <fmt/core.h>

namespace {

// The address of an inline function makes the compiler write it out.
[[gnu::used]] std::string (*const written_out)(fmt::string_view, fmt::format_args) = &fmt::vformat;

}  // namespace
