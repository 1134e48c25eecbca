#include "cli/train/pair_options.h"

#include <CLI/CLI.hpp>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "cli/options.h"

namespace attnviz {
namespace {

const std::vector<std::string> units = {"char", "word"};

}  // namespace

std::string PairFlags::first_said() const {
  for (const auto& [name, value] :
       {std::pair{"--data", &data}, std::pair{"--source", &source}, std::pair{"--target", &target},
        std::pair{"--dev", &dev}, std::pair{"--test", &test}, std::pair{"--tokens", &tokens},
        std::pair{"--source-tokens", &source_tokens},
        std::pair{"--target-tokens", &target_tokens}}) {
    if (!value->empty()) return name;
  }
  return lower                 ? "--lower"
         : nfc                 ? "--nfc"
         : min_count != 1      ? "--min-count"
         : max_vocabulary != 0 ? "--max-vocabulary"
                               : "";
}

PairSettings PairFlags::resolve(std::optional<int> max_length) const {
  if (source.empty() != target.empty()) {
    throw UsageError(source.empty() ? "--target: needs --source" : "--source: needs --target");
  }
  if (!data.empty() && !source.empty()) {
    throw UsageError("--data: expected it or --source and --target, got both");
  }
  for (const std::string* file : {&data, &source, &target, &dev, &test}) {
    if (*file == "-" || find_invalid_utf8(*file)) {
      throw UsageError("--data: expected files that can be opened again by their names, got " +
                       printable(*file));
    }
  }
  PairSettings settings;
  settings.train = {data, source, target};
  settings.validation.pairs = dev;
  settings.test.pairs = test;
  const auto tokenizer = [&](const std::string& own) {
    const std::string& name = own.empty() ? tokens : own;
    return Tokenizer{name.empty() ? Unit::word : *unit_from(name), lower, nfc};
  };
  settings.source = tokenizer(source_tokens);
  settings.target = tokenizer(target_tokens);
  settings.limits = {min_count, max_vocabulary};
  settings.max_length = max_length.value_or(settings.max_length);
  return settings;
}

void add_pair_options(CLI::App& app, PairFlags& flags) {
  CLI::Option* data = add_path_option(
      app, "--data", flags.data,
      "your own pairs: a file with source TAB target a line, and TAB gold alignment if known");
  CLI::Option* source = add_path_option(app, "--source", flags.source,
                                        "the sources alone, a line each, with --target");
  add_path_option(app, "--target", flags.target, "the targets, line by line as in --source");
  data->excludes(source);
  add_path_option(app, "--dev", flags.dev, "to validate with (default: a tenth of the pairs)");
  add_path_option(app, "--test", flags.test, "to test with at the end (default: another tenth)");
  add_choice_option(app, "--tokens", flags.tokens, units, "what a symbol is (default word)");
  add_choice_option(app, "--source-tokens", flags.source_tokens, units,
                    "of sources alone (default: --tokens)");
  add_choice_option(app, "--target-tokens", flags.target_tokens, units,
                    "of targets alone (default: --tokens)");
  app.add_flag("--lower", flags.lower, "read in lower case");
  app.add_flag("--nfc", flags.nfc, "read in Unicode's normalisation form C");
  add_integer_option(app, "--min-count", flags.min_count, 1, 1'000'000'000,
                     "least count of a symbol (default 1); rarer ones are <unk>");
  add_integer_option(app, "--max-vocabulary", flags.max_vocabulary, 0, 1'000'000,
                     "symbols a side (default 0: all); the others are <unk>");
}

}  // namespace attnviz
