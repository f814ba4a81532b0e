#!/usr/bin/env bash
# Smoke test of the window under Xvfb by keys and mouse: opens the sample, labels, undoes, trains, and analyzes a pasted
# text. Then kill -9 during another run, and all edits must be restored. Requires the packages of .ci/packages.sh.
# Usage: drive.sh [SCREENSHOT_DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${TAGWRIGHT_PROGRAM:-$PWD/target/debug/tagwright}
screenshots=${1:-}
work=$(mktemp -d)
export TAGWRIGHT_DATA=$work/data XDG_RUNTIME_DIR=$work/runtime WINIT_UNIX_BACKEND=x11
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
unset WAYLAND_DISPLAY
# The server selects a free display and writes its number.
Xvfb -noreset -displayfd 1 -screen 0 1440x900x24 >"$work/display" 2>/dev/null & xvfb=$!
pid=
finish() { kill -9 $pid $xvfb 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

fail() { echo "drive.sh: $1" >&2; [ -s "$work/log" ] && tail -5 "$work/log" >&2; exit 1; }
# wait_until TEXT COMMAND...: waits until the command succeeds.
wait_until() { local what=$1; shift; for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; fail "timeout: $what"; }
database() { ls "$work"/data/projects/*.tagwright 2>/dev/null | head -1; }
query() { python3 - "$(database)" "$1" <<'PY'
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
PY
}
has_value() { [ "$(query "$1")" = "$2" ]; }
start() {
  "$program" "$@" >"$work/log" 2>&1 & pid=$!
  wait_until "the window" xdotool search --onlyvisible --pid "$pid"
  window=$(xdotool search --onlyvisible --pid "$pid" | head -1)
  xdotool windowsize "$window" 1440 900 windowmove "$window" 0 0 windowfocus "$window"
  sleep 1.5
}
screenshot() { if [ -n "$screenshots" ]; then mkdir -p "$screenshots" && import -window root "$screenshots/$1.png"; fi; }
press() { for key in "$@"; do xdotool key "$key"; sleep 0.15; done; }

wait_until "the display number" test -s "$work/display"
export DISPLAY=:$(cat "$work/display")
wait_until "the display" xdotool getdisplaygeometry
start
screenshot 1-welcome
press Return
wait_until "the project file" test -n "$(sleep 1; database)"
wait_until "the sample in the project" has_value "SELECT count(*) FROM documents" 46
sleep 1
before=$(query "SELECT count(*) FROM spans")
press Right 2
wait_until "the stored label" has_value "SELECT count(*) FROM edits" 1
press ctrl+z
wait_until "the stored undo" has_value "SELECT value FROM meta WHERE key='position'" 0
has_value "SELECT count(*) FROM spans" "$before" || fail "undo did not restore the spans"
press ctrl+shift+z
wait_until "the stored redo" has_value "SELECT value FROM meta WHERE key='position'" 1
screenshot 2-labeled
press ctrl+2
sleep 2
press ctrl+Return
sleep 2
screenshot 3-training
wait_until "the completed run" has_value "SELECT outcome FROM runs" completed
folder=$(query "SELECT folder FROM runs")
[ -s "$folder/model.safetensors" ] || fail "the run saved no model"
screenshot 4-trained
press ctrl+4
sleep 1.5
# Number of pixels with the background color of LOC, which only entities have on this page.
location_pixels() { import -window root png:- | convert png:- -format %c histogram:info:- | awk '/#204E35/ { n = $1 + 0 } END { print n + 0 }'; }
[ "$(location_pixels)" -lt 100 ] || fail "entities are highlighted before the text was pasted"
printf 'Angela Merkel travelled from Paris to London.' | xclip -selection clipboard -in >/dev/null 2>&1
xdotool mousemove 580 165 click 1
press ctrl+a ctrl+v
for _ in $(seq 50); do [ "$(location_pixels)" -ge 1000 ] && break; sleep 0.2; done
screenshot 5-try
[ "$(location_pixels)" -ge 1000 ] || fail "the entities of the pasted text are not highlighted"
press Escape ctrl+1 Down Right 3
wait_until "the second stored label" has_value "SELECT value FROM meta WHERE key='position'" 2
press ctrl+2 ctrl+Return
wait_until "the second run" has_value "SELECT count(*) FROM runs WHERE outcome='running'" 1
sleep 1
spans=$(query "SELECT group_concat(document||'-'||start||'-'||stop||'-'||label) FROM (SELECT * FROM spans ORDER BY 1,2,3,4)")
kill -9 "$pid"; wait "$pid" 2>/dev/null || true
start "$work/data/sample"
wait_until "the restored project" has_value "SELECT value FROM meta WHERE key='position'" 2
restored=$(query "SELECT group_concat(document||'-'||start||'-'||stop||'-'||label) FROM (SELECT * FROM spans ORDER BY 1,2,3,4)")
[ "$spans" = "$restored" ] || fail "spans were lost by kill -9"
press ctrl+z
wait_until "undo after the restart" has_value "SELECT value FROM meta WHERE key='position'" 1
screenshot 6-reopened
press ctrl+s
wait_until "the saved source" grep -q . "$work/data/sample/train.conll"
echo "drive.sh: opened, labeled, undone, trained, pasted, analyzed, killed, reopened: 1 passed, 0 failed"
