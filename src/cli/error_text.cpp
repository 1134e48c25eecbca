#include "cli/error_text.h"

#include <algorithm>

namespace attnviz {

std::string error_text(const Error& error) {
  if (const auto* wrong = dynamic_cast<const SettingError*>(&error)) {
    std::string option = wrong->setting();
    std::ranges::replace(option, '_', '-');
    return "--" + option + ": " + wrong->problem();
  }
  return error.what();
}

}  // namespace attnviz
