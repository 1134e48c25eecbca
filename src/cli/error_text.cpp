#include "cli/error_text.h"

#include <algorithm>

#include "base/lock.h"
#include "cli/output.h"
#include "formats/alignment_text.h"
#include "formats/attention_file.h"
#include "tasks/task.h"
#include "train/memory.h"
#include "train/pair_data.h"
#include "train/run.h"

namespace attnviz {
namespace {

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
    const char* file = empty->part() == Part::validation ? "; name a file of them with --dev"
                       : empty->part() == Part::test     ? "; name a file of them with --test"
                                                         : "";
    return std::string(file) + (empty->too_long() ? "; raise --max-length" : "");
  }
  if (dynamic_cast<const MemoryLimitError*>(&error)) {
    return "; raise the limit, or lower --hidden, --embedding or --batch";
  }
  if (dynamic_cast<const FolderInUseError*>(&error)) {
    return "; wait for it, or choose another folder with --out";
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
  const bool is_memory = dynamic_cast<const MemoryLimitError*>(&error) != nullptr;
  return (is_memory ? "--max-memory: " : "") + std::string(error.what()) + advice(error);
}

}  // namespace attnviz
