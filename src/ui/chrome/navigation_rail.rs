//! The navigation rail at the left: the pages, and the list of shortcuts.

use crate::app::command_table::spec_of;
use crate::app::refusal::unmet_need;
use crate::app::{Action, App, Command, Page};
use crate::i18n::tr;
use crate::ui::Commands;
use crate::ui::page_table::page_spec;
use crate::ui::theme::{self, Icon, TextRole, icon};
use crate::ui::widgets::{IconButton, focus_ring, paint_icon, put_text, right_border};
use egui::{Align, Align2, Frame, Layout, Margin, Panel, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Shows the navigation rail with the pages.
pub fn navigation_rail(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin { left: 4, right: 4, top: 8, bottom: 8 });
    let panel = Panel::left("rail").exact_size(64.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            for page in Page::ALL {
                let spec = spec_of(Action::GoTo(page));
                let unmet = unmet_need(app, spec.needs);
                if page_button(ui, spec.icon, page.title(), page_spec(page).is_visible(app), unmet) {
                    out.push(Command::Run(spec.action));
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
