// What an error of a lower room says to somebody at the command line: these rooms know no options.
#pragma once

#include <string>

#include "attnviz/error.h"

namespace attnviz {

/// The text of an error, with a setting by the name of its option ("max_length": --max-length) and
/// what can be done.
std::string error_text(const Error& error);

}  // namespace attnviz
