#!/usr/bin/env bash
# scripts/dependencies.sh [ci|bench]
# The only list of what attnviz is built from. Installs missing parts with apt-get, or prints what to
# install on other systems; if nothing is missing it needs neither root nor a network. `ci` adds what
# only .ci/run uses, `bench` what only scripts/bench.sh uses.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fonts=share/fonts
mono=DejaVuSansMono.ttf
lohit=Lohit-Devanagari.ttf

# name | how it is recognised: any of these | packages: Debian and Ubuntu, the first that the release
# has | Fedora | Arch | Homebrew | "optional" if attnviz also works without it, with fewer features
parts=(
  "C++ compiler|command ${CXX:-c++ g++ clang++}|g++|gcc-c++|gcc|gcc"
  "CMake|command cmake|cmake|cmake|cmake|cmake"
  "Ninja|command ninja make|ninja-build|ninja-build|ninja|ninja"
  "Eigen|file include/eigen3/Eigen/Core|libeigen3-dev|eigen3-devel|eigen|eigen"
  "CLI11|file include/CLI/CLI.hpp|libcli11-dev|cli11-devel|cli11|cli11"
  "nlohmann-json|file include/nlohmann/json.hpp|nlohmann-json3-dev|json-devel|nlohmann-json|nlohmann-json"
  "fmt|file include/fmt/core.h|libfmt-dev|fmt-devel|fmt|fmt"
  "utf8proc|file include/utf8proc.h|libutf8proc-dev|utf8proc-devel|libutf8proc|utf8proc"
  "zlib|file include/zlib.h|zlib1g-dev|zlib-devel|zlib|zlib"
  "stb|file include/stb/stb_image_write.h include/stb_image_write.h|libstb-dev|stb-devel|stb|"
  "Catch2|file include/catch2/catch_all.hpp include/catch2/catch.hpp|catch2 libcatch2-dev|catch-devel|catch2|catch2"
  "DejaVu Sans Mono|file $fonts/truetype/dejavu/$mono $fonts/dejavu-sans-mono-fonts/$mono $fonts/TTF/$mono $fonts/$mono|fonts-dejavu-mono fonts-dejavu-core|dejavu-sans-mono-fonts|ttf-dejavu|font-dejavu"
  "HarfBuzz|file include/harfbuzz/hb-ot.h|libharfbuzz-dev|harfbuzz-devel|harfbuzz|harfbuzz|optional"
  "Lohit Devanagari|file $fonts/$lohit $fonts/*/$lohit $fonts/*/*/$lohit|fonts-lohit-deva|lohit-devanagari-fonts|ttf-indic-otf||optional"
)
if [[ ${1:-} == ci ]]; then
  parts+=(
    "Git|command git|git|git|git|git"
    "libpng|file include/png.h|libpng-dev|libpng-devel|libpng|libpng"
    "Tesseract|command tesseract|tesseract-ocr|tesseract|tesseract|tesseract"
    "Clang|command clang++|clang|clang|clang|llvm"
    "Clang's sanitizers|file lib/clang/*/lib/*/libclang_rt.asan* lib/llvm-*/lib/clang/*/lib/*/libclang_rt.asan*|libclang-rt-dev|compiler-rt|compiler-rt|"
    "Chromium|command chromium chromium-browser google-chrome|chromium chromium-browser|chromium|chromium|"
    "Node.js|command node|nodejs|nodejs|nodejs|node"
    "npm|command npm|npm|nodejs-npm|npm|node"
    "clang-format 14|command clang-format-14 clang-format|clang-format-14 clang-format|clang-tools-extra|clang|clang-format"
  )
fi

if [[ ${1:-} == bench ]]; then
  parts+=("Google Benchmark|file include/benchmark/benchmark.h|libbenchmark-dev|google-benchmark-devel|benchmark|google-benchmark")
fi

# is_there command NAME... | file PATTERN...: searches where CMake does.
is_there() {
  local kind=$1 name prefix prefixes
  IFS=: read -ra prefixes <<<"/usr:/usr/local:/opt/homebrew:${CMAKE_PREFIX_PATH:-}"
  shift
  for name in "$@"; do
    if [[ $kind == command ]]; then
      if command -v "$name" >/dev/null; then return 0; fi
    else
      for prefix in "${prefixes[@]}"; do
        if compgen -G "$prefix/$name" >/dev/null; then return 0; fi
      done
    fi
  done
  return 1
}

# Fills `missing` (names), `required` (those of them that are not optional) and the packages to install on
# each system.
find_missing() {
  local part name test words debian fedora arch brew optional
  missing=() required=() for_debian=() for_fedora="" for_arch="" for_brew=""
  for part in "${parts[@]}"; do
    IFS='|' read -r name test debian fedora arch brew optional <<<"$part"
    read -ra words <<<"$test"  # not expanded here: the patterns are relative to a prefix
    if ! is_there "${words[@]}"; then
      missing+=("$name")
      if [[ -z $optional ]]; then required+=("$name"); fi
      for_debian+=("$debian")
      for_fedora+=" $fedora"
      for_arch+=" $arch"
      for_brew+=${brew:+" $brew"}
    fi
  done
}

# Reduces the alternatives in `for_debian` to the first that this release has.
choose_packages() {
  local alternatives name chosen=()
  for alternatives in "${for_debian[@]}"; do
    for name in $alternatives; do
      if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    chosen+=("$name")
  done
  for_debian=("${chosen[@]}")
}

# sudo asks for a password itself if there is a terminal.
install_with_apt() {
  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo >/dev/null || { [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; }; then
      choose_packages
      local message
      message="missing: $(join "${missing[@]}"). Only root can install, so run: apt-get install ${for_debian[*]}"
      if ((${#required[@]})); then fail "$message"; fi
      say "$message (optional: scripts whose letters join or stack)"
      return
    fi
    as_root=(sudo "${as_root[@]}")
  fi
  say "updating the list of packages"
  quietly "${as_root[@]}" apt-get -q update || fail "apt-get update failed"
  choose_packages
  say "installing ${for_debian[*]}"
  quietly "${as_root[@]}" apt-get -q install -y --no-install-recommends "${for_debian[@]}" </dev/null ||
    fail "apt-get install ${for_debian[*]} failed"
}

explain() {
  printf 'Please install %s:\n' "$(join "${missing[@]}")"
  printf '  Fedora:    dnf install%s\n' "$for_fedora"
  printf '  Arch:      pacman -S%s\n' "$for_arch"
  printf '  Homebrew:  brew install%s\n' "$for_brew"
  if [[ " ${missing[*]} " == *" stb "* ]]; then
    printf '             (it has no stb: put the headers of github.com/nothings/stb into include/stb of a\n'
    printf '             folder, and the folder into CMAKE_PREFIX_PATH)\n'
  fi
}

# join WORD...: with commas
join() {
  local list
  printf -v list '%s, ' "$@"
  printf '%s' "${list%, }"
}

require_cmake() {
  local version major minor
  version=$(cmake --version | sed -n '1s/[^0-9]*//p')
  IFS=. read -r major minor _ <<<"$version"
  if ((major * 1000 + minor < 3022)); then fail "CMake 3.22 or later is needed, found $version"; fi
}

# What tests/browser loads, in the versions of its lock file, into build/browser.
install_for_browser() {
  local folder=$root/build/browser lock=package-lock.json
  if [[ -d $folder/node_modules ]] && cmp -s "$root/tests/browser/$lock" "$folder/$lock"; then return; fi
  say "installing what the browser test needs"
  mkdir -p "$folder"
  cp "$root/tests/browser/package.json" "$root/tests/browser/$lock" "$folder"
  quietly npm --prefix "$folder" ci --no-audit --no-fund --ignore-scripts || fail "npm ci failed"
}

find_missing
if ((${#missing[@]})); then
  if command -v apt-get >/dev/null; then
    install_with_apt
    find_missing
    if ((${#required[@]})); then fail "installed, but still not found: $(join "${required[@]}")"; fi
  else
    explain >&2
    if ((${#required[@]})); then exit 1; fi
  fi
fi
require_cmake
if [[ ${1:-} == ci ]]; then install_for_browser; fi
