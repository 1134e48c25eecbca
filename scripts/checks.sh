#!/usr/bin/env bash
# Runs the program under other tools: training with two and four threads under the thread sanitizer, training
# and drawing under valgrind's memcheck (Debian: valgrind) and on an emulated older processor (qemu-user;
# skipped with a message if missing). Builds what it needs into build/tsan, build/portable and build/release.
# Prints what was found and exits with 1 if anything was.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

train=(train --task reverse --out run --hidden 8 --embedding 8 --attention-units 8 --quiet --force)

check() {
  local what=$1
  shift
  say "$what"
  (cd "$work" && "$@" > out 2> err) || {
    cat "$work/err" >&2
    fail "$what: see above"
  }
}

say "thread sanitizer: building"
configure tsan release -DATTNVIZ_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS="-O1 -fsanitize=thread"
build tsan attnviz_program
export TSAN_OPTIONS=exitcode=66
check "thread sanitizer: 2 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 120 --batch 32 \
  --threads 2
check "thread sanitizer: 4 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 60 --batch 32 \
  --threads 4

# Valgrind does not support AVX-512.
say "valgrind: building"
configure portable release -DATTNVIZ_TESTS=OFF -DATTNVIZ_NATIVE=OFF -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS=-O1
build portable attnviz_program
portable=$root/build/portable/attnviz
memcheck=(valgrind --quiet --error-exitcode=66 --leak-check=full --errors-for-leak-kinds=definite)
check "valgrind: train" "${memcheck[@]}" "$portable" "${train[@]}" --steps 20
check "valgrind: resume" "${memcheck[@]}" "$portable" train --resume run --quiet
check "valgrind: render" "${memcheck[@]}" "$portable" render --model run --out heat.png
check "valgrind: predict" "${memcheck[@]}" "$portable" predict --model run mono

if command -v qemu-x86_64 > /dev/null; then
  old=(qemu-x86_64 -cpu Nehalem)
  check "an older processor: train" "${old[@]}" "$portable" "${train[@]}" --steps 20
  check "an older processor: render" "${old[@]}" "$portable" render --model run --out heat.png
  say "an older processor: the program built for this one"
  configure release release
  build release attnviz_program
  code=0
  "${old[@]}" "$root/build/release/attnviz" --version > "$work/out" 2> "$work/err" || code=$?
  # 0 if this processor has no instructions that the other lacks.
  ((code == 0)) || grep -q 'built for processors with .*, which this one lacks' "$work/err" ||
    fail "exit code $code: $(cat "$work/err")"
else
  say "no qemu-x86_64 (Debian: qemu-user): older processors left out"
fi
say "nothing found"
