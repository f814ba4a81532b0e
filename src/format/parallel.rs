//! Two parallel files: `sentences.txt` with one sentence per line, and `tags.txt` with the same number of tags per
//! line.

use super::decode::decode;
use super::tagged::TaggedBuilder;
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use crate::corpus::{Corpus, TagNotation};

/// Sentences and their tags in two files.
pub const PARALLEL: Format = Format {
    name: "parallel",
    description: "Two files: sentences.txt and tags.txt, line by line",
    extensions: &["txt"],
    detect: |g| {
        let siblings = read_tag_file(g.name, g.read_sibling)?;
        let tags = decode(&siblings.1).ok()?;
        let fits = g
            .head
            .lines()
            .zip(tags.text.lines())
            .take(50)
            .all(|(words, tags)| words.split_whitespace().count() == tags.split_whitespace().count());
        Detection::when(fits, Detection::STRUCTURE, "a tag file in the same directory has as many items per line")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::NONE,
};

/// Names of sentence files, each with the possible names of its tag file.
const NAMES: [(&str, &[&str]); 6] = [
    ("sentences.txt", &["tags.txt", "labels.txt"]),
    ("sentence.txt", &["tag.txt", "label.txt"]),
    ("words.txt", &["tags.txt", "labels.txt"]),
    ("seq.in", &["seq.out"]),
    ("source.txt", &["target.txt"]),
    ("text.txt", &["tags.txt", "labels.txt"]),
];

/// Returns the name and content of the tag file of a sentence file.
fn read_tag_file(name: &str, siblings: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<(&'static str, Vec<u8>)> {
    let (_, names) = NAMES.iter().find(|(sentences, _)| name.eq_ignore_ascii_case(sentences))?;
    names.iter().find_map(|tags| Some((*tags, siblings(tags)?)))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let (name, bytes) = read_tag_file(source.name, source.read_sibling)
        .ok_or_else(|| Problem::at(0, 0, "no tag file such as tags.txt in the same directory"))?;
    let tags = decode(&bytes).map_err(|p| Problem { message: format!("{name}: {}", p.message), ..p })?;
    let mut found = ReadReport::with_encoding(PARALLEL, &decoded);
    found.detection_notes.push(format!("tags from {name}"));
    let all: Vec<&str> = tags.text.split_whitespace().take(10_000).collect();
    let mut reader = TaggedBuilder::new(source, corpus, found);
    reader.notation = TagNotation::detect(&all).unwrap_or_default();
    let (mut words, mut tags) = ((1..).zip(decoded.text.lines()), tags.text.lines());
    loop {
        let (line, sentence, tags) = match (words.next(), tags.next()) {
            (Some((line, sentence)), tags) => (line, sentence, tags.unwrap_or("")),
            (None, Some(left)) if !left.trim().is_empty() => {
                reader.found.push_problem(0, 0, || format!("{name} has more lines than the sentence file"));
                break;
            }
            (None, _) => break,
        };
        let sentence: Vec<&str> = sentence.split_whitespace().collect();
        let tags: Vec<&str> = tags.split_whitespace().collect();
        if sentence.len() == tags.len() {
            reader.push_sentence(&sentence, &tags, line)?;
        } else {
            let (words, tags) = (sentence.len(), tags.len());
            reader.found.push_problem(line, 0, || format!("{words} tokens but {tags} tags in {name}; line not read"));
        }
    }
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, format!("no line has the same number of tokens as tags in {name}")));
    }
    Ok(reader.finish())
}
