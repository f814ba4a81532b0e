"""Generates errors.json: counts of nervaluate for random gold and predicted entities.

    python make_errors.py [OUT_DIR]        (OUT_DIR: output directory [default: the directory of this script])

Requires nervaluate 1.2. In each case, an entity overlaps at most one entity of the other side. A line of the file is
"GOLD|PREDICTED|COUNTS": entities such as 0-2A (first token, token after the last one, label), and the numbers of
correct, incorrect, missed and spurious entities of the strict scheme.
"""
import json, os, random, sys
from nervaluate import Evaluator

LABELS = "ABC"


def overlaps(a, b):
    return a[0] < b[1] and b[0] < a[1]


def entities(rng, others):
    chosen = []
    for _ in range(rng.randrange(6)):
        start = rng.randrange(20)
        entity = (start, start + rng.choice([1, 1, 2, 3, 4]), rng.choice(LABELS))
        if others and rng.random() < 0.6:
            near = rng.choice(others)
            start = max(0, near[0] + rng.choice([-1, 0, 0, 0, 1]))
            end = max(start + 1, near[1] + rng.choice([-1, 0, 0, 0, 1]))
            entity = (start, end, near[2] if rng.random() < 0.7 else rng.choice(LABELS))
        if any(overlaps(entity, other) for other in chosen):
            continue
        touched = [other for other in others if overlaps(entity, other)]
        if len(touched) > 1 or any(overlaps(touched[0], mine) for mine in chosen if touched):
            continue
        chosen.append(entity)
    return sorted(chosen)


def counts(gold, predicted):
    # nervaluate counts the last token as part of the entity.
    spans = lambda found: [{"label": l, "start": s, "end": e - 1} for s, e, l in found]
    strict = Evaluator([spans(gold)], [spans(predicted)], tags=list(LABELS), loader="dict").evaluate()
    strict = strict["overall"]["strict"]
    return [strict.correct, strict.incorrect, strict.missed, strict.spurious]


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    rng = random.Random(29)
    shown = lambda found: " ".join(f"{s}-{e}{l}" for s, e, l in found)
    lines = []
    while len(lines) < 1000:
        gold = entities(rng, [])
        predicted = entities(rng, gold)
        if gold or predicted:
            numbers = " ".join(map(str, counts(gold, predicted)))
            lines.append(f"{shown(gold)}|{shown(predicted)}|{numbers}")
    with open(os.path.join(out, "errors.json"), "w") as file:
        json.dump(lines, file, indent=0)
        file.write("\n")


main()
