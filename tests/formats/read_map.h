// Maps read from the bytes of files.
#pragma once

#include <string>
#include <string_view>

#include "attnviz/attention_file.h"
#include "catch.h"

namespace attnviz {

inline AttentionMaps read_maps(std::string_view bytes, const std::string& format,
                               const ReadOptions& options = {}, const std::string& name = "m") {
  return attention_from_bytes(bytes, *attention_format(format), name, options);
}

/// The only one.
inline AttentionMap read_map(std::string_view bytes, const std::string& format,
                             const ReadOptions& options = {}, const std::string& name = "m") {
  AttentionMaps maps = read_maps(bytes, format, options, name);
  REQUIRE(maps.maps.size() == 1);
  REQUIRE(maps.names.size() == 1);
  return maps.maps.front();
}

/// A sentence, from 1.
inline AttentionMap read_sentence(std::string_view bytes, const std::string& format,
                                  std::size_t sentence, const GivenLabels& labels = {}) {
  ReadOptions options;
  options.sentence = std::to_string(sentence);
  options.labels = labels;
  return read_map(bytes, format, options);
}

/// The texts of all notes, a line each.
inline std::string notes_of(const AttentionMaps& maps) {
  std::string text;
  for (const ReadNote& note : maps.notes) text += note.text + '\n';
  return text;
}

/// Equal to the bit, but for masked cells, which are equal whatever NaN they hold.
inline bool same_weights(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !(is_masked(a[i]) && is_masked(b[i]))) return false;
  }
  return true;
}

}  // namespace attnviz
