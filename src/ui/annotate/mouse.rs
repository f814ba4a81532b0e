//! Mouse input on the text: selects words or characters, and applies labels.

use super::canvas::CanvasState;
use super::span_shape::SpanShape;
use super::text_layout::TextLayout;
use crate::app::page_commands::{LabelCommand, ViewCommand};
use crate::app::{Action, Command};
use crate::session::Session;
use crate::ui::Commands;
use egui::Ui;

/// Selects characters during a drag with Alt, or in text without spaces.
pub(super) fn drag_chars(
    response: &egui::Response,
    session: &Session,
    view: &mut CanvasState,
    (pressed, at): (Option<u32>, Option<u32>),
    out: &mut Commands,
) {
    if response.drag_started_by(egui::PointerButton::Primary) {
        view.char_drag_start = pressed;
    }
    if let (true, Some(from), Some(to)) = (response.dragged() || response.drag_stopped(), view.char_drag_start, at)
        && from != to
    {
        out.push(Command::SelectPart(from.min(to), from.max(to)));
    }
    if response.drag_stopped()
        && let Some(from) = view.char_drag_start.take()
        && at.is_some_and(|to| to != from)
    {
        out.push(command_for_selection(session));
    }
}

/// Returns the position of the button press. A fast pointer has moved on when egui reports the drag.
pub(super) fn press_position(ui: &Ui) -> Option<egui::Pos2> {
    ui.input(|i| i.pointer.press_origin())
}

/// Returns the command after a mouse selection: it applies the active label, or opens the label chooser.
pub(super) fn command_for_selection(session: &Session) -> Command {
    match session.active_label {
        Some(label) => Command::Labels(LabelCommand::Label(label)),
        None => Command::Run(Action::ChooseLabel),
    }
}

/// Handles clicks and drags on words. A drag selects words, and a click on a block selects the span. A drag or double
/// click applies the active label or opens the chooser. A triple click finds all matches of the words.
pub(super) fn drag_tokens(
    response: &egui::Response,
    session: &Session,
    view: &mut CanvasState,
    flow: &TextLayout,
    (pressed, at): (egui::Vec2, egui::Vec2),
    over: Option<&SpanShape>,
    out: &mut Commands,
) {
    if response.drag_started_by(egui::PointerButton::Primary) {
        view.drag_start = flow.word_at(pressed);
    }
    if response.dragged()
        && let (Some(from), Some(to)) = (view.drag_start, flow.word_at(at))
    {
        let (from, to) = session.drag_range(session.current, (from, to), keep_punctuation(response));
        out.push(Command::View(ViewCommand::Select(from, to)));
    }
    if response.drag_stopped() && view.drag_start.take().is_some() {
        out.push(command_for_selection(session));
    }
    if response.triple_clicked() {
        return out.extend([Command::View(ViewCommand::ClosePicker), Command::Run(Action::LabelMatches)]);
    }
    if response.double_clicked() {
        if let (None, Some(token)) = (over, flow.word_at(at)) {
            let word = session.word_at(session.current, token);
            out.push(Command::View(ViewCommand::Select(word.start, word.end - 1)));
        }
        return out.push(command_for_selection(session));
    }
    // The secondary button opens a menu for the word under the pointer, or for the selection that contains it.
    let selected = |word: usize| session.selected().is_some_and(|s| s.contains(&word));
    let other = response.secondary_clicked() && !flow.word_at(at).is_some_and(selected);
    if response.clicked() || other {
        match (over, flow.word_at(at)) {
            (Some(span), _) => out.push(match span.cut {
                Some(cut) => Command::SelectPart(cut.bytes.0, cut.bytes.1),
                None => Command::View(ViewCommand::Select(span.start, span.end - 1)),
            }),
            (None, Some(word)) => out.push(Command::View(ViewCommand::Select(word, word))),
            (None, None) => out.push(Command::Run(Action::SelectNothing)),
        }
    }
}

/// Returns true if Ctrl is pressed. A drag then includes punctuation at the edges.
pub(super) fn keep_punctuation(response: &egui::Response) -> bool {
    response.ctx.input(|i| i.modifiers.command)
}
