//! Icons of the splits.

use super::theme::{Icon, icon};
use crate::corpus::Split;

/// Returns the icon of a split.
pub fn split_icon(split: Split) -> Icon {
    match split {
        Split::Train => icon::GRADUATION_CAP,
        Split::Dev => icon::FLASK_CONICAL,
        Split::Test => icon::LOCK,
    }
}
