#!/usr/bin/env bash
# scripts/study.sh --quick | --full | --seeds FROM TO [--variants] [--task NAME]
# Trains every task with several seeds and measures it on 10,000 held-out examples: a CSV with one line per
# model, then a Markdown table with the targets and pass or FAIL. Exit 1 if any target is missed.
#   --quick      seeds 1..3, default recipes
#   --full       seeds 1..10, pure cross-entropy beside the default, and lengths up to 30
#   --seeds FROM TO   these seeds, default recipes
#   --task NAME  of the default recipes this one alone
#   --variants   also, seeds 1..3, the effect of each choice: the default recipe with one setting changed
# ATTNVIZ_PROGRAM: the program to measure (default: that of the release preset)
# ATTNVIZ_STUDY: folder for models and study.csv (default: a temporary one for the models)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

from=1
to=3
only=
others=()
variants=()
while (($#)); do
  case $1 in
    --quick) to=3 ;;
    --seeds)
      [[ ${2:-} =~ ^[0-9]+$ && ${3:-} =~ ^[0-9]+$ ]] || fail "--seeds: expected two numbers, the first and the last"
      from=$2 to=$3
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
    *) fail "unknown argument $1; see the head of this script" ;;
  esac
  shift
done

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
export -f measure
export program folder

names=$("$program" tasks --names)
mapfile -t tasks <<<"${only:-$names}"
[[ -z $only || $'\n'$names$'\n' == *$'\n'$only$'\n'* ]] ||
  fail "--task: expected one of ${names//$'\n'/, }, got $only"
# shellcheck disable=SC2016 # the inner bash expands these
{
  for settings in "${tasks[@]}" ${others[@]+"${others[@]}"}; do
    for seed in $(seq "$from" "$to"); do printf '%s\0%s\0' "$settings" "$seed"; done
  done
  for settings in ${variants[@]+"${variants[@]}"}; do
    for seed in 1 2 3; do printf '%s\0%s\0' "$settings" "$seed"; done
  done
} | xargs -0 -n 2 -P "${ATTNVIZ_JOBS:-$(nproc)}" bash -c 'measure "$0" "$1"' >"$folder/study.tsv"
"$root/scripts/study_table.py" "$folder/study.tsv" "$folder/study.csv"
