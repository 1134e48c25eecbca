// The options that choose the maps to draw or score: files of attention, and what these leave open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_file.h"
#include "cli/inputs.h"
#include "cli/options.h"

namespace attnviz {

struct MatrixOptions {
  std::vector<std::string> files;
  std::string format;  // a name of attention_format_names(); "" for the file's ending
  std::string array;
  std::vector<std::string> index;         // see ArrayChoice
  std::string combine;                    // "rollout"
  std::string sentence;                   // see ReadOptions
  std::optional<std::string> row_labels;  // a list, a file or the name of an array
  std::optional<std::string> column_labels;
  std::string labels;  // a name of LabelPlaces; "" to detect them
  bool transpose = false;
  std::string crop_rows;  // "0:15", "" for all
  std::string crop_columns;
  std::string merge;  // one of piece_marks(), "" for none
};

/// What is done with the maps of a file when the options do not say which.
enum class MatrixUse {
  draw_first,  // one sentence, one map of an array
  score_all,
};

/// Adds --matrix and the options that need it. `options` must outlive the program.
void add_matrix_options(const Command& command, MatrixOptions& options, MatrixUse use);

/// What is read: the files and those of labels.
void add_inputs(const MatrixOptions& options, Inputs& inputs);

/// The labels given in place of those of the files; read once, as they may come from standard
/// input. Throws as read_file does, and UsageError for labels that are none.
GivenLabels read_given_labels(const MatrixOptions& options);

/// The maps of one of the files, cropped and merged. What was taken for granted is noted on
/// standard error, unless `quiet`. Throws as read_attention_maps does.
AttentionMaps read_matrices(const MatrixOptions& options, const GivenLabels& labels,
                            const std::string& file, bool quiet);

/// A warning, or "": rows that are no distribution are drawn unchanged, as that may be what the
/// user wants to see. Maps of 0 and 1 are links, and need not be one.
std::string odd_rows_warning(const MatrixOptions& options, const std::string& file,
                             const AttentionMaps& maps);

}  // namespace attnviz
