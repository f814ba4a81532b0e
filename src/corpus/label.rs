//! Labels are entity types: PER, ORG. A tag such as `B-PER` encodes a label on one token.

use std::collections::{HashMap, HashSet};

/// Index of a label in its [`LabelSet`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(u16);

impl LabelId {
    /// Maximum number of labels of a corpus.
    pub const MAX_COUNT: usize = 1 << 16;

    /// Creates the id of the label at this index.
    pub const fn new(index: u16) -> Self {
        Self(index)
    }

    /// Returns the id of the previous label. For the first label, returns the same id.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Returns the id of the next label. For the highest possible id, returns the same id.
    #[must_use]
    pub const fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the index as a number.
    pub const fn index(self) -> u16 {
        self.0
    }
}

impl From<LabelId> for usize {
    fn from(id: LabelId) -> Self {
        Self::from(id.0)
    }
}

impl From<LabelId> for u64 {
    fn from(id: LabelId) -> Self {
        Self::from(id.0)
    }
}

impl TryFrom<usize> for LabelId {
    type Error = TooManyLabels;

    fn try_from(index: usize) -> Result<Self, TooManyLabels> {
        u16::try_from(index).map(Self).map_err(|_| TooManyLabels)
    }
}

/// Error: the data has more labels than [`LabelId::MAX_COUNT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyLabels;

impl std::fmt::Display for TooManyLabels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "more than {} distinct labels, the limit of a dataset; \
             check that the tag column is correct, or merge labels first",
            LabelId::MAX_COUNT
        )
    }
}

impl std::error::Error for TooManyLabels {}

/// Label order of CoNLL-2003 on Hugging Face and in the default recipe.
const CONLL_ORDER: [&str; 4] = ["PER", "ORG", "LOC", "MISC"];

/// Entity type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Label name without prefix, for example `PER`.
    pub name: String,
    /// Index of the label color in the theme, below [`Label::NUM_COLORS`].
    pub color: u8,
    /// Shortcut letter, A to Z, that the user set.
    pub shortcut: Option<char>,
}

/// Separators of the levels of a name such as `LOC.city`.
const HIERARCHY_SEPARATORS: [char; 3] = ['.', '/', ':'];

impl Label {
    /// Number of label colors of the theme. [`Label::color`] is below it.
    pub const NUM_COLORS: u8 = 24;

    /// Returns the name of the parent and of the leaf: `LOC` and `city` for `LOC.city`. A flat name has no parent.
    pub fn parent_and_leaf(&self) -> (Option<&str>, &str) {
        let parted =
            self.name.rsplit_once(HIERARCHY_SEPARATORS).filter(|(group, own)| !group.is_empty() && !own.is_empty());
        parted.map_or((None, &self.name), |(group, own)| (Some(group), own))
    }

    /// Returns the number of parent levels: 1 for `LOC.city`.
    pub fn depth(&self) -> usize {
        self.parent_and_leaf().0.map_or(0, |group| group.matches(HIERARCHY_SEPARATORS).count() + 1)
    }
}

/// Entity types of a corpus in display order. The position determines the id and the key (1 to 9).
#[derive(Clone, Debug, Default)]
pub struct LabelSet {
    list: Vec<Label>,
    /// Id of the first label with each name.
    by_name: HashMap<String, LabelId>,
}

impl PartialEq for LabelSet {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for LabelSet {}

impl LabelSet {
    /// Returns the id of `name`; appends the label if it is new.
    ///
    /// # Errors
    /// Returns an error if the set contains [`LabelId::MAX_COUNT`] labels already.
    pub fn intern(&mut self, name: &str) -> Result<LabelId, TooManyLabels> {
        match self.id(name) {
            Some(id) => Ok(id),
            None => self.push(self.new_label(name)),
        }
    }

    /// Returns a label with this name and the next free color, without adding it.
    pub fn new_label(&self, name: &str) -> Label {
        Label { name: name.to_owned(), color: self.next_free_color(), shortcut: None }
    }

    /// Appends a label.
    ///
    /// # Errors
    /// Returns an error if the set contains [`LabelId::MAX_COUNT`] labels already.
    pub fn push(&mut self, label: Label) -> Result<LabelId, TooManyLabels> {
        let id = LabelId::try_from(self.list.len())?;
        self.by_name.entry(label.name.clone()).or_insert(id);
        self.list.push(label);
        Ok(id)
    }

    /// Removes the last label: the inverse of [`LabelSet::push`].
    pub fn pop(&mut self) -> Option<Label> {
        let label = self.list.pop()?;
        if self.by_name.get(&label.name).is_some_and(|id| usize::from(*id) == self.list.len()) {
            self.by_name.remove(&label.name);
        }
        Some(label)
    }

    /// Removes a label. The ids of later labels decrease by one.
    pub fn remove(&mut self, id: LabelId) -> Option<Label> {
        let label = (usize::from(id) < self.list.len()).then(|| self.list.remove(usize::from(id)))?;
        self.rebuild_index();
        Some(label)
    }

    /// Inserts a label at `id`, which must not exceed the number of labels. The ids of later labels increase by one.
    ///
    /// # Errors
    /// Returns an error if the set contains [`LabelId::MAX_COUNT`] labels already.
    pub fn insert(&mut self, id: LabelId, label: Label) -> Result<(), TooManyLabels> {
        LabelId::try_from(self.list.len())?;
        self.list.insert(usize::from(id), label);
        self.rebuild_index();
        Ok(())
    }

    /// Replaces a label. Returns false if no label has this id.
    pub fn set(&mut self, id: LabelId, label: Label) -> bool {
        let Some(there) = self.list.get_mut(usize::from(id)) else { return false };
        *there = label;
        self.rebuild_index();
        true
    }

    /// Rebuilds the index from names to ids.
    fn rebuild_index(&mut self) {
        self.by_name.clear();
        for (id, label) in (0..=u16::MAX).map(LabelId).zip(&self.list) {
            self.by_name.entry(label.name.clone()).or_insert(id);
        }
    }

    /// Returns the first unused color, or the next color in turn if all are used.
    pub fn next_free_color(&self) -> u8 {
        let free = (0..Label::NUM_COLORS).find(|c| self.list.iter().all(|l| l.color != *c));
        free.unwrap_or_else(|| color_in_turn(self.list.len()))
    }

    /// Returns the id of `name`.
    pub fn id(&self, name: &str) -> Option<LabelId> {
        self.by_name.get(name).copied()
    }

    /// Returns the label with this id.
    pub fn get(&self, id: LabelId) -> Option<&Label> {
        self.list.get(usize::from(id))
    }

    /// Returns the name of the label with this id, or `?` if the id is unknown.
    pub fn name(&self, id: LabelId) -> &str {
        self.get(id).map_or("?", |l| &l.name)
    }

    /// Iterates over all labels in order.
    pub fn iter(&self) -> impl Iterator<Item = (LabelId, &Label)> {
        (0..=u16::MAX).map(LabelId).zip(&self.list)
    }

    /// Returns the names of all labels in order.
    pub fn names(&self) -> Vec<String> {
        self.list.iter().map(|l| l.name.clone()).collect()
    }

    /// Returns the number of labels.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns true if there are no labels.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the shortcut letter of each label.
    ///
    /// This is its own letter or, without one, the first letter (A to Z) of its name that no other label uses. If two
    /// labels have the same letter, the first one keeps it.
    pub fn effective_shortcuts(&self) -> Vec<Option<char>> {
        let mut taken = HashSet::new();
        let own = self.list.iter().map(|label| label.shortcut.filter(|letter| taken.insert(*letter)));
        let mut letters: Vec<Option<char>> = own.collect();
        for (letter, label) in letters.iter_mut().zip(&self.list).filter(|(letter, _)| letter.is_none()) {
            let of_name = label.name.chars().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_uppercase);
            *letter = of_name.into_iter().find(|c| taken.insert(*c));
        }
        letters
    }

    /// Sorts PER, ORG, LOC and MISC before all other labels, which keep their order. Assigns colors in this order.
    ///
    /// Returns the new id of each old id.
    pub fn sort_conll_first(&mut self) -> Vec<LabelId> {
        let rank = |name: &str| CONLL_ORDER.iter().position(|b| *b == name).unwrap_or(CONLL_ORDER.len());
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by_key(|&i| rank(&self.list[i].name));
        let mut new_id = vec![LabelId::default(); order.len()];
        for (new, &old) in (0..=u16::MAX).map(LabelId).zip(&order) {
            new_id[old] = new;
        }
        self.list = order.iter().map(|&old| self.list[old].clone()).collect();
        for (i, label) in self.list.iter_mut().enumerate() {
            label.color = color_in_turn(i);
        }
        self.rebuild_index();
        new_id
    }
}

/// Returns the color of the label at an index if colors are assigned in turn.
fn color_in_turn(index: usize) -> u8 {
    (0..Label::NUM_COLORS).cycle().nth(index % usize::from(Label::NUM_COLORS)).unwrap_or_default()
}

/// Reason why a text cannot be the name of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelNameError {
    /// The text is empty.
    Empty,
    /// The text contains whitespace or control characters.
    Whitespace,
    /// The text is the tag of tokens without a label.
    Outside,
}

impl LabelNameError {
    /// Returns the English message.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "the label name is empty",
            Self::Whitespace => "the label name contains whitespace or control characters; use a single word",
            Self::Outside => "O is the tag of tokens without a label; use another label name",
        }
    }
}

impl std::fmt::Display for LabelNameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for LabelNameError {}

/// Checks that `name` can be part of a tag: not empty, no white space or control characters, not `O`.
///
/// # Errors
/// Returns the reason if it cannot.
pub fn validate_label_name(name: &str) -> Result<(), LabelNameError> {
    if name.is_empty() {
        return Err(LabelNameError::Empty);
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(LabelNameError::Whitespace);
    }
    if name == "O" {
        return Err(LabelNameError::Outside);
    }
    Ok(())
}
