#!/usr/bin/env bash
# Makes each system call of a command that writes fail in turn, and kills the program at each: files on
# disk stay intact, exit code and message are right, nothing is left behind, and a resumed training run
# ends byte-identical to one that was not interrupted.
#   scripts/fault_test.sh            every call (a quarter of an hour of a busy core)
#   scripts/fault_test.sh --quick    a sample of them (a minute)
#   scripts/fault_test.sh --errors   what scripts/coverage.sh counts: every call fails once, a sample in
#                                    other ways; no kills, and no training is resumed
# Prints the number of cases and of losses; exits with 1 if there is a loss, with 77 without strace.
# ATTNVIZ_PROGRAM: the program to test (default: that of build/release); ATTNVIZ_JOBS: how many cases run
# at once (default: one per core).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=$(realpath "${ATTNVIZ_PROGRAM:-$root/build/release/attnviz}")
quick=false
errors_only=false
case "${1:-}" in
  --quick) quick=true ;;
  --errors) errors_only=true ;;
  "") ;;
  *) fail "unknown option $1; see the head of this script" ;;
esac
# With it strace stops only at the calls made to fail.
tracer=(strace -f --seccomp-bpf)
"${tracer[@]}" -o /dev/null true 2>/dev/null || tracer=(strace -f)
"${tracer[@]}" -o /dev/null true 2>/dev/null || { echo "strace is missing or does not work here: skipped"; exit 77; }

# In memory if possible: a real fsync takes longer than everything else.
work=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
: > losses
: > tried

tiny=(--task reverse --out run --hidden 4 --embedding 4 --attention-units 4 --quiet)

# The commands under test, each in a folder of its own. Training saves after every step.
# shellcheck disable=SC2034  # taken by name
{
  commands=(train resume force render predict device)
  train=(train "${tiny[@]}" --steps 3 --save-every 0 --watch --watch-frames 3)
  resume=(train --resume run --steps 5 --save-every 0 --quiet)
  force=("${train[@]}" --seed 2 --force)
  render=(render --model "$work/model" --out heat.png)
  device=(render --model "$work/model" --out null.png)
  predict=(predict --model "$work/model" --attention maps.jsonl --quiet mono)
}

# The folder's contents before, and which files must be the old or the new ones after.
prepare() {
  rm -rf case && mkdir case
  case $1 in
    resume)
      cp -r "$work/good/train/run" case/run
      : > case/run/.lock  # as a killed owner leaves it
      ;;
    force) cp -r "$work/good/train/run" case/run ;;
    render)
      echo old > case/picture
      ln -s picture case/heat.png
      ;;
    predict) echo old > case/maps.jsonl ;;
    device) ln -s /dev/null case/null.png ;;
  esac
}

# run COMMAND...: in the folder of the case, quietly, as the shell would report every kill.
run() { { (cd case && exec "$@" < /dev/null > ../out 2> ../err); } 2> /dev/null; }

lose() { echo "LOSS: $*" | tee -a "$work/losses"; }

same_run() {
  local expected=$1 label=$2 file
  for file in model.safetensors last.safetensors metrics.jsonl maps.jsonl config.json; do
    cmp -s "case/run/$file" "$expected/$file" || lose "$label: $file is another"
  done
}

# The model is complete, and training ends as it would have without the fault.
check_training() {
  local name=$1 code=$2 label=$3
  ((code != 0)) || same_run "$work/good/$name/run" "$label: exit code 0"
  if [[ -e case/run/model.safetensors ]]; then
    run "$program" info run/model.safetensors || lose "$label: a broken model: $(cat err)"
  fi
  if [[ -e case/run/last.safetensors ]]; then
    local more=()
    [[ $name == train ]] || more=(--steps 5)
    run "$program" train --resume run --quiet "${more[@]}" || { lose "$label: cannot be resumed: $(cat err)"; return; }
  else
    run "$program" "${train[@]}" || { lose "$label: cannot be started again: $(cat err)"; return; }
  fi
  same_run "$work/good/$name/run" "$label"
}

# The run that is replaced is there, whole, until the new one is; and it can be replaced again.
check_replaced() {
  local code=$1 label=$2 model=case/run/model.safetensors
  ((code != 0)) || same_run "$work/good/force/run" "$label: exit code 0"
  [[ -e $model ]] || model=case/run/.replaced/model.safetensors
  cmp -s "$model" "$work/good/train/run/model.safetensors" ||
    run "$program" info --model "run/${model#case/run/}" || lose "$label: no whole model is left"
  if ((code != 0)) && [[ -e case/run/last.safetensors ]]; then
    run "$program" train --resume run --quiet || lose "$label: cannot be resumed: $(cat err)"
    same_run "$work/good/$(cmp -s case/run/config.json "$work/good/force/run/config.json" && echo force || echo train)/run" \
      "$label: resumed"
  fi
  run "$program" "${force[@]}" || lose "$label: cannot be replaced again: $(cat err)"
  same_run "$work/good/force/run" "$label"
  [[ ! -e case/run/.replaced ]] || lose "$label: the old run is still aside"
}

check_file() {
  local file=$1 good=$2 code=$3 label=$4
  if ((code == 0)); then
    cmp -s "case/$file" "$good" || lose "$label: exit code 0, but not the new file"
  elif ! cmp -s "case/$file" "$good" && [[ $(cat "case/$file") != old ]]; then
    lose "$label: the old file is not whole"
  fi
}

check_whole() {
  case $1 in
    train | resume) check_training "$@" ;;
    force) check_replaced "${@:2}" ;;
    render)
      check_file heat.png "$work/good/render/heat.png" "${@:2}"
      [[ -L case/heat.png ]] || lose "$3: the link is gone"
      ;;
    device) [[ -L case/null.png && -c /dev/null ]] || lose "$3: the device is gone" ;;
    predict) check_file maps.jsonl "$work/good/predict/maps.jsonl" "${@:2}" ;;
  esac
}

# leftovers [COMMAND CODE]: files left over, except an earlier lock that could not be opened.
leftovers() {
  find case -name '.attnviz-*'
  [[ ${1:-} == resume && $2 != 0 ]] || find case -name .lock
}

# try COMMAND CALL INJECTION: one case.
try() {
  local name=$1 call=$2 injection=$3
  local -n arguments=$name
  local label="$name: $call $injection" code=0
  prepare "$name"
  run timeout 120 "${tracer[@]}" -o /dev/null -e "trace=$call" -e "inject=$call:$injection" \
    "$program" "${arguments[@]}" || code=$?
  if [[ $injection == signal=* ]]; then
    ((code == 137 || code == 0)) || lose "$label: exit code $code"
  else
    # A failed read or query gives 3, a failed write 4.
    ((code == 0 || code == 3 || code == 4)) ||
      lose "$label: exit code $code: $(cat err)"
    # A message that could not be written is no loss.
    if ((code != 0)) && [[ $call != write ]] && ! grep -q '^attnviz: error: ' err; then
      lose "$label: exit code $code without a message"
    fi
    # A file that cannot be removed stays.
    [[ $call == unlink || -z $(leftovers "$name" "$code") ]] ||
      lose "$label: left $(leftovers "$name" "$code")"
  fi
  $errors_only || check_whole "$name" "$code" "$label"
  # The next run removes what a killed one left.
  if [[ $injection == signal=* && -n $(leftovers) ]]; then
    run "$program" "${arguments[@]}" || true
    [[ -z $(leftovers) ]] || lose "$label: left for good: $(leftovers)"
  fi
}

# The numbers of the calls that the program itself makes, after those of the loader.
calls_of() {
  local every=1
  ! $quick || every=10
  awk -v call="$1" -v every=$every '
    /execve\(/ { next }
    /\.gcda"/ { exit }  # a program that counts branches; later calls belong to gcov
    /"\/proc\/self\/|runs?\/|run"|model|latest|heat\.png|null\.png|maps\.jsonl|attnviz-/ { own = 1 }
    $0 ~ "^[0-9]+ +" call "\\(" {
      count++
      if (own && (count - 1) % every == 0) print count
    }' trace
}

# What is injected at the k-th of these calls, the program's own n-th.
injections() {
  local call=$1 k=$2 n=$3
  echo "error=EIO:when=$k"
  ! $errors_only || ((n <= 3 || n % 4 == 0)) || return 0
  case $call in
    newfstatat | readlink | faccessat2 | getdents64)  # they only query
      $errors_only || echo "error=EIO:when=$k+"
      return
      ;;
    fsync) echo "error=EINVAL:when=$k" ;;   # a file system that cannot sync folders
    openat) echo "error=ENOENT:when=$k" ;;  # gone between two calls
    write) echo "retval=0:when=$k" ;;       # no progress
  esac
  echo "error=EINTR:when=$k"
  ! $errors_only || return 0
  echo "error=EIO:when=$k+"
  echo "error=ENOSPC:when=$k"
  echo "error=ENOSPC:when=$k+"
  echo "signal=KILL:when=$k"
}

list_cases() {
  local name call k n
  for name in "${commands[@]}"; do
    local -n arguments=$name
    prepare "$name"
    run strace -f -o ../trace "$program" "${arguments[@]}" || fail "$name under strace: $(cat err)"
    for call in read pread64 write pwrite64 fsync close rename openat mkdir flock fcntl ftruncate newfstatat statx \
      readlink faccessat2 getdents64 unlink rmdir; do
      n=0
      for k in $(calls_of "$call"); do
        n=$((n + 1))
        injections "$call" "$k" "$n" | sed "s/^/$name $call /"
      done
    done
  done
}

# Every jobs-th case of the list, starting at the given one, in a folder of its own.
work_through() {
  mkdir "worker$1"
  cd "worker$1"
  local name call injection
  while read -r name call injection; do
    try "$name" "$call" "$injection"
    echo >> "$work/tried"
  done < <(awk -v jobs="$jobs" -v first="$1" 'NR % jobs == first' "$work/cases")
}

count() { wc -l < "$work/$1"; }

report() { say "$(count tried) of $all cases, $(count losses) losses, $SECONDS s"; }

mkdir good
for name in "${commands[@]}"; do
  declare -n arguments=$name
  prepare "$name"
  run "$program" "${arguments[@]}" || fail "$name: $(cat err)"
  cp -r case "good/$name"
  [[ $name != train ]] || { mkdir model && cp case/run/model.safetensors model/; }
done

list_cases > cases
all=$(count cases)
workers=()
for ((i = 0; i < jobs; i++)); do
  (work_through "$i") &
  workers+=($!)
done
next=30
until (($(count tried) == all)); do
  sleep 1
  ((SECONDS < next)) || { report; next=$((next + 30)); }
  kill -0 "${workers[@]}" 2> /dev/null || wait "${workers[@]}" || fail "the test itself failed"
done
wait
report
if $errors_only; then
  (($(count losses) == 0))
  exit
fi

# Kills at random moments: the run is resumed until it is done, then started again. Each piece of it has
# another number of threads and other memory addresses.
long=(train "${tiny[@]}" --steps 250 --batch 32 --watch --watch-frames 8 --save-every 0.005)
prepare train
run "$program" "${long[@]}" || fail "$(cat err)"
run "$program" render --model run --out heat.png || fail "$(cat err)"
cp -r case good/long
fixed=(setarch -R)
"${fixed[@]}" true 2> /dev/null || fixed=()
kills=200
$quick && kills=20
RANDOM=1
prepare train
ended=0
killed=0
while ((killed < kills || ended == 0)); do
  if [[ -e case/run/last.safetensors ]]; then
    command=(train --resume run --quiet --save-every 0.005)
  else
    command=("${long[@]}")
  fi
  command+=(--threads $((RANDOM % 4 + 1)))
  randomly=()
  ((RANDOM % 2 == 0)) || randomly=("${fixed[@]}")
  code=0
  # Wait: its lock is held until the process has ended.
  (cd case && SHIFT=$(printf '%*s' $((RANDOM % 8000)) '') exec "${randomly[@]}" "$program" \
    "${command[@]}" < /dev/null > ../out 2> ../err) &
  sleep "0.$(printf '%03d' $((RANDOM % 150 + 5)))"
  kill -KILL $! 2> /dev/null || true
  { wait $! || code=$?; } 2> /dev/null
  if ((code == 137)); then
    killed=$((killed + 1))
  elif ((code == 0)); then
    ended=$((ended + 1))
    same_run good/long/run "random kills"
    run "$program" render --model run --out heat.png || lose "random kills: $(cat err)"
    cmp -s case/heat.png good/long/heat.png || lose "random kills: another picture"
    prepare train
  else
    lose "random kills: exit code $code: $(cat err)"
    prepare train
  fi
done
say "random kills: $killed, completed runs: $ended"

echo "$((all + killed)) cases, $(count losses) losses"
(($(count losses) == 0))
