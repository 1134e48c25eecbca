#!/usr/bin/env bash
# scripts/gallery.sh
# Regenerates every picture in docs/ and every file in data/; trains the models in a temporary folder.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=$root/build/release/attnviz
[[ -x $program ]] || fail "$program is missing: run scripts/quickstart.sh first"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
docs=$root/docs
data=$root/data

say "the five tasks"
"$program" train --task all --out runs --quiet
for task in $("$program" tasks --names); do
  "$program" render --model "runs/$task" --out "$docs/$task.png" --quiet
done
"$program" render --model runs/sort --input "1, 9, 4, 3, 8, 7, 5, 6" --out "$docs/sort.png" --quiet

say "the date formats as one sheet"
formats=("7 30 21" "July 30, 2021" "Jul 30, 2021" "Friday, July 30, 2021" "30 Jul 2021" "30 July 2021"
  "30 07 2021" "Fri 30 Jul 2021" "Friday 30 July 2021" "Thrusday, October 13 2011")
"$program" render --model runs/dates --input "${formats[@]}" --columns 3 --quiet \
  --title "One model, ten ways to write a date" --out "$docs/date-formats.png"

say "words of two scripts"
"$program" render --matrix "$data/words.csv" --annotate --grid-lines --mark-argmax --quiet \
  --title "Rahul is a good boy" --out "$docs/words.png"

say "pairs: English and Marathi sentences"
"$root/scripts/make_pairs.py" sentences >sentences.tsv
"$program" train --data sentences.tsv --out runs/sentences --steps 800 --quiet
"$program" render --model runs/sentences --input "Uncle asks for the door on the road" \
  "the boy sees water" --quiet --mark-argmax --out "$docs/sentences.png"

say "previous and current query"
"$program" train --task reverse --query previous --out previous-query --quiet
"$program" train --task reverse --query current --out current-query --quiet
"$program" render --model previous-query current-query --input monojitcnn --columns 2 --quiet \
  --out "$docs/query.png"

say "the bottleneck: exact match by length, with and without attention"
long=(--task reverse --min-length 5 --max-length 40 --steps 4000 --hidden 64 --quiet)
"$program" train "${long[@]}" --out additive
"$program" train "${long[@]}" --attention uniform --out uniform
"$program" train "${long[@]}" --attention none --out none
"$program" render --curve additive uniform none --count 200 --quiet \
  --title "Reversing words: exact match by input length" --out "$docs/bottleneck.png"
"$program" render --curve additive uniform none --curve-of training --quiet --out "$docs/training.png"

say "data"
"$program" predict --model runs/reverse --attention "$data/attention.json" --quiet monojitcnn
for task in $("$program" tasks --names); do
  "$program" tasks --task "$task" --sample 20 --seed 1 >"$data/$task.tsv"
done
