//! Suggestions of models in the open dataset.

use super::Session;
use crate::corpus::edit::quoted_text;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Span};

impl Session {
    /// Returns the suggestions of the current sentence.
    pub fn suggestions(&self) -> &[Span] {
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        &document.suggestions[document.suggestion_range(id.sentence as usize)]
    }

    /// Returns the suggestions of the listed sentences with their documents, in order.
    pub fn suggestions_in_view(&self) -> Vec<(u32, Span)> {
        if self.totals.n_open_suggestions == 0 {
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
    pub fn accept_edit(&self, span: Span) -> Edit {
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

    /// Returns the edit that removes a suggestion.
    pub fn reject_edit(&self, span: Span) -> Edit {
        Edit::Suggestions { document: self.current_id().document, removed: vec![span], added: Vec::new() }
    }

    /// Selects the words of a suggestion in the current sentence.
    pub fn select_span(&mut self, span: Span) {
        let id = self.current_id();
        let words = self.corpus.document(id.document).to_token_span(id.sentence as usize, &span);
        if words.start < words.end {
            self.select(Some((words.start, words.end - 1)));
        }
    }

    /// Selects the next suggestion of the sentence after a decision, or clears the selection.
    pub fn select_suggestion_here(&mut self) {
        self.select(None);
        if let Some(next) = self.suggestions().first().copied() {
            self.select_span(next);
        }
    }

    /// Shows the next listed suggestion, and continues at the first after the last one.
    pub fn next_suggestion(&mut self) {
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
    pub fn least_confident(&mut self) {
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
