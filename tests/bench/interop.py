#!/usr/bin/env python3
"""Interoperability check: other programs read the files of Tagwright, and Tagwright reads theirs, with the same entities.

Requires datasets, spacy, argilla and seqeval (`pip install datasets spacy argilla seqeval`), and a release build.
Usage: interop.py DATASET_FOLDER   (any dataset that Tagwright can open, with a train split)
"""
import collections, json, os, subprocess, sys, tempfile

program = "target/release/tagwright"
data = sys.argv[1]


def tagwright(*arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def counts(path):
    """Returns the number of entities of the train split by label, as read by Tagwright."""
    splits = json.loads(tagwright("inspect", path, "--json"))["splits"]
    return collections.Counter({label: n for label, n in splits["train"]["labels"].items() if n})


def report(what, found):
    print(f"{what:<44} {'the same' if found == expected else f'{dict(found)} instead of {dict(expected)}'}")
    assert found == expected, what


expected = counts(data)
work = tempfile.mkdtemp()
at = lambda name: os.path.join(work, name)
endings = {"hf-parquet": "parquet", "hf-jsonl": "jsonl", "spacy": "spacy", "doccano": "jsonl", "label-studio": "json",
           "prodigy": "jsonl", "spacy-json": "json", "conllu": "conllu", "conll": "conll", "wnut": "tsv", "gmb": "csv",
           "argilla": "json", "brat": "ann", "webanno-tsv": "tsv"}
for format, ending in endings.items():
    os.makedirs(at(format))
    tagwright("convert", data, at(format), "--to", format, "--scheme", "iob2")
    report(f"{format}: written and read", counts(at(format)))

from datasets import load_dataset

rows = load_dataset("parquet", data_files={"train": at("hf-parquet/train.parquet")})["train"]
names = rows.features["ner_tags"].feature.names
report("datasets: Parquet, with its ClassLabel",
     collections.Counter(names[t][2:] for tags in rows["ner_tags"] for t in tags if names[t].startswith("B-")))
rows.to_parquet(at("train-back.parquet"))
report("datasets: Parquet, written by it", counts(at("train-back.parquet")))
rows = load_dataset("json", data_files=at("hf-jsonl/train.jsonl"))["train"]
report("datasets: JSON lines",
     collections.Counter(t[2:] for tags in rows["ner_tags"] for t in tags if t.startswith("B-")))

import spacy
from spacy.tokens import DocBin

vocabulary = spacy.blank("xx").vocab
docs = list(DocBin().from_disk(at("spacy/train.spacy")).get_docs(vocabulary))
report("spaCy: DocBin", collections.Counter(e.label_ for d in docs for e in d.ents))
DocBin(docs=docs).to_disk(at("train-back.spacy"))
report("spaCy: DocBin, written by it", counts(at("train-back.spacy")))
subprocess.run([sys.executable, "-m", "spacy", "convert", at("conll/train.conll"), work, "-c", "ner"], check=True,
               capture_output=True)
report("spaCy: spacy convert of our columns", counts(at("train.spacy")))
pairs = json.load(open(at("spacy-json/train.json")))
blank = spacy.blank("xx")
spans = (blank.make_doc(text).char_span(s, e, label=l, alignment_mode="expand") for text, a in pairs for s, e, l in a["entities"])
report("spaCy: training tuples", collections.Counter(s.label_ for s in spans))

import argilla

records = [argilla.Record.from_dict(record) for record in json.load(open(at("argilla/train.json")))]
report("Argilla: Record.from_dict", collections.Counter(
    span["label"] for r in records for response in r.responses for span in response.value))

from seqeval.metrics.sequence_labeling import get_entities

for scheme in ["iob1", "iob2", "ioe1", "ioe2", "iobes", "bmes"]:
    os.makedirs(at(scheme))
    tagwright("convert", data, at(scheme), "--to", "wnut", "--scheme", scheme)
    report(f"columns in {scheme}: written and read", counts(at(scheme)))
    sentences = [[row.rsplit("\t", 1)[1] for row in block.split("\n") if row] for block in open(at(f"{scheme}/train.tsv")).read().split("\n\n")]
    # seqeval does not support M.
    found = collections.Counter(label for tags in sentences for label, _, _ in get_entities([t.replace("M-", "I-") for t in tags]))
    report(f"seqeval: columns in {scheme}", found)
