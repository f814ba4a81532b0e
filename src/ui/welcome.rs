//! The welcome page of a window without a dataset: the purpose of the program, and all ways to start.

use super::Commands;
use super::annotate::flow::{self, Flow, SpanView};
use super::annotate::paint::Paint;
use super::numbers::days_ago;
use super::theme::{self, TextRole, icon};
use super::widgets::{
    Button, dashed_rect, icon as show_icon, key_caps, label, paint_icon, paragraph, put_text, separator,
};
use crate::app::i18n::tr;
use crate::app::{Action, App, Command, Page};
use crate::hub::ModelRef;
use egui::{Align, Align2, CentralPanel, Frame, Key, Layout, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Width of the main column and of the recent datasets, in points.
const MAIN: f32 = 608.0;
const SIDE: f32 = 352.0;
const BETWEEN: f32 = 84.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::of(ui);
    CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
        // Enter opens the sample, unless a control has the focus.
        let free = ui.memory(|m| m.focused()).is_none() && app.opening.is_none() && !super::keymap::dialog_open(app);
        if free && ui.input(|i| i.key_pressed(Key::Enter)) {
            out.push(Command::Do(Action::OpenSample));
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let room = ui.available_size();
            let wide = room.x >= MAIN + SIDE + BETWEEN + 40.0;
            let content = if wide { MAIN + BETWEEN + SIDE } else { MAIN.min(room.x - 40.0) };
            let left = ((room.x - content) / 2.0).max(20.0);
            ui.add_space((room.y * 0.16).clamp(24.0, 128.0));
            ui.horizontal_top(|ui| {
                ui.add_space(left);
                ui.vertical(|ui| {
                    ui.set_width(if wide { MAIN } else { content });
                    ways_in(ui, app, out);
                    if !wide {
                        ui.add_space(24.0);
                        recents(ui, app, out);
                    }
                });
                if wide {
                    ui.add_space(BETWEEN);
                    ui.vertical(|ui| {
                        ui.set_width(SIDE);
                        ui.add_space(7.0);
                        recents(ui, app, out);
                    });
                }
            });
            ui.add_space(24.0);
        });
    });
}

fn ways_in(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::of(ui);
    paragraph(ui, TextRole::Display, p.text, tr!("Label names in text, then train on them"));
    paragraph(
        ui,
        TextRole::Lead,
        p.text2,
        tr!("Open data, correct its labels, press Train, paste new text.\nNothing leaves this computer."),
    );
    ui.add_space(16.0);
    separator(ui);
    ui.add_space(12.0);
    example(ui);
    ui.add_space(-4.0);
    ui.horizontal(|ui| {
        label(ui, TextRole::Small, p.text2, tr!("Drag over words, then press"));
        key_caps(ui, &["1"]);
        label(ui, TextRole::Small, p.text2, "to");
        key_caps(ui, &["4"]);
        ui.add_space(12.0);
        label(ui, TextRole::Small, p.text2, tr!("All keys"));
        key_caps(ui, &["Ctrl", "/"]);
    });
    ui.add_space(4.0);
    separator(ui);
    ui.add_space(20.0);
    drop_zone(ui);
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        let off = app.opening.is_some().then_some(tr!("Something is being opened."));
        if Button::primary(tr!("Try the sample")).icon(icon::BOOK_OPEN).high().off(off).show(ui).clicked() {
            out.push(Command::Do(Action::OpenSample));
        }
        if Button::plain(tr!("Open file...")).icon(icon::FILE_TEXT).high().off(off).show(ui).clicked() {
            out.push(Command::Do(Action::OpenFile));
        }
        if Button::plain(tr!("Open folder...")).icon(icon::FOLDER_OPEN).high().off(off).show(ui).clicked() {
            out.push(Command::Do(Action::OpenFolder));
        }
    });
    ui.horizontal(|ui| {
        key_caps(ui, &["Enter"]);
        label(
            ui,
            TextRole::Small,
            p.text3,
            tr!("opens the sample: 369 sentences of news, mail, minutes, chat and contracts."),
        );
    });
}

/// Shows a sentence with two entities, drawn as on the canvas.
fn example(ui: &mut Ui) {
    let p = theme::of(ui);
    let words = ["Zoë", "Okafor", "caught", "the", "last", "ferry", "of", "the", "Harbour", "Line", "."];
    let spans = [SpanView::new(0..2, "PER", p.label(0)), SpanView::new(8..10, "ORG", p.label(1))];
    let style = flow::Style::reading(21.0, 42.0);
    let flow = Flow::lay_out(ui, &words, &spans, style, ui.available_width());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words.join(" ")));
    flow.paint(ui, rect.min, &words, &spans, Paint::default());
}

fn drop_zone(ui: &mut Ui) {
    let p = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 82.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, tr!("Drop a file or a folder here")));
    let over = ui.input(|i| !i.raw.hovered_files.is_empty());
    ui.painter().rect_filled(rect, 10, if over { p.selected } else { p.panel });
    dashed_rect(ui.painter(), rect, 10, Stroke::new(1.0, if over { p.accent } else { p.line_strong }));
    let glyph = Rect::from_center_size(pos2(rect.left() + 34.0, rect.center().y), vec2(20.0, 20.0));
    paint_icon(ui.painter(), glyph, icon::DOWNLOAD, 19.0, p.accent);
    let words = rect.with_min_x(rect.left() + 58.0);
    let title = TextRole::BodyMedium.line(ui, tr!("Drop a file or a folder here"));
    let (top, bottom) = words.split_top_bottom_at_fraction(0.5);
    put_text(ui.painter(), top.with_max_y(top.bottom() - 1.0), Align2::LEFT_BOTTOM, title, p.text);
    let detail = TextRole::Small.elided(
        ui,
        tr!("CoNLL columns or TSV, the last column the tag. Splits are found by name."),
        words.width() - 12.0,
    );
    put_text(ui.painter(), bottom.with_min_y(bottom.top() + 1.0), Align2::LEFT_TOP, detail, p.text2);
}

fn recents(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    if !app.settings.recents.is_empty() {
        label(ui, TextRole::Strong, p.text, tr!("Recent"));
        ui.add_space(4.0);
        for recent in &app.settings.recents {
            let glyph = if recent.path.extension().is_none() { icon::DATABASE } else { icon::FILE_TEXT };
            if entry(ui, glyph, &recent.name, &recent.detail, &days_ago(recent.opened)) {
                out.push(Command::Open(recent.path.clone()));
            }
        }
        ui.add_space(20.0);
    }
    label(ui, TextRole::Strong, p.text, tr!("Without data"));
    ui.add_space(4.0);
    if entry(ui, icon::TEXT_CURSOR_INPUT, tr!("Try a text"), tr!("paste anything, no data needed"), "") {
        out.push(Command::TryModel(ModelRef::Starter));
        out.push(Command::Do(Action::GoTo(Page::Try)));
    }
    if entry(ui, icon::KEYBOARD, tr!("Keys"), tr!("all of them on one sheet"), "") {
        out.push(Command::Do(Action::ShowShortcuts));
    }
}

/// Shows a row of two lines with an icon.
fn entry(ui: &mut Ui, glyph: theme::Icon, name: &str, detail: &str, right: &str) -> bool {
    let p = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {detail}")));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(8.0, 0.0)), 8, p.hover);
    }
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    show_icon(&mut inside, glyph, 18.0, p.text2);
    inside.add_space(4.0);
    let words = Rect::from_min_max(pos2(inside.cursor().left(), rect.top()), pos2(rect.right() - 76.0, rect.bottom()));
    let title = TextRole::BodyMedium.elided(ui, name, words.width());
    put_text(ui.painter(), words.with_max_y(words.center().y), Align2::LEFT_BOTTOM, title, p.text);
    let small = TextRole::Small.elided(ui, detail, words.width());
    let colour = if response.hovered() { p.text2 } else { p.text3 };
    put_text(ui.painter(), words.with_min_y(words.center().y), Align2::LEFT_TOP, small, colour);
    let when = TextRole::Small.line(ui, right);
    put_text(ui.painter(), rect, Align2::RIGHT_CENTER, when, p.text2);
    super::widgets::focus_ring(ui, &response, rect, 8);
    response.clicked()
}
