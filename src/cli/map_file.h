// A file of the maps of one input after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "attnviz/attention_map.h"

namespace attnviz {

/// The file of --attention, or none. Maps are kept until the end, since a file is written as a
/// whole.
class MapFile {
 public:
  /// Its format follows from its ending; "" is no file. Throws UsageError for another ending and
  /// for "-".
  explicit MapFile(std::string path);

  bool is_wanted() const { return !path_.empty(); }
  /// "jsonl"; "" without a file.
  const std::string& format() const { return format_; }
  /// Throws UsageError if it holds only one map.
  void require_several() const;

  /// A map of the input after the first `inputs`. What has no room is left out.
  void add(const AttentionMap& map, std::size_t inputs);
  /// The map of an input without an answer, where the format has an entry for it.
  void add_failed(const AttentionMap& map, std::size_t inputs);
  /// Writes the maps of `inputs` inputs, which came from `origin`, and says so unless `quiet`.
  /// Throws OutputError, InputError if there was no input, LimitError if not all had room.
  void write(std::size_t inputs, const std::string& origin, bool quiet) const;

 private:
  std::string path_;
  std::string format_;
  std::string maps_;
  std::optional<std::size_t> inputs_kept_;  // whose maps these are, if there is no room for more
};

/// What stands for the map of an input without an answer: the reason and the input's number.
AttentionMap failed_map(const std::string& problem, std::size_t number);

}  // namespace attnviz
