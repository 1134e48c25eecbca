// Any text as Marian's and as Nematus'; the first byte chooses the sentence and which labels there
// are.
#include "formats/attention_io.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  const std::size_t sentence = 1 + (choice & 3U);
  GivenLabels given;
  if ((choice & 4U) != 0) given.rows = {"given"};
  if ((choice & 8U) != 0) given.columns = {"given"};
  const auto check = [](const AttentionMap& map) {
    require(map.rows() > 0 && map.columns() > 0);
    require(map.weights.size() == map.rows() * map.columns());
  };
  may_refuse([&] { check(attention_from_marian(text, "fuzz", sentence, given)); });
  may_refuse([&] { check(attention_from_nematus(text, "fuzz", sentence, given)); });
  return 0;
}
