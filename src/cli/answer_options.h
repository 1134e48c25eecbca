// How a model answers, and notes about its answers: shared by predict, eval and render.
#pragma once

#include <string>

#include "cli/options.h"
#include "infer/predict.h"

namespace attnviz {

inline constexpr int max_hypotheses = 100;

/// Adds --beam, --length-penalty and --replace-unk. `answer` must outlive the program.
void add_answer_options(const Command& command, AnswerOptions& answer);

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
