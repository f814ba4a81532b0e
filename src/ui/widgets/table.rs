//! A table of numbers: header, rows separated by hairlines, right-aligned numbers.
//!
//! The table only does the layout. A closure fills each row, so a view can show a bar or a dot in a cell. For thousands
//! of rows, show only the visible ones.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::paint::{dot, focus_ring, hairline, put_text};
use super::progress::paint_bar;

const GAP: f32 = 12.0;

/// A column: header, fraction of the width, and alignment of its cells.
#[derive(Clone, Copy, Debug)]
pub struct TableColumn<'a> {
    head: &'a str,
    share: f32,
    right: bool,
}

impl<'a> TableColumn<'a> {
    /// Creates a left-aligned text column.
    pub fn left(head: &'a str, share: f32) -> Self {
        Self { head, share, right: false }
    }

    /// Creates a right-aligned number column.
    pub fn right(head: &'a str, share: f32) -> Self {
        Self { head, share, right: true }
    }
}

/// The columns of a table. It shows the header and the rows.
pub struct Table<'a> {
    columns: &'a [TableColumn<'a>],
}

impl<'a> Table<'a> {
    pub fn new(columns: &'a [TableColumn<'a>]) -> Self {
        Self { columns }
    }

    pub fn head(&self, ui: &mut Ui) {
        let p = theme::colors(ui);
        let rect = self.place(ui, Sense::hover()).1;
        for (cell, column) in self.cells(rect).zip(self.columns) {
            let head = TextRole::CaptionMedium.truncated(ui, column.head, cell.width());
            put_text(ui.painter(), cell, side(column.right), head, p.text_muted);
        }
    }

    /// Shows a row without interaction.
    pub fn row(&self, ui: &mut Ui, fill: impl FnOnce(&mut TableCells<'_>)) {
        let (response, rect) = self.place(ui, Sense::hover());
        self.row_border(ui, rect);
        self.fill(ui, &response, rect, fill);
    }

    /// Shows a clickable row, marked if it is selected.
    pub fn row_button(&self, ui: &mut Ui, chosen: bool, fill: impl FnOnce(&mut TableCells<'_>)) -> Response {
        let (response, rect) = self.place(ui, Sense::click());
        let p = theme::colors(ui);
        let ground = match (chosen, response.hovered()) {
            (true, true) => p.selected_hover,
            (true, false) => p.selected,
            (false, true) => p.hover,
            (false, false) => Color32::TRANSPARENT,
        };
        self.row_border(ui, rect);
        let marked = rect.expand2(vec2(metrics::GAP, 0.0));
        ui.painter().rect_filled(marked, metrics::RADIUS_CONTROL, ground);
        focus_ring(ui, &response, marked, metrics::RADIUS_CONTROL);
        self.fill(ui, &response, rect, fill);
        response
    }

    /// Returns the rectangle of a cell of a row, for content that is painted over it.
    pub fn cell(&self, row: Rect, column: usize) -> Rect {
        self.cells(row).nth(column).unwrap_or(Rect::NOTHING)
    }

    fn place(&self, ui: &mut Ui, sense: Sense) -> (Response, Rect) {
        let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let size = vec2(ui.available_width(), theme::density(ui).table_row());
        let (rect, response) = ui.allocate_exact_size(size, sense);
        ui.spacing_mut().item_spacing.y = gap;
        (response, rect)
    }

    fn row_border(&self, ui: &Ui, row: Rect) {
        hairline(ui.painter(), row.left_top(), row.right_top(), theme::colors(ui).line);
    }

    fn fill(&self, ui: &Ui, response: &Response, row: Rect, fill: impl FnOnce(&mut TableCells<'_>)) {
        let mut cells = TableCells { ui, table: self, row, next: 0, spoken: String::new() };
        fill(&mut cells);
        let (spoken, enabled) = (cells.spoken, ui.is_enabled());
        let role = if response.sense.senses_click() { Role::ListBoxOption } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, enabled, spoken.trim_end()));
    }

    fn cells(&self, row: Rect) -> impl Iterator<Item = Rect> {
        let shares: f32 = self.columns.iter().map(|column| column.share).sum();
        let gaps = GAP * self.columns.len().saturating_sub(1) as f32;
        let unit = (row.width() - gaps).max(0.0) / shares.max(f32::EPSILON);
        let mut left = row.left();
        self.columns.iter().map(move |column| {
            let cell = row.with_min_x(left).with_max_x(left + column.share * unit);
            left = cell.right() + GAP;
            cell
        })
    }
}

/// The cells of a row, filled from left to right.
pub struct TableCells<'a> {
    ui: &'a Ui,
    table: &'a Table<'a>,
    row: Rect,
    next: usize,
    spoken: String,
}

impl TableCells<'_> {
    /// Adds a cell of normal text.
    pub fn text(&mut self, text: &str) {
        self.styled(TextRole::Body, theme::colors(self.ui).text, text);
    }

    /// Adds a cell of secondary text.
    pub fn quiet(&mut self, text: &str) {
        self.styled(TextRole::Body, theme::colors(self.ui).text_secondary, text);
    }

    /// Adds a cell of emphasized text, for example the main score or a total.
    pub fn strong(&mut self, text: &str) {
        self.styled(TextRole::Strong, theme::colors(self.ui).text, text);
    }

    /// Adds a cell with a text role and color.
    pub fn styled(&mut self, role: TextRole, color: Color32, text: &str) {
        let (cell, right) = self.next_cell();
        self.add_spoken(text);
        let galley = role.truncated(self.ui, text, cell.width());
        put_text(self.ui.painter(), cell, side(right), galley, color);
    }

    /// Adds a name after the dot of its label.
    pub fn dotted(&mut self, dot_color: Color32, text: &str) {
        let (cell, _) = self.next_cell();
        self.add_spoken(text);
        let center = cell.left_center() + vec2(4.0, 0.0);
        dot(self.ui.painter(), center, dot_color);
        let words = cell.with_min_x(cell.left() + 16.0);
        let galley = TextRole::Body.truncated(self.ui, text, words.width());
        let color = theme::colors(self.ui).text;
        put_text(self.ui.painter(), words, Align2::LEFT_CENTER, galley, color);
    }

    /// Adds the main score after a bar that is filled to the fraction `share`, 0 to 1.
    pub fn barred(&mut self, text: &str, share: f32, color: Color32) {
        let (cell, _) = self.next_cell();
        self.add_spoken(text);
        let galley = TextRole::Strong.single_line(self.ui, text);
        // The width of the widest score is reserved, so that all bars are aligned.
        let number = TextRole::Strong.single_line(self.ui, "100.00").size().x;
        put_text(self.ui.painter(), cell, Align2::RIGHT_CENTER, galley, theme::colors(self.ui).text);
        let right = cell.right() - number - metrics::GAP;
        let width = (right - cell.left()).clamp(0.0, 64.0);
        let track = Rect::from_center_size(pos2(right - width / 2.0, cell.center().y), vec2(width, 4.0));
        paint_bar(self.ui, track, theme::colors(self.ui).hover, share, color);
    }

    fn add_spoken(&mut self, text: &str) {
        self.spoken.push_str(text);
        self.spoken.push(' ');
    }

    /// Returns the rectangle of the next cell, and true if its text is right-aligned. The row must have another column.
    fn next_cell(&mut self) -> (Rect, bool) {
        let column = self.table.columns.get(self.next);
        let cell = self.table.cells(self.row).nth(self.next);
        debug_assert!(column.is_some(), "more cells than columns");
        self.next += 1;
        let right = column.is_some_and(|column| column.right);
        (cell.unwrap_or(Rect::NOTHING), right)
    }
}

fn side(right: bool) -> Align2 {
    if right { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER }
}
