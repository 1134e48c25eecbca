// What `attnviz explain` prints for people, and adds to maps.
#pragma once

#include <span>
#include <string>

#include "explain/faithfulness.h"
#include "infer/model_text.h"

namespace attnviz {

/// "fab -> baf", then a table of what each method answers and how exact it is, and one of its
/// scores where something is known.
std::string explanation_text(const std::string& source, const std::string& answer,
                             std::span<const Attribution> attributions,
                             std::span<const MethodScores> scores);

/// Adds title and scores to the metadata of a map.
void add_facts(const Attribution& attribution, const MethodScores& scores, AttentionMap& map);

/// A score of rows of which there are some: "" for none.
std::string score_text(const Mean& mean, int decimals);
std::string score_text(const AlignmentScores& gold, double score, int decimals);

}  // namespace attnviz
