// Options of how a model answers, shared by predict, eval and render.
#pragma once

#include "attnviz/infer/predict.h"

namespace CLI {
class App;
}  // namespace CLI

namespace attnviz {

inline constexpr int most_hypotheses = 100;

/// Adds --beam, --length-penalty and --replace-unk. `answer` must outlive `app`.
void add_answer_options(CLI::App& app, AnswerOptions& answer);

}  // namespace attnviz
