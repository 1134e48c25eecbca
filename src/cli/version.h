// What this program is and how it was built.
#pragma once

#include <string>

namespace attnviz {

/// "attnviz 0.1.0": for files.
std::string program_name();

/// For --version: the name, then compiler, instruction set and libraries.
std::string version_text();

}  // namespace attnviz
