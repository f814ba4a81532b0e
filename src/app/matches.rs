//! The same words everywhere: found, ticked one by one, labelled as one step; and one by one by a key.

use super::annotate::Annotate;
use super::effect::Effect;
use super::events::thousands;
use super::notifications::Notification;
use super::state::App;
use super::update::make;
use crate::app::i18n::tr;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Origin, SentenceId, Span};
use std::collections::BTreeMap;

/// What counts as the same words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Capitals and small letters are the same.
    pub any_case: bool,
    /// Words may end otherwise: at least four letters and two thirds of the shorter word are the same, and no more than three
    /// letters follow. It knows no language.
    pub any_ending: bool,
}

impl MatchOptions {
    /// Whether two words are the same.
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

/// A place where the words stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// Of the sentence, in the list of all.
    pub place: usize,
    /// Where, with the label that is to be given.
    pub at: Span,
    /// What is there now: the label of a span of just these words, or of the first that would go for it.
    pub now: Option<LabelId>,
    /// Whether that is a span of other words, as a longer name is.
    pub in_the_way: bool,
    /// Whether it is to be labelled.
    pub ticked: bool,
}

/// The dialog of all matches.
#[derive(Clone, Debug)]
pub struct MatchDialog {
    /// The words.
    pub words: Vec<String>,
    /// As they stand in the text.
    pub text: String,
    /// What they are to be.
    pub label: LabelId,
    /// What counts as the same.
    pub likeness: MatchOptions,
    /// Where they stand, in order.
    pub hits: Vec<TextMatch>,
}

impl MatchDialog {
    /// How many are ticked.
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

/// Looks again: for another label, or with another likeness.
pub(super) fn look_again(app: &mut App, label: LabelId, likeness: MatchOptions) {
    if let (Some(a), Some(m)) = (&app.annotate, &mut app.matching) {
        (m.label, m.likeness) = (label, likeness);
        m.hits = a.hits(&m.words, label, likeness);
    }
}

/// Labels what is ticked.
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

/// Labels the next match of what was labelled last, and goes there.
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
    // From behind the selection to the end, then from the beginning up to it.
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
    /// The selected words, and their text.
    pub(super) fn selected_words(&self) -> Option<(Vec<String>, String)> {
        let range = self.selected()?;
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let words = document.sentence_tokens(id.sentence as usize);
        let text = document.token_range_text(id.sentence as usize, *range.start()..range.end() + 1);
        Some((words[range].iter().map(|w| (*w).to_owned()).collect(), text.replace(['\n', '\r'], " ")))
    }

    /// Where these words stand in all sentences in view. What carries the label already, or is part of a longer span, is not ticked.
    fn hits(&self, words: &[String], label: LabelId, likeness: MatchOptions) -> Vec<TextMatch> {
        self.shown.iter().flat_map(|place| self.hits_in(*place, words, label, likeness)).collect()
    }

    /// Where they stand in one sentence, one behind the other.
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
