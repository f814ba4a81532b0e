//! The values of tokens in a further column, as indices: two bytes each while that is enough, else four.

use super::document::ValueId;

/// A list of value ids.
///
/// Most columns (parts of speech, chunks) have few values, so a million sentences take half the room; lemmas have more than
/// 65,536.
#[derive(Clone, Debug)]
pub enum Values {
    /// Ids below 65,536.
    Narrow(Vec<u16>),
    /// Any ids.
    Wide(Vec<ValueId>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Values {
    /// Adds an id at the end.
    pub fn push(&mut self, id: ValueId) {
        match (self, u16::try_from(id)) {
            (Self::Narrow(ids), Ok(id)) => ids.push(id),
            (Self::Wide(ids), _) => ids.push(id),
            (narrow @ Self::Narrow(_), Err(_)) => {
                let wide = narrow.iter().chain([id]).collect();
                *narrow = Self::Wide(wide);
            }
        }
    }

    /// The id at an index.
    pub fn get(&self, index: usize) -> Option<ValueId> {
        match self {
            Self::Narrow(ids) => ids.get(index).map(|id| ValueId::from(*id)),
            Self::Wide(ids) => ids.get(index).copied(),
        }
    }

    /// All ids in order.
    pub fn iter(&self) -> impl Iterator<Item = ValueId> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(ids) => ids.len(),
            Self::Wide(ids) => ids.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all.
    pub fn clear(&mut self) {
        *self = match std::mem::take(self) {
            Self::Narrow(mut ids) => {
                ids.clear();
                Self::Narrow(ids)
            }
            Self::Wide(_) => Self::default(),
        };
    }
}

impl FromIterator<ValueId> for Values {
    fn from_iter<I: IntoIterator<Item = ValueId>>(ids: I) -> Self {
        let mut values = Self::default();
        ids.into_iter().for_each(|id| values.push(id));
        values
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Values {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_whatever_their_size() {
        let check = |ids: &[ValueId]| {
            let values: Values = ids.iter().copied().collect();
            assert_eq!(values.iter().collect::<Vec<_>>(), ids);
            assert_eq!((values.len(), values.get(ids.len())), (ids.len(), None));
        };
        check(&[]);
        check(&[0, 7, 65_535]);
        check(&[1, 65_536, 2, u32::MAX]);
        let mut values: Values = [1, 65_536].into_iter().collect();
        values.clear();
        assert_eq!(values, Values::default());
    }
}
