//! Moves of sentences to another split, and the dialog that splits the dataset.

use super::dialogs::{Dialog, SplitDialog, SplitPreview};
use super::editing::apply_edit;
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::SplitCommand;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::corpus::splitting::{NewSplits, SplitOptions, SplitUnit};
use crate::corpus::store::CorpusCounts;
use crate::i18n::{tr, trn};
use crate::worker::{InteractiveWork, Stamp, Work};

/// Opens the dialog, or closes it if it is open.
pub(super) fn toggle_dialog(app: &mut App, effects: &mut Vec<Effect>) {
    if app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Split(_))).is_some() {
        return app.requests.cancel(Slot::Dialog, effects);
    }
    let Some(session) = &app.session else { return };
    let options = SplitOptions {
        dev: 0.1,
        test: 0.1,
        seed: 1,
        unit: SplitUnit::suggested(session.corpus()),
        is_stratified: true,
        keeps_near_duplicates: true,
    };
    app.dialogs.open(Dialog::Split(SplitDialog { options, preview: None }));
    request_preview(app, options, effects);
}

fn request_preview(app: &mut App, options: SplitOptions, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    let (corpus, stamp) = (session.corpus().clone(), session.stamp());
    let work = InteractiveWork::AssignSplits { corpus, options, stamp };
    app.requests.submit(Purpose::AssignSplits, Work::Interactive(work), effects);
}

/// Shows the new splits in the dialog.
pub(super) fn on_assigned(
    app: &mut App,
    stamp: Stamp,
    options: SplitOptions,
    splits: NewSplits,
    counts: [CorpusCounts; 3],
) {
    if let Some(Dialog::Split(dialog)) = app.dialogs.get_mut() {
        dialog.preview = Some(Box::new(SplitPreview { stamp, options, splits, counts }));
    }
}

/// Runs a command about splits.
pub(super) fn run_command(app: &mut App, command: SplitCommand, effects: &mut Vec<Effect>) {
    match command {
        SplitCommand::Move(scope, split) => {
            let Some(session) = &mut app.session else { return };
            let Some((edit, n)) = session.move_to_split_edit(scope, split) else { return };
            apply_edit(session, edit, effects);
            if n > 1 {
                let text = trn!(n, "{n} sentence", "{n} sentences");
                let title = tr!("Moved to {split}", split = split.name());
                app.notifications.push(Notification::success(&title, text));
            }
        }
        SplitCommand::SetOptions(options) => {
            let Some(Dialog::Split(dialog)) = app.dialogs.get_mut() else { return };
            dialog.options = options;
            request_preview(app, options, effects);
        }
        SplitCommand::Apply => apply(app, effects),
    }
}

/// Applies the new splits and closes the dialog. If the dataset has changed since, they are determined again.
fn apply(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(Dialog::Split(SplitDialog { options, preview: Some(preview) })) = app.dialogs.get() else { return };
    let options = *options;
    let Some(session) = &mut app.session else { return };
    if preview.stamp != session.stamp() || preview.options != options {
        return request_preview(app, options, effects);
    }
    let preview = preview.clone();
    if let Some(edit) = preview.splits.edit {
        apply_edit(session, edit, effects);
        session.apply_filter();
    }
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Split(_)));
    let [train, dev, test] = preview.counts.map(|counts| crate::i18n::thousands(counts.sentences));
    let text = tr!("{train} train, {dev} dev and {test} test sentences", train, dev, test);
    app.notifications.push(Notification::success(tr!("Dataset split"), text));
}
