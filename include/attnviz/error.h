// What can go wrong for reasons outside the program. One type a cause, so that main() can choose
// the exit code; the text is one line: "<where>: <what>; expected <x>, got <y>".
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace attnviz {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Something was asked for that cannot be done (exit 2).
class UsageError : public Error {
 public:
  using Error::Error;
};

/// An invalid setting, by its name in the code ("max_length"); the caller knows the user's name for
/// it.
class SettingError : public UsageError {
 public:
  /// `problem` is what follows the name in a message: "expected an integer in 1..1000, got 0".
  SettingError(const std::string& setting, const std::string& problem)
      : UsageError(setting + ": " + problem), setting_length_(setting.size()) {}

  std::string setting() const { return std::string(what(), setting_length_); }
  std::string problem() const { return what() + setting_length_ + 2; }

 private:
  std::size_t setting_length_;  // a part of what(), so that a copy cannot throw
};

/// Input that cannot be read, or is malformed (exit 3).
class InputError : public Error {
 public:
  using Error::Error;
};

/// Output that cannot be written (exit 4).
class OutputError : public Error {
 public:
  using Error::Error;
};

/// A size above a stated limit (exit 5).
class LimitError : public Error {
 public:
  using Error::Error;
};

/// Output that another process is using, or that exists and would be lost (exit 7).
class InUseError : public Error {
 public:
  using Error::Error;
};

/// `text` made safe and short enough for one line of a message: control characters and invalid
/// UTF-8 escaped (\n, \x1b), cut after `limit` characters with "...". So are characters that
/// reorder or break a line (\u202e). A file's name is shown whole: its limit is no_limit.
std::string printable(std::string_view text, std::size_t limit = 80);
inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

}  // namespace attnviz
