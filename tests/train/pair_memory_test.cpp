// How much memory pairs take, against the size of their file.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

#include "catch.h"
#include "score/pair_list.h"
#include "temporary_file.h"
#include "train/allocation_counter.h"
#include "train/pair_data.h"

namespace attnviz {
namespace {

/// "VmHWM" or "VmRSS" of this process, in bytes.
std::size_t memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ':')) return 1024 * std::stoul(line.substr(name.size() + 1));
  }
  return 0;
}

/// How much more memory than before f() takes at its peak, in a process of its own; 0 if it fails.
std::size_t peak_of(const std::function<void()>& f) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::size_t peak = 0;
    try {
      std::ofstream("/proc/self/clear_refs") << 5 << std::flush;  // forgets the peak so far
      const std::size_t before = memory("VmRSS");
      f();
      peak = memory("VmHWM") - before;
    } catch (const std::exception&) {
    }
    const bool told = ::write(ends[1], &peak, sizeof peak) == sizeof peak;
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::size_t peak = 0;
  const bool told = ::read(ends[0], &peak, sizeof peak) == sizeof peak;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return told ? peak : 0;
}

/// Bytes at the peak for each byte by which a file of pairs grows from 1 to 8 MB.
double slope_of(const std::function<void(const std::string&)>& read) {
  constexpr std::size_t megabyte = 1'000'000;
  std::string text;
  for (std::size_t i = 0; text.size() < 8 * megabyte; ++i) {
    const std::string number = std::to_string(i * 2654435761U % 100'000);
    text += "the word " + number + " and no other\tdas Wort " + number + " und kein anderes\n";
  }
  std::size_t peaks[2];
  for (const std::size_t size : {1 * megabyte, 8 * megabyte}) {
    const TemporaryFile file(text.substr(0, text.find('\n', size - 100) + 1));
    std::size_t& peak = peaks[size == megabyte ? 0 : 1];
    peak = peak_of([&] { read(file.path()); });
    REQUIRE(peak > 0);
  }
  return (static_cast<double>(peaks[1]) - static_cast<double>(peaks[0])) / (7 * megabyte);
}

TEST_CASE("the memory of pairs grows by little more than their file", "[pairs]") {
  if (!allocations_are_counted()) return;  // sanitizers need more
  for (const Unit unit : {Unit::word, Unit::character}) {
    const double slope = slope_of([unit](const std::string& path) {
      PairSettings settings;
      settings.train.pairs = path;
      settings.source.unit = settings.target.unit = unit;
      PairData(settings, 1);
    });
    INFO("bytes a byte: " << slope);
    CHECK(slope < 24);
  }
}

TEST_CASE("the memory of measuring pairs grows by little more than their file", "[pairs]") {
  if (!allocations_are_counted()) return;  // sanitizers need more
  const double slope = slope_of([](const std::string& path) {
    PairReader reader({.pairs = path}, {Unit::character}, {Unit::character});
    // As evaluate_pairs() does before it answers, which would take minutes.
    PairList pairs;
    for (TextPair pair; reader.next(pair);) pairs.add(pair);
    pairs.by_source();
  });
  INFO("bytes a byte: " << slope);
  CHECK(slope < 24);
}

}  // namespace
}  // namespace attnviz
