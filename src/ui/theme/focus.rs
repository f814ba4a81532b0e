//! Whether the focus was moved by a key, so that a ring belongs around it.
//!
//! A ring after every mouse click would be noise; without one after Tab the hand is lost. egui
//! keeps no such record, so this watches the input of every pass.

use std::sync::Arc;

use egui::{Context, Event, Id};

pub(super) fn install(ctx: &Context) {
    ctx.on_begin_pass("focus by key", Arc::new(|ui| watch(ui)));
}

/// Whether the last thing used was a key (or a screen reader) and not the pointer.
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
