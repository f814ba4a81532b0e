//! The frame around the pages: top bar, navigation rail, status bar, and the notifications at the bottom right.

use super::Commands;
use super::format_numbers::{self, format_duration, thousands};
use super::theme::{self, Icon, TextRole, icon};
use super::widgets::{
    Badge, BadgeStyle, Button, IconButton, MenuRow, ProgressBar, Toast, ToastEvent, focus_ring, hairline, label, menu,
    paint_icon, put_text, toasts as show_toasts,
};
use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{Action, App, Command, Page, notifications};
use crate::corpus::Split;
use crate::i18n::{tr, trn};
use crate::project::ProjectWriter;
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use egui::{Align, Align2, Frame, Layout, Margin, Panel, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Save status of the open dataset.
pub enum SaveState {
    /// No dataset is open.
    NoProject,
    /// All edits are on disk.
    Saved,
    /// The last edits are being written.
    Saving,
    /// A large dataset is being imported into its project: progress in percent.
    Importing(usize),
    /// A write failed, with the error message.
    Failed(String),
    /// Another window has the project open.
    ReadOnly,
}

impl SaveState {
    /// Returns the status of the project writer.
    pub fn of(committer: Option<&ProjectWriter>, read_only: bool) -> Self {
        match committer {
            _ if read_only => Self::ReadOnly,
            None => Self::NoProject,
            Some(c) => match c.failure() {
                Some(reason) => Self::Failed(reason.to_owned()),
                None if c.is_durable() => Self::Saved,
                None => match c.import_progress() {
                    Some((done, total)) => Self::Importing(done * 100 / total.max(1)),
                    None => Self::Saving,
                },
            },
        }
    }
}

/// Shows the logo, the dataset, the search field, undo and redo, and the save status.
pub fn top_bar(ui: &mut Ui, app: &App, saved: &SaveState, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::top("top").exact_size(44.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            let full = ui.max_rect();
            ui.horizontal_centered(|ui| {
                logo(ui);
                ui.add_space(if app.session.is_some() { -2.0 } else { 8.0 });
                dataset_menu(ui, app, out);
            });
            search(ui, app, full, out);
            let right = Rect::from_min_max(pos2(full.center().x, full.top()), full.max);
            let mut ui =
                ui.new_child(egui::UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)));
            let keys = app.keymap.key_labels(Action::Settings);
            if IconButton::new(icon::SETTINGS, tr!("Settings")).keys(&keys).show(&mut ui).clicked() {
                out.push(Command::Run(Action::Settings));
            }
            save_indicator(&mut ui, saved);
            if let Some(session) = &app.session {
                ui.spacing_mut().item_spacing.x = 4.0;
                let redo = session.history().next_redo().is_none().then_some(tr!("Nothing to redo"));
                let keys = app.keymap.key_labels(Action::Redo);
                if IconButton::new(icon::REDO_2, tr!("Redo")).keys(&keys).disabled(redo).show(&mut ui).clicked() {
                    out.push(Command::Run(Action::Redo));
                }
                let undo = session.history().next_undo().is_none().then_some(tr!("Nothing to undo"));
                let keys = app.keymap.key_labels(Action::Undo);
                if IconButton::new(icon::UNDO_2, tr!("Undo")).keys(&keys).disabled(undo).show(&mut ui).clicked() {
                    out.push(Command::Run(Action::Undo));
                }
            }
        })
        .response
        .rect;
    bottom_border(ui, rect);
}

/// Paints the line at the lower edge of a panel. It is inside the panel, because the next panel paints over everything
/// outside.
pub fn bottom_border(ui: &Ui, rect: Rect) {
    let y = rect.bottom() - 1.0;
    hairline(ui.painter(), pos2(rect.left(), y), pos2(rect.right(), y), theme::colors(ui).line);
}

/// Paints the line at the right edge of a panel.
pub fn right_border(ui: &Ui, rect: Rect) {
    let x = rect.right() - 1.0;
    hairline(ui.painter(), pos2(x, rect.top()), pos2(x, rect.bottom()), theme::colors(ui).line);
}

/// Paints the logo: a block with a word and a caret.
fn logo(ui: &mut Ui) {
    let p = theme::colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(32.0, 28.0), Sense::hover());
    let block = Rect::from_center_size(rect.center(), vec2(18.0, 13.0));
    ui.painter().rect_filled(block, 4, p.accent_fill);
    let line = Rect::from_min_size(block.min + vec2(4.0, 5.5), vec2(6.0, 2.0));
    ui.painter().rect_filled(line, 1, p.on_accent);
    let caret = Rect::from_min_size(block.min + vec2(12.0, 3.5), vec2(1.5, 6.0));
    ui.painter().rect_filled(caret, 0, p.on_accent);
}

fn dataset_menu(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let Some(session) = &app.session else {
        label(ui, TextRole::Strong, p.text, "Tagwright");
        return;
    };
    let name: String = session.corpus().name.chars().take(24).collect();
    let button = Button::ghost(&name).proper_name().opens_menu().show(ui);
    ui.add_space(-8.0);
    menu(&button, 280.0, |ui| {
        let mut row = |text: &str, glyph: Icon, action: Action| {
            let caps = app.keymap.key_labels(action);
            if MenuRow::new(text).icon(glyph).keys(&caps).show(ui).clicked() {
                out.push(Command::Run(action));
                ui.close();
            }
        };
        row(tr!("Save to source files"), icon::SAVE, Action::Save);
        row(tr!("Save copy as…"), icon::DOWNLOAD, Action::SaveAs);
        row(tr!("Export…"), icon::UPLOAD, Action::Export);
        row(tr!("Move project…"), icon::UPLOAD, Action::MoveProject);
        row(tr!("Open file…"), icon::FILE_TEXT, Action::OpenFile);
        row(tr!("Open folder…"), icon::FOLDER_OPEN, Action::OpenFolder);
        row(tr!("Open sample dataset"), icon::BOOK_OPEN, Action::OpenSample);
    });
    let split = match app.page {
        Page::Try | Page::Data => return,
        Page::Evaluate => session.evaluation.split,
        Page::Train => Split::Train,
        Page::Annotate => session.document_at(session.current).split,
    };
    Badge::new(split.name()).icon(split_icon(split)).show(ui);
}

/// Returns the icon of a split.
pub fn split_icon(split: crate::corpus::Split) -> Icon {
    match split {
        crate::corpus::Split::Train => icon::GRADUATION_CAP,
        crate::corpus::Split::Dev => icon::FLASK_CONICAL,
        crate::corpus::Split::Test => icon::LOCK,
    }
}

/// Shows the search field in the middle. It opens the palette.
fn search(ui: &mut Ui, app: &App, bar: Rect, out: &mut Commands) {
    let p = theme::colors(ui);
    let width = (bar.width() - 480.0).clamp(160.0, 440.0);
    let rect = Rect::from_center_size(bar.center(), vec2(width, 28.0));
    let response = ui.interact(rect, ui.scope_id().with("search"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Search commands")));
    let border = if response.hovered() { p.text_muted } else { p.line_strong };
    ui.painter().rect(rect, 6, p.field, egui::Stroke::new(1.0, border), egui::StrokeKind::Inside);
    let glyph = Rect::from_center_size(pos2(rect.left() + 15.0, rect.center().y), vec2(16.0, 16.0));
    paint_icon(ui.painter(), glyph, icon::SEARCH, 14.0, p.text_secondary);
    let text = TextRole::Body.single_line(ui, if width < 240.0 { tr!("Search") } else { tr!("Search commands") });
    let words = rect.with_min_x(rect.left() + 30.0);
    // The text has priority over the key caps.
    let caps = Rect::from_min_max(pos2(rect.right() - 58.0, rect.top()), rect.max);
    if words.left() + text.size().x + 12.0 <= caps.left() {
        let mut caps = ui.new_child(egui::UiBuilder::new().max_rect(caps).layout(Layout::left_to_right(Align::Center)));
        super::widgets::key_caps(&mut caps, &app.keymap.key_labels(Action::Palette));
    }
    put_text(ui.painter(), words, Align2::LEFT_CENTER, text, p.text_muted);
    focus_ring(ui, &response, rect, 6);
    if response.clicked() {
        out.push(Command::Run(Action::Palette));
    }
}

fn save_indicator(ui: &mut Ui, saved: &SaveState) {
    let p = theme::colors(ui);
    let (glyph, color, text) = match saved {
        SaveState::NoProject => return,
        SaveState::Saved => (icon::CHECK, p.success, tr!("All changes saved").into()),
        SaveState::Saving => (icon::LOADER, p.text_muted, tr!("Saving…").into()),
        SaveState::Importing(percent) => (icon::LOADER, p.text_muted, tr!("Importing, {percent}%", percent)),
        SaveState::Failed(_) => (icon::CIRCLE_ALERT, p.error, tr!("Save failed").into()),
        SaveState::ReadOnly => (icon::LOCK, p.text_muted, tr!("Read-only").into()),
    };
    let response = ui
        .scope(|ui| {
            label(ui, TextRole::Small, p.text_secondary, &text);
            super::widgets::icon(ui, glyph, 16.0, color);
        })
        .response;
    match saved {
        SaveState::Failed(reason) => drop(response.on_hover_text(reason)),
        SaveState::ReadOnly => drop(response.on_hover_text(tr!("This project is read-only"))),
        _ => {}
    }
    ui.add_space(8.0);
}

/// Shows the navigation rail with the pages.
pub fn activity_bar(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin { left: 4, right: 4, top: 8, bottom: 8 });
    let panel = Panel::left("rail").exact_size(64.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let no_data = app.session.is_none().then_some(tr!("Open a dataset first"));
            let rooms = [
                (Page::Annotate, icon::HIGHLIGHTER, tr!("Annotate"), None),
                (Page::Train, icon::ACTIVITY, tr!("Train"), no_data),
                (Page::Evaluate, icon::TARGET, tr!("Evaluate"), no_data),
                (Page::Try, icon::TEXT_CURSOR_INPUT, tr!("Try"), None),
                (Page::Data, icon::DATABASE, tr!("Data"), no_data),
            ];
            // Without a dataset, Annotate shows the welcome page, which is not marked as a page in the rail.
            let in_a_room = app.session.is_some() || app.page == Page::Try;
            for (space, glyph, name, off) in rooms {
                if page_button(ui, glyph, name, app.page == space && in_a_room, off) {
                    out.push(Command::Run(Action::GoTo(space)));
                }
            }
            ui.with_layout(Layout::bottom_up(Align::Center), |ui| {
                let keys = app.keymap.key_labels(Action::ShowShortcuts);
                if IconButton::new(icon::KEYBOARD, tr!("Keyboard shortcuts"))
                    .keys(&keys)
                    .icon_size(19.0)
                    .show(ui)
                    .clicked()
                {
                    out.push(Command::Run(Action::ShowShortcuts));
                }
            });
        })
        .response
        .rect;
    right_border(ui, rect);
}

fn page_button(ui: &mut Ui, glyph: Icon, name: &str, active: bool, off: Option<&str>) -> bool {
    let p = theme::colors(ui);
    let sense = if off.is_some() { Sense::hover() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(56.0, 52.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, off.is_none(), active, name));
    let ground = match (active, response.hovered() && off.is_none()) {
        (true, _) => p.selected,
        (false, true) => p.hover,
        _ => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 8, ground);
    let (mark, text) = match (off.is_some(), active) {
        (true, _) => (p.text_disabled, p.text_disabled),
        (_, true) => (p.accent, p.text),
        _ => (p.text_secondary, p.text_secondary),
    };
    let at = Rect::from_center_size(pos2(rect.center().x, rect.top() + 18.0), vec2(20.0, 20.0));
    paint_icon(ui.painter(), at, glyph, 19.0, mark);
    let words = TextRole::CaptionMedium.single_line(ui, name);
    put_text(
        ui.painter(),
        rect.with_min_y(rect.top() + 31.0).with_max_y(rect.top() + 45.0),
        Align2::CENTER_CENTER,
        words,
        text,
    );
    focus_ring(ui, &response, rect, 8);
    let clicked = response.clicked();
    if let Some(reason) = off {
        response.on_hover_text(reason);
    }
    clicked
}

/// Shows the status of the worker at the left and facts at the right.
pub fn status_bar(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin::symmetric(12, 4));
    let panel = Panel::bottom("status").exact_size(28.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                background_task(ui, app, out);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let zoom = (ui.zoom_factor() * 100.0).round();
                    label(ui, TextRole::Small, p.text_secondary, &format!("{zoom}%"));
                    ui.add_space(8.0);
                    for fact in status_items(app) {
                        label(ui, TextRole::Small, p.text_secondary, &fact);
                        ui.add_space(8.0);
                    }
                });
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

fn status_items(app: &App) -> Vec<String> {
    let mut facts = Vec::new();
    match (app.page, &app.session) {
        (Page::Annotate, Some(session)) => {
            if session.progress.done_today() > 0 {
                facts.push(tr!("{done_today} done today", done_today = thousands(session.progress.done_today())));
            }
            if app.settings.timer {
                facts.push(tr!("{worked} min worked today", worked = session.work_timer.seconds / 60));
            }
            facts.extend(session.corpus().scheme.map(|s| s.name().to_owned()));
            facts.push(format_numbers::tokens(session.totals().counts.tokens));
        }
        (Page::Try, _) if !app.try_page.analyzed_text.is_empty() => {
            let t = &app.try_page;
            facts.push(format_numbers::subwords(t.prediction.n_subwords));
            if t.prediction.windows > 1 {
                facts.push(trn!(t.prediction.windows, "{n} window", "{n} windows"));
            }
            facts.push(trn!(t.analyzed_text.chars().count(), "{n} character", "{n} characters"));
        }
        _ => {}
    }
    let running = app.active_run().and_then(|(_, run)| run.started.as_ref());
    facts.push(match running {
        Some(started) => started.device.clone(),
        None => trn!(crate::model::device::n_threads(), "CPU ({n} thread)", "CPU ({n} threads)"),
    });
    facts
}

fn background_task(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    if let Some(name) = app.requests.dataset_being_read() {
        status_dot(ui, p.accent);
        label(ui, TextRole::Small, p.text_secondary, &tr!("Opening {name}…", name));
        return;
    }
    if let Some((done, total)) = app.requests.pending(Slot::Evaluation).and_then(Pending::sentences) {
        status_dot(ui, p.accent);
        label(
            ui,
            TextRole::Small,
            p.text_secondary,
            &tr!("Evaluating {done} of {total} sentences", done = thousands(done), total = thousands(total)),
        );
        if Button::ghost(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::Evaluate(EvaluateCommand::CancelEvaluation));
        }
        return;
    }
    if let Some((session, run)) = app.active_run() {
        return active_run(ui, session, run, app.parked.is_some());
    }
    if let Some(run) = app.live_run() {
        match &run.state {
            RunState::Ended(_) if app.page == Page::Train => {
                super::widgets::icon(ui, icon::CHECK, 14.0, p.success);
                label(ui, TextRole::Small, p.text_secondary, &tr!("Run {run} completed", run = run.id));
                return;
            }
            RunState::Running(_) | RunState::Ended(_) | RunState::Canceled => {}
            RunState::Failed(_) => {
                super::widgets::icon(ui, icon::CIRCLE_ALERT, 14.0, p.error);
                label(ui, TextRole::Small, p.text_secondary, &tr!("Run {run} failed", run = run.id));
                return;
            }
        }
    }
    super::widgets::icon(ui, icon::CHECK, 14.0, p.success);
    label(ui, TextRole::Small, p.text_secondary, &last_task_text(app));
}

/// Shows the progress of the run in progress, with its dataset if another one is open.
fn active_run(ui: &mut Ui, session: &Session, run: &LiveRun, is_parked: bool) {
    let p = theme::colors(ui);
    let RunState::Running(control) = &run.state else { return };
    status_dot(ui, p.accent);
    let state = super::train::state_text(*control).to_lowercase();
    let text = if is_parked {
        tr!("Run {run} of {name}: {state}", run = run.id, name = session.corpus().name, state)
    } else {
        tr!("Run {run}: {state}", run = run.id, state)
    };
    label(ui, TextRole::Small, p.text_secondary, &text);
    ProgressBar::new(tr!("Training progress"), Some(run.fraction_done())).width(120.0).show(ui);
    label(ui, TextRole::Small, p.text_secondary, &format!("{:.0}%", run.fraction_done() * 100.0));
    if let Some(step) = run.last() {
        label(ui, TextRole::Small, p.text_muted, &tr!("{time} left", time = format_duration(step.remaining)));
    }
}

/// Returns the last action on this page, as text.
fn last_task_text(app: &App) -> String {
    let result = app.session.as_ref().and_then(|session| session.evaluation.result.as_ref());
    match (app.page, result) {
        (Page::Evaluate, Some((_, _, s))) => {
            tr!(
                "Evaluated {sentences} in {seconds} s",
                sentences = format_numbers::sentences(s.sentences),
                seconds = format!("{:.1}", s.seconds)
            )
        }
        (Page::Try, _) if !app.try_page.analyzed_text.is_empty() => {
            tr!("Analyzed in {time} ms", time = format!("{:.0}", app.try_page.seconds * 1e3))
        }
        _ => tr!("Ready").into(),
    }
}

fn status_dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

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
