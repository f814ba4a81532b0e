//! The notifications at the bottom right.

use crate::app::notifications::NoticeAction;
use crate::app::{App, Command, notifications};
use crate::i18n::tr;
use crate::ui::Commands;
use crate::ui::widgets::{BadgeStyle, Toast, ToastEvent, toasts as show_toasts};
use egui::Ui;

/// Time after which a notification closes, unless it is an error, in seconds.
const SECONDS: f64 = 6.0;
/// The same for a notification with a button.
const SECONDS_WITH_ACTION: f64 = 8.0;

/// Shows the visible notifications.
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
            let action = n.action.map_or("", |NoticeAction::RestoreRun| tr!("Restore"));
            Toast { key, tone, title: &n.title, detail: &n.detail, action }
        })
        .collect();
    match show_toasts(ui, &list) {
        Some((key, ToastEvent::Dismissed)) => out.push(Command::CloseNotice(key)),
        Some((key, ToastEvent::Action)) => out.push(Command::ActOnNotice(key)),
        None => {}
    }
    let now = ui.input(|i| i.time);
    for notice in newest.iter().filter(|n| n.tone != notifications::Severity::Error) {
        let id = egui::Id::unique(("notice", notice.key));
        let since = ui.data_mut(|d| *d.get_temp_mut_or(id, now));
        let visible = if notice.action.is_some() { SECONDS_WITH_ACTION } else { SECONDS };
        let left = visible - (now - since);
        if left <= 0.0 {
            out.push(Command::CloseNotice(notice.key));
        } else {
            ui.request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
}
