//! WikiNER, and IOB files of spaCy: one sentence per line, `word|POS|tag` or `word|tag` separated by whitespace.

use crate::corpus::{Corpus, TagNotation};
use crate::format::tagged::TaggedBuilder;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};

/// Lines of tokens with their tags.
pub const WIKINER: Format = Format {
    name: "wikiner",
    description: "WikiNER: lines of word|POS|tag",
    extensions: &["iob"],
    detect: |g| {
        let (mut all, mut fitting, mut lines) = (0, 0, 0);
        for line in g.lines().take(200) {
            lines += 1;
            for part in line.split(' ').filter(|p| !p.is_empty()) {
                all += 1;
                fitting += usize::from(split(part).is_some_and(|(_, _, tag)| TagNotation::Hyphen.parse(tag).is_ok()));
            }
        }
        // A file with one token per line is a column file.
        let fits = fitting * 10 >= all * 9 && all > lines && fitting > 0;
        Detection::when(fits, Detection::STRUCTURE, "tokens followed by | and a tag")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::NONE,
};

/// Returns the token, the text between the bars, and the tag. The token can be `|`.
fn split(part: &str) -> Option<(&str, &str, &str)> {
    let (rest, tag) = part.rsplit_once('|')?;
    let (word, between) = match rest.rsplit_once('|') {
        Some((word, pos)) if !word.is_empty() => (word, pos),
        _ => (rest, ""),
    };
    (!word.is_empty()).then_some((word, between, tag))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut reader = TaggedBuilder::new(source, corpus, ReadReport::with_encoding(WIKINER, &decoded));
    for (line, text) in (1..).zip(decoded.text.lines()) {
        for (at, part) in text.split(' ').map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            let (word, between, tag) = split(part).unwrap_or((part, "", ""));
            if !between.is_empty() {
                reader.found.note_unsupported("parts of speech");
            }
            reader.push_token(word);
            reader.push_tag(tag, line, at + 1)?;
        }
        reader.end_sentence();
    }
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, "no tokens"));
    }
    Ok(reader.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_follows_last_delimiter() {
        assert_eq!(split("Anna|NN|I-PER"), Some(("Anna", "NN", "I-PER")));
        assert_eq!(split("Anna|B-PER"), Some(("Anna", "", "B-PER")));
        assert_eq!(split("||SYM|O"), Some(("|", "SYM", "O")));
        assert_eq!(split("Anna"), None);
    }
}
