#include "cli/train/train_all.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/error_text.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/train/train_log.h"
#include "cli/train/train_one.h"
#include "cli/train/train_report.h"
#include "cli/version.h"
#include "formats/json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_manifest = std::size_t{1} << 24U;

/// A folder's name need not be UTF-8, but JSON must be.
std::string dump_manifest(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool is_manifest(const Json& json) {
  if (!json.is_object() || !json.contains("runs") || !json["runs"].is_array()) return false;
  return std::ranges::all_of(json["runs"], [](const Json& run) {
    return run.is_object() && run.contains("task") && run["task"].is_string();
  });
}

/// What earlier calls have written, an empty list of runs if none did. Throws OutputError where
/// something else is in its place.
Json read_manifest(const std::string& file) {
  std::error_code unknown;
  const auto status = std::filesystem::symlink_status(file, unknown);
  if (status.type() == std::filesystem::file_type::not_found) return {{"runs", Json::array()}};
  if (std::filesystem::is_regular_file(status)) {
    Json json = Json::parse(read_file(file, max_manifest), nullptr, false);
    if (is_manifest(json)) return json;
  }
  throw OutputError(printable(file, no_limit) +
                    ": cannot write: it is no manifest of --task all; move it away");
}

/// The entry of a task, without members if there is none.
Json earlier_entry(const Json& manifest, std::string_view task) {
  for (const Json& run : manifest["runs"]) {
    if (run["task"] == task) return run;
  }
  return Json::object();
}

/// Which figures are below their target, for messages; "" if none is. So few examples cannot tell a
/// wrong answer in 2,000 from one in 10,000: as many may be wrong as the target gives, rounded up.
std::string shortfall(const Json& test, const Target& target) {
  std::string text;
  const auto require = [&](const char* what, double got, double expected, auto&& shown) {
    if (got >= expected) return;
    text += fmt::format("{}{} {}, expected at least {}", text.empty() ? "" : "; ", what, shown(got),
                        shown(expected));
  };
  const double examples = test["examples"];
  const double wrong = std::ceil((1.0 - target.exact_match) * examples - 1e-9);
  require("exact match", test["exact_match"], 1.0 - (wrong + 1e-9) / examples, percent);
  const auto share = [](double value) { return format_fixed(value, 4); };
  require("gold mass", test["gold_mass"], target.gold_mass, share);
  require("hit rate", test["hit_rate"], target.hit_rate, share);
  return text;
}

/// One line of the summary, and of the manifest. `earlier` is that of an earlier call.
Json train_and_judge(const TrainOptions& options, const Task& task, const std::string& folder,
                     const Json& earlier) {
  Json entry{{"task", task.name}, {"folder", folder}};
  try {
    tell(options.quiet, "\n" + std::string(task.name));
    const RunReport report = train_one(options, start_in(folder, options, &task), folder);
    Json results = Json::parse(report_json(report, folder));
    const Json seconds = earlier.value("seconds", Json());
    const bool is_known = earlier.value("test", Json()) == results["test"] && seconds.is_number();
    if (report.was_finished && is_known) results["seconds"] = seconds;
    const std::string below = shortfall(results["test"], default_target(task.name));
    entry["verdict"] = below.empty() ? "reached" : "missed";
    entry.update(results);
    if (!below.empty()) entry["missed"] = below;
  } catch (const CheckFailed& failure) {
    entry["verdict"] = "failed";
    entry["reason"] = failure.what();
  } catch (const Error& error) {
    entry["verdict"] = "failed";
    entry["reason"] = error_text(error);
  }
  if (entry.contains("reason")) {
    tell(false, "attnviz: error: " + entry["reason"].get<std::string>());
  }
  return entry;
}

/// A line of the table. Of a task that failed, the figures of the model that it has from before.
Cells summary_cells(const Json& entry, const Json& earlier) {
  Cells cells{entry["task"], entry["verdict"]};
  const Json& figures = entry.contains("test") ? entry : earlier;
  if (!figures.contains("test")) return cells;
  const Json& test = figures["test"];
  cells.push_back(percent(test["exact_match"]));
  cells.push_back(format_fixed(test["gold_mass"], 3));
  cells.push_back(format_fixed(test["hit_rate"], 4));
  cells.push_back(fmt::format("{}", figures["steps"].get<int>()));
  cells.push_back(duration_text(figures["seconds"]));
  return cells;
}

/// Puts an entry in its place among those of all tasks, unless it would replace results by an
/// error.
void merge(Json& manifest, const Json& entry) {
  const Json earlier = earlier_entry(manifest, entry["task"].get<std::string>());
  if (!entry.contains("test") && earlier.contains("test")) return;
  Json runs = Json::array();
  for (const Task& task : all_tasks()) {
    const Json kept = task.name == entry["task"] ? entry : earlier_entry(manifest, task.name);
    if (!kept.empty()) runs.push_back(kept);
  }
  manifest["runs"] = runs;
}

void refuse_single(const TrainOptions& options) {
  const TaskFlags& flags = options.task;
  if (flags.min_length || flags.max_length || flags.shift || flags.alphabet) {
    throw UsageError("--task all: takes no settings of a single task, such as --shift");
  }
  if (!options.init_from.empty()) throw UsageError("--task all: has no use for --init-from");
  if (std::ranges::any_of(options.watched, [](const auto& text) { return !text.empty(); })) {
    throw UsageError("--watch: expected no text with --task all, which watches the samples");
  }
}

}  // namespace

void train_all(const TrainOptions& options) {
  refuse_single(options);
  TrainOptions each = options;
  each.continued = !options.run.force;
  const std::string folder = options.run.folder.empty() ? "runs" : options.run.folder;
  const std::string file = folder + "/manifest.json";
  make_directory(folder);
  Json manifest = read_manifest(file);
  const std::uint64_t seed = options.seed.value_or(options.run.seed);
  const bool has_seed = manifest.contains("seed") && !options.run.force;
  manifest = {{"program", program_name()},
              {"seed", has_seed ? manifest["seed"] : Json(seed)},
              {"runs", manifest["runs"]}};
  write_file(file, dump_manifest(manifest, 2));  // before the work: it says what the folder is
  Json now = manifest;
  now["runs"] = Json::array();
  std::vector<Cells> summary{
      {"task", "verdict", "exact", "gold mass", "hit rate", "steps", "time"}};
  bool all_reached = true;
  for (const Task& task : all_tasks()) {
    const std::string own = folder + "/" + std::string(task.name);
    Json entry;
    each.task.name = task.name;
    try {
      entry = train_and_judge(each, task, own, earlier_entry(manifest, task.name));
    } catch (const Stopped& stopped) {
      const std::string what = stopped.what();
      throw Stopped(stopped.signal(), fmt::format("{}: {}; resume with the same command{}",
                                                  task.name, what.substr(0, what.find(';')),
                                                  options.run.force ? " without --force" : ""));
    }
    now["runs"].push_back(entry);
    if (entry.contains("missed")) {
      tell(options.quiet, fmt::format("attnviz: note: {} missed its target: {}", task.name,
                                      entry["missed"].get<std::string>()));
    }
    summary.push_back(summary_cells(entry, earlier_entry(manifest, task.name)));
    all_reached = all_reached && entry["verdict"] == "reached";
    merge(manifest, entry);
    write_file(file, dump_manifest(manifest, 2));
  }
  tell(options.quiet, "");
  print(options.json ? dump_manifest(now) : format_table(summary, TableStyle::words));
  if (!all_reached) throw CheckFailed("not every task reached its target");
}

}  // namespace attnviz
