// The part of fmt that its headers lack, so that the program does not need fmt's library.
#ifndef FMT_HEADER_ONLY
#define FMT_HEADER_ONLY
#endif
#include <fmt/core.h>

namespace {

// The address of an inline function makes the compiler write it out.
[[gnu::used]] std::string (*const written_out)(fmt::string_view, fmt::format_args) = &fmt::vformat;

}  // namespace
