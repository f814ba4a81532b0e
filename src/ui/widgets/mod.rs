//! The widgets of all views, as shown in the component page of the design.
//!
//! A widget receives plain data (text, numbers, colors) and returns the interaction. Widgets do not depend on the
//! application. Each has an accessible name for screen readers and tests, and a ring on keyboard focus.

mod badge;
mod bar_row;
mod button;
mod card;
pub mod chart;
mod check_box;
mod combo_box;
mod dialog;
mod empty_state;
mod headers;
mod icon;
mod icon_button;
mod interaction;
mod key_cap;
mod label_chip;
mod live_region;
mod menu;
mod paint;
mod progress;
mod segmented_control;
mod sentence_row;
mod stat;
mod switch;
mod table;
mod text;
mod text_area;
mod text_field;
mod toast;

pub use badge::{Badge, BadgeStyle};
pub use bar_row::BarRow;
pub use button::Button;
pub use card::{Card, LegendItem};
pub use check_box::CheckBox;
pub use combo_box::combo_box;
pub use dialog::{dialog, dialog_buttons};
pub use empty_state::EmptyState;
pub use headers::{panel_header, panel_header_with_id, section_header, tall_panel_header, tall_panel_header_with};
pub use icon::{icon, paint_icon};
pub use icon_button::IconButton;
pub use key_cap::key_caps;
pub use label_chip::LabelChip;
pub use live_region::spoken;
pub use menu::{MenuRow, menu};
pub use paint::{bottom_border, dashed_rect, dot, focus_ring, hairline, put_galley, put_text, right_border, separator};
pub use progress::ProgressBar;
pub use segmented_control::SegmentedControl;
pub use sentence_row::SentenceRow;
pub use stat::{Stat, stats_row};
pub use switch::Switch;
pub use table::{Table, TableCells, TableColumn};
pub use text::{caption, icon_paragraph, label, paragraph, space_between, space_between_colored};
pub use text_area::TextArea;
pub use text_field::{FieldLabel, TextField, form_field};
pub use toast::{Toast, ToastEvent, toasts};
