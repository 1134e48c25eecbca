// Marks of punctuation as words of their own, so that "Hello." and "Hello!" share a word.
#pragma once

#include <string>
#include <vector>

namespace attnviz {

/// Cuts marks of punctuation (Unicode's classes P) off words. A mark between two letters or digits
/// stays where it is: "don't", "3.14", "well-known".
std::vector<std::string> split_punctuation(const std::vector<std::string>& words);

/// The text of such words: no space before a mark that closes, such as a full stop, or after one
/// that opens, such as a bracket; straight quotes open and close in turn; a space between all
/// others.
std::string join_punctuation(const std::vector<std::string>& symbols);

}  // namespace attnviz
