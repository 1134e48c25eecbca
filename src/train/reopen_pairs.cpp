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

/// Where the files that a model names may be; none for those that the user named.
using Places = std::array<std::vector<std::string>, std::tuple_size_v<FileNames>>;

/// The files of a model's pairs, of which the user may have named some.
struct NamedFiles {
  FileNames names;  // to be set to the places
  Places places;
  std::vector<std::string> given;  // by the user
};

NamedFiles look_for(const FileNames& recorded, const FileNames& asked, const std::string& model) {
  NamedFiles files{asked, {}, {}};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (*asked[i] != *recorded[i] && !asked[i]->empty()) files.given.push_back(*asked[i]);
  }
  const std::vector<std::string> folders = folders_near(model, files.given);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (*asked[i] == *recorded[i] && !asked[i]->empty()) {
      files.places[i] = places_of(*asked[i], folders);
    }
  }
  return files;
}

/// Sets the names to the places of an attempt, from 0; false after the last.
bool try_places(const NamedFiles& files, std::size_t attempt) {
  bool any = attempt == 0;
  for (std::size_t i = 0; i < files.names.size(); ++i) {
    const std::vector<std::string>& places = files.places[i];
    any = any || attempt < places.size();
    if (!places.empty()) *files.names[i] = places[std::min(attempt, places.size() - 1)];
  }
  return any;
}

/// A problem in a line; who named the file, unless it was the user.
std::string problem_text(const std::string& by_model, const NamedFiles& files,
                         const std::string& problem) {
  const bool of_given = std::ranges::any_of(files.given, [&](const std::string& name) {
    return problem.starts_with(printable(name, no_limit));
  });
  return (of_given ? "" : by_model) + problem.substr(0, problem.find('\n'));
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
  // A model may name any file: it is opened only if it is a regular one, and used only if its pairs
  // are those of the training.
  const std::string by_model = printable(file, no_limit) + " names its pairs: ";
  NamedFiles files;
  try {
    files = look_for(names_of(recorded), names_of(settings), file);
  } catch (const PairsNotFoundError& error) {
    throw PairsNotFoundError(by_model + error.what());
  }
  std::string problem;  // of the first attempt
  for (std::size_t attempt = 0; try_places(files, attempt); ++attempt) {
    try {
      PairData data(settings, seed, model.source, model.target, model.config.copy);
      data.adopt(model.metadata.at("data"), files.given.empty());
      return data;
    } catch (const Error& error) {
      const bool all_given = std::ranges::all_of(files.places, &std::vector<std::string>::empty);
      if (all_given) throw;
      if (problem.empty()) problem = problem_text(by_model, files, error.what());
    }
  }
  throw InputError(problem);
}

}  // namespace attnviz
