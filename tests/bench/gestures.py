#!/usr/bin/env python3
"""Counts what a hand does to label the first 20 sentences of a column file, by the gestures that each program's own pages tell
(August 2026). One press of a key (with its modifiers), one click, one double click and one drag count one each.
usage: gestures.py FILE [MODEL_LABELS], where MODEL_LABELS is the same file as a model labelled it (`tagwright predict`)."""
import sys


starts = {}


def sentences(path):
    """Spans of each sentence: (first word, one past the last, label, text)."""
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
    ("doccano: drag, the label's key in the list that opens; Enter confirms, right arrow goes on", 2 * len(spans) + 2 * n),
    ("Label Studio: the label's key, drag; Ctrl+Enter submits and goes on", 2 * len(spans) + n),
    ("Prodigy: the label's key where it is another one, drag or double click; A accepts and goes on", len(spans) + switches + n),
    ("Tagwright, by hand: drag, the label's key; D is done and goes on", 2 * len(spans) + n),
    ("Tagwright, with a brush: a click on the label where it is another one, drag or double click; D", len(spans) + switches + n),
]
# Straight in the page: the words of a sentence around the current one are labelled where they stand, four before and after it in
# its document, and one key says that all up to here are done. A key goes on where the next sentence with a span is farther away.
labelled = [i for i, here in enumerate(gold) if here]
begins = sorted(at for at in starts.values() if at < n)
document = lambda sentence: sum(at <= sentence for at in begins)
on = 0
for a, b in zip([0, *labelled], [*labelled, n - 1]):
    on += -(-max(b - a - 4, 0) // 4) if document(a) == document(b) else 1 + max(b - begins[document(b) - 1] - 4, 0)
rows.append(("Tagwright, straight in the page: a click on the label where it is another one, drag or double click; Ctrl+D at the end",
             len(spans) + switches + on + 1))
# A text is labelled once, and E with Enter takes all its matches along: drag, key, E, Enter. It pays from the third on.
texts = {}
for s in spans:
    texts[s[2:]] = texts.get(s[2:], 0) + 1
alike = sum(min(2 * count, 4) for count in texts.values()) + n
rows.append(("Tagwright, with all matches at once (E, Enter) for what stands three times or more", alike))
if len(sys.argv) > 2:
    model = sentences(sys.argv[2])[:20]
    right = wrong = missed = 0
    for here, there in zip(gold, model):
        right += len(set(here) & set(there))
        wrong += len(set(there) - set(here))
        missed += len(set(here) - set(there))
    # What a person labels decides the suggestions it touches, so a wrong one costs nothing where the right span is put over it.
    over = sum(any(a[0] < b[1] and b[0] < a[1] for b in here) for here, there in zip(gold, model) for a in set(there) - set(here))
    rows.append((f"Tagwright, with suggestions ({right} right, {wrong} wrong, {missed} missing): A; X for what lies nowhere; drag and key for the missing; D", right + (wrong - over) + 2 * missed + n))
print(f"{n} sentences, {len(spans)} spans, {len(texts)} different ones")
for name, count in rows:
    print(f"{count:5}  {count / len(spans):.2f} a span  {name}")
