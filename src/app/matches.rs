//! Labels further occurrences of the selected words: all at once in a dialog, or one by one with a key.

use super::action::Action;
use super::dialogs::{Dialog, MatchDialog};
use super::editing::apply_edit;
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::MatchCommand;
use super::state::App;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Span};
use crate::i18n::{thousands, tr, trn};
use crate::session::matching::{MatchOptions, TextMatch};
use std::collections::BTreeMap;

/// Runs a command of the dialog.
pub(super) fn run_command(app: &mut App, command: MatchCommand, effects: &mut Vec<Effect>) {
    match command {
        MatchCommand::UpdateMatches(label, options) => refresh(app, label, options),
        MatchCommand::CheckMatch(index, is_checked) => {
            let Some(Dialog::Matches(dialog)) = app.dialogs.get_mut() else { return };
            let selected = dialog.matches.iter_mut().enumerate().filter(|(i, _)| index.is_none_or(|index| index == *i));
            selected.for_each(|(_, found)| found.is_checked = is_checked);
        }
        MatchCommand::LabelCheckedMatches => apply(app, effects),
    }
}

/// Opens the dialog for the selected words.
pub(super) fn open(app: &mut App) {
    let Some(session) = &app.session else { return };
    let Some((words, text)) = session.selected_words() else {
        let text = tr!("Then press {key} to find all matches", key = app.keymap.key_text(Action::LabelMatches));
        return app.notifications.push(Notification::info(tr!("Select words first"), text));
    };
    if session.corpus().labels.is_empty() {
        let text = tr!("Press {key} to add a label", key = app.keymap.key_text(Action::AddLabel));
        return app.notifications.push(Notification::info(tr!("No labels yet"), text));
    }
    let label = session.selected_span().map(|s| s.label).or(session.recent_labels.first().copied()).unwrap_or_default();
    let options = MatchOptions::default();
    let hits = session.find_matches(&words, label, options);
    app.dialogs.open(Dialog::Matches(MatchDialog { words, text, label, options, matches: hits }));
}

/// Searches again with another label or other criteria.
fn refresh(app: &mut App, label: LabelId, options: MatchOptions) {
    if let (Some(session), Some(Dialog::Matches(m))) = (&app.session, app.dialogs.get_mut()) {
        (m.label, m.options) = (label, options);
        m.matches = session.find_matches(&m.words, label, options);
    }
}

/// Labels the selected matches.
fn apply(app: &mut App, effects: &mut Vec<Effect>) {
    let closed = app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Matches(_)));
    let (Some(session), Some(Dialog::Matches(m))) = (&mut app.session, closed) else { return };
    let mut by_document: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for hit in m.matches.iter().filter(|h| h.is_checked) {
        by_document.entry(session.sentences[hit.sentence_index].document).or_default().push(hit.span);
    }
    let count: usize = by_document.values().map(Vec::len).sum();
    let label = session.corpus().labels.name(m.label).to_owned();
    let title = EditTitle::new(EditTitleKind::LabelMatches, [thousands(count), m.text.clone(), label]);
    let edits: Vec<Edit> =
        by_document.into_iter().flat_map(|(document, added)| session.insert_spans_edits(document, added)).collect();
    if !edits.is_empty() {
        apply_edit(session, Edit::Group { title, edits }, effects);
        let text = trn!(
            count,
            "Labeled {n} match as {label}. Press {key} to undo.",
            "Labeled {n} matches as {label}. Press {key} to undo.",
            label = session.corpus().labels.name(m.label),
            key = app.keymap.key_text(Action::Undo)
        );
        app.notifications.push(Notification::success(tr!("Labeled “{text}”", text = m.text), text));
    }
}

/// Labels the next match of the words that were labeled last, and shows it.
pub(super) fn label_next(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some((words, label)) = session.last_labeled.clone() else {
        let key = app.keymap.key_text(Action::LabelNextMatch);
        let text = tr!("Label a word first, then press {key} to label its next match", key);
        return app.notifications.push(Notification::info(tr!("Nothing to repeat"), text));
    };
    let (from, search_from_token) = (session.current, session.selected().map_or(0, |s| s.end() + 1));
    let split = session.visible.partition_point(|index| *index < from);
    // The search starts after the selection and wraps around.
    let here = (session.visible.get(split) == Some(&from)).then_some(from);
    let wrapped_order: Vec<usize> =
        session.visible[split..].iter().chain(&session.visible[..split]).copied().chain(here).collect();
    let next = wrapped_order.into_iter().enumerate().find_map(|(position, index)| {
        let hits = session.matches_in(index, &words, label, MatchOptions::default());
        let id = session.sentences[index];
        let first =
            |h: &TextMatch| session.corpus().document(id.document).to_token_span(id.sentence as usize, &h.span).start;
        hits.into_iter().find(|h| h.is_checked && (position > 0 || index != from || first(h) >= search_from_token))
    });
    let Some(hit) = next else {
        let text = tr!(
            "No more matches of “{words}” to label as {label} in the visible sentences",
            words = words.join(" "),
            label = session.corpus().labels.name(label)
        );
        app.notifications.push(Notification::success(tr!("No more matches"), text));
        return;
    };
    session.go_to_sentence(hit.sentence_index);
    session.select_span(hit.span);
    if let Some(edit) = session.label_edit(Some(label)) {
        apply_edit(session, edit, effects);
    }
}
