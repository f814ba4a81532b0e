#!/usr/bin/env python3
"""Benchmark of Tagwright, transformers and ONNX Runtime, measured alternately in one run on one machine.

Training: same base model, sentences, batch size and arguments as the Trainer of transformers. Inference: the same texts
with the pipeline of transformers, and with ONNX Runtime on the exported model. Growth: time and memory by dataset size.

Requires torch, transformers, accelerate, onnx, onnxscript, onnxruntime, and a release build.
Usage: compare.py MODEL_FOLDER CONLL_FOLDER [--sentences 1000] [--texts 1000] [--rounds 2] [--growth TINY_MODEL_FOLDER]
CONLL_FOLDER contains eng.train and eng.testb. Prints medians with minimum and maximum, and the ratios.
"""
import argparse, json, os, resource, statistics, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("model"); parser.add_argument("data")
parser.add_argument("--sentences", type=int, default=1000); parser.add_argument("--texts", type=int, default=1000)
parser.add_argument("--rounds", type=int, default=2)
parser.add_argument("--growth", help="directory of a tiny model: also measure time and memory by the number of sentences")
parser.add_argument("--program", default="target/release/tagwright")
parser.add_argument("--peer", help=argparse.SUPPRESS)
a = parser.parse_args()
memory = lambda who: resource.getrusage(who).ru_maxrss / 1024


def blocks(path, most):
    """Returns the first sentences of a column file, unchanged."""
    kept = []
    for block in open(path, encoding="utf-8").read().split("\n\n"):
        if block.strip() and not block.startswith("-DOCSTART-"):
            kept.append(block)
        if len(kept) == most: break
    return kept


def train_peer(sampling):
    import torch
    from transformers import (AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer,
                              TrainingArguments, set_seed)
    set_seed(42)
    sentences = [[line.split() for line in block.splitlines() if line] for block in blocks(a.data, 10**9)]
    labels = sorted({fields[-1] for sentence in sentences for fields in sentence})
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model = AutoModelForTokenClassification.from_pretrained(a.model, num_labels=len(labels), ignore_mismatched_sizes=True)
    rows = []
    for sentence in sentences:
        e = tokenizer([f[0] for f in sentence], is_split_into_words=True, truncation=True, max_length=128)
        ids = [-100 if w is None else labels.index(sentence[w][-1]) for w in e.word_ids()]
        rows.append({"input_ids": e["input_ids"], "attention_mask": e["attention_mask"], "labels": ids})
    options = {"train_sampling_strategy": "group_by_length"} if sampling == "group_by_length" else {}
    arguments = TrainingArguments(tempfile.mkdtemp(), learning_rate=2e-5, per_device_train_batch_size=16, num_train_epochs=1,
                                  weight_decay=0.01, save_strategy="no", report_to="none", disable_tqdm=True, seed=42, **options)
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=DataCollatorForTokenClassification(tokenizer))
    begun = time.time(); trainer.train(); seconds = time.time() - begun
    return {"speed": sum(len(r["input_ids"]) for r in rows) / seconds, "memory": memory(resource.RUSAGE_SELF)}


def read_peer(kind):
    texts = open(a.data, encoding="utf-8").read().splitlines()
    if kind.startswith("pipeline"):
        from transformers import pipeline
        read = pipeline("token-classification", a.model, aggregation_strategy="simple", batch_size=int(kind.split("-")[1]))
        begun = time.time(); read(texts); seconds = time.time() - begun
    else:
        import numpy, onnxruntime, torch
        from transformers import AutoModelForTokenClassification, AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained(a.model)
        file = os.path.join(tempfile.mkdtemp(), "model.onnx")
        model = AutoModelForTokenClassification.from_pretrained(a.model, attn_implementation="eager").eval()
        example = tokenizer(["a b c", "d"], padding=True, return_tensors="pt")
        names = ["input_ids", "attention_mask"]
        axes = {n: {0: "batch", 1: "length"} for n in names}
        torch.onnx.export(model, tuple(example[n] for n in names), file, input_names=names, output_names=["logits"],
                          dynamic_axes=axes, dynamo=False)
        options = onnxruntime.SessionOptions(); options.intra_op_num_threads = os.cpu_count()
        session = onnxruntime.InferenceSession(file, options)
        size = 1 if kind == "onnx-1" else 16
        begun = time.time()
        order = texts if size == 1 else sorted(texts, key=len)
        for at in range(0, len(order), size):
            e = tokenizer(order[at:at + size], padding=True, truncation=True, return_tensors="np")
            session.run(None, {n: e[n].astype(numpy.int64) for n in names})[0].argmax(-1)
        seconds = time.time() - begun
    return {"speed": len(texts) / seconds, "memory": memory(resource.RUSAGE_SELF)}


if a.peer:
    work, kind = a.peer.split(":")
    print(json.dumps((train_peer if work == "train" else read_peer)(kind)))
    sys.exit()

work = tempfile.mkdtemp()
def write(name, lines, between):
    path = os.path.join(work, name)
    open(path, "w", encoding="utf-8").write(between.join(lines) + "\n")
    return path
kept = blocks(os.path.join(a.data, "eng.train"), a.sentences)
train, dev = write("train.conll", kept, "\n\n"), write("dev.conll", kept[:50], "\n\n")
texts = [" ".join(line.split()[0] for line in b.splitlines() if line) for b in blocks(os.path.join(a.data, "eng.testb"), a.texts)]
read_from = write("texts.txt", texts, "\n")
trained = os.path.join(work, "trained")

def ours_training(model=a.model, data=train):
    command = [a.program, "train", "--train", data, "--dev", dev, "--model", model, "--out", trained, "--overwrite", "--epochs", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    return {"speed": last["pieces_per_second"], "memory": last["peak_memory_mb"]}

def ours_reading():
    begun = time.time()
    process = subprocess.Popen([a.program, "predict", "--model", trained, "--json", read_from], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status: sys.exit("tagwright predict failed")
    return {"speed": len(texts) / (time.time() - begun), "memory": used.ru_maxrss / 1024}

def theirs(task, kind, model, data):
    command = [sys.executable, __file__, model, data, "--peer", f"{task}:{kind}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode: sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])

def compare(task, unit, runners):
    results = {name: [] for name, _ in runners}
    for _ in range(a.rounds):
        for name, runner in runners: results[name].append(runner())
    first = None
    print(f"\n{task}")
    for name, runs in results.items():
        speeds = [r["speed"] for r in runs]
        middle = statistics.median(speeds)
        first = first or middle
        ratio = "" if name == "Tagwright" else f"   Tagwright is {first / middle:.2f} times as fast"
        print(f"  {name:34} {middle:7.0f} {unit} ({min(speeds):.0f} to {max(speeds):.0f}) {max(r['memory'] for r in runs):6.0f} MB{ratio}")

compare(f"Training, {len(kept)} sentences, batch 16", "subwords/s", [
    ("Tagwright", ours_training),
    ("Trainer, random batches", lambda: theirs("train", "random", a.model, train)),
    ("Trainer, group_by_length", lambda: theirs("train", "group_by_length", a.model, train)),
])
compare(f"Inference, {len(texts)} texts", "texts/s", [
    ("Tagwright", ours_reading),
    ("pipeline, batch 1", lambda: theirs("read", "pipeline-1", trained, read_from)),
    ("pipeline, batch 16", lambda: theirs("read", "pipeline-16", trained, read_from)),
    ("ONNX Runtime f32, batch 1", lambda: theirs("read", "onnx-1", trained, read_from)),
    ("ONNX Runtime f32, batch 16, sorted", lambda: theirs("read", "onnx-16", trained, read_from)),
])
if a.growth:
    print("\nTime and memory by the number of sentences, tiny model, one epoch (including reading and alignment of the data)")
    for copies in (1, 10, 100):
        data = write(f"grown{copies}.conll", kept[:1000] * copies, "\n\n")
        begun = time.time(); result = ours_training(a.growth, data); seconds = time.time() - begun
        print(f"  {len(kept[:1000]) * copies:7} sentences {seconds:7.1f} s  {seconds / (len(kept[:1000]) * copies) * 1e3:6.2f} ms per sentence  {result['memory']:6.0f} MB")
