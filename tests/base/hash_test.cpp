#include "base/hash.h"

#include <string>

#include "catch.h"

namespace attnviz {
namespace {

TEST_CASE("FNV-1a has its published values") {
  static_assert(fnv1a("") == 0xcbf29ce484222325U);
  CHECK(fnv1a("a") == 0xaf63dc4c8601ec8cU);
  CHECK(fnv1a("foobar") == 0x85944171f73967e8U);
  CHECK(fnv1a("\xff") == 0xaf64724c8602eb6eU);  // bytes are unsigned, whatever char is
}

TEST_CASE("as text a hash has sixteen digits") {
  CHECK(fnv1a_hex("a") == "af63dc4c8601ec8c");
  CHECK(fnv1a_hex("aa") == "089c4307b54596b7");
}

TEST_CASE("changing any one byte changes the hash") {
  const std::string text = "attention";
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      CHECK((fnv1a(changed) == fnv1a(text)) == (changed == text));
    }
  }
}

}  // namespace
}  // namespace attnviz
