#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

/// What a process of its own finds when it tries to lock the folder: 0 if it can.
int try_in_another_process(const std::string& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const FolderLock lock(folder);
      ::_exit(0);
    } catch (const InUseError&) {
      ::_exit(7);
    } catch (...) {
      ::_exit(1);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a folder has one owner, who leaves nothing behind", "[lock]") {
  const WorkFolder folder;
  const std::string path = folder.work();
  {
    FolderLock lock(path);
    CHECK(folder.read(".lock").starts_with("process " + std::to_string(::getpid()) + " on "));
    CHECK(try_in_another_process(path) == 7);
    const FolderLock moved(std::move(lock));
    CHECK(try_in_another_process(path) == 7);
  }
  CHECK(!folder.has(".lock"));
  // _exit() runs no destructor, as a kill would not: the file stays, the lock does not.
  CHECK(try_in_another_process(path) == 0);
  CHECK(folder.has(".lock"));
  CHECK(try_in_another_process(path) == 0);
  { const FolderLock lock(path); }
  CHECK(!folder.has(".lock"));
}

TEST_CASE("the owner of a folder is named, if it can be", "[lock]") {
  const WorkFolder folder;
  const std::string path = folder.work();
  {
    const FolderLock lock(path);
    const std::string text = folder.read(".lock");
    CHECK_THROWS_WITH(FolderLock(path), path + ": in use by " + text.substr(0, text.size() - 1));
  }
  folder.write(".lock", "");
  const int file = ::open((folder.work() / ".lock").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(file, LOCK_EX) == 0);
  CHECK_THROWS_WITH(FolderLock(path), path + ": in use by another process");
  folder.write(".lock", "\x1b[31mme");  // as a line that can be printed
  CHECK_THROWS_WITH(FolderLock(path), path + ": in use by \\x1b[31mme");
  ::close(file);
  CHECK(folder.has(".lock"));  // another's
}

TEST_CASE("a folder that cannot be locked is refused", "[lock]") {
  const WorkFolder folder;
  std::filesystem::create_directory(folder.work() / ".lock");
  CHECK_THROWS_WITH(FolderLock(folder.work()),
                    folder.work().string() + ": cannot lock: Is a directory");
  std::filesystem::remove(folder.work() / ".lock");
  std::filesystem::create_symlink("elsewhere", folder.work() / ".lock");
  CHECK_THROWS_WITH(FolderLock(folder.work()),
                    folder.work().string() + ": cannot lock: .lock is a symbolic link");
  CHECK(!folder.has("elsewhere"));
  folder.write("elsewhere", "process 7 on here\n");
  CHECK_THROWS_AS(FolderLock(folder.work()), OutputError);
  CHECK(folder.read("elsewhere") == "process 7 on here\n");
  CHECK_THROWS_AS(FolderLock("/nowhere/at/all"), OutputError);
  CHECK_THROWS_AS(FolderLock("/proc"), OutputError);
}

TEST_CASE("a lock file that no owner has left is neither written nor removed", "[lock]") {
  const WorkFolder folder;
  const std::string path = folder.work();
  for (const std::string text :
       {"mine", "process", "process x on y\n", "process 7 on here", "\n"}) {
    INFO(text);
    folder.write(".lock", text);
    CHECK_THROWS_WITH(FolderLock(path), path +
                                            ": cannot lock: .lock is a file of something else; "
                                            "move it away");
    CHECK(folder.read(".lock") == text);
  }
  std::filesystem::remove(folder.work() / ".lock");
  REQUIRE(::mkfifo((folder.work() / ".lock").c_str(), 0600) == 0);
  CHECK_THROWS_AS(FolderLock(path), OutputError);
  CHECK(std::filesystem::is_fifo(folder.work() / ".lock"));
  std::filesystem::remove(folder.work() / ".lock");
  // what a killed owner may have left
  for (const std::string text : {"", "process 7 on here\n"}) {
    folder.write(".lock", text);
    { const FolderLock lock(path); }
    CHECK(!folder.has(".lock"));
  }
  // put there while the lock is held
  {
    const FolderLock lock(path);
    std::filesystem::remove(folder.work() / ".lock");
    folder.write(".lock", "mine");
  }
  CHECK(folder.read(".lock") == "mine");
}

TEST_CASE("a folder has one owner among containers that share a host name", "[lock][containers]") {
  if (std::system("unshare -p -f --mount-proc true 2>/dev/null") != 0) {
    WARN("skipped: unshare is not available");
    return;
  }
  const WorkFolder folder;
  // Each container has its own process 1 or 2; the first is at work while the second tries.
  const std::string tiny_run = " --hidden 8 --embedding 8 --attention-units 8 --quiet";
  const std::string inside = "unshare -p -f --mount-proc '" ATTNVIZ_PROGRAM "' ";
  const auto result = folder.run(
      "--version >/dev/null && ( " + inside + "train --task sort --out a --steps 100000" +
      tiny_run +
      " >/dev/null 2>&1 & first=$!; while ! grep -q on a/.lock 2>/dev/null; do sleep 0.02; done; " +
      inside + "train --task sort --out a --force" + tiny_run + "; echo $?; cat a/.lock; " +
      "pkill -KILL -P $first; wait $first 2>/dev/null; " + inside +
      "train --resume a --seed 2; echo $? )");
  INFO(result.output);
  CHECK(result.out.starts_with("7\nprocess 1 on "));
  CHECK(result.out.find(" in the container pid:[") != std::string::npos);
  CHECK(result.err.find("a: in use by process 1 on ") != std::string::npos);
  // The killed owner's number exists in the other container too, but its lock is gone.
  CHECK(result.out.ends_with("\n2\n"));
}

TEST_CASE("a folder that is fought for never has two owners", "[lock]") {
  const WorkFolder folder;
  const std::string path = folder.work();
  std::atomic<int> owners = 0;
  std::atomic<int> shared = 0;  // times that there was another owner
  std::atomic<int> locked = 0;
  const auto fight = [&] {
    for (int i = 0; i < 500; ++i) {
      try {
        const FolderLock lock(path);
        if (++owners > 1) ++shared;
        ++locked;
        std::this_thread::yield();
        --owners;
      } catch (const InUseError&) {
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(fight);
  for (std::thread& thread : threads) thread.join();
  CHECK(locked > 0);
  CHECK(shared == 0);
  CHECK(!folder.has(".lock"));
}
