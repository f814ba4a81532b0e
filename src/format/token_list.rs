//! Checks of lists of tokens and tags, shared by the formats that have them.

use super::record_error::RecordError;

/// Checks that a list has tokens and that none of them is empty.
///
/// # Errors
/// Returns an error with the first empty token, or for an empty list.
pub(super) fn check_tokens<W: AsRef<str>>(words: &[W]) -> Result<(), RecordError> {
    match words.iter().position(|word| word.as_ref().trim().is_empty()) {
        Some(empty) => Err(RecordError::EmptyToken(empty + 1)),
        None if words.is_empty() => Err(RecordError::NoTokens),
        None => Ok(()),
    }
}

/// Checks that there is one tag for each token.
///
/// # Errors
/// Returns an error with both counts.
pub(super) fn check_tag_count(tokens: usize, tags: usize) -> Result<(), RecordError> {
    if tokens == tags { Ok(()) } else { Err(RecordError::TagCount { tokens, tags }) }
}

/// Returns the name of the tag with this number.
///
/// # Errors
/// Returns an error if the names, or the name for this number, are missing.
pub(super) fn tag_name(names: Option<&[String]>, id: impl Into<i128>) -> Result<&str, RecordError> {
    let id = id.into();
    let names = names.ok_or(RecordError::NoTagNames)?;
    let name = usize::try_from(id).ok().and_then(|id| names.get(id)).filter(|name| !name.is_empty());
    name.map(String::as_str).ok_or(RecordError::UnknownTagId { id, known: names.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_tokens() {
        let check = |words: &[&str], expected: Result<(), RecordError>| assert_eq!(check_tokens(words), expected);
        check(&["a", "b"], Ok(()));
        check(&["a", " ", ""], Err(RecordError::EmptyToken(2)));
        check(&[], Err(RecordError::NoTokens));
    }

    #[test]
    fn finds_names_of_tags() {
        let names = ["O".to_owned(), String::new(), "B-PER".to_owned()];
        let check = |id: i64, expected: Option<&str>| assert_eq!(tag_name(Some(&names), id).ok(), expected, "{id}");
        check(0, Some("O"));
        check(1, None);
        check(2, Some("B-PER"));
        check(3, None);
        check(-1, None);
        assert_eq!(tag_name(None, 0i64), Err(RecordError::NoTagNames));
    }
}
