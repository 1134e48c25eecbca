#include "train/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> count{0};
std::atomic<long> left{-1};  // before one fails
}  // namespace

extern "C" {
void* __real_malloc(std::size_t size);   // NOLINT: names the linker gives
void* __wrap_malloc(std::size_t size) {  // NOLINT
  ++count;
  if (left.load(std::memory_order_relaxed) >= 0 && left.fetch_sub(1) == 0) return nullptr;
  return __real_malloc(size);
}
}

#if !defined(ATTNVIZ_SANITIZED)
void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
#endif

namespace attnviz {

std::size_t allocation_count() {
  return count;
}

void fail_allocation_after(long successes) {
  left = successes;
}

}  // namespace attnviz
