//! Labels are entity types: PER, ORG. A tag such as `B-PER` is a label's encoding on one token.

use std::collections::{HashMap, HashSet};

/// Index of a label in its [`Labels`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(u16);

impl LabelId {
    /// The most labels that a corpus can hold.
    pub const MAX_COUNT: usize = 1 << 16;

    /// The label at this index.
    pub const fn new(index: u16) -> Self {
        Self(index)
    }

    /// The label before it; the first has none and is its own.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The label behind it; the last possible one is its own.
    #[must_use]
    pub const fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The index as a number.
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

/// More labels than a corpus can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyLabels;

impl std::fmt::Display for TooManyLabels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the data has more than {} different labels, the most that a dataset can have here; \
             check that the column of tags is the right one, or merge labels first",
            LabelId::MAX_COUNT
        )
    }
}

impl std::error::Error for TooManyLabels {}

/// The order of the labels in CoNLL-2003 as Hugging Face publishes it, and as the book prints it.
const CONLL_ORDER: [&str; 4] = ["PER", "ORG", "LOC", "MISC"];

/// One entity type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name, as it stands in the tags.
    pub name: String,
    /// Which of the theme's label colours it takes.
    pub color: u8,
    /// The letter, A to Z, by which a person wants to give it.
    pub shortcut: Option<char>,
}

/// What stands between the levels of a name such as `LOC.city`.
const HIERARCHY_SEPARATORS: [char; 3] = ['.', '/', ':'];

impl Label {
    /// The number of the theme's label colors; [`Label::colour`] is below it.
    pub const NUM_COLORS: u8 = 24;

    /// The name of the group it belongs to, and its own within that: `LOC` and `city` of `LOC.city`. One that stands alone has no group.
    pub fn parent_and_leaf(&self) -> (Option<&str>, &str) {
        let parted =
            self.name.rsplit_once(HIERARCHY_SEPARATORS).filter(|(group, own)| !group.is_empty() && !own.is_empty());
        parted.map_or((None, &self.name), |(group, own)| (Some(group), own))
    }

    /// How many groups it lies in, one within the other.
    pub fn depth(&self) -> usize {
        self.parent_and_leaf().0.map_or(0, |group| group.matches(HIERARCHY_SEPARATORS).count() + 1)
    }
}

/// The entity types of a corpus, in display order: the position is the key (1 to 9) and the id.
#[derive(Clone, Debug, Default)]
pub struct LabelSet {
    list: Vec<Label>,
    /// The first label of each name.
    by_name: HashMap<String, LabelId>,
}

impl PartialEq for LabelSet {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for LabelSet {}

impl LabelSet {
    /// The id of `name`, added at the end if it is new.
    ///
    /// # Errors
    /// When there are as many labels as a corpus can hold.
    pub fn intern(&mut self, name: &str) -> Result<LabelId, TooManyLabels> {
        match self.id(name) {
            Some(id) => Ok(id),
            None => self.push(self.new_label(name)),
        }
    }

    /// A label of this name as it would be if it were new.
    pub fn new_label(&self, name: &str) -> Label {
        Label { name: name.to_owned(), color: self.next_free_color(), shortcut: None }
    }

    /// Adds a label at the end.
    ///
    /// # Errors
    /// When there are as many labels as a corpus can hold.
    pub fn push(&mut self, label: Label) -> Result<LabelId, TooManyLabels> {
        let id = LabelId::try_from(self.list.len())?;
        self.by_name.entry(label.name.clone()).or_insert(id);
        self.list.push(label);
        Ok(id)
    }

    /// Removes the last label: the inverse of [`Labels::push`].
    pub fn pop(&mut self) -> Option<Label> {
        let label = self.list.pop()?;
        if self.by_name.get(&label.name).is_some_and(|id| usize::from(*id) == self.list.len()) {
            self.by_name.remove(&label.name);
        }
        Some(label)
    }

    /// Removes a label; those behind it move up.
    pub fn remove(&mut self, id: LabelId) -> Option<Label> {
        let label = (usize::from(id) < self.list.len()).then(|| self.list.remove(usize::from(id)))?;
        self.rebuild_index();
        Some(label)
    }

    /// Puts a label at a place up to the end; those behind it move down.
    ///
    /// # Errors
    /// When there are as many labels as a corpus can hold.
    pub fn insert(&mut self, id: LabelId, label: Label) -> Result<(), TooManyLabels> {
        LabelId::try_from(self.list.len())?;
        self.list.insert(usize::from(id), label);
        self.rebuild_index();
        Ok(())
    }

    /// Replaces a label; `false` where there is none of this id.
    pub fn set(&mut self, id: LabelId, label: Label) -> bool {
        let Some(there) = self.list.get_mut(usize::from(id)) else { return false };
        *there = label;
        self.rebuild_index();
        true
    }

    /// Finds the first label of each name anew.
    fn rebuild_index(&mut self) {
        self.by_name.clear();
        for (id, label) in (0..=u16::MAX).map(LabelId).zip(&self.list) {
            self.by_name.entry(label.name.clone()).or_insert(id);
        }
    }

    /// The first colour that no label has, or the next in turn when all are taken.
    pub fn next_free_color(&self) -> u8 {
        let free = (0..Label::NUM_COLORS).find(|c| self.list.iter().all(|l| l.color != *c));
        free.unwrap_or_else(|| color_in_turn(self.list.len()))
    }

    /// The id of `name`.
    pub fn id(&self, name: &str) -> Option<LabelId> {
        self.by_name.get(name).copied()
    }

    /// The label with this id.
    pub fn get(&self, id: LabelId) -> Option<&Label> {
        self.list.get(usize::from(id))
    }

    /// The name of this id; `?` for an id that is not here.
    pub fn name(&self, id: LabelId) -> &str {
        self.get(id).map_or("?", |l| &l.name)
    }

    /// All labels in order.
    pub fn iter(&self) -> impl Iterator<Item = (LabelId, &Label)> {
        (0..=u16::MAX).map(LabelId).zip(&self.list)
    }

    /// Their names in order.
    pub fn names(&self) -> Vec<String> {
        self.list.iter().map(|l| l.name.clone()).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The letter by which each label can be given: its own, else the first of its name, A to Z, that no other label has. Of two
    /// with the same letter the first has it.
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

    /// The order these names are shown in: the book's for PER ORG LOC MISC if any of them is there (others follow as
    /// first seen), else as first seen. Returns for each old id its new one.
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

/// The color of the label at an index, where labels take them in turn.
fn color_in_turn(index: usize) -> u8 {
    (0..Label::NUM_COLORS).cycle().nth(index % usize::from(Label::NUM_COLORS)).unwrap_or_default()
}

/// Whether `name` can stand in a tag: not empty, no white space, not `O`.
///
/// # Errors
/// Says in one line what is wrong with the name.
pub fn validate_label_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("A label needs a name.".into());
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("A label's name is one word, since it stands in a column of the file.".into());
    }
    if name == "O" {
        return Err("O means 'no label' in the file, so a label cannot be called O.".into());
    }
    Ok(())
}
