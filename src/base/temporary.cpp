#include "base/temporary.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/number.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = ".attnviz-tmp-";  // then a process and a number

bool is_temporary_name(std::string_view name) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  const std::size_t dash = name.find('-');
  return dash != std::string_view::npos && parse_integer<unsigned>(name.substr(0, dash)) &&
         parse_integer<unsigned>(name.substr(dash + 1));
}

/// Removes a temporary file that nobody holds. While its lock is held here, no owner can rename it:
/// one that has created it but not yet locked it sees the lock, or that its name is gone.
void remove_leftover(const std::string& path) {
  const Descriptor file(open_file(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  // Its owner may have renamed it after it was opened: then the name is gone, or another file's.
  if (try_lock(file.get()) == 0 && is_named(file.get(), path) == true) ::unlink(path.c_str());
}

/// What cannot be removed stays, and does no harm.
void remove_leftovers(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> leftovers;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_temporary_name(entry->path().filename().string())) leftovers.push_back(entry->path());
  }
  for (const std::string& path : leftovers) remove_leftover(path);
}

void keep_mode(int file, mode_t mode) {
  constexpr mode_t permission_bits = 0777;
  struct stat status {};
  if (::fstat(file, &status) != 0) return;
  // The umask may have taken bits away. Not every file system can change them.
  if ((status.st_mode & permission_bits) != mode) (void)::fchmod(file, mode);
}

}  // namespace

Temporary::Temporary(const std::string& folder, std::optional<mode_t> mode, const std::string& path)
    : path_(path), file_(create(folder, mode)), lock_(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0)) {
  if (lock_.is_open()) return;
  const int error = errno;
  ::unlink(name_.c_str());
  refuse_write(path_, error);
}

Temporary::~Temporary() {
  if (!name_.empty()) ::unlink(name_.c_str());  // while it is locked
}

Descriptor Temporary::create(const std::string& folder, std::optional<mode_t> mode) {
  remove_leftovers(folder);
  // Names that others use are passed over: threads, and processes of the same number elsewhere.
  constexpr int max_attempts = 10000;
  const std::string stem = (fs::path(folder) / fmt::format("{}{}-", prefix, ::getpid())).string();
  errno = EEXIST;
  for (int attempt = 0; attempt < max_attempts && errno == EEXIST; ++attempt) {
    name_ = fmt::format("{}{}", stem, attempt);
    Descriptor file(open_file(name_, O_WRONLY | O_CREAT | O_EXCL, mode.value_or(0666)));
    if (!file.is_open()) continue;
    if (own(file.get())) {
      if (mode) keep_mode(file.get(), *mode);
      return file;
    }
    errno = EEXIST;
  }
  const int error = errno;
  name_.clear();
  refuse_write(path_, error);
}

/// Whether the new file is this object's: another process may have taken it for a leftover before
/// it was locked.
bool Temporary::own(int file) {
  int error = try_lock(file);
  if (error == EWOULDBLOCK) return false;
  // A file system without locks: nobody can lock this file and take it for a leftover.
  if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL) return true;
  if (error == 0) {
    if (const std::optional<bool> named = is_named(file, name_)) return *named;
    error = errno;
  }
  ::unlink(name_.c_str());
  refuse_write(path_, error);
}

void Temporary::write(std::string_view bytes) {
  if (const int error = write_all(file_.get(), bytes)) refuse_write(path_, error);
  // Not repeated when it fails: the system may have dropped the pages it could not write.
  if (::fsync(file_.get()) != 0) refuse_write(path_, errno);
  if (const int error = file_.close()) refuse_write(path_, error);
}

void Temporary::rename_to(const std::string& target) {
  if (::rename(name_.c_str(), target.c_str()) != 0) refuse_write(path_, errno);
  name_.clear();
}

}  // namespace attnviz
