#!/usr/bin/env bash
# Looks over the program's shoulder: training with two threads under the thread sanitizer, training and
# drawing under valgrind's memcheck (Debian: valgrind). Builds what it needs into build/tsan and
# build/valgrind. Prints what was found and exits with 1 if that is anything.
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
configure tsan release -DATTNVIZ_TESTS=OFF -DCMAKE_CXX_FLAGS="-fsanitize=thread -g"
build tsan attnviz_program
export TSAN_OPTIONS=exitcode=66
check "thread sanitizer: 2 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 120 --batch 32 \
  --threads 2
check "thread sanitizer: 4 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 60 --batch 32 \
  --threads 4

# Valgrind knows no AVX-512.
say "valgrind: building"
configure valgrind release -DATTNVIZ_TESTS=OFF -DATTNVIZ_NATIVE=OFF -DCMAKE_CXX_FLAGS=-g
build valgrind attnviz_program
memcheck=(valgrind --quiet --error-exitcode=66 --leak-check=full --errors-for-leak-kinds=definite)
check "valgrind: train" "${memcheck[@]}" "$root/build/valgrind/attnviz" "${train[@]}" --steps 20
check "valgrind: resume" "${memcheck[@]}" "$root/build/valgrind/attnviz" train --resume run --quiet
check "valgrind: render" "${memcheck[@]}" "$root/build/valgrind/attnviz" render --model run --out heat.png
check "valgrind: predict" "${memcheck[@]}" "$root/build/valgrind/attnviz" predict --model run mono
say "nothing found"
