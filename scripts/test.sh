#!/usr/bin/env bash
# scripts/test.sh
# Installs what is missing, builds everything and runs every test; ctest's summary comes last.
# ATTNVIZ_JOBS: how many compilers and tests to run at once (default: one per core).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/scripts/dependencies.sh"
say "building attnviz and its tests in $root/build/release"
configure release release
build release
say "running the tests"
run_tests release
