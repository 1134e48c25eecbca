#!/usr/bin/env bash
# scripts/mutants.sh [ROOM...]
# Mutation test: puts the faults of tests/mutants.tsv into a copy of the source, one at a time, and runs the
# tests that are not slow. Every fault must make one of them fail. Prints a line for each, caught or SURVIVED,
# and both totals; exits with 1 if any survived or could not be applied.
# With rooms (nn, train, render ...) only the faults below these folders of src/.
# Takes up to half a minute for each fault, after a build of its own in build/mutants.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tree=$root/build/mutants/tree
list=$root/tests/mutants.tsv
longest=600  # seconds that a program's tests may take
build_log=$root/build/mutants/build.log
test_log=$root/build/mutants/test.log
export CMAKE_GENERATOR=${CMAKE_GENERATOR:-$(command -v ninja > /dev/null && echo Ninja || echo 'Unix Makefiles')}

# What git knows, changed or not. Only files that differ are written, so that only these are compiled.
copy_source() {
  local file names=$root/build/mutants/names
  mkdir -p "$tree"
  git -C "$root" ls-files -z --cached --others --exclude-standard > "$names"
  (cd "$tree" && find . -path ./build -prune -o -type f -printf '%P\0') |
    grep --null-data --invert-match --line-regexp --fixed-strings --file=<(tr '\0' '\n' < "$names") |
    (cd "$tree" && xargs --null --no-run-if-empty rm) || true
  while IFS= read -r -d '' file; do
    [[ -e $root/$file ]] || continue  # removed, and git not told yet
    cmp --silent "$root/$file" "$tree/$file" || install -D --mode="$(stat --format=%a "$root/$file")" "$root/$file" "$tree/$file"
  done < "$names"
}

# build_tests PROGRAM
build_tests() {
  cmake --build "$tree/build/release" --parallel "$jobs" --target "$1" > "$build_log" 2>&1
}

# run_tests_of PROGRAM [SELECTION]: up to the first failure.
run_tests_of() {
  timeout "$longest" "$tree/build/release/tests/$1" --abort --filenames-as-tags "${@:2}" > "$test_log" 2>&1
}

# The unit tests of a file's own room, as "[#gru_test],[#loss_test]".
tests_of_room() {
  find "$tree/tests/$1" -name '*_test.cpp' -printf '[#%f],' 2> /dev/null | sed 's/\.cpp\]/]/g; s/,$//'
}

# The programs that hold the tests of a room, those that notice most faults first.
programs_of() {
  case $1 in
    nn | model | explain | train) echo numerics_tests unit_tests ;;
    *) echo unit_tests ;;
  esac
}

# outcome ROOM: what the tests say to the source as it is: "caught by ...", SURVIVED or "DOES NOT BUILD".
outcome() {
  local program own
  for program in $(programs_of "${1%%/*}"); do
    build_tests "$program" || { echo 'DOES NOT BUILD' && return; }
    own=
    [[ $program == numerics_tests ]] || own=$(tests_of_room "$1")
    if [[ -n $own ]]; then run_tests_of "$program" "$own" || { noticed_by && return; }; fi
    run_tests_of "$program" || { noticed_by && return; }
  done
  echo SURVIVED
}

# The title of the test that failed.
noticed_by() {
  awk '/^-----/ { getline name; while ((getline line) > 0 && line !~ /^-----/) continue }
       /FAILED:|error:/ { found = 1; exit }
       END { print "caught by", found ? name : "a test that ended the program or took too long" }' "$test_log"
}

# put_in FILE TEXT REPLACEMENT: the text must occur once.
put_in() {
  python3 - "$tree/$1" "$2" "$3" << 'END_OF_PYTHON'
import sys
path, text, replacement = sys.argv[1:]
source = open(path, encoding="utf-8").read()
if source.count(text) != 1:
    sys.exit(f"{path}: occurs {source.count(text)} times, expected once: {text}")
open(path, "w", encoding="utf-8").write(source.replace(text, replacement))
END_OF_PYTHON
}

# is_chosen FILE [ROOM...]
is_chosen() {
  local file=$1 room
  shift
  (($# > 0)) || return 0
  for room in "$@"; do [[ $file != src/$room/* ]] || return 0; done
  return 1
}

say "building"
copy_source
quietly cmake -S "$tree" -B "$tree/build/release" --preset release -DATTNVIZ_WERROR=ON
for program in numerics_tests unit_tests; do
  build_tests "$program" || fail "does not build; see $build_log"
  run_tests_of "$program" || fail "a test fails without any fault; see $test_log"
done

caught=0 survived=0
while IFS=$'\t' read -r file text replacement; do
  [[ -n $file && $file != \#* ]] || continue
  is_chosen "$file" "$@" || continue
  if ! put_in "$file" "$text" "$replacement"; then
    survived=$((survived + 1))
    continue
  fi
  room=$(dirname "${file#src/}")
  result=$(outcome "$room")
  case $result in
    caught*) caught=$((caught + 1)) ;;
    *) survived=$((survived + 1)) ;;
  esac
  printf '%s: %s -> %s\n    %s\n' "$file" "$text" "$replacement" "$result"
  cp "$root/$file" "$tree/$file"
done < "$list"
echo "$caught caught, $survived survived"
((survived == 0))
