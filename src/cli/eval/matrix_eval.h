// `attnviz eval --matrix`: scores of maps from files, without a model.
#pragma once

#include <string>

#include "cli/inputs.h"
#include "cli/matrix_source.h"
#include "cli/options.h"
#include "score/map_evaluation.h"

namespace attnviz {

struct MatrixEvalOptions {
  MatrixOptions matrix;
  std::string gold;  // a file of links, a line a sentence; "" for the gold of the maps
};

/// Adds --matrix, what chooses its maps, and --gold. `options` must outlive the program.
void add_matrix_eval_options(const Command& command, MatrixEvalOptions& options);

/// What is read.
void add_inputs(const MatrixEvalOptions& options, Inputs& inputs);

/// The scores of all chosen maps of all files. Tells what is odd about them.
MapEvaluation evaluate_matrices(const MatrixEvalOptions& options);

}  // namespace attnviz
