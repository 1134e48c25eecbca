// How a model answers, and notes about its answers: shared by predict, eval and render.
#pragma once

#include <string>

#include "cli/options.h"
#include "infer/predict.h"

namespace attnviz {

inline constexpr int max_hypotheses = 100;

/// Adds --beam, --length-penalty and --replace-unk. `answer` must outlive the program.
void add_answer_options(const Command& command, AnswerOptions& answer);

/// Adds --map. `map` must outlive the program.
void add_map_option(const Command& command, std::string& map);

/// Whether --map asks for the posterior. Throws UsageError where the model has none.
bool wants_posterior(const std::string& map, const Model& model);

/// Notes the symbols of `text` that the model does not know, if any; `place` names the text's
/// origin.
void tell_unknown(bool quiet, const std::string& place, const SourceText& text);

/// Notes that inputs of this length were not in training. Whether there was something to note.
bool tell_length(bool quiet, const std::string& place, const SourceReader& reader,
                 const SourceText& text);

/// Warns of an answer that did not end with END.
void tell_cut(bool quiet, const Prediction& prediction);
/// The same for an answer to `source` that was cut after so many symbols.
void tell_cut(bool quiet, const std::string& source, std::size_t symbols);

}  // namespace attnviz
