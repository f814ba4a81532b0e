//! Splits: train, dev and test. A document has the split of its source, and the user can move its sentences.

/// Split of a dataset. Training never uses dev or test as training data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// Training split.
    #[default]
    Train,
    /// Development split, evaluated during training to choose the best epoch.
    Dev,
    /// Test split, evaluated once at the end.
    Test,
}

impl Split {
    /// All splits in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    /// Returns the name, as displayed and as written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }

    /// Returns the split that the name of a file or folder indicates.
    ///
    /// The last matching word decides. Examples: train; dev, valid, testa; test, testb.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let words: Vec<String> = Self::name_words(name).collect();
        let follows = |at: usize| words.get(at + 1).map_or("", String::as_str);
        let split = |(at, word): (usize, &String)| match word.as_str() {
            "testa" => Some(Self::Dev),
            "test" if follows(at) == "a" => Some(Self::Dev),
            "dev" | "devel" | "development" | "devset" | "val" | "valset" | "valid" | "validation" => Some(Self::Dev),
            "trn" => Some(Self::Train),
            "tst" => Some(Self::Test),
            word if word.starts_with("train") && !word.starts_with("trainer") => Some(Self::Train),
            word if word.starts_with("test") && !["testa", "testi", "teste"].iter().any(|w| word.starts_with(w)) => {
                Some(Self::Test)
            }
            "testing" => Some(Self::Test),
            _ => None,
        };
        words.iter().enumerate().rev().find_map(split)
    }

    /// Returns the words of a file name in lower case.
    ///
    /// A word is a sequence of letters or of digits. A capital after a lower-case letter starts a new word, as in
    /// `testA`.
    pub fn name_words(name: &str) -> impl Iterator<Item = String> + use<> {
        let mut words: Vec<String> = Vec::new();
        let mut last = ' ';
        for c in name.chars() {
            let continues = (c.is_alphabetic() && last.is_alphabetic() && !(c.is_uppercase() && last.is_lowercase()))
                || (c.is_numeric() && last.is_numeric());
            match words.last_mut().filter(|_| continues) {
                Some(word) => word.extend(c.to_lowercase()),
                None if c.is_alphanumeric() => words.push(c.to_lowercase().collect()),
                None => {}
            }
            last = c;
        }
        words.into_iter()
    }

    /// Returns the split with this exact name: `train`; `dev`, `val`, `valid`, `validation`; `test`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "train" => Some(Self::Train),
            "dev" | "val" | "valid" | "validation" => Some(Self::Dev),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// Splits of the sentences of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentenceSplits {
    /// Split in the source.
    source: Split,
    /// Split of each sentence. Empty if the user has not moved any.
    moved: Vec<Split>,
}

impl From<Split> for SentenceSplits {
    fn from(source: Split) -> Self {
        Self { source, moved: Vec::new() }
    }
}

impl SentenceSplits {
    /// Returns the split in the source.
    pub fn source(&self) -> Split {
        self.source
    }

    /// Returns the split of a sentence.
    pub fn of(&self, sentence: usize) -> Split {
        self.moved.get(sentence).copied().unwrap_or(self.source)
    }

    /// Returns the split of the first sentence. It is the split of all sentences after
    /// [`Corpus::separate_splits`](super::Corpus::separate_splits).
    pub fn first(&self) -> Split {
        self.of(0)
    }

    /// Returns true if a sentence belongs to the split.
    pub fn contains(&self, split: Split) -> bool {
        if self.moved.is_empty() { self.source == split } else { self.moved.contains(&split) }
    }

    /// Returns the splits that have sentences, in order.
    pub fn used(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|split| self.contains(*split)).collect()
    }

    /// Returns the split of each sentence. Empty if no sentence was moved.
    pub fn moved(&self) -> &[Split] {
        &self.moved
    }

    /// Returns the splits of `len` sentences.
    pub fn to_vec(&self, len: usize) -> Vec<Split> {
        (0..len).map(|sentence| self.of(sentence)).collect()
    }

    /// Sets the split of each sentence.
    pub fn set(&mut self, splits: &[Split]) {
        let is_source = splits.iter().all(|split| *split == self.source);
        self.moved = if is_source { Vec::new() } else { splits.to_vec() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Split::{Dev, Test, Train};

    #[test]
    fn sentences_have_the_split_of_the_source_until_they_are_moved() {
        let check = |source: Split, set: &[Split], moved: &[Split], contained: &[Split]| {
            let mut splits = SentenceSplits::from(source);
            splits.set(set);
            assert_eq!((splits.moved(), splits.to_vec(set.len()).as_slice()), (moved, set));
            assert_eq!(splits.used(), contained);
        };
        check(Train, &[Train, Train], &[], &[Train]);
        check(Train, &[Train, Dev], &[Train, Dev], &[Train, Dev]);
        check(Dev, &[Test, Test], &[Test, Test], &[Test]);
        check(Test, &[Test], &[], &[Test]);
    }
}
