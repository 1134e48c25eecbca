#include "train/pair_places.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "temporary_file.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

/// A folder with a run in it: run/model, data/pairs.tsv, and a link to the run elsewhere.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "attnviz-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = fs::canonical(name);
    write("project/runs/r/model");
    write("project/data/pairs.tsv");
    fs::create_directories(path_ / "links");
    fs::create_directory_symlink(path_ / "project/runs/r", path_ / "links/r");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ / name; }
  void write(const std::string& name) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << "a\tb\n";
  }

 private:
  fs::path path_;
};

using Paths = std::vector<std::string>;

TEST_CASE("pairs are looked for near the model that names them", "[pairs]") {
  const Folder here;
  const Paths near = folders_near(here / "project/runs/r/model", {});
  REQUIRE(near.size() >= 4);
  CHECK(Paths(near.begin(), near.begin() + 3) ==
        Paths{here / "project/runs/r", here / "project/runs", here / "project"});
  CHECK(places_of("data/pairs.tsv", near) == Paths{here / "project/data/pairs.tsv"});
  CHECK(places_of("/gone/data/pairs.tsv", {here / "project/data"}) ==
        Paths{here / "project/data/pairs.tsv"});
  here.write("project/runs/pairs.tsv");
  CHECK(places_of("data/pairs.tsv", near) ==
        Paths{here / "project/runs/pairs.tsv", here / "project/data/pairs.tsv"});
  CHECK(places_of(here / "project/data/pairs.tsv", near) ==
        Paths{here / "project/data/pairs.tsv", here / "project/runs/pairs.tsv"});
  // A link leads to both neighbourhoods.
  const Paths linked = folders_near(here / "links/r/model", {});
  CHECK(linked.front() == here / "links/r");
  CHECK(places_of("data/pairs.tsv", linked) ==
        Paths{here / "project/runs/pairs.tsv", here / "project/data/pairs.tsv"});
  // What the user names comes first.
  CHECK(folders_near(here / "project/runs/r/model", {here / "project/data/x"}).front() ==
        here / "project/data");
}

TEST_CASE("only regular files are pairs to be read again", "[pairs]") {
  const Folder here;
  REQUIRE(::mkfifo((here / "pairs.tsv").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(places_of(here / "pairs.tsv", {here / "project"}),
                    (here / "pairs.tsv") +
                        ": cannot open: expected a file of at most 4 GiB, here or in " +
                        (here / "project") + " and the folders above; got a pipe");
  for (const char* none : {"/dev/zero", "/dev/stdin", "/proc/self/fd/0", "/tmp", "nothing.tsv"}) {
    INFO(none);
    CHECK_THROWS_AS(places_of(none, {}), PairsNotFoundError);
  }
  const std::string expected = ": expected a file that can be read again by its name, got ";
  CHECK_THROWS_WITH(require_regular(here / "pairs.tsv"),
                    (here / "pairs.tsv") + expected + "a pipe");
  CHECK_THROWS_WITH(require_regular("/dev/zero"), "/dev/zero" + expected + "a device");
  CHECK_THROWS_WITH(require_regular("/tmp"), "/tmp" + expected + "a folder");
  CHECK_THROWS_WITH(require_regular("/dev/stdin"), "/dev/stdin" + expected + "a stream");
  fs::create_symlink("/dev/stdin", here / "linked");
  CHECK_THROWS_WITH(require_regular(here / "linked"), (here / "linked") + expected + "a stream");
  CHECK_NOTHROW(require_regular(here / "project/data/pairs.tsv"));
  CHECK_NOTHROW(require_regular("nothing.tsv"));
  // A file that says that it is larger than what is read of a file that a model names.
  const TemporaryFile large("a\tb\n");
  fs::resize_file(large.path(), (std::uintmax_t{1} << 32U) + 1);
  CHECK_THROWS_AS(places_of(large.path(), {}), PairsNotFoundError);
  fs::resize_file(large.path(), std::uintmax_t{1} << 32U);
  CHECK(places_of(large.path(), {}) == Paths{large.path()});
}

}  // namespace
}  // namespace attnviz
