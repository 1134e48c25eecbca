// "Did you mean": the nearest of a list of names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace attnviz {

/// The candidate nearest to `word` (edit distance with transpositions, at most a third of its
/// length plus one, and not all of it different), or "" when none is near.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// `; did you mean "x"?` for the nearest candidate, or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace attnviz
