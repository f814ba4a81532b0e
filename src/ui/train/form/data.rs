//! Choice of the sentences of a run.

use crate::app::page_commands::TrainCommand;
use crate::app::{App, Command};
use crate::corpus::{DataSelection, DevSource, Split, TrainOn};
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::train::preview::RunPreview;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::train::train_on_name;
use crate::ui::widgets::{combo_box, dot, focus_ring, form_field, label, paint_icon, put_text, separator};
use egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Height of a row of the choice, in points.
const ROW: f32 = 46.0;

/// Shows the choice of the train sentences, their labels, and the origin of dev and test.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let Some(preview) = session.latest_run_preview() else {
        let all = session.size_of(Split::Train);
        let text = trn!(all, "{n} sentence in train", "{n} sentences in train");
        label(ui, TextRole::Body, theme::colors(ui).text_secondary, &text);
        return;
    };
    let selection = app.train_page.selection;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, choice) in TrainOn::ALL.into_iter().enumerate() {
            let is_chosen = selection.train_on.unwrap_or(preview.suggested) == choice;
            if choice_row(ui, choice, preview.n_by_choice[index], is_chosen, preview) && !is_chosen {
                out.push(set(DataSelection { train_on: Some(choice), ..selection }));
            }
        }
    });
    separator(ui);
    label_counts(ui, session, preview);
    let width = ((ui.available_width() - 12.0) / 2.0).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        for is_dev in [true, false] {
            ui.vertical(|ui| {
                ui.set_width(width);
                if is_dev {
                    dev_field(ui, app, session, preview, out);
                } else {
                    test_field(ui, session, selection, preview, out);
                }
            });
        }
    });
}

/// Returns the command that sets the choice of the sentences.
pub(super) fn set(selection: DataSelection) -> Command {
    Command::Train(TrainCommand::SetSelection(selection))
}

fn texts(choice: TrainOn, preview: &RunPreview) -> (&'static str, String) {
    match choice {
        TrainOn::Done => (train_on_name(choice), tr!("Sentences that you marked as done").to_owned()),
        TrainOn::Labeled => (train_on_name(choice), tr!("Done, or with at least one span").to_owned()),
        TrainOn::All if preview.n_open > 0 => {
            let text = trn!(
                preview.n_open,
                "{n} without a span counts as “no entity”",
                "{n} without a span count as “no entity”"
            );
            (train_on_name(choice), text)
        }
        TrainOn::All => (train_on_name(choice), tr!("Every sentence of the train split").to_owned()),
    }
}

/// Shows a choice with its number of sentences. Returns true if it was clicked.
fn choice_row(ui: &mut Ui, choice: TrainOn, count: usize, is_chosen: bool, preview: &RunPreview) -> bool {
    let p = theme::colors(ui);
    let (name, note) = texts(choice, preview);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let spoken = tr!("Train on: {name}, {sentences}", name, sentences = format_numbers::sentences(count));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, &spoken));
    if is_chosen {
        ui.painter().rect_filled(rect, metrics::RADIUS_CONTROL, p.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, metrics::RADIUS_CONTROL, p.hover);
    }
    focus_ring(ui, &response, rect, metrics::RADIUS_CONTROL);
    radio(ui, pos2(rect.left() + 18.0, rect.center().y), is_chosen);
    let inside = rect.shrink2(vec2(0.0, 6.0)).with_min_x(rect.left() + 38.0).with_max_x(rect.right() - 10.0);
    let number = TextRole::BodyMedium.single_line(ui, &thousands(count));
    let mut space = inside.with_max_x(inside.right() - number.size().x - 10.0);
    put_text(ui.painter(), inside, Align2::RIGHT_CENTER, number, p.text);
    if choice == TrainOn::All && preview.has_open_sentences() {
        let square = Rect::from_center_size(pos2(space.right() - 10.0, rect.center().y), vec2(16.0, 16.0));
        paint_icon(ui.painter(), square, icon::TRIANGLE_ALERT, 15.0, p.warning);
        space.max.x -= 24.0;
    }
    put_text(ui.painter(), space, Align2::LEFT_TOP, TextRole::BodyMedium.single_line(ui, name), p.text);
    let note = TextRole::Caption.truncated(ui, &note, space.width());
    put_text(ui.painter(), space, Align2::LEFT_BOTTOM, note, p.text_secondary);
    response.clicked()
}

fn radio(ui: &Ui, center: egui::Pos2, is_on: bool) {
    let p = theme::colors(ui);
    let square = Rect::from_center_size(center, vec2(16.0, 16.0));
    if is_on {
        ui.painter().circle_filled(center, 8.0, p.accent_fill);
        ui.painter().circle_filled(center, 3.0, p.on_accent);
    } else {
        ui.painter().circle_filled(center, 8.0, p.field);
        ui.painter().rect_stroke(square, 8, Stroke::new(metrics::STROKE, p.line_strong), StrokeKind::Inside);
    }
}

/// Shows the number of spans of each label.
fn label_counts(ui: &mut Ui, session: &Session, preview: &RunPreview) {
    const MAX_SHOWN: usize = 12;
    let p = theme::colors(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(14.0, 4.0);
        for (name, count) in preview.labels.iter().take(MAX_SHOWN) {
            let labels = &session.corpus().labels;
            let color = labels.id(name).and_then(|id| labels.get(id)).map_or(0, |label| usize::from(label.color));
            let text = TextRole::Small.single_line(ui, name);
            let number = TextRole::Small.single_line(ui, &thousands(*count));
            let size = vec2(16.0 + text.size().x + 6.0 + number.size().x, text.size().y);
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let spoken = tr!("{label}: {spans}", label = name, spans = format_numbers::spans(*count));
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            dot(ui.painter(), rect.left_center() + vec2(4.0, 0.0), p.label(color).solid);
            put_text(ui.painter(), rect.with_min_x(rect.left() + 16.0), Align2::LEFT_CENTER, text, p.text);
            put_text(ui.painter(), rect, Align2::RIGHT_CENTER, number, p.text_secondary);
        }
        if preview.labels.len() > MAX_SHOWN {
            let n = preview.labels.len() - MAX_SHOWN;
            label(ui, TextRole::Small, p.text_muted, &trn!(n, "{n} more label", "{n} more labels"));
        }
    });
}

fn dev_field(ui: &mut Ui, app: &App, session: &Session, preview: &RunPreview, out: &mut Commands) {
    let selection = app.train_page.selection;
    let n_dev = session.size_of(Split::Dev);
    let held = tr!("10 % of train").to_owned();
    let of_split = tr!("Dev, {sentences}", sentences = format_numbers::sentences(n_dev));
    let options = if n_dev > 0 { vec![of_split, held] } else { vec![held] };
    let mut index = usize::from(n_dev > 0 && selection.dev == DevSource::HoldOut);
    let seed = app.train_page.arguments.seed;
    let help = match preview.n_held_out {
        None if preview.n_dev < n_dev => {
            tr!("{n} of {all} sentences, by the same choice", n = thousands(preview.n_dev), all = thousands(n_dev))
        }
        None => tr!("Selects the best epoch").to_owned(),
        Some((held, of)) if preview.by_document => {
            tr!("{held} of {of} documents are held out (seed {seed})", held, of, seed)
        }
        Some((held, of)) => tr!("{held} of {of} sentences are held out (seed {seed})", held, of, seed),
    };
    let field = form_field(ui, &tr!("Development").into(), &help, None, |ui| {
        combo_box(ui, tr!("Development"), &mut index, &options)
    });
    if field.changed() {
        let dev = if index == 0 { DevSource::Split } else { DevSource::HoldOut };
        out.push(set(DataSelection { dev, ..selection }));
    }
}

fn test_field(ui: &mut Ui, session: &Session, selection: DataSelection, preview: &RunPreview, out: &mut Commands) {
    let n_test = session.size_of(Split::Test);
    let none = tr!("None").to_owned();
    let of_split = tr!("Test, {sentences}", sentences = format_numbers::sentences(n_test));
    let options = if n_test > 0 { vec![of_split, none] } else { vec![none] };
    let mut index = usize::from(n_test > 0 && !selection.test);
    let help = match preview.n_test {
        0 => tr!("The model is not evaluated at the end").to_owned(),
        n if n < n_test => tr!("{n} of {all} sentences, by the same choice", n = thousands(n), all = thousands(n_test)),
        _ => tr!("Evaluated once, at the end").to_owned(),
    };
    let field = form_field(ui, &tr!("Test").into(), &help, None, |ui| combo_box(ui, tr!("Test"), &mut index, &options));
    if field.changed() {
        out.push(set(DataSelection { test: index == 0, ..selection }));
    }
}
