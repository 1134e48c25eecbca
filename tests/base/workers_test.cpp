#include "base/workers.h"

#include <atomic>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>

#include "catch.h"

using namespace attnviz;

TEST_CASE("every job is done exactly once, round after round", "[workers]") {
  for (const int threads : {1, 2, 3, 4}) {
    Workers workers(threads);
    for (int count = 0; count < 9; ++count) {
      std::vector<std::atomic<int>> done(9);
      for (int round = 0; round < 200; ++round) {
        workers.run(count, [&](int i, int) { ++done[static_cast<std::size_t>(i)]; });
      }
      for (int i = 0; i < 9; ++i) CHECK(done[static_cast<std::size_t>(i)] == (i < count ? 200 : 0));
    }
  }
}

TEST_CASE("what a job throws is rethrown, and the workers remain usable", "[workers]") {
  constexpr int jobs = 8;
  for (int threads = 1; threads <= 4; ++threads) {
    Workers workers(threads);
    for (int culprit = 0; culprit < jobs; ++culprit) {
      CAPTURE(threads, culprit);
      std::atomic<int> done{0};
      const auto job = [&](int i, int thread) {
        if (i >= culprit) throw std::runtime_error(std::to_string(thread));
        ++done;
      };
      // the last jobs, one a thread, all throw
      const int first = culprit > jobs - threads ? culprit % threads : 0;
      CHECK_THROWS_WITH(workers.run(jobs, job), std::to_string(first));
      CHECK(done == culprit);
      done = 0;
      workers.run(jobs, [&](int, int) { ++done; });
      CHECK(done == jobs);
    }
  }
}

TEST_CASE("a job that throws is the last of its thread", "[workers]") {
  Workers workers(2);
  std::atomic<int> done{0};
  CHECK_THROWS(workers.run(8, [&](int i, int) {
    if (i == 3) throw std::runtime_error("of the second thread");
    ++done;
  }));
  CHECK(done == 5);  // 0, 2, 4, 6 and 1
}

TEST_CASE("the threads of workers end with them, even if they never worked", "[workers]") {
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const auto before = threads();
  {
    const Workers idle(4);
    CHECK(threads() == before + 3);
  }
  CHECK(threads() == before);
}
