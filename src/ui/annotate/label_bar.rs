//! The label bar above the text: one chip for each label, and the switch of the subword lens.

use super::chooser::number_key;
use super::review;
use crate::app::i18n::tr;
use crate::app::{Action, Annotate, App, Command};
use crate::corpus::LabelId;
use crate::ui::Commands;
use crate::ui::frame::edge_below;
use crate::ui::numbers::thousands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, IconButton, LabelChip, MenuRow, TextField, label, menu};
use egui::{Align, Frame, Layout, Margin, Panel, Popup, Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// Unfinished input.
#[derive(Default)]
pub struct View {
    renaming: Option<(LabelId, String)>,
    letter: Option<(LabelId, String)>,
}

/// Window width below which switches are icons, in points.
const NARROW: f32 = 1024.0;

/// Shows the label bar. `inspector` adds a button for the inspector if that is closed by default.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, inspector: Option<&mut bool>, out: &mut Commands) {
    let p = theme::of(ui);
    let frame = Frame::new().fill(p.canvas).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::top("labels").exact_size(44.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(open) = inspector {
                    let button = IconButton::new(icon::PANEL_RIGHT, tr!("Spans and record")).toggled(*open);
                    *open ^= button.show(ui).clicked();
                }
                let narrow = ui.content_rect().width() < NARROW;
                review::button(ui, app, a, narrow, out);
                let pieces = if narrow {
                    IconButton::new(icon::BLOCKS, tr!("Pieces"))
                        .keys(&app.keymap.key_labels(Action::ToggleSubwords))
                        .toggled(a.pieces.on)
                        .show(ui)
                } else {
                    Button::quiet(tr!("Pieces")).icon(icon::BLOCKS).toggled(a.pieces.on).show(ui)
                };
                if pieces.clicked() {
                    out.push(Command::Do(Action::ToggleSubwords));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| chips(ui, app, a, view, out));
            });
        })
        .response
        .rect;
    edge_below(ui, rect);
}

fn chips(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let roomy = ui.available_width() > 120.0 * a.corpus.labels.len() as f32;
    let mut rest = Vec::new();
    let last = a.corpus.labels.len() - usize::from(!a.corpus.labels.is_empty());
    for (id, l) in a.corpus.labels.iter() {
        let key = number_key(usize::from(id));
        let count = thousands(a.counts.labels.get(usize::from(id)).copied().unwrap_or(0));
        let colour = p.label(usize::from(l.color));
        let mut chip = LabelChip::new(&key, &l.name, colour);
        if roomy {
            chip = chip.count(&count);
        }
        chip = chip.chosen(a.brush == Some(id));
        // After the chips come the menu of labels that do not fit, and the plus button.
        let behind = if usize::from(id) == last { 36.0 } else { 96.0 };
        if !rest.is_empty() || chip.width(ui) > ui.available_width() - behind {
            rest.push(id);
            continue;
        }
        let help = tr!(
            "Click: give this label, or, with nothing selected, give it to all you select next. Right click: name, letter and \
             colour."
        );
        let response = chip.show(ui).on_hover_text(help);
        if response.clicked() {
            out.push(pressed(a, id));
        }
        edit_menu(&response, a, id, view, out);
    }
    if !rest.is_empty() {
        let more = format!("+{}", rest.len());
        let button = Button::plain(&more).opens_menu().show(ui);
        menu(&button, 220.0, |ui| {
            for id in rest {
                let Some(l) = a.corpus.labels.get(id) else { continue };
                let key = number_key(usize::from(id));
                if MenuRow::new(&l.name).label_key(&key, p.label(usize::from(l.color))).show(ui).clicked() {
                    out.push(pressed(a, id));
                    ui.close();
                }
            }
        });
    }
    if IconButton::new(icon::PLUS, tr!("Add a label")).keys(&app.keymap.key_labels(Action::AddLabel)).show(ui).clicked()
    {
        out.push(Command::Do(Action::AddLabel));
    }
}

/// Returns the command of a click on a label. It labels the selection. Without a selection, it sets or clears the label
/// of mouse selections.
fn pressed(a: &Annotate, id: LabelId) -> Command {
    let brush = (a.brush != Some(id)).then_some(id);
    if a.selection.is_some() { Command::Label(id) } else { Command::Brush(brush) }
}

/// Shows the menu of a label, to change its name, letter or color.
fn edit_menu(response: &egui::Response, a: &Annotate, id: LabelId, view: &mut View, out: &mut Commands) {
    let Some(l) = a.corpus.labels.get(id) else { return };
    Popup::context_menu(response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let p = theme::of(ui);
        ui.set_width(232.0);
        label(ui, TextRole::SmallMedium, p.text2, tr!("Name"));
        let typed = match &mut view.renaming {
            Some((of, text)) if *of == id => text,
            other => &mut other.insert((id, l.name.clone())).1,
        };
        let field = TextField::new(typed, tr!("Name of the label")).show(ui);
        if field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
            out.push(Command::RenameLabel(id, typed.clone()));
            view.renaming = None;
            ui.close();
        }
        ui.add_space(4.0);
        letter_field(ui, a, id, view, out);
        ui.add_space(4.0);
        label(ui, TextRole::SmallMedium, p.text2, tr!("Colour"));
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for row in 0..3 {
            ui.horizontal(|ui| {
                for colour in row * 8..row * 8 + 8 {
                    if swatch(ui, colour, l.color == colour as u8) {
                        out.push(Command::RecolourLabel(id, colour as u8));
                        ui.close();
                    }
                }
            });
        }
    });
}

/// Shows the letter that applies a label with Shift: the one set by the user, or the first free letter of its name.
fn letter_field(ui: &mut Ui, a: &Annotate, id: LabelId, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let now = a.corpus.labels.effective_shortcuts()[usize::from(id)].map(String::from).unwrap_or_default();
    let typed = match &mut view.letter {
        Some((of, text)) if *of == id => text,
        other => &mut other.insert((id, now.clone())).1,
    };
    label(ui, TextRole::SmallMedium, p.text2, tr!("Letter, with Shift"));
    let field = TextField::new(typed, tr!("Letter of the label")).placeholder(tr!("A to Z")).width(72.0).show(ui);
    if field.changed() {
        // The newly typed letter. Other characters change nothing.
        let came = typed.to_uppercase().chars().find(|c| c.is_ascii_uppercase() && !now.contains(*c));
        if came.is_some() || typed.is_empty() {
            out.push(Command::LetterOfLabel(id, came));
        }
    }
    if !(field.has_focus() && typed.is_empty()) {
        *typed = now;
    }
}

fn swatch(ui: &mut Ui, colour: usize, chosen: bool) -> bool {
    let p = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::RadioButton, true, chosen, tr!("Colour {colour}", colour = colour + 1))
    });
    ui.painter().rect_filled(rect, 5, p.label(colour).tint);
    ui.painter().rect_filled(Rect::from_center_size(rect.center(), vec2(10.0, 10.0)), 3, p.label(colour).solid);
    if chosen || response.hovered() {
        let stroke = egui::Stroke::new(1.5, if chosen { p.accent } else { p.text3 });
        ui.painter().rect_stroke(rect, 5, stroke, egui::StrokeKind::Inside);
    }
    response.clicked()
}
