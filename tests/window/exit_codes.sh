#!/usr/bin/env bash
# How the real window ends under Xvfb: destroyed by another program, its display gone. It never ends by
# a panic (101), also where standard error takes nothing. Needs the packages of .ci/packages.sh and a release build.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/target/release/tagwright
work=$(mktemp -d)
export TAGWRIGHT_DATA=$work/data XDG_RUNTIME_DIR=$work/runtime WINIT_UNIX_BACKEND=x11
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
unset WAYLAND_DISPLAY DISPLAY
pid= xvfb=
finish() { kill -9 $pid $xvfb 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

fail() { echo "exit_codes.sh: $1" >&2; [ -s "$work/log" ] && tail -5 "$work/log" >&2; exit 1; }
until_so() { local what=$1; shift; for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; fail "waited in vain: $what"; }
display() {
  rm -f "$work/display"
  Xvfb -noreset -displayfd 1 -screen 0 1440x900x24 >"$work/display" 2>/dev/null & xvfb=$!
  disown "$xvfb"
  until_so "a display" test -s "$work/display"
  DISPLAY=:$(cat "$work/display"); export DISPLAY
  until_so "a display that answers" xdotool getdisplaygeometry
}
# ends WHAT CODE COMMAND...: the window that is open ends with the code after the command.
ends() {
  local what=$1 expected=$2 code; shift 2
  for errors in "$work/log" /dev/full; do
    display
    "$program" "$PWD/assets/sample/dev.conll" >/dev/null 2>"$errors" & pid=$!
    until_so "a window" xdotool search --onlyvisible --pid "$pid"
    window=$(xdotool search --onlyvisible --pid "$pid" | head -1)
    sleep 1.5
    "$@" || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$pid" 2>/dev/null && fail "$what: it does not end"
    code=0; wait "$pid" || code=$?
    pid=
    [ "$code" = "$expected" ] || fail "$what: it ended with $code, not $expected"
    if grep -q panicked "$work/log"; then fail "$what: a panic"; fi
    kill "$xvfb" 2>/dev/null || true
    unset DISPLAY
  done
}
destroy() { xdotool windowclose "$window"; }
disconnect() { xdotool windowkill "$window"; }
vanish() { kill -9 "$xvfb"; }

ends "destroyed" 1 destroy
ends "disconnected" 1 disconnect
ends "the display is gone" 1 vanish
for errors in "$work/log" /dev/full; do
  code=0; DISPLAY=:4711 "$program" 2>"$errors" || code=$?
  [ "$code" = 1 ] || fail "without a display it ended with $code"
done
echo "exit_codes.sh: all is well"
