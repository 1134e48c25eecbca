// Runs the program as a user does.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "catch.h"

namespace attnviz {

struct ProgramResult {
  std::string out;     // standard output
  std::string err;     // standard error
  std::string output;  // both, one after the other
  int exit_code = -1;  // as in a shell: 128 plus the number of the signal that killed it
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// How often a text holds another.
inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// How every PNG file begins.
inline constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";

/// A new folder to work in, removed at the end of the test.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "attnviz-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    std::filesystem::create_directory(path() / "work");
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  /// Where the program runs; files beside it belong to the harness.
  std::filesystem::path work() const { return path() / "work"; }
  std::string read(const std::string& name) const { return read_bytes(work() / name); }
  void write(const std::string& name, std::string_view bytes) const {
    write_bytes(work() / name, bytes);
  }
  bool has(const std::string& name) const { return std::filesystem::exists(work() / name); }

  /// `arguments` is shell text and may redirect; without that, standard input holds `input`.
  ProgramResult run(const std::string& arguments, std::string_view input = "") const {
    write_bytes(path() / "in", input);
    // No font but those that a test names: what is installed here must not matter.
    const std::string command = "export ATTNVIZ_FONT_PATH= ATTNVIZ_SYSTEM_FONTS=; cd '" +
                                work().string() + "' && { '" ATTNVIZ_PROGRAM "' " + arguments +
                                "\n} <../in >../out 2>../err";
    const int status = std::system(command.c_str());
    ProgramResult result{read_bytes(path() / "out"), read_bytes(path() / "err"), "", -1};
    result.output = result.out + result.err;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    return result;
  }

 private:
  std::filesystem::path path() const { return path_; }

  std::string path_;
};

/// The same in a folder of its own.
inline ProgramResult run_program(const std::string& arguments, std::string_view input = "") {
  return WorkFolder().run(arguments, input);
}

/// A model small enough to be trained in a moment; what it answers does not matter.
inline constexpr const char* tiny =
    " --steps 30 --hidden 8 --embedding 8 --attention-units 8 --quiet ";

/// A folder with such a model in runs/sort.
inline const WorkFolder& trained_on_sort() {
  static const WorkFolder folder;
  static const int once = folder.run(std::string("train --task sort") + tiny).exit_code;
  REQUIRE(once == 0);
  return folder;
}

/// What holds for every refusal: its exit code, nothing on standard output, one line that can be
/// printed on standard error, with `message` in it.
inline void check_refused(const ProgramResult& result, int exit_code, const std::string& message) {
  INFO("stdout: " << result.out << "\nstderr: " << result.err << "\nexpected: " << message);
  CHECK(result.exit_code == exit_code);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("attnviz: error: "));
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.ends_with('\n'));
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  };
  CHECK(std::count_if(result.err.begin(), result.err.end(), is_control) == 1);
  CHECK(result.err.find(message) != std::string::npos);
}

}  // namespace attnviz
