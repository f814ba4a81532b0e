//! Sentence and filter of the user, for the next window.

use super::query::Status;
use super::{LabelFilter, Session};
use crate::corpus::Split;
use crate::project::Place;

impl Session {
    /// Returns the current sentence and filter. Page and form are added by the application.
    pub fn current_place(&self) -> Place {
        let label = |id| self.corpus().labels.get(id).map(|label| label.name.clone());
        Place {
            sentence: self.current,
            query: self.filter.text.clone(),
            label: if let LabelFilter::With(id) = self.filter.label { label(id) } else { None },
            without_spans: self.filter.label == LabelFilter::Without,
            split: self.filter.split.map(|split| split.name().to_owned()),
            status: self.filter.status.map(|status| status.id().to_owned()),
            ..Place::default()
        }
    }

    /// Restores the stored sentence and filter, as far as they fit the dataset.
    pub fn restore_place(&mut self) {
        let place = self.stored_place().clone();
        let label = place.label.as_deref().and_then(|name| self.corpus().labels.id(name)).map(LabelFilter::With);
        self.filter.text = place.query;
        self.filter.label = match label {
            Some(label) => label,
            None if place.without_spans => LabelFilter::Without,
            None => LabelFilter::Any,
        };
        self.filter.split = place.split.as_deref().and_then(Split::from_name);
        self.filter.status = place.status.as_deref().and_then(Status::from_id);
        self.go_to_sentence(place.sentence);
        self.apply_filter();
        // A sentence that does not match the filter any more is replaced by the next one that does.
        let next = self.visible.partition_point(|index| *index < place.sentence);
        if let Some(index) = self.visible.get(next).copied() {
            self.go_to_sentence(index);
        }
    }
}
