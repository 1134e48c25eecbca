// Numbers to and from text, the same in every locale.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace attnviz {

/// All of `text` as a decimal integer; nothing if it is not one or does not fit. "010" is ten.
template <typename Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

/// All of `text` as a finite decimal number; nothing if it is not one.
std::optional<double> parse_number(std::string_view text);
/// The same, rounded once to the nearest float.
std::optional<float> parse_float(std::string_view text);

/// The shortest text that reads back to the same value.
std::string format_shortest(float value);
std::string format_shortest(double value);

/// With `decimals` digits after the point, rounded.
std::string format_fixed(double value, int decimals);

}  // namespace attnviz
