// `attnviz train`: a run on a task or on pairs, or of all tasks.
#include <filesystem>
#include <memory>
#include <utility>

#include "attnviz/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/train/train_all.h"
#include "cli/train/train_one.h"
#include "cli/train/train_report.h"
#include "cli/train/train_start.h"
#include "train/run_folder.h"

namespace attnviz {
namespace {

/// Words without an option: the name of a task needs --task, a folder or file one too.
void refuse_words(const TrainOptions& options) {
  if (options.words.empty()) return;
  std::vector<std::string> names = task_names();
  names.emplace_back(all_name);
  const std::string& word = options.words.front();
  std::string meant = nearest(word, names);
  std::error_code unknown;
  if (!meant.empty()) {
    meant = "--task " + meant;
  } else if (std::filesystem::is_directory(word, unknown)) {
    meant = "--resume " + shell_word(word);
  } else if (std::filesystem::exists(word, unknown)) {
    meant = "--data " + shell_word(word);
  }
  throw UsageError("unexpected argument \"" + printable(word) + '"' +
                   (meant.empty() ? "" : "; did you mean " + meant + "?") +
                   "; see attnviz train --help");
}

void refuse_only_pairs(const TrainOptions& options, bool resumed, bool pairs) {
  constexpr const char* only_pairs = "is for pairs: expected --data, or --source and --target";
  if (resumed || pairs) return;
  refuse_pair_options(options, only_pairs);
  if (options.bucket) throw UsageError(std::string("--bucket: ") + only_pairs);
  if (options.batch_tokens) throw UsageError(std::string("--batch-tokens: ") + only_pairs);
}

/// The folder of the run, by its name or by what is trained.
std::string folder_of(const TrainOptions& options) {
  if (!options.resume.empty()) return options.resume;
  if (!options.run.folder.empty()) return options.run.folder;
  return "runs/" + (options.pairs.given() ? "pairs" : options.task.name);
}

Start start_of(const TrainOptions& options, const std::string& folder) {
  if (!options.resume.empty()) return resume_run(options);
  if (options.pairs.given()) return start_in(folder, options, nullptr);
  const Task* task = options.task.name.empty() ? nullptr : &find_task(options.task.name);
  return start_in(folder, options, task);
}

/// Before anything is read: what the run in `folder` writes is none of what it is given.
void refuse_replaced_data(const TrainOptions& options, const std::string& folder) {
  Inputs inputs;
  const PairFlags& pairs = options.pairs;
  inputs.add("--data", pairs.data);
  inputs.add("--source", pairs.source);
  inputs.add("--target", pairs.target);
  inputs.add("--dev", pairs.dev);
  inputs.add("--test", pairs.test);
  inputs.add("--init-from", options.init_from);
  const char* option = options.resume.empty() ? "--out" : "--resume";
  const RunFolder run(folder);
  std::vector<std::string> written = run.files();
  written.insert(written.end(), {run.file(".lock"), newest_run_file});
  for (const std::string& file : written) inputs.refuse_output(option, file);
  inputs.add(option, folder);
  inputs.refuse_output("standard output", "-");
}

void run_train(const TrainOptions& options) {
  refuse_words(options);
  const bool pairs = options.pairs.given();
  const bool resumed =
      !options.resume.empty() || (options.continued && !options.run.folder.empty() &&
                                  RunFolder(options.run.folder).holds_run());
  if (options.task.name.empty() && !resumed && !pairs) {
    throw UsageError("--task or --data is required; see attnviz train --help");
  }
  refuse_only_pairs(options, resumed, pairs);
  if (options.task.name == all_name && !pairs) {
    if (!options.resume.empty()) throw UsageError("--task all: one run at a time can be resumed");
    return train_all(options);
  }
  const std::string folder = folder_of(options);
  refuse_replaced_data(options, folder);
  const RunReport report = train_one(options, start_of(options, folder), folder);
  print(options.json ? report_json(report, folder) + "\n" : report_text(report, folder));
  // Outside runs/ it need not be the newest: runs/latest may not be writable.
  const bool is_default = options.resume.empty() && options.run.folder.empty() && report.is_newest;
  tell(options.quiet, "next: attnviz render " +
                          (is_default ? "" : "--model " + shell_word(folder) + ' ') +
                          "--out heat.png");
}

}  // namespace

void add_train(Program& program) {
  const auto options = std::make_shared<TrainOptions>();
  const Command command = program.add(
      "train", "train a model on a task or on your own pairs",
      {"attnviz train --task reverse", "attnviz train --task dates --out runs/my-dates --seed 7",
       "attnviz train --task left-shift --shift 2 --max-length 20",
       "attnviz train --data pairs.tsv --tokens word --out runs/pairs",
       "attnviz train --resume runs/my-dates", "attnviz train --task sort --continue",
       "attnviz train --task all --out runs"});
  add_train_options(command, *options);
  command.run([options] { run_train(*options); });
}

}  // namespace attnviz
