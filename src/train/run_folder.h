// The folder of a run: model.safetensors (the best), last.safetensors (where training stands),
// metrics.jsonl (a line an evaluation), config.json.
#pragma once

#include <string>
#include <string_view>

#include "base/lock.h"

namespace attnviz {

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::string model() const { return file("model.safetensors"); }
  std::string last() const { return file("last.safetensors"); }
  std::string metrics() const { return file("metrics.jsonl"); }
  std::string config() const { return file("config.json"); }

  /// Whether a run has left anything there. Throws InputError if that cannot be told.
  bool holds_run() const;

  /// Makes the folder and locks it. A run that is there stays until the new one takes its place, a
  /// file at a time. Throws InUseError when it holds one and `force` is not set, or is locked,
  /// InputError when that cannot be told, OutputError when it cannot be written.
  FolderLock claim(bool force) const;

  /// Locks the folder of a run to go on with. Throws InputError if there is none, and as claim().
  FolderLock reopen() const;

 private:
  std::string path_;
};

/// Names the newest run in runs/latest, where commands without --model look. False if that file
/// cannot be written, which is no reason to stop.
bool remember_newest_run(const std::string& path);

/// The newest run's folder. Throws InputError, with the command to type, when there is none.
std::string newest_run();

}  // namespace attnviz
