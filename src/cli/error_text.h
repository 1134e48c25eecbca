// What an error of a lower room says to somebody at the command line.
#pragma once

#include <string>

#include "attnviz/error.h"

namespace attnviz {

/// The text of an error, with a setting by the name of its option ("max_length": --max-length).
std::string error_text(const Error& error);

}  // namespace attnviz
