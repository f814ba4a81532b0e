//! Dialog of the places that a fix of several findings would change, with check boxes.

use super::Commands;
use super::checklist_footer::{self, ChecklistAction};
use super::format_numbers::thousands;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{dialog, label, paint_icon, paragraph, put_text, separator};
use crate::app::Command;
use crate::app::dialogs::FixDialog;
use crate::app::page_commands::DataCommand;
use crate::corpus::Split;
use crate::eval::Finding;
use crate::i18n::{tr, trn};
use crate::session::Session;
use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 28.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, fixing: &FixDialog, out: &mut Commands) {
    let Some((_, report)) = session.checks.report() else {
        return;
    };
    let p = theme::colors(ui);
    let mut canceled = false;
    let dismissed = dialog(ui, "fixing", 720.0, |ui| {
        label(ui, TextRole::Title, p.text, &trn!(fixing.places.len(), "Fix {n} problem?", "Fix {n} problems?"));
        let away = fixing.places.iter().filter(|place| place.split != Split::Train).count();
        let text = match away {
            0 => tr!("The selected problems are fixed in one step. You can undo it.").to_owned(),
            n => trn!(
                n,
                "{n} problem in dev and test is not selected: fixing it changes the scores",
                "{n} problems in dev and test are not selected: fixing them changes the scores"
            ),
        };
        paragraph(ui, TextRole::Small, p.text_secondary, &text);
        ui.add_space(metrics::GAP);
        separator(ui);
        let height = (ui.content_rect().height() - 320.0).clamp(120.0, 420.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(
            ui,
            ROW,
            fixing.places.len(),
            |ui, range| {
                for i in range {
                    let place = fixing.places[i];
                    if let Some(finding) = report.findings.get(place.finding)
                        && row(ui, session, finding, place.split, place.is_checked)
                    {
                        out.push(Command::Data(DataCommand::CheckFix(Some(i), !place.is_checked)));
                    }
                }
            },
        );
        let num_checked = fixing.checked().len();
        let verb = tr!("Fix {selected}", selected = thousands(num_checked));
        match checklist_footer::show(ui, &verb, num_checked, None) {
            Some(ChecklistAction::Apply) => out.push(Command::Data(DataCommand::ApplyCheckedFixes)),
            Some(ChecklistAction::Cancel) => canceled = true,
            Some(ChecklistAction::SelectAll(on)) => out.push(Command::Data(DataCommand::CheckFix(None, on))),
            None => {}
        }
    });
    if dismissed || canceled {
        out.push(Command::CloseDialog);
    }
}

/// Shows a place: check box, name of the sentence, and finding. Returns true if it was clicked.
fn row(ui: &mut Ui, session: &Session, finding: &Finding, split: Split, is_checked: bool) -> bool {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let place = session
        .sentence_index_at(finding.sentence.document, finding.span.start)
        .map(|place| session.sentence_name(place))
        .unwrap_or_default();
    response.widget_info(|| {
        WidgetInfo::selected(Role::CheckBox, true, is_checked, format!("{place}: {}", finding.message))
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, 6, p.hover);
    }
    let square = Rect::from_min_size(pos2(rect.left() + 6.0, rect.top()), vec2(16.0, ROW));
    let (mark, color) = if is_checked { (icon::CIRCLE_CHECK, p.accent) } else { (icon::CIRCLE, p.text_muted) };
    paint_icon(ui.painter(), square, mark, 15.0, color);
    let name = rect.with_min_x(square.right() + 8.0);
    let color = if split == Split::Train { p.text_muted } else { p.warning };
    put_text(ui.painter(), name, Align2::LEFT_CENTER, TextRole::MonoSmall.single_line(ui, &place), color);
    let space = rect.with_min_x(square.right() + 104.0).with_max_x(rect.right() - 6.0);
    let what = TextRole::Body.truncated(ui, &finding.message, space.width());
    put_text(ui.painter(), space, Align2::LEFT_CENTER, what, p.text);
    response.clicked()
}
