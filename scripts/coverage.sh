#!/usr/bin/env bash
# Branch coverage, by gcov, of the code that reads and writes files: formats, saving, PNG. Builds tests and
# program without optimisation into build/coverage, runs the tests and fault_test.sh --quick, without which
# no call would ever fail, and prints a line a file and, with --branches, every source line with a branch
# never taken. Branches that only an exception takes are left out: gcc makes one of almost every call.
# docs/faults.md lists those that nothing can take, and why.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

files=(base/{file,lock,file_kind,line_reader,number,error,strict_json,safetensors,zip,npy}
  base/attention_{file,io,json,csv,numpy,text} text/pair_reader model/checkpoint infer/model_{task,text}
  train/saved_run render/png)
branches=false
[[ ${1:-} == --branches ]] && branches=true

configure coverage dev -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug -DATTNVIZ_WERROR=OFF \
  -DCMAKE_CXX_FLAGS="--coverage -O0"
build coverage unit_tests  # and the program
find "$root/build/coverage" -name '*.gcda' -delete
quietly "$root/build/coverage/tests/unit_tests" "~[allocation]" || fail "a test failed"
# What it finds is not the question here: the counters are written by the same calls.
ATTNVIZ_PROGRAM=$root/build/coverage/attnviz "$root/scripts/fault_test.sh" --quick > /dev/null 2>&1 || true

report=$(mktemp)
trap 'rm -f "$report"' EXIT
cd "$root/build/coverage"  # paths of the sources may be relative to it
for file in "${files[@]}"; do
  # The floor's own object, not the one in double.
  data=$(find "$root/build/coverage" -path "*attnviz_${file%%/*}.dir/*" -name "${file##*/}.cpp.gcda" | head -1)
  [[ -n $data ]] || { echo "$file: not run"; continue; }
  gcov --branch-probabilities --stdout "$data" > "$report"
  awk -v file="src/$file.cpp" -v show="$branches" '
    /^ *-: *0:Source:/ { here = index($0, file) > 0 }
    !here { next }
    /^ *[0-9#=*-]+: *[0-9]+:/ { line = $0 }
    /^branch/ && !/\(throw\)/ {
      total++
      if (/taken [1-9]/) { taken++; next }
      if (show == "true" && line != said) { print "  " line; said = line }
    }
    END { printf "%-28s %4d of %4d branches (%.1f %%)\n", file, taken, total, total ? 100 * taken / total : 100 }
  ' "$report"
done
