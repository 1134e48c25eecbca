#include "train/pair_places.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/utf8.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr int levels = 6;  // of folders: the model's own and those above it
constexpr std::uintmax_t max_recorded = std::uintmax_t{1} << 32U;  // bytes of a file

void add(std::vector<std::string>& list, const fs::path& path) {
  const std::string text = path.lexically_normal().string();
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

/// What is at a path that is no file to be read.
std::string kind_of(const std::string& path) {
  std::error_code ignored;
  switch (fs::status(path, ignored).type()) {
    case fs::file_type::none:
    case fs::file_type::not_found:
      return "none";
    case fs::file_type::regular:
      return "a larger one";
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

/// Whether a path leads to a stream that this process has open, as /dev/stdin does.
bool is_stream(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40; ++links) {
    const fs::path folder = fs::canonical(fs::absolute(path, error).parent_path(), error);
    if (folder.string().starts_with("/proc/")) return true;
    if (!fs::is_symlink(path, error)) return false;
    path = folder / fs::read_symlink(path, error);
  }
  return false;
}

bool may_be_read(const std::string& path) {
  std::error_code error;
  return !is_stream(path) && fs::is_regular_file(path, error) &&
         fs::file_size(path, error) <= max_recorded && !error;
}

/// Those of which no folder inside is named too.
std::string folders_text(const std::vector<std::string>& folders) {
  std::vector<std::string> deepest;
  for (const std::string& folder : folders) {
    const bool has_inner = std::ranges::any_of(folders, [&](const fs::path& other) {
      return other != "/" && other.parent_path() == folder;
    });
    if (!has_inner) deepest.push_back(folder);
  }
  return printable(join(deepest, " or "), no_limit) + " and the folders above";
}

}  // namespace

void require_regular(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  const bool stream = is_stream(path);
  if (!stream && (!fs::exists(status) || fs::is_regular_file(status))) return;
  throw InputError(fmt::format("{}: expected a file that can be read again by its name, got {}",
                               printable(path, no_limit), stream ? "a stream" : kind_of(path)));
}

std::vector<std::string> folders_near(const std::string& model,
                                      const std::vector<std::string>& hints) {
  std::vector<std::string> folders;
  std::error_code error;
  for (const std::string& hint : hints) add(folders, fs::absolute(hint, error).parent_path());
  for (fs::path folder :
       {fs::absolute(model, error).parent_path(), fs::canonical(model, error).parent_path()}) {
    for (int up = 0; up < levels && !folder.empty(); ++up, folder = folder.parent_path()) {
      add(folders, folder);
    }
  }
  return folders;
}

std::vector<std::string> places_of(const std::string& recorded,
                                   const std::vector<std::string>& folders) {
  std::vector<std::string> places{recorded};
  const fs::path name(recorded);
  for (const fs::path folder : folders) {
    if (name.is_relative()) add(places, folder / name);
    add(places, folder / name.filename());
  }
  std::erase_if(places, [](const std::string& place) { return !may_be_read(place); });
  if (!places.empty()) return places;
  throw PairsNotFoundError(
      fmt::format("{}: cannot open: expected a file of at most 4 GiB, here or in {}; got {}",
                  printable(recorded, no_limit), folders_text(folders), kind_of(recorded)));
}

}  // namespace attnviz
