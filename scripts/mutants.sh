#!/usr/bin/env bash
# scripts/mutants.sh [ROOM...]
# Mutation test: puts the faults of tests/mutants.tsv into a copy of the source, one at a time, and runs the
# tests that are not slow. Every fault must make one of them fail. Prints a line for each, caught or SURVIVED,
# and both totals; exits with 1 if any survived or could not be applied. Rooms (nn, train, render/text ...)
# select the faults below these folders of src/. Takes half a minute per fault, after a build in
# build/mutants.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tree=$root/build/mutants/tree
list=$root/tests/mutants.tsv
longest=600  # seconds that the tests may take

# A copy of git's files, changed or not, and untracked ones; files keep their times, so that only changes are
# compiled.
mkdir -p "$tree"
find "$tree" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
(cd "$root" && git ls-files -z --cached --others --exclude-standard |
  tar --create --null --files-from=- --ignore-failed-read) | tar --extract --directory "$tree"
export CMAKE_GENERATOR=${CMAKE_GENERATOR:-$(command -v ninja > /dev/null && echo Ninja || echo 'Unix Makefiles')}
build_log=$root/build/mutants/build.log
test_log=$root/build/mutants/test.log

build_tree() { cmake --build "$tree/build/release" --parallel "$jobs" --target unit_tests numerics_tests > "$build_log" 2>&1; }

# run_catch PROGRAM [SELECTION]: stops at the first failure. A selection without tests passes.
run_catch() {
  timeout "$longest" "$tree/build/release/tests/$1" --abort --filenames-as-tags "${@:2}" >> "$test_log" 2>&1
}

# The tests of a file's own room, as "[#gru_test],[#loss_test]".
tests_of_room() {
  find "$tree/tests/$1" -name '*_test.cpp' -printf '[#%f],' 2> /dev/null | sed 's/\.cpp\]/]/g; s/,$//'
}

# Whether all tests pass, those of ROOM first: they catch most faults.
tests_pass() {
  local own
  own=$(tests_of_room "$1")
  : > "$test_log"
  if [[ -n $own ]]; then run_catch unit_tests "$own" || return 1; fi
  case $1 in nn | model | train) run_catch numerics_tests || return 1 ;; esac
  run_catch unit_tests || return 1
  case $1 in nn | model | train) ;; *) run_catch numerics_tests ;; esac
}

# put_in FILE TEXT REPLACEMENT: the text must occur once.
put_in() {
  python3 - "$tree/$1" "$2" "$3" << 'END'
import sys
path, text, replacement = sys.argv[1:]
source = open(path, encoding="utf-8").read()
if source.count(text) != 1:
    sys.exit(f"{path}: occurs {source.count(text)} times, expected once: {text}")
open(path, "w", encoding="utf-8").write(source.replace(text, replacement))
END
}

# The first failure reported.
noticed_by() {
  awk '/^-------/ { getline title; getline next_line; if (title !~ /^ /) name = title } /FAILED:|fatal error/ { print name; exit }' "$test_log"
}

say "building"
quietly cmake -S "$tree" -B "$tree/build/release" --preset release
build_tree || fail "does not build; see $build_log"
tests_pass none || fail "a test fails without any fault; see $test_log"

caught=0 survived=0
while IFS=$'\t' read -r file text replacement; do
  [[ -n $file && $file != \#* ]] || continue
  if (($# > 0)); then
    chosen=false
    for room in "$@"; do [[ $file == src/$room/* ]] && chosen=true; done
    $chosen || continue
  fi
  put_in "$file" "$text" "$replacement" || { survived=$((survived + 1)) && continue; }
  room=$(dirname "${file#src/}")
  if ! build_tree; then
    printf 'DOES NOT BUILD  %s: %s -> %s\n' "$file" "$text" "$replacement"
    survived=$((survived + 1))
  elif tests_pass "$room"; then
    printf 'SURVIVED  %s: %s -> %s\n' "$file" "$text" "$replacement"
    survived=$((survived + 1))
  else
    printf 'caught    %s: %s -> %s\n          by %s\n' "$file" "$text" "$replacement" "$(noticed_by)"
    caught=$((caught + 1))
  fi
  cp "$root/$file" "$tree/$file"
done < "$list"
echo "$caught caught, $survived survived"
((survived == 0))
