#!/usr/bin/env bash
# Kills the program many times during different activities, and prints a table of lost and wrong data.
# usage: tests/reliability/kills.sh [KILLS_OF_EACH_ACTIVITY [SEED]]
set -euo pipefail
cd "$(dirname "$0")/../.."
export TAGWRIGHT_KILLS=${1:-50} TAGWRIGHT_KILLS_SEED=${2:-25}
out=$(mktemp)
trap 'rm -f "$out"' EXIT

cargo test --release reliability::kills -- --nocapture --test-threads 1 >"$out" 2>&1 && passed=yes || passed=no
printf '| activity | kills | lost | wrong |\n| --- | ---: | ---: | ---: |\n'
grep '^| ' "$out" || true
awk -F'|' '/^\| / { k += $3; l += $4; w += $5 } END { printf "| **all** | %d | %d | %d |\n", k, l, w }' "$out"
if [ "$passed" = no ]; then
  tail -60 "$out" >&2
  exit 1
fi
