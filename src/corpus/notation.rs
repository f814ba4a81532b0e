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
    /// The label alone: `PER`.
    Bare,
}

/// All but the usual one, in the order in which they are tried. A bare label can be anything, so it comes last.
const OTHERS: [Notation; 8] = [
    Notation::Prefix('_'),
    Notation::Prefix(':'),
    Notation::Prefix('/'),
    Notation::Suffix('-'),
    Notation::Suffix('_'),
    Notation::Suffix(':'),
    Notation::Suffix('/'),
    Notation::Bare,
];

impl Notation {
    /// The notation of a column of values, if it is a column of tags: nearly all must be tags, and one must be a label.
    pub fn of(values: &[&str]) -> Option<Self> {
        std::iter::once(Self::Usual).chain(OTHERS).find(|n| n.explains(values))
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

    /// Splits a tag's text: `None` for `O`, else the letter and the label's name. A bare label's letter is `I`.
    ///
    /// # Errors
    /// The text itself when it is neither `O` nor a tag with a letter of B I E L S U M.
    pub fn parse(self, text: &str) -> Result<Option<(char, &str)>, &str> {
        if text == "O" {
            return Ok(None);
        }
        let (letter, name) = match self {
            Self::Usual => text.split_once('-').ok_or(text)?,
            Self::Prefix(separator) => text.split_once(separator).ok_or(text)?,
            Self::Suffix(separator) => text.rsplit_once(separator).map(|(name, letter)| (letter, name)).ok_or(text)?,
            Self::Bare if text.starts_with(char::is_alphabetic) => ("I", text),
            Self::Bare => return Err(text),
        };
        match letter {
            "B" | "I" | "E" | "L" | "S" | "U" | "M" if !name.is_empty() => {
                Ok(Some((letter.chars().next().unwrap_or('I'), name)))
            }
            _ => Err(text),
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
