// Commands and options by the names that other programs have for them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace attnviz {

/// Which of `known` somebody means who types `word`, or "": "--lr" for "--learning_rate".
std::string our_word(std::string_view word, std::span<const std::string> known);

}  // namespace attnviz
