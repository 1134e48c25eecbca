// The pairs of a run, found again.
#include <algorithm>
#include <array>
#include <tuple>

#include "attnviz/error.h"
#include "train/pair_data.h"
#include "train/pair_places.h"

namespace attnviz {
namespace {

using FileNames = std::array<std::string*, 9>;

FileNames names_of(PairSettings& settings) {
  PairFiles& train = settings.train;
  PairFiles& validation = settings.validation;
  PairFiles& test = settings.test;
  return {&train.pairs,       &train.source, &train.target, &validation.pairs, &validation.source,
          &validation.target, &test.pairs,   &test.source,  &test.target};
}

/// Where the files that `model` names may be; none for those that the user named.
using Places = std::array<std::vector<std::string>, std::tuple_size_v<FileNames>>;

Places look_for(const FileNames& recorded, const FileNames& asked, const std::string& model) {
  std::vector<std::string> given;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (*asked[i] != *recorded[i] && !asked[i]->empty()) given.push_back(*asked[i]);
  }
  Places places;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (*asked[i] != *recorded[i] || asked[i]->empty()) continue;
    places[i] = places_of(*asked[i], folders_near(model, given));
  }
  return places;
}

}  // namespace

PairSettings recorded_pairs(const Model& model, const std::string& file) {
  const std::string place = printable(file, no_limit) + ": metadata: data";
  const auto entry = model.metadata.find("data");
  if (entry == model.metadata.end()) throw InputError(place + ": is missing");
  return pair_settings_from_json(entry->second, place);
}

PairData reopen_pairs(const Model& model, const std::string& file, std::uint64_t seed,
                      const PairSettings& asked) {
  PairSettings recorded = recorded_pairs(model, file);
  PairSettings settings = recorded;
  settings.train = asked.train;
  settings.validation = asked.validation;
  settings.test = asked.test;
  const FileNames names = names_of(settings);
  // A model may name any file: it is opened only if it is a regular one, and used only if its pairs
  // are those of the training.
  const std::string by_model = printable(file, no_limit) + " names its pairs: ";
  Places places;
  try {
    places = look_for(names_of(recorded), names, file);
  } catch (const PairsNotFoundError& error) {
    throw PairsNotFoundError(by_model + error.what());
  }
  std::size_t attempts = 0;
  for (const auto& of_file : places) attempts = std::max(attempts, of_file.size());
  std::string problem;  // with the first of them
  for (std::size_t attempt = 0; attempt < std::max<std::size_t>(1, attempts); ++attempt) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!places[i].empty()) *names[i] = places[i][std::min(attempt, places[i].size() - 1)];
    }
    try {
      PairData data(settings, seed, model.source, model.target);
      data.adopt(model.metadata.at("data"));
      return data;
    } catch (const Error& error) {
      if (attempts == 0) throw;
      const std::string text = error.what();
      if (problem.empty()) problem = text.substr(0, text.find('\n'));
    }
  }
  throw InputError(by_model + problem);
}

}  // namespace attnviz
