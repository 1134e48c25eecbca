#include "base/number.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace attnviz {
namespace {

template <typename Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <typename Number>
std::string shortest(Number value) {
  std::array<char, 32> buffer{};  // the longest double takes 24
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  return parse<double>(text);
}
std::optional<float> parse_float(std::string_view text) {
  return parse<float>(text);
}

std::string format_shortest(float value) {
  return shortest(value);
}
std::string format_shortest(double value) {
  return shortest(value);
}

std::string format_fixed(double value, int decimals) {
  decimals = std::clamp(decimals, 0, 1100);  // no double has more
  // Sign, 309 digits of the largest double, point.
  std::string text(static_cast<std::size_t>(decimals) + 311, '\0');
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::fixed, decimals);
  text.resize(static_cast<std::size_t>(result.ptr - text.data()));
  const bool minus_zero = text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos;
  return minus_zero ? text.substr(1) : text;
}

}  // namespace attnviz
