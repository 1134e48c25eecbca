#include "tasks/dates.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "base/grapheme.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr std::array<std::string_view, 12> month_names{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekday_names{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// A way to write a date. A new one is a row below, and a row in tests/tasks/dates_test.cpp.
struct Format {
  std::string_view name;     // as it writes 30 July 2021
  std::string_view pattern;  // which both the writer and the reader follow
};

// A letter of a pattern is a field, anything else is literal:
//   d day    m month    D, M the same in two digits    y last two digits of the year    Y all four
//   a weekday, b month: the first three letters of the name    A, B the full name
constexpr std::array formats{
    Format{"7 30 21", "m d y"},
    Format{"July 30, 2021", "B d, Y"},
    Format{"Jul 30, 2021", "b d, Y"},
    Format{"Friday, July 30, 2021", "A, B d, Y"},
    Format{"30 Jul 2021", "d b Y"},
    Format{"30 July 2021", "d B Y"},
    Format{"30 07 2021", "D M Y"},
    Format{"Fri 30 Jul 2021", "a d b Y"},
    Format{"Friday 30 July 2021", "A d B Y"},
    Format{"Friday, July 30 2021", "A, B d Y"},
};
constexpr std::string_view answer_pattern = "D-M-Y";

constexpr std::size_t short_length = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string padded(unsigned value, std::size_t digits) {
  return fmt::format("{:0{}}", value, digits);
}

std::string write_field(std::chrono::year_month_day date, char field) {
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  const auto month = static_cast<unsigned>(date.month());
  const auto day = static_cast<unsigned>(date.day());
  const auto weekday_name = [&] {
    return weekday_names[std::chrono::weekday(std::chrono::sys_days(date)).c_encoding()];
  };
  switch (field) {
    case 'd':
      return padded(day, 1);
    case 'D':
      return padded(day, 2);
    case 'm':
      return padded(month, 1);
    case 'M':
      return padded(month, 2);
    case 'b':
      return std::string(month_names[month - 1].substr(0, short_length));
    case 'B':
      return std::string(month_names[month - 1]);
    case 'a':
      return std::string(weekday_name().substr(0, short_length));
    case 'A':
      return std::string(weekday_name());
    case 'y':
      return padded(year % 100, 2);
    case 'Y':
      return padded(year, 4);
    default:
      return {field};
  }
}

std::string write(std::chrono::year_month_day day, std::string_view pattern) {
  std::string text;
  for (const char field : pattern) text += write_field(day, field);
  return text;
}

// One field found in a text. A failed search leaves `at` empty.
struct Found {
  unsigned value = 0;
  std::vector<int> at;  // positions of its characters
};

// A field's characters are the longest run of its kind from `begin` on.
template <typename IsKind>
std::vector<int> run_from(std::string_view text, std::size_t begin, IsKind is_kind) {
  std::vector<int> at;
  for (std::size_t i = begin; i < text.size() && is_kind(text[i]); ++i) {
    at.push_back(static_cast<int>(i));
  }
  return at;
}

// `digits` is how many there must be; 0 means one or two without a leading zero.
Found find_number(std::string_view text, std::size_t begin, std::size_t digits) {
  Found found{0, run_from(text, begin, is_digit)};
  const std::size_t count = found.at.size();
  const bool fits = digits > 0 ? count == digits : count <= 2 && count > 0 && text[begin] != '0';
  if (!fits) return {};
  for (const char c : text.substr(begin, count)) {
    found.value = found.value * 10 + static_cast<unsigned>(c - '0');
  }
  return found;
}

bool equal_but_for_one_swap(std::string_view word, std::string_view name) {
  if (word.size() != name.size()) return false;
  const auto [w, n] = std::ranges::mismatch(word, name);
  if (w == word.end() || w + 1 == word.end()) return w == word.end();
  return w[0] == n[1] && w[1] == n[0] && std::equal(w + 2, word.end(), n + 2);
}

// The value is the name's number, from 1.
template <typename Same>
Found find_name(std::string_view text, std::size_t begin, std::span<const std::string_view> names,
                std::size_t length, Same same) {
  std::vector<int> at = run_from(text, begin, is_letter);
  const std::string_view word = text.substr(begin, at.size());
  for (unsigned i = 0; i < names.size(); ++i) {
    if (same(word, names[i].substr(0, length))) return {i + 1, std::move(at)};
  }
  return {};
}

Found find_field(std::string_view text, std::size_t begin, char field) {
  switch (field) {
    case 'd':
    case 'm':
      return find_number(text, begin, 0);
    case 'D':
    case 'M':
    case 'y':
      return find_number(text, begin, 2);
    case 'Y':
      return find_number(text, begin, 4);
    case 'b':
      return find_name(text, begin, month_names, short_length, std::equal_to{});
    case 'B':
      return find_name(text, begin, month_names, std::string_view::npos, std::equal_to{});
    case 'a':
      return find_name(text, begin, weekday_names, short_length, equal_but_for_one_swap);
    case 'A':
      return find_name(text, begin, weekday_names, std::string_view::npos, equal_but_for_one_swap);
    default:
      if (begin < text.size() && text[begin] == field) return {0, {static_cast<int>(begin)}};
      return {};
  }
}

GoldAlignment gold_of(const Found& day, const Found& month, bool month_is_named,
                      const Found& year) {
  GoldAlignment gold(10);
  // Of a single digit, front and back are the same: the padding zero points to the digit it pads.
  gold[0] = {day.at.front()};
  gold[1] = {day.at.back()};
  gold[3] = month_is_named ? month.at : std::vector<int>{month.at.front()};
  gold[4] = month_is_named ? month.at : std::vector<int>{month.at.back()};
  for (std::size_t i = 0; i < year.at.size(); ++i) gold[10 - year.at.size() + i] = {year.at[i]};
  return gold;
}

std::optional<DateReading> read_in_format(std::string_view text, int format) {
  Found day, month, year, weekday;
  bool month_is_named = false;
  std::size_t begin = 0;
  for (const char field : formats[static_cast<std::size_t>(format)].pattern) {
    const Found found = find_field(text, begin, field);
    if (found.at.empty()) return std::nullopt;
    begin += found.at.size();
    if (field == 'd' || field == 'D') day = found;
    if (field == 'm' || field == 'M' || field == 'b' || field == 'B') month = found;
    if (field == 'b' || field == 'B') month_is_named = true;
    if (field == 'y' || field == 'Y') year = found;
    if (field == 'a' || field == 'A') weekday = found;
  }
  if (begin != text.size()) return std::nullopt;

  const unsigned full_year = year.at.size() == 2 ? 2000 + year.value : year.value;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(full_year)),
                                         std::chrono::month(month.value),
                                         std::chrono::day(day.value)};
  if (full_year == 0 || !date.ok()) return std::nullopt;
  return DateReading{format, date, gold_of(day, month, month_is_named, year), weekday.at};
}

std::optional<Example> solve(const TaskOptions&, const std::vector<std::string>& source) {
  std::optional<DateReading> reading = read_date(source);
  if (!reading) return std::nullopt;
  return Example{source, split_characters(write(reading->day, answer_pattern)),
                 std::move(reading->gold)};
}

char to_case(char c, bool upper) {
  if (!is_letter(c)) return c;
  return static_cast<char>(upper ? c & ~0x20 : c | 0x20);
}

/// A quarter of the texts in lower case, a quarter in upper case.
void vary_case(std::string& text, const TaskOptions& options, Random& random) {
  if (!options.cases) return;
  const std::size_t draw = random.below(4);
  if (draw >= 2) return;
  for (char& c : text) c = to_case(c, draw == 1);
}

/// Every word with a capital and small letters, as the formats write names.
std::string capitalised(std::string text) {
  bool first = true;
  for (char& c : text) {
    c = to_case(c, first);
    first = !is_letter(c);
  }
  return text;
}

// Swaps two neighbouring letters of the word that `text` starts with, not the first. No weekday has
// the same letter twice in a row, so the word always changes.
void misspell_first_word(std::string& text, Random& random) {
  const std::size_t length = run_from(text, 0, is_letter).size();
  const std::size_t at = 1 + random.below(length - 2);
  std::swap(text[at], text[at + 1]);
}

std::chrono::year_month_day day_between(std::chrono::sys_days first, std::chrono::sys_days last,
                                        Random& random) {
  return first + std::chrono::days(random.between(0, static_cast<int>((last - first).count())));
}

std::string_view draw_pattern(Random& random) {
  return formats[random.below(formats.size())].pattern;
}

Example draw(const TaskOptions& options, Random& random) {
  using namespace std::chrono_literals;
  const auto day =
      day_between(2000y / std::chrono::January / 1, 2024y / std::chrono::January / 1, random);
  const std::string_view pattern = draw_pattern(random);
  std::string text = write(day, pattern);
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
  for (const Format& format : formats) {
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
  std::string text = write(day, pattern);
  vary_case(text, options, random);
  std::vector<std::string> source = split_characters(text);
  if (is_numeric && random.below(2) == 0) {
    const std::set<std::string> symbols = symbols_but_digits(options);
    std::ranges::replace(
        source, std::string(" "),
        *std::next(symbols.begin(), random.between(0, static_cast<int>(symbols.size()) - 1)));
  }
  return {std::move(source), split_characters(write(day, answer_pattern)), GoldAlignment(10)};
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
  result.kind = formats[static_cast<std::size_t>(reading->format)].name;
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

std::vector<std::string_view> date_format_names() {
  std::vector<std::string_view> names;
  for (const Format& format : formats) names.push_back(format.name);
  return names;
}

std::optional<DateReading> read_date(const std::vector<std::string>& source) {
  // With symbols of one byte each, positions in the text are positions in the source.
  if (std::ranges::any_of(source, [](const std::string& symbol) { return symbol.size() != 1; })) {
    return std::nullopt;
  }
  const std::string text = join(source);
  for (const std::string& written : {text, capitalised(text)}) {
    for (int format = 0; format < static_cast<int>(formats.size()); ++format) {
      if (auto reading = read_in_format(written, format)) return reading;
    }
  }
  return std::nullopt;
}

std::optional<DateField> date_field(std::size_t target_position) {
  if (target_position < 2) return DateField::day;
  if (target_position == 3 || target_position == 4) return DateField::month;
  if (target_position >= 6 && target_position < 10) return DateField::year;
  return std::nullopt;
}

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
