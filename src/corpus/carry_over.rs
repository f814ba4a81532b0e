//! Transfer of labels and review states from one reading of a dataset to another in which some sentences differ.

use super::document::{DocLabelId, Document};
use super::edit::Edit;
use super::edit_title::{EditTitle, EditTitleKind};
use super::label::LabelId;
use super::review::{RangeComment, ReviewState};
use super::span::Span;
use super::store::{Corpus, SentenceId};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Result of [`carry_over`].
///
/// The old reading has `unchanged + changed + removed` sentences, the new one `unchanged + changed + new`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CarryOver {
    /// Number of sentences with the same text.
    pub unchanged: usize,
    /// Number of sentences with different text.
    pub changed: usize,
    /// Number of sentences that exist only in the new reading.
    pub new: usize,
    /// Number of sentences that exist only in the old reading.
    pub removed: usize,
    /// Old sentences with labels or review states of the user whose text is missing from the new reading.
    pub lost: Vec<SentenceId>,
    /// Names of the agents that the spans of [`CarryOver::edit`] refer to.
    pub agents: Vec<String>,
    /// Edit that transfers the old labels and review states. `None` if the new reading already has them.
    pub edit: Option<Edit>,
}

/// Transfers labels, suggestions and review states of `old` to the sentences of `new` with the same text.
///
/// Sentences with equal text are paired in order: the first of `old` with the first of `new`, and so on.
pub fn carry_over(old: &Corpus, new: &Corpus) -> CarryOver {
    let mut places: HashMap<&str, VecDeque<SentenceId>> = HashMap::new();
    for id in old.sentences(None) {
        places.entry(text_of(old, id)).or_default().push_back(id);
    }
    let mut pairs: BTreeMap<u32, Vec<(SentenceId, SentenceId)>> = BTreeMap::new();
    let (mut unchanged, mut unmatched) = (0, 0);
    for id in new.sentences(None) {
        let fits = |from: &SentenceId| relative_tokens(old, *from).eq(relative_tokens(new, id));
        let from = places.get_mut(text_of(new, id)).and_then(|queue| {
            let at = queue.iter().position(fits)?;
            queue.remove(at)
        });
        match from {
            Some(from) => {
                unchanged += 1;
                pairs.entry(id.document).or_default().push((from, id));
            }
            None => unmatched += 1,
        }
    }
    let mut missing: Vec<SentenceId> = places.into_values().flatten().collect();
    missing.sort_unstable();
    let changed = missing.len().min(unmatched);
    let (added, removed) = (unmatched - changed, missing.len() - changed);
    let lost = missing.into_iter().filter(|id| has_work(old, *id)).collect();
    let (mut edits, ids) = labels(old, new);
    for (document, pairs) in &pairs {
        edits.extend(document_edits(old, new, *document, pairs, &ids));
    }
    let title = EditTitle::plain(EditTitleKind::CarryOver);
    let edit = (!edits.is_empty()).then_some(Edit::Group { title, edits });
    CarryOver { unchanged, changed, new: added, removed, lost, agents: old.agents.clone(), edit }
}

fn text_of(corpus: &Corpus, id: SentenceId) -> &str {
    corpus.document(id.document).sentence_text(id.sentence as usize)
}

/// Returns the byte offset of a sentence in the text of its document.
fn sentence_start(document: &Document, sentence: u32) -> u32 {
    document.tokens[document.sentence_range(sentence as usize).start].0
}

/// Returns the byte ranges of the tokens of a sentence, relative to the start of the sentence.
fn relative_tokens(corpus: &Corpus, id: SentenceId) -> impl Iterator<Item = (u32, u32)> {
    let document = corpus.document(id.document);
    let from = sentence_start(document, id.sentence);
    document.tokens[document.sentence_range(id.sentence as usize)].iter().map(move |t| (t.0 - from, t.1 - from))
}

/// Returns true if a sentence has a review state or a span of the user.
fn has_work(corpus: &Corpus, id: SentenceId) -> bool {
    let document = corpus.document(id.document);
    let by_person = |s: &Span| s.origin == super::Origin::Human;
    document.reviews.get(id.sentence).is_some()
        || document.spans[document.span_range(id.sentence as usize)].iter().any(by_person)
}

/// Returns the edits that add the labels of `old` to `new`, and the new id of each old label.
fn labels(old: &Corpus, new: &Corpus) -> (Vec<Edit>, Vec<LabelId>) {
    let mut labels = new.labels.clone();
    let mut edits = Vec::new();
    let mut ids = Vec::with_capacity(old.labels.len());
    for (_, label) in old.labels.iter() {
        match labels.id(&label.name).and_then(|id| Some((id, labels.get(id)?.clone()))) {
            Some((id, there)) => {
                if there != *label {
                    edits.push(Edit::ChangeLabel { id, before: there, after: label.clone() });
                }
                ids.push(id);
            }
            None => {
                edits.push(Edit::AddLabel(label.clone()));
                // `Edit::apply` rejects the whole edit if it has more labels than a corpus can hold.
                ids.extend(labels.push(label.clone()));
            }
        }
    }
    (edits, ids)
}

/// Returns the edits of one document of `new`. `pairs` maps sentences of `old` to its sentences.
fn document_edits(
    old: &Corpus,
    new: &Corpus,
    document: u32,
    pairs: &[(SentenceId, SentenceId)],
    ids: &[LabelId],
) -> Vec<Edit> {
    let to = new.document(document);
    let mut edits = Vec::new();
    let mut spans = Difference::default();
    let mut suggestions = Difference::default();
    for (old_id, new_id) in pairs {
        let from = old.document(old_id.document);
        let (there, here) = (old_id.sentence as usize, new_id.sentence as usize);
        let (old_begin, new_begin) = (sentence_start(from, old_id.sentence), sentence_start(to, new_id.sentence));
        // A span may begin in the space before its sentence. The new text may lack this space.
        let moved = |at: u32| Some(at.checked_sub(old_begin)? + new_begin);
        let span = |s: &Span| {
            let label = *ids.get(usize::from(s.label))?;
            Some(Span { start: moved(s.start)?, end: moved(s.end)?, label, origin: s.origin })
        };
        let wanted = from.spans[from.span_range(there)].iter().filter_map(span);
        spans.record(&to.spans[to.span_range(here)], wanted.collect());
        let wanted = from.suggestions[from.suggestion_range(there)].iter().filter_map(span);
        suggestions.record(&to.suggestions[to.suggestion_range(here)], wanted.collect());
        let before = new.review(*new_id);
        let mark = old.review(*old_id);
        let remark =
            |r: &RangeComment| Some(RangeComment { start: moved(r.start)?, end: moved(r.end)?, text: r.text.clone() });
        let remarks = mark.range_comments.iter().filter_map(remark).collect();
        let after = ReviewState { range_comments: remarks, ..mark };
        if before != after {
            edits.push(Edit::Review { document, sentence: new_id.sentence, before, after });
        }
    }
    let Difference { removed, added } = spans;
    if !removed.is_empty() || !added.is_empty() {
        edits.push(Edit::Spans { document, removed, added });
    }
    let Difference { removed, added } = suggestions;
    if !removed.is_empty() || !added.is_empty() {
        edits.push(Edit::Suggestions { document, removed, added });
    }
    edits.extend(doc_label_edit(old, new, document, pairs));
    edits.extend(splits_edit(old, new, document, pairs));
    edits
}

/// Spans to remove and to add.
#[derive(Default)]
struct Difference {
    removed: Vec<Span>,
    added: Vec<Span>,
}

impl Difference {
    fn record(&mut self, there: &[Span], mut wanted: Vec<Span>) {
        wanted.sort_unstable();
        // The origin is compared too: a span of the user keeps its origin.
        let same = |a: &Span, b: &Span| a == b && a.origin == b.origin;
        if there.len() == wanted.len() && there.iter().zip(&wanted).all(|(a, b)| same(a, b)) {
            return;
        }
        self.removed.extend_from_slice(there);
        self.added.extend(wanted);
    }
}

/// Returns the edit of the document labels if the document consists of all sentences of one document of `old`.
fn doc_label_edit(old: &Corpus, new: &Corpus, document: u32, pairs: &[(SentenceId, SentenceId)]) -> Option<Edit> {
    let to = new.document(document);
    let source = pairs.first()?.0.document;
    let from = old.document(source);
    let whole = pairs.len() == to.len() && to.len() == from.len() && pairs.iter().all(|(id, _)| id.document == source);
    let names = |corpus: &Corpus, ids: &[DocLabelId]| -> Vec<String> {
        ids.iter().filter_map(|id| corpus.doc_labels.get(usize::from(*id)).cloned()).collect()
    };
    let (before, after) = (names(new, &to.doc_labels), names(old, &from.doc_labels));
    (whole && before != after).then_some(Edit::DocLabels { document, before, after })
}

/// Returns the edit that moves the sentences that the user has moved in `old`.
fn splits_edit(old: &Corpus, new: &Corpus, document: u32, pairs: &[(SentenceId, SentenceId)]) -> Option<Edit> {
    let to = new.document(document);
    let before = to.splits.to_vec(to.len());
    let mut after = before.clone();
    for (old_id, new_id) in pairs {
        let (source, split) = (old.document(old_id.document).splits.source(), old.split_of(*old_id));
        if split != source {
            after[new_id.sentence as usize] = split;
        }
    }
    (before != after).then_some(Edit::Splits { document, before, after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DocumentBuilder, Origin, Split, TokenSpan};
    use std::sync::Arc;

    /// Builds a corpus of one sentence per line. `word/LABEL` is a span of the user.
    fn corpus(text: &str) -> Corpus {
        let mut corpus = Corpus::default();
        let mut builder = DocumentBuilder::new(Split::Train, 0, 0, 0);
        for line in text.lines() {
            let mut spans = Vec::new();
            for (at, word) in line.split_whitespace().enumerate() {
                let (word, label) = word.split_once('/').map_or((word, None), |(w, l)| (w, Some(l)));
                builder.push_token(word, []);
                if let Some(label) = label {
                    spans.push(TokenSpan {
                        start: at,
                        end: at + 1,
                        label: corpus.labels.intern(label).expect("few labels"),
                    });
                }
            }
            builder.end_sentence(&spans);
        }
        let mut document = builder.into_document();
        document.spans.iter_mut().for_each(|s| s.origin = Origin::Human);
        corpus.documents.push(Arc::new(document));
        corpus
    }

    /// Formats the sentences of a corpus in the syntax of [`corpus`].
    fn shown(corpus: &Corpus) -> String {
        let document = corpus.document(0);
        let line = |sentence: usize| {
            let spans = document.to_token_spans(sentence);
            let word = |(at, word): (usize, &str)| match spans.iter().find(|s| s.start == at) {
                Some(span) => format!("{word}/{}", corpus.labels.name(span.label)),
                None => word.to_owned(),
            };
            document.sentence_tokens(sentence).into_iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
        };
        (0..document.len()).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Order of `counts`: unchanged, changed, new, removed, lost.
    fn check(old: &str, new: &str, expected: &str, counts: [usize; 5]) {
        let (old, mut new) = (corpus(old), corpus(new));
        let before = new.clone();
        let carried = carry_over(&old, &new);
        let found = [carried.unchanged, carried.changed, carried.new, carried.removed, carried.lost.len()];
        assert_eq!(found, counts);
        if let Some(edit) = carried.edit {
            assert!(edit.apply(&mut new), "{edit:?}");
            assert_eq!(shown(&new), expected);
            assert!(edit.inverse().apply(&mut new));
            assert_eq!((new.documents, new.labels), (before.documents, before.labels));
        } else {
            assert_eq!(shown(&new), expected);
        }
    }

    #[test]
    fn labels_are_carried_over_to_unchanged_sentences() {
        check(
            "Anna/PER sings\nOslo/LOC rains",
            "Anna sings\nOslo rains",
            "Anna/PER sings\nOslo/LOC rains",
            [2, 0, 0, 0, 0],
        );
        check(
            "Anna/PER sings\nOslo/LOC rains",
            "It snows\nAnna sings\nOslo rain",
            "It snows\nAnna/PER sings\nOslo rain",
            [1, 1, 1, 0, 1],
        );
        check("a/X b\nc", "c", "c", [1, 0, 0, 1, 1]);
        // Of two sentences with equal text, the first old one is paired with the first new one.
        check("a/X\na/Y\nb", "a\nb\na", "a/X\nb\na/Y", [3, 0, 0, 0, 0]);
        // A span that the user removed stays removed.
        check("a b", "a/X b", "a b", [1, 0, 0, 0, 0]);
    }

    #[test]
    fn moved_sentences_stay_in_their_split() {
        let mut old = corpus("a b\nc\nd");
        old.document_mut(0).splits.set(&[Split::Dev, Split::Train, Split::Test]);
        let mut new = corpus("c\na b\ne");
        assert!(carry_over(&old, &new).edit.expect("an edit").apply(&mut new));
        assert_eq!(new.document(0).splits.to_vec(3), [Split::Train, Split::Dev, Split::Train]);
    }
}
