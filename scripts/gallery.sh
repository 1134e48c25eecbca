#!/usr/bin/env bash
# scripts/gallery.sh
# Regenerates every picture in docs/, the page docs/gallery/index.html with their commands, and every file
# in data/; trains the models in a temporary folder.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=$root/build/release/attnviz
[[ -x $program ]] || fail "$program is missing: run scripts/quickstart.sh first"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
docs=$root/docs
ln -s "$root/data" "$root/scripts" .

attnviz() { "$program" "$@" --quiet; }

html() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g' <<<"$1"; }

declare -A has_run
figures=

# picture NAME CAPTION ALT COMMAND...: runs the commands that have not been run; the last draws the picture.
picture() {
  local name=$1 caption=$2 alt=$3 command commands=
  shift 3
  say "$caption"
  for command in "$@"; do
    [[ -n ${has_run[$command]:-} ]] || eval "$command"
    has_run[$command]=1
    commands+=$(html "$command")$'\n'
  done
  cp "$name" "$docs/$name"
  figures+="<figure id=\"${name%.*}\">
<figcaption>$(html "$caption")</figcaption>
<img src=\"../$name\" alt=\"$(html "$alt")\">
<pre><code>${commands%$'\n'}</code></pre>
</figure>
"
}

# The pictures, in the order of the page.
all='attnviz train --task all --watch --out runs'
picture reverse-film.png "Attention while it is learnt" \
  "A film: from even attention everywhere to one input for each output, in 700 steps; below it gold mass rises from 0.1 to 1." \
  "$all" 'attnviz render --film runs/reverse --out reverse-film.png'
picture reverse-strip.png "The same as a strip" \
  "Six maps from step 0 to step 700, with red symbols where the model would have been wrong." \
  "$all" 'attnviz render --film runs/reverse --strip --out reverse-strip.png'
picture reverse.png "Letters in reverse order" \
  "A map whose high weights lie on the diagonal from the upper right to the lower left." \
  "$all" 'attnviz render --model runs/reverse --out reverse.png'
picture left-shift.png "Letters rotated to the left" \
  "A map whose high weights lie on a diagonal that begins at the fifth input and goes on at the first." \
  "$all" 'attnviz render --model runs/left-shift --out left-shift.png'
picture right-shift.png "Letters rotated to the right" \
  "A map whose high weights lie on a diagonal that begins at the third input from the end." \
  "$all" 'attnviz render --model runs/right-shift --out right-shift.png'
picture sort.png "Digits in ascending order" \
  "A map in which each output attends to the input with its digit." \
  "$all" 'attnviz render --model runs/sort --input "1, 9, 4, 3, 8, 7, 5, 6" --out sort.png'
picture dates.png "A date" \
  "A map in which day, month and year of the output attend to where the input has them." \
  "$all" 'attnviz render --model runs/dates --out dates.png'
picture date-formats.png "Ten formats of dates as one sheet" \
  "Ten maps, one for each way to write a date." \
  "$all" 'attnviz render --model runs/dates --input "7 30 21" "July 30, 2021" "Jul 30, 2021" "Friday, July 30, 2021" \
    "30 Jul 2021" "30 July 2021" "30 07 2021" "Fri 30 Jul 2021" "Friday 30 July 2021" "Thrusday, October 13 2011" \
    --columns 3 --title "One model, ten ways to write a date" --out date-formats.png'
picture words.png "Words of two scripts, with their weights" \
  "A map of English and Marathi words with a number in each cell." \
  'attnviz render --matrix data/words.csv --annotate --grid-lines --mark-argmax --title "Rahul is a good boy" \
    --out words.png'
picture sentences.png "Sentence pairs: English and Marathi" \
  "Two maps of sentences whose words change their order in translation." \
  'scripts/make_pairs.py sentences >sentences.tsv' \
  'attnviz train --data sentences.tsv --out runs/sentences --steps 1200' \
  'attnviz render --model runs/sentences --input "Uncle asks for the door on the road" "Rahul is a good boy" \
    --mark-argmax --out sentences.png'
picture query.png "Previous and current query" \
  "Two maps of the same input: the first is blurred along its diagonal, the second sharp." \
  'attnviz train --task reverse --query previous --out previous-query' \
  'attnviz train --task reverse --query current --out current-query' \
  'attnviz render --model previous-query current-query --input monojitcnn --columns 2 --out query.png'
picture hard.png "Soft attention, hard attention, and where the answer came from" \
  "Three maps of sorted digits: copies of a digit share the first; the others take them one after the other." \
  "$all" 'attnviz train --task sort --attention hard --out hard-sort' \
  'attnviz predict --model runs/sort --attention soft.json 31315242' \
  'attnviz predict --model hard-sort --attention prior.json 31315242' \
  'attnviz predict --model hard-sort --map posterior --attention posterior.json 31315242' \
  'attnviz render --matrix soft.json prior.json posterior.json --gold --columns 3 --out hard.png'
long='--task reverse --min-length 5 --max-length 40 --steps 4000 --hidden 64'
picture bottleneck.png "The bottleneck: exact match by length, with and without attention" \
  "Three curves: with attention exact match stays high for long inputs, without it falls." \
  "attnviz train $long --out additive" "attnviz train $long --attention uniform --out uniform" \
  "attnviz train $long --attention none --out none" \
  'attnviz render --curve additive uniform none --count 200 \
    --title "Reversing words: exact match by input length" --out bottleneck.png'
picture training.png "How the three were trained" \
  "Loss, exact match and gold mass of the three models against training steps." \
  "attnviz train $long --out additive" "attnviz train $long --attention uniform --out uniform" \
  "attnviz train $long --attention none --out none" \
  'attnviz render --curve additive uniform none --curve-of training --out training.png'

say "the page"
mkdir -p "$docs/gallery"
cat >"$docs/gallery/index.html" <<END
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>attnviz: pictures and their commands</title>
<style>
body { font-family: sans-serif; margin: 2em auto; max-width: 64em; padding: 0 1em; }
figure { margin: 3em 0; }
figcaption { font-size: 1.25em; margin-bottom: 0.5em; }
img { max-width: 100%; height: auto; }
pre { overflow-x: auto; }
</style>
</head>
<body>
<h1>Pictures and their commands</h1>
<p>Every picture of the documentation, made by <code>scripts/gallery.sh</code>.</p>
$figures</body>
</html>
END

say "data"
"$program" predict --model runs/reverse --attention "$root/data/attention.json" --quiet monojitcnn
for task in $("$program" tasks --names); do
  "$program" tasks --task "$task" --sample 20 --seed 1 >"$root/data/$task.tsv"
done
