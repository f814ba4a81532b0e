//! A source that another program changed since its labels were made: a person decides what becomes of them.

use super::effect::Effect;
use super::notifications::Notification;
use super::state::App;
use crate::app::i18n::tr;
use crate::project::Decision;
use crate::worker::FileRequest;

/// Does as the person decided; `None` leaves everything as it is, and the question comes again with the next opening or save.
pub(super) fn decide(app: &mut App, decision: Option<Decision>, effects: &mut Vec<Effect>) {
    let Some(changed) = app.changed.take() else { return };
    let Some(decision) = decision else { return };
    app.opening = Some(changed.path.display().to_string());
    // The open project may be the one that is moved aside: until the next one is open nothing can be stored.
    if let Some(a) = app.annotate.as_mut().filter(|a| a.project == changed.project) {
        a.read_only = true;
        effects.push(Effect::Release);
    }
    effects.push(Effect::File(FileRequest::Decide { changed, decision }));
}

/// After a save that failed because a source is no longer what was opened: the question what becomes of the labels.
pub(super) fn ask(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    if app.training.is_busy() {
        let text = tr!("Save again when the run has ended, to decide what becomes of your labels.");
        return app.notices.push(Notification::info(tr!("A source was changed by another program"), text));
    }
    // A project that was opened by its own path does not know which folder its sources were opened as.
    if a.path == a.project {
        return;
    }
    app.opening = Some(a.path.display().to_string());
    effects.push(Effect::File(FileRequest::Open(Some(a.path.clone()))));
}
