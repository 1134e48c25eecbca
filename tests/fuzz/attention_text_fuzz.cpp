// Any text as what translation programs write; the first byte chooses the sentences and which
// labels there are.
#include "fuzz/maps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  ReadOptions options;
  options.sentence = (choice & 3U) == 3   ? "all"
                     : (choice & 3U) == 2 ? "2:4"
                     : (choice & 3U) == 1 ? "2"
                                          : "";
  if ((choice & 4U) != 0) options.labels.rows = {"given"};
  if ((choice & 8U) != 0) options.labels.columns = {"given"};
  for (const char* format : {"marian", "nematus", "sockeye", "fairseq", "opennmt", "pharaoh"}) {
    may_refuse([&] { read_checked(text, format, options); });
  }
  return 0;
}
