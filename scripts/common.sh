# Shared by the other scripts; sourced, not run. A build folder is build/<name>.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${ATTNVIZ_JOBS:-$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)}

say() { printf '== %s\n' "$*"; }

fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# quietly COMMAND...: its output is shown only if it fails.
quietly() {
  local output
  output=$("$@" 2>&1) || {
    local status=$?
    printf '%s\n' "$output" >&2
    return "$status"
  }
}

# configure FOLDER PRESET [CMAKE ARGUMENTS]
configure() {
  local folder=$root/build/$1 preset=$2
  shift 2
  # A folder keeps its generator; only a new one gets Ninja.
  if [[ -z ${CMAKE_GENERATOR:-} && ! -e $folder/CMakeCache.txt ]] && command -v ninja >/dev/null; then
    local -x CMAKE_GENERATOR=Ninja
  fi
  quietly cmake -S "$root" -B "$folder" --preset "$preset" "$@"
}

# build FOLDER [TARGET]: shows its progress on a terminal.
build() {
  local command=(cmake --build "$root/build/$1" --parallel "$jobs" --target "${2:-all}")
  if [[ -t 1 ]]; then "${command[@]}"; else quietly "${command[@]}"; fi
}

# run_tests FOLDER [CTEST ARGUMENTS]
run_tests() {
  local folder=$root/build/$1
  shift
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel "$jobs" "$@"
}
