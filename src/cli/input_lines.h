// Inputs of a command that stand in lines.
#pragma once

#include <functional>
#include <string>

#include "attnviz/error.h"

namespace attnviz {

/// What is done with lines. `place` begins messages about one: "standard input, line 3: ".
struct LineHandlers {
  std::function<void(const std::string& line, const std::string& place)> take;
  std::function<void(const Error& error, const std::string& place)> refuse;  // it cannot be read
  std::function<void()> flush;  // what was taken is to be answered now
};

/// The lines of a file, or of standard input for "-". Whoever writes them gets the answers to
/// complete lines before more is awaited.
void for_each_line(const std::string& path, const LineHandlers& handlers);

/// A name of a file is an input like any other, but probably not what was meant: a note that says
/// how to give `command` its lines. "" for what is no file.
std::string file_note(const std::string& command, const std::string& input);

}  // namespace attnviz
