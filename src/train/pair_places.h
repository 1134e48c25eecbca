// Where the pairs of a run are when the run, or they, were moved.
#pragma once

#include <string>
#include <vector>

#include "attnviz/error.h"

namespace attnviz {

/// The pairs of a run are not to be found.
class PairsNotFoundError : public InputError {
 public:
  using InputError::InputError;
};

/// Throws InputError for anything but a regular file: what is read again later must still be there,
/// and opening a pipe or a device may wait or never end. One that is missing is left to its reader.
void require_regular(const std::string& path);

/// The folders in which to look for the files that `model` names: those of `hints`, which are files
/// too, then the model's own and five above it; links are followed as well.
std::vector<std::string> folders_near(const std::string& model,
                                      const std::vector<std::string>& hints);

/// The regular files of at most 4 GiB that may be `recorded`: as it is, then in each folder by its
/// whole name and by its last part. At least one: throws PairsNotFoundError.
std::vector<std::string> places_of(const std::string& recorded,
                                   const std::vector<std::string>& folders);

}  // namespace attnviz
