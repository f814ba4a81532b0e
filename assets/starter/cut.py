#!/usr/bin/env python3
"""Cuts a BERT to fit into the program: its vocabulary to the first pieces, in the original order of ids (which is by
frequency in general English), and its layers to all but one.

Needs safetensors, numpy. Usage: cut.py MODEL_FOLDER TARGET_FOLDER PIECES DROPPED_LAYER (counted from 0; -1: none)

Every single character stays, alone and as a continuation (`##x`), so that a word that could be written before can be
written after: no new [UNK]. The places that the original keeps unused go first.
"""
import json, os, sys
import numpy as np
from safetensors.numpy import load_file, save_file

SOURCE, TARGET, PIECES, DROPPED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
os.makedirs(TARGET, exist_ok=True)
vocabulary = [line.rstrip("\n") for line in open(os.path.join(SOURCE, "vocab.txt"), encoding="utf-8")]

def must_stay(piece):
    bare = piece.removeprefix("##")
    return len(bare) == 1 or piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

kept = {i for i, piece in enumerate(vocabulary) if must_stay(piece)}
for i, piece in enumerate(vocabulary):
    if len(kept) >= PIECES:
        break
    if not piece.startswith("[unused"):
        kept.add(i)
order = sorted(kept)
tensors = load_file(os.path.join(SOURCE, "model.safetensors"))
for name in list(tensors):
    if name.endswith("word_embeddings.weight"):
        tensors[name] = np.ascontiguousarray(tensors[name][order])
    if name.endswith("position_ids") or name.startswith("pooler."):
        del tensors[name]
    if name.startswith("encoder.layer.") and DROPPED >= 0:
        _, _, layer, rest = name.split(".", 3)
        tensor = tensors.pop(name)
        if int(layer) != DROPPED:
            tensors[f"encoder.layer.{int(layer) - (int(layer) > DROPPED)}.{rest}"] = tensor
save_file(tensors, os.path.join(TARGET, "model.safetensors"), metadata={"format": "pt"})
new_id = {vocabulary[old]: new for new, old in enumerate(order)}
with open(os.path.join(TARGET, "vocab.txt"), "w", encoding="utf-8") as f:
    f.write("\n".join(vocabulary[i] for i in order) + "\n")
config = json.load(open(os.path.join(SOURCE, "config.json")))
config["vocab_size"] = len(order)
config["num_hidden_layers"] -= DROPPED >= 0
config["pad_token_id"] = new_id["[PAD]"]
json.dump(config, open(os.path.join(TARGET, "config.json"), "w"), indent=2)
tokenizer = json.load(open(os.path.join(SOURCE, "tokenizer.json"), encoding="utf-8"))
tokenizer["truncation"] = tokenizer["padding"] = None
tokenizer["model"]["vocab"] = new_id
for token in tokenizer["added_tokens"]:
    token["id"] = new_id[token["content"]]
post = tokenizer["post_processor"]
if "special_tokens" in post:
    for name, entry in post["special_tokens"].items():
        entry["ids"] = [new_id[t] for t in entry["tokens"]]
for side in ("cls", "sep"):
    if side in post:
        post[side][1] = new_id[post[side][0]]
json.dump(tokenizer, open(os.path.join(TARGET, "tokenizer.json"), "w", encoding="utf-8"), ensure_ascii=False)
json.dump({"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer"},
          open(os.path.join(TARGET, "tokenizer_config.json"), "w"))
print(len(order), "pieces")
