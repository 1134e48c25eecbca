#!/usr/bin/env bash
# scripts/study.sh --quick | --full | --seeds FROM TO [--variants] [--task NAME]
# scripts/study.sh --hard [--seeds FROM TO] [--task NAME]
# scripts/study.sh --faithful [--hard] [--seeds FROM TO] [--task NAME] [--update-docs]
# scripts/study.sh --cells [--seeds FROM TO]
# Trains every task with several seeds and measures it on 10,000 held-out examples: a CSV with one line per
# model, then a Markdown table with the targets and pass or FAIL. Exit 1 if any target is missed.
#   --quick      seeds 1..3, default recipes
#   --full       seeds 1..10, pure cross-entropy beside the default, and lengths up to 30
#   --seeds FROM TO   these seeds, default recipes
#   --task NAME  of the default recipes this one alone
#   --variants   also, seeds 1..3, the effect of each choice: the default recipe with one setting changed
# With --hard every task is trained with hard attention instead, seeds 1..10: with the default recipe, without
# the entropy penalty, and sort also without coverage. A second table has the gold mass of the posterior.
# With --faithful every task is trained with seeds 1..10 by its default recipe, without the entropy penalty,
# with the paper's query and with the dot score, and `eval --explain` measures whether what each method says
# is true and needed: Markdown tables, and a picture of a sort model in faithfulness.png. Models that a folder
# of ATTNVIZ_STUDY holds already are not measured again. 15 minutes on two cores.
#   --hard         with the default and the dot score, each with soft and with hard attention; fewer methods
#   --update-docs  write both into docs/ rather than to standard output and the folder
# With --cells every task and the two corpora of scripts/make_pairs.py are trained with seeds 1..10 by a GRU and,
# right after it, by an LSTM of the same size: a Markdown table of accuracy, attention and time. Pairs of a folder
# of ATTNVIZ_STUDY are not trained again. 20 minutes on one core (ATTNVIZ_JOBS: on so many).
# ATTNVIZ_PROGRAM: the program to measure (default: that of the release preset)
# ATTNVIZ_STUDY: folder for models and study.csv (default: a temporary one for the models)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

from=1
to=3
only=
others=()
variants=()
faithful=
hard=
cells=
docs=
seeds_given=
while (($#)); do
  case $1 in
    --quick) to=3 seeds_given=yes ;;
    --seeds)
      [[ ${2:-} =~ ^[0-9]+$ && ${3:-} =~ ^[0-9]+$ ]] || fail "--seeds: expected two numbers, the first and the last"
      from=$2 to=$3 seeds_given=yes
      shift 2
      ;;
    --task)
      only=${2:-}
      [[ -n $only ]] || fail "--task: expected the name of a task"
      shift
      ;;
    --full)
      to=10
      others=("reverse --max-length 30" "left-shift --max-length 30" "right-shift --max-length 30")
      for task in reverse left-shift right-shift sort dates; do others+=("$task --entropy-penalty 0"); done
      ;;
    --variants)
      for task in reverse sort dates; do
        variants+=("$task --query previous" "$task --score dot"
          "$task --score scaled-dot" "$task --score bilinear")
      done
      variants+=("reverse --coverage on" "sort --coverage off" "dates --coverage on" "dates --forgetting 0")
      ;;
    --faithful) faithful=yes ;;
    --hard) hard=yes ;;
    --cells) cells=yes ;;
    --update-docs) docs=yes ;;
    *) fail "unknown argument $1; see the head of this script" ;;
  esac
  shift
done

[[ -z $docs || -n $faithful ]] || fail "--update-docs: needs --faithful"
[[ -z $docs || -z $hard ]] || fail "--update-docs: takes no --hard"
[[ -z $faithful$hard$cells || -n $seeds_given ]] || to=10

program=${ATTNVIZ_PROGRAM:-$root/build/release/attnviz}
[[ -x $program ]] || fail "$program is missing: run scripts/quickstart.sh first"
folder=${ATTNVIZ_STUDY:-$(mktemp -d)}
[[ -n ${ATTNVIZ_STUDY:-} ]] || trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# One model: its settings, then the JSON of `train` and `eval`, tab-separated.
measure() {
  local settings=$1 seed=$2 run report scores
  run=$folder/model-$$-$BASHPID
  cd "$folder"
  # shellcheck disable=SC2086 # the settings are words
  report=$("$program" train --task $settings --seed "$seed" --out "$run" --force --quiet --json) &&
    scores=$("$program" eval --model "$run" --count 10000 --json) || return 1
  rm -rf "$run"
  printf '%s\t%s\t%s\t%s\n' "$settings" "$seed" "$report" "$scores"
}
# One model of --faithful: a line in a file of its own, which is there when it is complete.
measure_faithful() {
  local settings=$1 seed=$2 name run scores
  name=$folder/faithful/${settings// /_}-$seed.tsv
  [[ ! -e $name ]] || return 0
  run=$folder/model-$$-$BASHPID
  cd "$folder"
  # shellcheck disable=SC2086 # the settings are words
  "$program" train --task $settings --seed "$seed" --out "$run" --force --quiet --json >/dev/null &&
    scores=$("$program" eval --model "$run" --explain "$methods" --count "$count" --json) || return 1
  rm -rf "$run"
  printf '%s\t%s\t%s\n' "$settings" "$seed" "$scores" >"$name.part"
  mv "$name.part" "$name"
}
# The two cells on one task or corpus: the JSON of `train`, and for a task that of `eval`; a line each in a file
# of its own. Whichever comes first has the cooler processor, so they take turns.
measure_cells() {
  local data=$1 seed=$2 name run cell settings report scores={}
  name=$folder/cells/${data// /_}-$seed.tsv
  [[ ! -e $name ]] || return 0
  run=$folder/model-$$-$BASHPID
  settings="--task $data"
  [[ ! -e $folder/cells/${data%% *}.tsv ]] || settings="--data $folder/cells/${data/ /.tsv }"
  for cell in $( ((seed % 2)) && echo gru lstm || echo lstm gru); do
    # shellcheck disable=SC2086 # the settings are words
    report=$("$program" train $settings --cell "$cell" --seed "$seed" --out "$run" --force --quiet --json) || return 1
    [[ $settings == --data* ]] || scores=$("$program" eval --model "$run" --count 10000 --json) || return 1
    rm -rf "$run"
    printf '%s\t%s\t%s\t%s\t%s\n' "$data" "$cell" "$seed" "$report" "$scores" >>"$run.part"
  done
  mv "$run.part" "$name"
}
export -f measure measure_faithful measure_cells
export program folder
export methods=attention,value,erase,occlusion,flip,gradient,ig,shapley,lime,truth count=30
others_of_task=("" " --entropy-penalty 0" " --query previous" " --score dot")
if [[ -n $hard ]]; then
  methods=attention,erase,occlusion,shapley,truth  # hard attention has no values
  others_of_task=("" " --attention hard" " --score dot" " --score dot --attention hard")
fi

names=$("$program" tasks --names)
mapfile -t tasks <<<"${only:-$names}"
[[ -z $only || $'\n'$names$'\n' == *$'\n'$only$'\n'* ]] ||
  fail "--task: expected one of ${names//$'\n'/, }, got $only"

if [[ -n $faithful ]]; then
  mkdir -p "$folder/faithful"
  # shellcheck disable=SC2016 # the inner bash expands these
  for seed in $(seq "$from" "$to"); do
    for variant in "${others_of_task[@]}"; do
      for task in "${tasks[@]}"; do printf '%s\0%s\0' "$task$variant" "$seed"; done
    done
  done | xargs -0 -n 2 -P "${ATTNVIZ_JOBS:-$(nproc)}" bash -c 'measure_faithful "$0" "$1"'
  pictures=$folder
  [[ -z $docs ]] || pictures=$root/docs
  "$program" train --task sort --seed "$from" --out "$folder/sort" --force --quiet --json >/dev/null
  "$program" explain 39641 --model "$folder/sort" --method attention,occlusion,shapley,truth --quiet \
    --gold --cell 48 --font-size 18 --out "$pictures/faithfulness.png" >/dev/null
  "$root/scripts/study_faithful.py" "$folder/faithful" ${docs:+"$root/docs/faithfulness.md"}
  exit
fi
if [[ -n $cells ]]; then
  mkdir -p "$folder/cells"
  for corpus in commands sentences; do "$root/scripts/make_pairs.py" $corpus >"$folder/cells/$corpus.tsv"; done
  # shellcheck disable=SC2016 # the inner bash expands these
  for seed in $(seq "$from" "$to"); do
    for data in "${tasks[@]}" "commands --steps 1000" "sentences --steps 1200"; do
      printf '%s\0%s\0' "$data" "$seed"
    done
  done | xargs -0 -n 2 -P "${ATTNVIZ_JOBS:-1}" bash -c 'measure_cells "$0" "$1"'
  "$root/scripts/study_cells.py" "$folder/cells"
  exit
fi
# shellcheck disable=SC2016 # the inner bash expands these
{
  default=("${tasks[@]}")
  if [[ -n $hard ]]; then
    default=()
    for task in "${tasks[@]}"; do
      default+=("$task --attention hard" "$task --attention hard --entropy-penalty 0")
      [[ $task != sort ]] || default+=("$task --attention hard --coverage off")
    done
  fi
  for settings in "${default[@]}" ${others[@]+"${others[@]}"}; do
    for seed in $(seq "$from" "$to"); do printf '%s\0%s\0' "$settings" "$seed"; done
  done
  for settings in ${variants[@]+"${variants[@]}"}; do
    for seed in 1 2 3; do printf '%s\0%s\0' "$settings" "$seed"; done
  done
} | xargs -0 -n 2 -P "${ATTNVIZ_JOBS:-$(nproc)}" bash -c 'measure "$0" "$1"' >"$folder/study.tsv"
"$root/scripts/study_table.py" "$folder/study.tsv" "$folder/study.csv"
