// Runs the program as a user does.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace attnviz {

struct ProgramResult {
  std::string output;  // standard output and standard error, as they came
  int exit_code = -1;
};

/// `arguments` is shell text.
inline ProgramResult run_program(const std::string& arguments) {
  ProgramResult result;
  const std::string command = std::string("'") + ATTNVIZ_PROGRAM + "' " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace attnviz
