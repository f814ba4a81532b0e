//! Write access to the open dataset.

use super::effect::Effect;
use super::notifications::Notification;
use super::state::App;
use crate::corpus::{Edit, ReviewState, SentenceId};
use crate::i18n::tr;
use crate::session::{Session, Writer};

/// Returns write access. If the session is read-only, the user is notified.
pub(super) fn writer<'s>(session: &'s mut Session, effects: &mut Vec<Effect>) -> Option<Writer<'s>> {
    let writer = session.writer();
    if writer.is_err() {
        effects.push(Effect::Notify(read_only_notification()));
    }
    writer.ok()
}

/// Runs a function with write access to the open dataset.
pub(super) fn edit<T>(app: &mut App, effects: &mut Vec<Effect>, run: impl FnOnce(&mut Writer) -> T) {
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    run(&mut writer);
}

/// Changes the review state of a sentence.
pub(super) fn set_review(session: &mut Session, id: SentenceId, after: ReviewState, effects: &mut Vec<Effect>) {
    if let Some(mut writer) = writer(session, effects) {
        writer.set_review(id, after);
    }
}

/// Applies a new edit.
pub(super) fn apply_edit(session: &mut Session, edit: Edit, effects: &mut Vec<Effect>) {
    if let Some(mut writer) = writer(session, effects) {
        writer.apply(edit);
    }
}

/// Returns the notification that nothing can be changed.
pub(super) fn read_only_notification() -> Notification {
    Notification::error(
        tr!("Project is read-only"),
        tr!("If another window has it open, edit there. If not, open the dataset again."),
    )
}
