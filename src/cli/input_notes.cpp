#include "cli/input_notes.h"

#include <fmt/core.h>

#include <utility>

#include "cli/answer_options.h"
#include "cli/output.h"

namespace attnviz {
namespace {

constexpr std::size_t max_notes = 20;  // of a kind

}  // namespace

void InputNotes::tell_source(const std::string& place, const SourceText& source) {
  if (source.separators_dropped && !std::exchange(separators_told_, true)) {
    tell_note(quiet_, separators_note);
  }
  if (!source.unknown.empty() && may_tell()) tell_unknown(quiet_, place, source);
  length_told_ = length_told_ || tell_length(quiet_, place, reader_, source);
}

void InputNotes::tell_target(const std::string& place, const SourceText& target) {
  if (!target.unknown.empty() && may_tell()) tell_unknown(quiet_, place, target);
}

void InputNotes::tell(const std::string& text) {
  if (may_tell()) tell_note(quiet_, text);
}

void InputNotes::tell_failed(const std::string& place, const std::string& problem) {
  if (may_tell(failed_)) tell_note(quiet_, place + problem + "; it has no " + wanted_);
}

void InputNotes::require_all(std::size_t inputs) const {
  if (failed_ == 0) return;
  throw CheckFailed(fmt::format("{} of {} inputs {} no {}", failed_, inputs,
                                failed_ == 1 ? "has" : "have", wanted_));
}

/// Counts a note in `told`. Whether it may be printed; of the first that may not, says so.
bool InputNotes::may_tell(std::size_t& told) const {
  if (++told == max_notes + 1) {
    tell_note(quiet_, "further notes of this kind are left out");
  }
  return told <= max_notes;
}

}  // namespace attnviz
