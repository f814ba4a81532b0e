//! Labels further occurrences of the selected words: all at once in a dialog, or one by one with a key.

use super::annotate::Annotate;
use super::effect::Effect;
use super::events::thousands;
use super::notifications::Notification;
use super::state::App;
use super::update::make;
use crate::app::i18n::tr;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Origin, SentenceId, Span};
use std::collections::BTreeMap;

/// Criteria for two words to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Ignores case.
    pub any_case: bool,
    /// Ignores word endings, independent of language. Two words match if they share a prefix of at least four letters
    /// and two thirds of the shorter word. At most three letters follow the prefix in each word.
    pub any_ending: bool,
}

impl MatchOptions {
    /// Returns true if two words match.
    pub fn same(self, a: &str, b: &str) -> bool {
        if a == b {
            return true;
        }
        if !self.any_case && !self.any_ending {
            return false;
        }
        let lower = |c: char| c.to_lowercase().next().filter(|_| self.any_case).unwrap_or(c);
        let (a, b) = (a.chars().map(lower), b.chars().map(lower));
        if !self.any_ending {
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
    pub place: usize,
    /// Span of the occurrence, with the label to apply.
    pub at: Span,
    /// Current label: of a span of exactly these words, or of the first span that would be replaced.
    pub now: Option<LabelId>,
    /// True if that span covers other words, for example a longer name.
    pub in_the_way: bool,
    /// True if the occurrence is selected for labeling.
    pub ticked: bool,
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
    pub likeness: MatchOptions,
    /// Occurrences, in order.
    pub hits: Vec<TextMatch>,
}

impl MatchDialog {
    /// Returns the number of selected matches.
    pub fn ticked(&self) -> usize {
        self.hits.iter().filter(|h| h.ticked).count()
    }
}

/// Opens the dialog for the selected words.
pub(super) fn open(app: &mut App) {
    let Some(a) = &app.annotate else { return };
    let Some((words, text)) = a.selected_words() else {
        app.notices.push(Notification::info(tr!("Select words first"), tr!("Then E finds them everywhere.")));
        return;
    };
    if a.corpus.labels.is_empty() {
        app.notices.push(Notification::info(tr!("There is no label yet"), tr!("N adds one.")));
        return;
    }
    let label = a.selected_span().map(|s| s.label).or(a.last_labels.first().copied()).unwrap_or_default();
    let likeness = MatchOptions::default();
    let hits = a.hits(&words, label, likeness);
    app.matching = Some(MatchDialog { words, text, label, likeness, hits });
}

/// Searches again with another label or other criteria.
pub(super) fn look_again(app: &mut App, label: LabelId, likeness: MatchOptions) {
    if let (Some(a), Some(m)) = (&app.annotate, &mut app.matching) {
        (m.label, m.likeness) = (label, likeness);
        m.hits = a.hits(&m.words, label, likeness);
    }
}

/// Labels the selected matches.
pub(super) fn take(app: &mut App, effects: &mut Vec<Effect>) {
    let (Some(a), Some(m)) = (&mut app.annotate, app.matching.take()) else { return };
    let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for hit in m.hits.iter().filter(|h| h.ticked) {
        by_document.entry(a.sentences[hit.place].document).or_default().push(hit.at);
    }
    let count: usize = by_document.values().map(Vec::len).sum();
    let label = a.corpus.labels.name(m.label).to_owned();
    let title = EditTitle::new(EditTitleKind::LabelMatches, [thousands(count), m.text.clone(), label]);
    let edits: Vec<Edit> = by_document.into_iter().flat_map(|(document, added)| a.taking(document, added)).collect();
    if !edits.is_empty() {
        make(a, Edit::Group { title, edits }, effects);
        let text = tr!(
            "{count} now carry {label}. Ctrl+Z takes it back.",
            count = thousands(count),
            label = a.corpus.labels.name(m.label)
        );
        app.notices.push(Notification::good(tr!("“{text}” labelled", text = m.text), text));
    }
}

/// Labels the next match of the words that were labeled last, and shows it.
pub(super) fn repeat(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    let Some((words, label)) = a.last_given.clone() else {
        app.notices.push(Notification::info(
            tr!("Nothing to repeat"),
            tr!("Label some words first; then R labels their next match."),
        ));
        return;
    };
    let (from, behind) = (a.current, a.selected().map_or(0, |s| s.end() + 1));
    let split = a.shown.partition_point(|place| *place < from);
    // The search starts after the selection and wraps around.
    let here = (a.shown.get(split) == Some(&from)).then_some(from);
    let around: Vec<usize> = a.shown[split..].iter().chain(&a.shown[..split]).copied().chain(here).collect();
    let next = around.into_iter().enumerate().find_map(|(turn, place)| {
        let hits = a.hits_in(place, &words, label, MatchOptions::default());
        let id = a.sentences[place];
        let first = |h: &TextMatch| a.corpus.document(id.document).to_token_span(id.sentence as usize, &h.at).start;
        hits.into_iter().find(|h| h.ticked && (turn > 0 || place != from || first(h) >= behind))
    });
    let Some(hit) = next else {
        let text = tr!(
            "Every “{words}” in view carries {label} now.",
            words = words.join(" "),
            label = a.corpus.labels.name(label)
        );
        app.notices.push(Notification::good(tr!("No further match"), text));
        return;
    };
    a.go_to(hit.place);
    a.select_span(hit.at);
    if let Some(edit) = a.label_edit(Some(label)) {
        make(a, edit, effects);
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
    fn hits(&self, words: &[String], label: LabelId, likeness: MatchOptions) -> Vec<TextMatch> {
        self.shown.iter().flat_map(|place| self.hits_in(*place, words, label, likeness)).collect()
    }

    /// Finds these words in one sentence, without overlaps.
    fn hits_in(&self, place: usize, words: &[String], label: LabelId, likeness: MatchOptions) -> Vec<TextMatch> {
        let SentenceId { document, sentence } = self.sentences[place];
        let d = self.corpus.document(document);
        let range = d.sentence_range(sentence as usize);
        let mut hits = Vec::new();
        let mut at = range.start;
        while at + words.len() <= range.end {
            if !words.iter().enumerate().all(|(i, word)| likeness.same(d.token(at + i), word)) {
                at += 1;
                continue;
            }
            let first = at - range.start;
            let span = d.span_from_tokens(sentence as usize, first..first + words.len(), label);
            let here = &d.spans[d.span_range(sentence as usize)];
            let exact = here.iter().filter(|s| (s.start, s.end) == (span.start, span.end));
            let other = self.replaced_by(here, &[span]).first().map(|s| s.label);
            let now = exact.clone().find(|s| s.label == label).or(exact.clone().next()).map(|s| s.label);
            let in_the_way = now.is_none() && other.is_some();
            let ticked = now != Some(label) && !in_the_way;
            let at_span = Span { origin: Origin::Human, ..span };
            hits.push(TextMatch { place, at: at_span, now: now.or(other), in_the_way, ticked });
            at += words.len();
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike() {
        let check = |a: &str, b: &str, any_case: bool, any_ending: bool, expected: bool| {
            assert_eq!(MatchOptions { any_case, any_ending }.same(a, b), expected, "{a} {b} {any_case} {any_ending}");
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
