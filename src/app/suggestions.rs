//! Suggestions of a model: request, display, accept, reject and skip.

use super::action::Action;
use super::editing::{apply_edit, writer};
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::SuggestionCommand;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::corpus::edit::label_for;
use crate::corpus::{Corpus, Edit, EditTitle, EditTitleKind, Origin, SentenceId, Span};
use crate::hub::ModelRef;
use crate::i18n::{thousands, tr, trn};
use crate::predict::Suggestions;
use crate::session::Session;
use crate::train::event::TrainerControl;
use crate::worker::{BackgroundWork, Work};
use std::collections::BTreeMap;

/// Requests suggestions for the listed sentences that are not done.
pub(super) fn request_suggestions(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    let is_open = |index: &&usize| session.review_at(**index).is_none_or(|m| !m.done);
    let sentences: Vec<SentenceId> =
        session.visible.iter().filter(is_open).map(|index| session.sentences[*index]).collect();
    if sentences.is_empty() {
        app.notifications.push(Notification::info(tr!("No suggestions"), tr!("All visible sentences are done")));
        return;
    }
    let purpose = Purpose::Suggest(sentences.len());
    let (model, corpus) = (app.suggestions.model.clone(), session.corpus().clone());
    let labels = session.label_map(&model);
    let work = BackgroundWork::Suggest { model, labels, corpus, sentences };
    app.requests.submit(purpose, Work::Background(work), effects);
}

/// Adds the suggestions for the processed sentences as one edit. Suggestions equal to gold spans are skipped, and older
/// suggestions of the same model there are removed.
pub(super) fn on_suggestions(
    app: &mut App,
    model: &ModelRef,
    sentences: &[SentenceId],
    suggestions: &Suggestions,
    effects: &mut Vec<Effect>,
) {
    let title = app.agent_name(model);
    let Some(session) = &mut app.session else { return };
    if suggestions.are_mostly_unknown() {
        let text = tr!("At least half of the tokens are unknown to its vocabulary. Choose a model of this language.");
        app.notifications.push(Notification::info(tr!("{title} does not know this text", title), text));
    }
    let map = session.label_map(model);
    let Some(mut writer) = writer(session, effects) else { return };
    let Some(who) = writer.intern_agent(&title) else {
        let text =
            tr!("This dataset has suggestions from {most} models and files, the maximum", most = Corpus::MAX_AGENTS);
        app.notifications.push(Notification::error(tr!("Suggestions not added"), text));
        return;
    };
    let mut labels = writer.corpus().labels.clone();
    let mut edits = Vec::new();
    let mut proposed: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for (id, proposals) in &suggestions.predictions {
        let document = writer.corpus().document(id.document);
        for proposal in proposals {
            let name = match map.get(&proposal.label) {
                Some(Some(name)) => name,
                Some(None) => continue,
                None => &proposal.label,
            };
            let Some(label) = label_for(&mut labels, name, &mut edits) else { continue };
            let origin = Origin::suggested(who, proposal.score);
            let at = document.span_from_tokens(id.sentence as usize, proposal.words.clone(), label);
            if document.spans.binary_search(&at).is_err() {
                proposed.entry(id.document).or_default().push(Span { origin, ..at });
            }
        }
    }
    let count: usize = proposed.values().map(Vec::len).sum();
    let is_theirs = |s: &&Span| matches!(s.origin, Origin::Suggested { agent: w, .. } if w == who);
    for part in sentences.chunk_by(|a, b| a.document == b.document) {
        let document = part[0].document;
        let d = writer.corpus().document(document);
        let before = part.iter().flat_map(|id| &d.suggestions[d.suggestion_range(id.sentence as usize)]);
        let mut removed: Vec<Span> = before.filter(is_theirs).copied().collect();
        removed.dedup();
        let mut added = proposed.remove(&document).unwrap_or_default();
        added.sort_unstable();
        added.dedup();
        let stays = |s: &Span| d.suggestions.binary_search(s).is_ok() && removed.binary_search(s).is_err();
        added.retain(|s| !stays(s));
        if !removed.is_empty() || !added.is_empty() {
            edits.push(Edit::Suggestions { document, removed, added });
        }
    }
    if edits.is_empty() {
        app.notifications
            .push(Notification::success(tr!("No suggestions"), tr!("{title} found no unlabeled entities", title)));
        return;
    }
    writer.apply(Edit::Group { title: EditTitle::new(EditTitleKind::Suggestions, [title.to_owned()]), edits });
    let text = trn!(
        count,
        "{n} suggestion from {title}. Press {accept} to accept, {reject} to reject.",
        "{n} suggestions from {title}. Press {accept} to accept, {reject} to reject.",
        title,
        accept = app.keymap.key_text(Action::Accept),
        reject = app.keymap.key_text(Action::Reject)
    );
    app.notifications.push(Notification::success(tr!("Suggestions"), text));
}

/// Accepts the suggestion at the selection and selects the next one of the sentence.
pub(super) fn accept(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some(span) = session.suggestion() {
        apply_edit(session, session.accept_edit(span), effects);
        session.select_suggestion_here();
    }
}

/// Rejects the suggestion at the selection and selects the next one of the sentence.
pub(super) fn reject(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some(span) = session.suggestion() {
        apply_edit(session, session.reject_edit(span), effects);
        session.select_suggestion_here();
    }
}

/// Runs a command of the suggestions.
pub(super) fn run_command(app: &mut App, command: SuggestionCommand, effects: &mut Vec<Effect>) {
    match command {
        SuggestionCommand::SuggestModel(model) => app.suggestions.model = model,
        SuggestionCommand::SetSuggestionThreshold(percent) => app.suggestions.threshold = percent.min(100),
        SuggestionCommand::AcceptSuggestionsAboveThreshold => {
            let threshold = f32::from(app.suggestions.threshold) / 100.0;
            apply_group(app, effects, |session| accept_all_edit(session, threshold));
        }
        SuggestionCommand::DiscardSuggestions => apply_group(app, effects, discard_all_edit),
        SuggestionCommand::StopSuggestions => {
            app.requests.control(Slot::Suggestions, TrainerControl::Stop, effects);
        }
    }
}

/// Applies a group of edits, unless it is empty.
fn apply_group(app: &mut App, effects: &mut Vec<Effect>, group: impl FnOnce(&Session) -> (EditTitle, Vec<Edit>)) {
    let Some(session) = &mut app.session else { return };
    let (title, edits) = group(session);
    if !edits.is_empty() {
        apply_edit(session, Edit::Group { title, edits }, effects);
    }
}

/// Returns the edits that accept all listed suggestions with at least this confidence.
fn accept_all_edit(session: &Session, threshold: f32) -> (EditTitle, Vec<Edit>) {
    let is_confident = |s: &Span| s.origin.score().is_some_and(|score| score >= threshold);
    let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for (document, span) in session.suggestions_in_view().into_iter().filter(|(_, s)| is_confident(s)) {
        let accepted = by_document.entry(document).or_default();
        // The first of two overlapping suggestions is accepted.
        if accepted.last().is_none_or(|last: &Span| !last.overlaps(&span)) {
            accepted.push(span);
        }
    }
    let count = by_document.values().map(Vec::len).sum();
    let edits = by_document.into_iter().flat_map(|(document, spans)| session.insert_spans_edits(document, spans));
    (EditTitle::new(EditTitleKind::AcceptSuggestions, [thousands(count)]), edits.collect())
}

/// Returns the edits that remove all listed suggestions.
fn discard_all_edit(session: &Session) -> (EditTitle, Vec<Edit>) {
    let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    session.suggestions_in_view().into_iter().for_each(|(d, s)| by_document.entry(d).or_default().push(s));
    let discard = |(document, removed)| Edit::Suggestions { document, removed, added: Vec::new() };
    (EditTitle::plain(EditTitleKind::DiscardSuggestions), by_document.into_iter().map(discard).collect())
}
