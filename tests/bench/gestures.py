#!/usr/bin/env python3
"""Counts the user actions for labeling the first 20 sentences of a column file, by the documentation of each program
(August 2026). A key press (with modifiers), a click, a double click and a drag count as one action each.
Usage: gestures.py FILE [MODEL_LABELS], where MODEL_LABELS is the same file with predicted labels (`tagwright predict`)."""
import sys


starts = {}


def sentences(path):
    """Returns the spans of each sentence: (first token, end token, label, text). The end is exclusive."""
    found, words, tags, documents = [], [], [], 0
    for line in [*open(path, encoding="utf-8"), "\n"]:
        parts = line.split()
        documents += line.startswith("-DOCSTART-")
        if parts and not line.startswith("-DOCSTART-"):
            words.append(parts[0])
            tags.append(parts[-1])
        elif words:
            spans, start = [], None
            for i, tag in enumerate([*tags, "O"]):
                if start is not None and (not tag.startswith("I-")):
                    spans.append((start, i, tags[start][2:], " ".join(words[start:i])))
                    start = None
                if tag.startswith("B-"):
                    start = i
            found.append(spans)
            starts.setdefault(documents, len(found) - 1)
            words, tags = [], []
    return found


gold = sentences(sys.argv[1])[:20]
spans = [s for sentence in gold for s in sentence]
switches = sum(a[2] != b[2] for a, b in zip(spans, spans[1:])) + 1
n = len(gold)
rows = [
    ("doccano: drag, label key in the list that opens; Enter confirms, right arrow opens the next sentence", 2 * len(spans) + 2 * n),
    ("Label Studio: label key, drag; Ctrl+Enter submits and opens the next sentence", 2 * len(spans) + n),
    ("Prodigy: label key if the label changes, drag or double click; A accepts and opens the next sentence", len(spans) + switches + n),
    ("Tagwright, label by label: drag, label key; D marks as done and opens the next sentence", 2 * len(spans) + n),
    ("Tagwright, with a brush: click on the label if it changes, drag or double click; D", len(spans) + switches + n),
]
# In the page: four sentences before and after the current one in its document can be labeled directly, and one key marks all
# up to here as done. One key press is needed if the next sentence with a span is farther away.
labeled = [i for i, here in enumerate(gold) if here]
begins = sorted(at for at in starts.values() if at < n)
document = lambda sentence: sum(at <= sentence for at in begins)
on = 0
for a, b in zip([0, *labeled], [*labeled, n - 1]):
    on += -(-max(b - a - 4, 0) // 4) if document(a) == document(b) else 1 + max(b - begins[document(b) - 1] - 4, 0)
rows.append(("Tagwright, directly in the page: click on the label if it changes, drag or double click; Ctrl+D at the end",
             len(spans) + switches + on + 1))
# A text is labeled once, and E with Enter labels all its matches: drag, key, E, Enter. It saves actions from three matches on.
texts = {}
for s in spans:
    texts[s[2:]] = texts.get(s[2:], 0) + 1
alike = sum(min(2 * count, 4) for count in texts.values()) + n
rows.append(("Tagwright, all matches at once (E, Enter) for texts with three or more occurrences", alike))
if len(sys.argv) > 2:
    model = sentences(sys.argv[2])[:20]
    right = wrong = missed = 0
    for here, there in zip(gold, model):
        right += len(set(here) & set(there))
        wrong += len(set(there) - set(here))
        missed += len(set(here) - set(there))
    # A new label removes overlapping suggestions, so a wrong suggestion costs nothing if the correct span overlaps it.
    over = sum(any(a[0] < b[1] and b[0] < a[1] for b in here) for here, there in zip(gold, model) for a in set(there) - set(here))
    rows.append((f"Tagwright, with suggestions ({right} right, {wrong} wrong, {missed} missing): A; X for wrong ones without overlap; drag and key for missing ones; D", right + (wrong - over) + 2 * missed + n))
print(f"{n} sentences, {len(spans)} spans, {len(texts)} different texts")
for name, count in rows:
    print(f"{count:5}  {count / len(spans):.2f} per span  {name}")
