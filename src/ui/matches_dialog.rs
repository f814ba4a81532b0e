//! Dialog of all matches of the selected words, each with its context and a check box, to label them in one step.

use super::Commands;
use super::checklist_footer::{self, ChecklistAction};
use super::format_numbers::{self, thousands};
use super::theme::{self, TextRole, icon};
use super::widgets::{EmptyState, IconButton, combo_box, dialog, label, put_text, separator};
use crate::app::Command;
use crate::app::dialogs::MatchDialog;
use crate::app::page_commands::MatchCommand;
use crate::corpus::LabelId;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::matching::{MatchOptions, TextMatch};
use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 28.0;
/// Start of the matched words, as a fraction of the width of the text. The text before them is right-aligned to it.
const MATCH_COLUMN: f32 = 0.42;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, m: &MatchDialog, out: &mut Commands) {
    let p = theme::colors(ui);
    let mut canceled = false;
    let dismissed = dialog(ui, "matches", 720.0, |ui| {
        label(
            ui,
            TextRole::Title,
            p.text,
            &tr!("Label all matches of “{text}”", text = m.text.chars().take(48).collect::<String>()),
        );
        ui.add_space(8.0);
        match_options(ui, session, m, out);
        ui.add_space(8.0);
        separator(ui);
        if m.matches.is_empty() {
            EmptyState::new(
                icon::SEARCH,
                tr!("No matches"),
                tr!("Clear the search or filter to find matches in all sentences"),
            )
            .show(ui);
        }
        let height = (ui.content_rect().height() - 320.0).clamp(120.0, 420.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(
            ui,
            ROW,
            m.matches.len(),
            |ui, range| {
                for i in range {
                    match_row(ui, session, i, &m.matches[i], out);
                }
            },
        );
        let num_checked = m.num_checked();
        let verb = tr!("Label {selected}", selected = thousands(num_checked));
        match checklist_footer::show(ui, &verb, num_checked, Some(&format_numbers::matches(m.matches.len()))) {
            Some(ChecklistAction::Apply) => out.push(Command::Matches(MatchCommand::LabelCheckedMatches)),
            Some(ChecklistAction::Cancel) => canceled = true,
            Some(ChecklistAction::SelectAll(on)) => out.push(Command::Matches(MatchCommand::CheckMatch(None, on))),
            None => {}
        }
    });
    if dismissed || canceled {
        out.push(Command::CloseDialog);
    }
}

/// Shows the label and the match options.
fn match_options(ui: &mut Ui, session: &Session, m: &MatchDialog, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        label(ui, TextRole::Small, p.text_secondary, tr!("Label as"));
        let names = session.corpus().labels.names();
        let mut chosen = usize::from(m.label);
        ui.allocate_ui(vec2(180.0, 28.0), |ui| {
            if combo_box(ui, tr!("Label for all matches"), &mut chosen, &names).changed() {
                out.extend(
                    LabelId::try_from(chosen)
                        .map(|label| Command::Matches(MatchCommand::UpdateMatches(label, m.options))),
                );
            }
        });
        ui.add_space(8.0);
        let MatchOptions { ignore_case, ignore_suffix } = m.options;
        let case = IconButton::new(icon::CASE_SENSITIVE, tr!("Match case")).selected(!ignore_case);
        if case.show(ui).clicked() {
            out.push(Command::Matches(MatchCommand::UpdateMatches(
                m.label,
                MatchOptions { ignore_case: !ignore_case, ignore_suffix },
            )));
        }
        let whole = IconButton::new(icon::WHOLE_WORD, tr!("Match word endings")).selected(!ignore_suffix);
        if whole.show(ui).clicked() {
            out.push(Command::Matches(MatchCommand::UpdateMatches(
                m.label,
                MatchOptions { ignore_case, ignore_suffix: !ignore_suffix },
            )));
        }
    });
}

/// Shows a match: check box, words with context, and current label.
fn match_row(ui: &mut Ui, session: &Session, index: usize, hit: &TextMatch, out: &mut Commands) {
    let p = theme::colors(ui);
    let id = session.sentences[hit.sentence_index];
    let document = session.corpus().document(id.document);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let words = &document.text[hit.span.start as usize..hit.span.end as usize];
    let spoken = format!("{}: {words}", session.sentence_name(hit.sentence_index));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, hit.is_checked, spoken.as_str()));
    if response.clicked() {
        out.push(Command::Matches(MatchCommand::CheckMatch(Some(index), !hit.is_checked)));
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, 6, p.hover);
    }
    let square = Rect::from_min_size(pos2(rect.left() + 6.0, rect.top()), vec2(16.0, ROW));
    let (mark, color) = if hit.is_checked { (icon::CIRCLE_CHECK, p.accent) } else { (icon::CIRCLE, p.text_muted) };
    super::widgets::paint_icon(ui.painter(), square, mark, 15.0, color);
    let mut space = rect.with_min_x(square.right() + 8.0).with_max_x(rect.right() - 6.0);
    if let Some(l) = hit.current_label.and_then(|l| session.corpus().labels.get(l)) {
        let name = TextRole::CaptionStrong.single_line(ui, &l.name);
        let width = name.size().x;
        put_text(ui.painter(), space, Align2::RIGHT_CENTER, name, p.label(usize::from(l.color)).text);
        space.max.x -= width + 8.0;
    }
    let sentence = document.sentence_range(id.sentence as usize);
    let (from, to) = (document.tokens[sentence.start].0 as usize, document.tokens[sentence.end - 1].1 as usize);
    let before = document.text[from..hit.span.start as usize].replace(['\n', '\r'], " ");
    let after = document.text[hit.span.end as usize..to.max(hit.span.end as usize)].replace(['\n', '\r'], " ");
    let middle = space.left() + space.width() * MATCH_COLUMN;
    // Only the end of the text before the match is shown, as far as it fits.
    let tail: String = before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    let painter = ui.painter().with_clip_rect(space.intersect(ui.clip_rect()));
    put_text(
        &painter,
        space.with_max_x(middle),
        Align2::RIGHT_CENTER,
        TextRole::Body.single_line(ui, &tail),
        p.text_secondary,
    );
    let held = TextRole::Strong.single_line(ui, &words.replace(['\n', '\r'], " "));
    let width = held.size().x;
    put_text(&painter, space.with_min_x(middle), Align2::LEFT_CENTER, held, p.text);
    let rest = space.with_min_x((middle + width).min(space.right()));
    put_text(&painter, rest, Align2::LEFT_CENTER, TextRole::Body.truncated(ui, &after, rest.width()), p.text_secondary);
}
