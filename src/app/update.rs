//! Applies a command to the state; the module of a page applies the commands of that page.

use super::action::Action;
use super::command::Command;
use super::data_page;
use super::dialogs::Dialog;
use super::editing::edit;
use super::effect::{Effect, Pick};
use super::evaluate_page;
use super::export;
use super::import;
use super::label_commands;
use super::label_mapping;
use super::matches;
use super::navigation;
use super::notifications::NoticeAction;
use super::opening;
use super::pages::Page;
use super::preferences;
use super::project_file;
use super::quitting;
use super::refusal;
use super::requests::Slot;
use super::reviewing;
use super::run_list;
use super::runs::{self, control, measure, start};
use super::saved;
use super::source_change;
use super::splitting;
use super::state::App;
use super::subwords::request_subwords;
use super::suggestions;
use super::text_prompt::TextPrompt;
use super::train_commands;
use super::try_page;
use super::view;
use crate::session::runs::TrainView;
use crate::session::{PickerTarget, Session};
use crate::train::event::TrainerControl;
use crate::worker::{FileWork, Measurement, Stamp};

/// Runs a command and returns its effects.
pub fn update(app: &mut App, command: Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(obstacle) = refusal::obstacle_of(app, &command) {
        obstacle.notification(&command).into_iter().for_each(|notice| app.notifications.push(notice));
        return effects;
    }
    let labels = app.session.as_ref().map(Session::stamp);
    let page = (!matches!(command, Command::Run(Action::GoTo(_)))).then_some(app.page);
    dispatch(app, command, &mut effects);
    drop_results_with_old_ids(app, labels, &mut effects);
    runs::close_ended_session(app, &mut effects);
    if page != Some(app.page) {
        navigation::on_entered(app, &mut effects);
    }
    runs::request_preview(app, &mut effects);
    run_list::request_missing(app, &mut effects);
    evaluate_page::request_errors(app, &mut effects);
    request_subwords(app, &mut effects);
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
        Command::Reopen => opening::reopen(app, effects),
        Command::CreateDataset(name, text) => opening::create(app, name, text, effects),
        Command::Import(path) => import::start(app, path, effects),
        Command::SourceChange(decision) => source_change::decide(app, decision, effects),
        Command::SaveTo(path) => export::write_copy(app, path, effects),
        Command::SetExportPart(part) => export::set_part(app, part, effects),
        Command::ExportTo(name, part, path) => export::write_export(app, name, part, path, effects),
        Command::WriteFile(path, bytes) => export::write(app, FileWork::Write { path, bytes }, effects),
        Command::SaveModelTo(from, to) => export::write(app, FileWork::CopyModel { from, to }, effects),
        Command::MoveProjectTo(path) => project_file::move_to(app, path, effects),
        Command::OpenPathDialog(pick) => effects.push(Effect::PathDialog(pick)),
        Command::OpenPrompt(prompt) => open_dialog_of_dataset(app, |_| Dialog::Prompt(prompt)),
        Command::CloseDialog => close_dialog(app, effects),
        Command::ConfirmClosing(reason) => {
            app.quitting = None;
            app.dialogs.open(Dialog::Closing(reason));
        }
        Command::WithdrawClosing => app.dialogs.withdraw_closing(),
        Command::ConfirmQuitting => app.dialogs.open(Dialog::Quitting),
        Command::Quit(choice) => quitting::quit(app, choice, effects),
        Command::StayOpen => app.quitting = None,
        Command::CloseNotice(key) => close_notice(app, key, false, effects),
        Command::ActOnNotice(key) => close_notice(app, key, true, effects),
        Command::Notify(notification) => app.notifications.push(notification),
        Command::SystemTheme(light) => app.system_light = light,
        Command::RemoveRecent(path) => {
            app.settings.remove_recent(&path);
            effects.push(Effect::StoreSettings);
        }
        Command::Comment(id, comment) => {
            app.dialogs.close_prompt();
            on_session(app, effects, |session, effects| reviewing::set_comment(session, id, comment, effects));
        }
        Command::SetRangeComment(id, start, end, text) => {
            app.dialogs.close_prompt();
            on_session(app, effects, |session, effects| {
                reviewing::set_range_comment(session, id, (start, end), text, effects);
            });
        }
        Command::NewDay(today) => {
            if let Some(session) = &mut app.session {
                session.start_day(today);
            }
        }
        Command::UserActivity(now) => view::on_activity(app, now, effects),
        Command::SelectPart(start, end) => {
            view::select_part(app, |session| session.select_part((start, end)));
        }
        Command::View(command) => view::run_command(app, command, effects),
        Command::Splits(command) => splitting::run_command(app, command, effects),
        Command::LabelMap(command) => {
            if let Some(action) = label_mapping::run_command(app, command, effects) {
                run_action(app, action, effects);
            }
        }
        Command::Labels(command) => label_commands::run_command(app, command, effects),
        Command::Matches(command) => matches::run_command(app, command, effects),
        Command::Suggestions(command) => suggestions::run_command(app, command, effects),
        Command::Saved(command) => saved::run_command(app, command, effects),
        Command::ImportPreview(command) => import::run_command(app, command, effects),
        Command::Data(command) => data_page::run_command(app, command, effects),
        Command::Train(command) => train_commands::run_command(app, command, effects),
        Command::Runs(command) => run_list::run_command(app, command, effects),
        Command::Evaluate(command) => evaluate_page::run_command(app, command, effects),
        Command::Try(command) => try_page::run_command(app, command, effects),
        Command::Settings(command) => preferences::run_command(app, command, effects),
    }
}

/// Closes a notification. Does its action, or makes that impossible.
fn close_notice(app: &mut App, key: u64, acts: bool, effects: &mut Vec<Effect>) {
    match app.notifications.close(key).and_then(|notice| notice.action) {
        Some(NoticeAction::RestoreRun) if acts => run_list::restore(app),
        Some(NoticeAction::RestoreRun) => run_list::confirm_deletion(app, effects),
        None => {}
    }
}

/// Runs a command of the table, in the order of the table.
fn run_action(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenFile => effects.push(Effect::PathDialog(Pick::OpenFile)),
        Action::OpenFolder => effects.push(Effect::PathDialog(Pick::OpenFolder)),
        Action::OpenSample => opening::open(app, None, effects),
        Action::NewDataset => app.dialogs.toggle(Dialog::NewDataset),
        Action::Save => edit(app, effects, |writer| writer.save(false)),
        Action::SaveRewriteAll => edit(app, effects, |writer| writer.save(true)),
        Action::SaveAs => export::save_copy(app, effects),
        Action::Export if matches!(app.dialogs.get(), Some(Dialog::Export(_))) => close_dialog(app, effects),
        Action::Export => export::open_dialog(app, effects),
        Action::MoveProject => effects.push(Effect::PathDialog(Pick::Project)),
        Action::Undo => edit(app, effects, |writer| writer.undo()),
        Action::Redo => edit(app, effects, |writer| writer.redo()),
        Action::History => app.dialogs.toggle(Dialog::History),
        Action::Guidelines => preferences::change(app, effects, |s| s.guidelines = !s.guidelines),
        Action::ToggleZenMode => preferences::change(app, effects, |s| s.only_text = !s.only_text),
        Action::NextSentence => on_session(app, effects, |session, _| session.move_by(true)),
        Action::PreviousSentence => on_session(app, effects, |session, _| session.move_by(false)),
        Action::PageDown => on_session(app, effects, |session, _| view::move_page(session, true)),
        Action::PageUp => on_session(app, effects, |session, _| view::move_page(session, false)),
        Action::MoveSelection(caret) => on_session(app, effects, |session, _| session.move_caret(caret, false)),
        Action::ExtendSelection(caret) => view::extend_selection(app, caret),
        Action::SelectNothing => on_session(app, effects, |session, _| view::clear_selection(session)),
        Action::ClearLabel => on_session(app, effects, label_commands::clear_label),
        Action::Label(key) => label_commands::apply_number_key(app, key, effects),
        Action::ChooseLabel => {
            on_session(app, effects, |session, _| label_commands::open_picker(session, PickerTarget::Selection));
        }
        Action::ChooseDocLabel => {
            on_session(app, effects, |session, _| label_commands::open_picker(session, PickerTarget::Document));
        }
        Action::Reshape(how) => {
            on_session(app, effects, |session, effects| label_commands::reshape(session, how, effects));
        }
        Action::LabelMatches => matches::open(app),
        Action::LabelNextMatch => matches::label_next(app, effects),
        Action::ToggleOverlaps => label_commands::toggle_overlaps(app, effects),
        Action::Suggest => suggestions::request_suggestions(app, effects),
        Action::Accept => on_session(app, effects, suggestions::accept),
        Action::Reject => on_session(app, effects, suggestions::reject),
        Action::NextSuggestion => on_session(app, effects, |session, _| session.next_suggestion()),
        Action::LeastConfidentSuggestion => on_session(app, effects, |session, _| session.least_confident()),
        Action::MarkDone => on_session(app, effects, reviewing::toggle_done),
        Action::MarkDoneUpToHere => on_session(app, effects, reviewing::mark_done_up_to_here),
        Action::Flag => on_session(app, effects, reviewing::toggle_flag),
        Action::Comment => open_dialog_of_dataset(app, |session| Dialog::Prompt(TextPrompt::comment(session))),
        Action::SaveSearch => open_dialog_of_dataset(app, |_| Dialog::Prompt(TextPrompt::SearchName)),
        Action::Snapshots => saved::open_snapshots(app, effects),
        Action::ToggleSubwords => {
            on_session(app, effects, |session, _| session.subwords.is_on = !session.subwords.is_on);
        }
        Action::AddLabel => open_dialog_of_dataset(app, |_| Dialog::Prompt(TextPrompt::Label)),
        Action::SplitDataset => splitting::toggle_dialog(app, effects),
        Action::GoTo(page) => app.page = page,
        Action::Compare => effects.push(Effect::PathDialog(Pick::Compare)),
        Action::NextDifference => data_page::step_difference(app, true),
        Action::PreviousDifference => data_page::step_difference(app, false),
        Action::ResolveDifference(resolution) => data_page::resolve(app, resolution, effects),
        Action::Quit => effects.push(Effect::CloseWindow),
        Action::Search => {
            app.page = Page::Annotate;
            effects.push(Effect::FocusSearch);
        }
        Action::NewRun => run_list::show_view(app, TrainView::NewRun),
        Action::ShowAllRuns => run_list::show_view(app, TrainView::AllRuns),
        Action::StartTraining => start(app, effects),
        Action::Estimate => measure(app, Measurement::Estimate, effects),
        Action::FindLearningRate => measure(app, Measurement::LrSweep, effects),
        Action::PauseTraining => control(app, effects, |before| match before {
            TrainerControl::Pause => TrainerControl::Continue,
            TrainerControl::Continue
            | TrainerControl::StopAfterEpoch
            | TrainerControl::Stop
            | TrainerControl::Suspend => TrainerControl::Pause,
        }),
        Action::StopAfterEpoch => control(app, effects, |_| TrainerControl::StopAfterEpoch),
        Action::StopTraining => control(app, effects, |_| TrainerControl::Stop),
        Action::Evaluate => evaluate_page::evaluate(app, effects),
        Action::NextCase => evaluate_page::on_cases(app, |cases| cases.step(true)),
        Action::PreviousCase => evaluate_page::on_cases(app, |cases| cases.step(false)),
        Action::KeepGold => evaluate_page::keep_gold(app, effects),
        Action::UsePrediction => evaluate_page::use_prediction(app, None, effects),
        Action::UseFirstPrediction => evaluate_page::use_prediction(app, Some(0), effects),
        Action::CompareModels => evaluate_page::compare(app, effects),
        Action::OpenCase => evaluate_page::open_case(app),
        Action::FlagCase => evaluate_page::flag_case(app, effects),
        Action::CloseCases => evaluate_page::close_cases(app),
        Action::Palette => app.dialogs.toggle(Dialog::Palette),
        Action::ShowShortcuts => app.dialogs.toggle(Dialog::Shortcuts),
        Action::ToggleTheme => {
            let light = !app.is_light();
            preferences::change(app, effects, |settings| settings.light = Some(light));
        }
        Action::Settings => app.dialogs.toggle(Dialog::Settings),
    }
}

/// Runs a function on the open dataset.
fn on_session(app: &mut App, effects: &mut Vec<Effect>, run: impl FnOnce(&mut Session, &mut Vec<Effect>)) {
    if let Some(session) = &mut app.session {
        run(session, effects);
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
        Some(Dialog::Export(_) | Dialog::Snapshots(_) | Dialog::Split(_)) => app.requests.cancel(Slot::Dialog, effects),
        Some(
            Dialog::Palette
            | Dialog::Shortcuts
            | Dialog::Settings
            | Dialog::History
            | Dialog::Prompt(_)
            | Dialog::Matches(_)
            | Dialog::Fixes(_)
            | Dialog::SourceChange(_)
            | Dialog::Closing(_)
            | Dialog::Quitting
            | Dialog::LabelMap(_)
            | Dialog::NewDataset,
        )
        | None => {}
    }
}
