#include <algorithm>
#include <ctime>
#include <map>
#include <set>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "catch.h"
#include "tasks/date_formats.h"
#include "tasks/task.h"

using namespace attnviz;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

namespace {

constexpr sys_days first_day = 2000y / std::chrono::January / 1;
constexpr int day_count = 8767;
constexpr int format_count = 10;

std::string answer(std::string_view input) {
  const Task task = find_task("dates");
  const auto example = task.solve(task.defaults, split_characters(input));
  return example ? join(example->target) : "(none)";
}

// By the C library, which shares nothing with the task.
std::string written(year_month_day day, int format) {
  constexpr const char* patterns[format_count] = {
      "%-m %-d %y", "%B %-d, %Y", "%b %-d, %Y",   "%A, %B %-d, %Y", "%-d %b %Y",
      "%-d %B %Y",  "%d %m %Y",   "%a %-d %b %Y", "%A %-d %B %Y",   "%A, %B %-d %Y"};
  std::tm time{};
  time.tm_year = static_cast<int>(day.year()) - 1900;
  time.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  time.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  time.tm_wday = static_cast<int>(std::chrono::weekday(sys_days(day)).c_encoding());
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, patterns[format], &time);
  return {text, length};
}

bool names_the_weekday_in_full(int format) {
  return format == 3 || format == 8 || format == 9;
}

}  // namespace

TEST_CASE("dates: every format of some days") {
  struct Case {
    year_month_day day;
    std::string_view answer;
    std::vector<std::string> texts;
  };
  const std::vector<Case> cases{
      {2021y / 7 / 30,
       "30-07-2021",
       {"7 30 21", "July 30, 2021", "Jul 30, 2021", "Friday, July 30, 2021", "30 Jul 2021",
        "30 July 2021", "30 07 2021", "Fri 30 Jul 2021", "Friday 30 July 2021",
        "Friday, July 30 2021"}},
      {2004y / 2 / 29,
       "29-02-2004",
       {"2 29 04", "February 29, 2004", "Feb 29, 2004", "Sunday, February 29, 2004", "29 Feb 2004",
        "29 February 2004", "29 02 2004", "Sun 29 Feb 2004", "Sunday 29 February 2004",
        "Sunday, February 29 2004"}},
      {2023y / 12 / 31,
       "31-12-2023",
       {"12 31 23", "December 31, 2023", "Dec 31, 2023", "Sunday, December 31, 2023", "31 Dec 2023",
        "31 December 2023", "31 12 2023", "Sun 31 Dec 2023", "Sunday 31 December 2023",
        "Sunday, December 31 2023"}},
      {2000y / 1 / 1,
       "01-01-2000",
       {"1 1 00", "January 1, 2000", "Jan 1, 2000", "Saturday, January 1, 2000", "1 Jan 2000",
        "1 January 2000", "01 01 2000", "Sat 1 Jan 2000", "Saturday 1 January 2000",
        "Saturday, January 1 2000"}},
  };
  for (const Case& c : cases) {
    for (int format = 0; format < format_count; ++format) {
      const std::string& text = c.texts[static_cast<std::size_t>(format)];
      INFO(text);
      CHECK(written(c.day, format) == text);
      const auto reading = read_date(split_characters(text));
      REQUIRE(reading.has_value());
      CHECK(reading->format == format);
      CHECK(reading->day == c.day);
      CHECK(answer(text) == c.answer);
    }
  }
  REQUIRE(date_formats().size() == format_count);
  for (std::size_t i = 0; i < format_count; ++i) {
    CHECK(date_formats()[i].name == cases[0].texts[i]);
  }
}

TEST_CASE("dates: texts that are read, and texts that are not") {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"28 March 2005", "28-03-2005"},
      {"Thursday, October 13 2011", "13-10-2011"},
      {"Thrusday, October 13 2011", "13-10-2011"},
      {"Tuhrsday 13 October 2011", "13-10-2011"},
      {"Fir 30 Jul 2021", "30-07-2021"},
      {"Monday, July 30, 2021", "30-07-2021"},  // a Friday; the weekday is not compared
      {"3 4 21", "04-03-2021"},                 // month first
      {"03 04 2021", "03-04-2021"},             // day first
      {"4 July 1776", "04-07-1776"},
      {"1 Jan 0001", "01-01-0001"},
      {"31 12 9999", "31-12-9999"},
      {"2 29 96", "29-02-2096"},
      {"", "(none)"},
      {"monojitcnn", "(none)"},
      {"29 February 2023", "(none)"},
      {"31 April 2020", "(none)"},
      {"2 30 04", "(none)"},
      {"13 1 21", "(none)"},
      {"0 1 21", "(none)"},
      {"1 Jan 0000", "(none)"},
      {"07 30 21", "(none)"},
      {"7 30 2021", "(none)"},
      {"30 7 2021", "(none)"},
      {"030 07 2021", "(none)"},
      {"30 July 21", "(none)"},
      {"30 July 02021", "(none)"},
      {"01 July 2021", "(none)"},
      {"30 july 2021", "30-07-2021"},
      {"30 JULY 2021", "30-07-2021"},
      {"30 jULy 2021", "30-07-2021"},
      {"thursday, october 13 2011", "13-10-2011"},
      {"THRUSDAY, OCTOBER 13 2011", "13-10-2011"},
      {"htursday, october 13 2011", "13-10-2011"},
      {"30 jyul 2021", "(none)"},
      {"30 Juyl 2021", "(none)"},
      {"30 July, 2021", "(none)"},
      {"July 30 2021", "(none)"},
      {"30  July 2021", "(none)"},
      {"30 July 2021 ", "(none)"},
      {" 30 July 2021", "(none)"},
      {"30 July", "(none)"},
      {"30 July ", "(none)"},
      {"Friday", "(none)"},
      {"Friady30 July 2021", "(none)"},
      {"Frdiay 30 July 202", "(none)"},
      {"Thursdya, October 13 2011", "13-10-2011"},
      {"Thrusdya, October 13 2011", "(none)"},  // two swaps
      {"Thurxday, October 13 2011", "(none)"},
      {"Thurday, October 13 2011", "(none)"},
      {"Thursday, October 13 2011x", "(none)"},
      {"३० July 2021", "(none)"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(answer(text) == expected);
  }
  CHECK_FALSE(read_date({"30", " July", " 2021"}).has_value());
  CHECK_FALSE(read_date({"", "3", "0"}).has_value());
}

TEST_CASE("dates: gold written out") {
  struct Case {
    std::string_view text;
    GoldAlignment gold;
    std::vector<int> weekday;
  };
  const std::vector<Case> cases{
      {"7 30 21", {{2}, {3}, {}, {0}, {0}, {}, {}, {}, {5}, {6}}, {}},
      {"12 1 05", {{3}, {3}, {}, {0}, {1}, {}, {}, {}, {5}, {6}}, {}},
      {"30 07 2021", {{0}, {1}, {}, {3}, {4}, {}, {6}, {7}, {8}, {9}}, {}},
      {"1 May 2021", {{0}, {0}, {}, {2, 3, 4}, {2, 3, 4}, {}, {6}, {7}, {8}, {9}}, {}},
      {"July 30, 2021", {{5}, {6}, {}, {0, 1, 2, 3}, {0, 1, 2, 3}, {}, {9}, {10}, {11}, {12}}, {}},
      {"Fri 30 Jul 2021",
       {{4}, {5}, {}, {7, 8, 9}, {7, 8, 9}, {}, {11}, {12}, {13}, {14}},
       {0, 1, 2}},
      {"Mnoday, May 3 2021",
       {{12}, {12}, {}, {8, 9, 10}, {8, 9, 10}, {}, {14}, {15}, {16}, {17}},
       {0, 1, 2, 3, 4, 5}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto reading = read_date(split_characters(c.text));
    REQUIRE(reading.has_value());
    CHECK(reading->gold == c.gold);
    CHECK(reading->weekday == c.weekday);
  }
}

TEST_CASE("dates: fields of the answer") {
  const std::string answer = "DD-MM-YYYY";
  for (std::size_t i = 0; i < 12; ++i) {
    INFO(i);
    const char expected = i < answer.size() ? answer[i] : '-';
    const auto field = date_field(i);
    CHECK((field == DateField::day) == (expected == 'D'));
    CHECK((field == DateField::month) == (expected == 'M'));
    CHECK((field == DateField::year) == (expected == 'Y'));
  }
}

TEST_CASE("dates: no text means two days, and every text is read back") {
  std::map<std::string, int> day_of;
  std::size_t texts_of_nine = 0;
  std::size_t longest = 0;
  for (int n = 0; n < day_count; ++n) {
    const year_month_day day = first_day + days(n);
    for (int format = 0; format < format_count; ++format) {
      const std::string text = written(day, format);
      longest = std::max(longest, text.size());
      std::vector<std::string> spellings{text};
      if (names_the_weekday_in_full(format)) {
        for (std::size_t i = 1; text[i + 1] >= 'a'; ++i) {
          spellings.push_back(text);
          std::swap(spellings.back()[i], spellings.back()[i + 1]);
        }
      }
      for (const std::string& spelling : spellings) {
        const auto [entry, is_new] = day_of.try_emplace(spelling, n);
        if (entry->second != n) FAIL("two days: " << spelling);
        if (is_new && format < 9 && spelling == text) ++texts_of_nine;
        const auto reading = read_date(split_characters(spelling));
        if (!reading || reading->day != day) FAIL("not read back: " << spelling);
        // In May two formats agree.
        if (reading->format != format && day.month() != std::chrono::May) FAIL(spelling);
      }
    }
  }
  CHECK(texts_of_nine == 77415);
  CHECK(longest == 29);
}

TEST_CASE(
    "dates: draws reach every day, format and misspelling, and their gold spells the answer") {
  const Task task = find_task("dates");
  TaskOptions as_typed = task.defaults;
  as_typed.cases = false;
  Random random(11);
  constexpr int draws = 200'000;
  std::vector<int> of_format(format_count);
  std::vector<int> of_day(day_count);
  std::set<std::string> misspelt;
  int full_names = 0;
  int misspelt_count = 0;
  for (int n = 0; n < draws; ++n) {
    const Example example = task.draw(as_typed, random);
    const auto reading = read_date(example.source);
    REQUIRE(reading.has_value());
    const std::string text = join(example.source);
    const std::string answer = join(example.target);
    ++of_format[static_cast<std::size_t>(reading->format)];
    ++of_day.at(static_cast<std::size_t>((sys_days(reading->day) - first_day).count()));

    bool right = answer == written(reading->day, 6).replace(2, 1, "-").replace(5, 1, "-");
    right =
        right && example.gold.size() == 10 && example.gold[2].empty() && example.gold[5].empty();
    for (std::size_t i = 0; right && i < 10; ++i) {
      const std::vector<int>& gold = example.gold[i];
      if (gold.size() != 1) continue;
      const char symbol = text[static_cast<std::size_t>(gold[0])];
      const bool pads = answer[i] == '0' && (i == 0 || i == 3) && gold == example.gold[i + 1];
      right = symbol == answer[i] || pads;
    }
    if (!right) FAIL(text << " -> " << answer);

    if (names_the_weekday_in_full(reading->format)) {
      ++full_names;
      if (text != written(reading->day, reading->format)) {
        ++misspelt_count;
        misspelt.insert(text.substr(0, reading->weekday.size()));
      }
    }
  }
  // Ten formats, less the two that coincide in May (31 of 365.25 days): uniform within 5 sigma.
  const double share = draws / 10.0;
  const double in_may = share * 31 / 365.25;
  for (int format = 0; format < format_count; ++format) {
    INFO(format);
    const double extra = format == 1 || format == 4   ? in_may
                         : format == 2 || format == 5 ? -in_may
                                                      : 0;
    CHECK(of_format[static_cast<std::size_t>(format)] == Approx(share + extra).margin(700));
  }
  CHECK(misspelt_count == Approx(full_names * 0.05).margin(5 * 55));
  CHECK(misspelt.count("Thrusday") == 1);
  // One swap for each pair of neighbours after the first letter: 4+4+5+7+6+4+6.
  CHECK(misspelt.size() == 36);

  // chi-square over 8,767 days: mean 8,766, standard deviation sqrt(2 * 8,766) = 132
  const double expected = static_cast<double>(draws) / day_count;
  double chi_square = 0;
  for (const int count : of_day) {
    CHECK(count > 0);
    chi_square += (count - expected) * (count - expected) / expected;
  }
  CHECK(chi_square == Approx(day_count - 1).margin(5 * 132));
}

TEST_CASE("dates: a quarter of the draws is in small letters, a quarter in capitals") {
  const Task task = find_task("dates");
  const std::vector<std::string> known = task.source_symbols(task.defaults);
  Random random(4);
  int lower = 0;
  int upper = 0;
  int typed = 0;
  for (int n = 0; n < 20'000; ++n) {
    const Example example =
        n % 2 == 0 ? task.draw(task.defaults, random) : task.draw_augmented(task.defaults, random);
    const std::string text = join(example.source);
    for (const std::string& symbol : example.source) {
      if (!std::ranges::binary_search(known, symbol)) FAIL("not in the vocabulary: " << text);
    }
    const auto count = [&](char first, char last) {
      return std::ranges::count_if(text, [&](char c) { return c >= first && c <= last; });
    };
    if (count('A', 'Z') + count('a', 'z') < 3) continue;  // no name
    if (count('A', 'Z') == 0) ++lower;
    if (count('a', 'z') == 0) ++upper;
    if (count('A', 'Z') > 0 && count('a', 'z') > 0) ++typed;
  }
  const double all = lower + upper + typed;
  CHECK(lower / all == Approx(0.25).margin(0.02));
  CHECK(upper / all == Approx(0.25).margin(0.02));
  CHECK(typed > 0);
}

TEST_CASE("dates: the part follows from the day, in whatever format") {
  const Task task = find_task("dates");
  for (int format = 0; format < format_count; ++format) {
    const auto source = split_characters(written(2009y / 8 / 3, format));
    CHECK(task.part_key(task.solve(task.defaults, source).value()) == "2009-08-03");
  }
}

TEST_CASE("dates: symbols") {
  const Task task = find_task("dates");
  CHECK(join(task.source_symbols(task.defaults)) ==
        " ,0123456789ABCDEFGHIJLMNOPRSTUVWYabcdefghijlmnoprstuvwy");
  TaskOptions as_typed = task.defaults;  // as in older model files
  as_typed.cases = false;
  CHECK(join(task.source_symbols(as_typed)) == " ,0123456789ADFJMNOSTWabcdeghilmnoprstuvy");
  CHECK(join(task.target_symbols(task.defaults)) == "-0123456789");
  CHECK(task.sample_input == "28 March 2005");
  CHECK_FALSE(task.takes_lengths);
  CHECK_FALSE(task.takes_shift);
  CHECK_FALSE(task.takes_alphabet);
}

TEST_CASE("dates: augmented examples copy their digits too") {
  const Task task = find_task("dates");
  Random random(3);
  int other_separators = 0;
  std::set<std::string> months;
  for (int i = 0; i < 4000; ++i) {
    const Example example = task.draw_augmented(task.defaults, random);
    const std::string answer = join(example.target);
    INFO(join(example.source) << " -> " << answer);
    REQUIRE(answer.size() == 10);
    std::vector<std::string> numbers(1);
    for (const std::string& symbol : example.source) {
      if (symbol.front() >= '0' && symbol.front() <= '9') {
        numbers.back() += symbol;
      } else if (!numbers.back().empty()) {
        numbers.emplace_back();
      }
    }
    if (numbers.back().empty()) numbers.pop_back();
    const std::string& year = numbers.back();
    CHECK(answer.substr(10 - year.size()) == year);
    if (numbers.size() < 3) continue;
    const bool month_first = year.size() == 2;
    const std::string& day = numbers[month_first ? 1 : 0];
    const std::string& month = numbers[month_first ? 0 : 1];
    CHECK(answer.substr(2 - day.size(), day.size()) == day);
    CHECK(answer.substr(5 - month.size(), month.size()) == month);
    months.insert(answer.substr(3, 2));
    other_separators += std::ranges::find(example.source, " ") == example.source.end();
  }
  CHECK(months.size() == 99);
  CHECK(other_separators > 800);
}
