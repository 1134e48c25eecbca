#!/usr/bin/env bash
# Runs the program under other tools and on other processors: training with two and four threads under the
# thread sanitizer; training and drawing under valgrind's memcheck (Debian: valgrind); the checksums of five
# models on every processor that this machine is or that can be emulated (Debian: qemu-user; for 64-bit Arm also
# g++-aarch64-linux-gnu and libfmt-dev:arm64 libutf8proc-dev:arm64 zlib1g-dev:arm64, after dpkg --add-architecture
# arm64). What is not installed is left out with a message. Builds what it needs below build/. Prints what was found
# and exits with 1 if anything was.
#   --processors   only the checksums
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
  '' | --processors) ;;
  *) fail "expected --processors or nothing, got $1" ;;
esac

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

check_with_tools() {
  say "thread sanitizer: building"
  configure tsan release -DATTNVIZ_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS="-O1 -fsanitize=thread"
  build tsan attnviz_program
  export TSAN_OPTIONS=exitcode=66
  check "thread sanitizer: 2 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 120 --batch 32 \
    --threads 2
  check "thread sanitizer: 4 threads" "$root/build/tsan/attnviz" "${train[@]}" --steps 60 --batch 32 \
    --threads 4

  # Valgrind does not know AVX-512.
  say "valgrind: building"
  configure valgrind release -DATTNVIZ_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS=-O1
  build valgrind attnviz_program
  plain=$root/build/valgrind/attnviz
  memcheck=(env ATTNVIZ_CPU=x86-64-v2 valgrind --quiet --error-exitcode=66 --leak-check=full --errors-for-leak-kinds=definite)
  check "valgrind: train" "${memcheck[@]}" "$plain" "${train[@]}" --steps 20
  check "valgrind: resume" "${memcheck[@]}" "$plain" train --resume run --quiet
  check "valgrind: render" "${memcheck[@]}" "$plain" render --model run --out heat.png
  check "valgrind: predict" "${memcheck[@]}" "$plain" predict --model run mono
}

# checksums NAME COMMAND...: five short runs by a program, one line each
checksums() {
  local name=$1 task
  shift
  for task in reverse left-shift right-shift sort dates; do
    (cd "$work" && "$@" train --task "$task" --out "$name-$task" --quiet --force --steps 30 --seed 3 > out 2> err) || {
      cat "$work/err" >&2
      fail "$name: $task: see above"
    }
    sha256sum < "$work/$name-$task/model.safetensors" | cut -d' ' -f1
  done
}

# same_models NAME COMMAND...: fails if these checksums are not those of the first call
same_models() {
  say "models: $1"
  checksums "$@" > "$work/sums"
  [[ -f $work/expected ]] || cp "$work/sums" "$work/expected"
  cat "$work/sums"
  diff "$work/expected" "$work/sums" > "$work/out" || fail "$1: other models than the first processor's"
}

check_processors() {
  local program=$root/build/release/attnviz level
  configure release release
  build release attnviz_program
  for level in x86-64-v4 x86-64-v3 neon; do
    if ATTNVIZ_CPU=$level "$program" --version > "$work/out" 2>&1; then
      same_models "$level" env ATTNVIZ_CPU=$level "$program"
    fi
  done
  if command -v qemu-x86_64 > /dev/null; then
    same_models "emulated Haswell (x86-64-v3)" qemu-x86_64 -cpu Haswell "$program"
    # Without a fused multiply-add other models: it must run.
    check "emulated Nehalem (x86-64-v2): train" qemu-x86_64 -cpu Nehalem "$program" "${train[@]}" --steps 20
    check "emulated Nehalem (x86-64-v2): render" qemu-x86_64 -cpu Nehalem "$program" render --model run --out heat.png
  else
    say "no qemu-x86_64 (Debian: qemu-user): emulated processors left out"
  fi
  if command -v qemu-aarch64 > /dev/null && command -v aarch64-linux-gnu-g++ > /dev/null; then
    configure aarch64 release -DATTNVIZ_TESTS=OFF \
      -DCMAKE_TOOLCHAIN_FILE="$root/cmake/aarch64-linux-gnu.cmake"
    build aarch64 attnviz_program
    same_models "emulated 64-bit Arm" qemu-aarch64 -L /usr/aarch64-linux-gnu "$root/build/aarch64/attnviz"
  else
    say "no qemu-aarch64 or no aarch64-linux-gnu-g++ (see the head of this script): 64-bit Arm left out"
  fi
}

if [[ ${1:-} != --processors ]]; then check_with_tools; fi
check_processors
say "nothing found"
