#include "cli/error_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/lock.h"
#include "base/split.h"
#include "cli/output.h"
#include "formats/alignment_text.h"
#include "formats/attention_file.h"
#include "tasks/task.h"
#include "train/memory.h"
#include "train/pair_data.h"
#include "train/pair_places.h"
#include "train/run.h"

namespace attnviz {
namespace {

std::string advice_on_parts(const EmptyPartError::Reasons& reasons) {
  const bool validation = reasons.part == Part::validation || reasons.validation_held_out;
  const bool test = reasons.part == Part::test || reasons.test_held_out;
  std::string text;
  if (validation) text += "; name a file of them with --dev";
  if (test) text += std::string(validation ? " and" : "; name a file of them with") + " --test";
  return text + (reasons.too_long ? "; raise --max-length" : "");
}

/// Columns that were read as something else, or not.
std::string advice_on_columns(const PairFileError& faults) {
  std::vector<int> columns = faults.gold_columns();
  if (columns.empty())
    return faults.too_many_columns() ? "; --columns 1,2 reads the first two" : "";
  const int gold = columns.back();
  columns.pop_back();
  return fmt::format("; column {} is read as a gold alignment: --columns {} leaves it out", gold,
                     columns_text(columns));
}

/// What can be done about an error; "" where its text suffices.
std::string advice(const Error& error) {
  if (dynamic_cast<const UnknownEndingError*>(&error)) return ", or --input-format";
  if (const auto* missing = dynamic_cast<const MissingLabelsError*>(&error)) {
    const bool rows = missing->side() == MissingLabelsError::Side::rows;
    return rows ? "; give --row-labels" : "; give --column-labels";
  }
  if (dynamic_cast<const SeparatorSymbolError*>(&error)) {
    return ", or --alignment pharaoh, json or npz";
  }
  if (dynamic_cast<const NoExampleError*>(&error)) {
    return "; raise --max-length or widen --alphabet";
  }
  if (const auto* empty = dynamic_cast<const EmptyPartError*>(&error)) {
    return advice_on_parts(empty->reasons());
  }
  if (dynamic_cast<const EmptyVocabularyError*>(&error)) return "; lower --min-count";
  if (dynamic_cast<const PairsNotFoundError*>(&error)) {
    return "; --data names where they are now (eval: with --held-out)";
  }
  if (dynamic_cast<const MemoryLimitError*>(&error)) {
    return "; raise the limit, or lower --hidden, --embedding or --batch";
  }
  if (dynamic_cast<const FolderInUseError*>(&error)) {
    return "; wait for it, or start another run with --out";
  }
  if (dynamic_cast<const RunExistsError*>(&error)) {
    return "; resume it with --resume, choose another folder with --out, or replace it with "
           "--force";
  }
  if (const auto* early = dynamic_cast<const NoEvaluationError*>(&error)) {
    return "; resume it with: attnviz train --resume " + shell_word(early->folder());
  }
  if (const auto* no_run = dynamic_cast<const NoRunError*>(&error)) {
    return no_run->has_model() ? "; --init-from starts a new run from a model" : "";
  }
  if (dynamic_cast<const NoModelError*>(&error)) {
    return "; train one with `attnviz train --task reverse`, or name one with --model";
  }
  return "";
}

}  // namespace

std::string error_text(const Error& error) {
  if (const auto* wrong = dynamic_cast<const SettingError*>(&error)) {
    std::string option = wrong->setting();
    std::ranges::replace(option, '_', '-');
    return "--" + option + ": " + wrong->problem();
  }
  if (const auto* faults = dynamic_cast<const PairFileError*>(&error)) {
    const std::string text = error.what();
    const std::vector<std::string_view> lines = split(text, "\n");
    const bool has_one_cause = std::ranges::all_of(
        lines, [](std::string_view line) { return line.find(": gold") != std::string_view::npos; });
    return (has_one_cause ? std::string(lines.front()) : text) + advice_on_columns(*faults);
  }
  const bool is_memory = dynamic_cast<const MemoryLimitError*>(&error) != nullptr;
  return (is_memory ? "--max-memory: " : "") + std::string(error.what()) + advice(error);
}

void rethrow(const Error& error, const std::string& place) {
  if (dynamic_cast<const LimitError*>(&error)) throw LimitError(place + error_text(error));
  throw InputError(place + error_text(error));
}

}  // namespace attnviz
