// Notes about inputs, one after the other.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "infer/source_reader.h"

namespace attnviz {

/// Notes on standard error: of each kind the first, so that many inputs do not bury them.
class InputNotes {
 public:
  /// `wanted` is what an input should get, such as "answer". `reader` must outlive this.
  InputNotes(bool quiet, const SourceReader& reader, std::string wanted)
      : quiet_(quiet), reader_(reader), wanted_(std::move(wanted)) {}

  /// What was read otherwise than it stands in an input, and a length that was not in training.
  /// `place` begins the notes.
  void tell_source(const std::string& place, const SourceText& source);
  /// What the model does not know of a given answer.
  void tell_target(const std::string& place, const SourceText& target);
  /// Whether one more note about an input that gets it may be printed; the first that may not
  /// is announced.
  bool may_tell() { return may_tell(notes_); }
  /// Any other of these.
  void tell(const std::string& text);

  /// Counts an input that does not get it, and notes the reason.
  void tell_failed(const std::string& place, const std::string& problem);
  /// Throws CheckFailed if there were some.
  void require_all(std::size_t inputs) const;

 private:
  bool may_tell(std::size_t& told) const;

  bool quiet_;
  const SourceReader& reader_;
  std::string wanted_;
  std::size_t failed_ = 0;  // inputs that do not get it
  std::size_t notes_ = 0;   // about inputs that do
  bool separators_told_ = false;
  bool length_told_ = false;
};

}  // namespace attnviz
