// One owner per folder.
#pragma once

#include <string>

#include "attnviz/error.h"
#include "base/descriptor.h"

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
  FolderLock(FolderLock&&) noexcept = default;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace attnviz
