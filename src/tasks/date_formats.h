// Ten ways to write a day, and how they are read.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/task.h"

namespace attnviz {

inline constexpr std::array<std::string_view, 12> month_names{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> weekday_names{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// A way to write a date.
struct DateFormat {
  std::string_view name;     // as it writes 30 July 2021
  std::string_view pattern;  // which both the writer and the reader follow
};

/// The formats, each as it writes 30 July 2021:
///   7 30 21 · July 30, 2021 · Jul 30, 2021 · Friday, July 30, 2021 · 30 Jul 2021 · 30 July 2021 ·
///   30 07 2021 · Fri 30 Jul 2021 · Friday 30 July 2021 · Friday, July 30 2021
/// `30 07 2021` pads day and month to two digits; the others pad neither. `7 30 21` is month, day
/// and the last two digits of the year.
std::span<const DateFormat> date_formats();
inline constexpr std::string_view answer_pattern = "D-M-Y";  // 30-07-2021

std::string write_date(std::chrono::year_month_day day, std::string_view pattern);

/// Of ASCII, in which all names are.
bool is_letter(char c);
/// A letter as a capital (`upper`) or small one; anything else as it is.
char to_case(char c, bool upper);

/// The date in a source, and the positions of its parts.
struct DateReading {
  int format;  // index into date_formats()
  std::chrono::year_month_day day;
  GoldAlignment gold;        // one entry for each of the 10 symbols of DD-MM-YYYY
  std::vector<int> weekday;  // source positions of the weekday's letters; empty if there is none
};

/// Which part of the answer a symbol belongs to.
enum class DateField { day, month, year };

/// Reads a source in any of the ten formats, exactly, except that letters may be small or capital
/// and that two neighbouring letters of the weekday may have changed places (`Thrusday`). The
/// weekday is not compared with the day. Years of four digits are 0001..9999; two digits mean 20YY.
/// In May, whose short name is the full one, two formats write the same text; the earlier one in
/// the list is reported. Nothing if the source is not such a date, or the day is not in the
/// calendar.
///
/// Gold: a digit of the answer points to the source digit that spells it, a zero added by padding
/// to the digit it pads, both month digits to all letters of a named month. The century of a
/// two-digit year and the separators have none.
std::optional<DateReading> read_date(const std::vector<std::string>& source);

/// The field of a symbol of DD-MM-YYYY; nothing for separators and past the end.
std::optional<DateField> date_field(std::size_t target_position);

}  // namespace attnviz
