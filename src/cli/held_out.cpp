#include "cli/held_out.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "attnviz/error.h"
#include "formats/json.h"
#include "train/run_folder.h"

namespace attnviz {
namespace {

std::uint64_t seed_of(const Model& model) {
  const auto training = model.metadata.find("training");
  if (training != model.metadata.end()) {
    const auto json = nlohmann::json::parse(training->second, nullptr, false);
    const auto seed = json.is_object() ? json.find("seed") : json.end();
    if (seed != json.end() && seed->is_number_unsigned()) return seed->get<std::uint64_t>();
  }
  throw InputError(
      "model: metadata: training: expected the seed, which determines the held-out pairs, got "
      "none; give pairs with --data");
}

}  // namespace

PairData open_pairs(const Model& model, const std::string& path, const PairFiles& given) {
  std::error_code ignored;
  const std::string file =
      std::filesystem::is_directory(path, ignored) ? RunFolder(path).model() : path;
  PairSettings asked = recorded_pairs(model, file);
  if (given.given()) {
    const std::vector<int> recorded = std::exchange(asked.train, given).columns;
    if (given.columns.empty()) asked.train.columns = recorded;
  }
  return reopen_pairs(model, file, seed_of(model), asked);
}

const PairFiles& test_files(const PairData& data) {
  const PairSettings& settings = data.settings();
  return settings.test.given() ? settings.test : settings.train;
}

PairEvaluation evaluate_test(const Model& model, const PairData& data, const AnswerOptions& options,
                             PairEvents events) {
  const PairSettings& settings = data.settings();
  const std::vector<std::uint32_t>& test = data.part(Part::test);
  const auto longest = static_cast<std::size_t>(settings.max_length);
  std::uint32_t number = settings.test.given() ? test.front() : 0;
  events.filter = [&, chosen = std::move(events.filter)](const TextPair& pair) {
    if (pair.source.size() > longest || pair.target.size() > longest) return false;
    return std::binary_search(test.begin(), test.end(), number++) && (!chosen || chosen(pair));
  };
  PairReader reader(test_files(data), settings.source, settings.target);
  return evaluate_pairs(model, reader, options, events);
}

}  // namespace attnviz
