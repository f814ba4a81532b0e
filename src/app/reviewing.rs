//! Review state of a sentence: done, flag and comments.

use super::editing::{apply_edit, set_review};
use super::effect::Effect;
use crate::corpus::{ReviewState, SentenceId};
use crate::session::Session;

/// Marks the current sentence as done and shows the next one, or removes the mark.
pub(super) fn toggle_done(session: &mut Session, effects: &mut Vec<Effect>) {
    let done = !session.review().done;
    set_review(session, session.current_id(), ReviewState { done, ..session.review() }, effects);
    if done {
        session.move_by(true);
    }
}

/// Marks all sentences up to the current one as done and shows the next one.
pub(super) fn mark_done_up_to_here(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some(edit) = session.mark_done_up_to_here_edit() {
        apply_edit(session, edit, effects);
        session.move_by(true);
    }
}

/// Flags the current sentence, or removes the flag.
pub(super) fn toggle_flag(session: &mut Session, effects: &mut Vec<Effect>) {
    let after = ReviewState { flagged: !session.review().flagged, ..session.review() };
    set_review(session, session.current_id(), after, effects);
}

/// Sets the comment on a sentence. An empty text removes it.
pub(super) fn set_comment(session: &mut Session, id: SentenceId, comment: String, effects: &mut Vec<Effect>) {
    let after = ReviewState { comment, ..session.corpus().review(id) };
    set_review(session, id, after, effects);
}

/// Sets the comment on a byte range of the document. An empty text removes it.
pub(super) fn set_range_comment(
    session: &mut Session,
    id: SentenceId,
    (start, end): (u32, u32),
    text: String,
    effects: &mut Vec<Effect>,
) {
    let after = session.corpus().review(id).with_comment_at(start, end, text);
    set_review(session, id, after, effects);
}
