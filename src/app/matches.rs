//! Labels further occurrences of the selected words: all at once in a dialog, or one by one with a key.

use super::annotate::Annotate;
use super::command::Action;
use super::effect::Effect;
use super::i18n::{thousands, tr, trn};
use super::notifications::Notification;
use super::state::App;
use super::update::apply_edit;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Origin, SentenceId, Span};
use std::collections::BTreeMap;

/// Criteria for two words to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Ignores case.
    pub ignore_case: bool,
    /// Ignores word endings, independent of language. Two words match if their common prefix has at least four letters
    /// and covers two thirds of the shorter word, with at most three letters after it in each word.
    pub ignore_suffix: bool,
}

impl MatchOptions {
    /// Returns true if two words match.
    pub fn is_match(self, a: &str, b: &str) -> bool {
        if a == b {
            return true;
        }
        if !self.ignore_case && !self.ignore_suffix {
            return false;
        }
        let lower = |c: char| c.to_lowercase().next().filter(|_| self.ignore_case).unwrap_or(c);
        let (a, b) = (a.chars().map(lower), b.chars().map(lower));
        if !self.ignore_suffix {
            return a.eq(b);
        }
        let shared = a.clone().zip(b.clone()).take_while(|(x, y)| x == y).count();
        if shared < 4 {
            return a.eq(b);
        }
        let (a, b) = (a.count(), b.count());
        (shared * 3 >= a.min(b) * 2 && a - shared <= 3 && b - shared <= 3) || (a == b && a == shared)
    }
}

/// An occurrence of the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// Index of the sentence in the list of all sentences.
    pub sentence_index: usize,
    /// Span of the occurrence, with the label to apply.
    pub span: Span,
    /// Current label: of a span of exactly these words, or of the first span that would be replaced.
    pub current_label: Option<LabelId>,
    /// True if that span covers other words, for example a longer name.
    pub has_conflict: bool,
    /// True if the occurrence is selected for labeling.
    pub is_checked: bool,
}

/// State of the dialog of matches.
#[derive(Clone, Debug)]
pub struct MatchDialog {
    /// The words to find.
    pub words: Vec<String>,
    /// The words as written in the text.
    pub text: String,
    /// Label to apply.
    pub label: LabelId,
    /// Match criteria.
    pub options: MatchOptions,
    /// Occurrences, in order.
    pub matches: Vec<TextMatch>,
}

impl MatchDialog {
    /// Returns the number of selected matches.
    pub fn num_checked(&self) -> usize {
        self.matches.iter().filter(|h| h.is_checked).count()
    }
}

/// Opens the dialog for the selected words.
pub(super) fn open(app: &mut App) {
    let Some(a) = &app.annotate else { return };
    let Some((words, text)) = a.selected_words() else {
        let text = tr!("Then press {key} to find all matches", key = app.keymap.key_text(Action::LabelMatches));
        return app.notifications.push(Notification::info(tr!("Select words first"), text));
    };
    if a.corpus.labels.is_empty() {
        let text = tr!("Press {key} to add a label", key = app.keymap.key_text(Action::AddLabel));
        return app.notifications.push(Notification::info(tr!("No labels yet"), text));
    }
    let label = a.selected_span().map(|s| s.label).or(a.recent_labels.first().copied()).unwrap_or_default();
    let options = MatchOptions::default();
    let hits = a.find_matches(&words, label, options);
    app.match_dialog = Some(MatchDialog { words, text, label, options, matches: hits });
}

/// Searches again with another label or other criteria.
pub(super) fn refresh(app: &mut App, label: LabelId, options: MatchOptions) {
    if let (Some(a), Some(m)) = (&app.annotate, &mut app.match_dialog) {
        (m.label, m.options) = (label, options);
        m.matches = a.find_matches(&m.words, label, options);
    }
}

/// Labels the selected matches.
pub(super) fn apply(app: &mut App, effects: &mut Vec<Effect>) {
    let (Some(a), Some(m)) = (&mut app.annotate, app.match_dialog.take()) else { return };
    let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for hit in m.matches.iter().filter(|h| h.is_checked) {
        by_document.entry(a.sentences[hit.sentence_index].document).or_default().push(hit.span);
    }
    let count: usize = by_document.values().map(Vec::len).sum();
    let label = a.corpus.labels.name(m.label).to_owned();
    let title = EditTitle::new(EditTitleKind::LabelMatches, [thousands(count), m.text.clone(), label]);
    let edits: Vec<Edit> =
        by_document.into_iter().flat_map(|(document, added)| a.insert_spans_edits(document, added)).collect();
    if !edits.is_empty() {
        apply_edit(a, Edit::Group { title, edits }, effects);
        let text = trn!(
            count,
            "Labeled {n} match as {label}. Press {key} to undo.",
            "Labeled {n} matches as {label}. Press {key} to undo.",
            label = a.corpus.labels.name(m.label),
            key = app.keymap.key_text(Action::Undo)
        );
        app.notifications.push(Notification::success(tr!("Labeled “{text}”", text = m.text), text));
    }
}

/// Labels the next match of the words that were labeled last, and shows it.
pub(super) fn label_next(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    let Some((words, label)) = a.last_labeled.clone() else {
        let key = app.keymap.key_text(Action::LabelNextMatch);
        let text = tr!("Label a word first, then press {key} to label its next match", key);
        return app.notifications.push(Notification::info(tr!("Nothing to repeat"), text));
    };
    let (from, search_from_token) = (a.current, a.selected().map_or(0, |s| s.end() + 1));
    let split = a.visible.partition_point(|index| *index < from);
    // The search starts after the selection and wraps around.
    let here = (a.visible.get(split) == Some(&from)).then_some(from);
    let wrapped_order: Vec<usize> = a.visible[split..].iter().chain(&a.visible[..split]).copied().chain(here).collect();
    let next = wrapped_order.into_iter().enumerate().find_map(|(position, index)| {
        let hits = a.matches_in(index, &words, label, MatchOptions::default());
        let id = a.sentences[index];
        let first = |h: &TextMatch| a.corpus.document(id.document).to_token_span(id.sentence as usize, &h.span).start;
        hits.into_iter().find(|h| h.is_checked && (position > 0 || index != from || first(h) >= search_from_token))
    });
    let Some(hit) = next else {
        let text = tr!(
            "No more matches of “{words}” to label as {label} in the visible sentences",
            words = words.join(" "),
            label = a.corpus.labels.name(label)
        );
        app.notifications.push(Notification::success(tr!("No more matches"), text));
        return;
    };
    a.go_to_sentence(hit.sentence_index);
    a.select_span(hit.span);
    if let Some(edit) = a.label_edit(Some(label)) {
        apply_edit(a, edit, effects);
    }
}

impl Annotate {
    /// Returns the selected words and their text.
    pub(super) fn selected_words(&self) -> Option<(Vec<String>, String)> {
        let range = self.selected()?;
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let words = document.sentence_tokens(id.sentence as usize);
        let text = document.token_range_text(id.sentence as usize, *range.start()..range.end() + 1);
        Some((words[range].iter().map(|w| (*w).to_owned()).collect(), text.replace(['\n', '\r'], " ")))
    }

    /// Finds these words in all listed sentences. Occurrences that already have the label, or are part of a longer
    /// span, are not selected.
    fn find_matches(&self, words: &[String], label: LabelId, options: MatchOptions) -> Vec<TextMatch> {
        self.visible.iter().flat_map(|index| self.matches_in(*index, words, label, options)).collect()
    }

    /// Finds these words in one sentence, without overlaps.
    fn matches_in(&self, index: usize, words: &[String], label: LabelId, options: MatchOptions) -> Vec<TextMatch> {
        let SentenceId { document, sentence } = self.sentences[index];
        let d = self.corpus.document(document);
        let range = d.sentence_range(sentence as usize);
        let mut hits = Vec::new();
        let mut at = range.start;
        while at + words.len() <= range.end {
            if !words.iter().enumerate().all(|(i, word)| options.is_match(d.token(at + i), word)) {
                at += 1;
                continue;
            }
            let first = at - range.start;
            let span = d.span_from_tokens(sentence as usize, first..first + words.len(), label);
            let here = &d.spans[d.span_range(sentence as usize)];
            let exact = here.iter().filter(|s| (s.start, s.end) == (span.start, span.end));
            let other = self.replaced_spans(here, &[span]).first().map(|s| s.label);
            let exact_label = exact.clone().find(|s| s.label == label).or(exact.clone().next()).map(|s| s.label);
            let has_conflict = exact_label.is_none() && other.is_some();
            let is_checked = exact_label != Some(label) && !has_conflict;
            let human_span = Span { origin: Origin::Human, ..span };
            hits.push(TextMatch {
                sentence_index: index,
                span: human_span,
                current_label: exact_label.or(other),
                has_conflict,
                is_checked,
            });
            at += words.len();
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_options_ignore_case_and_suffix() {
        let check = |a: &str, b: &str, ignore_case: bool, ignore_suffix: bool, expected: bool| {
            assert_eq!(
                MatchOptions { ignore_case, ignore_suffix }.is_match(a, b),
                expected,
                "{a} {b} {ignore_case} {ignore_suffix}"
            );
        };
        check("Oslo", "Oslo", false, false, true);
        check("Oslo", "OSLO", false, false, false);
        check("Oslo", "OSLO", true, false, true);
        check("Kundennummer", "Kundennummern", false, true, true);
        check("walked", "walking", false, true, true);
        check("Paris", "Parisian", false, true, true);
        check("war", "wart", false, true, false);
        check("Iran", "Iraq", false, true, false);
        check("STRASSE", "straße", true, false, false);
    }
}
