#include "cli/render/matrix_source.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "formats/attention_edit.h"
#include "formats/attention_file.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

std::vector<std::size_t> read_index(const std::string& text) {
  std::vector<std::size_t> index;
  if (text.empty()) return index;
  for (const std::string_view part : split(text, ",")) {
    const auto number = parse_integer<std::size_t>(part);
    if (!number) {
      throw UsageError("--index: expected numbers from 0 with commas between them, got \"" +
                       printable(text) + '"');
    }
    index.push_back(*number);
  }
  return index;
}

std::vector<std::string> as_strings(const std::vector<std::string_view>& parts) {
  return {parts.begin(), parts.end()};
}

std::vector<std::string> read_labels(const std::string& text, const std::string& option) {
  if (text.empty()) return {};
  if (text.find(',') != std::string::npos) {
    if (find_invalid_utf8(text)) {
      throw UsageError(option + ": expected UTF-8, got \"" + printable(text) + '"');
    }
    return as_strings(split(text, ","));
  }
  constexpr std::size_t max_file = std::size_t{1} << 26U;
  std::string lines = read_file(text, max_file);
  if (lines.starts_with(byte_order_mark)) lines.erase(0, byte_order_mark.size());
  require_utf8(lines, text == "-" ? "standard input" : printable(text, no_limit));
  if (lines.ends_with('\n')) lines.pop_back();
  const auto count = static_cast<std::size_t>(std::ranges::count(lines, '\n') + 1);
  check_label_count(count, printable(text, no_limit));
  std::vector<std::string> labels = as_strings(split(lines, "\n"));
  for (std::string& label : labels) {
    if (label.ends_with('\r')) label.pop_back();
  }
  return labels;
}

}  // namespace

void add_matrix_options(const Command& command, MatrixOptions& options) {
  command
      .paths("--matrix", options.files,
             "draw this file of attention, or standard input for -; no model is used. .json, "
             ".jsonl, .csv, .tsv, .npy, .npz, or what --input-format says")
      .type("FILE");
  command
      .choice("--input-format", options.format, attention_format_names(),
              "what the file is (default: by its ending; JSON from -)")
      .needs("--matrix");
  command
      .integer("--sentence", options.sentence, 1, 1'000'000'000,
               "which map of a file with several (default 1)")
      .needs("--matrix");
  command
      .words("--array", options.array, "a name",
             "which array of an .npz file (default: weights, or the only one)")
      .type("NAME")
      .needs("--matrix");
  command
      .words("--index", options.index, "numbers from 0 with commas between them",
             "which matrix of an array with more than two axes, as in layer,head; from 0 (no "
             "default)")
      .type("N,N")
      .needs("--matrix");
  command
      .words("--row-labels", options.row_labels, "labels or a file",
             "labels of the outputs: a,b,c or a file with one a line (default: the file's)")
      .type("LABELS")
      .needs("--matrix");
  command
      .words("--column-labels", options.column_labels, "labels or a file",
             "the same for the inputs (default: the file's)")
      .type("LABELS")
      .needs("--matrix");
  command.flag("--transpose", options.transpose, "the file's rows are the inputs")
      .needs("--matrix");
  command
      .words("--crop-rows", options.crop_rows, "a range of rows such as 0:15",
             "draw only these rows, the first from 0 and the end left out: 0:15, 1:-1 (default: "
             "all). The caption says so, and how much weight is cut off")
      .type("A:B")
      .needs("--matrix");
  command
      .words("--crop-columns", options.crop_columns, "a range of columns such as 0:13",
             "the same for columns (default: all)")
      .type("A:B")
      .needs("--matrix");
  command
      .choice("--merge", options.merge, piece_marks(),
              "join the pieces of words that bear this mark: columns are summed, rows averaged")
      .type("MARK")
      .needs("--matrix");
}

void add_inputs(const MatrixOptions& options, Inputs& inputs) {
  inputs.add("--matrix", options.files);
  const auto add_labels = [&](const char* option, const std::string& labels) {
    if (labels.find(',') == std::string::npos) inputs.add(option, labels);
  };
  add_labels("--row-labels", options.row_labels);
  add_labels("--column-labels", options.column_labels);
}

namespace {

ReadOptions read_options(const MatrixOptions& options) {
  ReadOptions read;
  read.format = attention_format(options.format);
  read.sentence = static_cast<std::size_t>(options.sentence);
  read.array = {options.array, read_index(options.index)};
  read.labels = {read_labels(options.row_labels, "--row-labels"),
                 read_labels(options.column_labels, "--column-labels")};
  read.transpose = options.transpose;
  read.crop = {options.crop_rows, options.crop_columns};
  return read;
}

}  // namespace

AttentionMaps read_matrices(const MatrixOptions& options, const std::string& file) {
  AttentionMaps maps = read_attention_maps(file, read_options(options));
  if (options.merge.empty()) return maps;
  bool merged = false;
  for (AttentionMap& map : maps.maps) merged = merge_pieces(map, options.merge) || merged;
  if (!merged) {
    tell_note(false, fmt::format("--merge: no label of {} has {}: nothing was joined",
                                 file == "-" ? "standard input" : printable(file, no_limit),
                                 options.merge));
  }
  return maps;
}

std::string odd_rows_warning(const std::string& file, const AttentionMap& map) {
  constexpr float tolerance = 0.015F;  // weights written with two decimals
  std::size_t first = 0;
  std::size_t count = 0;
  for (std::size_t r = map.rows(); r-- > 0;) {
    float sum = 0.0F;
    float least = 0.0F;
    for (std::size_t c = 0; c < map.columns(); ++c) {
      sum += map.at(r, c);
      least = std::min(least, map.at(r, c));
    }
    if (std::abs(sum - 1.0F) <= tolerance && least >= 0.0F) continue;
    first = r;
    ++count;
  }
  if (count == 0) return "";
  return fmt::format(
      "attnviz: warning: {}: {} of {} rows are not weights in 0..1 that sum to one (the first is "
      "row "
      "{}); drawn as they are",
      file == "-" ? "standard input" : printable(file, no_limit), count, map.rows(), first + 1);
}

}  // namespace attnviz
