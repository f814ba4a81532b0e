//! Detection of keyboard focus, for the focus ring.
//!
//! A ring after every mouse click would be distracting, but after Tab it is necessary. egui does not record the input
//! device, so this module watches the input of every pass.

use std::sync::Arc;

use egui::{Context, Event, Id};

pub(super) fn install(ctx: &Context) {
    ctx.on_begin_pass("focus by key", Arc::new(|ui| watch(ui)));
}

/// Returns true if the last input came from the keyboard (or a screen reader) and not from the pointer.
pub fn by_key(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(slot())).unwrap_or(false)
}

fn watch(ctx: &Context) {
    let last = ctx.input(|input| input.events.iter().rev().find_map(used_key));
    if let Some(by_key) = last {
        ctx.data_mut(|data| data.insert_temp(slot(), by_key));
    }
}

fn used_key(event: &Event) -> Option<bool> {
    match event {
        Event::Key { pressed: true, .. } | Event::AccessKitActionRequest(_) => Some(true),
        Event::PointerButton { pressed: true, .. } => Some(false),
        _ => None,
    }
}

fn slot() -> Id {
    Id::unique("focus was moved by a key")
}
