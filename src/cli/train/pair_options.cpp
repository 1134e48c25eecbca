#include "cli/train/pair_options.h"

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {

std::string PairFlags::first_given() const {
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

void add_pair_options(const Command& command, PairFlags& flags) {
  const auto add_tokens = [&](const char* name, std::string& target, const char* help) {
    command.choice(name, target, {"char", "word"}, help).group(pair_group);
  };
  command
      .path("--data", flags.data,
            "your own pairs: a file with source TAB target a line, and TAB gold alignment if known")
      .group(pair_group);
  command.path("--source", flags.source, "the sources alone, a line each, with --target")
      .group(pair_group)
      .excludes("--data");
  command.path("--target", flags.target, "the targets, line by line as in --source")
      .group(pair_group);
  command.path("--dev", flags.dev, "to validate with (default: a tenth of the pairs)")
      .group(pair_group);
  command.path("--test", flags.test, "to test with at the end (default: another tenth)")
      .group(pair_group);
  add_tokens("--tokens", flags.tokens, "what a symbol is (default word)");
  add_tokens("--source-tokens", flags.source_tokens, "of sources alone (default: --tokens)");
  add_tokens("--target-tokens", flags.target_tokens, "of targets alone (default: --tokens)");
  command.flag("--lower", flags.lower, "read in lower case").group(pair_group);
  command.flag("--nfc", flags.nfc, "read in Unicode's normalisation form C").group(pair_group);
  command
      .integer("--min-count", flags.min_count, 1, 1'000'000'000,
               "least count of a symbol (default 1); rarer ones are <unk>")
      .group(pair_group);
  command
      .integer("--max-vocabulary", flags.max_vocabulary, 0, 1'000'000,
               "symbols a side (default 0: all); the others are <unk>")
      .group(pair_group);
}

}  // namespace attnviz
