//! Unit by which the selection moves in text without spaces.

/// Unit by which the selection moves in text without spaces. A project stores it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelectionUnit {
    /// Characters (grapheme clusters), if the source format supports labels of parts of tokens.
    #[default]
    Character,
    /// Words of a dictionary.
    Word,
}

impl SelectionUnit {
    /// All units.
    pub const ALL: [Self; 2] = [Self::Character, Self::Word];

    /// Returns the stored value.
    pub fn id(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::Word => "word",
        }
    }

    /// Returns the unit of a stored value.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.id() == id)
    }
}
