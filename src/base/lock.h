// One owner per folder.
#pragma once

#include <string>

#include "attnviz/error.h"

namespace attnviz {

/// Another process holds the lock of a folder.
class FolderInUseError : public InUseError {
 public:
  using InUseError::InUseError;
};

/// Holds a folder until it is destroyed. The system releases it when the process ends, even if it
/// is killed. The file `.lock` in the folder names the holder; it is removed with the lock.
class FolderLock {
 public:
  /// Throws FolderInUseError naming the holder, OutputError when the file cannot be made or locked,
  /// or is not one that a holder has left.
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  bool try_to_lock(const std::string& folder);  // false if it should be tried again

  std::string path_;
  int file_ = -1;
};

}  // namespace attnviz
