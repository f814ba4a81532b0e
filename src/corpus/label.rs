//! Labels are entity types: PER, ORG. A tag such as `B-PER` is a label's encoding on one token.

/// Index of a label in its [`Labels`].
pub type LabelId = u16;

/// The order of the labels in CoNLL-2003 as Hugging Face publishes it, and as the book prints it.
const BOOK_ORDER: [&str; 4] = ["PER", "ORG", "LOC", "MISC"];

/// One entity type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name, as it stands in the tags.
    pub name: String,
    /// Which of the theme's label colours it takes.
    pub colour: u8,
    /// The letter, A to Z, by which a person wants to give it.
    pub letter: Option<char>,
}

/// What stands between the levels of a name such as `LOC.city`.
const LEVELS: [char; 3] = ['.', '/', ':'];

impl Label {
    /// The name of the group it belongs to, and its own within that: `LOC` and `city` of `LOC.city`. One that stands alone has no group.
    pub fn levels(&self) -> (Option<&str>, &str) {
        let parted = self.name.rsplit_once(LEVELS).filter(|(group, own)| !group.is_empty() && !own.is_empty());
        parted.map_or((None, &self.name), |(group, own)| (Some(group), own))
    }

    /// How many groups it lies in, one within the other.
    pub fn depth(&self) -> usize {
        self.levels().0.map_or(0, |group| group.matches(LEVELS).count() + 1)
    }
}

/// The entity types of a corpus, in display order: the position is the key (1 to 9) and the id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    list: Vec<Label>,
}

impl Labels {
    /// Labels of these names in this order, with colours in turn.
    pub fn from_names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut labels = Self::default();
        for name in names {
            labels.intern(&name.into());
        }
        labels
    }

    /// The id of `name`, added at the end if it is new.
    pub fn intern(&mut self, name: &str) -> LabelId {
        self.id(name).unwrap_or_else(|| {
            self.push(self.fresh(name));
            (self.list.len() - 1) as LabelId
        })
    }

    /// A label of this name as it would be if it were new.
    pub fn fresh(&self, name: &str) -> Label {
        Label { name: name.to_owned(), colour: self.free_colour(), letter: None }
    }

    /// Adds a label at the end.
    pub fn push(&mut self, label: Label) {
        self.list.push(label);
    }

    /// Removes the last label: the inverse of [`Labels::push`].
    pub fn pop(&mut self) -> Option<Label> {
        self.list.pop()
    }

    /// Removes a label; those behind it move up.
    pub fn remove(&mut self, id: LabelId) -> Option<Label> {
        (usize::from(id) < self.list.len()).then(|| self.list.remove(usize::from(id)))
    }

    /// Puts a label at a place up to the end; those behind it move down.
    pub fn insert(&mut self, id: LabelId, label: Label) {
        self.list.insert(usize::from(id), label);
    }

    /// The first colour that no label has, or the next in turn when all are taken.
    pub fn free_colour(&self) -> u8 {
        (0..24).find(|c| self.list.iter().all(|l| l.colour != *c)).unwrap_or((self.list.len() % 24) as u8)
    }

    /// The id of `name`.
    pub fn id(&self, name: &str) -> Option<LabelId> {
        self.list.iter().position(|l| l.name == name).map(|i| i as LabelId)
    }

    /// The label with this id.
    pub fn get(&self, id: LabelId) -> Option<&Label> {
        self.list.get(id as usize)
    }

    /// The label with this id, to change it.
    pub fn get_mut(&mut self, id: LabelId) -> Option<&mut Label> {
        self.list.get_mut(id as usize)
    }

    /// The name of this id; `?` for an id that is not here.
    pub fn name(&self, id: LabelId) -> &str {
        self.get(id).map_or("?", |l| &l.name)
    }

    /// All labels in order.
    pub fn iter(&self) -> impl Iterator<Item = (LabelId, &Label)> {
        self.list.iter().enumerate().map(|(i, l)| (i as LabelId, l))
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
    pub fn letters(&self) -> Vec<Option<char>> {
        let mut taken: Vec<Option<char>> = Vec::with_capacity(self.list.len());
        for label in &self.list {
            taken.push(label.letter.filter(|own| !taken.contains(&Some(*own))));
        }
        for (at, label) in self.list.iter().enumerate() {
            if taken[at].is_none() {
                let mut letters = label.name.chars().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_uppercase);
                taken[at] = letters.find(|c| !taken.contains(&Some(*c)));
            }
        }
        taken
    }

    /// The order these names are shown in: the book's for PER ORG LOC MISC if any of them is there (others follow as
    /// first seen), else as first seen. Returns for each old id its new one.
    pub fn book_order(&mut self) -> Vec<LabelId> {
        let rank = |name: &str| BOOK_ORDER.iter().position(|b| *b == name).unwrap_or(BOOK_ORDER.len());
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by_key(|&i| rank(&self.list[i].name));
        let mut new_id = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_id[old] = new as LabelId;
        }
        self.list = order.iter().map(|&old| self.list[old].clone()).collect();
        for (i, label) in self.list.iter_mut().enumerate() {
            label.colour = (i % 24) as u8;
        }
        new_id
    }
}

/// Whether `name` can stand in a tag: not empty, no white space, not `O`.
///
/// # Errors
/// Says in one line what is wrong with the name.
pub fn check_name(name: &str) -> Result<(), String> {
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
