// The tasks that move letters and never change them. They take any symbols, in the alphabet or not,
// and refuse only the empty source.
#include "base/utf8.h"
#include "tasks/alphabet.h"
#include "tasks/task.h"

namespace attnviz {
namespace {

// target[i] = source[position(i)]
template <typename Position>
std::optional<Example> rearrange(const std::vector<std::string>& source, Position position) {
  if (source.empty()) return std::nullopt;
  Example example{source, {}, {}};
  example.target.reserve(source.size());
  example.gold.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::size_t j = position(i);
    example.target.push_back(source[j]);
    example.gold.push_back({static_cast<int>(j)});
  }
  return example;
}

// A source shorter than the shift is rotated by the shift modulo its length.
std::size_t shift_within(const TaskOptions& options, std::size_t length) {
  return static_cast<std::size_t>(options.shift) % length;
}

std::optional<Example> reverse(const TaskOptions&, const std::vector<std::string>& source) {
  return rearrange(source, [n = source.size()](std::size_t i) { return n - 1 - i; });
}

std::optional<Example> shift_left(const TaskOptions& options,
                                  const std::vector<std::string>& source) {
  return rearrange(source, [&options, n = source.size()](std::size_t i) {
    return (i + shift_within(options, n)) % n;
  });
}

std::optional<Example> shift_right(const TaskOptions& options,
                                   const std::vector<std::string>& source) {
  return rearrange(source, [&options, n = source.size()](std::size_t i) {
    return (i + n - shift_within(options, n)) % n;
  });
}

template <auto solve>
Example draw(const TaskOptions& options, Random& random) {
  return solve(options, draw_symbols(options, random)).value();
}

std::string source_text(const Example& example) {
  return join(example.source);
}

template <auto solve>
Task letter_task(std::string_view name, std::string_view summary, int shift) {
  return {.name = name,
          .summary = summary,
          .sample_input = "monojitcnn",
          .defaults = {.min_length = 4,
                       .max_length = 12,
                       .shift = shift,
                       .alphabet = "abcdefghijklmnopqrstuvwxyz"},
          .takes_lengths = true,
          .takes_shift = shift > 0,
          .takes_alphabet = true,
          .min_alphabet = 1,
          .separators = "",
          .draw = draw<solve>,
          .draw_augmented = nullptr,
          .solve = solve,
          .part_key = source_text,
          .details = nullptr,
          .source_symbols = sorted_alphabet,
          .target_symbols = sorted_alphabet};
}

}  // namespace

Task reverse_task() {
  return letter_task<reverse>("reverse", "the letters from last to first", 0);
}

Task left_shift_task() {
  return letter_task<shift_left>("left-shift", "the letters rotated left, by 4 unless set", 4);
}

Task right_shift_task() {
  return letter_task<shift_right>("right-shift", "the letters rotated right, by 3 unless set", 3);
}

}  // namespace attnviz
