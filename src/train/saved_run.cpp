#include "train/saved_run.h"

#include <fmt/core.h>

#include <limits>

#include "attnviz/error.h"
#include "formats/json.h"
#include "formats/safetensors.h"
#include "formats/strict_json.h"
#include "model/checkpoint.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* state_key = "state";
constexpr std::uint64_t max_steps = 1'000'000'000;

/// Calls field(name in the file, member) for the members of a position that earlier versions did
/// not write.
template <typename F, typename AnyPosition>
void visit_later(F&& field, AnyPosition& position) {
  field("counted", position.counted);
  field("patience", position.patience);
}

/// The same for those that only a run that is watched has.
template <typename F, typename AnyPosition>
void visit_watched(F&& field, AnyPosition& position) {
  field("watch", position.watch.texts);
  field("watch_frames", position.watch.frames);
  field("next_frame", position.next_frame);
  field("maps_size", position.maps_size);
}

/// The same for every other member.
template <typename F, typename AnyPosition>
void visit_position(F&& field, AnyPosition& position) {
  field("seed", position.seed);
  field("limit", position.limit);
  field("random", position.training);
  field("loss_sum", position.loss_sum);
  field("loss_count", position.loss_count);
  field("best_step", position.best_step);
  field("best_objective", position.best_objective);
  field("last_entropy", position.last_entropy);
  field("stalled", position.stalled);
  field("good_evaluations", position.good_evaluations);
  field("rate_scale", position.rate_scale);
  field("init_from", position.init_from);
  field("metrics_size", position.metrics_size);
}

bool read(const Json& json, int& value) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > max_steps) return false;
  value = json.get<int>();
  return true;
}
bool read(const Json& json, std::uint64_t& value) {
  if (!json.is_number_unsigned()) return false;
  value = json.get<std::uint64_t>();
  return true;
}
bool read(const Json& json, double& value) {
  // JSON has no infinity, the initial value of the best; it is written as null.
  value = json.is_number() ? json.get<double>() : std::numeric_limits<double>::infinity();
  return json.is_null() || json.is_number();
}
bool read(const Json& json, std::string& value) {
  if (json.is_string()) value = json.get<std::string>();
  return json.is_string();
}
bool read(const Json& json, std::vector<std::string>& texts) {
  if (!json.is_array() || json.size() > max_watched_texts) return false;
  texts.resize(json.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!read(json[i], texts[i])) return false;
  }
  return true;
}
bool read(const Json& json, Random::State& value) {
  if (!json.is_array() || json.size() != value.size()) return false;
  bool any = false;  // the generator never leaves a state of zeros
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!read(json[i], value[i])) return false;
    any = any || value[i] != 0;
  }
  return any;
}

const std::string& metadata(const TensorFile& file, const char* key, const std::string& name) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw InputError(
        fmt::format("{}: metadata: {} is missing: this is no state of a training", name, key));
  }
  return found->second;
}

std::size_t tensor_count(const Seq2SeqWeights& weights) {
  std::size_t count = 0;
  Seq2SeqWeights::visit(
      [&](std::string_view, const auto& tensor) { count += tensor.size() > 0 ? 1 : 0; }, weights);
  return count;
}

}  // namespace

std::string write_saved_run(const Model& best, const TrainingPosition& position,
                            const Trainer& trainer) {
  TensorFile file{describe(best), {}};
  append_tensors(trainer.raw_weights(), "", file.tensors);
  append_tensors(trainer.weights(), "average.", file.tensors);
  append_tensors(trainer.adam().m, "adam.m.", file.tensors);
  append_tensors(trainer.adam().v, "adam.v.", file.tensors);
  if (position.best_step > 0) append_tensors(best.weights, "best.", file.tensors);
  Json state{{"steps", trainer.steps_done()}};
  const auto put = [&](const char* name, const auto& value) { state[name] = value; };
  visit_position(put, position);
  visit_later(put, position);
  if (!position.watch.texts.empty()) visit_watched(put, position);
  file.metadata[state_key] = state.dump();
  return write_safetensors(file);
}

SavedRun read_saved_run(std::string_view bytes, const std::string& name) {
  const TensorFile file = read_safetensors(bytes, name);
  const std::string& text = metadata(file, state_key, name);
  const std::string place = name + ": metadata: state";
  SavedRun run;
  run.best = read_description(file, name);
  run.best.metadata.erase(state_key);
  run.recipe = recipe_from_json(metadata(file, "recipe", name), name + ": metadata: recipe");
  const ModelConfig& config = run.best.config;
  ModelConfig recorded = run.recipe.model;
  recorded.source_vocabulary = config.source_vocabulary;
  recorded.target_vocabulary = config.target_vocabulary;
  if (recorded != config) throw InputError(name + ": metadata: config and recipe disagree");

  const Json state = parse_strict_json<Json>(text, place);
  if (!state.is_object()) throw InputError(place + ": expected an object");
  const auto take = [&](const char* field, auto& value) {
    const auto found = state.find(field);
    if (found == state.end()) {
      throw InputError(fmt::format("{}: {}: cannot be left out", place, field));
    }
    if (!read(*found, value)) {
      throw InputError(fmt::format("{}: {}: cannot be {}", place, field, printable(found->dump())));
    }
  };
  int steps = 0;
  take("steps", steps);
  visit_position(take, run.position);
  run.position.counted = run.position.stalled;
  run.position.patience = run.recipe.patience;
  visit_later(
      [&](const char* field, auto& value) {
        if (state.contains(field)) take(field, value);
      },
      run.position);

  if (state.contains("watch")) visit_watched(take, run.position);
  if (run.position.watch.frames < 2 || run.position.watch.frames > max_watch_frames) {
    throw InputError(
        fmt::format("{}: watch_frames: cannot be {}", place, run.position.watch.frames));
  }

  extract_tensors(file.tensors, "", config, name, run.trainer.weights);
  extract_tensors(file.tensors, "average.", config, name, run.trainer.average);
  extract_tensors(file.tensors, "adam.m.", config, name, run.trainer.adam.m);
  extract_tensors(file.tensors, "adam.v.", config, name, run.trainer.adam.v);
  run.trainer.adam.updates = steps;
  const bool has_best = run.position.best_step > 0;
  if (has_best) extract_tensors(file.tensors, "best.", config, name, run.best.weights);
  const std::size_t expected = tensor_count(run.trainer.weights) * (has_best ? 5 : 4);
  if (file.tensors.size() != expected) {
    throw InputError(
        fmt::format("{}: expected {} tensors, got {}", name, expected, file.tensors.size()));
  }
  return run;
}

}  // namespace attnviz
