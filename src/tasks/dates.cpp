// The task that reads dates: ten ways to write a day, one way to answer (DD-MM-YYYY).
#include <algorithm>
#include <chrono>
#include <set>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "tasks/date_formats.h"
#include "tasks/task.h"

namespace attnviz {
namespace {

std::optional<Example> solve(const TaskOptions&, const std::vector<std::string>& source) {
  std::optional<DateReading> reading = read_date(source);
  if (!reading) return std::nullopt;
  return Example{source, split_characters(write_date(reading->day, answer_pattern)),
                 std::move(reading->gold)};
}

/// A quarter of the texts in lower case, a quarter in upper case.
void vary_case(std::string& text, const TaskOptions& options, Random& random) {
  if (!options.cases) return;
  const std::size_t draw = random.below(4);
  if (draw >= 2) return;
  for (char& c : text) c = to_case(c, draw == 1);
}

// Swaps two neighbouring letters of the word that `text` starts with, not the first. No weekday has
// the same letter twice in a row, so the word always changes.
void misspell_first_word(std::string& text, Random& random) {
  const std::size_t length =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_letter) - text.begin());
  const std::size_t at = 1 + random.below(length - 2);
  std::swap(text[at], text[at + 1]);
}

std::chrono::year_month_day day_between(std::chrono::sys_days first, std::chrono::sys_days last,
                                        Random& random) {
  return first + std::chrono::days(random.between(0, static_cast<int>((last - first).count())));
}

std::string_view draw_pattern(Random& random) {
  return date_formats()[random.below(date_formats().size())].pattern;
}

Example draw(const TaskOptions& options, Random& random) {
  using namespace std::chrono_literals;
  const auto day =
      day_between(2000y / std::chrono::January / 1, 2024y / std::chrono::January / 1, random);
  const std::string_view pattern = draw_pattern(random);
  std::string text = write_date(day, pattern);
  if (pattern.starts_with('A') && random.below(20) == 0) misspell_first_word(text, random);
  vary_case(text, options, random);
  return solve({}, split_characters(text)).value();
}

/// The letters and separators of all formats.
std::set<std::string> symbols_but_digits(const TaskOptions& options) {
  std::string letters = " ,";
  for (const std::string_view name : month_names) letters += name;
  for (const std::string_view name : weekday_names) letters += name;
  std::set<std::string> symbols;
  for (const char c : letters) {
    symbols.insert({c});
    if (options.cases) symbols.insert({{to_case(c, false)}, {to_case(c, true)}});
  }
  return symbols;
}

/// The patterns that write the month as a number, and so no names.
std::vector<std::string_view> numeric_patterns() {
  std::vector<std::string_view> numeric;
  for (const DateFormat& format : date_formats()) {
    if (format.pattern.find_first_of("bB") == std::string_view::npos)
      numeric.push_back(format.pattern);
  }
  return numeric;
}

/// Examples that tie every digit of the answer to its position, where the task's own days would let
/// the model guess a digit or attend to its neighbour:
///   - any year of four digits, where four are written: all the task's years begin with 20;
///   - any two digits for the day and the month, where the month is a number: most of its months
///     begin with 0;
///   - half of these with another symbol for the blanks: a blank after a single digit
///     indicates the padded zero as well as the digit does.
/// Without gold alignment: training does not see it.
Example draw_augmented(const TaskOptions& options, Random& random) {
  using namespace std::chrono_literals;
  static const std::vector<std::string_view> numeric = numeric_patterns();
  const bool more_numbers = random.below(10) < 4;
  const std::string_view pattern =
      more_numbers ? numeric[random.below(numeric.size())] : draw_pattern(random);
  const bool short_year = pattern.find('y') != std::string_view::npos;
  std::chrono::year_month_day day = short_year
                                        ? day_between(2000y / std::chrono::January / 1,
                                                      2099y / std::chrono::December / 31, random)
                                        : day_between(1000y / std::chrono::January / 1,
                                                      9999y / std::chrono::December / 31, random);
  const bool is_numeric = std::ranges::find(numeric, pattern) != numeric.end();
  if (is_numeric) {
    const auto two_digits = [&] { return static_cast<unsigned>(random.between(1, 99)); };
    day = {day.year(), std::chrono::month{two_digits()}, std::chrono::day{two_digits()}};
  }
  std::string text = write_date(day, pattern);
  vary_case(text, options, random);
  std::vector<std::string> source = split_characters(text);
  if (is_numeric && random.below(2) == 0) {
    const std::set<std::string> symbols = symbols_but_digits(options);
    std::ranges::replace(
        source, std::string(" "),
        *std::next(symbols.begin(), random.between(0, static_cast<int>(symbols.size()) - 1)));
  }
  return {std::move(source), split_characters(write_date(day, answer_pattern)), GoldAlignment(10)};
}

std::string iso_day(const Example& example) {
  const std::string answer = join(example.target);
  return answer.substr(6) + answer.substr(2, 4) + answer.substr(0, 2);
}

std::vector<std::string> source_symbols(const TaskOptions& options) {
  std::set<std::string> symbols = symbols_but_digits(options);
  for (char digit = '0'; digit <= '9'; ++digit) symbols.insert({digit});
  return {symbols.begin(), symbols.end()};
}

std::vector<std::string> target_symbols(const TaskOptions&) {
  return split_characters("-0123456789");
}

ExampleDetails details(const Example& example) {
  ExampleDetails result;
  const auto reading = read_date(example.source);
  if (!reading) return result;
  result.kind = date_formats()[static_cast<std::size_t>(reading->format)].name;
  result.distractor = reading->weekday;
  for (std::size_t i = 0; i < example.target.size(); ++i) {
    const auto field = date_field(i);
    result.fields.emplace_back(!field                       ? ""
                               : *field == DateField::day   ? "day"
                               : *field == DateField::month ? "month"
                                                            : "year");
  }
  return result;
}

}  // namespace

// Days 2000-01-01 .. 2024-01-01 and formats are drawn uniformly; 5 % of the sources with a full
// weekday name have two neighbouring letters of it, not the first, swapped; a quarter is in lower
// case, a quarter in upper case. The part of an example follows from its day.
Task dates_task() {
  return {
      .name = "dates",
      .summary = "a date in any of ten formats, as DD-MM-YYYY",
      .sample_input = "28 March 2005",
      .defaults = {.min_length = 6, .max_length = 29, .shift = 0, .alphabet = "", .cases = true},
      .takes_lengths = false,
      .takes_shift = false,
      .takes_alphabet = false,
      .min_alphabet = 0,
      .separators = "",
      .draw = draw,
      .draw_augmented = draw_augmented,
      .solve = solve,
      .part_key = iso_day,
      .details = details,
      .source_symbols = source_symbols,
      .target_symbols = target_symbols};
}

}  // namespace attnviz
