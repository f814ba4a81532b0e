//! Applies a command to the state; the module of a page applies the commands of that page.

use super::command::{Action, Command};
use super::data_page;
use super::dialogs::Dialog;
use super::editing::{apply_edit, set_review, writer};
use super::effect::{Effect, Pick};
use super::evaluate_page;
use super::export;
use super::import;
use super::label_commands;
use super::matches;
use super::notifications::Notification;
use super::opening;
use super::pages::Page;
use super::preferences;
use super::refusal::refusal;
use super::requests::Slot;
use super::runs::{self, control, measure, start};
use super::saved;
use super::source_change;
use super::state::App;
use super::subwords::request_subwords;
use super::suggestions;
use super::text_prompt::TextPrompt;
use super::train_commands::{self, inspect_base_model};
use super::try_page;
use super::view;
use crate::corpus::{LabelId, ReviewState};
use crate::i18n::tr;
use crate::session::labeling::CaretMotion;
use crate::session::work_timer::WorkTimer;
use crate::session::{PickerTarget, Session};
use crate::train::event::TrainerControl;
use crate::worker::{FileWork, Measurement, Stamp};

/// Runs a command and returns its effects.
pub fn update(app: &mut App, command: Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(notice) = refusal(app, &command) {
        app.notifications.push(notice);
        return effects;
    }
    let labels = app.session.as_ref().map(Session::stamp);
    dispatch(app, command, &mut effects);
    drop_results_with_old_ids(app, labels, &mut effects);
    runs::close_ended_session(app, &mut effects);
    // The label chooser closes when a dialog opens or another page is shown.
    if app.has_open_dialog() || app.page != Page::Annotate {
        app.session.iter_mut().for_each(|session| session.label_picker = None);
    }
    effects
}

/// Closes dialogs and discards reports that refer to labels by id, if the ids changed.
fn drop_results_with_old_ids(app: &mut App, before: Option<Stamp>, effects: &mut Vec<Effect>) {
    let now = app.session.as_ref().map(Session::stamp);
    if before.zip(now).is_some_and(|(before, now)| !before.has_same_ids(now)) {
        app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Matches(_)));
        data_page::invalidate_report(app, effects);
    }
}

fn dispatch(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Run(action) => run_action(app, action, effects),
        Command::Open(path) => opening::open(app, Some(path), effects),
        Command::Import(path) => import::start(app, path, effects),
        Command::SourceChange(decision) => source_change::decide(app, decision, effects),
        Command::SaveTo(path) => export::write_copy(app, path, effects),
        Command::ExportTo(name, path) => export::write_export(app, name, path, effects),
        Command::WriteFile(path, bytes) => export::write(app, FileWork::Write { path, bytes }, effects),
        Command::SaveModelTo(from, to) => export::write(app, FileWork::CopyModel { from, to }, effects),
        Command::MoveProjectTo(path) => effects.push(Effect::Rebuild(path)),
        Command::OpenPathDialog(pick) => effects.push(Effect::PathDialog(pick)),
        Command::OpenPrompt(prompt) => open_dialog_of_dataset(app, |_| Dialog::Prompt(prompt)),
        Command::CloseDialog => close_dialog(app, effects),
        Command::ConfirmClosing(reason) => app.dialogs.announce(Dialog::Closing(reason)),
        Command::CloseNotice(key) => app.notifications.close(key),
        Command::Notify(notification) => app.notifications.push(notification),
        Command::SystemTheme(light) => app.system_light = light,
        Command::RemoveRecent(path) => {
            app.settings.remove_recent(&path);
            effects.push(Effect::StoreSettings);
        }
        Command::Comment(id, comment) => {
            app.dialogs.close_prompt();
            if let Some(session) = &mut app.session {
                let after = ReviewState { comment, ..session.corpus().review(id) };
                set_review(session, id, after, effects);
            }
        }
        Command::SetRangeComment(id, start, end, text) => {
            app.dialogs.close_prompt();
            if let Some(session) = &mut app.session {
                let after = session.corpus().review(id).with_comment_at(start, end, text);
                set_review(session, id, after, effects);
            }
        }
        Command::NewDay(today) => {
            if let Some(session) = &mut app.session {
                session.progress.today = today;
                session.work_timer = WorkTimer::default();
            }
        }
        Command::UserActivity(now) => {
            if let Some(session) = &mut app.session {
                on_activity(session, now, effects);
            }
        }
        Command::SelectPart(start, end) => {
            select_part(app, |session| session.select_part((start, end)));
            request_subwords(app, effects);
        }
        Command::View(command) => view::run_command(app, command, effects),
        Command::Labels(command) => label_commands::run_command(app, command, effects),
        Command::Matches(command) => matches::run_command(app, command, effects),
        Command::Suggestions(command) => suggestions::run_command(app, command, effects),
        Command::Saved(command) => saved::run_command(app, command, effects),
        Command::ImportPreview(command) => import::run_command(app, command, effects),
        Command::Data(command) => data_page::run_command(app, command, effects),
        Command::Train(command) => train_commands::run_command(app, command, effects),
        Command::Evaluate(command) => evaluate_page::run_command(app, command, effects),
        Command::Try(command) => try_page::run_command(app, command, effects),
        Command::Settings(command) => preferences::run_command(app, command, effects),
    }
}

/// Opens a dialog about the open dataset, if there is one.
fn open_dialog_of_dataset(app: &mut App, dialog: impl FnOnce(&Session) -> Dialog) {
    if let Some(session) = &app.session {
        app.dialogs.open(dialog(session));
    }
}

/// Closes the open dialog and cancels the requests for its content. An import that is being opened cannot be canceled.
fn close_dialog(app: &mut App, effects: &mut Vec<Effect>) {
    let is_opening = app.requests.is_opening();
    match app.dialogs.close_if(|dialog| !(is_opening && matches!(dialog, Dialog::Import(_)))) {
        Some(Dialog::Import(_)) => app.requests.cancel(Slot::Opening, effects),
        Some(Dialog::Export(_) | Dialog::Snapshots(_)) => app.requests.cancel(Slot::Dialog, effects),
        Some(
            Dialog::Palette
            | Dialog::Shortcuts
            | Dialog::Settings
            | Dialog::History
            | Dialog::Prompt(_)
            | Dialog::Matches(_)
            | Dialog::Fixes(_)
            | Dialog::SourceChange(_)
            | Dialog::Closing(_),
        )
        | None => {}
    }
}

/// Selects a part of a word, or notifies the user of the reason why it cannot.
fn select_part(app: &mut App, select: impl FnOnce(&mut Session) -> bool) {
    if !app.session.as_mut().is_none_or(select) {
        let text = tr!(
            "This format stores labels of whole words only. Export to doccano, Prodigy or Label Studio to label parts of words."
        );
        app.notifications.push(Notification::info(tr!("Cannot label part of a word"), text));
    }
}

/// Allows or forbids overlapping spans. Existing spans are unchanged.
fn allow_overlaps(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    writer.set_allow_overlaps(!writer.allow_overlaps);
    let lost =
        session.files.iter().find(|f| !f.report.format.capabilities.overlapping_spans).map(|f| f.report.format.name);
    app.notifications.push(match (session.allow_overlaps, lost) {
        (true, Some(format)) => {
            let text = tr!(
                "{format} cannot store overlapping spans: saving keeps only the first of each group. Export to doccano, Prodigy or Label Studio to keep all.",
                format
            );
            Notification::info(tr!("Overlapping spans turned on"), text)
        }
        (true, None) => {
            Notification::success(tr!("Overlapping spans turned on"), tr!("New spans no longer replace overlapping spans"))
        }
        (false, _) => {
            Notification::success(tr!("Overlapping spans turned off"), tr!("New spans cannot partly overlap other spans"))
        }
    });
}

fn run_action(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenFile => effects.push(Effect::PathDialog(Pick::OpenFile)),
        Action::OpenFolder => effects.push(Effect::PathDialog(Pick::OpenFolder)),
        Action::OpenSample => opening::open(app, None, effects),
        Action::GoTo(room) => go_to(app, room, effects),
        Action::Palette => app.dialogs.toggle(Dialog::Palette),
        Action::History if app.session.is_some() => app.dialogs.toggle(Dialog::History),
        Action::ToggleZenMode => {
            app.settings.only_text = !app.settings.only_text;
            effects.push(Effect::StoreSettings);
        }
        Action::Guidelines => {
            app.settings.guidelines = !app.settings.guidelines;
            effects.push(Effect::StoreSettings);
        }
        Action::ShowShortcuts => app.dialogs.toggle(Dialog::Shortcuts),
        Action::Settings => app.dialogs.toggle(Dialog::Settings),
        Action::ToggleTheme => {
            app.settings.light = Some(!app.is_light());
            effects.push(Effect::StoreSettings);
        }
        Action::StartTraining => start(app, effects),
        Action::Estimate => measure(app, Measurement::Estimate, effects),
        Action::FindLearningRate => measure(app, Measurement::LrSweep, effects),
        Action::PauseTraining => control(app, effects, |before| match before {
            TrainerControl::Pause => TrainerControl::Continue,
            _ => TrainerControl::Pause,
        }),
        Action::StopAfterEpoch => control(app, effects, |_| TrainerControl::StopAfterEpoch),
        Action::StopTraining => control(app, effects, |_| TrainerControl::Stop),
        Action::Evaluate => evaluate_page::evaluate(app, effects),
        Action::Export if matches!(app.dialogs.get(), Some(Dialog::Export(_))) => close_dialog(app, effects),
        Action::Export => export::open_dialog(app, effects),
        Action::SaveAs => export::save_copy(app, effects),
        Action::MoveProject if app.session.is_some() => effects.push(Effect::PathDialog(Pick::Project)),
        Action::ToggleOverlaps => allow_overlaps(app, effects),
        Action::ExtendSelection(caret @ (CaretMotion::NextCharacter | CaretMotion::PreviousCharacter)) => {
            select_part(app, |session| session.extend_by_character(caret == CaretMotion::NextCharacter));
        }
        Action::Label(key) => {
            label_commands::apply_label(app, LabelId::new(u16::from(key) - 1), effects);
            request_subwords(app, effects);
        }
        Action::Compare => effects.push(Effect::PathDialog(Pick::Compare)),
        Action::LabelMatches => matches::open(app),
        Action::LabelNextMatch => matches::label_next(app, effects),
        Action::Suggest => suggestions::request_suggestions(app, effects),
        Action::Comment => open_dialog_of_dataset(app, |session| Dialog::Prompt(TextPrompt::comment(session))),
        Action::AddLabel => open_dialog_of_dataset(app, |_| Dialog::Prompt(TextPrompt::Label)),
        Action::SaveSearch => open_dialog_of_dataset(app, |_| Dialog::Prompt(TextPrompt::View)),
        Action::Snapshots => saved::open_snapshots(app, effects),
        on_dataset => {
            if let Some(session) = &mut app.session {
                dataset_action(session, on_dataset, effects);
                request_subwords(app, effects);
            }
        }
    }
}

fn dataset_action(session: &mut Session, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Save | Action::SaveRewriteAll => {
            if let Some(mut writer) = writer(session, effects) {
                writer.save(action == Action::SaveRewriteAll);
            }
        }
        Action::Undo => {
            if let Some(mut writer) = writer(session, effects) {
                writer.undo();
            }
        }
        Action::Redo => {
            if let Some(mut writer) = writer(session, effects) {
                writer.redo();
            }
        }
        Action::NextSentence => session.move_by(true),
        Action::PreviousSentence => session.move_by(false),
        Action::PageDown => (0..PAGE_SENTENCES).for_each(|_| session.move_by(true)),
        Action::PageUp => (0..PAGE_SENTENCES).for_each(|_| session.move_by(false)),
        Action::MoveSelection(caret) => session.move_caret(caret, false),
        Action::ExtendSelection(caret) => session.move_caret(caret, true),
        Action::Reshape(how) => {
            if let Some((edit, selection)) = session.reshape(how) {
                apply_edit(session, edit, effects);
                session.select(Some(selection));
            }
        }
        Action::Accept | Action::Reject | Action::NextSuggestion | Action::LeastConfidentSuggestion => {
            suggestions::run_action(session, action, effects);
        }
        Action::SelectNothing if session.selection.is_none() => session.active_label = None,
        Action::SelectNothing => session.select(None),
        Action::ChooseLabel => label_commands::open_picker(session, PickerTarget::Selection),
        Action::ChooseDocLabel => label_commands::open_picker(session, PickerTarget::Document),
        Action::ClearLabel => {
            session.label_picker = None;
            if let Some(edit) = session.label_edit(None) {
                apply_edit(session, edit, effects);
            }
        }
        Action::MarkDone => {
            let done = !session.review().done;
            set_review(session, session.current_id(), ReviewState { done, ..session.review() }, effects);
            if done {
                session.move_by(true);
            }
        }
        Action::MarkDoneUpToHere => {
            if let Some(edit) = session.mark_done_up_to_here_edit() {
                apply_edit(session, edit, effects);
                session.move_by(true);
            }
        }
        Action::Flag => set_review(
            session,
            session.current_id(),
            ReviewState { flagged: !session.review().flagged, ..session.review() },
            effects,
        ),
        Action::ToggleSubwords => session.subwords.is_on = !session.subwords.is_on,
        _ => {}
    }
}

/// Number of sentences that Page Up and Page Down move.
const PAGE_SENTENCES: usize = 10;

/// Handles a key or mouse event on the Annotate page.
fn on_activity(session: &mut Session, now: u64, effects: &mut Vec<Effect>) {
    if now >= session.progress.today.ends_at {
        effects.push(Effect::RefreshDate);
    } else if let Ok(mut writer) = session.writer() {
        writer.record_activity(now);
    }
}

fn go_to(app: &mut App, room: Page, effects: &mut Vec<Effect>) {
    let needs_data = matches!(room, Page::Train | Page::Evaluate | Page::Data);
    if needs_data && app.session.is_none() {
        return;
    }
    app.page = room;
    match room {
        // The files of a model directory can have changed; an unchanged model is in memory.
        Page::Train => inspect_base_model(app, effects),
        Page::Try => try_page::on_entered(app, effects),
        Page::Data => data_page::request_report(app, effects),
        Page::Annotate | Page::Evaluate => {}
    }
}
