//! A text field of one line, and the layout of label and help around a form control.

use egui::{
    Align, Align2, Color32, Frame, Id, Layout, Margin, Rect, Response, Sense, Stroke, StrokeKind, TextEdit, Ui, vec2,
};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::icon::paint_icon;
use super::interaction::disabled_with_reason;
use super::key_cap;
use super::paint::{put_text, ring};
use super::text::{label, paragraph};

const PAD: f32 = 8.0;

/// A one-line field.
#[must_use = "a field is shown by `show`"]
pub struct TextField<'a> {
    text: &'a mut String,
    name: &'a str,
    id: Option<Id>,
    icon: Option<Icon>,
    placeholder: &'a str,
    suffix: &'a str,
    shortcut: &'a [&'a str],
    invalid: bool,
    width: f32,
    disabled_reason: Option<&'a str>,
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
            suffix: "",
            shortcut: &[],
            invalid: false,
            width: f32::INFINITY,
            disabled_reason: None,
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
    pub fn suffix(mut self, unit: &'a str) -> Self {
        self.suffix = unit;
        self
    }

    /// Sets the shortcut that focuses the field, shown as key caps at the right end.
    pub fn keys(mut self, keys: &'a [&'a str]) -> Self {
        self.shortcut = keys;
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
    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.disabled_reason = reason;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        disabled_with_reason(ui, self.disabled_reason, |ui| self.add(ui))
    }

    fn add(self, ui: &mut Ui) -> Response {
        let p = theme::colors(ui);
        let enabled = ui.is_enabled();
        let left = PAD + self.icon.map_or(0.0, |_| metrics::ICON + PAD);
        let unit = TextRole::Small.single_line(ui, self.suffix);
        let caps = key_cap::width(ui.painter(), self.shortcut);
        let right = PAD + unit.size().x.max(caps);
        let frame = Frame::new()
            .fill(if enabled { p.field } else { Color32::TRANSPARENT })
            .corner_radius(metrics::RADIUS_CONTROL)
            .inner_margin(Margin { left: left as i8, right: right.min(127.0) as i8, top: 0, bottom: 0 });
        let width = self.width.min(ui.available_width());
        let size = vec2(width, theme::density(ui).control());
        let mut edit = TextEdit::singleline(self.text)
            .font(TextRole::Body.font())
            .text_color(if enabled { p.text } else { p.text_disabled })
            .hint_text(TextRole::Body.rich_text(self.placeholder).color(p.text_muted))
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
            paint_icon(ui.painter(), square, icon, metrics::ICON_BUTTON_SIZE, p.text_muted);
        }
        let ending = rect.shrink2(vec2(PAD, 0.0));
        put_text(ui.painter(), ending, Align2::RIGHT_CENTER, unit, p.text_muted);
        let ending = ending.with_min_x(ending.right() - caps);
        key_cap::paint(ui.painter(), ending, self.shortcut, p.text_secondary, p.line_strong);
        response
    }
}

/// Returns the border color of a field or drop-down list.
pub(super) fn border(ui: &Ui, response: &Response, invalid: bool) -> Color32 {
    let p = theme::colors(ui);
    if invalid {
        p.error
    } else if !ui.is_enabled() {
        p.line
    } else if response.hovered() && !response.has_focus() {
        p.text_muted
    } else {
        p.line_strong
    }
}

/// Label of a form field.
#[derive(Clone, Copy, Debug)]
pub struct FieldLabel<'a> {
    title: &'a str,
    /// Name of the argument in transformers' Trainer.
    argument: &'a str,
    /// Flag of the command line, without hyphens.
    flag: &'a str,
}

impl<'a> From<&'a str> for FieldLabel<'a> {
    fn from(title: &'a str) -> Self {
        Self { title, argument: "", flag: "" }
    }
}

impl<'a> FieldLabel<'a> {
    /// Minimum width of the visible part of an argument, in points.
    const MIN_ARGUMENT_WIDTH: f32 = 44.0;

    /// Creates the label of a training argument. The argument is shown after the title if there is space, and completely
    /// in the tooltip with the flag.
    pub fn argument(title: &'a str, argument: &'a str, flag: &'a str) -> Self {
        Self { title, argument, flag }
    }

    /// Returns the accessible name: title and argument.
    pub fn spoken(&self) -> String {
        if self.argument.is_empty() { self.title.to_owned() } else { format!("{}, {}", self.title, self.argument) }
    }

    fn show(&self, ui: &mut Ui) -> Response {
        let p = theme::colors(ui);
        if self.argument.is_empty() {
            return label(ui, TextRole::Small, p.text_secondary, self.title);
        }
        let line = vec2(ui.available_width(), TextRole::Small.line_height());
        ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let title = label(ui, TextRole::Small, p.text, self.title);
            let rest = ui.available_width();
            if rest >= Self::MIN_ARGUMENT_WIDTH {
                let text = TextRole::MonoSmall.truncated(ui, self.argument, rest);
                let (rect, _) = ui.allocate_exact_size(text.size(), Sense::hover());
                put_text(ui.painter(), rect, Align2::LEFT_CENTER, text, p.text_muted);
            }
            title.on_hover_text(format!("{}, --{}", self.argument, self.flag))
        })
        .inner
    }
}

/// Shows a control with its label above and one line below: the help, or the error.
pub fn form_field(
    ui: &mut Ui,
    name: &FieldLabel,
    help: &str,
    error: Option<&str>,
    control: impl FnOnce(&mut Ui) -> Response,
) -> Response {
    let p = theme::colors(ui);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let title = name.show(ui);
        ui.add_space(4.0);
        let mut response = control(ui);
        // A control of an argument has the longer accessible name itself.
        if name.argument.is_empty() {
            response = response.labelled_by(title.id);
        }
        let (below, color) = match error {
            Some(error) => (error, p.error),
            None => (help, p.text_muted),
        };
        if !below.is_empty() {
            ui.add_space(3.0);
            paragraph(ui, TextRole::Caption, color, below);
        }
        response
    })
    .inner
}
