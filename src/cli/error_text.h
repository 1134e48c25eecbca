// The messages for errors of lower rooms, which know no options, on the command line.
#pragma once

#include <string>

#include "attnviz/error.h"

namespace attnviz {

/// The text of an error, with a setting by the name of its option ("max_length": --max-length) and
/// what can be done.
std::string error_text(const Error& error);

/// Throws the error again, an InputError or a LimitError, with the place of an input.
[[noreturn]] void rethrow(const Error& error, const std::string& place);

}  // namespace attnviz
