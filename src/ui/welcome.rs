//! The welcome page of a window without a dataset: the purpose of the program, and all ways to start.

use super::Commands;
use super::annotate::paint::TextPaint;
use super::annotate::span_shape::SpanShape;
use super::annotate::text_layout::{self, TextLayout};
use super::format_numbers::format_days_ago;
use super::theme::{self, TextRole, icon};
use super::widgets::{
    Button, dashed_rect, icon as show_icon, key_caps, label, paint_icon, paragraph, put_text, separator,
};
use crate::app::page_commands::TryCommand;
use crate::app::{Action, App, Command, Page};
use crate::format::FORMATS;
use crate::hub::ModelRef;
use crate::i18n::tr;
use egui::{Align, Align2, CentralPanel, Frame, Key, Layout, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Width of the main column and of the recent datasets, in points.
const MAIN_WIDTH: f32 = 608.0;
const SIDE_WIDTH: f32 = 352.0;
const COLUMN_GAP: f32 = 84.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
        // Enter opens the sample, unless a control has the focus.
        let free = ui.memory(|m| m.focused()).is_none()
            && !app.requests.is_replacing_dataset()
            && !super::keymap::is_page_covered(app);
        if free && ui.input(|i| i.key_pressed(Key::Enter)) {
            out.push(Command::Run(Action::OpenSample));
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let space = ui.available_size();
            let wide = space.x >= MAIN_WIDTH + SIDE_WIDTH + COLUMN_GAP + 40.0;
            let content = if wide { MAIN_WIDTH + COLUMN_GAP + SIDE_WIDTH } else { MAIN_WIDTH.min(space.x - 40.0) };
            let left = ((space.x - content) / 2.0).max(20.0);
            ui.add_space((space.y * 0.16).clamp(24.0, 128.0));
            ui.horizontal_top(|ui| {
                ui.add_space(left);
                ui.vertical(|ui| {
                    ui.set_width(if wide { MAIN_WIDTH } else { content });
                    open_actions(ui, app, out);
                    if !wide {
                        ui.add_space(24.0);
                        recents(ui, app, out);
                    }
                });
                if wide {
                    ui.add_space(COLUMN_GAP);
                    ui.vertical(|ui| {
                        ui.set_width(SIDE_WIDTH);
                        ui.add_space(7.0);
                        recents(ui, app, out);
                    });
                }
            });
            ui.add_space(24.0);
        });
    });
}

fn open_actions(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    paragraph(ui, TextRole::Display, p.text, tr!("Annotate entities and train a model"));
    paragraph(
        ui,
        TextRole::Lead,
        p.text_secondary,
        tr!(
            "Open a dataset, correct its labels, train, and try the model on new text.\nEverything runs on this computer."
        ),
    );
    ui.add_space(16.0);
    separator(ui);
    ui.add_space(12.0);
    example_sentence(ui);
    ui.add_space(-4.0);
    ui.horizontal(|ui| {
        label(ui, TextRole::Small, p.text_secondary, tr!("Select words, then press a label key"));
        key_caps(ui, &["1–5"]);
        ui.add_space(12.0);
        label(ui, TextRole::Small, p.text_secondary, tr!("Keyboard shortcuts"));
        key_caps(ui, &app.keymap.key_labels(Action::ShowShortcuts));
    });
    ui.add_space(4.0);
    separator(ui);
    ui.add_space(20.0);
    drop_zone(ui);
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        let off = app.requests.is_replacing_dataset().then_some(tr!("A dataset is being opened"));
        if Button::primary(tr!("Open sample dataset")).icon(icon::BOOK_OPEN).high().disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::OpenSample));
        }
        if Button::plain(tr!("Open file…")).icon(icon::FILE_TEXT).high().disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::OpenFile));
        }
        if Button::plain(tr!("Open folder…")).icon(icon::FOLDER_OPEN).high().disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::OpenFolder));
        }
        if Button::plain(tr!("Paste text…")).icon(icon::FILE_PLUS).high().disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::NewDataset));
        }
    });
    ui.horizontal(|ui| {
        key_caps(ui, &["Enter"]);
        label(
            ui,
            TextRole::Small,
            p.text_muted,
            tr!("369 sentences from news, email, meeting minutes, chat and contracts"),
        );
    });
}

/// Shows a sentence with two entities, drawn as on the canvas.
fn example_sentence(ui: &mut Ui) {
    let p = theme::colors(ui);
    let words = ["Zoë", "Okafor", "caught", "the", "last", "ferry", "of", "the", "Harbour", "Line", "."];
    let spans = [SpanShape::new(0..2, "PER", p.label(0)), SpanShape::new(8..10, "ORG", p.label(1))];
    let style = text_layout::SentenceStyle::reading(21.0, 42.0);
    let flow = TextLayout::layout(ui, &words, &spans, style, ui.available_width());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), flow.height()), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words.join(" ")));
    flow.paint(ui, rect.min, &words, &spans, TextPaint::default());
}

fn drop_zone(ui: &mut Ui) {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 82.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, tr!("Drop a file or folder here")));
    let over = ui.input(|i| !i.raw.hovered_files.is_empty());
    ui.painter().rect_filled(rect, 10, if over { p.selected } else { p.panel });
    dashed_rect(ui.painter(), rect, 10, Stroke::new(1.0, if over { p.accent } else { p.line_strong }));
    let glyph = Rect::from_center_size(pos2(rect.left() + 34.0, rect.center().y), vec2(20.0, 20.0));
    paint_icon(ui.painter(), glyph, icon::DOWNLOAD, 19.0, p.accent);
    let words = rect.with_min_x(rect.left() + 58.0);
    let title = TextRole::BodyMedium.single_line(ui, tr!("Drop a file or folder here"));
    let (top, bottom) = words.split_top_bottom_at_fraction(0.5);
    put_text(ui.painter(), top.with_max_y(top.bottom() - 1.0), Align2::LEFT_BOTTOM, title, p.text);
    let detail = TextRole::Small.truncated(
        ui,
        &tr!("{n} formats, for example CoNLL, JSON, Parquet, brat and spaCy", n = FORMATS.len()),
        words.width() - 12.0,
    );
    put_text(ui.painter(), bottom.with_min_y(bottom.top() + 1.0), Align2::LEFT_TOP, detail, p.text_secondary);
}

fn recents(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    if !app.settings.recents.is_empty() {
        label(ui, TextRole::Strong, p.text, tr!("Recent"));
        ui.add_space(4.0);
        for recent in &app.settings.recents {
            let glyph = if recent.path.extension().is_none() { icon::DATABASE } else { icon::FILE_TEXT };
            if link_row(ui, glyph, &recent.name, &recent.detail, &format_days_ago(recent.opened)) {
                out.push(Command::Open(recent.path.clone()));
            }
        }
        ui.add_space(20.0);
    }
    label(ui, TextRole::Strong, p.text, tr!("No dataset yet?"));
    ui.add_space(4.0);
    if link_row(ui, icon::TEXT_CURSOR_INPUT, tr!("Try a model"), tr!("Paste text and see its entities"), "") {
        out.push(Command::Try(TryCommand::SetTryModel(ModelRef::Starter)));
        out.push(Command::Run(Action::GoTo(Page::Try)));
    }
    if link_row(ui, icon::KEYBOARD, tr!("Keyboard shortcuts"), tr!("See all shortcuts"), "") {
        out.push(Command::Run(Action::ShowShortcuts));
    }
}

/// Shows a row of two lines with an icon.
fn link_row(ui: &mut Ui, glyph: theme::Icon, name: &str, detail: &str, right: &str) -> bool {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {detail}")));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(8.0, 0.0)), 8, p.hover);
    }
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    show_icon(&mut inside, glyph, 18.0, p.text_secondary);
    inside.add_space(4.0);
    let words = Rect::from_min_max(pos2(inside.cursor().left(), rect.top()), pos2(rect.right() - 76.0, rect.bottom()));
    let title = TextRole::BodyMedium.truncated(ui, name, words.width());
    put_text(ui.painter(), words.with_max_y(words.center().y), Align2::LEFT_BOTTOM, title, p.text);
    let small = TextRole::Small.truncated(ui, detail, words.width());
    let color = if response.hovered() { p.text_secondary } else { p.text_muted };
    put_text(ui.painter(), words.with_min_y(words.center().y), Align2::LEFT_TOP, small, color);
    let when = TextRole::Small.single_line(ui, right);
    put_text(ui.painter(), rect, Align2::RIGHT_CENTER, when, p.text_secondary);
    super::widgets::focus_ring(ui, &response, rect, 8);
    response.clicked()
}
