#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "attnviz/error.h"
#include "base/hash.h"
#include "base/number.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr mode_t permission_bits = 0777;

std::string cause(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void refuse_write(const std::string& path, const std::string& what) {
  throw OutputError(fmt::format("{}: cannot write: {}", printable(path, no_limit), what));
}
[[noreturn]] void refuse_write(const std::string& path, int error) {
  refuse_write(path, cause(error));
}

/// `name` as messages show it.
[[noreturn]] void refuse_read(const std::string& name, int error) {
  throw InputError(name + ": cannot read: " + cause(error));
}
[[noreturn]] void refuse_size(const std::string& name, std::size_t limit, const std::string& got) {
  throw LimitError(fmt::format("{}: expected at most {} bytes, got {}", name, limit, got));
}

/// An open file. The destructor closes it after a failure; a writer calls close() and checks it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  /// The error of close(), or 0. Linux closes the file even when it reports an error, so close() is
  /// never called again; an interrupted close is not a failure.
  int close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int fd_;
};

int open_file(const std::string& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/// Whether a read or write that failed with errno should be tried again. Waits for a standard
/// stream that another process made non-blocking.
bool may_try_again(int fd, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd ready{fd, event, 0};
  return ::poll(&ready, 1, -1) > 0 || errno == EINTR;
}

/// The number of bytes read, 0 at the end, or -1 with errno.
ssize_t read_some(int fd, char* bytes, std::size_t count) {
  ssize_t got = -1;
  do {
    got = ::read(fd, bytes, count);
  } while (got < 0 && may_try_again(fd, POLLIN));
  return got;
}

/// The error that kept `bytes` from being written as a whole, or 0.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return EIO;  // no progress and no reason: trying again might never end
    } else if (!may_try_again(fd, POLLOUT)) {
      return errno;
    }
  }
  return 0;
}

std::string directory_of(const std::string& path) {
  const std::string directory = fs::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

/// Where write_file puts the bytes.
struct Target {
  std::string path;            // symbolic links resolved
  bool is_special = false;     // a device, pipe or socket: written to, never replaced (opening a
                               // directory to write to it fails)
  bool is_fifo = false;        // a named pipe
  std::optional<mode_t> mode;  // permission bits of the file it replaces
};

/// The file that `path` names after all links, which need not exist.
std::string follow_links(const std::string& path) {
  constexpr int max_links = 40;  // as many as Linux follows
  fs::path target = path;
  for (int links = 0;; ++links) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(target, error);
    if (!fs::status_known(status)) refuse_write(path, error.message());
    if (!fs::is_symlink(status)) return target.string();
    if (links == max_links) refuse_write(path, ELOOP);
    const fs::path link = fs::read_symlink(target, error);
    if (error) refuse_write(path, error.message());
    target = target.parent_path() / link;  // a link that is absolute stays as it is
  }
}

/// Throws OutputError for what can be known to fail beforehand.
Target find_target(const std::string& path) {
  Target target;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) refuse_write(path, errno);
    target.path = follow_links(path);
    if (fs::path(target.path).filename().empty()) refuse_write(path, "it has no file name");
    const std::string directory = directory_of(target.path);
    std::error_code error;
    const fs::file_status status_of_it = fs::status(directory, error);
    if (!fs::status_known(status_of_it)) refuse_write(path, error.message());
    if (!fs::is_directory(status_of_it)) {
      refuse_write(path,
                   fmt::format("the directory {} does not exist", printable(directory, no_limit)));
    }
    return target;
  }
  if (!S_ISREG(status.st_mode)) {
    target.path = path;
    target.is_special = true;
    target.is_fifo = S_ISFIFO(status.st_mode);
    return target;
  }
  // Renaming would get past the protection of a read-only file.
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) refuse_write(path, errno);
  target.path = follow_links(path);
  target.mode = status.st_mode & permission_bits;
  return target;
}

/// ".attnviz-<host>-": the prefix of temporary files of this machine.
std::string temporary_prefix() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const std::string text = fmt::format("{}", fnv1a(host));
  return fmt::format(".attnviz-{}-",
                     text.substr(text.size() - std::min<std::size_t>(text.size(), 6)));
}

/// Removes what processes of this machine left in a directory when they were killed in the middle
/// of a write. What cannot be removed stays, and does no harm.
void remove_leftovers(const std::string& directory, const std::string& prefix) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(prefix.size());
    const auto process = parse_integer<pid_t>(rest.substr(0, rest.find('-')));
    // 0 would be this process' own group, which exists: such a file stays
    if (process && ::kill(*process, 0) != 0 && errno == ESRCH) {
      leftovers.push_back(entry->path());
    }
  }
  for (const fs::path& path : leftovers) ::unlink(path.c_str());
}

/// A new file beside the target, removed again unless it has been renamed.
class Temporary {
 public:
  /// Throws OutputError naming `path`.
  Temporary(const Target& target, const std::string& path) : path_(path), file_(create(target)) {}
  ~Temporary() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) {
    if (const int error = write_all(file_.get(), bytes)) refuse_write(path_, error);
    // Not repeated when it fails: the system may have dropped the pages it could not write.
    if (::fsync(file_.get()) != 0) refuse_write(path_, errno);
    if (const int error = file_.close()) refuse_write(path_, error);
  }

  void rename_to(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) refuse_write(path_, errno);
    name_.clear();
  }

 private:
  int create(const Target& target) {
    const std::string directory = directory_of(target.path);
    const std::string prefix = temporary_prefix();
    remove_leftovers(directory, prefix);
    // Names that another thread uses, or that a process with the same number left, are skipped.
    constexpr int max_attempts = 10000;
    const fs::path stem = fs::path(directory) / fmt::format("{}{}-", prefix, ::getpid());
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      name_ = fmt::format("{}{}", stem.string(), attempt);
      const int fd = open_file(name_, O_WRONLY | O_CREAT | O_EXCL, target.mode.value_or(0666));
      if (fd >= 0) {
        keep_mode(fd, target);
        return fd;
      }
      if (errno != EEXIST) break;
    }
    const int error = errno;
    name_.clear();
    refuse_write(path_, error);
  }

  void keep_mode(int fd, const Target& target) {
    struct stat status {};
    if (!target.mode || ::fstat(fd, &status) != 0) return;
    // The umask may have taken bits away. Not every file system can change them.
    if ((status.st_mode & permission_bits) != *target.mode) (void)::fchmod(fd, *target.mode);
  }

  std::string path_;  // as the user wrote it, for messages
  std::string name_;
  Descriptor file_;
};

void write_special(const std::string& path, std::string_view bytes) {
  Descriptor file(open_file(path, O_WRONLY));
  if (!file.is_open()) refuse_write(path, errno);
  if (const int error = write_all(file.get(), bytes)) refuse_write(path, error);
  if (const int error = file.close()) refuse_write(path, error);
}

/// Makes the rename durable.
void sync_directory(const std::string& directory, const std::string& path) {
  Descriptor file(open_file(directory, O_RDONLY | O_DIRECTORY));
  // EINVAL: this file system cannot sync directories.
  if (file.is_open() && (::fsync(file.get()) == 0 || errno == EINVAL)) return;
  throw OutputError(fmt::format("{}: written, but durability not confirmed: {}",
                                printable(path, no_limit), cause(errno)));
}

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
  const bool standard = path == "-";
  const std::string name = standard ? "standard input" : printable(path, no_limit);
  Descriptor file(standard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open_file(path, O_RDONLY));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) refuse_read(name, errno);
  if (S_ISDIR(status.st_mode)) refuse_read(name, EISDIR);
  std::string bytes;
  if (S_ISREG(status.st_mode)) {
    const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
    if (size > limit && !standard) refuse_size(name, limit, fmt::format("{}", size));
    if (size <= limit) bytes.reserve(size);
  }
  // The size is a hint only: pipes have none, and a file may grow meanwhile.
  char buffer[1U << 16U];
  while (const ssize_t got = read_some(file.get(), buffer, sizeof buffer)) {
    if (got < 0) refuse_read(name, errno);
    if (static_cast<std::size_t>(got) > limit - bytes.size()) refuse_size(name, limit, "more");
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    if (const int error = write_all(STDOUT_FILENO, bytes)) refuse_write("standard output", error);
    return;
  }
  const Target target = find_target(path);
  if (target.is_special) return write_special(path, bytes);
  Temporary temporary(target, path);
  temporary.write(bytes);
  temporary.rename_to(target.path);
  sync_directory(directory_of(target.path), path);
}

void append_line(const std::string& path, std::string_view line) {
  Descriptor file(open_file(path, O_RDWR | O_APPEND | O_CREAT, 0666));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) refuse_write(path, errno);
  // A line that was cut short, by a kill or a full disk, must not swallow this one.
  std::string text;
  char last = '\n';
  if (S_ISREG(status.st_mode) && status.st_size > 0 &&
      ::pread(file.get(), &last, 1, status.st_size - 1) == 1 && last != '\n') {
    text = '\n';
  }
  text.append(line) += '\n';
  if (const int error = write_all(file.get(), text)) refuse_write(path, error);
  if (::fsync(file.get()) != 0 && errno != EINVAL) refuse_write(path, errno);  // EINVAL: a device
  if (const int error = file.close()) refuse_write(path, error);
}

void check_writable(const std::string& path) {
  if (path == "-") return;
  const Target target = find_target(path);
  // Opening a pipe would wait for a reader, and end its input at once.
  if (target.is_fifo) return;
  if (target.is_special) return write_special(path, "");
  // Permission bits do not suffice (quotas, immutable or virtual directories), so it is tried.
  const Temporary probe(target, path);
}

void make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw OutputError(fmt::format("{}: cannot make the directory: {}", printable(path, no_limit),
                                  error.message()));
  }
}

}  // namespace attnviz
