//! Keys to commands, from the one table.
//!
//! A slow frame brings several keys. They are taken in the order in which they were pressed, and those behind one that opens or
//! closes something wait until that has happened: they are meant for it.

use super::Commands;
use crate::app::{Action, App, Command, KeyContext, Page, Shortcut};
use crate::corpus::LabelId;
use egui::{Event, Id, Key, Modifiers, Popup, Ui};

/// Keys that wait for a later frame.
#[derive(Default)]
pub struct Keys {
    waiting: Vec<Event>,
    /// Frames that they wait at most for the focus to follow what was opened or closed.
    patience: u8,
    /// What had the focus before.
    focus: Option<Id>,
}

/// What is opened is drawn in the next frame, and its field has the focus in the one behind.
const PATIENCE: u8 = 3;

/// Takes the keys of this frame that are a command's.
pub fn consume(ui: &mut Ui, app: &App, keys: &mut Keys, out: &mut Commands) {
    let typing = ui.text_edit_focused();
    let focus = ui.memory(|m| m.focused());
    let open = dialog_open(app);
    // A list may be closed by any key, and takes each as it stands then.
    let one_by_one = app.palette_open || app.annotate.as_ref().is_some_and(|a| a.choosing.is_some());
    let mut queue = std::mem::take(&mut keys.waiting);
    queue.extend(taken_out(ui));
    // What was opened has no focus yet, or what was closed has it still.
    let stale = keys.focus.is_some() && keys.focus == focus;
    if keys.patience > 0 && (open != typing || stale) {
        keys.patience -= 1;
        keys.waiting = queue;
        return ui.request_repaint();
    }
    keys.patience = 0;
    if queue.is_empty() {
        return;
    }
    let mut place = Place {
        // A control that was reached by Tab keeps Enter and Space for itself.
        focused: focus.is_some(),
        on_canvas: app.page == Page::Annotate
            && app.annotate.is_some()
            && !typing
            && !open
            && !Popup::is_any_open(ui.ctx()),
        selected: app.annotate.as_ref().is_some_and(|a| a.selection.is_some()),
    };
    let rows = rows(app);
    let mut left = Vec::new();
    let mut queue = queue.into_iter().peekable();
    while let Some(event) = queue.next() {
        let pressed = match &event {
            Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        };
        let Some(command) = pressed.and_then(|(key, held)| place.command(app, &rows, key, held)) else {
            // Enter and Esc may close what has the keys.
            let ends = open && matches!(pressed, Some((Key::Enter | Key::Escape, _)));
            left.push(event);
            if ends || (one_by_one && pressed.is_some()) {
                while let Some(text) = queue.next_if(|next| matches!(next, Event::Text(_))) {
                    left.push(text);
                }
                keys.patience = PATIENCE;
                keys.focus = focus.filter(|_| ends);
                break;
            }
            continue;
        };
        // What the key would type is no text for anything.
        while queue.next_if(|next| matches!(next, Event::Text(_))).is_some() {}
        let opens = matches!(command, Command::Do(action) if action.opens_ui());
        place.after(&command);
        out.push(command);
        if opens {
            keys.patience = PATIENCE;
            keys.focus = focus;
            break;
        }
    }
    keys.waiting = queue.collect();
    ui.input_mut(|i| i.events.extend(left));
    if !keys.waiting.is_empty() {
        ui.request_repaint();
    }
}

/// What was typed in this frame, taken out of it. Tab stays: egui has moved the focus by it already.
fn taken_out(ui: &mut Ui) -> Vec<Event> {
    let is_typed = |event: &mut Event| match event {
        Event::Key { key, .. } => *key != Key::Tab,
        Event::Text(_) | Event::Paste(_) | Event::Ime(_) | Event::Copy | Event::Cut => true,
        _ => false,
    };
    ui.input_mut(|i| i.events.extract_if(.., is_typed).collect())
}

/// A row of the table: its key, its command, and where it works.
type Row = (Shortcut, Action, KeyContext);

/// The table's rows. Chords with more modifiers come first: a match ignores a Shift that was not asked for.
fn rows(app: &App) -> Vec<Row> {
    let mut rows: Vec<Row> =
        app.keymap.bindings().flat_map(|(e, keys)| keys.iter().map(|k| (*k, e.action, e.context))).collect();
    rows.sort_by_key(|(k, ..)| std::cmp::Reverse(u8::from(k.control) + u8::from(k.shift) + u8::from(k.alt)));
    rows
}

/// Where the keys go, as the ones before in this frame have left it.
struct Place {
    focused: bool,
    on_canvas: bool,
    selected: bool,
}

impl Place {
    /// The command of a key; `None` where it has none here.
    fn command(&self, app: &App, rows: &[Row], key: Key, held: Modifiers) -> Option<Command> {
        let label = self.on_canvas.then(|| self.label(app, key, held)).flatten();
        label.or_else(|| {
            let row = rows.iter().find(|(chord, _, context)| {
                // A key that can be typed works where nothing is typed, whatever its command.
                let on_text = *context == KeyContext::Canvas || chord.is_text_input();
                let kept = self.focused && matches!(chord.key, "Enter" | "Space");
                (!on_text || (self.on_canvas && !kept)) && is_it(chord, key, held)
            });
            row.map(|(_, action, _)| Command::Do(*action))
        })
    }

    /// Shift and a label's letter gives it to what is selected.
    fn label(&self, app: &App, key: Key, held: Modifiers) -> Option<Command> {
        let a = app.annotate.as_ref().filter(|_| self.selected && held == Modifiers::SHIFT)?;
        let letters = a.corpus.labels.effective_shortcuts();
        let is_its =
            |letter: &Option<char>| letter.is_some_and(|l| Key::from_name(l.encode_utf8(&mut [0; 4])) == Some(key));
        letters.iter().position(is_its).and_then(|id| LabelId::try_from(id).ok()).map(Command::Label)
    }

    /// What a command leaves behind for the next key.
    fn after(&mut self, command: &Command) {
        let Command::Do(action) = command else { return };
        match action {
            Action::Move(_) | Action::Extend(_) => self.selected = true,
            Action::NextSentence
            | Action::PreviousSentence
            | Action::PageDown
            | Action::PageUp
            | Action::MarkDone
            | Action::MarkDoneUpToHere
            | Action::SelectNothing => self.selected = false,
            Action::NextSuggestion | Action::LeastConfidentSuggestion => self.selected = true,
            _ => {}
        }
    }
}

/// Whether a key that went down with these modifiers is a chord. A letter must have just its own: with Shift it is a label's. Other
/// keys may need one more to be reached.
fn is_it(chord: &Shortcut, key: Key, held: Modifiers) -> bool {
    if Key::from_name(chord.key) != Some(key) {
        return false;
    }
    if chord.is_letter() {
        return (held.command, held.shift, held.alt) == (chord.control, chord.shift, chord.alt);
    }
    let wanted = Modifiers { command: chord.control, shift: chord.shift, alt: chord.alt, ..Modifiers::NONE };
    held.matches_logically(wanted)
}

/// Whether something lies over the room and takes the keys.
pub fn dialog_open(app: &App) -> bool {
    app.is_covered() || app.annotate.as_ref().is_some_and(|a| a.choosing.is_some())
}
