#include "attnviz/base/lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "attnviz/base/error.h"
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

TEST_CASE("a folder that cannot be locked is refused", "[lock]") {
  CHECK_THROWS_AS(FolderLock("/nowhere/at/all"), OutputError);
  CHECK_THROWS_AS(FolderLock("/proc"), OutputError);
}
