#include "cli/version.h"

#include <fmt/core.h>

#include "cli/options.h"
#include "formats/json.h"
#include "nn/processor.h"
#include "nn/types.h"
#include "render/text/shaper.h"

namespace attnviz {

std::string program_name() {
  return "attnviz " ATTNVIZ_VERSION;
}

std::string version_text() {
#if defined(__clang__)
  constexpr const char* compiler = "clang " __clang_version__;
#else
  constexpr const char* compiler = "gcc " __VERSION__;
#endif
  const std::string shaping = shaping_library();
  return fmt::format(
      "{}\ncompiler: {}\nprocessor: {}\nEigen {}.{}.{}, {}, JSON for Modern C++ {}.{}.{}, "
      "zlib\ntext: {}",
      program_name(), compiler, processor().name, EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION,
      EIGEN_MINOR_VERSION, options_library(), NLOHMANN_JSON_VERSION_MAJOR,
      NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH,
      shaping.empty() ? "unshaped, as HarfBuzz was not there" : shaping);
}

}  // namespace attnviz
