#include "answer_options.h"

#include <CLI/CLI.hpp>

#include "options.h"

namespace attnviz {

void add_answer_options(CLI::App& app, AnswerOptions& answer) {
  CLI::Option* beam =
      add_integer_option(app, "--beam", answer.beam.width, 1, most_hypotheses,
                         "hypotheses kept at every step (default 1: greedy decoding)");
  add_number_option(app, "--length-penalty", answer.beam.length_penalty, 0, 10,
                    "alpha (default 0): favours longer answers by log P / ((5 + length) / 6)^alpha")
      ->needs(beam);
  app.add_flag("--replace-unk", answer.replace_unknown,
               "write the input symbol that an <unk> attends to most in its place");
}

}  // namespace attnviz
