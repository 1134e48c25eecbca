// The order of names with numbers in them.
#pragma once

#include <string_view>

namespace attnviz {

/// "layer.2" before "layer.10": runs of digits are compared as numbers, all else as bytes;
/// "layer.01" before "layer.1", so that no two names are equal.
bool is_before_naturally(std::string_view a, std::string_view b);

}  // namespace attnviz
