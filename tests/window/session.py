#!/usr/bin/env python3
"""Labeling session of 60 steps in the window under Xvfb, once by keys and once by mouse.

After kill -9, all edits must be restored. Requires the packages of .ci/packages.sh.
Usage: session.py [SCREENSHOT_DIRECTORY]"""
import os, pathlib, signal, sqlite3, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("TAGWRIGHT_PROGRAM", ROOT / "target/debug/tagwright"))
SIZE = (1440, 900)
# Accent color of the dark theme. The bar next to the current sentence has this color.
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
        self.wait_until(lambda: self.window_ids(), "the window")
        window = self.window_ids()[0]
        run("xdotool", "windowsize", window, *map(str, SIZE), "windowmove", window, "0", "0", "windowfocus", window)
        time.sleep(2)

    def window_ids(self):
        result = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], capture_output=True)
        return result.stdout.decode().split()

    def wait_until(self, condition, what):
        for _ in range(300):
            if condition():
                return
            time.sleep(0.1)
        sys.exit(f"session.py: timeout: {what}")

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
        """Returns a function from coordinates to the color of the pixel, and the size of the screen."""
        width, height = SIZE
        raw = run("import", "-window", "root", "-depth", "8", "rgb:-")
        return lambda x, y: tuple(raw[3 * (y * width + x) : 3 * (y * width + x) + 3]), width, height

    def current_sentence(self):
        """Returns the upper end (x, y) of the accent bar next to the current sentence."""
        color_at, _, height = self.pixels()
        is_similar = lambda a, b: all(abs(x - y) < 40 for x, y in zip(a, b))
        for x in range(395, 415):
            column = [y for y in range(90, height - 60) if is_similar(color_at(x, y), ACCENT)]
            if len(column) > 20:
                return x, column[0]
        sys.exit("session.py: no sentence has the accent bar")

    def screenshot(self, directory, name):
        if directory:
            os.makedirs(directory, exist_ok=True)
            run("import", "-window", "root", f"{directory}/{name}.png")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def query(data, sql):
    project = next((data / "projects").glob("*.tagwright"))
    return sqlite3.connect(f"file:{project}?mode=ro", uri=True).execute(sql).fetchall()


def has_documents(data):
    """Returns true if the project contains documents. The project may be incomplete."""
    try:
        return query(data, "SELECT count(*) FROM documents")[0][0] > 0
    except sqlite3.OperationalError:
        return False


def state(data):
    spans = "SELECT document, start, stop, label, origin FROM spans ORDER BY 1, 2, 3, 4"
    marks = "SELECT document, sentence, done, flagged, remarks FROM marks WHERE done OR flagged OR remarks <> '[]' ORDER BY 1, 2"
    classes = "SELECT document, name FROM document_classes JOIN classes ON class = id ORDER BY 1, 2"
    return query(data, spans), query(data, marks), query(data, "SELECT value FROM meta WHERE key='position'"), query(data, classes)


def by_keys(window):
    """60 steps: select and extend, label by number, letter and picker, resize and remove spans, mark sentences as done,
    comment, and label a document."""
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
    """60 steps: select a sentence in the list, double-click its first word, and click a label in the picker; later with an
    active label."""
    row = lambda i: (200, 185 + 57.5 * (i % 12) + 12)
    steps = 0
    for i in range(12):
        window.click(*row(i))
        x, y = window.current_sentence()
        window.click(x + 34, y + 46, times=2)
        # The picker opens below the word: a text field, then one row per label.
        window.click(x + 90, y + 46 + 22 + 52 + 30 * (i % 3))
        steps += 3
    # Without a selection, a click on a label activates it.
    window.click(700, 800)
    window.click(455, 66)
    steps += 2
    for i in range(11):
        window.click(*row(i))
        x, y = window.current_sentence()
        window.click(x + 34, y + 46, times=2)
        steps += 2
    assert steps == 60


def session(name, act, screenshots):
    data = pathlib.Path(tempfile.mkdtemp())
    window = Window(data, [])
    window.key("Return")
    window.wait_until(lambda: (data / "projects").exists() and list((data / "projects").glob("*.tagwright")), "the project file")
    window.wait_until(lambda: has_documents(data), "the sample")
    time.sleep(2)
    before = state(data)
    act(window)
    window.screenshot(screenshots, f"session-{name}")
    last = None
    # All edits are stored when the state no longer changes.
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
    reopened = Window(data, [str(data / "sample")])
    time.sleep(1)
    if state(data) != after:
        sys.exit(f"session.py: {name}: the restored state differs")
    reopened.key("ctrl+z")
    reopened.wait_until(lambda: int(state(data)[2][0][0]) == edits - 1, "undo after the restart")
    reopened.screenshot(screenshots, f"session-{name}-reopened")
    reopened.kill()
    n_human = sum(1 for span in after[0] if span[4] == "person")
    print(f"session.py: by {name}: 60 steps, {edits} edits, {n_human} spans by the user, {len(after[1])} reviewed sentences, {len(after[3])} document labels; all restored after kill -9")


def main():
    screenshots = sys.argv[1] if len(sys.argv) > 1 else None
    read, write = os.pipe()
    server = subprocess.Popen(
        # Without -noreset, the server resets when its last client ends, and rejects connections during the reset.
        ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    try:
        os.environ["DISPLAY"] = ":" + os.read(read, 16).decode().strip()
        time.sleep(0.5)
        session("keys", by_keys, screenshots)
        session("mouse", by_mouse, screenshots)
    finally:
        server.kill()


main()
