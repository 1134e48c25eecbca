// The files that a command reads, none of which its outputs may replace.
#pragma once

#include <string>
#include <vector>

#include "train/pair_settings.h"

namespace attnviz {

class Inputs {
 public:
  /// Files that the user named with `option`; "-" is standard input, "" is none. Of a folder, the
  /// files of the run in it; with a file of a run, the others too. Throws UsageError for standard
  /// input when it is read already.
  void add(const std::string& option, const std::string& path);
  void add(const std::string& option, const std::vector<std::string>& paths);
  /// The same, of a model: the newest run for "".
  void add_model(const std::string& option, const std::string& path);
  /// The files of pairs that a run recorded.
  void add_pairs(const PairSettings& settings);

  /// Throws UsageError when `path`, where `option` has the command write, leads to one of them, by
  /// whatever name or link. "-" is standard output.
  void refuse_output(const std::string& option, const std::string& path) const;

 private:
  void add_file(const std::string& option, const std::string& path);

  struct File {
    std::string option;
    std::string path;
  };
  std::vector<File> files_;
};

}  // namespace attnviz
