#include "cli/version.h"

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "formats/zip.h"
#include "nn/build_info.h"
#include "render/text/shaper.h"

namespace attnviz {

std::string program_name() {
  return "attnviz " ATTNVIZ_VERSION;
}

std::string version_text() {
  return program_name() + "\ncompiler: " +
#if defined(__clang__)
         "clang " __clang_version__
#else
         "gcc " __VERSION__
#endif
         "\n" +
         numeric_build_info() + "\nCLI11 " CLI11_VERSION ", JSON for Modern C++ " +
         std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
         std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
         std::to_string(NLOHMANN_JSON_VERSION_PATCH) + (can_inflate() ? ", zlib" : ", no zlib") +
         "\ntext: " +
         (shaping_library().empty() ? "unshaped, as HarfBuzz was not there" : shaping_library());
}

}  // namespace attnviz
