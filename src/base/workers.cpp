#include "base/workers.h"

namespace attnviz {
namespace {

// A step takes well under a millisecond, and sleeping and waking a good part of that: spin first,
// then yield the core to other threads between polls.
constexpr int spins = 4000;
constexpr int yields = 2000;

template <typename T>
void wait_while(const std::atomic<T>& value, T old) {
  for (int look = 0; look < spins + yields; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
    if (look >= spins) std::this_thread::yield();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

Workers::Workers(int threads) : stride_(threads), failures_(static_cast<std::size_t>(threads)) {
  try {
    for (int thread = 1; thread < threads; ++thread)
      threads_.emplace_back([=, this] { work(thread); });
  } catch (...) {  // the system has no more threads
    stop();
    throw;
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  stop_ = true;
  ++round_;
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run_function(int count, const std::function<void(int, int)>& job) {
  job_ = &job;
  count_ = count;
  running_.store(stride_ - 1, std::memory_order_relaxed);
  if (stride_ > 1) {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  do_jobs_of(0);
  for (int left = running_.load(std::memory_order_acquire); left > 0;
       left = running_.load(std::memory_order_acquire)) {
    wait_while(running_, left);
  }
  std::exception_ptr first;
  for (std::exception_ptr& failure : failures_) {
    if (!first) first = failure;
    failure = nullptr;
  }
  if (first) std::rethrow_exception(first);
}

void Workers::do_jobs_of(int thread) noexcept {
  try {
    for (int i = thread; i < count_; i += stride_) (*job_)(i, thread);
  } catch (...) {
    failures_[static_cast<std::size_t>(thread)] = std::current_exception();
  }
}

void Workers::work(int thread) {
  for (int seen = 0;;) {
    wait_while(round_, seen);
    ++seen;
    if (stop_) return;
    do_jobs_of(thread);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
  }
}

}  // namespace attnviz
