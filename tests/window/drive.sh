#!/usr/bin/env bash
# Drives the real window under Xvfb, as a person would: the sample by Enter, a label, undo, a training run, a pasted text;
# then kill -9 in the middle of another run, and the work is there again. Needs the packages of .ci/packages.sh and a release build.
# usage: drive.sh [PICTURES_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/target/release/tagwright
pictures=${1:-}
work=$(mktemp -d)
export TAGWRIGHT_DATA=$work/data XDG_RUNTIME_DIR=$work/runtime WINIT_UNIX_BACKEND=x11
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
unset WAYLAND_DISPLAY
# The server finds a free display itself, and says which.
Xvfb -noreset -displayfd 1 -screen 0 1440x900x24 >"$work/display" 2>/dev/null & xvfb=$!
pid=
finish() { kill -9 $pid $xvfb 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

fail() { echo "drive.sh: $1" >&2; [ -s "$work/log" ] && tail -5 "$work/log" >&2; exit 1; }
# Waits until a command succeeds.
until_so() { local what=$1; shift; for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; fail "waited in vain: $what"; }
database() { ls "$work"/data/projects/*.tagwright 2>/dev/null | head -1; }
ask() { python3 - "$(database)" "$1" <<'PY'
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
PY
}
is() { [ "$(ask "$1")" = "$2" ]; }
start() {
  "$program" "$@" >"$work/log" 2>&1 & pid=$!
  until_so "a window" xdotool search --onlyvisible --pid "$pid"
  window=$(xdotool search --onlyvisible --pid "$pid" | head -1)
  xdotool windowsize "$window" 1440 900 windowmove "$window" 0 0 windowfocus "$window"
  sleep 1.5
}
picture() { if [ -n "$pictures" ]; then mkdir -p "$pictures" && import -window root "$pictures/$1.png"; fi; }
press() { for key in "$@"; do xdotool key "$key"; sleep 0.15; done; }

until_so "a display" test -s "$work/display"
export DISPLAY=:$(cat "$work/display")
until_so "a display that answers" xdotool getdisplaygeometry
start
picture 1-welcome
press Return
until_so "a project" test -n "$(sleep 1; database)"
until_so "the sample in the project" is "SELECT count(*) FROM documents" 46
sleep 1
before=$(ask "SELECT count(*) FROM spans")
press Right 2
until_so "the label on disk" is "SELECT count(*) FROM edits" 1
press ctrl+z
until_so "the undo on disk" is "SELECT value FROM meta WHERE key='position'" 0
is "SELECT count(*) FROM spans" "$before" || fail "undo did not give the spans back"
press ctrl+shift+z
until_so "the redo on disk" is "SELECT value FROM meta WHERE key='position'" 1
picture 2-labelled
press ctrl+2
sleep 2
press ctrl+Return
sleep 2
picture 3-training
until_so "the run in the project" is "SELECT outcome FROM runs" completed
folder=$(ask "SELECT folder FROM runs")
[ -s "$folder/model.safetensors" ] || fail "the run left no model"
picture 4-trained
press ctrl+4
sleep 1.5
# A pasted text: two places, whose blocks have a ground that nothing else in the room has.
places() { import -window root png:- | convert png:- -format %c histogram:info:- | awk '/#204E35/ { n = $1 + 0 } END { print n + 0 }'; }
[ "$(places)" -lt 100 ] || fail "places are marked before there are any"
printf 'Angela Merkel travelled from Paris to London.' | xclip -selection clipboard -in >/dev/null 2>&1
xdotool mousemove 580 165 click 1
press ctrl+a ctrl+v
for _ in $(seq 50); do [ "$(places)" -ge 1000 ] && break; sleep 0.2; done
picture 5-try
[ "$(places)" -ge 1000 ] || fail "the places of the pasted text are not marked"
press Escape ctrl+1 Down Right 3
until_so "the second label on disk" is "SELECT value FROM meta WHERE key='position'" 2
press ctrl+2 ctrl+Return
until_so "a second run" is "SELECT count(*) FROM runs WHERE outcome='running'" 1
sleep 1
spans=$(ask "SELECT group_concat(document||'-'||start||'-'||stop||'-'||label) FROM (SELECT * FROM spans ORDER BY 1,2,3,4)")
kill -9 "$pid"; wait "$pid" 2>/dev/null || true
start "$work/data/sample"
until_so "the project again" is "SELECT value FROM meta WHERE key='position'" 2
again=$(ask "SELECT group_concat(document||'-'||start||'-'||stop||'-'||label) FROM (SELECT * FROM spans ORDER BY 1,2,3,4)")
[ "$spans" = "$again" ] || fail "spans were lost by kill -9"
press ctrl+z
until_so "undo after the restart" is "SELECT value FROM meta WHERE key='position'" 1
picture 6-reopened
press ctrl+s
until_so "the source saved" grep -q . "$work/data/sample/train.conll"
echo "drive.sh: opened, labelled, undone, trained, pasted, read, killed, reopened: 1 passed, 0 failed"
