//! Spelling of tags: `B-PER`, `PER_B`, or the label alone.

use super::label::LabelId;
use super::scheme::{Prefix, Scheme, Tag};

/// Notation of the tags of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagNotation {
    /// Letter, hyphen, label: `B-PER`.
    #[default]
    Hyphen,
    /// Letter, another separator, label: `B_PER`.
    Prefix(char),
    /// Label, separator, letter: `PER-B`.
    Suffix(char),
    /// Letter alone: `B`. The label is [`UNTYPED`].
    Untyped,
    /// Label alone: `PER`.
    LabelOnly,
}

/// Label of tags without a label.
pub const UNTYPED: &str = "ENT";

/// All notations except [`TagNotation::Hyphen`], in the order of detection. Any word can be a bare label, so it is
/// last.
const ALTERNATIVES: [TagNotation; 9] = [
    TagNotation::Prefix('_'),
    TagNotation::Prefix(':'),
    TagNotation::Prefix('/'),
    TagNotation::Suffix('-'),
    TagNotation::Suffix('_'),
    TagNotation::Suffix(':'),
    TagNotation::Suffix('/'),
    TagNotation::Untyped,
    TagNotation::LabelOnly,
];

impl TagNotation {
    /// Detects the notation of a column of values. At least 90 % of the values must be tags, and at least one must have
    /// a label.
    ///
    /// Returns `None` if the values are not tags.
    pub fn detect(values: &[&str]) -> Option<Self> {
        let all = || std::iter::once(Self::Hyphen).chain(ALTERNATIVES);
        let found = all().find(|n| n.matches(values))?;
        // A bare label matches any word, including valid tags among invalid ones. Prefer a notation that explains half
        // of them.
        let half = |n: &Self| n.count_labeled(values) * 2 >= Self::LabelOnly.count_labeled(values);
        let spelled = || all().take_while(|n| *n != Self::Untyped).find(half);
        Some(if found == Self::LabelOnly { spelled().unwrap_or(found) } else { found })
    }

    /// Returns the number of values that are tags with a label.
    fn count_labeled(self, values: &[&str]) -> usize {
        values.iter().filter(|value| matches!(self.parse(value), Ok(Some(_)))).count()
    }

    fn matches(self, values: &[&str]) -> bool {
        let parsed: Vec<_> = values.iter().filter_map(|v| self.parse(v).ok()).collect();
        let labeled = parsed.iter().flatten().count();
        let most = parsed.len() * 10 >= values.len() * 9 && labeled > 0;
        // Every word could be a bare label, but labels are few and most tokens are unlabeled.
        let few =
            || parsed.iter().flatten().map(|(_, name)| name).collect::<std::collections::HashSet<_>>().len() <= 64;
        let bare = || few() && (parsed.len() - labeled) * 5 >= parsed.len();
        most && (self != Self::LabelOnly || bare())
    }

    /// Parses a tag. Returns `None` for `O`, otherwise the letter in upper case and the label name. The letter of a
    /// bare label is `I`.
    ///
    /// # Errors
    /// Returns the text if it is neither `O` nor a tag. The letters of tags are B I E L S U M, in upper or lower case.
    pub fn parse(self, text: &str) -> Result<Option<(char, &str)>, &str> {
        if text == "O" || (text == "o" && self != Self::LabelOnly) {
            return Ok(None);
        }
        let (letter, name) = match self {
            Self::Hyphen => text.split_once('-').ok_or(text)?,
            Self::Prefix(separator) => text.split_once(separator).ok_or(text)?,
            Self::Suffix(separator) => text.rsplit_once(separator).map(|(name, letter)| (letter, name)).ok_or(text)?,
            Self::Untyped => (text, UNTYPED),
            Self::LabelOnly if text.starts_with(char::is_alphabetic) => ("I", text),
            Self::LabelOnly => return Err(text),
        };
        let letter = match letter.as_bytes() {
            [byte] => char::from(byte.to_ascii_uppercase()),
            _ => return Err(text),
        };
        let is_known = matches!(letter, 'B' | 'I' | 'E' | 'L' | 'S' | 'U' | 'M') && !name.is_empty();
        if is_known { Ok(Some((letter, name))) } else { Err(text) }
    }

    /// Returns true if the letter of a tag is in lower case (`b-PER`, `o`). Returns `None` for invalid tags and for
    /// bare labels.
    pub fn is_lower_case(self, text: &str) -> Option<bool> {
        self.parse(text).ok()?;
        match self {
            Self::LabelOnly => None,
            Self::Hyphen | Self::Prefix(_) | Self::Untyped => text.chars().next().map(|c| c.is_ascii_lowercase()),
            Self::Suffix(_) => text.chars().next_back().map(|c| c.is_ascii_lowercase()),
        }
    }

    /// Formats a tag in `scheme`.
    pub fn format(self, tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
        let Some((prefix, label)) = tag else { return "O".into() };
        let letter = scheme.letters().iter().find(|(p, _)| *p == prefix).map_or('I', |(_, letter)| *letter);
        match self {
            Self::Hyphen => format!("{letter}-{}", name(label)),
            Self::Prefix(separator) => format!("{letter}{separator}{}", name(label)),
            Self::Suffix(separator) => format!("{}{separator}{letter}", name(label)),
            Self::Untyped => letter.into(),
            Self::LabelOnly => name(label),
        }
    }

    /// Returns an example of the notation: `B-PER`.
    pub fn example(self) -> String {
        self.format(Some((Prefix::B, LabelId::default())), Scheme::Iob2, |_| "PER".into())
    }
}

/// Parses a tag in hyphen notation, as [`TagNotation::parse`] does.
///
/// # Errors
/// Returns the text if it is not a tag.
pub fn parse_tag(text: &str) -> Result<Option<(char, &str)>, &str> {
    TagNotation::Hyphen.parse(text)
}

/// Splits stacked tags of one token: `B-ORG|B-LOC` are two tags, `B-A|B` is one tag with the label `A|B`.
pub fn stacked_tags(text: &str, notation: TagNotation) -> impl Iterator<Item = &str> {
    let is_stack = text.contains('|') && text.split('|').all(|part| notation.parse(part).is_ok());
    text.split(move |c| is_stack && c == '|')
}

/// Returns the prefix of a letter. Unknown letters count as inside.
pub fn prefix_of(letter: char) -> Prefix {
    match letter {
        'B' => Prefix::B,
        'E' | 'L' => Prefix::E,
        'S' | 'U' => Prefix::S,
        _ => Prefix::I,
    }
}

/// Formats a tag in hyphen notation, as [`TagNotation::format`] does.
pub fn format_tag(tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
    TagNotation::Hyphen.format(tag, scheme, name)
}
