// What the files of a run say about themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "train/run.h"

namespace attnviz {

/// The entry of config.json, a line of metrics and the metadata of both model files that names the
/// run.
inline constexpr const char* run_key = "run";

/// "dates-7-0123456789abcdef": data, seed, and a hash of them with the recipe and the initial
/// weights, so that equal runs have equal names. Where the files of pairs are does not count.
std::string run_name(const TrainingData& data, const Recipe& recipe, std::uint64_t seed,
                     const std::optional<InitialWeights>& initial);

/// The entry of a model's metadata with the scores of its test.
inline constexpr const char* scores_key = "scores";

/// Whether a text is such an entry.
bool are_scores(const std::string& text);

/// The entry "training" of a model's metadata.
std::string training_json(const TrainingPosition& position);

/// config.json: the recipe and the data. `name` may be "", as in runs of earlier versions.
std::string config_json(const TrainingData& data, const Recipe& recipe, std::uint64_t seed,
                        const std::string& program, const std::string& name);

/// A line of metrics.jsonl.
std::string metrics_line(const Progress& progress, const std::string& name);

/// Removes the lines of metrics.jsonl or maps.jsonl after the last save, at which the file had
/// `size` bytes and the run `step` steps: they will be written again. Returns how many bytes it has
/// now, fewer where lines from before are lost; `note` is told of each.
std::uint64_t cut_lines(const std::string& path, std::uint64_t size, int step,
                        const std::function<void(const std::string&)>& note);

/// How the files of a folder differ in what run they name, for messages: "last.safetensors is of
/// the run dates-1-..., model.safetensors of reverse-1-..."; "" where they agree. Files that are
/// not there, cannot be read or name none are left out.
std::string mixed_runs(const RunFolder& folder);

}  // namespace attnviz
