#!/usr/bin/env python3
"""Tagwright's files through the programs they are for, and theirs through Tagwright: the same entities everywhere.

Needs datasets, spacy, argilla and seqeval (`pip install datasets spacy argilla seqeval`), and a release build.
usage: interop.py DATASET_FOLDER   (any that Tagwright opens, with a train split)
"""
import collections, json, os, subprocess, sys, tempfile

program = "target/release/tagwright"
data = sys.argv[1]


def tagwright(*arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def counts(path):
    """Entities of the train split by label, as Tagwright reads them."""
    splits = json.loads(tagwright("inspect", path, "--json"))["splits"]
    return collections.Counter({label: n for label, n in splits["train"]["labels"].items() if n})


def tell(what, found):
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
    tell(f"{format}: written and read", counts(at(format)))

from datasets import load_dataset

rows = load_dataset("parquet", data_files={"train": at("hf-parquet/train.parquet")})["train"]
names = rows.features["ner_tags"].feature.names
tell("datasets: Parquet, with its ClassLabel",
     collections.Counter(names[t][2:] for tags in rows["ner_tags"] for t in tags if names[t].startswith("B-")))
rows.to_parquet(at("train-back.parquet"))
tell("datasets: Parquet, written by it", counts(at("train-back.parquet")))
rows = load_dataset("json", data_files=at("hf-jsonl/train.jsonl"))["train"]
tell("datasets: JSON lines",
     collections.Counter(t[2:] for tags in rows["ner_tags"] for t in tags if t.startswith("B-")))

import spacy
from spacy.tokens import DocBin

vocabulary = spacy.blank("xx").vocab
docs = list(DocBin().from_disk(at("spacy/train.spacy")).get_docs(vocabulary))
tell("spaCy: DocBin", collections.Counter(e.label_ for d in docs for e in d.ents))
DocBin(docs=docs).to_disk(at("train-back.spacy"))
tell("spaCy: DocBin, written by it", counts(at("train-back.spacy")))
subprocess.run([sys.executable, "-m", "spacy", "convert", at("conll/train.conll"), work, "-c", "ner"], check=True,
               capture_output=True)
tell("spaCy: spacy convert of our columns", counts(at("train.spacy")))
pairs = json.load(open(at("spacy-json/train.json")))
blank = spacy.blank("xx")
spans = (blank.make_doc(text).char_span(s, e, label=l, alignment_mode="expand") for text, a in pairs for s, e, l in a["entities"])
tell("spaCy: training tuples", collections.Counter(s.label_ for s in spans))

import argilla

records = [argilla.Record.from_dict(record) for record in json.load(open(at("argilla/train.json")))]
tell("Argilla: Record.from_dict", collections.Counter(
    span["label"] for r in records for response in r.responses for span in response.value))

from seqeval.metrics.sequence_labeling import get_entities

for scheme in ["iob1", "iob2", "ioe1", "ioe2", "iobes", "bmes"]:
    os.makedirs(at(scheme))
    tagwright("convert", data, at(scheme), "--to", "wnut", "--scheme", scheme)
    tell(f"columns in {scheme}: written and read", counts(at(scheme)))
    sentences = [[row.rsplit("\t", 1)[1] for row in block.split("\n") if row] for block in open(at(f"{scheme}/train.tsv")).read().split("\n\n")]
    # seqeval knows no M.
    found = collections.Counter(label for tags in sentences for label, _, _ in get_entities([t.replace("M-", "I-") for t in tags]))
    tell(f"seqeval: columns in {scheme}", found)
