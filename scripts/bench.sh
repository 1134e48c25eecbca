#!/usr/bin/env bash
# scripts/bench.sh [--quick]
# Builds the benchmarks and prints the tables of docs/performance.md as Markdown: medians of repeated runs,
# alternating between programs, on one core unless stated otherwise. Takes about 20 minutes on a quiet machine
# besides building. Without Debian's python3-torch (with libopenblas0-pthread) or python3-matplotlib, the
# comparisons with it are left out; without perf, the profile.
#   --quick      fewer repetitions, no portable builds: 5 minutes
# ATTNVIZ_BENCH: folder for models and pictures (default: a temporary one)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
  '' | --quick) ;;
  *) fail "expected --quick or nothing, got $1" ;;
esac

"$root/scripts/dependencies.sh" bench >&2
say "building the benchmarks" >&2
configure bench bench
build bench >&2
if [[ ${1:-} != --quick ]]; then
  say "building for any x86-64 and for x86-64-v3" >&2
  for level in x86-64 x86-64-v3; do
    configure "bench-$level" bench -DATTNVIZ_NATIVE=OFF "-DCMAKE_CXX_FLAGS=-march=$level"
    build "bench-$level" train_step_bench >&2
  done
fi
exec "$root/scripts/bench_table.py" "$@"
