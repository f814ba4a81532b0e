//! A text field of several lines.

use egui::text::LayoutJob;
use egui::{Frame, Margin, Response, Role, ScrollArea, Stroke, StrokeKind, TextBuffer, TextEdit, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::paint::ring;
use super::text_field::border;

const PAD: f32 = 10.0;

/// A multi-line field. It grows with its text up to a maximum height, then scrolls.
#[must_use = "a field is shown by `show`"]
pub struct TextArea<'a> {
    text: &'a mut String,
    name: &'a str,
    placeholder: &'a str,
    min_rows: usize,
    max_rows: usize,
}

impl<'a> TextArea<'a> {
    /// Creates a field with an accessible name.
    pub fn new(text: &'a mut String, name: &'a str) -> Self {
        Self { text, name, placeholder: "", min_rows: 3, max_rows: 8 }
    }

    pub fn placeholder(mut self, placeholder: &'a str) -> Self {
        self.placeholder = placeholder;
        self
    }

    /// Sets the minimum and maximum number of visible lines.
    pub fn rows(mut self, least: usize, most: usize) -> Self {
        (self.min_rows, self.max_rows) = (least, most);
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let p = theme::colors(ui);
        let role = TextRole::Body;
        let pitch = role.line_height();
        // The default layout of egui has too little line spacing.
        let mut lay_out = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
            let mut job = LayoutJob::single_section(text.as_str().to_owned(), role.format(p.text));
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let shown = Frame::new().fill(p.field).corner_radius(metrics::RADIUS_CONTROL).show(ui, |ui| {
            let scroll = ScrollArea::vertical().id_salt(self.name).max_height(self.max_rows as f32 * pitch + 2.0 * PAD);
            scroll.show(ui, |ui| {
                let edit = TextEdit::multiline(self.text)
                    .layouter(&mut lay_out)
                    .frame(Frame::new().inner_margin(Margin::same(PAD as i8)))
                    .desired_rows(self.min_rows)
                    .min_size(vec2(0.0, self.min_rows as f32 * pitch + 2.0 * PAD))
                    .desired_width(f32::INFINITY)
                    .hint_text(role.rich_text(self.placeholder).color(p.text_muted));
                ui.add(edit)
            })
        });
        let (rect, response) = (shown.response.rect, shown.inner.inner);
        response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, self.name));
        let stroke = Stroke::new(metrics::STROKE, border(ui, &response, false));
        ui.painter().rect_stroke(rect, metrics::RADIUS_CONTROL, stroke, StrokeKind::Inside);
        // The focus is always visible, as in a one-line field, because a caret alone is hard to find.
        if response.has_focus() {
            ring(ui, rect, metrics::RADIUS_CONTROL);
        }
        response
    }
}
