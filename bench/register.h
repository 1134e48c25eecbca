// What each *_bench.cpp gives to main.cpp.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace attnviz::bench {

/// Registers the benchmarks of the program.
void register_all();

/// benchmark::RegisterBenchmark for a name that is put together.
template <typename F>
benchmark::internal::Benchmark* add(const std::string& name, F&& run) {
  return benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(run));
}

/// How much of something an iteration does, shown per second.
inline benchmark::Counter per_second(double amount) {
  return {amount, benchmark::Counter::kIsIterationInvariantRate};
}

}  // namespace attnviz::bench
