// Any text as CSV and as TSV; what is read is written the same way it reads.
#include "formats/attention_io.h"
#include "fuzz/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  for (const char separator : {',', '\t'}) {
    may_refuse([&] {
      const AttentionMap map = attention_from_csv(text_of(bytes, count), "fuzz", separator);
      require(map.weights.size() == map.rows() * map.columns());
      const std::string csv = attention_to_csv(map, separator);
      const AttentionMap back = attention_from_csv(csv, "fuzz", separator);
      require(back.source == map.source && back.target == map.target &&
              back.weights == map.weights);
    });
  }
  return 0;
}
