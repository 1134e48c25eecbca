// A model of pairs on the pairs that were held out when it was trained.
#pragma once

#include <string>

#include "score/pair_evaluation.h"
#include "train/pair_data.h"

namespace attnviz {

/// The pairs of a model's training, by the name of its run's folder or file; those to train on in
/// `given` where it names any. Throws as reopen_pairs() does, and InputError for a model without a
/// seed, which determines what was held out.
PairData open_pairs(const Model& model, const std::string& path, const PairFiles& given = {});

/// The files that hold the test pairs, among others or alone.
const PairFiles& test_files(const PairData& data);

/// Answers the test pairs, of which events.filter may choose some.
PairEvaluation evaluate_test(const Model& model, const PairData& data, const AnswerOptions& options,
                             PairEvents events);

}  // namespace attnviz
