#!/usr/bin/env python3
"""Tagwright's training beside transformers' Trainer: the same base, sentences, batch and recipe, alternately in one run.

Needs torch, transformers, accelerate, and a release build.
usage: train.py MODEL_FOLDER TRAIN_FILE [--sentences 2000] [--rounds 2] [--program target/release/tagwright]
Prints real pieces a second (special ones included, padding excluded), peak memory, and the ratios.
"""
import argparse, json, os, resource, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("model"); parser.add_argument("train")
parser.add_argument("--sentences", type=int, default=2000); parser.add_argument("--rounds", type=int, default=2)
parser.add_argument("--program", default="target/release/tagwright")
parser.add_argument("--peer", choices=["random", "group_by_length"], help=argparse.SUPPRESS)
a = parser.parse_args()

def peer(sampling):
    import torch
    from transformers import (AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer,
                              TrainingArguments, set_seed)
    set_seed(42)
    sentences, words, tags = [], [], []
    for line in open(a.train, encoding="utf-8"):
        if line.strip() and not line.startswith("-DOCSTART-"):
            fields = line.split(); words.append(fields[0]); tags.append(fields[-1])
        elif words:
            sentences.append((words, tags)); words, tags = [], []
    if words: sentences.append((words, tags))
    labels = sorted({t for _, ts in sentences for t in ts})
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model = AutoModelForTokenClassification.from_pretrained(a.model, num_labels=len(labels))
    rows = []
    for words, tags in sentences:
        e = tokenizer(words, is_split_into_words=True, truncation=True, max_length=128)
        ids = [-100 if w is None else labels.index(tags[w]) for w in e.word_ids()]
        rows.append({"input_ids": e["input_ids"], "attention_mask": e["attention_mask"], "labels": ids})
    options = {"train_sampling_strategy": "group_by_length"} if sampling == "group_by_length" else {}
    arguments = TrainingArguments(tempfile.mkdtemp(), learning_rate=2e-5, per_device_train_batch_size=16, num_train_epochs=1,
                                  weight_decay=0.01, save_strategy="no", report_to="none", disable_tqdm=True, seed=42, **options)
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=DataCollatorForTokenClassification(tokenizer))
    begun = time.time(); trainer.train(); seconds = time.time() - begun
    pieces = sum(len(r["input_ids"]) for r in rows)
    print(json.dumps({"speed": pieces / seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                      "threads": torch.get_num_threads(), "torch": torch.__version__}))

if a.peer:
    sys.exit(peer(a.peer))

work = tempfile.mkdtemp()
part = os.path.join(work, "train.conll")
kept, count = [], 0
for block in open(a.train, encoding="utf-8").read().split("\n\n"):
    if block.strip() and not block.startswith("-DOCSTART-"):
        kept.append(block); count += 1
    if count == a.sentences: break
open(part, "w", encoding="utf-8").write("\n\n".join(kept) + "\n")
dev = os.path.join(work, "dev.conll")
open(dev, "w", encoding="utf-8").write("\n\n".join(kept[:50]) + "\n")

def ours(round_number):
    out = os.path.join(work, f"out{round_number}")
    done = subprocess.run([a.program, "train", "--train", part, "--dev", dev, "--model", a.model, "--out", out, "--epochs", "1",
                           "--json"], capture_output=True, text=True, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    return {"speed": last["pieces_per_second"], "memory": last["peak_memory_mb"]}

def theirs(sampling):
    done = subprocess.run([sys.executable, __file__, a.model, part, "--peer", sampling], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])

results = {"tagwright": [], "random": [], "group_by_length": []}
for n in range(a.rounds):
    results["tagwright"].append(ours(n))
    for sampling in ("random", "group_by_length"):
        results[sampling].append(theirs(sampling))
for name, runs in results.items():
    speeds = [r["speed"] for r in runs]
    print(f"{name:16} {sum(speeds) / len(speeds):8.0f} pieces/s  ({min(speeds):.0f} to {max(speeds):.0f})  {max(r['memory'] for r in runs):6.0f} MB")
mean = lambda name: sum(r["speed"] for r in results[name]) / a.rounds
for name in ("random", "group_by_length"):
    print(f"tagwright / Trainer, {name}: {mean('tagwright') / mean(name):.2f}")
