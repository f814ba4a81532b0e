#!/usr/bin/env python3
"""Benchmark with a million sentences, compared with `datasets`: reading of column files and Parquet, memory.

Requires datasets (`pip install datasets`) and a release build. Frames and searches: `cargo bench --bench frame -- FOLDER`.
Usage: size.py COLUMN_FILE [COPIES]      (CoNLL-2003's eng.train 72 times is 1,010,952 sentences)
"""
import json, os, resource, shutil, subprocess, sys, tempfile, time

program = os.path.abspath("target/release/tagwright")
source, copies = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 72
work = tempfile.mkdtemp()
columns, parquet = os.path.join(work, "big.conll"), os.path.join(work, "big.parquet")
with open(columns, "wb") as out:
    for _ in range(copies):
        out.write(open(source, "rb").read())

PEER = """
import sys, time, resource
import datasets
datasets.disable_progress_bars()
kind, path, cache = sys.argv[1:]
def rows():
    words, tags = [], []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip()
        if not line or line.startswith("-DOCSTART-"):
            if words:
                yield {"tokens": words, "ner_tags": tags}
            words, tags = [], []
        else:
            fields = line.split(" ")
            words.append(fields[0]); tags.append(fields[-1])
    if words:
        yield {"tokens": words, "ner_tags": tags}
started = time.time()
if kind == "columns":
    data = datasets.Dataset.from_generator(rows, cache_dir=cache)
else:
    data = datasets.load_dataset("parquet", data_files=path, cache_dir=cache)["train"]
read = time.time() - started
print(read, len(data), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def tagwright(path):
    started = time.time()
    process = subprocess.Popen([program, "inspect", path, "--json"], stdout=subprocess.PIPE)
    found = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    return time.time() - started, found["sentences"], usage.ru_maxrss // 1024


def peer(kind, path):
    cache = tempfile.mkdtemp(dir=work)
    out = subprocess.run([sys.executable, "-c", PEER, kind, path, cache], check=True, capture_output=True, text=True).stdout
    shutil.rmtree(cache)
    seconds, sentences, memory = out.split()
    return float(seconds), int(sentences), int(memory)


subprocess.run([program, "convert", columns, parquet, "--to", "hf-parquet"], check=True, capture_output=True)
for kind, path in {"columns": columns, "parquet": parquet}.items():
    for name, run in {"Tagwright": lambda: tagwright(path), "datasets": lambda: peer(kind, path)}.items():
        # Measured alternately, the better of two runs.
        seconds, sentences, memory = min(run() for _ in range(2))
        print(f"{kind:<8} {name:<10} {seconds:6.2f} s  {sentences:,} sentences  {memory:,} MB peak memory")
shutil.rmtree(work)
