// The temporary file of a save, and what becomes of those that killed processes leave.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace attnviz {

/// A new file in a folder, removed again unless it has been renamed.
///
/// It is locked (flock) from its creation until it has its name. A lock ends with its process, in
/// whatever container or machine that runs, so a temporary file that can be locked has no owner. A
/// file system without locks keeps what is left behind.
class Temporary {
 public:
  /// First removes what killed processes have left in the folder. `mode` has the permission bits,
  /// those of a new file without one. Throws OutputError naming `path`, where the file will go.
  Temporary(const std::string& folder, std::optional<mode_t> mode, const std::string& path);
  ~Temporary();
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  /// Writes everything to the disk and closes the file.
  void write(std::string_view bytes);
  void rename_to(const std::string& target);

 private:
  Descriptor create(const std::string& folder, std::optional<mode_t> mode);
  bool own(int file);

  std::string path_;  // as the user wrote it, for messages
  std::string name_;
  Descriptor file_;
  Descriptor lock_;  // the same file: it stays locked when the one above is closed
};

}  // namespace attnviz
