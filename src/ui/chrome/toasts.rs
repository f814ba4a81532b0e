//! The notifications at the bottom right.

use crate::app::{App, Command, notifications};
use crate::ui::Commands;
use crate::ui::widgets::{BadgeStyle, Toast, ToastEvent, toasts as show_toasts};
use egui::Ui;

/// Shows the visible notifications. Success notifications close automatically after six seconds.
pub fn toasts(ui: &Ui, app: &App, out: &mut Commands) {
    let shown = app.notifications.shown();
    let newest: Vec<&notifications::Notification> = shown.iter().rev().take(3).collect();
    let toast = |n: &&notifications::Notification| -> (u64, BadgeStyle) {
        let tone = match n.tone {
            notifications::Severity::Success => BadgeStyle::Success,
            notifications::Severity::Info => BadgeStyle::Active,
            notifications::Severity::Error => BadgeStyle::Error,
        };
        (n.key, tone)
    };
    let list: Vec<Toast> = newest
        .iter()
        .rev()
        .map(|n| {
            let (key, tone) = toast(n);
            Toast { key, tone, title: &n.title, detail: &n.detail, action: "" }
        })
        .collect();
    if let Some((key, ToastEvent::Dismissed | ToastEvent::Action)) = show_toasts(ui, &list) {
        out.push(Command::CloseNotice(key));
    }
    let now = ui.input(|i| i.time);
    for notice in newest.iter().filter(|n| n.tone != notifications::Severity::Error) {
        let id = egui::Id::unique(("notice", notice.key));
        let since = ui.data_mut(|d| *d.get_temp_mut_or(id, now));
        let left = 6.0 - (now - since);
        if left <= 0.0 {
            out.push(Command::CloseNotice(notice.key));
        } else {
            ui.request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
}
