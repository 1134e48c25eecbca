#include <benchmark/benchmark.h>

#include "register.h"

int main(int argc, char** argv) {
  attnviz::bench::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
