//! The only module in which commands change the state.

use super::annotate::{Annotate, Choosing};
use super::command::{Action, Command};
use super::data_page;
use super::effect::{Effect, Pick};
use super::import;
use super::label_commands;
use super::labeling::CaretMotion;
use super::matches;
use super::notifications::Notification;
use super::preferences::set;
use super::refusal::refusal;
use super::runs::{busy, resume, start, training_sentences, try_out, wish};
use super::saved::{changed_since, keep};
use super::source_change;
use super::state::{App, Page};
use super::suggestions;
use super::text_prompt::TextPrompt;
use super::train_page::BaseModelInput;
use super::work_timer;
use crate::app::i18n::tr;
use crate::corpus::{Edit, LabelId, ReviewState, Scheme, SentenceId, scheme, tag_notation};
use crate::format::{self, FORMATS, Format, LossInventory, ReadOptions};
use crate::model::align::AlignmentOptions;
use crate::project::{Save, WriteOp, copying, export};
use crate::train::arguments::small_data_preset;
use crate::train::event::TrainerControl;
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use crate::worker::{FileRequest, ReadRequest, Trial};

/// Runs a command and returns its effects.
pub fn update(app: &mut App, command: Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(notice) = refusal(app, &command) {
        app.notices.push(notice);
        return effects;
    }
    let numbers = app.annotate.as_ref().map(|a| a.renumbered);
    perform(app, command, &mut effects);
    // Open dialogs refer to labels by id, so they close when ids change.
    if app.annotate.as_ref().map(|a| a.renumbered) != numbers {
        (app.matching, app.fixing) = (None, None);
    }
    // The label chooser closes when a dialog opens or another page is shown.
    if app.is_covered() || app.page != Page::Annotate {
        app.annotate.iter_mut().for_each(|a| a.choosing = None);
    }
    effects
}

fn perform(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Do(action) => act(app, action, effects),
        Command::Open(_) | Command::Import(_) if app.training.is_busy() => app.notices.push(busy()),
        Command::Import(path) => {
            app.importing = None;
            import::look(app, path, ReadOptions::default(), effects);
        }
        Command::ImportChoices(choices) => {
            if let Some(path) = app.importing.as_ref().map(|i| i.path.clone()) {
                import::look(app, path, choices, effects);
            }
        }
        Command::ImportLabel(old, fate) => {
            if let Some(importing) = &mut app.importing {
                let stays = fate.as_ref() == Some(&old);
                importing.renames.insert(old.clone(), fate);
                if stays {
                    importing.renames.remove(&old);
                }
            }
        }
        Command::ImportTake => import::take(app, effects),
        Command::ImportCancel => import::cancel(app),
        Command::Open(path) => {
            app.opening = Some(path.display().to_string());
            effects.push(Effect::File(FileRequest::Open(Some(path))));
        }
        Command::SaveTo(path) => {
            if let Some(a) = &app.annotate {
                let (corpus, files) = (a.corpus.clone(), a.files.clone());
                let root = a.path.clone();
                effects.push(Effect::File(FileRequest::SaveAs { path, root, corpus, files }));
            }
        }
        Command::ExportTo(name, path) => {
            if let (Some(a), Some(to)) = (&app.annotate, format::by_name(name)) {
                effects.push(Effect::File(FileRequest::Export { path, corpus: a.corpus.clone(), to }));
            }
        }
        Command::WriteFile(path, bytes) => effects.push(Effect::File(FileRequest::Write { path, bytes })),
        Command::SaveModelTo(from, to) => effects.push(Effect::File(FileRequest::CopyModel { from, to })),
        Command::KeepProjectAt(path) => effects.push(Effect::Rebuild(path)),
        Command::Stay => app.leaving = false,
        Command::SourceChange(decision) => source_change::decide(app, decision, effects),
        Command::Forget(path) => {
            app.settings.remove_recent(&path);
            effects.push(Effect::StoreSettings);
        }
        Command::Ask(asking) => app.asking = asking.filter(|_| app.annotate.is_some()),
        Command::Matches(label, likeness) => matches::look_again(app, label, likeness),
        Command::Tick(which, ticked) => {
            let hits = app.matching.iter_mut().flat_map(|m| &mut m.hits).enumerate();
            hits.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, hit)| hit.ticked = ticked);
        }
        Command::TakeMatches => matches::take(app, effects),
        Command::CloseMatches => app.matching = None,
        Command::CloseSnapshots => app.snapshots = None,
        Command::KeepView(_)
        | Command::ForgetView(_)
        | Command::TakeSnapshot(_)
        | Command::ForgetSnapshot(_)
        | Command::Restore(_) => keep(app, command, effects),
        Command::Comment(id, comment) => {
            app.asking = None;
            if let Some(a) = &mut app.annotate {
                note(a, id, ReviewState { comment, ..a.corpus.review(id) }, effects);
            }
        }
        Command::Remark(id, start, end, text) => {
            app.asking = None;
            if let Some(a) = &mut app.annotate {
                note(a, id, a.corpus.review(id).with_comment_at(start, end, text), effects);
            }
        }
        Command::NewDay(today) => {
            if let Some(a) = &mut app.annotate {
                a.progress.today = today;
                a.worked = work_timer::WorkTimer::default();
            }
        }
        Command::Active(now) => {
            if let Some(a) = &mut app.annotate {
                work_timer::goes_on(a, now, effects);
            }
        }
        Command::Label(_)
        | Command::NewLabel(_)
        | Command::NewLabelHere(_)
        | Command::RenameLabel(..)
        | Command::RecolourLabel(..)
        | Command::LetterOfLabel(..)
        | Command::Class(_) => {
            label_commands::act(app, command, effects);
            ask_for_pieces(app, effects);
        }
        Command::Base(base) => {
            app.training.base = base;
            app.surveying.survey = None;
            app.training.forget_measurements();
            check_base(app, effects);
        }
        Command::Setting(field, text) => {
            // `max_length` changes which spans are truncated, so the report is outdated.
            app.surveying.survey = app.surveying.survey.take().filter(|_| NUMBER_SETTINGS[field].name != "max_length");
            app.training.type_in(field, text);
        }
        Command::LabelAllPieces(on) => {
            app.training.arguments.label_all_pieces = on;
            app.training.estimate = None;
            ask_for_pieces(app, effects);
        }
        Command::Choice(choice, option) => {
            (ENUM_SETTINGS[choice].set)(&mut app.training.arguments, option);
            app.training.estimate = None;
        }
        Command::ResumeRun(number) => resume(app, number, effects),
        Command::NewHead(on) => {
            app.training.arguments.new_head = on;
            app.training.forget_measurements();
        }
        Command::Device(device) => {
            app.training.arguments.device = device;
            app.training.estimate = None;
        }
        Command::TakeRate(rate) => {
            app.training.rates = None;
            let field = NUMBER_SETTINGS.iter().position(|f| f.name == "learning_rate");
            if let (Some(rate), Some(field)) = (rate, field) {
                app.training.type_in(field, format!("{rate:e}"));
            }
        }
        Command::TakeRecipe => {
            let sentences = training_sentences(app);
            let recipe = small_data_preset(sentences, &app.training.arguments);
            app.training.take(recipe);
        }
        Command::TryText(text) => {
            app.trying.text = text;
            ask(app, effects);
        }
        Command::TryModel(model) => {
            app.trying.model = model;
            ask(app, effects);
        }
        Command::SuggestModel(model) => app.suggesting.model = model,
        Command::SuggestAbove(percent) => app.suggesting.above = percent.min(100),
        Command::AcceptAbove | Command::DropSuggestions => suggestions::act_on_all(app, &command, effects),
        Command::SurveyTab(_)
        | Command::Survey
        | Command::ShowKind(_)
        | Command::ShowFinding(_)
        | Command::Settle(_)
        | Command::Mend(_)
        | Command::TickFix(..)
        | Command::TakeFixes
        | Command::CloseFixes
        | Command::ShowOnly(_)
        | Command::CompareWith(_)
        | Command::EndComparison
        | Command::Difference(_)
        | Command::Decide(_) => data_page::act(app, command, effects),
        Command::ScoreModel(model) => app.scoring.model = model,
        Command::ScoreSplit(split) => app.scoring.split = split,
        Command::Pick(pick) => effects.push(Effect::Pick(pick)),
        Command::Cancel => effects.push(Effect::StopReading),
        Command::SelectPart(start, end) => select_part(app, |a| a.select_part((start, end))),
        Command::CloseNotice(key) => app.notices.close(key),
        Command::SetTheme(_)
        | Command::Compact(_)
        | Command::ShowTimer(_)
        | Command::HideInvisible(_)
        | Command::PanelWidth(..)
        | Command::SetPreset(_)
        | Command::SetKey(..)
        | Command::ResetKey(_) => set(app, command, effects),
        Command::SystemTheme(light) => app.system_light = light,
        Command::Say(notice) => app.notices.push(notice),
        on_dataset => {
            if let Some(a) = &mut app.annotate {
                on_the_dataset(a, on_dataset, effects);
                ask_for_pieces(app, effects);
            }
        }
    }
}

/// Selects a part of a word, or notifies the user of the reason why it cannot.
fn select_part(app: &mut App, select: impl FnOnce(&mut Annotate) -> bool) {
    if !app.annotate.as_mut().is_none_or(select) {
        let text = tr!(
            "This dataset's file holds labels of whole words only. Export it as JSON lines to label parts of words."
        );
        app.notices.push(Notification::info(tr!("Parts of words cannot be labelled here"), text));
    }
}

/// Allows or forbids overlapping spans. Existing spans are unchanged.
fn allow_overlaps(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    a.overlaps = !a.overlaps;
    effects.push(Effect::Commit(WriteOp::Meta("overlaps", a.overlaps.to_string())));
    let lost = a.files.iter().find(|f| !f.report.format.capabilities.overlapping_spans).map(|f| f.report.format.name);
    app.notices.push(match (a.overlaps, lost) {
        (true, Some(format)) => {
            let text = tr!(
                "But {format} holds none: saving there keeps the first of each. Export keeps all, as JSON lines.",
                format
            );
            Notification::info(tr!("Spans may overlap now"), text)
        }
        (true, None) => {
            Notification::good(tr!("Spans may overlap now"), tr!("A label is put beside spans of other words."))
        }
        (false, _) => {
            Notification::good(tr!("Spans may not overlap"), tr!("A label that would cut another span is refused."))
        }
    });
}

fn on_the_dataset(a: &mut Annotate, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Sentence(place) => a.go_to(place),
        Command::Select(from, to) => {
            let last = a.length() - 1;
            a.select(Some((from.min(last), to.min(last))));
        }
        Command::JumpTo(position) => {
            while a.history.position() > position && undo(a, effects).is_some() {}
            while a.history.position() < position && redo(a, effects).is_some() {}
        }
        Command::SetGuidelines(text) => {
            effects.push(Effect::Commit(WriteOp::Meta("guidelines", text.clone())));
            a.guidelines = text;
        }
        Command::Remove(span) => {
            let document = a.current_id().document;
            make(a, Edit::Spans { document, removed: vec![span], added: Vec::new() }, effects);
        }
        Command::Brush(label) => a.brush = label,
        Command::ChooseNone => a.choosing = None,
        Command::FilterText(text) => {
            a.filter.text = text;
            a.refilter();
        }
        Command::FilterStatus(status) => {
            a.filter.status = status;
            a.refilter();
        }
        Command::FilterLabel(label) => {
            a.filter.label = label;
            a.refilter();
        }
        Command::FilterSplit(split) => {
            a.filter.split = split;
            a.refilter();
        }
        _ => {}
    }
}

fn act(app: &mut App, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenFile => effects.push(Effect::Pick(Pick::OpenFile)),
        Action::OpenFolder => effects.push(Effect::Pick(Pick::OpenFolder)),
        Action::OpenSample if app.training.is_busy() => app.notices.push(busy()),
        Action::OpenSample => {
            app.opening = Some(tr!("the sample").into());
            effects.push(Effect::File(FileRequest::Open(None)));
        }
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
        Action::Estimate => try_out(app, Trial::Estimate, effects),
        Action::FindLearningRate => try_out(app, Trial::Rates, effects),
        Action::PauseTraining => wish(app, effects, |before| match before {
            TrainerControl::Pause => TrainerControl::Continue,
            _ => TrainerControl::Pause,
        }),
        Action::StopAfterEpoch => wish(app, effects, |_| TrainerControl::StopAfterEpoch),
        Action::StopTraining => wish(app, effects, |_| TrainerControl::Stop),
        Action::Evaluate => evaluate(app, effects),
        Action::Export => {
            app.exporting = match (&app.exporting, &app.annotate) {
                (None, Some(a)) => Some(offered(a)),
                _ => None,
            }
        }
        Action::SaveAs => save_a_copy(app, effects),
        Action::MoveProject if app.annotate.is_some() => effects.push(Effect::Pick(Pick::Project)),
        Action::ToggleOverlaps => allow_overlaps(app, effects),
        Action::Extend(caret @ (CaretMotion::NextCharacter | CaretMotion::PreviousCharacter)) => {
            select_part(app, |a| a.extend_by_character(caret == CaretMotion::NextCharacter));
        }
        Action::Label(key) => {
            label_commands::apply_label(app, LabelId::new(u16::from(key) - 1), effects);
            ask_for_pieces(app, effects);
        }
        Action::Compare => effects.push(Effect::Pick(Pick::Compare)),
        Action::LabelMatches => matches::open(app),
        Action::LabelNextMatch => matches::repeat(app, effects),
        Action::Suggest => suggestions::ask(app, effects),
        Action::Comment => app.asking = app.annotate.as_ref().map(TextPrompt::comment),
        Action::AddLabel => app.asking = app.annotate.as_ref().map(|_| TextPrompt::Label),
        Action::SaveSearch => app.asking = app.annotate.as_ref().map(|_| TextPrompt::View),
        Action::Snapshots => app.snapshots = app.annotate.as_ref().map(changed_since),
        on_dataset => {
            if let Some(a) = &mut app.annotate {
                act_on_the_dataset(a, on_dataset, effects);
                ask_for_pieces(app, effects);
            }
        }
    }
}

/// Opens the file dialog for a copy, or the export dialog if the source format cannot store labels.
fn save_a_copy(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    match copying::refusal(&a.files) {
        None => effects.push(Effect::Pick(Pick::SaveAs { folder: a.files.len() > 1 })),
        Some(why) => {
            app.notices.push(Notification::info(tr!("A copy cannot hold the labels"), why));
            app.exporting = app.annotate.as_ref().map(offered);
        }
    }
}

/// Returns the export formats, each with the information of the corpus that it would lose.
fn offered(a: &Annotate) -> Vec<(Format, Vec<String>)> {
    let inventory = LossInventory::of(&a.corpus);
    let losses = |f: &Format| export::export_losses(&inventory, &a.files, *f, export::default_scheme(&a.corpus, *f));
    FORMATS.iter().filter(|f| f.write.is_some()).map(|f| (*f, losses(f))).collect()
}

fn act_on_the_dataset(a: &mut Annotate, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Save | Action::SaveRewriteAll => {
            let save =
                Save { files: a.files.clone(), corpus: a.corpus.clone(), anew: action == Action::SaveRewriteAll };
            effects.push(Effect::Commit(WriteOp::Save(Box::new(save))));
        }
        Action::Undo => drop(undo(a, effects)),
        Action::Redo => drop(redo(a, effects)),
        Action::NextSentence => a.step(true),
        Action::PreviousSentence => a.step(false),
        Action::PageDown => (0..PAGE).for_each(|_| a.step(true)),
        Action::PageUp => (0..PAGE).for_each(|_| a.step(false)),
        Action::Move(caret) => a.move_caret(caret, false),
        Action::Extend(caret) => a.move_caret(caret, true),
        Action::Reshape(how) => {
            if let Some((edit, selection)) = a.reshape(how) {
                make(a, edit, effects);
                a.select(Some(selection));
            }
        }
        Action::Accept | Action::Reject | Action::NextSuggestion | Action::LeastConfidentSuggestion => {
            suggestions::act(a, action, effects);
        }
        Action::SelectNothing if a.selection.is_none() => a.brush = None,
        Action::SelectNothing => a.select(None),
        Action::ChooseLabel => label_commands::choose(a, Choosing::Span),
        Action::ChooseDocLabel => label_commands::choose(a, Choosing::Class),
        Action::ClearLabel => {
            a.choosing = None;
            if let Some(edit) = a.label_edit(None) {
                make(a, edit, effects);
            }
        }
        Action::MarkDone => {
            let done = !a.mark().done;
            note(a, a.current_id(), ReviewState { done, ..a.mark() }, effects);
            if done {
                a.step(true);
            }
        }
        Action::MarkDoneUpToHere => {
            if let Some(edit) = a.done_up_to_here() {
                make(a, edit, effects);
                a.step(true);
            }
        }
        Action::Flag => note(a, a.current_id(), ReviewState { flagged: !a.mark().flagged, ..a.mark() }, effects),
        Action::ToggleSubwords => a.pieces.on = !a.pieces.on,
        _ => {}
    }
}

/// Number of sentences that Page Up and Page Down move.
const PAGE: usize = 10;

/// Undoes the last edit. Returns `None` if there is nothing to undo.
fn undo(a: &mut Annotate, effects: &mut Vec<Effect>) -> Option<()> {
    let edit = a.history.undo(&mut a.corpus).map(Edit::inverse)?;
    changed(a, edit, false, effects);
    Some(())
}

/// Redoes the last undone edit. Returns `None` if there is nothing to redo.
fn redo(a: &mut Annotate, effects: &mut Vec<Effect>) -> Option<()> {
    let edit = a.history.redo(&mut a.corpus).cloned()?;
    changed(a, edit, false, effects);
    Some(())
}

/// Changes the review state of a sentence.
fn note(a: &mut Annotate, id: SentenceId, after: ReviewState, effects: &mut Vec<Effect>) {
    let (SentenceId { document, sentence }, before) = (id, a.corpus.review(id));
    if before != after {
        make(a, Edit::Review { document, sentence, before, after }, effects);
    }
}

/// Applies a new edit.
pub(super) fn make(a: &mut Annotate, edit: Edit, effects: &mut Vec<Effect>) {
    if a.history.apply(edit, &mut a.corpus)
        && let Some(made) = a.history.next_undo().cloned()
    {
        changed(a, made, true, effects);
    }
}

/// Updates the view after a change of the corpus, and stores the change.
fn changed(a: &mut Annotate, change: Edit, log: bool, effects: &mut Vec<Effect>) {
    a.after(&change, log);
    effects.push(Effect::Commit(WriteOp::Edit { change, log, position: a.history.position() }));
}

fn go_to(app: &mut App, room: Page, effects: &mut Vec<Effect>) {
    let needs_data = matches!(room, Page::Train | Page::Evaluate | Page::Data);
    if needs_data && app.annotate.is_none() {
        return;
    }
    app.page = room;
    match room {
        Page::Train if app.training.facts.is_none() => check_base(app, effects),
        Page::Try if app.trying.ticket == 0 => ask(app, effects),
        Page::Data => data_page::ask(app, effects),
        _ => {}
    }
}

/// Reads the properties of the selected base model.
fn check_base(app: &mut App, effects: &mut Vec<Effect>) {
    app.training.facts = None;
    app.training.download = None;
    // A model of the hub is read only if it is in the cache. Typing its name starts no download.
    if let Some(name) = app.training.base.name()
        && !matches!(app.training.base, BaseModelInput::Hub(_))
    {
        app.training.checking = true;
        effects.push(Effect::Read(ReadRequest::Check(name)));
    }
}

/// Requests the entities of the text on the Try page.
fn ask(app: &mut App, effects: &mut Vec<Effect>) {
    let t = &mut app.trying;
    t.ticket += 1;
    t.failure = None;
    let (model, text, ticket) = (t.model.clone(), t.text.clone(), t.ticket);
    effects.push(Effect::Read(ReadRequest::Predict { model, text, ticket }));
}

/// Requests the subwords of the current sentence, if the lens is on and they are missing.
fn ask_for_pieces(app: &mut App, effects: &mut Vec<Effect>) {
    let arguments = &app.training.arguments;
    let rule = AlignmentOptions { label_all_pieces: arguments.label_all_pieces, max_length: arguments.max_length };
    let Some(model) = app.training.base.name() else { return };
    let Some(a) = app.annotate.as_mut().filter(|a| a.pieces.on) else { return };
    let id = a.current_id();
    let document = a.corpus.document(id.document);
    let sentence = id.sentence as usize;
    let words: Vec<String> = document.sentence_tokens(sentence).into_iter().map(str::to_owned).collect();
    let name = |l| a.corpus.labels.name(l).to_owned();
    let tags = scheme::encode(&document.to_token_spans(sentence), words.len(), Scheme::Iob2)
        .into_iter()
        .map(|t| tag_notation::format_tag(t, Scheme::Iob2, name))
        .collect();
    a.pieces.ticket += 1;
    let (labels, ticket) = (a.corpus.labels.names(), a.pieces.ticket);
    effects.push(Effect::Read(ReadRequest::Pieces { model, words, tags, labels, rule, ticket }));
}

fn evaluate(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    let sentences = a.corpus.sentences(Some(app.scoring.split));
    if sentences.is_empty() {
        let split = app.scoring.split.name();
        app.notices.push(Notification::bad(tr!("Nothing to score"), tr!("The dataset has no {split} split.", split)));
        return;
    }
    app.page = Page::Evaluate;
    app.scoring.progress = Some((0, sentences.len()));
    app.scoring.failure = None;
    let (model, corpus) = (app.scoring.model.clone(), a.corpus.clone());
    effects.push(Effect::Read(ReadRequest::Evaluate { model, corpus, sentences }));
}
