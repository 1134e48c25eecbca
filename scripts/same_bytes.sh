#!/usr/bin/env bash
# scripts/same_bytes.sh OLD NEW [--keep FOLDER]
# Whether the output of two builds of attnviz is byte-identical: models of the five tasks and of pairs, in every
# form of the model, resumed and with two threads; answers and scores; pictures with every look. For changes
# that must not alter behaviour. Prints each file that differs and the number compared; exits with 1 if there
# is a difference. Takes about two minutes on two cores.
#   --keep FOLDER   keeps the output in FOLDER/old and FOLDER/new
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ $# -ge 2 ]] || fail "expected two programs; see the head of this script"
old=$(realpath "$1")
new=$(realpath "$2")
shift 2
if [[ ${1:-} == --keep ]]; then
  mkdir -p "$2"
  folder=$(realpath "$2")
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi

tiny=(--steps 40 --hidden 11 --decoder-hidden 13 --embedding 7 --attention-units 9 --quiet)

train() { "$program" train --quiet "$@" > /dev/null; }
draw() { "$program" render --quiet "$@"; }

# Everything below is run in an empty folder, once by each program.
models() {
  local task form
  for task in reverse left-shift right-shift sort dates; do
    train --task "$task" --out "$task"
    "$program" eval --model "$task" --count 500 --json > "$task.eval"
  done
  train --task reverse --seed 7 --threads 2 --steps 300 --out threads
  train --task dates --steps 60 --out resumed
  train --resume resumed --steps 90
  for form in "--query previous" "--score dot" "--score scaled-dot" "--score bilinear" \
    "--attention uniform" "--attention none" "--forgetting 0.4 --dropout 0.2" \
    "--entropy-penalty 0 --batch 33" "--batch 1 --lr 0.02"; do
    # shellcheck disable=SC2086 # the form is words
    train --task sort "${tiny[@]}" $form --out "form${form// /_}"
    # shellcheck disable=SC2086
    train --task dates "${tiny[@]}" $form --out "dates${form// /_}"
  done
  train --task reverse "${tiny[@]}" --init-from form--query_previous --query previous --alphabet 0123456789 \
    --out init 2> /dev/null || true  # other vocabularies are refused
  "$root/scripts/make_pairs.py" sentences > sentences.tsv
  train --data sentences.tsv --steps 150 --out pairs
  train --data sentences.tsv --steps 60 --dropout 0.3 --bucket 4 --batch-tokens 300 --plateau 1 --out bucket
  cut -f 1,2 sentences.tsv > plain.tsv
  train --data plain.tsv --tokens char --lower --nfc --min-count 3 --steps 30 --hidden 16 --out characters
  train --data sentences.tsv --recipe sort --steps 30 --out recipe
}

answers() {
  local format
  printf 'mono\njitcnn\nabcdefghij\n' | "$program" predict --model reverse - > reverse.answers
  "$program" predict --model dates --attention dates.jsonl "7 30 21" "Thrusday, October 13 2011" > dates.answers
  "$program" predict --model pairs --beam 5 --n-best 3 --json "Sita brings a book today" > pairs.answers
  "$program" predict --model pairs --target "राम" "Ram sees water" > forced.answers
  for format in pharaoh marian nematus json npz; do
    "$program" predict --model pairs --alignment "$format" --quiet "Ram sees water" > "alignment.$format"
  done
  "$program" eval --model pairs --json > pairs.eval
  "$program" tasks --json > tasks.json
  for format in $("$program" tasks --names); do
    "$program" tasks --task "$format" --sample 40 --seed 3 --gold > "$format.tsv"
    "$program" tasks --task "$format" --sample 40 --seed 3 --as-trained > "$format.trained.tsv"
  done
}

pictures() {
  local kind look word
  local looks=("" "--annotate" "--annotate=.0%" "--theme dark --grid-lines" "--theme transparent" "--scale auto"
    "--colormap magma --mark-argmax" "--colormap cividis --gold" "--colormap blues --cell 9"
    "--colormap gray --font-size 20" "--colormap gray_r --cell 60 --dpi 300"
    "--title A --x-title B --y-title C")
  for kind in png svg; do
    for look in "${looks[@]}"; do
      word=${look//[ =]/_}
      # shellcheck disable=SC2086
      draw $look --model sort --input "1, 9, 4, 3, 8, 7, 5, 6" --out "look$word.$kind"
    done
    draw --model reverse dates sort --columns 2 --annotate --out "sheet.$kind"
    draw --model dates --input "7 30 21" "Fri 30 Jul 2021" "Friday 30 July 2021" --scale auto --out "formats.$kind"
    draw --model reverse left-shift --input monojit --difference --out "difference.$kind"
    draw --matrix "$root/data/words.csv" --annotate --grid-lines --mark-argmax --out "words.$kind"
    draw --matrix "$root/data/attention.json" --gold --out "matrix.$kind"
    draw --matrix "$root/tests/data/foreign/stacked.npy" --index 1,2 --out "array.$kind"
    draw --matrix "$root/tests/data/foreign/marian.txt" --input-format marian --sentence 2 --out "marian.$kind"
    draw --model pairs --input "the boy sees water" --target "मुलगा" --out "pairs.$kind"
    draw --curve reverse sort --count 40 --out "curve.$kind"
    draw --curve reverse left-shift --curve-of training --out "training.$kind"
  done
  for kind in json jsonl csv tsv npy npz; do draw --matrix "$root/data/attention.json" --out "map.$kind"; done
  draw --format terminal --model reverse > terminal.txt
  draw --format terminal --matrix "$root/data/words.csv" --colormap magma > words.txt
}

# Reported times differ from run to run.
untimed() { find . -name 'metrics.jsonl' -exec sed -i -E 's/"[a-z_]*(second|seconds)[a-z_]*": ?[0-9.e+-]+,?//g' {} +; }

make_all() (
  set -e
  program=$1
  mkdir -p "$folder/$2"
  cd "$folder/$2"
  # Fonts of this machine draw what the built-in one lacks, in both alike.
  trap 'tail -3 notes >&2' ERR
  {
    models
    answers
    pictures
  } 2> notes
  untimed
)

make_all "$old" old &
first=$!
make_all "$new" new || { kill "$first" 2> /dev/null; fail "the new program failed"; }
wait "$first" || fail "the old program failed"
cd "$folder"
differing=$(diff -rq old new || true)
count=$(find new -type f | wc -l)
if [[ -n $differing ]]; then
  printf '%s\n' "$differing"
  fail "$(wc -l <<< "$differing") of $count files differ"
fi
echo "$count files, all identical"
