// Runs that take a moment.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/file.h"
#include "train/data.h"
#include "train/run.h"

namespace attnviz {

/// A folder of its own, removed at the end; the working folder while it lives.
struct Scratch {
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("attnviz-run-test-" + std::to_string(getpid()));
  Scratch() {
    std::filesystem::create_directories(path);
    std::filesystem::current_path(path);
  }
  ~Scratch() {
    std::filesystem::current_path(before);
    std::filesystem::remove_all(path);
  }
};

/// The files below a folder, by their names in it.
using Files = std::map<std::string, std::string>;

inline Files files_in(const std::string& folder) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) continue;
    files[std::filesystem::relative(entry.path(), folder)] = read_file(entry.path(), 1U << 26U);
  }
  return files;
}

inline Recipe quick_recipe() {
  Recipe recipe;
  recipe.model.embedding = recipe.model.hidden = recipe.model.decoder_hidden = 8;
  recipe.model.attention_units = 8;
  recipe.steps = 60;
  recipe.evaluate_every = 20;
  return recipe;
}

inline RunOptions quick_options(const std::string& folder) {
  RunOptions options;
  options.folder = folder;
  options.validation = 20;
  options.test = 20;
  options.program = "test";
  return options;
}

inline TaskData reverse_data() {
  const Task& task = find_task("reverse");
  return TaskData(task, task.defaults);
}

}  // namespace attnviz
