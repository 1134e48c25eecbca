// docs/recipes.md: its commands run as they stand there, on arrays of the shapes it names.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

std::vector<std::string> commands() {
  std::ifstream file(ATTNVIZ_SOURCE_DIR "/docs/recipes.md");
  REQUIRE(file);
  std::vector<std::string> found;
  const std::string prompt = "    attnviz ";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(prompt)) found.push_back(line.substr(prompt.size()));
  }
  return found;
}

/// A folder with the files of the recipes.
void add_files(const WorkFolder& folder) {
  for (const auto& entry :
       std::filesystem::directory_iterator(ATTNVIZ_SOURCE_DIR "/tests/data/recipes")) {
    std::filesystem::copy_file(entry.path(), folder.work() / entry.path().filename());
  }
}

}  // namespace

TEST_CASE("every command of docs/recipes.md runs") {
  const WorkFolder folder;
  add_files(folder);
  folder.write("pairs.tsv",
               folder.run("tasks --task reverse --sample 300 --max-length 5 --gold").out);
  CHECK(commands().size() == 14);
  for (const std::string& command : commands()) {
    INFO(command);
    const auto result = folder.run(command);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    const std::size_t out = command.find("--out ");
    if (command.starts_with("render")) {
      CHECK(folder.read(command.substr(out + 6)).starts_with(png_signature));
      CHECK(result.err.find("warning") == std::string::npos);
    }
  }
}
