// One owner a folder.
#pragma once

#include <string>

namespace attnviz {

/// Holds a folder until it is destroyed. The system lets go of it when the process ends, however it
/// ends. The holder's number stands in the file `.lock` in the folder, which is gone with the lock.
class FolderLock {
 public:
  /// Throws InUseError naming the holder, OutputError when the file cannot be had.
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
