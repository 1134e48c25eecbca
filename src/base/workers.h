// A few threads that share the work of an update.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace attnviz {

/// Runs jobs 0 .. count - 1 on a fixed number of threads, the caller's included.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int count() const { return stride_; }  // of threads

  /// Calls job(i, thread) for every i < count, thread i % threads taking job i, and waits for all.
  /// An exception of a job ends the jobs of its thread and is rethrown here; of several, the first
  /// thread's.
  template <typename Job>
  void run(int count, const Job& job) {
    run_function(count, std::cref(job));  // a reference, since a function may allocate for captures
  }

 private:
  void run_function(int count, const std::function<void(int, int)>& job);
  void stop();
  void work(int thread);
  void do_jobs_of(int thread) noexcept;

  const int stride_;                          // all threads, the caller's included
  std::vector<std::exception_ptr> failures_;  // by thread
  std::vector<std::thread> threads_;
  const std::function<void(int, int)>* job_ = nullptr;
  int count_ = 0;
  std::atomic<int> round_{0};    // a new number starts a round
  std::atomic<int> running_{0};  // threads still busy with it
  std::atomic<bool> stop_{false};
};

}  // namespace attnviz
