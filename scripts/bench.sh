#!/usr/bin/env bash
# scripts/bench.sh [--quick]
# Builds the benchmarks and prints the tables of docs/performance.md as Markdown: medians of repeated runs,
# alternating between programs, on one core unless stated otherwise. Takes about 20 minutes on a quiet machine
# besides building. Without Debian's python3-torch (with libopenblas0-pthread) or python3-matplotlib, the
# comparisons with it are left out; without perf, the profile. Variables that change the speed of what is
# measured, such as OMP_NUM_THREADS, are unset; the output names those that were set.
#   --quick      fewer repetitions, fewer seeds of sort: 5 minutes
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
exec "$root/scripts/bench_table.py" "$@"
