#!/usr/bin/env bash
# scripts/quickstart.sh
# From a fresh clone to a picture: installs what is missing, builds attnviz, trains a model that
# reverses words, and draws heat.png into the current directory. Asks no questions.
# ATTNVIZ_JOBS: how many compilers to run at once (default: one per core).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/scripts/dependencies.sh"

say "building attnviz in $root/build/release (a few minutes the first time)"
configure release release
build release attnviz_program
program=$root/build/release/attnviz
if [[ $PWD == "$root" ]]; then program=build/release/attnviz; fi

train=("$program" train --task reverse)
if [[ -e runs/reverse ]]; then
  train+=(--force)
  say "training (--force replaces the existing runs/reverse)"
else
  say "training"
fi
"${train[@]}"

say "drawing"
"$program" render --out heat.png

cat <<END

picture: $PWD/heat.png
Try it yourself:
  $program train --task reverse --force
  $program render --input monojitcnn --out heat.png
END
