//! Translates keys to commands, with the command table.
//!
//! A slow frame can deliver several keys. They are handled in order. Keys after one that opens or closes a dialog wait
//! until that has happened, because they are meant for the new focus.
//!
//! The only keys outside of the command table: Shift with the letter of a label; keys inside an open dialog or list
//! (arrows, Enter, Esc); Enter on the welcome page; the zoom of egui.

use super::Commands;
use crate::app::command_table::{CommandSpec, spec_of};
use crate::app::dialogs::Dialog;
use crate::app::page_commands::LabelCommand;
use crate::app::refusal::unmet_need;
use crate::app::{Action, App, Command, Page, Scope, Shortcut};
use crate::corpus::LabelId;
use egui::{Event, Id, Key, Modifiers, Popup, Ui};

/// Keys that wait for a later frame.
#[derive(Default)]
pub struct KeyQueue {
    pending: Vec<Event>,
    /// Maximum number of frames to wait for the focus to follow an opened or closed dialog.
    frames_left: u8,
    /// Widget that had the focus before.
    focus: Option<Id>,
}

/// Maximum wait for the focus, in frames: one to draw the dialog, one to focus its field, and one in reserve.
const MAX_WAIT_FRAMES: u8 = 3;

/// Removes the keys of commands from the input of this frame and pushes the commands.
pub fn handle_keys(ui: &mut Ui, app: &App, keys: &mut KeyQueue, out: &mut Commands) {
    let typing = ui.text_edit_focused();
    let focus = ui.memory(|m| m.focused());
    let open = is_page_covered(app);
    // Any key can close a list, so its keys are handled one at a time.
    let one_by_one = matches!(app.dialogs.get(), Some(Dialog::Palette))
        || app.session.as_ref().is_some_and(|session| session.label_picker.is_some());
    let mut queue = std::mem::take(&mut keys.pending);
    queue.extend(take_key_events(ui));
    // The opened dialog does not have the focus yet, or the closed one still has it.
    let stale = keys.focus.is_some() && keys.focus == focus;
    if keys.frames_left > 0 && (open != typing || stale) {
        keys.frames_left -= 1;
        keys.pending = queue;
        return ui.request_repaint();
    }
    keys.frames_left = 0;
    if queue.is_empty() {
        return;
    }
    let context = FocusContext {
        // A control that was reached by Tab keeps Enter and Space.
        focused: focus.is_some(),
        on_page: !typing && !open && !Popup::is_any_open(ui.ctx()),
    };
    let rows = rows(app);
    let mut unhandled = Vec::new();
    let mut queue = queue.into_iter().peekable();
    while let Some(event) = queue.next() {
        let pressed = match &event {
            Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        };
        let Some(command) = pressed.and_then(|(key, held)| context.command(app, &rows, key, held)) else {
            // Enter and Esc can close the widget that has the focus.
            let may_close = open && matches!(pressed, Some((Key::Enter | Key::Escape, _)));
            unhandled.push(event);
            if may_close || (one_by_one && pressed.is_some()) {
                while let Some(text) = queue.next_if(|next| matches!(next, Event::Text(_))) {
                    unhandled.push(text);
                }
                keys.frames_left = MAX_WAIT_FRAMES;
                keys.focus = focus.filter(|_| may_close);
                break;
            }
            continue;
        };
        // The text event of a command key must not be typed anywhere.
        while queue.next_if(|next| matches!(next, Event::Text(_))).is_some() {}
        let opens = matches!(command, Command::Run(action) if spec_of(action).opens);
        out.push(command);
        if opens {
            keys.frames_left = MAX_WAIT_FRAMES;
            keys.focus = focus;
            break;
        }
    }
    keys.pending = queue.collect();
    ui.input_mut(|i| i.events.extend(unhandled));
    if !keys.pending.is_empty() {
        ui.request_repaint();
    }
}

/// Removes the keyboard events of this frame from the input and returns them. Tab stays, because egui has already moved
/// the focus.
fn take_key_events(ui: &mut Ui) -> Vec<Event> {
    let is_typed = |event: &mut Event| match event {
        Event::Key { key, .. } => *key != Key::Tab,
        Event::Text(_) | Event::Paste(_) | Event::Ime(_) | Event::Copy | Event::Cut => true,
        _ => false,
    };
    ui.input_mut(|i| i.events.extract_if(.., is_typed).collect())
}

/// A key, its command, and the context of both.
type Binding = (Shortcut, Action, Scope);

/// Returns the keys of the visible page. Shortcuts with more modifiers come first, because a match ignores an extra
/// Shift. Without the required state, for example a comparison, a key belongs to the focused widget.
fn rows(app: &App) -> Vec<Binding> {
    let is_active = |spec: &CommandSpec| {
        let is_of_page = spec.scope.overlaps(Scope::Page(app.page));
        let can_be_met = app.session.is_some() && spec.needs.can_change_within_frame();
        is_of_page && (can_be_met || unmet_need(app, spec.needs).is_none())
    };
    let active = app.keymap.bindings().filter(|(spec, _)| is_active(spec));
    let mut rows: Vec<Binding> =
        active.flat_map(|(spec, keys)| keys.iter().map(|k| (*k, spec.action, spec.scope))).collect();
    rows.sort_by_key(|(k, ..)| std::cmp::Reverse(u8::from(k.control) + u8::from(k.shift) + u8::from(k.alt)));
    rows
}

/// Receiver of the keys.
struct FocusContext {
    /// True if a control has the focus.
    focused: bool,
    /// True if the page receives keys: no text is typed and nothing covers the page.
    on_page: bool,
}

impl FocusContext {
    /// Returns the command of a key, or `None` if the key has no command in this context.
    fn command(&self, app: &App, rows: &[Binding], key: Key, held: Modifiers) -> Option<Command> {
        let label = self.on_page.then(|| label_command(app, key, held)).flatten();
        label.or_else(|| {
            let row = rows.iter().find(|(chord, _, scope)| {
                let kept = self.focused && matches!(chord.key, "Enter" | "Space");
                // A key that enters text works only while no text is typed.
                let is_always_active = *scope == Scope::Everywhere && !chord.is_text_input();
                (is_always_active || (self.on_page && !kept)) && matches(chord, key, held)
            });
            row.map(|(_, action, _)| Command::Run(*action))
        })
    }
}

/// Returns the command of Shift and a letter key on the Annotate page: it applies that label to the selection.
fn label_command(app: &App, key: Key, held: Modifiers) -> Option<Command> {
    let session = app.session.as_ref().filter(|_| app.page == Page::Annotate && held == Modifiers::SHIFT)?;
    let letters = session.corpus().labels.effective_shortcuts();
    let is_its =
        |letter: &Option<char>| letter.is_some_and(|l| Key::from_name(l.encode_utf8(&mut [0; 4])) == Some(key));
    let label = LabelId::try_from(letters.iter().position(is_its)?).ok()?;
    Some(Command::Labels(LabelCommand::Label(label)))
}

/// Returns true if a key with these modifiers matches a shortcut. For a letter the modifiers must be equal, because
/// Shift and a letter applies a label. Other keys can need an extra modifier on some keyboard layouts.
fn matches(chord: &Shortcut, key: Key, held: Modifiers) -> bool {
    if Key::from_name(chord.key) != Some(key) {
        return false;
    }
    if chord.is_letter() {
        return (held.command, held.shift, held.alt) == (chord.control, chord.shift, chord.alt);
    }
    let wanted = Modifiers { command: chord.control, shift: chord.shift, alt: chord.alt, ..Modifiers::NONE };
    held.matches_logically(wanted)
}

/// Returns true if a dialog or list covers the page and receives the keys.
pub fn is_page_covered(app: &App) -> bool {
    app.has_open_dialog() || app.session.as_ref().is_some_and(|session| session.label_picker.is_some())
}
