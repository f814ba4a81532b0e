//! How a tag is spelled: `B-PER`, `PER_B`, or the label alone.

use super::label::LabelId;
use super::scheme::{Prefix, Scheme, Tag};

/// How the tags of a file are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagNotation {
    /// A letter, a dash, the label: `B-PER`.
    #[default]
    Hyphen,
    /// A letter, another separator, the label: `B_PER`.
    Prefix(char),
    /// The label, a separator, a letter: `PER-B`.
    Suffix(char),
    /// The letter alone: `B`. The label is [`UNTYPED`].
    Untyped,
    /// The label alone: `PER`.
    LabelOnly,
}

/// The label of tags that have none.
pub const UNTYPED: &str = "ENT";

/// All but the usual one, in the order in which they are tried. A bare label can be anything, so it comes last.
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
    /// The notation of a column of values, if it is a column of tags: nearly all must be tags, and one must be a label.
    pub fn detect(values: &[&str]) -> Option<Self> {
        let all = || std::iter::once(Self::Hyphen).chain(ALTERNATIVES);
        let found = all().find(|n| n.matches(values))?;
        // A label alone can be anything, also a tag among broken ones.
        let half = |n: &Self| n.count_labeled(values) * 2 >= Self::LabelOnly.count_labeled(values);
        let spelled = || all().take_while(|n| *n != Self::Untyped).find(half);
        Some(if found == Self::LabelOnly { spelled().unwrap_or(found) } else { found })
    }

    /// The number of values that are tags with a label.
    fn count_labeled(self, values: &[&str]) -> usize {
        values.iter().filter(|value| matches!(self.parse(value), Ok(Some(_)))).count()
    }

    fn matches(self, values: &[&str]) -> bool {
        let parsed: Vec<_> = values.iter().filter_map(|v| self.parse(v).ok()).collect();
        let labelled = parsed.iter().flatten().count();
        let most = parsed.len() * 10 >= values.len() * 9 && labelled > 0;
        // Every word could be a bare label; but labels are few, and stand among many words without one.
        let few =
            || parsed.iter().flatten().map(|(_, name)| name).collect::<std::collections::HashSet<_>>().len() <= 64;
        let bare = || few() && (parsed.len() - labelled) * 5 >= parsed.len();
        most && (self != Self::LabelOnly || bare())
    }

    /// Splits a tag's text: `None` for `O`, else the letter in upper case and the label's name. A bare label's letter is `I`.
    ///
    /// # Errors
    /// The text itself when it is neither `O` nor a tag with a letter of B I E L S U M, in either case.
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

    /// The letter of a tag in lower case (`b-PER`, `o`); `None` where it is no tag or its letter has no case of its own.
    pub fn is_lower_case(self, text: &str) -> Option<bool> {
        self.parse(text).ok()?;
        match self {
            Self::LabelOnly => None,
            Self::Hyphen | Self::Prefix(_) | Self::Untyped => text.chars().next().map(|c| c.is_ascii_lowercase()),
            Self::Suffix(_) => text.chars().next_back().map(|c| c.is_ascii_lowercase()),
        }
    }

    /// A tag's text in `scheme`.
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

    /// An example of it: `B-PER`.
    pub fn example(self) -> String {
        self.format(Some((Prefix::B, LabelId::default())), Scheme::Iob2, |_| "PER".into())
    }
}

/// [`Notation::parse`] of the usual notation.
///
/// # Errors
/// The text itself when it is no tag.
pub fn parse_tag(text: &str) -> Result<Option<(char, &str)>, &str> {
    TagNotation::Hyphen.parse(text)
}

/// The tags that are stacked on one word: `B-ORG|B-LOC` are two, `B-A|B` is one with the label `A|B`.
pub fn stacked_tags(text: &str, notation: TagNotation) -> impl Iterator<Item = &str> {
    let is_stack = text.contains('|') && text.split('|').all(|part| notation.parse(part).is_ok());
    text.split(move |c| is_stack && c == '|')
}

/// The meaning of a prefix letter; anything unknown counts as inside.
pub fn prefix_of(letter: char) -> Prefix {
    match letter {
        'B' => Prefix::B,
        'E' | 'L' => Prefix::E,
        'S' | 'U' => Prefix::S,
        _ => Prefix::I,
    }
}

/// [`Notation::text`] of the usual notation.
pub fn format_tag(tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
    TagNotation::Hyphen.format(tag, scheme, name)
}
