//! The only module in which commands change the state.

use super::annotate::{Annotate, PickerTarget};
use super::command::{Action, Command};
use super::data_page;
use super::effect::{Effect, Pick};
use super::evaluate_page;
use super::import;
use super::label_commands;
use super::labeling::CaretMotion;
use super::matches;
use super::notifications::Notification;
use super::opening;
use super::preferences;
use super::refusal::refusal;
use super::requests::{Purpose, Slot};
use super::runs::{busy_notification, control, measure, resume, start, training_sentences};
use super::saved::{self, count_changed_since};
use super::source_change;
use super::state::{App, Page};
use super::suggestions;
use super::text_prompt::TextPrompt;
use super::try_page;
use super::work_timer;
use crate::app::i18n::tr;
use crate::corpus::{Edit, LabelId, ReviewState, Scheme, SentenceId, scheme, tag_notation};
use crate::format::{self, FORMATS, Format, LossInventory, ReadOptions};
use crate::hub::ModelRef;
use crate::model::align::AlignmentOptions;
use crate::project::{Save, WriteOp, copying, export};
use crate::train::arguments::small_data_preset;
use crate::train::event::TrainerControl;
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use crate::worker::{FileWork, InteractiveWork, Measurement, Work};

/// Runs a command and returns its effects.
pub fn update(app: &mut App, command: Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(notice) = refusal(app, &command) {
        app.notifications.push(notice);
        return effects;
    }
    let numbers = app.annotate.as_ref().map(|a| a.label_revision);
    dispatch(app, command, &mut effects);
    // Open dialogs refer to labels by id, so they close when ids change.
    if app.annotate.as_ref().map(|a| a.label_revision) != numbers {
        (app.match_dialog, app.fix_dialog) = (None, None);
    }
    // The label chooser closes when a dialog opens or another page is shown.
    if app.has_open_dialog() || app.page != Page::Annotate {
        app.annotate.iter_mut().for_each(|a| a.label_picker = None);
    }
    effects
}

fn dispatch(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Run(action) => run_action(app, action, effects),
        Command::Open(_) | Command::Import(_) if app.is_training() => app.notifications.push(busy_notification()),
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
            if let Some(a) = &app.annotate {
                let (corpus, files) = (a.corpus.clone(), a.files.clone());
                let root = a.path.clone();
                write(app, FileWork::SaveCopy { path, root, corpus, files }, effects);
            }
        }
        Command::ExportTo(name, path) => {
            if let (Some(a), Some(to)) = (&app.annotate, format::by_name(name)) {
                let corpus = a.corpus.clone();
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
        Command::OpenPrompt(asking) => app.prompt = asking.filter(|_| app.annotate.is_some()),
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
            if let Some(a) = &mut app.annotate {
                set_review(a, id, ReviewState { comment, ..a.corpus.review(id) }, effects);
            }
        }
        Command::SetRangeComment(id, start, end, text) => {
            app.prompt = None;
            if let Some(a) = &mut app.annotate {
                set_review(a, id, a.corpus.review(id).with_comment_at(start, end, text), effects);
            }
        }
        Command::NewDay(today) => {
            if let Some(a) = &mut app.annotate {
                a.progress.today = today;
                a.work_timer = work_timer::WorkTimer::default();
            }
        }
        Command::UserActivity(now) => {
            if let Some(a) = &mut app.annotate {
                work_timer::on_activity(a, now, effects);
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
            app.train_page.clear_measurements();
            inspect_base_model(app, effects);
            data_page::invalidate_report(app, effects);
        }
        Command::SetNumber(field, text) => {
            // `max_length` changes which spans are truncated, so the report is outdated.
            app.train_page.set_input(field, text);
            if NUMBER_SETTINGS[field].name == "max_length" {
                data_page::invalidate_report(app, effects);
            }
        }
        Command::SetLabelAllSubwords(on) => {
            app.train_page.arguments.label_all_subwords = on;
            app.train_page.estimate = None;
            request_subwords(app, effects);
        }
        Command::SetEnum(choice, option) => {
            (ENUM_SETTINGS[choice].set)(&mut app.train_page.arguments, option);
            app.train_page.estimate = None;
        }
        Command::ResumeRun(number) => resume(app, number, effects),
        Command::SetNewHead(on) => {
            app.train_page.arguments.new_head = on;
            app.train_page.clear_measurements();
        }
        Command::Device(device) => {
            app.train_page.arguments.device = device;
            app.train_page.estimate = None;
        }
        Command::ApplyLearningRate(rate) => {
            app.train_page.lr_sweep = None;
            let field = NUMBER_SETTINGS.iter().position(|f| f.name == "learning_rate");
            if let (Some(rate), Some(field)) = (rate, field) {
                app.train_page.set_input(field, format!("{rate:e}"));
            }
        }
        Command::ApplySmallDataPreset => {
            let sentences = training_sentences(app);
            let recipe = small_data_preset(sentences, &app.train_page.arguments);
            app.train_page.set_arguments(recipe);
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
        Command::SetEvalModel(model) => app.evaluate_page.model = model,
        Command::SetEvalSplit(split) => app.evaluate_page.split = split,
        Command::OpenPathDialog(pick) => effects.push(Effect::PathDialog(pick)),
        Command::CancelEvaluation => evaluate_page::cancel(app, effects),
        Command::StopSuggestions => app.requests.control(Slot::Suggestions, TrainerControl::Stop, effects),
        Command::SelectPart(start, end) => select_part(app, |a| a.select_part((start, end))),
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
            if let Some(a) = &mut app.annotate {
                dataset_command(a, on_dataset, effects);
                request_subwords(app, effects);
            }
        }
    }
}

/// Selects a part of a word, or notifies the user of the reason why it cannot.
fn select_part(app: &mut App, select: impl FnOnce(&mut Annotate) -> bool) {
    if !app.annotate.as_mut().is_none_or(select) {
        let text = tr!(
            "This format stores labels of whole words only. Export to doccano, Prodigy or Label Studio to label parts of words."
        );
        app.notifications.push(Notification::info(tr!("Cannot label part of a word"), text));
    }
}

/// Allows or forbids overlapping spans. Existing spans are unchanged.
fn allow_overlaps(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    a.allow_overlaps = !a.allow_overlaps;
    effects.push(Effect::Commit(WriteOp::Meta("overlaps", a.allow_overlaps.to_string())));
    let lost = a.files.iter().find(|f| !f.report.format.capabilities.overlapping_spans).map(|f| f.report.format.name);
    app.notifications.push(match (a.allow_overlaps, lost) {
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

fn dataset_command(a: &mut Annotate, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::GoToSentence(index) => a.go_to_sentence(index),
        Command::Select(from, to) => {
            let last = a.n_tokens() - 1;
            a.select(Some((from.min(last), to.min(last))));
        }
        Command::GoToHistory(position) => {
            while a.history.position() > position && undo(a, effects).is_some() {}
            while a.history.position() < position && redo(a, effects).is_some() {}
        }
        Command::SetGuidelines(text) => {
            effects.push(Effect::Commit(WriteOp::Meta("guidelines", text.clone())));
            a.guidelines = text;
        }
        Command::Remove(span) => {
            let document = a.current_id().document;
            apply_edit(a, Edit::Spans { document, removed: vec![span], added: Vec::new() }, effects);
        }
        Command::Brush(label) => a.active_label = label,
        Command::ClosePicker => a.label_picker = None,
        Command::FilterText(text) => {
            a.filter.text = text;
            a.apply_filter();
        }
        Command::FilterStatus(status) => {
            a.filter.status = status;
            a.apply_filter();
        }
        Command::FilterLabel(label) => {
            a.filter.label = label;
            a.apply_filter();
        }
        Command::FilterSplit(split) => {
            a.filter.split = split;
            a.apply_filter();
        }
        _ => {}
    }
}

fn run_action(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenFile => effects.push(Effect::PathDialog(Pick::OpenFile)),
        Action::OpenFolder => effects.push(Effect::PathDialog(Pick::OpenFolder)),
        Action::OpenSample if app.is_training() => app.notifications.push(busy_notification()),
        Action::OpenSample => opening::open(app, None, effects),
        Action::GoTo(room) => go_to(app, room, effects),
        Action::Palette => app.palette_open = !app.palette_open,
        Action::History => app.history_open = !app.history_open && app.annotate.is_some(),
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
        Action::Export => {
            app.export_options = match (&app.export_options, &app.annotate) {
                (None, Some(a)) => Some(export_targets(a)),
                _ => None,
            }
        }
        Action::SaveAs => save_a_copy(app, effects),
        Action::MoveProject if app.annotate.is_some() => effects.push(Effect::PathDialog(Pick::Project)),
        Action::ToggleOverlaps => allow_overlaps(app, effects),
        Action::ExtendSelection(caret @ (CaretMotion::NextCharacter | CaretMotion::PreviousCharacter)) => {
            select_part(app, |a| a.extend_by_character(caret == CaretMotion::NextCharacter));
        }
        Action::Label(key) => {
            label_commands::apply_label(app, LabelId::new(u16::from(key) - 1), effects);
            request_subwords(app, effects);
        }
        Action::Compare => effects.push(Effect::PathDialog(Pick::Compare)),
        Action::LabelMatches => matches::open(app),
        Action::LabelNextMatch => matches::label_next(app, effects),
        Action::Suggest => suggestions::request_suggestions(app, effects),
        Action::Comment => app.prompt = app.annotate.as_ref().map(TextPrompt::comment),
        Action::AddLabel => app.prompt = app.annotate.as_ref().map(|_| TextPrompt::Label),
        Action::SaveSearch => app.prompt = app.annotate.as_ref().map(|_| TextPrompt::View),
        Action::Snapshots => app.snapshots = app.annotate.as_ref().map(count_changed_since),
        on_dataset => {
            if let Some(a) = &mut app.annotate {
                dataset_action(a, on_dataset, effects);
                request_subwords(app, effects);
            }
        }
    }
}

/// Opens the file dialog for a copy, or the export dialog if the source format cannot store labels.
fn save_a_copy(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    match copying::refusal(&a.files) {
        None => effects.push(Effect::PathDialog(Pick::SaveAs { folder: a.files.len() > 1 })),
        Some(reason) => {
            app.notifications.push(Notification::info(tr!("The copy would lose labels"), reason));
            app.export_options = app.annotate.as_ref().map(export_targets);
        }
    }
}

/// Returns the export formats, each with the information of the corpus that it would lose.
fn export_targets(a: &Annotate) -> Vec<(Format, Vec<String>)> {
    let inventory = LossInventory::of(&a.corpus);
    let losses = |f: &Format| export::export_losses(&inventory, &a.files, *f, export::default_scheme(&a.corpus, *f));
    FORMATS.iter().filter(|f| f.write.is_some()).map(|f| (*f, losses(f))).collect()
}

fn dataset_action(a: &mut Annotate, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Save | Action::SaveRewriteAll => {
            let save = Save {
                files: a.files.clone(),
                corpus: a.corpus.clone(),
                rewrite_all: action == Action::SaveRewriteAll,
            };
            effects.push(Effect::Commit(WriteOp::Save(Box::new(save))));
        }
        Action::Undo => drop(undo(a, effects)),
        Action::Redo => drop(redo(a, effects)),
        Action::NextSentence => a.move_by(true),
        Action::PreviousSentence => a.move_by(false),
        Action::PageDown => (0..PAGE_SENTENCES).for_each(|_| a.move_by(true)),
        Action::PageUp => (0..PAGE_SENTENCES).for_each(|_| a.move_by(false)),
        Action::MoveSelection(caret) => a.move_caret(caret, false),
        Action::ExtendSelection(caret) => a.move_caret(caret, true),
        Action::Reshape(how) => {
            if let Some((edit, selection)) = a.reshape(how) {
                apply_edit(a, edit, effects);
                a.select(Some(selection));
            }
        }
        Action::Accept | Action::Reject | Action::NextSuggestion | Action::LeastConfidentSuggestion => {
            suggestions::run_action(a, action, effects);
        }
        Action::SelectNothing if a.selection.is_none() => a.active_label = None,
        Action::SelectNothing => a.select(None),
        Action::ChooseLabel => label_commands::open_picker(a, PickerTarget::Selection),
        Action::ChooseDocLabel => label_commands::open_picker(a, PickerTarget::Document),
        Action::ClearLabel => {
            a.label_picker = None;
            if let Some(edit) = a.label_edit(None) {
                apply_edit(a, edit, effects);
            }
        }
        Action::MarkDone => {
            let done = !a.review().done;
            set_review(a, a.current_id(), ReviewState { done, ..a.review() }, effects);
            if done {
                a.move_by(true);
            }
        }
        Action::MarkDoneUpToHere => {
            if let Some(edit) = a.mark_done_up_to_here_edit() {
                apply_edit(a, edit, effects);
                a.move_by(true);
            }
        }
        Action::Flag => {
            set_review(a, a.current_id(), ReviewState { flagged: !a.review().flagged, ..a.review() }, effects)
        }
        Action::ToggleSubwords => a.subwords.is_on = !a.subwords.is_on,
        _ => {}
    }
}

/// Number of sentences that Page Up and Page Down move.
const PAGE_SENTENCES: usize = 10;

/// Undoes the last edit. Returns `None` if there is nothing to undo.
fn undo(a: &mut Annotate, effects: &mut Vec<Effect>) -> Option<()> {
    let edit = a.history.undo(&mut a.corpus).map(Edit::inverse)?;
    on_changed(a, edit, false, effects);
    Some(())
}

/// Redoes the last undone edit. Returns `None` if there is nothing to redo.
fn redo(a: &mut Annotate, effects: &mut Vec<Effect>) -> Option<()> {
    let edit = a.history.redo(&mut a.corpus).cloned()?;
    on_changed(a, edit, false, effects);
    Some(())
}

/// Changes the review state of a sentence.
fn set_review(a: &mut Annotate, id: SentenceId, after: ReviewState, effects: &mut Vec<Effect>) {
    let (SentenceId { document, sentence }, before) = (id, a.corpus.review(id));
    if before != after {
        apply_edit(a, Edit::Review { document, sentence, before, after }, effects);
    }
}

/// Applies a new edit.
pub(super) fn apply_edit(a: &mut Annotate, edit: Edit, effects: &mut Vec<Effect>) {
    if a.history.apply(edit, &mut a.corpus)
        && let Some(made) = a.history.next_undo().cloned()
    {
        on_changed(a, made, true, effects);
    }
}

/// Updates the view after a change of the corpus, and stores the change.
fn on_changed(a: &mut Annotate, change: Edit, log: bool, effects: &mut Vec<Effect>) {
    a.on_edit(&change, log);
    effects.push(Effect::Commit(WriteOp::Edit { change, log, position: a.history.position() }));
}

fn go_to(app: &mut App, room: Page, effects: &mut Vec<Effect>) {
    let needs_data = matches!(room, Page::Train | Page::Evaluate | Page::Data);
    if needs_data && app.annotate.is_none() {
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

/// Requests the subwords of the current sentence, if the lens is on and they are missing.
fn request_subwords(app: &mut App, effects: &mut Vec<Effect>) {
    let arguments = &app.train_page.arguments;
    let options =
        AlignmentOptions { label_all_subwords: arguments.label_all_subwords, max_length: arguments.max_length };
    let Some(model) = app.train_page.base.name() else { return };
    let Some(a) = app.annotate.as_mut().filter(|a| a.subwords.is_on) else { return };
    let id = a.current_id();
    let document = a.corpus.document(id.document);
    let sentence = id.sentence as usize;
    let tokens: Vec<String> = document.sentence_tokens(sentence).into_iter().map(str::to_owned).collect();
    let name = |l| a.corpus.labels.name(l).to_owned();
    let tags = scheme::encode(&document.to_token_spans(sentence), tokens.len(), Scheme::Iob2)
        .into_iter()
        .map(|t| tag_notation::format_tag(t, Scheme::Iob2, name))
        .collect();
    let labels = a.corpus.labels.names();
    let work = InteractiveWork::Align { model, tokens, tags, labels, options };
    app.requests.submit(Purpose::Align, Work::Interactive(work), effects);
}
