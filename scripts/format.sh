#!/usr/bin/env bash
# scripts/format.sh [--check]
# Formats all C++ files, including uncommitted ones. --check changes nothing and fails, showing where,
# if a file is not formatted.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
  '') mode=(-i) ;;
  --check) mode=(--dry-run -Werror) ;;
  *) fail "expected --check or nothing, got $1" ;;
esac

# Other versions format a few things differently.
formatter=$(command -v clang-format-14 || command -v clang-format) || fail "clang-format 14 is needed"
version=$("$formatter" --version)
[[ $version == *"version 14."* ]] || fail "clang-format 14 is needed, found $version"

cd "$root"
files=$(git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp' | sort -u)
[[ -n $files ]] || fail "git lists no C++ files"
while IFS= read -r file; do
  if [[ -e $file ]]; then printf '%s\0' "$file"; fi  # unless deleted but still in the index
done <<<"$files" | xargs -0 "$formatter" "${mode[@]}"
