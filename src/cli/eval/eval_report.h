// What `attnviz eval` prints for people: scores, and tables of them.
#pragma once

#include <string>

#include "score/evaluate.h"
#include "score/map_evaluation.h"
#include "score/pair_evaluation.h"

namespace attnviz {

/// The scores of examples of a task, of pairs; `by_length` adds a table by input length.
std::string evaluation_text(const Evaluation& evaluation, bool by_length);
std::string evaluation_text(const PairEvaluation& evaluation, bool by_length);

/// The scores of maps: of all of them and each sentence, or of each head.
std::string evaluation_text(const MapEvaluation& evaluation);

}  // namespace attnviz
