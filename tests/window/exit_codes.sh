#!/usr/bin/env bash
# Exit codes of the window under Xvfb if another program destroys it or its display disappears. It must never panic
# (exit code 101), also if standard error is full. Requires the packages of .ci/packages.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${TAGWRIGHT_PROGRAM:-$PWD/target/debug/tagwright}
work=$(mktemp -d)
export TAGWRIGHT_DATA=$work/data XDG_RUNTIME_DIR=$work/runtime WINIT_UNIX_BACKEND=x11
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
unset WAYLAND_DISPLAY DISPLAY
pid= xvfb=
finish() { kill -9 $pid $xvfb 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

fail() { echo "exit_codes.sh: $1" >&2; [ -s "$work/log" ] && tail -5 "$work/log" >&2; exit 1; }
wait_until() { local what=$1; shift; for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; fail "timeout: $what"; }
start_display() {
  rm -f "$work/display"
  Xvfb -noreset -displayfd 1 -screen 0 1440x900x24 >"$work/display" 2>/dev/null & xvfb=$!
  disown "$xvfb"
  wait_until "the display number" test -s "$work/display"
  DISPLAY=:$(cat "$work/display"); export DISPLAY
  wait_until "the display" xdotool getdisplaygeometry
}
# expect_exit TEXT CODE COMMAND...: opens a window, runs the command, and checks the exit code of the window.
expect_exit() {
  local what=$1 expected=$2 code; shift 2
  for errors in "$work/log" /dev/full; do
    start_display
    "$program" "$PWD/assets/sample/dev.conll" >/dev/null 2>"$errors" & pid=$!
    wait_until "the window" xdotool search --onlyvisible --pid "$pid"
    window=$(xdotool search --onlyvisible --pid "$pid" | head -1)
    sleep 1.5
    "$@" || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$pid" 2>/dev/null && fail "$what: the process does not exit"
    code=0; wait "$pid" || code=$?
    pid=
    [ "$code" = "$expected" ] || fail "$what: exit code $code, expected $expected"
    if grep -q panicked "$work/log"; then fail "$what: a panic"; fi
    kill "$xvfb" 2>/dev/null || true
    unset DISPLAY
  done
}
destroy() { xdotool windowclose "$window"; }
disconnect() { xdotool windowkill "$window"; }
kill_display() { kill -9 "$xvfb"; }

expect_exit "destroyed" 1 destroy
expect_exit "disconnected" 1 disconnect
expect_exit "display killed" 1 kill_display
for errors in "$work/log" /dev/full; do
  code=0; DISPLAY=:4711 "$program" 2>"$errors" || code=$?
  [ "$code" = 1 ] || fail "no display: exit code $code, expected 1"
done
echo "exit_codes.sh: passed"
