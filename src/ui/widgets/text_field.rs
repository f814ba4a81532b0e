//! A text field of one line, and the layout of label and help around a form control.

use egui::{Align2, Color32, Frame, Id, Margin, Rect, Response, Stroke, StrokeKind, TextEdit, Ui, vec2};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::icon::paint_icon;
use super::key_cap;
use super::paint::{put_text, ring};
use super::text::{label, paragraph};
use super::touch::unless_off;

const PAD: f32 = 8.0;

/// A one-line field.
#[must_use = "a field is shown by `show`"]
pub struct TextField<'a> {
    text: &'a mut String,
    name: &'a str,
    id: Option<Id>,
    icon: Option<Icon>,
    placeholder: &'a str,
    unit: &'a str,
    keys: &'a [&'a str],
    invalid: bool,
    width: f32,
    why_off: Option<&'a str>,
}

impl<'a> TextField<'a> {
    /// Creates a field with an accessible name.
    pub fn new(text: &'a mut String, name: &'a str) -> Self {
        Self {
            text,
            name,
            id: None,
            icon: None,
            placeholder: "",
            unit: "",
            keys: &[],
            invalid: false,
            width: f32::INFINITY,
            why_off: None,
        }
    }

    /// Sets an explicit id, so that a command can focus the field.
    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    pub fn placeholder(mut self, placeholder: &'a str) -> Self {
        self.placeholder = placeholder;
        self
    }

    /// Sets the unit of the number, shown at the right end.
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.unit = unit;
        self
    }

    /// Sets the shortcut that focuses the field, shown as key caps at the right end.
    pub fn keys(mut self, keys: &'a [&'a str]) -> Self {
        self.keys = keys;
        self
    }

    /// Marks the text as invalid. Show the error below, with [`form_field`].
    pub fn invalid(mut self, invalid: bool) -> Self {
        self.invalid = invalid;
        self
    }

    /// Sets the width. The default is the available width.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Disables the field and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn off(mut self, why: Option<&'a str>) -> Self {
        self.why_off = why;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        unless_off(ui, self.why_off, |ui| self.add(ui))
    }

    fn add(self, ui: &mut Ui) -> Response {
        let p = theme::of(ui);
        let enabled = ui.is_enabled();
        let left = PAD + self.icon.map_or(0.0, |_| metrics::ICON + PAD);
        let unit = TextRole::Small.line(ui, self.unit);
        let caps = key_cap::width(ui.painter(), self.keys);
        let right = PAD + unit.size().x.max(caps);
        let frame = Frame::new()
            .fill(if enabled { p.field } else { Color32::TRANSPARENT })
            .corner_radius(metrics::RADIUS_CONTROL)
            .inner_margin(Margin { left: left as i8, right: right.min(127.0) as i8, top: 0, bottom: 0 });
        let width = self.width.min(ui.available_width());
        let size = vec2(width, theme::density(ui).control());
        let mut edit = TextEdit::singleline(self.text)
            .font(TextRole::Body.font())
            .text_color(if enabled { p.text } else { p.text_off })
            .hint_text(TextRole::Body.rich(self.placeholder).color(p.text3))
            .desired_width(width)
            .min_size(size)
            .align(Align2::LEFT_CENTER)
            .frame(frame);
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let response = ui.add(edit).accessible_name(self.name);

        let rect = response.rect;
        let stroke = Stroke::new(metrics::STROKE, border(ui, &response, self.invalid));
        let radius = metrics::RADIUS_CONTROL;
        ui.painter().rect_stroke(rect, radius, stroke, StrokeKind::Inside);
        // The focus is always visible, because a caret alone is hard to find.
        if response.has_focus() {
            ring(ui, rect, radius);
        }
        if let Some(icon) = self.icon {
            let square = Rect::from_min_size(rect.min + vec2(PAD, 0.0), vec2(metrics::ICON, rect.height()));
            paint_icon(ui.painter(), square, icon, metrics::ICON_SQUARE, p.text3);
        }
        let ending = rect.shrink2(vec2(PAD, 0.0));
        put_text(ui.painter(), ending, Align2::RIGHT_CENTER, unit, p.text3);
        let ending = ending.with_min_x(ending.right() - caps);
        key_cap::paint(ui.painter(), ending, self.keys, p.text2, p.line_strong);
        response
    }
}

/// Returns the border color of a field or drop-down list.
pub(super) fn border(ui: &Ui, response: &Response, invalid: bool) -> Color32 {
    let p = theme::of(ui);
    if invalid {
        p.err
    } else if !ui.is_enabled() {
        p.line
    } else if response.hovered() && !response.has_focus() {
        p.text3
    } else {
        p.line_strong
    }
}

/// Shows a control with its name above and one line below: the help, or the error.
pub fn form_field(
    ui: &mut Ui,
    name: &str,
    help: &str,
    error: Option<&str>,
    control: impl FnOnce(&mut Ui) -> Response,
) -> Response {
    let p = theme::of(ui);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let title = label(ui, TextRole::Small, p.text2, name);
        ui.add_space(4.0);
        let response = control(ui).labelled_by(title.id);
        let (below, colour) = match error {
            Some(error) => (error, p.err),
            None => (help, p.text3),
        };
        if !below.is_empty() {
            ui.add_space(3.0);
            paragraph(ui, TextRole::Caption, colour, below);
        }
        response
    })
    .inner
}
