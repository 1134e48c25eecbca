// What commands print: data to standard output, everything else to standard error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "attnviz/attention_map.h"
#include "infer/predict.h"
#include "score/evaluate.h"

namespace attnviz {

/// The command ran, but a check failed (exit 1).
class CheckFailed : public std::runtime_error {
 public:
  explicit CheckFailed(const std::string& reason) : std::runtime_error(reason) {}
};

/// A signal stopped the command after saving (exit 128 + its number).
class Stopped : public std::runtime_error {
 public:
  Stopped(int signal, const std::string& what) : std::runtime_error(what), signal_(signal) {}
  int signal() const { return signal_; }

 private:
  int signal_;
};

/// Writes data to standard output. If that is a terminal, what could control it is escaped, all but
/// tabs and line ends. Throws OutputError.
void print(std::string_view text);

/// A line on standard error, unless `quiet`.
void tell(bool quiet, std::string_view line);
/// The same of a note: "attnviz: note: <text>".
void tell_note(bool quiet, const std::string& text);

/// A note, printed once, that an input such as "1, 9, 4" was read as "194".
inline constexpr const char* separators_note =
    "separators between the symbols of an input are left out";

/// A path for a command that is printed for the user: as it must be typed, in quotes where it needs
/// them, with escapes as bash and zsh read them ($'a\nb') where it cannot be printed.
std::string shell_word(const std::string& path);

/// "99.87 %"
std::string percent(double share);

/// "reverse: monojitcnn -> nnctijonom" and whether that is right: the title of a picture.
/// Long texts are shortened.
std::string picture_title(std::string_view task, const Prediction& prediction);

/// Gold mass and hit rate of one map, or "" without gold: the caption of a picture.
std::string picture_caption(const AttentionMap& map);

}  // namespace attnviz
