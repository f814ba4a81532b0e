//! How a tag is spelled: `B-PER`, `PER_B`, or the label alone.

use super::label::LabelId;
use super::scheme::{Prefix, Scheme, Tag};

/// How the tags of a file are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Notation {
    /// A letter, a dash, the label: `B-PER`.
    #[default]
    Usual,
    /// A letter, another separator, the label: `B_PER`.
    Prefix(char),
    /// The label, a separator, a letter: `PER-B`.
    Suffix(char),
    /// The letter alone: `B`. The label is [`UNTYPED`].
    Untyped,
    /// The label alone: `PER`.
    Bare,
}

/// The label of tags that have none.
pub const UNTYPED: &str = "ENT";

/// All but the usual one, in the order in which they are tried. A bare label can be anything, so it comes last.
const OTHERS: [Notation; 9] = [
    Notation::Prefix('_'),
    Notation::Prefix(':'),
    Notation::Prefix('/'),
    Notation::Suffix('-'),
    Notation::Suffix('_'),
    Notation::Suffix(':'),
    Notation::Suffix('/'),
    Notation::Untyped,
    Notation::Bare,
];

impl Notation {
    /// The notation of a column of values, if it is a column of tags: nearly all must be tags, and one must be a label.
    pub fn of(values: &[&str]) -> Option<Self> {
        let all = || std::iter::once(Self::Usual).chain(OTHERS);
        let found = all().find(|n| n.explains(values))?;
        // A label alone can be anything, also a tag among broken ones.
        let half = |n: &Self| n.labeled(values) * 2 >= Self::Bare.labeled(values);
        let spelled = || all().take_while(|n| *n != Self::Untyped).find(half);
        Some(if found == Self::Bare { spelled().unwrap_or(found) } else { found })
    }

    /// The number of values that are tags with a label.
    fn labeled(self, values: &[&str]) -> usize {
        values.iter().filter(|value| matches!(self.parse(value), Ok(Some(_)))).count()
    }

    fn explains(self, values: &[&str]) -> bool {
        let parsed: Vec<_> = values.iter().filter_map(|v| self.parse(v).ok()).collect();
        let labelled = parsed.iter().flatten().count();
        let most = parsed.len() * 10 >= values.len() * 9 && labelled > 0;
        // Every word could be a bare label; but labels are few, and stand among many words without one.
        let few =
            || parsed.iter().flatten().map(|(_, name)| name).collect::<std::collections::HashSet<_>>().len() <= 64;
        let bare = || few() && (parsed.len() - labelled) * 5 >= parsed.len();
        most && (self != Self::Bare || bare())
    }

    /// Splits a tag's text: `None` for `O`, else the letter in upper case and the label's name. A bare label's letter is `I`.
    ///
    /// # Errors
    /// The text itself when it is neither `O` nor a tag with a letter of B I E L S U M, in either case.
    pub fn parse(self, text: &str) -> Result<Option<(char, &str)>, &str> {
        if text == "O" || (text == "o" && self != Self::Bare) {
            return Ok(None);
        }
        let (letter, name) = match self {
            Self::Usual => text.split_once('-').ok_or(text)?,
            Self::Prefix(separator) => text.split_once(separator).ok_or(text)?,
            Self::Suffix(separator) => text.rsplit_once(separator).map(|(name, letter)| (letter, name)).ok_or(text)?,
            Self::Untyped => (text, UNTYPED),
            Self::Bare if text.starts_with(char::is_alphabetic) => ("I", text),
            Self::Bare => return Err(text),
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
            Self::Bare => None,
            Self::Usual | Self::Prefix(_) | Self::Untyped => text.chars().next().map(|c| c.is_ascii_lowercase()),
            Self::Suffix(_) => text.chars().next_back().map(|c| c.is_ascii_lowercase()),
        }
    }

    /// A tag's text in `scheme`.
    pub fn text(self, tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
        let Some((prefix, label)) = tag else { return "O".into() };
        let letter = scheme.letters().iter().find(|(p, _)| *p == prefix).map_or('I', |(_, letter)| *letter);
        match self {
            Self::Usual => format!("{letter}-{}", name(label)),
            Self::Prefix(separator) => format!("{letter}{separator}{}", name(label)),
            Self::Suffix(separator) => format!("{}{separator}{letter}", name(label)),
            Self::Untyped => letter.into(),
            Self::Bare => name(label),
        }
    }

    /// An example of it: `B-PER`.
    pub fn example(self) -> String {
        self.text(Some((Prefix::B, LabelId::default())), Scheme::Iob2, |_| "PER".into())
    }
}

/// [`Notation::parse`] of the usual notation.
///
/// # Errors
/// The text itself when it is no tag.
pub fn parse_tag(text: &str) -> Result<Option<(char, &str)>, &str> {
    Notation::Usual.parse(text)
}

/// The tags that are stacked on one word: `B-ORG|B-LOC` are two, `B-A|B` is one with the label `A|B`.
pub fn tag_parts(text: &str, notation: Notation) -> impl Iterator<Item = &str> {
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
pub fn tag_text(tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
    Notation::Usual.text(tag, scheme, name)
}
