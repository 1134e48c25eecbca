// What cpu_check.cpp makes of a program built for a processor that there is not.
#include <cstdio>

#include "cli/built_for.h"

namespace attnviz {
const char* const built_for[] = {"instructions-of-tomorrow", nullptr};
}

namespace {
const int initialised = std::puts("too late: initialised");
}

int main() {
  std::puts("too late: in main");
  return initialised < 0 ? 1 : 0;
}
