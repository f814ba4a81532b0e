//! Suggestions of a model: request, display, accept, reject and skip.

use super::annotate::Annotate;
use super::command::{Action, Command};
use super::effect::Effect;
use super::i18n::{thousands, tr, trn};
use super::notifications::Notification;
use super::requests::Purpose;
use super::state::App;
use super::update::apply_edit;
use crate::corpus::edit::{label_for, quoted_text};
use crate::corpus::{Corpus, Edit, EditTitle, EditTitleKind, LabelId, Origin, SentenceId, Span};
use crate::hub::ModelRef;
use crate::predict::SuggestionsBySentence;
use crate::project::WriteOp;
use crate::worker::{BackgroundWork, Work};
use std::collections::BTreeMap;

/// State of the suggestions.
#[derive(Debug)]
pub struct SuggestionState {
    /// Selected model.
    pub model: ModelRef,
    /// Minimum score for accepting all suggestions, in percent.
    pub threshold: u8,
}

impl Default for SuggestionState {
    fn default() -> Self {
        Self { model: ModelRef::Starter, threshold: 95 }
    }
}

/// Requests suggestions for the listed sentences that are not done.
pub(super) fn request_suggestions(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    let is_open = |index: &&usize| a.review_at(**index).is_none_or(|m| !m.done);
    let sentences: Vec<SentenceId> = a.visible.iter().filter(is_open).map(|index| a.sentences[*index]).collect();
    if sentences.is_empty() {
        app.notifications.push(Notification::info(tr!("No suggestions"), tr!("All visible sentences are done")));
        return;
    }
    let purpose = Purpose::Suggest(sentences.len());
    let (model, corpus) = (app.suggestions.model.clone(), a.corpus.clone());
    app.requests.submit(purpose, Work::Background(BackgroundWork::Suggest { model, corpus, sentences }), effects);
}

/// Adds the suggestions for the processed sentences as one edit. Suggestions equal to gold spans are skipped, and older
/// suggestions of the same model there are removed.
pub(super) fn on_suggestions(
    app: &mut App,
    model: &ModelRef,
    sentences: &[SentenceId],
    suggestions: &SuggestionsBySentence,
    effects: &mut Vec<Effect>,
) {
    let title = app.agent_name(model);
    let Some(a) = &mut app.annotate else { return };
    let known = a.corpus.agents.len();
    let Some(who) = a.corpus.intern_agent(&title) else {
        let text =
            tr!("This dataset has suggestions from {most} models and files, the maximum", most = Corpus::MAX_AGENTS);
        app.notifications.push(Notification::error(tr!("Suggestions not added"), text));
        return;
    };
    if a.corpus.agents.len() > known {
        effects.push(Effect::Commit(WriteOp::Agents(a.corpus.agents.clone())));
    }
    let mut labels = a.corpus.labels.clone();
    let mut edits = Vec::new();
    let mut proposed: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for (id, proposals) in suggestions {
        let document = a.corpus.document(id.document);
        for proposal in proposals {
            let Some(label) = label_for(&mut labels, &proposal.label, &mut edits) else { continue };
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
        let d = a.corpus.document(document);
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
    apply_edit(
        a,
        Edit::Group { title: EditTitle::new(EditTitleKind::Suggestions, [title.to_owned()]), edits },
        effects,
    );
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

/// Handles an action on a suggestion.
pub(super) fn run_action(a: &mut Annotate, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Accept => {
            if let Some(span) = a.suggestion() {
                apply_edit(a, a.accept_edit(span), effects);
                a.select_suggestion_here();
            }
        }
        Action::Reject => {
            if let Some(span) = a.suggestion() {
                apply_edit(a, a.reject_edit(span), effects);
                a.select_suggestion_here();
            }
        }
        Action::NextSuggestion => a.next_suggestion(),
        Action::LeastConfidentSuggestion => a.least_confident(),
        _ => {}
    }
}

/// Handles a command on all listed suggestions.
pub(super) fn run_bulk_command(app: &mut App, command: &Command, effects: &mut Vec<Effect>) {
    let above = f32::from(app.suggestions.threshold) / 100.0;
    let Some(a) = &mut app.annotate else { return };
    let edit = match command {
        Command::AcceptSuggestionsAboveThreshold => {
            let sure = |s: &Span| s.origin.score().is_some_and(|score| score >= above);
            let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
            for (document, span) in a.suggestions_in_view().into_iter().filter(|(_, s)| sure(s)) {
                let taken = by_document.entry(document).or_default();
                // The first of two overlapping suggestions is accepted.
                if taken.last().is_none_or(|last: &Span| !last.overlaps(&span)) {
                    taken.push(span);
                }
            }
            let count = by_document.values().map(Vec::len).sum();
            let edits =
                by_document.into_iter().flat_map(|(document, spans)| a.insert_spans_edits(document, spans)).collect();
            Edit::Group { title: EditTitle::new(EditTitleKind::AcceptSuggestions, [thousands(count)]), edits }
        }
        _ => {
            let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
            a.suggestions_in_view().into_iter().for_each(|(d, s)| by_document.entry(d).or_default().push(s));
            let drop = |(document, removed)| Edit::Suggestions { document, removed, added: Vec::new() };
            Edit::Group {
                title: EditTitle::plain(EditTitleKind::DiscardSuggestions),
                edits: by_document.into_iter().map(drop).collect(),
            }
        }
    };
    if matches!(&edit, Edit::Group { edits, .. } if !edits.is_empty()) {
        apply_edit(a, edit, effects);
    }
}

impl Annotate {
    /// Returns the suggestions of the current sentence.
    pub fn suggestions(&self) -> &[Span] {
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        &document.suggestions[document.suggestion_range(id.sentence as usize)]
    }

    /// Returns the suggestions of the listed sentences with their documents, in order.
    pub fn suggestions_in_view(&self) -> Vec<(u32, Span)> {
        if self.n_open_suggestions == 0 {
            return Vec::new();
        }
        let of = |index: &usize| {
            let id = self.sentences[*index];
            let document = self.corpus.document(id.document);
            document.suggestions[document.suggestion_range(id.sentence as usize)].iter().map(move |s| (id.document, *s))
        };
        self.visible.iter().flat_map(of).collect()
    }

    /// Returns the suggestion that accept and reject apply to: the selected one, or the first that touches the
    /// selection, or the first of the sentence.
    pub fn suggestion(&self) -> Option<Span> {
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let words = |s: &Span| document.to_token_span(id.sentence as usize, s);
        let all = self.suggestions();
        match self.selected() {
            Some(selected) => {
                let exact = |s: &&Span| words(s).start == *selected.start() && words(s).end == selected.end() + 1;
                let touches = |s: &&Span| words(s).start <= *selected.end() && *selected.start() < words(s).end;
                all.iter().find(exact).or_else(|| all.iter().find(touches)).copied()
            }
            None => all.first().copied(),
        }
    }

    /// Returns the edit that turns a suggestion into a gold span.
    fn accept_edit(&self, span: Span) -> Edit {
        let document = self.current_id().document;
        let d = self.corpus.document(document);
        let label = self.corpus.labels.name(span.label).to_owned();
        let title = EditTitle::new(EditTitleKind::AcceptSuggestion, [quoted_text(d, &span), label]);
        let id = self.current_id();
        let spans = &d.spans[d.span_range(id.sentence as usize)];
        let edits = vec![
            Edit::Suggestions {
                document,
                removed: self.replaced_spans(self.suggestions(), &[span]),
                added: Vec::new(),
            },
            Edit::Spans { document, removed: self.replaced_spans(spans, &[span]), added: vec![span] },
        ];
        Edit::Group { title, edits }
    }

    fn reject_edit(&self, span: Span) -> Edit {
        Edit::Suggestions { document: self.current_id().document, removed: vec![span], added: Vec::new() }
    }

    /// Selects the words of a suggestion in the current sentence.
    pub(super) fn select_span(&mut self, span: Span) {
        let id = self.current_id();
        let words = self.corpus.document(id.document).to_token_span(id.sentence as usize, &span);
        if words.start < words.end {
            self.select(Some((words.start, words.end - 1)));
        }
    }

    /// Selects the next suggestion of the sentence after a decision, or clears the selection.
    fn select_suggestion_here(&mut self) {
        self.select(None);
        if let Some(next) = self.suggestions().first().copied() {
            self.select_span(next);
        }
    }

    /// Shows the next listed suggestion, and continues at the first after the last one.
    fn next_suggestion(&mut self) {
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let after = self.selected().map(|words| {
            document.span_from_tokens(id.sentence as usize, *words.start()..words.end() + 1, LabelId::default())
        });
        let here = self.suggestions().iter().find(|s| after.is_none_or(|a| (s.start, s.end) > (a.start, a.end)));
        if let Some(span) = here.copied() {
            return self.select_span(span);
        }
        let at = self.visible.partition_point(|index| *index <= self.current);
        let has = |index: &&usize| {
            let id = self.sentences[**index];
            !self.corpus.document(id.document).suggestion_range(id.sentence as usize).is_empty()
        };
        if let Some(index) = self.visible[at..].iter().chain(&self.visible[..at]).find(has).copied() {
            self.go_to_sentence(index);
            self.select_suggestion_here();
        }
    }

    /// Shows the listed suggestion with the lowest score.
    fn least_confident(&mut self) {
        let score = |s: &Span| s.origin.score().unwrap_or(1.0);
        let all = self.suggestions_in_view();
        let least = all.iter().min_by(|(_, a), (_, b)| score(a).total_cmp(&score(b))).copied();
        if let Some((document, span)) = least
            && let Some(index) = self.sentence_index_at(document, span.start)
        {
            self.go_to_sentence(index);
            self.select_span(span);
        }
    }
}
