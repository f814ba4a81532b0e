//! The command palette: all commands by name.

use super::Commands;
use super::numbers::counted;
use super::theme::{self, TextRole, icon};
use super::widgets::{key_caps, label, paint_icon, put_text};
use crate::app::command::{COMMANDS, CommandSpec};
use crate::app::i18n::tr;
use crate::app::labeling::{CaretMotion, SpanResize};
use crate::app::{Action, App, Command, Page};
use egui::{
    Align, Align2, Frame, Id, Key, Layout, Modal, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, vec2,
};

/// Typed text and selected row.
#[derive(Default)]
pub struct View {
    typed: String,
    chosen: usize,
}

const ROW: f32 = 40.0;
/// Distance of icons and keys from the edge of the palette, in points.
const EDGE: f32 = 18.0;

/// Shows the palette over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let (up, down, enter, escape) = ui.input_mut(|i| {
        let mut key = |k| i.consume_key(egui::Modifiers::NONE, k);
        (key(Key::ArrowUp), key(Key::ArrowDown), key(Key::Enter), key(Key::Escape))
    });
    let mut done = None;
    let mut close = escape;
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .shadow(ui.visuals().window_shadow);
    let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, 112.0));
    let modal = Modal::new(Id::unique("palette")).area(area).frame(frame).backdrop_color(p.scrim).show(ui, |ui| {
        // The border is outside of this width.
        ui.set_width(618.0_f32.min(ui.content_rect().width() - 40.0));
        ui.spacing_mut().item_spacing.y = 0.0;
        bar(ui, 52.0, |ui| {
            super::widgets::icon(ui, theme::icon::SEARCH, 18.0, p.text2);
            ui.add_space(4.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                key_caps(ui, &["Esc"]);
                let hint = TextRole::TitleInput.rich(tr!("Search or run a command")).color(p.text3);
                let edit = TextEdit::singleline(&mut view.typed)
                    .font(TextRole::TitleInput.font())
                    // The margin keeps the caret left of the first letter.
                    .frame(Frame::NONE.inner_margin(egui::Margin { left: 2, ..egui::Margin::ZERO }))
                    .desired_width(ui.available_width())
                    .hint_text(hint);
                let response = ui.add(edit);
                response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, tr!("Command")));
                // A repeated focus request would interrupt the composition of an input method.
                if !response.has_focus() {
                    response.request_focus();
                }
            });
        });
        // Text of the same frame counts: a fast user presses Enter directly after the last letter.
        let hits: Vec<&CommandSpec> =
            COMMANDS.iter().filter(|e| e.action != Action::Palette && matches(e.title(), &view.typed)).collect();
        let last = hits.len().saturating_sub(1);
        view.chosen = (view.chosen.min(last) + usize::from(down)).min(last).saturating_sub(usize::from(up));
        let chosen = hits.get(view.chosen).filter(|e| off(app, e.action).is_none());
        done = chosen.filter(|_| enter).map(|e| e.action);
        super::widgets::separator(ui);
        ScrollArea::vertical().max_height(ROW * 8.0 + 12.0).show(ui, |ui| {
            ui.add_space(6.0);
            for (i, entry) in hits.iter().enumerate() {
                if row(ui, app, entry, i == view.chosen, off(app, entry.action)) {
                    done = Some(entry.action);
                }
            }
            if hits.is_empty() {
                ui.add_space(12.0);
                ui.vertical_centered(|ui| label(ui, TextRole::Body, p.text2, tr!("No command of that name")));
                ui.add_space(12.0);
            }
            ui.add_space(6.0);
        });
        super::widgets::separator(ui);
        bar(ui, 36.0, |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (keys, what) in [(["↑", "↓"].as_slice(), tr!("move")), (&["Enter"], tr!("run"))] {
                key_caps(ui, keys);
                label(ui, TextRole::Small, p.text3, what);
                ui.add_space(8.0);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let all = COMMANDS.len() - 1;
                let count = if hits.len() == all {
                    counted(all, "command")
                } else {
                    tr!("{found} of {all}", found = hits.len(), all)
                };
                label(ui, TextRole::Small, p.text3, &count);
            });
        });
    });
    close |= modal.should_close();
    if close || done.is_some() {
        *view = View::default();
        out.push(Command::Do(Action::Palette));
    }
    if let Some(action) = done {
        out.push(Command::Do(action));
    }
}

/// Shows a line of the palette that is not a row, vertically centered.
fn bar(ui: &mut Ui, height: f32, body: impl FnOnce(&mut Ui)) {
    Frame::new().inner_margin(egui::Margin::symmetric(EDGE as i8, 0)).show(ui, |ui| {
        let size = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            body(ui);
        });
    });
}

/// Returns the icon of a command.
pub(super) fn icon_of(action: Action) -> theme::Icon {
    match action {
        Action::OpenFile => icon::FILE_TEXT,
        Action::OpenFolder => icon::FOLDER_OPEN,
        Action::OpenSample => icon::BOOK_OPEN,
        Action::Save | Action::SaveRewriteAll => icon::SAVE,
        Action::SaveAs => icon::DOWNLOAD,
        Action::Export | Action::MoveProject => icon::UPLOAD,
        Action::Undo => icon::UNDO_2,
        Action::Redo => icon::REDO_2,
        Action::History => icon::HISTORY,
        Action::Guidelines => icon::BOOK_OPEN,
        Action::ToggleZenMode => icon::MAXIMIZE,
        Action::NextSentence => icon::ARROW_DOWN,
        Action::PreviousSentence => icon::ARROW_UP,
        Action::PageDown => icon::ARROW_DOWN,
        Action::PageUp => icon::ARROW_UP,
        Action::Move(CaretMotion::Right | CaretMotion::NextSpan | CaretMotion::Last) => icon::ARROW_RIGHT,
        Action::Move(_) => icon::ARROW_LEFT,
        Action::Extend(_) => icon::MOVE_HORIZONTAL,
        Action::Reshape(SpanResize::GrowEnd | SpanResize::GrowStart) => icon::UNFOLD_HORIZONTAL,
        Action::Reshape(SpanResize::ShrinkEnd | SpanResize::ShrinkStart) => icon::FOLD_HORIZONTAL,
        Action::Reshape(SpanResize::Split) => icon::SPLIT,
        Action::Reshape(SpanResize::Merge) => icon::MERGE,
        Action::ChooseLabel => icon::TAGS,
        Action::ChooseDocLabel => icon::FILE_TEXT,
        Action::LabelMatches => icon::REPLACE,
        Action::LabelNextMatch => icon::CORNER_DOWN_LEFT,
        Action::ToggleOverlaps => icon::LAYERS,
        Action::Suggest | Action::LeastConfidentSuggestion => icon::SPARKLES,
        Action::Accept => icon::CHECK,
        Action::Reject => icon::CIRCLE_X,
        Action::NextSuggestion => icon::WAND_SPARKLES,
        Action::SelectNothing => icon::TEXT_CURSOR,
        Action::ClearLabel => icon::X,
        Action::Label(_) => icon::TAG,
        Action::MarkDone | Action::MarkDoneUpToHere => icon::CIRCLE_CHECK,
        Action::Flag => icon::FLAG,
        Action::Comment => icon::MESSAGE_SQUARE,
        Action::SaveSearch => icon::BOOKMARK,
        Action::Snapshots => icon::HISTORY,
        Action::ToggleSubwords => icon::BLOCKS,
        Action::AddLabel => icon::PLUS,
        Action::StartTraining => icon::PLAY,
        Action::Estimate => icon::CLOCK,
        Action::FindLearningRate => icon::TRENDING_DOWN,
        Action::PauseTraining => icon::PAUSE,
        Action::StopTraining | Action::StopAfterEpoch => icon::SQUARE,
        Action::Evaluate | Action::GoTo(Page::Evaluate) => icon::TARGET,
        Action::GoTo(Page::Annotate) => icon::HIGHLIGHTER,
        Action::GoTo(Page::Train) => icon::ACTIVITY,
        Action::GoTo(Page::Try) => icon::TEXT_CURSOR_INPUT,
        Action::GoTo(Page::Data) => icon::DATABASE,
        Action::Compare => icon::USERS,
        Action::Palette => icon::SEARCH,
        Action::ShowShortcuts => icon::KEYBOARD,
        Action::ToggleTheme => icon::SUN,
        Action::Settings => icon::SETTINGS,
    }
}

/// Returns true if the letters of `typed` occur in `name` in this order, case-insensitive.
pub(super) fn matches(name: &str, typed: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).all(|c| letters.any(|l| l == c))
}

/// Returns the reason why a command would do nothing now, or `None` if it can run.
fn off(app: &App, action: Action) -> Option<&'static str> {
    let nothing = |history: Option<&crate::corpus::Edit>, why| if history.is_none() { Some(why) } else { None };
    match (action, &app.annotate) {
        (Action::Undo, Some(a)) => nothing(a.history.next_undo(), tr!("nothing to undo")),
        (Action::Redo, Some(a)) => nothing(a.history.next_redo(), tr!("nothing to redo")),
        (Action::StopTraining | Action::StopAfterEpoch | Action::PauseTraining, _) if !app.training.is_running() => {
            Some(tr!("no run is under way"))
        }
        (
            Action::OpenFile
            | Action::OpenFolder
            | Action::OpenSample
            | Action::ShowShortcuts
            | Action::ToggleTheme
            | Action::Settings
            | Action::GoTo(Page::Annotate | Page::Try),
            _,
        ) => None,
        (_, None) => Some(tr!("open a dataset first")),
        _ => None,
    }
}

fn row(ui: &mut Ui, app: &App, entry: &CommandSpec, chosen: bool, off: Option<&str>) -> bool {
    let p = theme::of(ui);
    let colour = if off.is_some() { p.text_off } else { p.text };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, entry.title()));
    let inside = rect.shrink2(vec2(8.0, 0.0));
    if chosen || response.hovered() {
        ui.painter().rect_filled(inside, 8, if chosen { p.selected } else { p.hover });
    }
    if chosen {
        response.scroll_to_me(None);
    }
    let mark = match (off.is_some(), chosen) {
        (true, _) => p.text_off,
        (_, true) => p.accent,
        _ => p.text2,
    };
    let square = rect.with_min_x(rect.left() + EDGE).with_max_x(rect.left() + EDGE + 18.0);
    paint_icon(ui.painter(), square, icon_of(entry.action), 16.0, mark);
    let words = inside.with_min_x(square.right() + 12.0);
    put_text(ui.painter(), words, Align2::LEFT_CENTER, TextRole::BodyMedium.line(ui, entry.title()), colour);
    if let Some(why) = off {
        let name = TextRole::BodyMedium.line(ui, entry.title()).size().x;
        let detail = words.with_min_x(words.left() + name + 12.0);
        put_text(ui.painter(), detail, Align2::LEFT_CENTER, TextRole::Small.line(ui, why), p.text3);
    }
    if let (Some(chord), None) = (app.keymap.first(entry.action), off) {
        let right = inside.with_max_x(rect.right() - EDGE);
        let mut caps = ui.new_child(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)));
        let mut keys = chord.key_labels();
        keys.reverse();
        caps.spacing_mut().item_spacing.x = 4.0;
        for key in keys {
            key_caps(&mut caps, &[key]);
        }
    }
    response.clicked()
}
