//! The label bar above the text: one chip for each label, and the switch of the subword lens.

use super::picker::digit_shortcut;
use super::suggestions;
use crate::app::page_commands::{LabelCommand, ViewCommand};
use crate::app::{Action, App, Command};
use crate::corpus::LabelId;
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    Button, IconButton, LabelChip, MenuRow, TextField, bottom_border, label, menu, paragraph, separator,
};
use egui::{Align, Frame, Layout, Margin, Panel, Popup, Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// Unfinished input.
#[derive(Default)]
pub struct LabelBarState {
    rename_draft: Option<(LabelId, String)>,
    shortcut_draft: Option<(LabelId, String)>,
    suggestions: suggestions::SuggestionMenuState,
}

/// Window width below which switches are icons, in points.
const NARROW_WIDTH: f32 = 1024.0;

/// Shows the label bar. `inspector` adds a button for the inspector if that is closed by default.
pub fn show(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut LabelBarState,
    inspector: Option<&mut bool>,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::top("labels").exact_size(44.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(open) = inspector {
                    let button = IconButton::new(icon::PANEL_RIGHT, tr!("Show inspector")).selected(*open);
                    *open ^= button.show(ui).clicked();
                }
                let narrow = ui.content_rect().width() < NARROW_WIDTH;
                suggestions::button(ui, app, session, &mut view.suggestions, narrow, out);
                let n_subwords = if narrow {
                    IconButton::new(icon::BLOCKS, tr!("Subwords"))
                        .keys(&app.keymap.key_labels(Action::ToggleSubwords))
                        .selected(session.subwords.is_on)
                        .show(ui)
                } else {
                    Button::ghost(tr!("Subwords")).icon(icon::BLOCKS).selected(session.subwords.is_on).show(ui)
                };
                if n_subwords.clicked() {
                    out.push(Command::Run(Action::ToggleSubwords));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| label_chips(ui, app, session, view, out));
            });
        })
        .response
        .rect;
    bottom_border(ui, rect);
}

fn label_chips(ui: &mut Ui, app: &App, session: &Session, view: &mut LabelBarState, out: &mut Commands) {
    let p = theme::colors(ui);
    let roomy = ui.available_width() > 120.0 * session.corpus().labels.len() as f32;
    let mut rest = Vec::new();
    let last = session.corpus().labels.len() - usize::from(!session.corpus().labels.is_empty());
    for (id, l) in session.corpus().labels.iter() {
        let key = digit_shortcut(usize::from(id));
        let count = thousands(session.totals().counts.labels.get(usize::from(id)).copied().unwrap_or(0));
        let color = p.label(usize::from(l.color));
        let mut chip = LabelChip::new(&key, &l.name, color);
        if roomy {
            chip = chip.count(&count);
        }
        chip = chip.selected(session.active_label == Some(id));
        // After the chips come the menu of labels that do not fit, and the plus button.
        let after = if usize::from(id) == last { 36.0 } else { 96.0 };
        if !rest.is_empty() || chip.width(ui) > ui.available_width() - after {
            rest.push(id);
            continue;
        }
        let help = tr!(
            "Click to label the selection. If nothing is selected, each new selection gets this label. Right-click to edit."
        );
        let response = chip.show(ui).on_hover_text(help);
        if response.clicked() {
            out.push(command_for_press(session, id));
        }
        label_menu(&response, session, id, view, out);
    }
    if !rest.is_empty() {
        let more = format!("+{}", rest.len());
        let button = Button::plain(&more).opens_menu().show(ui);
        menu(&button, 220.0, |ui| {
            for id in rest {
                let Some(l) = session.corpus().labels.get(id) else { continue };
                let key = digit_shortcut(usize::from(id));
                if MenuRow::new(&l.name).label_shortcut(&key, p.label(usize::from(l.color))).show(ui).clicked() {
                    out.push(command_for_press(session, id));
                    ui.close();
                }
            }
        });
    }
    if IconButton::new(icon::PLUS, tr!("New label")).keys(&app.keymap.key_labels(Action::AddLabel)).show(ui).clicked() {
        out.push(Command::Run(Action::AddLabel));
    }
}

/// Returns the command of a click on a label. It labels the selection. Without a selection, it sets or clears the label
/// of mouse selections.
fn command_for_press(session: &Session, id: LabelId) -> Command {
    let brush = (session.active_label != Some(id)).then_some(id);
    if session.selection.is_some() {
        Command::Labels(LabelCommand::Label(id))
    } else {
        Command::View(ViewCommand::Brush(brush))
    }
}

/// Shows the menu of a label, to change its name, letter or color.
fn label_menu(response: &egui::Response, session: &Session, id: LabelId, view: &mut LabelBarState, out: &mut Commands) {
    let Some(l) = session.corpus().labels.get(id) else { return };
    Popup::context_menu(response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let p = theme::colors(ui);
        ui.set_width(232.0);
        label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Name"));
        let typed = match &mut view.rename_draft {
            Some((of, text)) if *of == id => text,
            other => &mut other.insert((id, l.name.clone())).1,
        };
        let field = TextField::new(typed, tr!("Label name")).show(ui);
        let is_other = |known: LabelId| known != id;
        if session.corpus().labels.id(typed.trim()).is_some_and(is_other) {
            let text = tr!("Enter merges {label} into {target}", label = l.name, target = typed.trim());
            paragraph(ui, TextRole::Caption, p.warning, &text);
        }
        if field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
            out.push(Command::Labels(LabelCommand::RenameLabel(id, typed.clone())));
            view.rename_draft = None;
            ui.close();
        }
        ui.add_space(4.0);
        shortcut_field(ui, session, id, view, out);
        ui.add_space(4.0);
        label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Color"));
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for row in 0..3 {
            ui.horizontal(|ui| {
                for color in row * 8..row * 8 + 8 {
                    if color_swatch(ui, color, l.color == color as u8) {
                        out.push(Command::Labels(LabelCommand::SetLabelColor(id, color as u8)));
                        ui.close();
                    }
                }
            });
        }
        ui.add_space(4.0);
        separator(ui);
        let count = session.totals().counts.labels.get(usize::from(id)).copied().unwrap_or(0);
        let text = trn!(count, "Delete label and {n} span", "Delete label and {n} spans");
        if MenuRow::new(&text).icon(icon::TRASH_2).show(ui).clicked() {
            out.push(Command::Labels(LabelCommand::DeleteLabel(id)));
            ui.close();
        }
    });
}

/// Shows the letter that applies a label with Shift: the one set by the user, or the first free letter of its name.
fn shortcut_field(ui: &mut Ui, session: &Session, id: LabelId, view: &mut LabelBarState, out: &mut Commands) {
    let p = theme::colors(ui);
    let now = session.corpus().labels.effective_shortcuts()[usize::from(id)].map(String::from).unwrap_or_default();
    let typed = match &mut view.shortcut_draft {
        Some((of, text)) if *of == id => text,
        other => &mut other.insert((id, now.clone())).1,
    };
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Shortcut (Shift + letter)"));
    let field = TextField::new(typed, tr!("Label shortcut")).placeholder(tr!("A–Z")).width(72.0).show(ui);
    if field.changed() {
        // The newly typed letter. Other characters change nothing.
        let came = typed.to_uppercase().chars().find(|c| c.is_ascii_uppercase() && !now.contains(*c));
        if came.is_some() || typed.is_empty() {
            out.push(Command::Labels(LabelCommand::SetLabelShortcut(id, came)));
        }
    }
    if !(field.has_focus() && typed.is_empty()) {
        *typed = now;
    }
}

fn color_swatch(ui: &mut Ui, color: usize, chosen: bool) -> bool {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, tr!("Color {color}", color = color + 1)));
    ui.painter().rect_filled(rect, 5, p.label(color).background);
    ui.painter().rect_filled(Rect::from_center_size(rect.center(), vec2(10.0, 10.0)), 3, p.label(color).solid);
    if chosen || response.hovered() {
        let stroke = egui::Stroke::new(1.5, if chosen { p.accent } else { p.text_muted });
        ui.painter().rect_stroke(rect, 5, stroke, egui::StrokeKind::Inside);
    }
    response.clicked()
}
