//! CoNLL-U: ten columns, the entity's tag in the last one (`MISC`) as `NER=B-PER`, where Universal Dependencies has no place of
//! its own for it.

use super::words::{SpansOf, Tagged, label_name, say};
use super::{Current, Format, Found, Glance, Holds, Problem, Source, Write, decode};
use crate::corpus::scheme::{self, parse_tag, tag_text};
use crate::corpus::{Corpus, Scheme, Split};
use std::fmt::Write as _;

/// CoNLL-U with tags in `MISC`.
pub const CONLLU: Format = Format {
    name: "conllu",
    what: "CoNLL-U: ten columns, the tag in MISC as NER=B-PER",
    extensions: &["conllu"],
    recognises: |g| g.extension == "conllu" || looks_like(g),
    read,
    write: Some(Write::Whole(write)),
    rewrite: Some(rewrite),
    holds: Holds { overlaps: false, text: false, documents: false, spaced_labels: false, columns: 0 },
};

const COLUMNS: usize = 10;
const MISC: usize = 9;
/// Names under which tags are found in `MISC`, the one that is written first.
const KEYS: [&str; 4] = ["NER", "NE", "name", "Entity"];

fn looks_like(glance: &Glance) -> bool {
    let mut words = glance.head.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).take(20).peekable();
    let fits = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        fields.len() == COLUMNS && (fields[MISC].contains('=') || fields[MISC] == "_")
    };
    words.peek().is_some() && words.all(fits)
}

/// A line of a sentence: a word, or something that is kept and carries no entity.
fn is_word(fields: &[&str]) -> bool {
    !fields[0].is_empty() && fields[0].bytes().all(|b| b.is_ascii_digit()) && !fields[1].trim().is_empty()
}

/// The tag in `MISC`, and the name it has there.
fn tag_of(misc: &str) -> Option<(&str, &str)> {
    misc.split('|')
        .filter_map(|p| p.split_once('='))
        .find(|(key, value)| KEYS.contains(key) && parse_tag(value).is_ok())
}

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = decode(source.bytes)?;
    let found = Found::of(CONLLU, &decoded);
    let mut reader = Tagged::new(source, corpus, found);
    let mut space = "";
    let mut first = true;
    for (line, text) in (1..).zip(decoded.text.lines()) {
        let text = text.trim_end_matches('\r');
        if text.trim().is_empty() {
            reader.end_sentence();
            first = true;
            continue;
        }
        if text.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = text.split('\t').collect();
        if fields.len() != COLUMNS {
            let has = fields.len();
            reader.found.problem(line, has, || {
                format!("expected {COLUMNS} columns but found {has}; the line is left as it is")
            });
            continue;
        }
        if !is_word(&fields) {
            if fields[1].trim().is_empty() {
                reader.found.problem(line, 2, || "the line has no word; it is left as it is".into());
            }
            continue;
        }
        reader.word_after(if first { "\n" } else { space }, fields[1]);
        reader.tag(tag_of(fields[MISC]).map_or("O", |(_, tag)| tag), line, MISC + 1);
        space = if fields[MISC].split('|').any(|p| p == "SpaceAfter=No") { "" } else { " " };
        first = false;
    }
    reader.end_sentence();
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, "there is no word; CoNLL-U has ten columns separated by tabs"));
    }
    Ok(reader.finish())
}

fn rewrite(source: &Source, current: &Current) -> Result<Vec<u8>, Problem> {
    let decoded = decode(source.bytes)?;
    let mut spans = SpansOf::new(current);
    let mut out = String::with_capacity(decoded.text.len());
    let mut block: Vec<&str> = Vec::new();
    let mut number = 0;
    let mut end = |block: &mut Vec<&str>, out: &mut String| {
        let fields =
            |l: &&str| l.trim_end_matches(['\n', '\r']).split('\t').map(str::to_owned).collect::<Vec<String>>();
        let is = |f: &[String]| f.len() == COLUMNS && is_word(&f.iter().map(String::as_str).collect::<Vec<_>>());
        let words: Vec<usize> =
            (0..block.len()).filter(|i| !block[*i].starts_with('#') && is(&fields(&block[*i]))).collect();
        let wanted = (!words.is_empty()).then(|| {
            number += 1;
            spans.of(number - 1)
        });
        let before = |i: &usize| fields(&block[*i]).pop().unwrap_or_default();
        let misc: Vec<String> = words.iter().map(before).collect();
        let tags = misc.iter().map(|misc| tag_of(misc).map_or("O", |(_, tag)| tag));
        let wanted = wanted.flatten().filter(|wanted| !say(tags, wanted, &current.corpus.labels));
        let Some(wanted) = wanted else { return block.drain(..).for_each(|l| out.push_str(l)) };
        let tags = scheme::encode(&wanted, words.len(), current.scheme);
        let name = |l| label_name(current.corpus.labels.name(l));
        let mut tags = tags.into_iter().map(|t| tag_text(t, current.scheme, name));
        for (i, line) in block.drain(..).enumerate() {
            let tag = words.binary_search(&i).is_ok().then(|| tags.next()).flatten();
            match tag {
                Some(tag) => put(out, line, &tag),
                None => out.push_str(line),
            }
        }
    };
    for line in decoded.text.split_inclusive('\n') {
        if line.trim().is_empty() {
            end(&mut block, &mut out);
            out.push_str(line);
        } else {
            block.push(line);
        }
    }
    end(&mut block, &mut out);
    decoded.encode(&out)
}

/// A word's line with this tag; as it is where it says so already.
fn put(out: &mut String, line: &str, tag: &str) {
    let body = line.trim_end_matches(['\n', '\r']);
    let Some((before, misc)) = body.rsplit_once('\t') else { return out.push_str(line) };
    let there = tag_of(misc);
    if there.map_or("O", |(_, t)| t) == tag {
        return out.push_str(line);
    }
    let key = there.map_or(KEYS[0], |(key, _)| key);
    let mut parts: Vec<String> = misc
        .split('|')
        .filter(|p| *p != "_" && p.split_once('=').is_none_or(|(k, _)| k != key))
        .map(str::to_owned)
        .collect();
    if tag != "O" {
        parts.push(format!("{key}={tag}"));
    }
    let misc = if parts.is_empty() { "_".to_owned() } else { parts.join("|") };
    let _ = write!(out, "{before}\t{misc}{}", &line[body.len()..]);
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let mut out = String::new();
    for d in corpus.documents.iter().filter(|d| split.is_none_or(|s| d.split == s)) {
        for sentence in 0..d.len() {
            let words = d.sentence(sentence);
            let text = d.sentence_text(sentence);
            if !text.contains(['\n', '\r', '\t']) {
                let _ = writeln!(out, "# text = {text}");
            }
            let tags = scheme::encode(&d.token_spans(sentence), words.len(), scheme);
            for (i, (word, tag)) in words.clone().zip(tags).enumerate() {
                let glued = word + 1 < words.end && d.tokens[word].1 == d.tokens[word + 1].0;
                let tag =
                    tag.map(|t| format!("NER={}", tag_text(Some(t), scheme, |l| label_name(corpus.labels.name(l)))));
                let misc: Vec<String> = tag.into_iter().chain(glued.then(|| "SpaceAfter=No".to_owned())).collect();
                let misc = if misc.is_empty() { "_".to_owned() } else { misc.join("|") };
                let form = super::words::on_one_line(d.token(word));
                let _ = writeln!(out, "{}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{misc}", i + 1);
            }
            out.push('\n');
        }
    }
    out.into_bytes()
}
