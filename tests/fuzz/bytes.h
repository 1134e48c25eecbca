// What the fuzzers share: the bytes they are given, taken apart.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "attnviz/error.h"

namespace attnviz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t count) {
  return {reinterpret_cast<const char*>(bytes), count};
}

/// The first byte, taken off; 0 when there is none.
inline std::uint8_t take_byte(std::string_view& text) {
  if (text.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  return byte;
}

/// Runs what may refuse its input; any other exception ends the program.
template <typename Function>
void may_refuse(Function function) {
  try {
    function();
  } catch (const Error&) {
  }
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace attnviz
