#include "attnviz/train/workers.h"

#include <atomic>
#include <new>

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

TEST_CASE("what a job throws arrives, and the workers go on", "[workers]") {
  for (int threads = 1; threads <= 4; ++threads) {
    Workers workers(threads);
    for (int culprit = 0; culprit < 4; ++culprit) {
      CAPTURE(threads, culprit);
      CHECK_THROWS_AS(workers.run(4,
                                  [=](int i, int) {
                                    if (i >= culprit) throw std::bad_alloc();
                                  }),
                      std::bad_alloc);
      std::atomic<int> done{0};
      workers.run(4, [&](int, int) { ++done; });
      CHECK(done == 4);
    }
  }
}

TEST_CASE("workers that never worked can go", "[workers]") {
  const Workers idle(4);
  SUCCEED();
}
