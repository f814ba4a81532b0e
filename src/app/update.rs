//! The only module in which commands change the state.

use super::command::{Action, Command};
use super::data_page;
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
use super::requests::{Purpose, Slot};
use super::runs::{control, measure, resume, run_preview, start};
use super::saved;
use super::source_change;
use super::state::App;
use super::subwords::request_subwords;
use super::suggestions;
use super::text_prompt::TextPrompt;
use super::try_page;
use crate::corpus::{Edit, LabelId, ReviewState};
use crate::format::{self, FORMATS, Format, LossInventory, ReadOptions};
use crate::hub::ModelRef;
use crate::i18n::tr;
use crate::session::labeling::CaretMotion;
use crate::session::results::Measurements;
use crate::session::work_timer::WorkTimer;
use crate::session::{PickerTarget, Session};
use crate::train::TrainingArguments;
use crate::train::arguments::small_data_preset;
use crate::train::event::TrainerControl;
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use crate::worker::Stamp;
use crate::worker::{FileWork, InteractiveWork, Measurement, Work};

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
        (app.match_dialog, app.fix_dialog) = (None, None);
        data_page::invalidate_report(app, effects);
    }
}

fn dispatch(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Run(action) => run_action(app, action, effects),
        Command::Import(path) => {
            app.import_preview = None;
            import::start_preview(app, path, ReadOptions::default(), effects);
        }
        Command::SetImportOptions(choices) => {
            if let Some(path) = app.import_preview.as_ref().map(|i| i.path.clone()) {
                import::start_preview(app, path, choices, effects);
            }
        }
        Command::SetImportLabel(old, fate) => {
            if let Some(importing) = &mut app.import_preview {
                let stays = fate.as_ref() == Some(&old);
                importing.label_map.insert(old.clone(), fate);
                if stays {
                    importing.label_map.remove(&old);
                }
            }
        }
        Command::ConfirmImport => import::confirm(app, effects),
        Command::CancelImport => import::cancel(app, effects),
        Command::Open(path) => opening::open(app, Some(path), effects),
        Command::SaveTo(path) => {
            if let Some(session) = &app.session {
                let (corpus, files) = (session.corpus().clone(), session.files.clone());
                let root = session.path.clone();
                write(app, FileWork::SaveCopy { path, root, corpus, files }, effects);
            }
        }
        Command::ExportTo(name, path) => {
            if let (Some(session), Some(to)) = (&app.session, format::by_name(name)) {
                let corpus = session.corpus().clone();
                write(app, FileWork::Export { path, corpus, to }, effects);
            }
        }
        Command::WriteFile(path, bytes) => write(app, FileWork::Write { path, bytes }, effects),
        Command::SaveModelTo(from, to) => write(app, FileWork::CopyModel { from, to }, effects),
        Command::MoveProjectTo(path) => effects.push(Effect::Rebuild(path)),
        Command::CancelClosing => app.close_requested = false,
        Command::SourceChange(decision) => source_change::decide(app, decision, effects),
        Command::RemoveRecent(path) => {
            app.settings.remove_recent(&path);
            effects.push(Effect::StoreSettings);
        }
        Command::OpenPrompt(asking) => app.prompt = asking.filter(|_| app.session.is_some()),
        Command::UpdateMatches(label, options) => matches::refresh(app, label, options),
        Command::CheckMatch(which, ticked) => {
            let hits = app.match_dialog.iter_mut().flat_map(|m| &mut m.matches).enumerate();
            hits.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, hit)| hit.is_checked = ticked);
        }
        Command::LabelCheckedMatches => matches::apply(app, effects),
        Command::CloseMatches => app.match_dialog = None,
        Command::CloseSnapshots => app.snapshots = None,
        Command::SaveSearch(_)
        | Command::DeleteSearch(_)
        | Command::TakeSnapshot(_)
        | Command::DeleteSnapshot(_)
        | Command::RestoreSnapshot(_) => saved::run_command(app, command, effects),
        Command::Comment(id, comment) => {
            app.prompt = None;
            if let Some(session) = &mut app.session {
                let after = ReviewState { comment, ..session.corpus().review(id) };
                set_review(session, id, after, effects);
            }
        }
        Command::SetRangeComment(id, start, end, text) => {
            app.prompt = None;
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
        Command::Label(_)
        | Command::NewLabel(_)
        | Command::LabelSelectionWithNew(_)
        | Command::RenameLabel(..)
        | Command::SetLabelColor(..)
        | Command::SetLabelShortcut(..)
        | Command::ToggleDocLabel(_) => {
            label_commands::run_command(app, command, effects);
            request_subwords(app, effects);
        }
        Command::SetBaseModel(base) => {
            app.train_page.base = base;
            app.train_page.model_info = None;
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
            inspect_base_model(app, effects);
            data_page::invalidate_report(app, effects);
        }
        Command::SetNumber(field, text) => {
            // `max_length` changes which spans are truncated, so the report is outdated.
            app.train_page.set_input(field, text);
            clear_estimate(app);
            if NUMBER_SETTINGS[field].name == "max_length" {
                data_page::invalidate_report(app, effects);
            }
        }
        Command::SetLabelAllSubwords(on) => {
            app.train_page.arguments.label_all_subwords = on;
            clear_estimate(app);
            request_subwords(app, effects);
        }
        Command::SetEnum(choice, option) => {
            (ENUM_SETTINGS[choice].set)(&mut app.train_page.arguments, option);
            clear_estimate(app);
        }
        Command::ResetRunSettings => {
            app.train_page.set_arguments(TrainingArguments::default());
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
            data_page::invalidate_report(app, effects);
            request_subwords(app, effects);
        }
        Command::ResumeRun(number) => resume(app, number, effects),
        Command::SetNewHead(on) => {
            app.train_page.arguments.new_head = on;
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
        }
        Command::Device(device) => {
            app.train_page.arguments.device = device;
            clear_estimate(app);
        }
        Command::ApplyLearningRate(rate) => {
            app.session.iter_mut().for_each(|session| session.measurements.lr_sweep = None);
            let field = NUMBER_SETTINGS.iter().position(|f| f.name == "learning_rate");
            if let (Some(rate), Some(field)) = (rate, field) {
                app.train_page.set_input(field, format!("{rate:e}"));
                clear_estimate(app);
            }
        }
        Command::ApplySmallDataPreset => {
            let sentences = app.session.as_ref().map_or(0, |session| run_preview(app, session).n_train);
            let recipe = small_data_preset(sentences, &app.train_page.arguments);
            app.train_page.set_arguments(recipe);
            clear_estimate(app);
        }
        Command::SetTryText(text) => try_page::set_text(app, text, effects),
        Command::SetTryModel(model) => try_page::select_model(app, model, effects),
        Command::SuggestModel(model) => app.suggestions.model = model,
        Command::SetSuggestionThreshold(percent) => app.suggestions.threshold = percent.min(100),
        Command::AcceptSuggestionsAboveThreshold | Command::DiscardSuggestions => {
            suggestions::run_bulk_command(app, &command, effects)
        }
        Command::SetDataTab(_)
        | Command::Analyze
        | Command::FilterFindings(_)
        | Command::ShowFinding(_)
        | Command::DismissFinding(_)
        | Command::ApplyFixes(_)
        | Command::CheckFix(..)
        | Command::ApplyCheckedFixes
        | Command::CloseFixes
        | Command::SearchFor(_)
        | Command::CompareWith(_)
        | Command::EndComparison
        | Command::SelectDifference(_)
        | Command::ResolveDifference(_) => data_page::act(app, command, effects),
        Command::SetEvalModel(model) => app.evaluation_model = model,
        Command::SetEvalSplit(split) => {
            if let Some(session) = &mut app.session {
                session.evaluation.split = split;
            }
        }
        Command::OpenPathDialog(pick) => effects.push(Effect::PathDialog(pick)),
        Command::CancelEvaluation => evaluate_page::cancel(app, effects),
        Command::StopSuggestions => app.requests.control(Slot::Suggestions, TrainerControl::Stop, effects),
        Command::SelectPart(start, end) => select_part(app, |session| session.select_part((start, end))),
        Command::CloseNotice(key) => app.notifications.close(key),
        Command::SetTheme(_)
        | Command::SetDensity(_)
        | Command::SetShowTimer(_)
        | Command::HideInvisible(_)
        | Command::PanelWidth(..)
        | Command::SetPreset(_)
        | Command::SetKeybinding(..)
        | Command::ResetKey(_) => preferences::run_command(app, command, effects),
        Command::SystemTheme(light) => app.system_light = light,
        Command::Notify(notice) => app.notifications.push(notice),
        on_dataset => {
            if let Some(session) = &mut app.session {
                dataset_command(session, on_dataset, effects);
                request_subwords(app, effects);
            }
        }
    }
}

/// Discards the estimated cost of a run, because the settings have changed.
fn clear_estimate(app: &mut App) {
    app.session.iter_mut().for_each(|session| session.measurements.estimate = None);
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

fn dataset_command(session: &mut Session, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::GoToSentence(index) => session.go_to_sentence(index),
        Command::Select(from, to) => {
            let last = session.n_tokens() - 1;
            session.select(Some((from.min(last), to.min(last))));
        }
        Command::GoToHistory(position) => {
            if let Some(mut writer) = writer(session, effects) {
                while writer.history().position() > position && writer.undo() {}
                while writer.history().position() < position && writer.redo() {}
            }
        }
        Command::SetGuidelines(text) => {
            if let Some(mut writer) = writer(session, effects) {
                writer.set_guidelines(text);
            }
        }
        Command::Remove(span) => {
            let document = session.current_id().document;
            apply_edit(session, Edit::Spans { document, removed: vec![span], added: Vec::new() }, effects);
        }
        Command::Brush(label) => session.active_label = label,
        Command::ClosePicker => session.label_picker = None,
        Command::FilterText(text) => {
            session.filter.text = text;
            session.apply_filter();
        }
        Command::FilterStatus(status) => {
            session.filter.status = status;
            session.apply_filter();
        }
        Command::FilterLabel(label) => {
            session.filter.label = label;
            session.apply_filter();
        }
        Command::FilterSplit(split) => {
            session.filter.split = split;
            session.apply_filter();
        }
        _ => {}
    }
}

fn run_action(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenFile => effects.push(Effect::PathDialog(Pick::OpenFile)),
        Action::OpenFolder => effects.push(Effect::PathDialog(Pick::OpenFolder)),
        Action::OpenSample => opening::open(app, None, effects),
        Action::GoTo(room) => go_to(app, room, effects),
        Action::Palette => app.palette_open = !app.palette_open,
        Action::History => app.history_open = !app.history_open && app.session.is_some(),
        Action::ToggleZenMode => {
            app.settings.only_text = !app.settings.only_text;
            effects.push(Effect::StoreSettings);
        }
        Action::Guidelines => {
            app.settings.guidelines = !app.settings.guidelines;
            effects.push(Effect::StoreSettings);
        }
        Action::ShowShortcuts => app.shortcuts_open = !app.shortcuts_open,
        Action::Settings => app.settings_open = !app.settings_open,
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
        Action::Export if app.export_options.is_some() => app.export_options = None,
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
        Action::Comment => app.prompt = app.session.as_ref().map(TextPrompt::comment),
        Action::AddLabel => app.prompt = app.session.as_ref().map(|_| TextPrompt::Label),
        Action::SaveSearch => app.prompt = app.session.as_ref().map(|_| TextPrompt::View),
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

/// Reads the properties of the selected base model. The previous ones stay visible.
fn inspect_base_model(app: &mut App, effects: &mut Vec<Effect>) {
    // A model of the hub is read only if it is in the cache. Typing its name starts no download.
    match app.train_page.base.name() {
        Some(model) if !matches!(model, ModelRef::Hub(_)) => {
            app.requests.submit(Purpose::Inspect, Work::Interactive(InteractiveWork::Inspect(model)), effects);
        }
        _ => app.requests.cancel(Slot::Inspection, effects),
    }
}

/// Submits a request that writes files.
fn write(app: &mut App, work: FileWork, effects: &mut Vec<Effect>) {
    app.requests.submit(Purpose::Write, Work::Files(work), effects);
}
