//! Keys to commands, from the one table.

use super::Commands;
use crate::app::command::Entry;
use crate::app::{App, Chord, Command, Context, Room};
use egui::{Event, Key, Modifiers, Ui};

/// Takes the keys of this frame that are a command's.
pub fn consume(ui: &mut Ui, app: &App, out: &mut Commands) {
    let typing = ui.text_edit_focused();
    // A control that was reached by Tab keeps Enter and Space for itself.
    let focused = ui.memory(|m| m.focused()).is_some();
    let on_canvas = app.room == Room::Annotate && app.annotate.is_some() && !typing && !dialog_open(app);
    if on_canvas {
        take_letters(ui, app, out);
    }
    // Chords with more modifiers first: a match ignores a Shift that was not asked for.
    let mut rows: Vec<(&Chord, &Entry)> =
        app.keymap.rows().flat_map(|(e, keys)| keys.iter().map(move |k| (k, e))).collect();
    rows.sort_by_key(|(k, _)| std::cmp::Reverse(u8::from(k.control) + u8::from(k.shift) + u8::from(k.alt)));
    for (chord, entry) in rows {
        // A key that can be typed works where nothing is typed, whatever its command.
        let on_text = entry.context == Context::Canvas || chord.is_typed();
        if on_text && (!on_canvas || (focused && matches!(chord.key, "Enter" | "Space"))) {
            continue;
        }
        let Some(key) = Key::from_name(chord.key) else { continue };
        let mut modifiers = Modifiers::NONE;
        modifiers.command = chord.control;
        modifiers.shift = chord.shift;
        modifiers.alt = chord.alt;
        if take(ui, modifiers, key, chord.is_letter()) {
            out.push(Command::Do(entry.action));
        }
    }
}

/// Takes a key. A letter must have just these modifiers: with Shift it is a label's. Other keys may need one more to be reached.
fn take(ui: &mut Ui, modifiers: Modifiers, key: Key, exactly: bool) -> bool {
    if !exactly {
        return ui.input_mut(|i| i.consume_key(modifiers, key));
    }
    // Those that were held when the key went down; a quick hand has let them go by now.
    let is_it = |event: &Event| match event {
        Event::Key { key: k, pressed: true, modifiers: held, .. } => {
            let same = held.shift == modifiers.shift && held.alt == modifiers.alt;
            *k == key && same && held.command == modifiers.command
        }
        _ => false,
    };
    ui.input_mut(|i| {
        let before = i.events.len();
        i.events.retain(|event| !is_it(event));
        i.events.len() < before
    })
}

/// Shift and a label's letter gives it.
fn take_letters(ui: &mut Ui, app: &App, out: &mut Commands) {
    let Some(a) = app.annotate.as_ref().filter(|a| a.selection.is_some()) else { return };
    for (id, letter) in (0..).zip(a.corpus.labels.letters()) {
        let key = letter.and_then(|letter| Key::from_name(letter.encode_utf8(&mut [0; 4])));
        if let Some(key) = key
            && take(ui, Modifiers::SHIFT, key, true)
        {
            out.push(Command::Label(id));
        }
    }
}

/// Whether something lies over the room and takes the keys.
pub fn dialog_open(app: &App) -> bool {
    let asked = app.asking.is_some() || app.exporting.is_some() || app.importing.is_some() || app.snapshots.is_some();
    let choosing = app.matching.is_some() || app.annotate.as_ref().is_some_and(|a| a.choosing.is_some());
    app.palette || app.keys || app.settings_open || app.history || asked || choosing
}
