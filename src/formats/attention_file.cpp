#include "formats/attention_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "formats/attention_edit.h"
#include "formats/attention_io.h"
#include "formats/file_kind.h"

namespace attnviz {
namespace {

AttentionMap pick_line(std::string_view bytes, const std::string& name, std::size_t sentence) {
  std::vector<AttentionMap> maps = attention_from_json_lines(bytes, name);
  if (maps.empty()) throw InputError(name + ": expected at least one map, got none");
  if (sentence <= maps.size()) {
    require_map(maps[sentence - 1], fmt::format("{}: sentence {}", name, sentence));
    return std::move(maps[sentence - 1]);
  }
  throw SettingError("sentence", fmt::format("expected 1..{}, the maps in {}, got {}", maps.size(),
                                             name, sentence));
}

using Bytes = std::string_view;
using Name = const std::string&;
using Options = const ReadOptions&;
using Map = const AttentionMap&;

// name, description, magic, has_sentences, is_oriented, is_numpy, read, write
constexpr AttentionFormat formats[] = {
    {"json", "JSON", "{", false, true, false,
     [](Bytes b, Name n, Options) { return attention_from_json(b, n); },
     [](Map map) { return attention_to_json(map) + '\n'; }},
    {"jsonl", "JSON lines", "{", true, true, false,
     [](Bytes b, Name n, Options o) { return pick_line(b, n, o.sentence); },
     [](Map map) { return attention_to_json(map) + '\n'; }},
    {"csv", "CSV", "", false, false, false,
     [](Bytes b, Name n, Options) { return attention_from_csv(b, n); },
     [](Map map) { return attention_to_csv(map); }},
    {"tsv", "TSV", "", false, false, false,
     [](Bytes b, Name n, Options) { return attention_from_csv(b, n, '\t'); },
     [](Map map) { return attention_to_csv(map, '\t'); }},
    {"npy", "a NumPy array", "\x93NUMPY", false, false, true,
     [](Bytes b, Name n, Options o) { return attention_from_npy(b, n, o.array); },
     attention_to_npy},
    {"npz", "a zip archive of NumPy arrays", "PK", false, false, true,
     [](Bytes b, Name n, Options o) { return attention_from_npz(b, n, o.array); },
     attention_to_npz},
    {"marian", "Marian's text", "", true, true, false,
     [](Bytes b, Name n, Options o) { return attention_from_marian(b, n, o.sentence, o.labels); },
     nullptr},
    {"nematus", "Nematus' text", "", true, true, false,
     [](Bytes b, Name n, Options o) { return attention_from_nematus(b, n, o.sentence, o.labels); },
     nullptr},
};

/// Throws when the first bytes are those of another format.
void check_kind(std::string_view bytes, const AttentionFormat& format, const std::string& name) {
  const std::string_view kind = file_kind(bytes);
  const bool may_be_its_own = !format.magic.empty() && bytes.starts_with(format.magic);
  if (bytes.empty() || kind.empty() || may_be_its_own) return;  // the format's reader refuses these
  throw InputError(fmt::format("{}: expected {}, got {}", name, format.description, kind));
}

void check_options(const AttentionFormat& format, const std::string& name,
                   const ReadOptions& options) {
  if (options.sentence != 1 && !format.has_sentences) {
    throw SettingError(
        "sentence", fmt::format("expected 1..1, the maps in {}, got {}", name, options.sentence));
  }
  const bool chooses = !options.array.array.empty() || !options.array.index.empty();
  if (chooses && !format.is_numpy) {
    throw SettingError(options.array.array.empty() ? "index" : "array",
                       "expected an .npy or .npz file, got " + name);
  }
}

/// Whether the file states which side is which: then nothing may be transposed.
bool states_orientation(const AttentionFormat& format, const AttentionMap& map) {
  return format.is_oriented || !map.gold.empty() || !map.expected.empty() || !map.metadata.empty();
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

/// Labels given for a side of which `part` is drawn: of all of it, or of the part.
void replace_labels(std::vector<std::string>& labels, const std::vector<std::string>& given,
                    SideRange part, const std::string& side) {
  if (given.empty()) return;
  const std::size_t size = labels.size();
  if (given.size() == size) {
    labels = given;
  } else if (given.size() == part.size()) {
    std::ranges::copy(given, labels.begin() + static_cast<std::ptrdiff_t>(part.begin));
  } else {
    const std::string all =
        part.size() < size ? fmt::format(" (or {}, before the crop)", size) : "";
    throw SettingError(side + "_labels", fmt::format("expected {}, one a {}{}, got {}", part.size(),
                                                     side, all, given.size()));
  }
}

}  // namespace

const AttentionFormat* attention_format(std::string_view name) {
  const auto* const found = std::ranges::find(formats, name, &AttentionFormat::name);
  return found == std::end(formats) ? nullptr : found;
}

const AttentionFormat* format_by_ending(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  const AttentionFormat* format = attention_format(ending.substr(ending.empty() ? 0 : 1));
  return format != nullptr && format->write != nullptr ? format : nullptr;
}

const std::vector<std::string>& attention_format_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const AttentionFormat& format : formats) all.emplace_back(format.name);
    return all;
  }();
  return names;
}

const std::vector<std::string>& written_format_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> written = attention_format_names();
    std::erase_if(written,
                  [](const auto& name) { return attention_format(name)->write == nullptr; });
    return written;
  }();
  return names;
}

AttentionMap read_attention_file(const std::string& path, const ReadOptions& options) {
  const bool is_stream = path == "-";
  const std::string name = is_stream ? "standard input" : printable(path, no_limit);
  const AttentionFormat* format = options.format;
  if (format == nullptr) format = is_stream ? attention_format("json") : format_by_ending(path);
  if (format == nullptr) {
    std::string endings;
    for (const std::string& each : written_format_names()) {
      endings += (endings.empty() ? "." : each == written_format_names().back() ? " or ." : ", .");
      endings += each;
    }
    throw UnknownEndingError(fmt::format("{}: expected a file that ends in {}", name, endings));
  }
  const std::size_t max_file = std::size_t{1} << (format->is_numpy ? 30U : 28U);
  const auto check_start = [&](std::string_view start) {
    check_kind(start, *format, name);
    // What these readers say of another file, said before all of it is read.
    if (format->is_numpy && !start.starts_with(format->magic)) format->read(start, name, options);
  };
  return attention_from_bytes(read_file(path, max_file, check_start), *format, name, options);
}

AttentionMaps read_attention_maps(const std::string& path, const ReadOptions& options) {
  AttentionMaps result;
  result.maps.push_back(read_attention_file(path, options));
  result.names.emplace_back();
  return result;
}

AttentionMap attention_from_bytes(std::string_view bytes, const AttentionFormat& format,
                                  const std::string& name, const ReadOptions& options) {
  check_options(format, name, options);
  check_kind(bytes, format, name);
  AttentionMap map = format.read(bytes, name, options);
  if (options.transpose) {
    if (states_orientation(format, map)) {
      throw SettingError("transpose", name + " says that its rows are outputs");
    }
    transpose(map);
  }
  const SideRange rows = side_range(options.crop.rows, map.rows(), "crop_rows");
  const SideRange columns = side_range(options.crop.columns, map.columns(), "crop_columns");
  replace_labels(map.target, options.labels.rows, rows, "row");
  replace_labels(map.source, options.labels.columns, columns, "column");
  crop(map, rows, columns);
  return map;
}

std::string attention_to_bytes(const AttentionMap& map, const AttentionFormat& format) {
  if (format.write != nullptr) return format.write(map);
  throw OutputError(fmt::format("format: expected one that is written, got {}", format.name));
}

}  // namespace attnviz
