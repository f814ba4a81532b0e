"""Generates the golden fixtures of the tests with PyTorch, transformers and seqeval.

    python make.py [OUT_DIR]        (OUT_DIR: output directory [default: the directory of this script])

Requires torch, transformers, tokenizers, seqeval, numpy, safetensors (versions.json contains the versions used).
Everything is seeded and nothing is downloaded. It takes less than a minute on two cores. README.md describes the files.
All sentences below were invented for this file.

Precision: forward.json, gradients.* and the main run of trajectory.json are float64 runs of the float32 weights in
tiny/, so they are exact values for comparison with a float32 program. pipeline.json is computed in float32, and this
script checks that its spans do not change in float64 or with noise on the logits.
"""
import copy, importlib.metadata, json, os, random, sys, warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import (AutoTokenizer, BertConfig, BertForTokenClassification, BertTokenizer,
                          DataCollatorForTokenClassification, TokenClassificationPipeline,
                          get_linear_schedule_with_warmup)
from transformers.trainer_pt_utils import get_parameter_names
from transformers.utils import logging as hf_logging

hf_logging.set_verbosity_error()
hf_logging.disable_progress_bar()
warnings.filterwarnings("ignore")
torch.set_num_threads(2)

SEED = 20240
LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
L2I = {l: i for i, l in enumerate(LABELS)}
MAX_LEN, STRIDE = 64, 16

# ---------------------------------------------------------------------------------------------- texts
# [TYPE words] is an entity. All other words are O.
FORWARD = [
    "[PER Mira Holt] walked the homer home from [LOC Port Ansel] .",
    "In [LOC Zürich] , [PER José Nuñez-Åberg] joined [ORG Café Norte] 🎉 !",
    "Nobody \u200b saw [PER Oda Brandt] \u200b at the [ORG Lantern Co-operative] ?",
    "The code [MISC " + "Qx7" * 36 + "] was longer than [ORG Tallow & Sons] 's ledger .",
    "[LOC Uppmyra]",
    "\" Wait , \" said [PER Ilse] ( [MISC Fennish] by birth ) ; [PER Tomas]'s dog-cart cost $ 4.50 / day ...",
]
TRAIN = [
    "[PER Anna Velt] opened a bakery in [LOC Grenholm] .",
    "The [ORG Halden Institute] hired [PER Rosa Quist] in May .",
    "[PER Bram] and [PER Ida Sorrel] sailed to [LOC Isla Verda] .",
    "We read the [MISC Saltmarsh Letters] on the train .",
    "[ORG Copperline Rail] cut its fares on Monday .",
    "Rain fell on [LOC Dunmere] for nine days .",
    "[PER Olek Marsh] sold the farm to [ORG Bluefin Foods] .",
    "A [MISC Verdan] choir sang at the [LOC Old Mill] .",
    "The home team lost again .",
    "[LOC North Tarn] is colder than [LOC Quillby] in June .",
    "[ORG Pellworth & Co] said it would appeal .",
    "Nobody answered when [PER Jonas] called [ORG Arden Gas] .",
    "The [MISC Harvest Cup] went to [PER Lena Ostrova] .",
    "She works for the [ORG Ministry of Tides] in [LOC Kestrel Bay] .",
    "[PER Hugo Ferré] wrote about the [MISC Amber War] .",
    "Two ships left [LOC Port Ansel] at dawn .",
    "[ORG Tin Whistle Radio] played the song twice .",
    "My sister met [PER Dr. Pia Lund] in [LOC Zürich] .",
    "Prices rose 3.5 % , said [ORG Northbank] .",
    "[MISC Fennish] is hard , but [PER Mira] speaks it .",
    "[PER Karl] left [ORG Copperline] and moved to [LOC Grenholm] with [PER Anna] .",
    "The bridge at [LOC Low Ferry] was shut .",
    "[ORG Bluefin] beat [ORG Arden] in the [MISC River League] final , 4-2 .",
    "Yes .",
]
PIPELINE = [
    "Mira Holt lives in Port Ansel.",
    "Yes.",
    "",
    " ",
    "?!...",
    "Anna's brother isn't Tomas'.",
    "The homer flew home to Zürich.",
    "José Nuñez met Åsa Öberg at Café Norte.",
    "Party at Dunmere tonight 🎉🎉 bring Ida!",
    "Thumbs 👍🏽 and a family 👩‍👩‍👧 at Quillby ☕️.",
    "Cafe\u0301 Ferre\u0301 and Zu\u0308rich, written apart.",
    "a\u0323\u0302 stack of marks over Lund",
    "First line with Rosa\r\nsecond line with Bram\r\n\r\nthird: Halden Institute",
    "One\nTwo\nThree Tarn\n",
    "\tTabbed\tPer\tLoc\t",
    "Two  spaces   three    then Kestrel Bay   ",
    "   leading blanks before Jonas",
    "سلام يا سالم",
    "Anna said سلام to Salim in Grenholm.",
    "東京 and 京 are far from Uppmyra",
    "The Ministry of Tides paid $1,204.50 on 12/06/1997 (net).",
    "North-bank, South-Bank and mid-day co-operative trains",
    "e-mail: ida.sorrel@bluefin.example",
    "https://tallow.example/home?id=42#top",
    "ALL CAPS HEADLINE ABOUT BLUEFIN",
    "all lower anna from port ansel",
    "Ω is not known, nor is ꙮ, nor Привет.",
    "zero\u200bwidth in\u200bside Hol\u200dt and \ufeffmark",
    "soft\u00adhyphen in Gren\u00adholm",
    "no\u00a0break\u00a0space between Karl\u00a0Velt and\u3000Lena",
    "“Curly quotes,” said Ilse — ‘and dashes’ – twice…",
    "Qx7" * 36 + " is one very long word by Pellworth",
    "[MASK] and [SEP] typed as words by Hugo",
    "x",
    "4-2, 3:1 and 10th place for Arden Gas FC",
    "ﬁne ligature and ½ cup for Pia",
    "O'Brannagh vs. D'Orsel & Sons, Ltd.",
    "🎉",
    "Bram Bram Bram Bram Bram Bram",
    "Dr. Pia Lund (Northbank) told Tin Whistle Radio that the Amber War, the Harvest Cup and the River League "
    "were all over by dawn.",
]
LONG_WORDS = [150, 185, 220, 270, 330, 400]  # minimum number of words of each long text
PEOPLE = ["Mira Holt", "Bram", "Ida Sorrel", "José Nuñez", "Dr. Pia Lund", "Hugo Ferré", "Olek Marsh", "Lena Ostrova"]
PLACES = ["Port Ansel", "Grenholm", "Zürich", "Kestrel Bay", "Low Ferry", "Uppmyra", "North Tarn"]
FIRMS = ["Copperline Rail", "Bluefin Foods", "the Halden Institute", "Arden Gas", "Pellworth & Co", "Café Norte"]
THINGS = ["the Amber War", "the Harvest Cup", "the Saltmarsh Letters", "the River League", "Fennish", "a Verdan choir"]
TEMPLATES = [
    "{p} came home to {l} with {n} letters about {t}.", "In {l}, {f} said that {q} had left the board.",
    "Nobody at {f} would speak of {t}, not even {p}'s brother.", "\"It rained,\" wrote {p}, \"from {l} to {k}.\"",
    "The {n}-day strike at {f} ended on Monday; {q} was glad.", "{t} was late again.",
    "They sold {n},500 tins of fish - {f}'s best year - and gave the rest to {l}.", "Why did {p} call {q}?",
    "{l} and {k} share one bridge, one mill & one ferry.", "{f} (once of {l}) hired {p} in June.",
]
NEEDED_WORDS = """the of and in to a at on for with was is it from by said that had not home homes man day days year
work works port north old low bay well all Co The In We She They My A Two Yes No One Nobody Monday June May Anna Mira
Holt Bram Ida Rosa Pia Lund Karl Hugo Lena Jonas Zürich Café Cafe Port Bay North Mill Old Low Ferry Cup War Rail Foods
Gas Radio League River Amber Institute Ministry Tides sold left met read sang wrote called hired opened joined train
farm song team dawn rain bridge letter letters sister brother line marks radio spaces""".split()
NEEDED_PIECES = """ing ed er es ly s's holm mere by tarn fin line ss en an on in or ar el st ck us ia sel wood land
ville ston ell ert ork and ish den ent ing's é ü rd ld nd th est ers rs""".split()
ACCENTED = "éèüöñåÅÖçøłß"
OTHER_CHARS = "🎉…—“”’سلامي東京"


def parse(marked):
    """'[PER A B] c' -> (['A', 'B', 'c'], ['B-PER', 'I-PER', 'O']); text directly after a bracket is a separate word."""
    words, tags, kind, first = [], [], None, False
    for w in marked.split(" "):
        if w.startswith("[") and w[1:] in ("PER", "ORG", "LOC", "MISC"):
            kind, first = w[1:], True
            continue
        tail = None
        ends = kind is not None and "]" in w
        if ends:
            w, tail = w.split("]", 1)
        words.append(w)
        tags.append("O" if kind is None else ("B-" if first else "I-") + kind)
        first = False
        if ends:
            kind = None
            if tail:
                words.append(tail)
                tags.append("O")
    return words, tags


def long_text(k, draw):
    rng, parts = random.Random(SEED + 100 * k + draw), []
    while sum(len(p.split()) for p in parts) < LONG_WORDS[k]:
        p, q = rng.sample(PEOPLE, 2)
        l, m = rng.sample(PLACES, 2)
        s = rng.choice(TEMPLATES).format(p=p, q=q, l=l, k=m, f=rng.choice(FIRMS), t=rng.choice(THINGS), n=rng.randint(2, 90))
        parts.append(s[0].upper() + s[1:])
        if k % 2 and rng.random() < 0.1:
            parts[-1] += "\r\n" if k == 3 else "\n\n"
    return " ".join(parts)


# ---------------------------------------------------------------------------------------------- output
def dump(path, value):
    """Writes ASCII JSON with one array element per line at the first two levels, if readable."""
    def enc(v):
        return json.dumps(v, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    lines = []
    for k, v in value.items():
        if isinstance(v, list) and v and isinstance(v[0], (dict, list)):
            lines.append(f"{enc(k)}:[\n" + ",\n".join(enc(x) for x in v) + "\n]")
        else:
            lines.append(f"{enc(k)}:{enc(v)}")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write("{\n" + ",\n".join(lines) + "\n}\n")


# ---------------------------------------------------------------------------------------------- tiny/
def make_tiny(out):
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    ascii_ = [chr(c) for c in range(33, 127)]
    vocab += ascii_ + ["##" + c for c in ascii_]
    vocab += list(ACCENTED) + ["##" + c for c in ACCENTED]
    vocab += list(OTHER_CHARS) + ["##" + c for c in OTHER_CHARS] + ["##\u0301", "##\u0308"]
    vocab += NEEDED_WORDS + ["##" + p for p in NEEDED_PIECES]
    vocab = list(dict.fromkeys(vocab))
    assert "homer" not in vocab
    folder = os.path.join(out, "tiny")
    os.makedirs(folder, exist_ok=True)
    tok = BertTokenizer(vocab={v: i for i, v in enumerate(vocab)}, do_lower_case=False, model_max_length=MAX_LEN)
    tok.save_pretrained(folder)
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8", newline="\n") as f:
        f.write("".join(v + "\n" for v in vocab))
    tok = AutoTokenizer.from_pretrained(folder)
    assert tok.tokenize("The homer, José") == ["The", "home", "##r", ",", "J", "##o", "##s", "##é"], tok.tokenize("The homer, José")
    assert len(tok) == len(vocab) and tok.model_max_length == MAX_LEN and tok.is_fast

    config = BertConfig(vocab_size=len(vocab), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, hidden_act="gelu", hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1,
        max_position_embeddings=MAX_LEN, type_vocab_size=2, layer_norm_eps=1e-12, pad_token_id=0,
        id2label=dict(enumerate(LABELS)), label2id=L2I)
    model = BertForTokenClassification(config).eval()
    g = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, p in model.named_parameters():
            std = 0.4 if name.endswith("word_embeddings.weight") else 0.2  # so that subwords differ
            p.copy_(torch.randn(p.shape, generator=g) * std + (1.0 if name.endswith("LayerNorm.weight") else 0.0))
        # slowly changing positions, for runs of one label
        walk = (0.12 * torch.randn((MAX_LEN, 32), generator=g)).cumsum(0)
        model.bert.embeddings.position_embeddings.weight.copy_(walk - walk.mean(0))
        # B-X and I-X have similar directions, so that runs of one type occur
        base = torch.randn((4, 32), generator=g).repeat_interleave(2, 0)
        model.classifier.weight[1:] = 0.6 * base + 0.25 * torch.randn((8, 32), generator=g)
        model.classifier.weight[0] = 0.3 * torch.randn(32, generator=g)
        # biases such that about 60% of the subwords are O, and each other label occurs
        z = []
        for t in PIPELINE + TRAIN:
            e = tok(t, truncation=True, return_tensors="pt", return_special_tokens_mask=True)
            mask = e.pop("special_tokens_mask")[0] == 0
            z.append(model(**e).logits[0][mask])
        z = torch.cat(z)
        share = torch.tensor([0.6] + [0.035, 0.065] * 4)
        shift = -z.mean(0)
        for _ in range(400):
            have = torch.bincount((z + shift).argmax(-1), minlength=9) / len(z)
            shift += 0.05 * torch.log((share + 0.01) / (have + 0.01))
        model.classifier.bias += shift.mul(100).round() / 100
    model.save_pretrained(folder)
    return folder, tok


# ---------------------------------------------------------------------------------------------- alignment
def align(tok, words, tags):
    e = tok(words, is_split_into_words=True, truncation=True)
    every, first, prev = [], [], None
    for w in e.word_ids():
        if w is None:
            every.append(-100), first.append(-100)
        else:
            label = L2I[tags[w]]
            every.append(label if w != prev or label % 2 == 0 else label + 1)
            first.append(label if w != prev else -100)
        prev = w
    return e, every, first


def batch_loss(model, batch):
    """Returns the mean cross entropy over the labels that are not -100, in the precision of the model
    (with `labels=`, the model would compute it in float32)."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return cross_entropy(logits.view(-1, len(LABELS)), batch["labels"].view(-1), ignore_index=-100)


def norms(tensors):
    return {n: t.double().norm().item() for n, t in tensors.items()}


def make_forward_and_gradients(out, folder, tok):
    model = BertForTokenClassification.from_pretrained(folder).double().eval()
    sentences, rows, least = [], [], 1e9
    for marked in FORWARD:
        words, tags = parse(marked)
        e, every, first = align(tok, words, tags)
        ids = e["input_ids"]
        assert tok.unk_token_id not in ids or max(map(len, words)) > 100
        with torch.no_grad():
            z = model(input_ids=torch.tensor([ids])).logits[0]
        top = z.topk(2).values
        least = min(least, (top[:, 0] - top[:, 1]).min().item())
        sentences.append({"words": words, "tags": tags, "input_ids": ids, "pieces": tok.convert_ids_to_tokens(ids),
            "word_ids": e.word_ids(), "labels_all": every, "labels_first": first, "logits": z.tolist()})
        rows.append((ids, every, first))
    collate = DataCollatorForTokenClassification(tok)
    losses = {}
    for key, col in (("loss_all", 1), ("loss_first", 2)):
        batch = collate([{"input_ids": r[0], "attention_mask": [1] * len(r[0]), "labels": r[col]} for r in rows])
        model.zero_grad()
        loss = batch_loss(model, batch)
        losses[key] = loss.item()
        if col == 1:
            loss.backward()
            grads = {n: p.grad.clone() for n, p in model.named_parameters()}
    dump(os.path.join(out, "forward.json"), {"labels": LABELS, **losses, "least_top_two_gap": least, "sentences": sentences})
    save_file({n: g.float().contiguous() for n, g in grads.items()}, os.path.join(out, "gradients.safetensors"))
    total = torch.sqrt(sum((g ** 2).sum() for g in grads.values())).item()
    dump(os.path.join(out, "gradients.json"), {"loss": losses["loss_all"], "global_norm": total, "norms": norms(grads)})


# ---------------------------------------------------------------------------------------------- trajectory
def make_trajectory(out, folder, tok):
    steps, warmup, lr, decay, clip = 20, 4, 1e-3, 0.01, 1.0
    data = []
    for marked in TRAIN:
        e, every, _ = align(tok, *parse(marked))
        data.append((e["input_ids"], every))
    rng, order, batches = random.Random(SEED + 2), [], []
    while len(batches) < steps:
        if len(order) < 4:
            order = rng.sample(range(len(data)), len(data))
        batches.append([order.pop() for _ in range(4)])
    collate = DataCollatorForTokenClassification(tok)

    def run(dtype):
        model = BertForTokenClassification.from_pretrained(folder).to(dtype).eval()  # eval: no dropout
        # Trainer.get_decay_parameter_names
        forbidden = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]
        decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], forbidden))
        named = list(model.named_parameters())
        opt = torch.optim.AdamW([{"params": [p for n, p in named if n in decayed], "weight_decay": decay},
            {"params": [p for n, p in named if n not in decayed], "weight_decay": 0.0}], lr=lr, betas=(0.9, 0.999), eps=1e-8)
        sched, log = get_linear_schedule_with_warmup(opt, warmup, steps), []
        for ix in batches:
            batch = collate([{"input_ids": data[i][0], "attention_mask": [1] * len(data[i][0]), "labels": data[i][1]} for i in ix])
            loss = batch_loss(model, batch)
            opt.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            used = opt.param_groups[0]["lr"]
            opt.step()
            sched.step()
            log.append({"loss": loss.item(), "grad_norm": float(norm), "lr": used})
        final = {n: {"sum": p.double().sum().item(), "l2": p.double().norm().item()} for n, p in named}
        return log, final, [n for n, _ in named if n in decayed]

    log, final, decayed = run(torch.float64)
    log32, final32, _ = run(torch.float32)
    dump(os.path.join(out, "trajectory.json"), {
        "settings": {"steps": steps, "warmup": warmup, "lr": lr, "weight_decay": decay, "max_grad_norm": clip, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        "decayed": decayed,
        "batches": [{"input_ids": [data[i][0] for i in ix], "labels": [data[i][1] for i in ix]} for ix in batches],
        "steps": log, "final": final, "steps_f32": log32, "final_f32": final32})


# ---------------------------------------------------------------------------------------------- pipeline
STRATEGIES = ["none", "simple", "first", "average", "max"]


def make_pipeline(out, folder, tok):
    model = BertForTokenClassification.from_pretrained(folder).eval()

    def pipe_of(m):
        return TokenClassificationPipeline(model=m, tokenizer=copy.deepcopy(tok), device="cpu")

    def call(pipe, text, long):
        result = {"text": text}
        for strategy in STRATEGIES[1:] if long else STRATEGIES:
            keep = []
            for e in pipe(text, aggregation_strategy=strategy, **({"stride": STRIDE} if long else {})):
                d = {k: e[k] for k in ("entity", "entity_group") if k in e}
                d["score"] = float(f"{float(e['score']):.8g}")
                d.update({k: int(e[k]) for k in ("index",) if k in e})
                d.update(word=e["word"], start=int(e["start"]), end=int(e["end"]))
                keep.append(d)
            result[strategy] = keep
        return result

    def bare(result):
        return [[{k: v for k, v in e.items() if k != "score"} for e in result[s]] for s in STRATEGIES if s in result]

    pipe = pipe_of(model)
    others = [pipe_of(copy.deepcopy(model).double())]
    for seed in range(4):
        noisy = copy.deepcopy(model)
        noisy.classifier.register_forward_hook(
            lambda m, i, o, g=torch.Generator().manual_seed(seed): o + 1e-5 * torch.randn(o.shape, generator=g))
        others.append(pipe_of(noisy))

    def firm(text, long):
        """Returns the result, or None if the spans change in float64 or with noise."""
        result = call(pipe, text, long)
        return result if all(bare(call(o, text, long)) == bare(result) for o in others) else None

    short, long = [], []
    for text in PIPELINE:
        short.append(firm(text, False))
        assert short[-1], "spans depend on rounding: " + text
    for k in range(len(LONG_WORDS)):
        draw = 0
        while True:
            text = long_text(k, draw)
            assert 150 <= len(text.split()) <= 425 and len(tok(text, truncation=False)["input_ids"]) > MAX_LEN
            result = firm(text, True)
            if result: break
            draw += 1
        long.append(result)
    dump(os.path.join(out, "pipeline.json"), {"model_max_length": MAX_LEN, "stride": STRIDE, "texts": short, "long": long})
    pieces = sum(len(tok(t, truncation=True)["input_ids"]) - 2 for t in PIPELINE)
    counts = {l: sum(e["entity"] == l for r in short for e in r["none"]) for l in LABELS[1:]}
    print("labels of the subwords of the short texts:", {"O": pieces - sum(counts.values()), **counts})


# ---------------------------------------------------------------------------------------------- seqeval
def make_seqeval(out):
    import seqeval.metrics as sm
    import seqeval.scheme as ss
    groups = [("default", a, None) for a in ("IOB1", "IOB2", "IOE", "IOBES")] + [("strict", a, a) for a in ("IOB2", "IOBES", "IOE2", "IOB1", "BILOU")]
    alphabet = {"IOB1": "BI", "IOB2": "BI", "IOE": "IE", "IOE2": "IE", "IOBES": "BIES", "BILOU": "BILU"}
    rng, types, cases = random.Random(SEED + 3), ["PER", "LOC", "ORG"], []

    def spans(n):
        found, i = [], 0
        while i < n:
            if rng.random() < 0.45:
                k = min(n - i, rng.choice([1, 1, 2, 2, 3, 4]))
                found.append((i, i + k, rng.choice(types)))
                i += k
            else:
                i += 1
        return found

    def write(found, n, scheme):
        tags = ["O"] * n
        prev = (None, None)
        for a, b, t in found:
            p = ["I"] * (b - a)
            if scheme == "IOB2" or scheme == "IOB1" and prev == (a, t): p[0] = "B"
            if scheme in ("IOE", "IOE2"): p[-1] = "E"
            if scheme in ("IOBES", "BILOU"):
                last, one = ("E", "S") if scheme == "IOBES" else ("L", "U")
                p[0], p[-1] = "B", last
                if b - a == 1: p[0] = one
            tags[a:b] = [x + "-" + t for x in p]
            prev = (b, t)
        return tags

    def spoil(tags, scheme, rate):
        return [rng.choice(["O"] + [p + "-" + t for p in alphabet[scheme] for t in types]) if rng.random() < rate else t for t in tags]

    for i in range(400):
        mode, letters, scheme = groups[i % len(groups)]
        style = rng.choice(["legal", "spoilt", "spoilt", "random"])  # how invalid the tags are
        if i < len(groups): style = "nothing"                        # one case per group without entities in y_pred,
        elif i < 2 * len(groups): style = "empty"                    # and one without entities in y_true, too
        true, pred = [], []
        for _ in range(5):
            n = rng.randint(1, 12)
            gold = spans(n)
            guess = [s for s in gold if rng.random() < 0.75]
            guess += [s for s in spans(n) if all(s[1] <= g[0] or s[0] >= g[1] for g in guess)]
            guess = sorted((a, b, rng.choice(types) if rng.random() < 0.15 else t) for a, b, t in guess)
            y, z = write(gold, n, letters), write(guess, n, letters)
            if style == "spoilt": y, z = spoil(y, letters, 0.1), spoil(z, letters, 0.15)
            if style == "random": y = spoil(y, letters, 1.0); z = [a if rng.random() < 0.5 else b for a, b in zip(y, spoil(y, letters, 1.0))]
            if style in ("nothing", "empty"): z = ["O"] * n
            if style == "empty": y = z
            true.append(y), pred.append(z)
        kw = {"mode": mode if mode == "strict" else None, "scheme": getattr(ss, scheme) if scheme else None, "zero_division": 0}
        report = sm.classification_report(true, pred, output_dict=True, **kw)
        number = lambda x: None if np.isnan(x) else float(x)  # macro average without types
        row = lambda r: [number(r["precision"]), number(r["recall"]), number(r["f1-score"]), int(r["support"])]
        per = {k: row(v) for k, v in report.items() if not k.endswith(" avg")}
        overall = [float(f(true, pred, **kw)) for f in (sm.precision_score, sm.recall_score, sm.f1_score)]
        assert overall == row(report["micro avg"])[:3]
        cases.append({"mode": mode, "alphabet": letters, "scheme": scheme,
            "y_true": "|".join(" ".join(s) for s in true), "y_pred": "|".join(" ".join(s) for s in pred),
            "overall": overall, "accuracy": float(sm.accuracy_score(true, pred)), "types": per,
            "macro": row(report["macro avg"]), "weighted": row(report["weighted avg"])})
    dump(os.path.join(out, "seqeval.json"), {"columns": ["precision", "recall", "f1", "support"], "cases": cases})


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    os.makedirs(out, exist_ok=True)
    torch.manual_seed(SEED), random.seed(SEED), np.random.seed(SEED)
    torch.use_deterministic_algorithms(True)
    folder, tok = make_tiny(out)
    make_forward_and_gradients(out, folder, tok)
    make_trajectory(out, folder, tok)
    make_pipeline(out, folder, tok)
    make_seqeval(out)
    names = ["torch", "transformers", "tokenizers", "seqeval", "numpy", "safetensors"]
    versions = {"python": sys.version.split()[0], **{n: importlib.metadata.version(n) for n in names}}
    dump(os.path.join(out, "versions.json"), versions)
    for d, _, fs in os.walk(out):
        for f in fs:
            os.chmod(os.path.join(d, f), 0o644)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(out) for f in fs)
    print("folder:", size, "bytes")


if __name__ == "__main__":
    main()
