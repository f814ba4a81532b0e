//! Renaming, merging and removing labels.

use super::edit::Edit;
use super::edit_title::{EditTitle, EditTitleKind};
use super::label::{Label, LabelId};
use super::span::Span;
use super::store::Corpus;
use std::collections::{BTreeMap, HashMap};

/// Map from old label names to new ones; `None` removes the label and its spans.
///
/// Labels with the same new name are merged. Labels without an entry remain unchanged.
pub type LabelMap = BTreeMap<String, Option<String>>;

/// Returns the edit that applies the map, or `None` if nothing changes.
///
/// If merging results in two equal spans, one remains.
pub fn relabel(corpus: &Corpus, renames: &LabelMap) -> Option<Edit> {
    let target = |label: &Label| match renames.get(&label.name) {
        Some(new) => new.clone(),
        None => Some(label.name.clone()),
    };
    let targets: Vec<Option<String>> = corpus.labels.iter().map(|(_, l)| target(l)).collect();
    // The first label with a target name keeps its position. Other labels with the same target are merged into it.
    let mut firsts: HashMap<&String, LabelId> = HashMap::new();
    for ((id, _), target) in corpus.labels.iter().zip(&targets) {
        if let Some(name) = target {
            firsts.entry(name).or_insert(id);
        }
    }
    let first = |name: &String| firsts.get(name).copied();
    let becomes: Vec<Option<LabelId>> = targets.iter().map(|t| t.as_ref().and_then(first)).collect();
    let mut edits = Vec::new();
    for (document, d) in (0u32..).zip(&corpus.documents) {
        if let Some((removed, added)) = span_changes(&d.spans, &becomes) {
            edits.push(Edit::Spans { document, removed, added });
        }
        if let Some((removed, added)) = span_changes(&d.suggestions, &becomes) {
            edits.push(Edit::Suggestions { document, removed, added });
        }
    }
    for (id, label) in corpus.labels.iter() {
        let name = targets[usize::from(id)].clone().filter(|_| becomes[usize::from(id)] == Some(id));
        if let Some(name) = name.filter(|name| *name != label.name) {
            let after = Label { name, ..label.clone() };
            edits.push(Edit::ChangeLabel { id, before: label.clone(), after });
        }
    }
    // Removal in reverse order keeps the ids of the remaining labels valid.
    for (id, label) in corpus.labels.iter().collect::<Vec<_>>().into_iter().rev() {
        if becomes[usize::from(id)] != Some(id) {
            edits.push(Edit::RemoveLabel { id, label: label.clone() });
        }
    }
    let stated = |(label, target): (&Label, &Option<String>)| match target {
        Some(name) if *name == label.name => None,
        Some(name) => Some(format!("{} → {name}", label.name)),
        None => Some(format!("{} → ∅", label.name)),
    };
    let changes: Vec<String> = corpus.labels.iter().map(|(_, l)| l).zip(&targets).filter_map(stated).collect();
    let title = EditTitle::new(EditTitleKind::MapLabels, [changes.join(", ")]);
    (!edits.is_empty()).then_some(Edit::Group { title, edits })
}

/// Returns the spans to remove and the spans to add, or `None` if no span changes.
fn span_changes(spans: &[Span], becomes: &[Option<LabelId>]) -> Option<(Vec<Span>, Vec<Span>)> {
    let new = |s: &Span| becomes[usize::from(s.label)];
    let removed: Vec<Span> = spans.iter().filter(|s| new(s) != Some(s.label)).copied().collect();
    let stays = |s: &Span| new(s) == Some(s.label) && spans.binary_search(s).is_ok();
    let mut added: Vec<Span> = removed.iter().filter_map(|s| Some(Span { label: new(s)?, ..*s })).collect();
    added.sort_unstable();
    added.dedup();
    added.retain(|s| !stays(s));
    (!removed.is_empty()).then_some((removed, added))
}
