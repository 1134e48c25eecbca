#!/usr/bin/env bash
# Branch coverage, by gcov, of the code that reads and writes files: formats, saving, PNG. Builds the tests
# without optimisation into build/coverage, runs those of that code, and prints a line a file and, with
# --branches, every branch never taken with its source line. Branches that only an exception takes are left
# out: gcc makes one of almost every call.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

files=(base/file base/lock base/safetensors base/strict_json base/attention_json base/attention_csv
  base/attention_io base/number base/error model/checkpoint train/saved_run render/png)
branches=false
[[ ${1:-} == --branches ]] && branches=true

configure coverage dev -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Debug -DATTNVIZ_WERROR=OFF \
  -DCMAKE_CXX_FLAGS="--coverage -O0"
build coverage unit_tests
find "$root/build/coverage" -name '*.gcda' -delete
(cd "$root/build/coverage/tests" && ./unit_tests "~[allocation]" > /dev/null) || fail "a test failed"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for file in "${files[@]}"; do
  # The floor's own object, not the one in double.
  data=$(find "$root/build/coverage" -path "*attnviz_${file%%/*}.dir/*" -name "${file##*/}.cpp.gcda" | head -1)
  [[ -n $data ]] || { echo "$file: not run"; continue; }
  gcov --branch-probabilities --exclude-throw --stdout "$data" > report 2>/dev/null ||
    gcov --branch-probabilities --stdout "$data" > report
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
  ' report
done
