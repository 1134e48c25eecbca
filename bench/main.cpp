#include <benchmark/benchmark.h>

#include "nn/blocking.h"
#include "register.h"

int main(int argc, char** argv) {
  attnviz::pin_blocking();
  attnviz::bench::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
