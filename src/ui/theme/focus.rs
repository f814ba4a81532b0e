//! Detection of keyboard focus, for the focus ring.
//!
//! A ring after every mouse click would be distracting, but after Tab it is necessary. egui does not record the input
//! device, so this module watches the input of every pass.

use std::sync::Arc;

use egui::{Context, Event, Id};

pub(super) fn install(ctx: &Context) {
    ctx.on_begin_pass("focus by key", Arc::new(|ui| track_input(ui)));
}

/// Returns true if the last input came from the keyboard (or a screen reader) and not from the pointer.
pub fn is_focus_visible(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(slot())).unwrap_or(false)
}

fn track_input(ctx: &Context) {
    let last = ctx.input(|input| input.events.iter().rev().find_map(is_keyboard_event));
    if let Some(is_keyboard) = last {
        ctx.data_mut(|data| data.insert_temp(slot(), is_keyboard));
    }
}

fn is_keyboard_event(event: &Event) -> Option<bool> {
    match event {
        Event::Key { pressed: true, .. } | Event::AccessKitActionRequest(_) => Some(true),
        Event::PointerButton { pressed: true, .. } => Some(false),
        _ => None,
    }
}

fn slot() -> Id {
    Id::unique("focus was moved by a key")
}
