// Any bytes as a model, and as the state of a run. What is read is written again and is the same.
#include "fuzz/bytes.h"
#include "model/checkpoint.h"
#include "train/saved_run.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  const std::string_view text = text_of(bytes, count);
  may_refuse([&] {
    const std::string once = write_model(read_model(text, "fuzz"));
    require(write_model(read_model(once, "fuzz")) == once);
  });
  may_refuse([&] { read_saved_run(text, "fuzz"); });
  return 0;
}
