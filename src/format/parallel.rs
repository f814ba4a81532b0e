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
        let beside = tags_beside(g.name, g.read_sibling)?;
        let tags = decode(&beside.1).ok()?;
        let fits = g
            .head
            .lines()
            .zip(tags.text.lines())
            .take(50)
            .all(|(words, tags)| words.split_whitespace().count() == tags.split_whitespace().count());
        Detection::when(fits, Detection::STRUCTURE, "a file of tags beside it has as many in each line")
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
fn tags_beside(name: &str, beside: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<(&'static str, Vec<u8>)> {
    let (_, names) = NAMES.iter().find(|(sentences, _)| name.eq_ignore_ascii_case(sentences))?;
    names.iter().find_map(|tags| Some((*tags, beside(tags)?)))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let (name, bytes) = tags_beside(source.name, source.read_sibling)
        .ok_or_else(|| Problem::at(0, 0, "there is no file of tags beside it, such as tags.txt"))?;
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
                reader.found.push_problem(0, 0, || format!("{name} has more lines than the sentences"));
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
            reader
                .found
                .push_problem(line, 0, || format!("{words} words have {tags} tags in {name}; the line is not read"));
        }
    }
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, format!("no line has as many words as {name} has tags")));
    }
    Ok(reader.finish())
}
