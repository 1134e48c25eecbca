#include "cli/matrix_source.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/split.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "formats/attention_edit.h"
#include "formats/attention_file.h"
#include "formats/attention_io.h"
#include "formats/chosen_maps.h"
#include "formats/map_kind.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

std::vector<std::string> as_strings(const std::vector<std::string_view>& parts) {
  return {parts.begin(), parts.end()};
}

/// Whether a list of labels is given by the name of a file.
bool is_file(const std::string& text) {
  namespace fs = std::filesystem;
  const bool is_list = text.empty() || text.find(',') != std::string::npos ||
                       text.starts_with('=') || text.starts_with('[');
  if (is_list || text == "-") return text == "-";
  std::error_code ignored;
  return fs::exists(text, ignored) && !fs::is_directory(text, ignored);
}

/// The texts and numbers of a JSON list; nothing for another text, such as "[CLS],the,[SEP]".
std::optional<std::vector<std::string>> read_json_list(const std::string& text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  try {
    std::vector<std::string> labels;
    for (const auto& value : parse_strict_json<FloatJson>(text, "labels")) {
      if (value.is_structured()) return std::nullopt;
      labels.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    return labels;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::vector<std::string> read_label_file(const std::string& path) {
  constexpr std::size_t max_file = std::size_t{1} << 26U;
  std::string lines = read_file(path, max_file);
  if (lines.starts_with(byte_order_mark)) lines.erase(0, byte_order_mark.size());
  require_utf8(lines, path == "-" ? "standard input" : printable(path, no_limit));
  if (lines.ends_with('\n')) lines.pop_back();
  const auto count = static_cast<std::size_t>(std::ranges::count(lines, '\n') + 1);
  check_label_count(count, printable(path, no_limit));
  std::vector<std::string> labels = as_strings(split(lines, "\n"));
  for (std::string& label : labels) {
    if (label.ends_with('\r')) label.pop_back();
  }
  return labels;
}

std::vector<std::string> read_labels(const std::optional<std::string>& given,
                                     const std::string& option) {
  if (!given) return {};
  const std::string& text = *given;
  if (is_file(text)) return read_label_file(text);
  if (find_invalid_utf8(text)) {
    throw UsageError(option + ": expected UTF-8, got \"" + printable(text) + '"');
  }
  if (text.starts_with("['") && text.ends_with("']")) {
    throw UsageError(option + ": expected a list with double quotes, as JSON has it, got " +
                     printable(text));
  }
  if (const auto labels = read_json_list(text)) return *labels;
  if (text.find(',') != std::string::npos) return as_strings(split(text, ","));
  return {text.starts_with('=') ? text.substr(1) : text};
}

LabelPlaces label_places(const std::string& name) {
  return name == "columns" ? LabelPlaces::columns
         : name == "rows"  ? LabelPlaces::rows
         : name == "both"  ? LabelPlaces::both
         : name == "none"  ? LabelPlaces::none
                           : LabelPlaces::detected;
}

/// How the user chooses otherwise.
std::string remedy(const std::string& setting) {
  if (setting == "sentence") return "; --sentence 2, 2:5 or all takes others";
  if (setting == "index") return "; --index takes others, as in --index 0,3 or --index all";
  if (setting == "axes") return " for --index";
  if (setting == "array") return "; --array takes another";
  if (setting == "labels") return "; --labels columns, rows, both or none says otherwise";
  return "";
}

std::string name_of(const std::string& file) {
  return file == "-" ? "standard input" : printable(file, no_limit);
}

void add_file_options(const Command& command, MatrixOptions& options, MatrixUse use) {
  command
      .paths("--matrix", options.files,
             "files of attention, or standard input for -, in place of a model: .json, "
             ".jsonl, .csv, .tsv, .npy, .npz, .safetensors, or what --input-format says")
      .type("FILE");
  command
      .choice("--input-format", options.format, attention_format_names(),
              "what the file is (default: by its ending; JSON from -)")
      .needs("--matrix");
  command
      .words("--sentence", options.sentence, "a number from 1, a range or all",
             fmt::format(
                 "which maps of a file with several: 3; 2:5, which is 2, 3 and 4; all (default {})",
                 use == MatrixUse::score_all ? "all" : "1"))
      .type("N")
      .needs("--matrix");
}

void add_array_options(const Command& command, MatrixOptions& options, MatrixUse use) {
  command
      .words("--array", options.array, "a name",
             "which array of a file with several (default: weights, or the only one); all for "
             "those of one shape as a further axis, such as the layers")
      .type("NAME")
      .needs("--matrix");
  command
      .texts(
          "--index", options.index,
          fmt::format(
              "which maps of an array with more than two axes: for each axis before the last two a "
              "number, a range (0:4, :) or mean, as in 0,3 or 0,: or mean,3; all for every map; "
              "q,k,0 where the first axis holds rows and the second columns (default: {}). From 0, "
              "or from -1 backwards",
              use == MatrixUse::score_all ? "every map" : "the first map"))
      .type("N,N")
      .needs("--matrix");
  command
      .choice("--combine", options.combine, {"rollout"},
              "one map of all layers of --index: their product, each with heads averaged and the "
              "residual connection added (Abnar and Zuidema 2020; default: none)")
      .needs("--matrix");
}

void add_label_options(const Command& command, MatrixOptions& options) {
  const std::string forms =
      "a,b,c, a JSON list, =x for one, \"\" for none, a file with one a line, or the name of an "
      "array in an .npz";
  command
      .text("--row-labels", options.row_labels,
            "labels of the outputs: " + forms + " (default: the file's)")
      .type("LABELS")
      .needs("--matrix");
  command
      .text("--column-labels", options.column_labels,
            "the same for the inputs (default: the file's)")
      .type("LABELS")
      .needs("--matrix");
  command
      .choice("--labels", options.labels, {"columns", "rows", "both", "none"},
              "what is labels in a table of CSV: the first row (columns), the first column (rows) "
              "(default: told by which cells are numbers)")
      .needs("--matrix");
}

void add_change_options(const Command& command, MatrixOptions& options, MatrixUse use) {
  const bool draws = use == MatrixUse::draw_first;
  command.flag("--transpose", options.transpose, "the file's rows are the inputs")
      .needs("--matrix");
  command
      .words("--crop-rows", options.crop_rows, "a range of rows such as 0:15",
             fmt::format("{} only these rows, the first from 0 and the end left out: 0:15, 1:-1 "
                         "(default: all){}",
                         draws ? "draw" : "score",
                         draws ? ". The caption says so, and how much weight is cut off" : ""))
      .type("A:B")
      .needs("--matrix");
  command
      .words("--crop-columns", options.crop_columns, "a range of columns such as 0:13",
             "the same for columns (default: all)")
      .type("A:B")
      .needs("--matrix");
  command
      .choice("--merge", options.merge, piece_marks(),
              "join the pieces of words that bear this mark: columns are summed, rows averaged "
              "(default: none)")
      .type("MARK")
      .needs("--matrix");
}

}  // namespace

void add_matrix_options(const Command& command, MatrixOptions& options, MatrixUse use) {
  add_file_options(command, options, use);
  add_array_options(command, options, use);
  add_label_options(command, options);
  add_change_options(command, options, use);
}

void add_inputs(const MatrixOptions& options, Inputs& inputs) {
  inputs.add("--matrix", options.files);
  const auto add_labels = [&](const char* option, const std::optional<std::string>& labels) {
    if (labels && is_file(*labels)) inputs.add(option, *labels);
  };
  add_labels("--row-labels", options.row_labels);
  add_labels("--column-labels", options.column_labels);
}

namespace {

ReadOptions read_options(const MatrixOptions& options, const GivenLabels& labels) {
  ReadOptions read;
  read.format = attention_format(options.format);
  read.sentence = options.sentence;
  read.array = {options.array, options.index, options.combine == "rollout"};
  read.labels = labels;
  read.label_places = label_places(options.labels);
  read.transpose = options.transpose;
  read.crop = {options.crop_rows, options.crop_columns};
  return read;
}

/// What may be meant by labels that do not fit.
std::string advice_on_labels(const LabelCountError& error, const MatrixOptions& options) {
  const bool rows = error.setting() == "row_labels";
  const std::string& given = *(rows ? options.row_labels : options.column_labels);
  if (error.got() == 1 && !is_file(given)) {
    return fmt::format(": \"{}\" is no file", printable(given));
  }
  if (error.got() > error.expected()) return "";
  return fmt::format("; {} 0:{} leaves out what is padded", rows ? "--crop-rows" : "--crop-columns",
                     error.got());
}

/// The rows that are neither a distribution nor masked.
struct OddRows {
  std::size_t first = 0;
  std::size_t count = 0;
};

OddRows odd_rows(const AttentionMap& map) {
  OddRows odd;
  for (std::size_t r = map.rows(); r-- > 0;) {
    const auto row = std::span(map.weights).subspan(r * map.columns(), map.columns());
    if (is_distribution(row)) continue;
    odd.first = r;
    ++odd.count;
  }
  return odd;
}

/// Whether a crop, which the caption speaks of, has taken weight from the rows.
bool is_cut(const AttentionMap& map) {
  const auto cut = map.metadata.find("cut_off");
  return cut != map.metadata.end() && cut->second != "0";
}

/// Whether columns are distributions, as if rows were inputs.
bool has_turned_rows(const AttentionMap& map) {
  AttentionMap turned;
  turned.source = map.target;
  turned.target = map.source;
  turned.weights = transposed(map);
  return odd_rows(turned).count == 0;
}

}  // namespace

GivenLabels read_given_labels(const MatrixOptions& options) {
  return {read_labels(options.row_labels, "--row-labels"),
          read_labels(options.column_labels, "--column-labels")};
}

AttentionMaps read_matrices(const MatrixOptions& options, const GivenLabels& labels,
                            const std::string& file, bool quiet) {
  const ReadOptions read = read_options(options, labels);
  AttentionMaps maps;
  try {
    maps = read_attention_maps(file, read);
  } catch (const LabelCountError& error) {
    throw SettingError(error.setting(), error.problem() + advice_on_labels(error, options));
  }
  for (const ReadNote& note : maps.notes) {
    tell_note(quiet, name_of(file) + ": " + note.text + remedy(note.setting));
  }
  if (options.merge.empty()) return maps;
  bool merged = false;
  for (AttentionMap& map : maps.maps) merged = merge_pieces(map, options.merge) || merged;
  if (!merged) {
    tell_note(quiet, fmt::format("--merge: no label of {} has {}: nothing was joined",
                                 name_of(file), options.merge));
  }
  return maps;
}

std::string odd_rows_warning(const MatrixOptions& options, const std::string& file,
                             const AttentionMaps& maps) {
  const bool names_axes =
      std::ranges::find(maps.notes, "axes", &ReadNote::setting) != maps.notes.end();
  std::size_t count = 0;
  std::string text;
  for (std::size_t i = maps.maps.size(); i-- > 0;) {
    const AttentionMap& map = maps.maps[i];
    if (map.kind == MapKind::attribution) continue;
    const OddRows odd = odd_rows(map);
    if (odd.count == 0 || are_links(map.weights) || is_cut(map)) continue;
    ++count;
    text =
        fmt::format("{} of {} rows are not weights in 0..1 that sum to one (the first is row {})",
                    odd.count, map.rows(), odd.first + 1);
    if (maps.maps.size() > 1) {
      text = fmt::format(
          "{} of {} maps have rows that are not weights in 0..1 that sum to one (the "
          "first is {})",
          count, maps.maps.size(), maps.names[i]);
    }
    if (i == 0 && !names_axes && has_turned_rows(map)) {
      text += options.transpose ? "; without --transpose they are"
                                : "; the columns are: --transpose takes them for rows";
    }
  }
  if (count == 0) return "";
  return fmt::format("attnviz: warning: {}: {}", name_of(file), text);
}

}  // namespace attnviz
