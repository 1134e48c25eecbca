#include "tasks/date_formats.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "base/utf8.h"

namespace attnviz {
namespace {

// A new one is a row here, and a row in tests/tasks/dates_test.cpp.
// A letter of a pattern is a field, anything else is literal:
//   d day    m month    D, M the same in two digits    y last two digits of the year    Y all four
//   a weekday, b month: the first three letters of the name    A, B the full name
constexpr std::array formats{
    DateFormat{"7 30 21", "m d y"},
    DateFormat{"July 30, 2021", "B d, Y"},
    DateFormat{"Jul 30, 2021", "b d, Y"},
    DateFormat{"Friday, July 30, 2021", "A, B d, Y"},
    DateFormat{"30 Jul 2021", "d b Y"},
    DateFormat{"30 July 2021", "d B Y"},
    DateFormat{"30 07 2021", "D M Y"},
    DateFormat{"Fri 30 Jul 2021", "a d b Y"},
    DateFormat{"Friday 30 July 2021", "A d B Y"},
    DateFormat{"Friday, July 30 2021", "A, B d Y"},
};
constexpr std::size_t short_length = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string in_small_letters(std::string_view word) {
  std::string small(word);
  for (char& c : small) c = to_case(c, false);
  return small;
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
  const std::string word = in_small_letters(text.substr(begin, at.size()));
  for (unsigned i = 0; i < names.size(); ++i) {
    if (same(word, in_small_letters(names[i].substr(0, length)))) return {i + 1, std::move(at)};
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

std::optional<DateReading> read_in_format(std::string_view text, const DateFormat& format) {
  Found day, month, year, weekday;
  bool month_is_named = false;
  std::size_t begin = 0;
  for (const char field : format.pattern) {
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
  return DateReading{static_cast<int>(&format - formats.data()), date,
                     gold_of(day, month, month_is_named, year), weekday.at};
}

}  // namespace

std::span<const DateFormat> date_formats() {
  return formats;
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

char to_case(char c, bool upper) {
  if (!is_letter(c)) return c;
  return static_cast<char>(upper ? c & ~0x20 : c | 0x20);
}

std::string write_date(std::chrono::year_month_day day, std::string_view pattern) {
  std::string text;
  for (const char field : pattern) text += write_field(day, field);
  return text;
}

std::optional<DateReading> read_date(const std::vector<std::string>& source) {
  // With symbols of one byte each, positions in the text are positions in the source.
  if (std::ranges::any_of(source, [](const std::string& symbol) { return symbol.size() != 1; })) {
    return std::nullopt;
  }
  const std::string text = join(source);
  for (const DateFormat& format : formats) {
    if (auto reading = read_in_format(text, format)) return reading;
  }
  return std::nullopt;
}

std::optional<DateField> date_field(std::size_t target_position) {
  if (target_position < 2) return DateField::day;
  if (target_position == 3 || target_position == 4) return DateField::month;
  if (target_position >= 6 && target_position < 10) return DateField::year;
  return std::nullopt;
}

}  // namespace attnviz
