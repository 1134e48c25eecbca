#!/usr/bin/env bash
# Branch coverage, by gcov, of the code that reads and writes files: formats, saving, PNG. Builds tests and
# program without optimisation into build/coverage, runs the tests and fault_test.sh --errors, without which
# no system call would fail, and prints one row per file and, with --branches, every source line with a branch
# never taken. docs/faults.md explains each that cannot be taken.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

files=(base/{file,lock,line_reader,number,error} formats/{file_kind,strict_json,safetensors,zip,npy}
  formats/attention_{file,io,json,csv,numpy,text} text/{pair_reader,gold_column,text_kind} model/checkpoint infer/model_{task,text}
  train/saved_run render/raster/png)

case ${1:-} in
  '' | --branches) ;;
  *) fail "expected --branches or nothing, got $1" ;;
esac
command -v strace > /dev/null || fail "needs strace: without calls that fail the figures mean nothing"

configure coverage dev -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug -DATTNVIZ_WERROR=OFF \
  -DCMAKE_CXX_FLAGS="--coverage -O0"
build coverage unit_tests  # and the program
find "$root/build/coverage" -name '*.gcda' -delete
# Failures, which may be timeouts of the slower build, do not matter here: only the branches count.
quietly "$root/build/coverage/tests/unit_tests" "~[allocation],[big]" || say "a test failed" >&2
quietly env ATTNVIZ_PROGRAM="$root/build/coverage/attnviz" "$root/scripts/fault_test.sh" --errors >&2 ||
  say "a failing call did harm" >&2

cd "$root/build/coverage"  # paths of the sources may be relative to it
echo "| file | taken | of | never |"
echo "|---|---|---|---|"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
for file in "${files[@]}"; do
  # The room's own object, not the one in double.
  # Files that are compiled together are in the object of their group.
  for object in "${file##*/}.cpp" unity_json_cxx.cxx; do
    data=$(find "$root/build/coverage" -path "*attnviz_${file%%/*}.dir/*" -name "$object.gcda" | head -1)
    if [[ -n $data ]]; then break; fi
  done
  [[ -n $data ]] || fail "$file was not run"
  gcov --all-blocks --branch-counts --branch-probabilities --stdout "$data" |
    "$root/scripts/coverage_table.py" "$file" "$@" | tee -a "$report"
done
awk '-F|' '/^\| `/ { taken += $3; all += $4; never += $5 }
  END { printf "| all | %d | %d | %d |\n", taken, all, never }' "$report"
