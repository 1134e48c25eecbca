// The files that a command reads, none of which its outputs may replace.
#pragma once

#include <string>
#include <vector>

namespace attnviz {

class Inputs {
 public:
  /// Files that the user named with `option`; "-" is standard input, "" is none. Of a folder, the
  /// files of the run in it.
  void add(const std::string& option, const std::string& path);
  void add(const std::string& option, const std::vector<std::string>& paths);
  /// The same, of a model: the newest run for "".
  void add_model(const std::string& option, const std::string& path);

  /// Throws UsageError when `path`, where `option` has the command write, leads to one of them, by
  /// whatever name or link. "-" is standard output.
  void refuse_output(const std::string& option, const std::string& path) const;

 private:
  struct File {
    std::string option;
    std::string path;
  };
  std::vector<File> files_;
};

}  // namespace attnviz
