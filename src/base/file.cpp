#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "attnviz/error.h"
#include "base/descriptor.h"
#include "base/number.h"
#include "base/temporary.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr mode_t permission_bits = 0777;

/// `name` as messages show it.
[[noreturn]] void refuse_read(const std::string& name, const std::string& what) {
  throw InputError(name + ": cannot read: " + what);
}
[[noreturn]] void refuse_size(const std::string& name, std::size_t limit, const std::string& got) {
  throw LimitError(fmt::format("{}: expected at most {} bytes, got {}", name, limit, got));
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

/// Whether something is mounted on the file itself, as containers do.
bool is_mount_point(const std::string& path) {
#ifdef STATX_ATTR_MOUNT_ROOT
  struct statx status {};
  return ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status) == 0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#else
  return path.empty();
#endif
}

/// Throws OutputError for a file that may be written but not replaced by another.
void check_replaceable(const std::string& file, const struct stat& status,
                       const std::string& path) {
  if (is_mount_point(file)) {
    refuse_write(path,
                 "it is a mount point, which cannot be replaced; mount its folder, or write to "
                 "another file");
  }
  struct stat folder {};
  const uid_t user = ::geteuid();
  if (user != 0 && ::stat(directory_of(file).c_str(), &folder) == 0 &&
      (folder.st_mode & S_ISVTX) != 0 && status.st_uid != user && folder.st_uid != user) {
    refuse_write(path,
                 "it belongs to another user, and in this folder (sticky) only its owner may "
                 "replace it");
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
  check_replaceable(target.path, status, path);
  return target;
}

/// A device or pipe, opened. Opening a pipe would wait for a reader that may never come.
int open_special(const Target& target) {
  constexpr int step_ms = 20;
  if (!target.is_fifo) return open_file(target.path, O_WRONLY);
  for (int waited = 0;; waited += step_ms) {
    const int fd = open_file(target.path, O_WRONLY | O_NONBLOCK);
    if (fd >= 0 || errno != ENXIO) return fd;
    if (waited >= patience_ms) refuse_write(target.path, "nobody reads from this pipe");
    ::poll(nullptr, 0, step_ms);
  }
}

void write_special(const Target& target, std::string_view bytes) {
  const std::string& path = target.path;
  Descriptor file(open_special(target));
  if (!file.is_open()) refuse_write(path, errno);
  if (::isatty(file.get()) == 1) refuse_write(path, "it is a terminal; expected a file");
  if (const int error = write_all(file.get(), bytes)) refuse_write(path, error);
  if (const int error = file.close()) refuse_write(path, error);
}

/// Makes the rename durable.
void sync_directory(const std::string& directory, const std::string& path) {
  Descriptor file(open_file(directory, O_RDONLY | O_DIRECTORY));
  // EINVAL: this file system cannot sync directories.
  if (file.is_open() && (::fsync(file.get()) == 0 || errno == EINVAL)) return;
  if (!file.is_open() && errno == EACCES) return ::sync();  // it may be written, but not read
  throw OutputError(fmt::format("{}: written, but durability not confirmed: {}",
                                printable(path, no_limit), error_text_of(errno)));
}

}  // namespace

bool is_same_file(const std::string& input, const std::string& output) {
  const auto look = [](const std::string& path, int stream, struct stat& status) {
    const int error = path == "-" ? ::fstat(stream, &status) : ::stat(path.c_str(), &status);
    return error == 0 && S_ISREG(status.st_mode);
  };
  struct stat in {
  }, out{};
  return look(input, STDIN_FILENO, in) && look(output, STDOUT_FILENO, out) &&
         in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

std::string read_file(const std::string& path, std::size_t limit, const CheckStart& check_start) {
  const std::string name = path == "-" ? "standard input" : printable(path, no_limit);
  std::string problem;
  const Descriptor file(open_input(path, problem));
  if (!file.is_open()) refuse_read(name, problem);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) refuse_read(name, error_text_of(errno));
  if (S_ISDIR(status.st_mode)) refuse_read(name, error_text_of(EISDIR));
  const auto size =
      S_ISREG(status.st_mode) ? static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) : 0;
  // What is left of an open file may be less.
  if (size > limit && !stream_of(path)) refuse_size(name, limit, fmt::format("{}", size));
  std::string bytes;
  bool started = false;  // the first bytes were accepted
  const auto start = [&] {
    if (!std::exchange(started, true) && check_start) check_start(bytes);
    if (size <= limit) bytes.reserve(size);
  };
  // The size is a hint only: pipes have none, and a file may grow meanwhile.
  char buffer[1U << 16U];
  while (const ssize_t got = read_some(file.get(), buffer, sizeof buffer)) {
    if (got < 0) refuse_read(name, error_text_of(errno));
    if (static_cast<std::size_t>(got) > limit - bytes.size()) refuse_size(name, limit, "more");
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (!started && bytes.size() >= sizeof buffer) start();
  }
  start();
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    if (const int error = write_all(STDOUT_FILENO, bytes)) refuse_write("standard output", error);
    return;
  }
  const Target target = find_target(path);
  if (target.is_special) return write_special(target, bytes);
  Temporary temporary(directory_of(target.path), target.mode, path);
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
  if (target.is_special) return write_special(target, "");
  // Permission bits do not suffice (quotas, immutable or virtual directories), so it is tried.
  const Temporary probe(directory_of(target.path), target.mode, path);
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
