#!/usr/bin/env bash
# Makes the calls of a program that writes fail, one after the other, and kills it at each of them:
# what was on disk stays whole, the exit code and the message fit, nothing is left behind, and a
# training that was interrupted ends at the bytes of the one that was not.
#   scripts/fault_test.sh            every call (half an hour)
#   scripts/fault_test.sh --quick    a sample of them (a minute or two)
# Prints the number of cases and of losses; exits with 1 if there is any loss, with 77 without strace.
# ATTNVIZ_PROGRAM names another program than that of build/release.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=$(realpath "${ATTNVIZ_PROGRAM:-$root/build/release/attnviz}")
quick=false
case "${1:-}" in
  --quick) quick=true ;;
  "") ;;
  *) fail "unknown option $1; see the head of this script" ;;
esac
strace -o /dev/null true 2>/dev/null || { echo "no strace that works here: skipped"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cases=0
losses=0
RANDOM=1

lose() {
  losses=$((losses + 1))
  echo "LOSS: $*"
}

# The commands under test, each in a folder of its own, from what it starts with to what it ends with.
train=(train --task reverse --out run --hidden 4 --embedding 4 --attention-units 4 --steps 250 --quiet
  --save-every 0.05)
# shellcheck disable=SC2034  # taken by name
render=(render --model "$work/model" --out heat.png)
# shellcheck disable=SC2034
predict=(predict --model "$work/model" --attention maps.jsonl --quiet mono)

prepare() {
  rm -rf case && mkdir case
  case $1 in
    render) echo old > case/heat.png ;;
    predict) echo old > case/maps.jsonl ;;
  esac
}

# Quietly: the shell would tell of every kill.
run() { { (cd case && exec "$@" < /dev/null > ../out 2> ../err); } 2> /dev/null; }

# The files of a command that must be old or new.
result_of() {
  case $1 in
    train) echo run/model.safetensors ;;
    render) echo heat.png ;;
    predict) echo maps.jsonl ;;
  esac
}

check_whole() {
  local name=$1 code=$2 label=$3
  local result
  result=$(result_of "$name")
  if [[ $name == train ]]; then
    check_training "$code" "$label"
  elif ((code == 0)); then
    cmp -s "case/$result" "good/$name" || lose "$label: exit code 0, but not the new file"
  elif ! cmp -s "case/$result" "good/$name" && [[ $(cat "case/$result") != old ]]; then
    lose "$label: the old file is not whole"
  fi
}

# Whatever happened, training ends where it would have ended.
check_training() {
  local code=$1 label=$2
  if [[ -e case/run/last.safetensors ]]; then
    run "$program" train --resume run --quiet || { lose "$label: cannot be resumed: $(cat err)"; return; }
  else
    run "$program" "${train[@]}" || { lose "$label: cannot be started again: $(cat err)"; return; }
  fi
  local file
  for file in model.safetensors last.safetensors metrics.jsonl config.json; do
    cmp -s "case/run/$file" "good/run/$file" || lose "$label: $file is another"
  done
}

leftovers() { find case -name '.attnviz-*' -o -name .lock; }

# One case: `name` with `injection` into the call `call`.
try() {
  local name=$1 call=$2 injection=$3
  local -n arguments=$name
  local label="$name: $call $injection" code=0
  cases=$((cases + 1))
  prepare "$name"
  run timeout 120 strace -f -o /dev/null -e "trace=$call" -e "inject=$call:$injection" \
    "$program" "${arguments[@]}" || code=$?
  if [[ $injection == signal=* ]]; then
    ((code == 137 || code == 0)) || lose "$label: exit code $code"
  else
    # What was read in vain is 3, what was written in vain 4, too few threads 5.
    ((code == 0 || code == 3 || code == 4)) || lose "$label: exit code $code: $(cat err)"
    # A message that cannot be written is no loss.
    if ((code != 0)) && [[ $call != write ]] && ! grep -q '^attnviz: error: ' err; then
      lose "$label: exit code $code without a message"
    fi
    [[ -z $(leftovers) ]] || lose "$label: left $(leftovers)"
  fi
  check_whole "$name" "$code" "$label"
  # The next run cleans up what a killed one has left.
  if [[ $injection == signal=* && -n $(leftovers) ]]; then
    run "$program" "${arguments[@]}" || true
    [[ -z $(leftovers) ]] || lose "$label: left for good: $(leftovers)"
  fi
}

# The numbers of the calls that the program itself makes: those of the loader come first.
calls_of() {
  local call=$1
  awk -v call="$call" -v quick="$quick" '
    /execve\(/ { next }
    /"\/proc\/self\/|runs?\/|run"|model|latest|heat\.png|maps\.jsonl|attnviz-/ { own = 1 }
    $0 ~ "^[0-9]+ +" call "\\(" {
      count++
      if (own && (quick == "false" || count % 10 == 1)) print count
    }' trace
}

mkdir good
prepare train
run "$program" "${train[@]}" || fail "$(cat err)"
cp -r case/run good/run
mkdir model && cp good/run/model.safetensors model/
for name in render predict; do
  declare -n arguments=$name
  prepare "$name"
  run "$program" "${arguments[@]}" || fail "$(cat err)"
  cp "case/$(result_of "$name")" "good/$name"
done

for name in train render predict; do
  declare -n arguments=$name
  prepare "$name"
  run strace -f -o ../trace "$program" "${arguments[@]}"
  for call in write fsync close rename openat mkdir flock ftruncate; do
    for k in $(calls_of "$call"); do
      for error in ENOSPC EIO; do
        try "$name" "$call" "error=$error:when=$k"
        try "$name" "$call" "error=$error:when=$k+"
      done
      try "$name" "$call" "error=EINTR:when=$k"
      try "$name" "$call" "signal=KILL:when=$k"
    done
  done
  say "$name: $cases cases so far, $losses losses"
done

# Kills at any moment: the run is gone on with until it is done, then begun again.
kills=200
$quick && kills=15
prepare train
done_runs=0
killed=0
while ((killed < kills)); do
  if [[ -e case/run/last.safetensors ]]; then
    command=(train --resume run --quiet --save-every 0.01)
  else
    command=("${train[@]}")
  fi
  code=0
  # Waited for: its lock is held until it is gone for good.
  (cd case && exec "$program" "${command[@]}" < /dev/null > ../out 2> ../err) &
  sleep "0.$(printf '%03d' $((RANDOM % 150 + 5)))"
  kill -KILL $! 2> /dev/null || true
  { wait $! || code=$?; } 2> /dev/null
  if ((code == 137)); then
    killed=$((killed + 1))
    cases=$((cases + 1))
  elif ((code == 0)); then
    done_runs=$((done_runs + 1))
    for file in model.safetensors last.safetensors metrics.jsonl; do
      cmp -s "case/run/$file" "good/run/$file" || lose "random kills: $file is another"
    done
    prepare train
  else
    lose "random kills: exit code $code: $(cat err)"
    prepare train
  fi
done
run "$program" train --resume run --quiet || run "$program" "${train[@]}" || lose "random kills: $(cat err)"
cmp -s case/run/model.safetensors good/run/model.safetensors || lose "random kills: another model"
done_runs=$((done_runs + 1))
say "random kills: $killed, runs that came to their end: $done_runs"

echo "$cases cases, $losses losses"
((losses == 0))
