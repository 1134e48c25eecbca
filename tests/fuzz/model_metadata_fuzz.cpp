// Any text as the metadata of a model, each line a key, a space and its value: past the checksums,
// which stop a changed file before these are read.
#include "fuzz/bytes.h"
#include "infer/model_task.h"
#include "infer/model_text.h"
#include "model/checkpoint.h"
#include "train/pair_data.h"
#include "train/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  std::string_view text = text_of(bytes, count);
  TensorFile file;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t space = std::min(line.find(' '), line.size());
    file.metadata.emplace(line.substr(0, space), line.substr(std::min(space + 1, line.size())));
  }
  may_refuse([&] {
    const Model model = read_description(file, "fuzz");
    // What a file may ask for before its tensors are compared with it.
    require(model.config.hidden <= 1 << 20 && model.config.source_vocabulary >= 4);
    may_refuse([&] { task_of(model); });
    may_refuse([&] {
      Model again = model;
      const std::string once = again.metadata["text"] = text_to_json(text_of(model));
      require(text_to_json(text_of(again)) == once);
    });
    may_refuse([&] {
      const std::string data = to_json(pair_settings_from_json(file.metadata["data"], "fuzz"));
      require(to_json(pair_settings_from_json(data, "fuzz")) == data);
    });
    const TensorFile again{describe(model), {}};
    require(read_description(again, "fuzz").config == model.config);
  });
  may_refuse([&] {
    const Recipe recipe = recipe_from_json(file.metadata["recipe"], "fuzz");
    const std::string json = to_json(recipe);
    require(to_json(recipe_from_json(json, "fuzz")) == json);
  });
  return 0;
}
