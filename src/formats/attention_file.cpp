#include "formats/attention_file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "formats/attention_io.h"
#include "formats/file_kind.h"

namespace attnviz {
namespace {

bool is_numpy(AttentionFormat format) {
  return format == AttentionFormat::npy || format == AttentionFormat::npz;
}

/// Whether a file may hold several maps, one after the other.
bool has_sentences(AttentionFormat format) {
  return format == AttentionFormat::jsonl || format == AttentionFormat::marian ||
         format == AttentionFormat::nematus;
}

std::size_t max_file(AttentionFormat format) {
  return std::size_t{1} << (is_numpy(format) ? 30U : 28U);
}

const char* description(AttentionFormat format) {
  static constexpr const char* texts[] = {"JSON",          "JSON lines",
                                          "CSV",           "TSV",
                                          "a NumPy array", "a zip archive of NumPy arrays",
                                          "Marian's text", "Nematus' text"};
  return texts[static_cast<std::size_t>(format)];
}

/// Throws when the first bytes are those of another format.
void check_kind(std::string_view bytes, AttentionFormat format, const std::string& name) {
  const std::string_view kind = file_kind(bytes);
  const bool is_json = format == AttentionFormat::json || format == AttentionFormat::jsonl;
  // An empty file is answered by the format; so is what may be its own.
  if (bytes.empty() || kind.empty() || (is_json && kind == "JSON") ||
      (format == AttentionFormat::npy && kind == "a NumPy array") ||
      (format == AttentionFormat::npz && bytes.starts_with("PK"))) {
    return;
  }
  throw InputError(name + ": expected " + description(format) + ", got " + std::string(kind));
}

void check_options(AttentionFormat format, const std::string& name, const ReadOptions& options) {
  if (options.sentence != 1 && !has_sentences(format)) {
    throw UsageError("--sentence: expected 1..1, the maps in " + name + ", got " +
                     std::to_string(options.sentence));
  }
  const bool chooses = !options.array.array.empty() || !options.array.index.empty();
  if (chooses && !is_numpy(format)) {
    throw UsageError((options.array.array.empty() ? "--index" : "--array") +
                     std::string(": expected an .npy or .npz file, got ") + name);
  }
}

AttentionMap pick_line(std::string_view bytes, const std::string& name, std::size_t sentence) {
  std::vector<AttentionMap> maps = attention_from_json_lines(bytes, name);
  if (maps.empty()) throw InputError(name + ": expected at least one map, got none");
  if (sentence <= maps.size()) return std::move(maps[sentence - 1]);
  throw UsageError("--sentence: expected 1.." + std::to_string(maps.size()) + ", the maps in " +
                   name + ", got " + std::to_string(sentence));
}

AttentionMap parse(std::string_view bytes, AttentionFormat format, const std::string& name,
                   const ReadOptions& options) {
  switch (format) {
    case AttentionFormat::json:
      return attention_from_json(bytes, name);
    case AttentionFormat::jsonl:
      return pick_line(bytes, name, options.sentence);
    case AttentionFormat::csv:
      return attention_from_csv(bytes, name);
    case AttentionFormat::tsv:
      return attention_from_csv(bytes, name, '\t');
    case AttentionFormat::npy:
      return attention_from_npy(bytes, name, options.array);
    case AttentionFormat::npz:
      return attention_from_npz(bytes, name, options.array);
    case AttentionFormat::marian:
      return attention_from_marian(bytes, name, options.sentence, options.labels);
    case AttentionFormat::nematus:
      break;
  }
  return attention_from_nematus(bytes, name, options.sentence, options.labels);
}

/// Whether the format says which side is which: then nothing is to be turned.
bool states_orientation(AttentionFormat format, const AttentionMap& map) {
  return has_sentences(format) || format == AttentionFormat::json || !map.gold.empty() ||
         !map.expected.empty() || !map.facts.empty();
}

void transpose(AttentionMap& map) {
  std::vector<float> weights;
  weights.reserve(map.weights.size());
  for (std::size_t c = 0; c < map.columns(); ++c) {
    for (std::size_t r = 0; r < map.rows(); ++r) weights.push_back(map.at(r, c));
  }
  map.weights = std::move(weights);
  std::swap(map.source, map.target);
}

void replace_labels(std::vector<std::string>& labels, const std::vector<std::string>& given,
                    const std::string& option, const std::string& each) {
  if (given.empty()) return;
  if (given.size() != labels.size()) {
    throw UsageError(option + ": expected " + std::to_string(labels.size()) + ", one a " + each +
                     ", got " + std::to_string(given.size()));
  }
  labels = given;
}

}  // namespace

const std::vector<std::string>& attention_format_names() {
  static const std::vector<std::string> names = {"json", "jsonl", "csv",    "tsv",
                                                 "npy",  "npz",   "marian", "nematus"};
  return names;
}

const std::vector<std::string>& written_format_names() {
  static const std::vector<std::string> names(attention_format_names().begin(),
                                              attention_format_names().end() - 2);
  return names;
}

std::optional<AttentionFormat> attention_format(std::string_view name) {
  const std::vector<std::string>& names = attention_format_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<AttentionFormat>(found - names.begin());
}

std::optional<AttentionFormat> format_by_ending(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  const std::vector<std::string>& names = written_format_names();
  const auto has_ending = [&](const std::string& name) { return ending == '.' + name; };
  const auto found = std::find_if(names.begin(), names.end(), has_ending);
  if (found == names.end()) return std::nullopt;
  return static_cast<AttentionFormat>(found - names.begin());
}

AttentionMap read_attention_file(const std::string& path, const ReadOptions& options) {
  const bool is_stream = path == "-";
  const std::string name = is_stream ? "standard input" : printable(path, no_limit);
  std::optional<AttentionFormat> format = options.format;
  if (!format) format = is_stream ? AttentionFormat::json : format_by_ending(path);
  if (!format) {
    throw UsageError(name +
                     ": expected a file that ends in .json, .jsonl, .csv, .tsv, .npy or .npz, or "
                     "--input-format");
  }
  return attention_from_bytes(read_file(path, max_file(*format)), *format, name, options);
}

AttentionMap attention_from_bytes(std::string_view bytes, AttentionFormat format,
                                  const std::string& name, const ReadOptions& options) {
  check_options(format, name, options);
  check_kind(bytes, format, name);
  AttentionMap map = parse(bytes, format, name, options);
  if (options.transpose) {
    if (states_orientation(format, map)) {
      throw UsageError("--transpose: " + name + " says that its rows are outputs");
    }
    transpose(map);
  }
  replace_labels(map.target, options.labels.rows, "--row-labels", "row");
  replace_labels(map.source, options.labels.columns, "--column-labels", "column");
  return map;
}

std::string attention_to_bytes(const AttentionMap& map, AttentionFormat format) {
  switch (format) {
    case AttentionFormat::json:
    case AttentionFormat::jsonl:
      return attention_to_json(map) + '\n';
    case AttentionFormat::csv:
      return attention_to_csv(map);
    case AttentionFormat::tsv:
      return attention_to_csv(map, '\t');
    case AttentionFormat::npy:
      return attention_to_npy(map);
    case AttentionFormat::npz:
      return attention_to_npz(map);
    case AttentionFormat::marian:
    case AttentionFormat::nematus:
      break;
  }
  throw OutputError("expected a format that is written, got one that is only read");
}

}  // namespace attnviz
