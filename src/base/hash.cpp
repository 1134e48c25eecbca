#include "base/hash.h"

#include <fmt/core.h>

namespace attnviz {

std::string fnv1a_hex(std::string_view bytes) {
  return fmt::format("{:016x}", fnv1a(bytes));
}

}  // namespace attnviz
