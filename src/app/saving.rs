//! The end of a save of the source files.

use super::data_page;
use super::effect::Effect;
use super::notifications::Notification;
use super::source_change;
use super::state::App;
use crate::i18n::tr;
use crate::project::{SaveError, Saved};

/// Handles the end of a save of the open dataset.
pub fn on_saved(app: &mut App, saved: Saved) -> Vec<Effect> {
    let mut effects = Vec::new();
    app.notifications.push(save_notification(&saved));
    let Some(session) = &mut app.session else { return effects };
    session.set_saved_files(saved.files);
    if let Err(SaveError::SourceChanged(_)) = saved.outcome {
        source_change::ask(app, &mut effects);
    }
    // The report describes the files before the save.
    data_page::invalidate_report(app, &mut effects);
    effects
}

/// Returns the notification of a save.
pub fn save_notification(saved: &Saved) -> Notification {
    let names = || saved.files.iter().map(|f| f.path.display().to_string()).collect::<Vec<_>>().join(", ");
    match &saved.outcome {
        Ok(()) if saved.files.len() == 1 => Notification::success(tr!("Saved"), names()),
        Ok(()) => Notification::success(tr!("Source files saved"), names()),
        Err(reason) => Notification::error(tr!("Could not save source files"), reason.to_string()),
    }
}
