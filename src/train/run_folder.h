// The folder of a run: model.safetensors (the best), last.safetensors (the state of training),
// metrics.jsonl (one line per evaluation), maps.jsonl (of a run that is watched), config.json.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "base/lock.h"

namespace attnviz {

/// A folder holds a run that would be lost.
class RunExistsError : public InUseError {
 public:
  using InUseError::InUseError;
};

/// A folder holds no run that could be resumed.
class NoRunError : public InputError {
 public:
  NoRunError(const std::string& message, bool has_model)
      : InputError(message), has_model_(has_model) {}
  bool has_model() const { return has_model_; }  // to start another run from

 private:
  bool has_model_;
};

/// There is no newest run, or it has no model.
class NoModelError : public InputError {
 public:
  using InputError::InputError;
};

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::string model() const { return file("model.safetensors"); }
  std::string last() const { return file("last.safetensors"); }
  std::string metrics() const { return file("metrics.jsonl"); }
  std::string maps() const { return file("maps.jsonl"); }
  std::string config() const { return file("config.json"); }
  /// All of these, whether or not they are there.
  std::vector<std::string> files() const;
  /// Where a run stays that is being replaced, until the new one has a model.
  std::string replaced() const { return file(".replaced"); }

  /// Whether a run has left anything there. Throws InputError if that cannot be determined.
  bool holds_run() const;
  /// Whether a model, a state, metrics or maps are there. Throw as holds_run() does.
  bool has_model() const;
  bool has_state() const;
  bool has_metrics() const;
  bool has_maps() const;

  /// Throws now, without having changed anything, what claim() would throw for a path that is no
  /// folder or for a run that is there.
  void check_free(bool force) const;

  /// Makes the folder and locks it. With `force`, the run that is there is put aside. Throws
  /// RunExistsError when there is one and `force` is not set, FolderInUseError when it is locked,
  /// InputError when that cannot be determined, OutputError when it cannot be written or a file of
  /// the run is a link or no file.
  FolderLock claim(bool force) const;

  /// Locks the folder of a run to resume. Throws NoRunError, OutputError as claim() does, and as
  /// FolderLock does.
  FolderLock reopen() const;

  /// For the owner: whether a run has been put aside for one that has no model yet.
  bool is_replacing() const;
  /// For the owner, after the new run's model was written: removes the run that was put aside.
  void drop_replaced() const;
  /// For the owner, when the new run has given no model: removes it, and puts back the one that
  /// was put aside.
  void restore_replaced() const;

 private:
  void settle() const;
  void check_files() const;
  void put_aside() const;
  void bring_back() const;

  std::string path_;
};

/// The file that names the newest run.
inline constexpr const char* newest_run_file = "runs/latest";

/// Names the newest run in runs/latest, where newest_run() looks. False, which is no reason to
/// stop, if that file cannot be written or is somebody else's: it does not name a folder, neither
/// one that is there nor, by runs/ at its start or a slash at its end, one that was.
bool remember_newest_run(const std::string& path);

/// The newest run's folder. Throws NoModelError when there is none or it holds no model, and as
/// require_model() does.
std::string newest_run();

}  // namespace attnviz
