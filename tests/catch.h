// Catch2 2.13 (Debian 12) and 3.x (Debian 13, Ubuntu 24.04) keep their headers in different places.
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
namespace Catch {
using Detail::Approx;  // where Catch2 3 has it
}
#endif
