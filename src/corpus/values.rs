//! Value ids of an extra token column: two bytes per token while all ids fit, otherwise four.

use super::document::ValueId;

/// List of value ids.
///
/// Most columns (part of speech, chunk) have few values and need half the memory. Lemmas can have more than 65,536.
#[derive(Clone, Debug)]
pub enum Values {
    /// Ids below 65,536.
    Narrow(Vec<u16>),
    /// All ids.
    Wide(Vec<ValueId>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Values {
    /// Appends an id. Converts the list to [`Values::Wide`] if the id does not fit.
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

    /// Returns the id at an index.
    pub fn get(&self, index: usize) -> Option<ValueId> {
        match self {
            Self::Narrow(ids) => ids.get(index).map(|id| ValueId::from(*id)),
            Self::Wide(ids) => ids.get(index).copied(),
        }
    }

    /// Iterates over all ids in order.
    pub fn iter(&self) -> impl Iterator<Item = ValueId> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Returns the number of ids.
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(ids) => ids.len(),
            Self::Wide(ids) => ids.len(),
        }
    }

    /// Returns true if there are no ids.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all ids.
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
    fn ids_of_any_size_roundtrip() {
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
