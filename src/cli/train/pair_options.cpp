#include "cli/train/pair_options.h"

#include <utility>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "cli/pair_notes.h"
#include "formats/json.h"

namespace attnviz {

namespace {

/// Throws UsageError for what are no columns, and where no file has any.
void choose_columns(const std::string& text, PairSettings& settings) {
  const auto columns = read_columns(text);
  bool used = false;
  for (PairFiles* files : {&settings.train, &settings.validation, &settings.test}) {
    if (files->pairs.empty()) continue;
    files->columns = columns;
    used = true;
  }
  if (!used) throw UsageError("--columns: has no use with --source and --target");
}

/// Throws UsageError for files that do not fit together or cannot be opened again.
void check_files(const PairFlags& flags) {
  if (flags.source.empty() != flags.target.empty()) {
    throw UsageError(flags.source.empty() ? "--target: needs --source"
                                          : "--source: needs --target");
  }
  if (!flags.data.empty() && !flags.source.empty()) {
    throw UsageError("--data: expected it or --source and --target, got both");
  }
  for (const auto& [name, file] :
       {std::pair{"--data", &flags.data}, std::pair{"--source", &flags.source},
        std::pair{"--target", &flags.target}, std::pair{"--dev", &flags.dev},
        std::pair{"--test", &flags.test}}) {
    if (*file == "-" || find_invalid_utf8(*file)) {
      throw UsageError(std::string(name) +
                       ": expected files that can be opened again by their names, got " +
                       printable(*file));
    }
  }
}

}  // namespace

std::string PairFlags::first_given() const {
  for (const auto& [name, value] :
       {std::pair{"--data", &data}, std::pair{"--source", &source}, std::pair{"--target", &target},
        std::pair{"--dev", &dev}, std::pair{"--test", &test}, std::pair{"--tokens", &tokens},
        std::pair{"--source-tokens", &source_tokens}, std::pair{"--target-tokens", &target_tokens},
        std::pair{"--columns", &columns}}) {
    if (!value->empty()) return name;
  }
  return lower            ? "--lower"
         : nfc            ? "--nfc"
         : punctuation    ? "--split-punctuation"
         : min_count      ? "--min-count"
         : max_vocabulary ? "--max-vocabulary"
                          : "";
}

PairSettings PairFlags::apply(PairSettings settings, std::optional<int> max_length) const {
  check_files(*this);
  if (given()) settings.train = {data, source, target, settings.train.columns};
  if (!dev.empty()) settings.validation = {.pairs = dev, .columns = settings.validation.columns};
  if (!test.empty()) settings.test = {.pairs = test, .columns = settings.test.columns};
  if (!columns.empty()) choose_columns(columns, settings);
  const auto set_side = [&](Tokenizer& tokenizer, const std::string& own) {
    const std::string& name = own.empty() ? tokens : own;
    if (!name.empty()) tokenizer.unit = *unit_from(name);
    tokenizer.lower = tokenizer.lower || lower;
    tokenizer.nfc = tokenizer.nfc || nfc;
    tokenizer.punctuation = tokenizer.unit == Unit::word && (tokenizer.punctuation || punctuation);
  };
  set_side(settings.source, source_tokens);
  set_side(settings.target, target_tokens);
  if (punctuation && !settings.source.punctuation && !settings.target.punctuation) {
    throw UsageError("--split-punctuation: has no use with characters: expected words on a side");
  }
  settings.limits = {min_count.value_or(settings.limits.min_count),
                     max_vocabulary.value_or(settings.limits.max_size)};
  settings.max_length = max_length.value_or(settings.max_length);
  return settings;
}

PairSettings PairFlags::resolve(std::optional<int> max_length) const {
  PairSettings settings;
  settings.source.unit = settings.target.unit = Unit::word;
  return apply(settings, max_length);
}

std::string reading_options(const PairSettings& settings) {
  const Tokenizer& source = settings.source;
  const Tokenizer& target = settings.target;
  return nlohmann::ordered_json{{"source_tokens", to_string(source.unit)},
                                {"target_tokens", to_string(target.unit)},
                                {"lower", source.lower && target.lower},
                                {"nfc", source.nfc && target.nfc},
                                {"split_punctuation", source.punctuation || target.punctuation},
                                {"min_count", settings.limits.min_count},
                                {"max_vocabulary", settings.limits.max_size},
                                {"max_length", settings.max_length}}
      .dump();
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
  add_columns_option(command, flags.columns).group(pair_group);
  command.flag("--lower", flags.lower, "read in lower case").group(pair_group);
  command.flag("--nfc", flags.nfc, "read in Unicode's normalisation form C").group(pair_group);
  command
      .flag("--split-punctuation", flags.punctuation,
            "marks of punctuation are words: \"Hello.\" and \"Hello!\" share one")
      .group(pair_group);
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
