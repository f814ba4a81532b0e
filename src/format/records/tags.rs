//! Tokens and tags of a record that also has its text.

use super::{RecordError, RecordSpan};
use crate::corpus::scheme;
use crate::corpus::tag_notation::{parse_tag, prefix_of};
use crate::format::token_list::check_tag_count;

/// Returns the ranges of consecutive tokens in a text, in code points.
///
/// # Errors
/// Returns an error if a token is not in the text.
pub(super) fn word_places<W: AsRef<str>>(text: &str, words: &[W]) -> Result<Vec<(usize, usize)>, RecordError> {
    let (mut places, mut at, mut points) = (Vec::with_capacity(words.len()), 0, 0);
    for word in words.iter().map(AsRef::as_ref) {
        let start = text[at..].find(word).map(|i| at + i);
        let start = start.ok_or_else(|| RecordError::TokenNotInText(word.to_owned()))?;
        let first = points + text[at..start].chars().count();
        points = first + word.chars().count();
        at = start + word.len();
        places.push((first, points));
    }
    Ok(places)
}

/// Returns the spans of tags on consecutive tokens of a text.
///
/// # Errors
/// Returns an error if a token is not in the text, or if the numbers of tokens and tags differ.
pub(super) fn tagged_marks(text: &str, words: &[String], tags: &[String]) -> Result<Vec<RecordSpan>, RecordError> {
    check_tag_count(words.len(), tags.len())?;
    let mut labels = crate::corpus::LabelSet::default();
    let mut parsed = Vec::with_capacity(tags.len());
    for tag in tags {
        parsed.push(match parse_tag(tag) {
            Ok(Some((letter, name))) => Some((prefix_of(letter), labels.intern(name)?)),
            _ => None,
        });
    }
    let places = word_places(text, words)?;
    let mark = |s: &crate::corpus::TokenSpan| {
        let (start, end) = (places[s.start].0, places[s.end - 1].1);
        RecordSpan { start, end, label: labels.name(s.label).to_owned(), surface: None }
    };
    Ok(scheme::decode(&parsed).iter().map(mark).collect())
}
