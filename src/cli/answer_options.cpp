#include "cli/answer_options.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "cli/output.h"

namespace attnviz {

void add_answer_options(const Command& command, AnswerOptions& answer) {
  command.integer("--beam", answer.beam.width, 1, max_hypotheses,
                  "hypotheses kept at every step (default 1: greedy decoding)");
  command
      .number("--length-penalty", answer.beam.length_penalty, 0, 10,
              "alpha (default 0): favours longer answers by log P / ((5 + length) / 6)^alpha")
      .needs("--beam");
  command.flag("--replace-unk", answer.replace_unknown,
               "write the input symbol that an <unk> attends to most in its place");
}

void add_map_option(const Command& command, std::string& map) {
  command.choice("--map", map, {"attention", "posterior"},
                 "which map: where the model looks, or with hard attention where each symbol of "
                 "the answer came from (default attention)");
}

bool wants_posterior(const std::string& map, const Model& model) {
  const bool wanted = map == "posterior";
  if (wanted && !model.config.hard) {
    throw UsageError(
        "--map: expected attention, got posterior, which only a model trained with "
        "--attention hard has");
  }
  return wanted;
}

void tell_unknown(bool quiet, const std::string& place, const SourceText& text) {
  if (text.unknown.empty()) return;
  tell_note(quiet,
            fmt::format("{}the model has never seen {}; read as <unk>", place, text.unknown));
}

bool tell_length(bool quiet, const std::string& place, const SourceReader& reader,
                 const SourceText& text) {
  const std::string warning = reader.length_warning(text.symbols.size());
  if (warning.empty()) return false;
  tell_note(quiet, place + warning);
  return true;
}

void tell_cut(bool quiet, const Prediction& prediction) {
  if (!prediction.ended) tell_cut(quiet, prediction.source_text, prediction.answer.size());
}

void tell_cut(bool quiet, const std::string& source, std::size_t symbols) {
  tell(quiet,
       fmt::format("attnviz: warning: the answer to \"{}\" did not end; cut after {} symbols",
                   printable(source), symbols));
}

}  // namespace attnviz
