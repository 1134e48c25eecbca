// Options for sentence pairs: which files, and how their text is read.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "train/pair_data.h"

namespace attnviz {

/// The options of pairs as given on the command line.
struct PairFlags {
  std::string data;    // "" if not given
  std::string source;  // two files instead
  std::string target;
  std::string dev;
  std::string test;
  std::string tokens;         // "" for words
  std::string source_tokens;  // "" for `tokens`
  std::string target_tokens;
  bool lower = false;
  bool nfc = false;
  bool punctuation = false;
  std::optional<int> min_count;
  std::optional<int> max_vocabulary;
  std::string columns;  // of tab-separated files; "" for the first two or three

  bool given() const { return !data.empty() || !source.empty() || !target.empty(); }
  /// The first option that was given, "" if none was.
  std::string first_given() const;
  /// Whether any option for reading text was given.
  bool gives_tokens() const {
    return lower || nfc || punctuation || !(tokens + source_tokens + target_tokens).empty();
  }
  /// `settings` with the options that were given. Throws UsageError when --data and --source are
  /// both given, or one of two parallel files, for what cannot be opened again by a run that is
  /// resumed: standard input, a name that is not UTF-8; and for options that would have no effect.
  PairSettings apply(PairSettings settings, std::optional<int> max_length) const;
  /// The same over the defaults.
  PairSettings resolve(std::optional<int> max_length) const;
};

/// The options that decide how pairs are read, as they would be given, as JSON by name.
std::string reading_options(const PairSettings& settings);

/// The heading of these options in --help.
inline constexpr const char* pair_group = "Your own pairs";

/// Adds all of them. `flags` must outlive the program.
void add_pair_options(const Command& command, PairFlags& flags);

}  // namespace attnviz
