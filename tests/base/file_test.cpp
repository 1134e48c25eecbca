#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t any_size = 1U << 30U;

/// An empty folder for one test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "attnviz-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_;
};

using Names = std::vector<std::string>;

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

/// While it lives, files can grow to `size` bytes only: the disk is full after that.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{size, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// While it lives, one of the standard streams is a pipe's end; the other end is `other`.
class Redirected {
 public:
  explicit Redirected(int stream) : stream_(stream), before_(::dup(stream)) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const int mine = stream == STDIN_FILENO ? ends[0] : ends[1];
    other = stream == STDIN_FILENO ? ends[1] : ends[0];
    ::dup2(mine, stream);
    ::close(mine);
  }
  ~Redirected() {
    restore();
    close_other();
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

  void restore() {
    if (before_ < 0) return;
    ::dup2(before_, stream_);
    ::close(before_);
    before_ = -1;
  }
  void close_other() {
    if (other >= 0) ::close(other);
    other = -1;
  }

  int other = -1;

 private:
  int stream_;
  int before_;
};

/// What a process leaves that is killed in the middle of a write: the name in the folder.
std::string leave_temporary(const Folder& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_DFL);  // kills it
    write_file(folder / "f", std::string(100000, 'x'));
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(folder.names().size() == 1);
  REQUIRE(folder.names()[0].starts_with(".attnviz-"));
  return folder.names()[0];
}

std::string read_to_end(int fd) {
  std::string text;
  char byte = 0;
  while (::read(fd, &byte, 1) == 1) text += byte;
  return text;
}

TEST_CASE("files come back as they were written") {
  const Folder folder;
  std::string bytes = "a\r\n";
  bytes += '\0';
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * 7);
  for (const std::string& content : {std::string(), std::string("x"), bytes}) {
    write_file(folder / "f", content);
    CHECK(read_file(folder / "f", any_size) == content);
    CHECK(folder.names() == Names{"f"});
  }
}

TEST_CASE("files that cannot be read are refused with the cause") {
  const Folder folder;
  CHECK_THROWS_WITH(read_file(folder / "none", 10),
                    folder.path() + "/none: cannot read: No such file or directory");
  CHECK_THROWS_WITH(read_file(folder.path(), 10), folder.path() + ": cannot read: Is a directory");
  CHECK_THROWS_AS(read_file(folder / "none", 10), InputError);
  CHECK_THROWS_WITH(read_file("/\n\x1b", 10), "/\\n\\x1b: cannot read: No such file or directory");
}

TEST_CASE("files larger than the limit are refused") {
  const Folder folder;
  write_file(folder / "f", "12345");
  CHECK(read_file(folder / "f", 5) == "12345");
  CHECK_THROWS_WITH(read_file(folder / "f", 4),
                    folder.path() + "/f: expected at most 4 bytes, got 5");
  CHECK_THROWS_AS(read_file(folder / "f", 4), LimitError);
  // A file of a terabyte that takes no room: nothing is allocated for it.
  REQUIRE(::truncate((folder / "f").c_str(), off_t{1} << 40U) == 0);
  CHECK_THROWS_AS(read_file(folder / "f", any_size), LimitError);
}

TEST_CASE("devices are no files to read, unless standard input comes from one") {
  for (const std::string path : {"/dev/zero", "/dev/null", "/dev/full"}) {
    CHECK_THROWS_WITH(read_file(path, 10), path + ": cannot read: expected a file, got a device");
  }
  const Redirected input(STDIN_FILENO);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null, STDIN_FILENO);
  ::close(null);
  for (const std::string path : {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}) {
    CHECK(read_file(path, 0).empty());
  }
  const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  CHECK_THROWS_WITH(
      read_file("/dev/fd/" + std::to_string(zero), 10),
      "/dev/fd/" + std::to_string(zero) + ": cannot read: expected a file, got a device");
  ::dup2(zero, STDIN_FILENO);
  ::close(zero);
  CHECK_THROWS_WITH(read_file("-", 1000000),
                    "standard input: expected at most 1000000 bytes, got more");
  CHECK_THROWS_WITH(read_file("/dev/fd/987", 10), "/dev/fd/987: cannot read: Bad file descriptor");
}

TEST_CASE("a pipe without a process at its other end is given up, one that is slow is not") {
  const Folder folder;
  for (const char* name : {"unwritten", "unread", "slow", "empty"}) {
    REQUIRE(::mkfifo((folder / name).c_str(), 0600) == 0);
  }
  std::vector<std::thread> threads;
  std::string unwritten, unread, slow, empty = "?";
  const auto message_of = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  threads.emplace_back(
      [&] { unwritten = message_of([&] { read_file(folder / "unwritten", 10); }); });
  threads.emplace_back([&] { unread = message_of([&] { write_file(folder / "unread", "x"); }); });
  threads.emplace_back([&] { slow = read_file(folder / "slow", 10); });
  threads.emplace_back([&] { empty = read_file(folder / "empty", 10); });
  const int writer = ::open((folder / "slow").c_str(), O_WRONLY | O_CLOEXEC);
  ::close(::open((folder / "empty").c_str(), O_WRONLY | O_CLOEXEC));
  std::this_thread::sleep_for(std::chrono::milliseconds(5500));
  CHECK(::write(writer, "late", 4) == 4);
  ::close(writer);
  for (std::thread& thread : threads) thread.join();
  CHECK(unwritten == folder / "unwritten: cannot read: nobody writes to this pipe");
  CHECK(unread == folder / "unread: cannot write: nobody reads from this pipe");
  CHECK(slow == "late");
  CHECK(empty.empty());
}

TEST_CASE("the start of a file is looked at before the rest is read") {
  const Folder folder;
  write_file(folder / "f", std::string(100, 'x'));
  std::string start;
  const auto look = [&](std::string_view bytes) { start = bytes; };
  CHECK(read_file(folder / "f", any_size, look) == start);
  // A file of a gigabyte that takes no room.
  REQUIRE(::truncate((folder / "f").c_str(), off_t{1} << 30U) == 0);
  const auto refuse = [](std::string_view bytes) {
    CHECK(bytes.size() == 1U << 16U);
    throw InputError("not so");
  };
  CHECK_THROWS_WITH(read_file(folder / "f", any_size, refuse), "not so");
  write_file(folder / "empty", "");
  start = "?";
  CHECK(read_file(folder / "empty", 10, look).empty());
  CHECK(start.empty());
}

TEST_CASE("one file is the same by every name, two files are not") {
  const Folder folder;
  write_file(folder / "f", "x");
  write_file(folder / "g", "x");
  fs::create_symlink("f", folder / "link");
  fs::create_hard_link(folder / "f", folder / "hard");
  for (const std::string name : {"f", "./f", "link", "hard"}) {
    INFO(name);
    CHECK(is_same_file(folder / "f", folder / name));
    CHECK(is_same_file(folder / name, folder / "f"));
    CHECK_FALSE(is_same_file(folder / "g", folder / name));
  }
  CHECK_FALSE(is_same_file(folder / "none", folder / "none"));
  CHECK_FALSE(is_same_file(folder.path(), folder.path()));
  CHECK_FALSE(is_same_file("/dev/null", "/dev/null"));
  const Redirected input(STDIN_FILENO);
  const int file = ::open((folder / "f").c_str(), O_RDONLY | O_CLOEXEC);
  ::dup2(file, STDIN_FILENO);
  ::close(file);
  CHECK(is_same_file("-", folder / "f"));
  CHECK(is_same_file("-", "/dev/stdin"));
  CHECK(is_same_file("/dev/fd/0", folder / "f"));
  CHECK_FALSE(is_same_file("-", "-"));
}

TEST_CASE("files without a size are read to their end") {
  CHECK(read_file("/proc/self/stat", any_size).size() > 10);
}

TEST_CASE("standard input is read, within the limit") {
  Redirected input(STDIN_FILENO);
  REQUIRE(::write(input.other, "abc", 3) == 3);
  input.close_other();
  CHECK(read_file("-", 3) == "abc");
  CHECK(read_file("-", 3).empty());

  Redirected more(STDIN_FILENO);
  REQUIRE(::write(more.other, "abcd", 4) == 4);
  more.close_other();
  CHECK_THROWS_WITH(read_file("-", 3), "standard input: expected at most 3 bytes, got more");
}

TEST_CASE("standard input that is a file is read from its position") {
  const Folder folder;
  write_file(folder / "f", "12345");
  const int file = ::open((folder / "f").c_str(), O_RDONLY | O_CLOEXEC);
  const Redirected input(STDIN_FILENO);
  ::dup2(file, STDIN_FILENO);
  ::close(file);
  ::lseek(STDIN_FILENO, 3, SEEK_SET);
  CHECK(read_file("-", 2) == "45");
  ::lseek(STDIN_FILENO, 2, SEEK_SET);
  CHECK_THROWS_WITH(read_file("-", 2), "standard input: expected at most 2 bytes, got more");
}

TEST_CASE("standard input is waited for when it is non-blocking") {
  Redirected input(STDIN_FILENO);
  ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (void)!::write(input.other, "late", 4);
    input.close_other();
  });
  CHECK(read_file("-", 10) == "late");
  writer.join();
}

/// While it lives, SIGUSR1 interrupts a call of this thread and does nothing else.
class Interruptible {
 public:
  Interruptible() {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    ::sigaction(SIGUSR1, &action, &before_);
  }
  ~Interruptible() { ::sigaction(SIGUSR1, &before_, nullptr); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction before_ {};
};

TEST_CASE("a signal while it is waited for input is not its end") {
  const Interruptible interruptible;
  for (const int flags : {0, O_NONBLOCK}) {
    INFO(flags);
    Redirected input(STDIN_FILENO);
    ::fcntl(STDIN_FILENO, F_SETFL, flags);
    std::thread writer([&, waiting = ::pthread_self()] {
      for (int i = 0; i < 10; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ::pthread_kill(waiting, SIGUSR1);
      }
      (void)!::write(input.other, "late", 4);
      input.close_other();
    });
    std::string got;
    CHECK_NOTHROW(got = read_file("-", 10));
    writer.join();
    CHECK(got == "late");
  }
}

TEST_CASE("output that cannot be waited for is an error") {
  // Called once beforehand: a sanitizer looks at types through a pipe, the first time.
  REQUIRE(std::generic_category().message(EINVAL) == "Invalid argument");
  REQUIRE_THROWS_AS(write_file("no/such/folder", ""), OutputError);
  std::exception_ptr refusal;
  {
    Redirected output(STDOUT_FILENO);
    ::fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};  // poll() may not be given a single file then
    ::setrlimit(RLIMIT_NOFILE, &none);
    try {
      write_file("-", std::string(1U << 20U, 'x'));  // more than a pipe holds
    } catch (...) {
      refusal = std::current_exception();
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
  }
  REQUIRE(refusal != nullptr);
  CHECK_THROWS_WITH(std::rethrow_exception(refusal),
                    "standard output: cannot write: Invalid argument");
}

TEST_CASE("standard output gets all bytes, and a closed one is an error") {
  const std::string bytes(1U << 20U, 'x');  // more than a pipe holds
  Redirected output(STDOUT_FILENO);
  ::fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
  std::string got;
  std::thread reader([&] { got = read_to_end(output.other); });
  write_file("-", bytes);
  output.restore();
  reader.join();
  CHECK(got == bytes);

  std::string message;
  {
    Redirected closed(STDOUT_FILENO);
    closed.close_other();
    const auto handler = std::signal(SIGPIPE, SIG_IGN);
    try {
      write_file("-", "x");
    } catch (const OutputError& error) {
      message = error.what();
    }
    std::signal(SIGPIPE, handler);
  }
  CHECK(message == "standard output: cannot write: Broken pipe");
}

TEST_CASE("a failed write leaves the old file and nothing else") {
  const Folder folder;
  write_file(folder / "old", "before");
  {
    const FullDisk full(1000);
    const std::string message = ": cannot write: File too large";
    CHECK_THROWS_WITH(write_file(folder / "old", std::string(1001, 'x')),
                      folder.path() + "/old" + message);
    CHECK_THROWS_WITH(write_file(folder / "new", std::string(1001, 'x')),
                      folder.path() + "/new" + message);
    CHECK_NOTHROW(write_file(folder / "fits", std::string(1000, 'x')));
  }
  CHECK(read_file(folder / "old", any_size) == "before");
  CHECK(folder.names() == Names{"fits", "old"});
}

TEST_CASE("paths that cannot be written are refused, now and beforehand") {
  const Folder folder;
  write_file(folder / "file", "x");
  fs::create_directory(folder / "directory");
  fs::create_symlink("loop", folder / "loop");
  const std::string long_name(256, 'n');
  struct {
    std::string path, message;
  } cases[] = {
      {folder.path(), folder.path() + ": cannot write: Is a directory"},
      {folder / "directory/", folder.path() + "/directory/: cannot write: Is a directory"},
      {folder / "none/f", folder.path() + "/none/f: cannot write: the directory " + folder.path() +
                              "/none does not exist"},
      {folder / "none/", folder.path() + "/none/: cannot write: it has no file name"},
      {folder / "file/f", folder.path() + "/file/f: cannot write: Not a directory"},
      {folder / "file/", folder.path() + "/file/: cannot write: Not a directory"},
      {folder / "loop", folder.path() + "/loop: cannot write: Too many levels of symbolic links"},
      {folder / long_name, folder / long_name + ": cannot write: File name too long"},
      {"", ": cannot write: it has no file name"},
  };
  for (const auto& c : cases) {
    INFO(c.path);
    CHECK_THROWS_WITH(write_file(c.path, "y"), c.message);
    CHECK_THROWS_WITH(check_writable(c.path), c.message);
    CHECK_THROWS_AS(check_writable(c.path), OutputError);
  }
  CHECK(folder.names() == Names{"directory", "file", "loop"});
  CHECK(fs::is_empty(folder / "directory"));
}

TEST_CASE("a directory that only seems writable is found out beforehand") {
  CHECK_THROWS_AS(check_writable("/proc/attnviz"), OutputError);
  CHECK_THROWS_AS(write_file("/proc/attnviz", "x"), OutputError);
}

/// While it lives, the superuser is nobody: to write everything is its privilege.
class Nobody {
 public:
  explicit Nobody(const std::string& home) : superuser_(::geteuid() == 0) {
    constexpr uid_t nobody = 65534;
    if (superuser_ && ::chown(home.c_str(), nobody, 0) == 0) (void)!::setresuid(nobody, nobody, 0);
  }
  ~Nobody() {
    if (superuser_) (void)!::setresuid(0, 0, 0);
  }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  bool superuser_;
};

TEST_CASE("what is protected from the user is neither written nor replaced") {
  const Folder folder;
  const std::string others = ".attnviz-tmp-1-0";  // may not be opened, so not be locked either
  std::ofstream(folder / others) << "x";
  ::chmod((folder / others).c_str(), 0400);
  const Nobody user(folder.path());
  if (::geteuid() == 0) {
    WARN("not tested: the superuser cannot become nobody here");
    return;
  }
  write_file(folder / "f", "x");
  CHECK(folder.names() == Names{others, "f"});
  ::chmod((folder / "f").c_str(), 0444);
  const std::string message = folder.path() + "/f: cannot write: Permission denied";
  CHECK_THROWS_WITH(write_file(folder / "f", "y"), message);
  CHECK_THROWS_WITH(check_writable(folder / "f"), message);
  CHECK(read_file(folder / "f", 10) == "x");
  ::chmod(folder.path().c_str(), 0555);
  CHECK_THROWS_AS(write_file(folder / "g", "y"), OutputError);
  CHECK_THROWS_AS(check_writable(folder / "g"), OutputError);
  ::chmod(folder.path().c_str(), 0755);
}

TEST_CASE("another user's file in a sticky folder is refused beforehand") {
  const Folder folder;
  if (::geteuid() != 0) return;  // only the superuser has two users
  constexpr uid_t other = 65533;
  std::ofstream(folder / "f") << "x";
  ::chmod((folder / "f").c_str(), 0666);
  REQUIRE(::chown((folder / "f").c_str(), other, 0) == 0);
  const Folder own;
  const Nobody user(own.path());
  REQUIRE(::geteuid() != 0);
  (void)!::setresuid(0, 0, 0);
  REQUIRE(::chmod(folder.path().c_str(), 01777) == 0);
  REQUIRE(::setresuid(65534, 65534, 0) == 0);
  const std::string message = folder.path() +
                              "/f: cannot write: it belongs to another user, and in this folder "
                              "(sticky) only its owner may replace it";
  CHECK_THROWS_WITH(check_writable(folder / "f"), message);
  CHECK_THROWS_WITH(write_file(folder / "f", "y"), message);
  CHECK(read_file(folder / "f", 10) == "x");
  CHECK(folder.names() == Names{"f"});
}

TEST_CASE("a folder that may be written but not read takes files") {
  const Folder folder;
  const Nobody user(folder.path());
  if (::geteuid() == 0) return;
  ::chmod(folder.path().c_str(), 0300);
  CHECK_NOTHROW(check_writable(folder / "f"));
  CHECK_NOTHROW(write_file(folder / "f", "x"));
  CHECK(read_file(folder / "f", 10) == "x");
  ::chmod(folder.path().c_str(), 0755);
  CHECK(folder.names() == Names{"f"});
}

TEST_CASE("checking leaves nothing behind and changes nothing") {
  const Folder folder;
  write_file(folder / "f", "x");
  CHECK_NOTHROW(check_writable(folder / "f"));
  CHECK_NOTHROW(check_writable(folder / "new"));
  CHECK_NOTHROW(check_writable("-"));
  CHECK_NOTHROW(check_writable("/dev/null"));
  CHECK(folder.names() == Names{"f"});
  CHECK(read_file(folder / "f", 10) == "x");
}

TEST_CASE("devices and pipes are written to, not replaced") {
  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK_THROWS_WITH(write_file("/dev/full", "x"),
                    "/dev/full: cannot write: No space left on device");
  CHECK(fs::is_character_file("/dev/full"));

  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_NOTHROW(check_writable(folder / "pipe"));  // and does not wait for a reader
  std::string got;
  std::thread reader([&] { got = read_file(folder / "pipe", any_size); });
  write_file(folder / "pipe", std::string(200000, 'x'));
  reader.join();
  CHECK(got == std::string(200000, 'x'));
  CHECK(fs::is_fifo(folder / "pipe"));
  CHECK(folder.names() == Names{"pipe"});
}

TEST_CASE("a symbolic link stays, what it points to is replaced") {
  const Folder folder;
  fs::create_directory(folder / "sub");
  write_file(folder / "sub/f", "old");
  fs::create_symlink("sub/f", folder / "relative");
  fs::create_symlink(folder / "sub/f", folder / "absolute");
  fs::create_symlink("relative", folder / "twice");
  fs::create_symlink("sub/new", folder / "dangling");
  for (const std::string name : {"relative", "absolute", "twice", "dangling"}) {
    INFO(name);
    CHECK_NOTHROW(check_writable(folder / name));
    write_file(folder / name, name);
    CHECK(fs::is_symlink(folder / name));
    CHECK(read_file(folder / name, 100) == name);
    CHECK(read_file(folder / (name == "dangling" ? "sub/new" : "sub/f"), 100) == name);
  }
  fs::create_symlink("none/f", folder / "astray");
  CHECK_THROWS_AS(write_file(folder / "astray", "x"), OutputError);
  CHECK_THROWS_AS(check_writable(folder / "astray"), OutputError);
}

TEST_CASE("new files obey the umask, replaced ones keep their permissions") {
  const Folder folder;
  const mode_t before = ::umask(027);
  write_file(folder / "new", "x");
  CHECK(mode_of(folder / "new") == 0640);
  for (const mode_t mode : {0600U, 0666U, 0755U, 0604U}) {
    ::chmod((folder / "new").c_str(), mode);
    write_file(folder / "new", "y");
    CHECK(mode_of(folder / "new") == mode);
  }
  ::chmod((folder / "new").c_str(), 04755);  // a file that lends its owner's rights stops doing so
  write_file(folder / "new", "y");
  CHECK(mode_of(folder / "new") == 0755);
  ::umask(before);
}

TEST_CASE("a file name of full length can be written") {
  const Folder folder;
  const std::string name(255, 'n');
  write_file(folder / name, "x");
  CHECK(folder.names() == Names{name});
}

TEST_CASE("names without a directory are in the current one") {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file("f", "x");
  fs::create_symlink("f", "link");
  write_file("link", "y");
  fs::current_path(before);
  CHECK(read_file(folder / "f", 10) == "y");
}

TEST_CASE("what a killed process has left is removed by the next write") {
  const Folder folder;
  leave_temporary(folder);
  std::ofstream(folder / ".attnviz-tmp-1-0") << "of a process that is alive, but not its file";
  // What somebody holds, what is no file, and what has another name: they stay.
  const int held =
      ::open((folder / ".attnviz-tmp-1-1").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(::flock(held, LOCK_EX) == 0);
  REQUIRE(::mkfifo((folder / ".attnviz-tmp-1-2").c_str(), 0600) == 0);
  fs::create_symlink("mine", folder / ".attnviz-tmp-1-3");
  Names expected{".attnviz-tmp-1-1", ".attnviz-tmp-1-2", ".attnviz-tmp-1-3"};
  for (const std::string name : {"mine", ".attnviz-tmp-", ".attnviz-tmp-1", ".attnviz-tmp-1-x",
                                 ".attnviz-tmp-x-1", ".attnviz-1-1"}) {
    std::ofstream(folder / name) << "mine";
    expected.push_back(name);
  }
  write_file(folder / "f", "x");
  expected.emplace_back("f");
  std::sort(expected.begin(), expected.end());
  CHECK(folder.names() == expected);
  CHECK(read_file(folder / "f", 10) == "x");
  ::close(held);
  write_file(folder / "f", "y");
  CHECK_FALSE(fs::exists(folder / ".attnviz-tmp-1-1"));
}

TEST_CASE("temporary names that are taken are passed over") {
  const Folder folder;
  const std::string mine = folder / ".attnviz-tmp-" + std::to_string(::getpid()) + '-';
  for (int i = 0; i < 10000; ++i) fs::create_directory(mine + std::to_string(i));
  CHECK_THROWS_WITH(write_file(folder / "f", "x"), folder / "f: cannot write: File exists");
  fs::remove(mine + "9999");
  write_file(folder / "f", "x");
  CHECK(folder.names().size() == 10000);  // as many as there were, and f
}

TEST_CASE("processes that write into one folder do not take each other's files for leftovers") {
  const Folder folder;
  constexpr int writers = 4;
  std::array<pid_t, writers> children{};
  for (int w = 0; w < writers; ++w) {
    children.at(static_cast<std::size_t>(w)) = ::fork();
    if (children.at(static_cast<std::size_t>(w)) != 0) continue;
    int failed = 0;
    for (int i = 0; i < 150; ++i) {
      try {
        write_file(folder / std::to_string(w), std::string(1000, 'x'));
      } catch (const Error&) {
        ++failed;
      }
    }
    ::_exit(failed == 0 ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(folder.names() == Names{"0", "1", "2", "3"});
}

TEST_CASE("threads writing one file leave one of their versions, readers see no mixture") {
  const Folder folder;
  write_file(folder / "f", std::string(100000, '0'));
  std::vector<std::thread> writers;
  for (const char c : {'1', '2', '3'}) {
    writers.emplace_back([&folder, c] {
      for (int i = 0; i < 10; ++i) write_file(folder / "f", std::string(100000, c));
    });
  }
  for (int i = 0; i < 200; ++i) {
    const std::string bytes = read_file(folder / "f", any_size);
    REQUIRE(bytes == std::string(100000, bytes.at(0)));
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(folder.names() == Names{"f"});
}

TEST_CASE("lines are added at the end") {
  const Folder folder;
  append_line(folder / "log", "one");
  append_line(folder / "log", "");
  append_line(folder / "log", "three");
  CHECK(read_file(folder / "log", 100) == "one\n\nthree\n");
  CHECK_NOTHROW(append_line("/dev/null", "x"));  // which cannot be synced
  CHECK_THROWS_WITH(append_line(folder / "none/log", "x"),
                    folder.path() + "/none/log: cannot write: No such file or directory");
  CHECK_THROWS_WITH(append_line("/dev/full", "x"),
                    "/dev/full: cannot write: No space left on device");
}

TEST_CASE("a line that was cut short does not swallow the next") {
  const Folder folder;
  append_line(folder / "log", "one");
  {
    const FullDisk full(7);
    CHECK_THROWS_AS(append_line(folder / "log", "too long"), OutputError);
  }
  append_line(folder / "log", "three");
  CHECK(read_file(folder / "log", 100) == "one\ntoo\nthree\n");
}

TEST_CASE("directories are made with their parents") {
  const Folder folder;
  make_directory(folder / "a/b/c");
  CHECK(fs::is_directory(folder / "a/b/c"));
  CHECK_NOTHROW(make_directory(folder / "a/b/c"));
  CHECK_NOTHROW(make_directory(folder / "a/d/"));
  write_file(folder / "f", "");
  for (const std::string name : {"f", "f/g"}) {
    CHECK_THROWS_WITH(make_directory(folder / name),
                      folder / name + ": cannot make the directory: Not a directory");
    CHECK_THROWS_AS(make_directory(folder / name), OutputError);
  }
}

}  // namespace
}  // namespace attnviz
