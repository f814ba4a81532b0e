//! A card: a hairline border around related content, with a header of one line.

use egui::{Align, Align2, Color32, Frame, Layout, Margin, Rect, Sense, Shape, Stroke, Ui, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::paint::put_text;
use super::text::{caption, label};

/// Color and name of a line, for the header of its card.
#[derive(Clone, Copy, Debug)]
pub struct LegendItem<'a> {
    pub name: &'a str,
    pub color: Color32,
    pub dashed: bool,
}

/// A card with the full width. The height follows the content or the set minimum.
#[must_use = "a card is shown by `show`"]
pub struct Card<'a> {
    title: &'a str,
    subtitle: &'a str,
    legend: &'a [LegendItem<'a>],
    padding: f32,
    height: f32,
}

impl<'a> Card<'a> {
    pub fn new(title: &'a str) -> Self {
        Self { title, subtitle: "", legend: &[], padding: metrics::CARD_PAD, height: 0.0 }
    }

    /// Sets a secondary text next to the title.
    pub fn subtitle(mut self, subtitle: &'a str) -> Self {
        self.subtitle = subtitle;
        self
    }

    /// Sets the legend of the chart inside.
    pub fn legend(mut self, legend: &'a [LegendItem<'a>]) -> Self {
        self.legend = legend;
        self
    }

    /// Removes the padding of the body, for charts with their own margins.
    pub fn without_padding(mut self) -> Self {
        self.padding = 0.0;
        self
    }

    /// Sets the minimum height including the border, so that cards in a row have equal heights.
    pub fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// Shows the card. `controls` are right-aligned in the header, the first one outermost.
    pub fn show<R>(self, ui: &mut Ui, controls: impl FnOnce(&mut Ui), body: impl FnOnce(&mut Ui) -> R) -> R {
        let p = theme::colors(ui);
        let frame =
            Frame::new().fill(p.panel).stroke(Stroke::new(metrics::STROKE, p.line)).corner_radius(metrics::RADIUS_CARD);
        let border = 2.0 * metrics::STROKE;
        frame
            .show(ui, |ui| {
                ui.set_min_size(vec2(ui.available_width(), (self.height - border).max(0.0)));
                ui.spacing_mut().item_spacing.y = 0.0;
                self.head(ui, controls);
                let side = self.padding as i8;
                let margin = Margin { left: side, right: side, top: 0, bottom: side };
                Frame::new().inner_margin(margin).show(ui, |ui| {
                    if self.height > 0.0 {
                        let left = self.height - border - metrics::CARD_HEAD - self.padding;
                        ui.set_max_height(left.max(0.0));
                    }
                    ui.spacing_mut().item_spacing.y = metrics::GAP;
                    body(ui)
                })
            })
            .inner
            .inner
    }

    fn head(&self, ui: &mut Ui, controls: impl FnOnce(&mut Ui)) {
        let p = theme::colors(ui);
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), metrics::CARD_HEAD));
        let inside = rect.shrink2(vec2(metrics::CARD_PAD, 0.0));
        let from_right = egui::UiBuilder::new().max_rect(inside).layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(from_right, |ui| {
            controls(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                label(ui, TextRole::Strong, p.text, self.title);
                if !self.subtitle.is_empty() {
                    caption(ui, TextRole::Caption, self.subtitle);
                }
                ui.spacing_mut().item_spacing.x = 14.0;
                for item in self.legend {
                    legend_item(ui, item);
                }
            });
        });
    }
}

fn legend_item(ui: &mut Ui, item: &LegendItem<'_>) {
    const STROKE: f32 = 12.0;
    let text = TextRole::Caption.single_line(ui, item.name);
    let size = vec2(STROKE + 6.0 + text.size().x, text.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, item.name));
    let line = Rect::from_min_size(rect.left_center() - vec2(0.0, 1.0), vec2(STROKE, 2.0));
    if item.dashed {
        let ends = [line.left_center(), line.right_center()];
        ui.painter().extend(Shape::dashed_line(&ends, Stroke::new(2.0, item.color), 4.0, 2.0));
    } else {
        ui.painter().rect_filled(line, 1, item.color);
    }
    let words = rect.with_min_x(line.right() + 6.0);
    put_text(ui.painter(), words, Align2::LEFT_CENTER, text, theme::colors(ui).text_secondary);
}
