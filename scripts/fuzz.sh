#!/usr/bin/env bash
# Runs the fuzzers of tests/fuzz with libFuzzer (clang), one after the other, under the address and
# undefined-behaviour sanitizers, from the corpora in the repository.
#   scripts/fuzz.sh 600                      ten minutes each
#   scripts/fuzz.sh 60 pair_file model_file  one minute each of these
#   scripts/fuzz.sh --keep                   copies inputs found that reach new code into the corpora
# Prints a row per fuzzer: executions, edges and features reached, inputs kept. Inputs found go to
# build/fuzz/found/<name>; exits with 1 after a crash, a leak, or an input that takes over ten seconds
# or over 2 GiB. To start from the corpora alone, remove build/fuzz/found first.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

longest=8192  # bytes of an input
max_kept=35  # inputs of a fuzzer in the repository besides hand-written ones
found=$root/build/fuzz/found
corpora=$root/tests/fuzz/corpus

keep=false
seconds=600
case "${1:-}" in
  --keep) keep=true && shift ;;
  [0-9]*) seconds=$1 && shift ;;
  "") ;;
  *) fail "expected a number of seconds or --keep, got $1" ;;
esac
names=("$@")
((${#names[@]} > 0)) || mapfile -t names < <(cd "$corpora" && printf '%s\n' *)

configure fuzz fuzz
for name in "${names[@]}"; do build fuzz "${name}_fuzz"; done

# The last number of a kind in libFuzzer's output.
last() { grep -oE "$1:? +[0-9]+" "$found/$name.log" | tail -1 | grep -oE '[0-9]+$'; }

crashes=0
$keep || echo "| fuzzer | seconds | executions | a second | edges | features | inputs |
|---|---|---|---|---|---|---|"
for name in "${names[@]}"; do
  fuzzer=$root/build/fuzz/tests/fuzz/${name}_fuzz
  mkdir -p "$found/$name"
  if $keep; then
    # Edges only, not how often each was taken: a small set of files.
    "$fuzzer" -merge=1 -set_cover_merge=1 -use_counters=0 -max_len=$longest "$corpora/$name" \
      "$found/$name" > "$found/$name.log" 2>&1 || fail "$name: see $found/$name.log"
    # The smallest of the inputs that libFuzzer named.
    find "$corpora/$name" -type f -name '????????????????????????????????????????' -printf '%s %p\n' |
      sort -n | tail -n +$((max_kept + 1)) | cut -d ' ' -f 2 | xargs -r rm
    echo "$name: $(find "$corpora/$name" -type f | wc -l) files"
    continue
  fi
  "$fuzzer" -max_total_time="$seconds" -max_len=$longest -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$found/$name-" "$found/$name" "$corpora/$name" > "$found/$name.log" 2>&1 || {
    crashes=$((crashes + 1))
    echo "$name: see $found/$name.log" >&2
  }
  executions=$(grep -oE '^Done [0-9]+' "$found/$name.log" | grep -oE '[0-9]+' || last '#')
  echo "| $name | $seconds | $executions | $((executions / seconds)) | $(last cov) | $(last ft) |" \
    "$(find "$found/$name" -type f | wc -l) |"
done
((crashes == 0))
