//! Dialog of all matches of the selected words, each with its context and a check box, to label them in one step.

use super::Commands;
use super::numbers::{counted, thousands};
use super::theme::{self, TextRole, icon};
use super::tick_foot::{self, Chosen};
use super::widgets::{EmptyState, IconButton, choice, dialog, label, put_text, separator};
use crate::app::i18n::tr;
use crate::app::matches::{MatchDialog, MatchOptions, TextMatch};
use crate::app::{Annotate, App, Command};
use crate::corpus::LabelId;
use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 28.0;
/// Start of the matched words, as a fraction of the width of the text. The text before them is right-aligned to it.
const MIDDLE: f32 = 0.42;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let (Some(a), Some(m)) = (&app.annotate, &app.matching) else { return };
    let p = theme::of(ui);
    let mut done = false;
    let left = dialog(ui, "matches", 720.0, |ui| {
        label(
            ui,
            TextRole::Title,
            p.text,
            &tr!("Label all “{text}”", text = m.text.chars().take(48).collect::<String>()),
        );
        ui.add_space(8.0);
        wishes(ui, a, m, out);
        ui.add_space(8.0);
        separator(ui);
        if m.hits.is_empty() {
            EmptyState::new(
                icon::SEARCH,
                tr!("No match in view"),
                tr!("Take the search or filter away to look everywhere."),
            )
            .show(ui);
        }
        let height = (ui.content_rect().height() - 320.0).clamp(120.0, 420.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(
            ui,
            ROW,
            m.hits.len(),
            |ui, range| {
                for i in range {
                    row(ui, a, i, &m.hits[i], out);
                }
            },
        );
        let ticked = m.ticked();
        let verb = tr!("Label {ticked}", ticked = thousands(ticked));
        match tick_foot::show(ui, &verb, ticked, Some(&counted(m.hits.len(), "match"))) {
            Some(Chosen::Take) => {
                out.push(Command::TakeMatches);
                done = true;
            }
            Some(Chosen::Cancel) => done = true,
            Some(Chosen::Tick(on)) => out.push(Command::Tick(None, on)),
            None => {}
        }
    });
    if left || done {
        out.push(Command::CloseMatches);
    }
}

/// Shows the label and the match options.
fn wishes(ui: &mut Ui, a: &Annotate, m: &MatchDialog, out: &mut Commands) {
    let p = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        label(ui, TextRole::Small, p.text2, tr!("As"));
        let names = a.corpus.labels.names();
        let mut chosen = usize::from(m.label);
        ui.allocate_ui(vec2(180.0, 28.0), |ui| {
            if choice(ui, tr!("Label for all matches"), &mut chosen, &names).changed() {
                out.extend(LabelId::try_from(chosen).map(|label| Command::Matches(label, m.likeness)));
            }
        });
        ui.add_space(8.0);
        let MatchOptions { any_case, any_ending } = m.likeness;
        let case = IconButton::new(icon::CASE_SENSITIVE, tr!("Only in this case")).toggled(!any_case);
        if case.show(ui).clicked() {
            out.push(Command::Matches(m.label, MatchOptions { any_case: !any_case, any_ending }));
        }
        let whole = IconButton::new(icon::WHOLE_WORD, tr!("Only whole words")).toggled(!any_ending);
        if whole.show(ui).clicked() {
            out.push(Command::Matches(m.label, MatchOptions { any_case, any_ending: !any_ending }));
        }
    });
}

/// Shows a match: check box, words with context, and current label.
fn row(ui: &mut Ui, a: &Annotate, index: usize, hit: &TextMatch, out: &mut Commands) {
    let p = theme::of(ui);
    let id = a.sentences[hit.place];
    let document = a.corpus.document(id.document);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let words = &document.text[hit.at.start as usize..hit.at.end as usize];
    let spoken = format!("{}: {words}", a.name_of(hit.place));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, hit.ticked, spoken.as_str()));
    if response.clicked() {
        out.push(Command::Tick(Some(index), !hit.ticked));
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, 6, p.hover);
    }
    let square = Rect::from_min_size(pos2(rect.left() + 6.0, rect.top()), vec2(16.0, ROW));
    let (mark, colour) = if hit.ticked { (icon::CIRCLE_CHECK, p.accent) } else { (icon::CIRCLE, p.text3) };
    super::widgets::paint_icon(ui.painter(), square, mark, 15.0, colour);
    let mut room = rect.with_min_x(square.right() + 8.0).with_max_x(rect.right() - 6.0);
    if let Some(l) = hit.now.and_then(|l| a.corpus.labels.get(l)) {
        let name = TextRole::CaptionStrong.line(ui, &l.name);
        let width = name.size().x;
        put_text(ui.painter(), room, Align2::RIGHT_CENTER, name, p.label(usize::from(l.color)).ink);
        room.max.x -= width + 8.0;
    }
    let sentence = document.sentence_range(id.sentence as usize);
    let (from, to) = (document.tokens[sentence.start].0 as usize, document.tokens[sentence.end - 1].1 as usize);
    let before = document.text[from..hit.at.start as usize].replace(['\n', '\r'], " ");
    let behind = document.text[hit.at.end as usize..to.max(hit.at.end as usize)].replace(['\n', '\r'], " ");
    let middle = room.left() + room.width() * MIDDLE;
    // Only the end of the text before the match is shown, as far as it fits.
    let tail: String = before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    put_text(&painter, room.with_max_x(middle), Align2::RIGHT_CENTER, TextRole::Body.line(ui, &tail), p.text2);
    let held = TextRole::Strong.line(ui, &words.replace(['\n', '\r'], " "));
    let width = held.size().x;
    put_text(&painter, room.with_min_x(middle), Align2::LEFT_CENTER, held, p.text);
    let rest = room.with_min_x((middle + width).min(room.right()));
    put_text(&painter, rest, Align2::LEFT_CENTER, TextRole::Body.elided(ui, &behind, rest.width()), p.text2);
}
