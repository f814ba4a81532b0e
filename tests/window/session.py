#!/usr/bin/env python3
"""Drives the real window under Xvfb through a labelling session of 60 steps, by keys alone and again by mouse alone; then kill -9,
and everything is there again. Needs the packages of .ci/packages.sh and a release build.
usage: session.py [PICTURES_FOLDER]"""
import os, pathlib, signal, sqlite3, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/tagwright"
SIZE = (1440, 900)
# The accent's colour in the dark theme: the bar beside the current sentence.
ACCENT = (0xA8, 0x9B, 0xF8)


def run(*args):
    return subprocess.run(args, check=True, capture_output=True).stdout


class Window:
    def __init__(self, data, paths):
        self.data = data
        self.runtime = tempfile.mkdtemp()
        os.chmod(self.runtime, 0o700)
        env = {**os.environ, "TAGWRIGHT_DATA": str(data), "XDG_RUNTIME_DIR": self.runtime, "WINIT_UNIX_BACKEND": "x11"}
        env.pop("WAYLAND_DISPLAY", None)
        self.process = subprocess.Popen([PROGRAM, *paths], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.until(lambda: self.ids(), "a window")
        window = self.ids()[0]
        run("xdotool", "windowsize", window, *map(str, SIZE), "windowmove", window, "0", "0", "windowfocus", window)
        time.sleep(2)

    def ids(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], capture_output=True)
        return found.stdout.decode().split()

    def until(self, so, what):
        for _ in range(300):
            if so():
                return
            time.sleep(0.1)
        sys.exit(f"session.py: waited in vain for {what}")

    def key(self, *keys):
        for key in keys:
            run("xdotool", "key", key)
            time.sleep(0.12)

    def click(self, x, y, times=1):
        run("xdotool", "mousemove", str(round(x)), str(round(y)))
        time.sleep(0.15)
        for _ in range(times):
            run("xdotool", "mousedown", "1")
            time.sleep(0.06)
            run("xdotool", "mouseup", "1")
            time.sleep(0.06)
        time.sleep(0.25)

    def pixels(self):
        """What is shown, three bytes a pixel."""
        width, height = SIZE
        raw = run("import", "-window", "root", "-depth", "8", "rgb:-")
        return lambda x, y: tuple(raw[3 * (y * width + x) : 3 * (y * width + x) + 3]), width, height

    def current(self):
        """The top of the current sentence: where the accent's bar begins."""
        at, _, height = self.pixels()
        near = lambda a, b: all(abs(x - y) < 40 for x, y in zip(a, b))
        for x in range(395, 415):
            column = [y for y in range(90, height - 60) if near(at(x, y), ACCENT)]
            if len(column) > 20:
                return x, column[0]
        sys.exit("session.py: no sentence is marked as the current one")

    def picture(self, folder, name):
        if folder:
            os.makedirs(folder, exist_ok=True)
            run("import", "-window", "root", f"{folder}/{name}.png")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def ask(data, sql):
    project = next((data / "projects").glob("*.tagwright"))
    return sqlite3.connect(f"file:{project}?mode=ro", uri=True).execute(sql).fetchall()


def filled(data):
    """Whether the project has its documents; it may be just being made."""
    try:
        return ask(data, "SELECT count(*) FROM documents")[0][0] > 0
    except sqlite3.OperationalError:
        return False


def state(data):
    spans = "SELECT document, start, stop, label, origin FROM spans ORDER BY 1, 2, 3, 4"
    marks = "SELECT document, sentence, done, flagged, remarks FROM marks WHERE done OR flagged OR remarks <> '[]' ORDER BY 1, 2"
    classes = "SELECT document, name FROM document_classes JOIN classes ON class = id ORDER BY 1, 2"
    return ask(data, spans), ask(data, marks), ask(data, "SELECT value FROM meta WHERE key='position'"), ask(data, classes)


def by_keys(window):
    """60 steps: words selected and extended, labels by number, letter and list, spans grown and cleared, sentences done, words
    commented on, a document labelled."""
    steps = []
    for i in range(9):
        label = [["1"], ["shift+o"], ["l", "Return"], ["3"], ["2"]][i % 5]
        steps += [["Right"], ["shift+Right"], label, ["alt+Right"] if i % 2 else ["ctrl+Right"], ["d"]]
    steps += [["Right"], ["2"], ["ctrl+z"], ["ctrl+shift+z"], ["Right"], ["BackSpace"], ["f"], ["Home"], ["shift+End"], ["4"]]
    steps += [["c", "o", "k", "Return"], ["t", "n", "e", "w", "s", "Return"], ["Escape"], ["Down"], ["ctrl+d"]]
    assert len(steps) == 60
    for step in steps:
        window.key(*step)


def by_mouse(window):
    """60 steps: a sentence chosen in the list, its first word clicked twice, a label clicked in the list that opens; later by a brush."""
    row = lambda i: (200, 185 + 57.5 * (i % 12) + 12)
    steps = 0
    for i in range(12):
        window.click(*row(i))
        x, y = window.current()
        window.click(x + 34, y + 46, times=2)
        # The list opens under the word: its field, then a row a label.
        window.click(x + 90, y + 46 + 22 + 52 + 30 * (i % 3))
        steps += 3
    # Nothing selected, a label is the brush.
    window.click(700, 800)
    window.click(455, 66)
    steps += 2
    for i in range(11):
        window.click(*row(i))
        x, y = window.current()
        window.click(x + 34, y + 46, times=2)
        steps += 2
    assert steps == 60


def session(name, act, pictures):
    data = pathlib.Path(tempfile.mkdtemp())
    window = Window(data, [])
    window.key("Return")
    window.until(lambda: (data / "projects").exists() and list((data / "projects").glob("*.tagwright")), "a project")
    window.until(lambda: filled(data), "the sample")
    time.sleep(2)
    before = state(data)
    act(window)
    window.picture(pictures, f"session-{name}")
    last = None
    # On disk when nothing changes any more.
    for _ in range(50):
        now = state(data)
        if now == last:
            break
        last = now
        time.sleep(0.2)
    window.kill()
    after = state(data)
    edits = int(after[2][0][0])
    if edits < 20 or after[0] == before[0]:
        sys.exit(f"session.py: {name}: only {edits} edits")
    again = Window(data, [str(data / "sample")])
    time.sleep(1)
    if state(data) != after:
        sys.exit(f"session.py: {name}: what was there is not there again")
    again.key("ctrl+z")
    again.until(lambda: int(state(data)[2][0][0]) == edits - 1, "undo after the restart")
    again.picture(pictures, f"session-{name}-reopened")
    again.kill()
    mine = sum(1 for span in after[0] if span[4] == "person")
    print(f"session.py: by {name}: 60 steps, {edits} edits, {mine} spans of a person, {len(after[1])} sentences marked, {len(after[3])} documents labelled; killed, all there")


def main():
    pictures = sys.argv[1] if len(sys.argv) > 1 else None
    read, write = os.pipe()
    server = subprocess.Popen(
        # Without -noreset it begins anew whenever its last client is killed, and refuses the next one meanwhile.
        ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    try:
        os.environ["DISPLAY"] = ":" + os.read(read, 16).decode().strip()
        time.sleep(0.5)
        session("keys", by_keys, pictures)
        session("mouse", by_mouse, pictures)
    finally:
        server.kill()


main()
