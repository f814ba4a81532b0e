//! The widgets of all views, as shown in the component page of the design.
//!
//! A widget receives plain data (text, numbers, colors) and returns the interaction. Widgets do not depend on the
//! application. Each has an accessible name for screen readers and tests, and a ring on keyboard focus.

mod badge;
mod bar_row;
mod button;
mod card;
pub mod chart;
mod choice;
mod dialog;
mod empty_state;
mod figure;
mod icon;
mod icon_button;
mod key_cap;
mod label_chip;
mod menu;
mod paint;
mod progress;
mod section;
mod segmented;
mod sentence_row;
mod spoken;
mod table;
mod text;
mod text_area;
mod text_field;
mod toast;
mod toggle;
mod touch;

pub use badge::{Badge, Tone};
pub use bar_row::BarRow;
pub use button::Button;
pub use card::{Card, LegendItem};
pub use choice::choice;
pub use dialog::dialog;
pub use empty_state::EmptyState;
pub use figure::{Figure, figures};
pub use icon::{icon, paint_icon};
pub use icon_button::IconButton;
pub use key_cap::key_caps;
pub use label_chip::LabelChip;
pub use menu::{MenuRow, menu};
pub use paint::{dashed_rect, dot, focus_ring, hairline, put_galley, put_text, separator};
pub use progress::ProgressBar;
pub use section::{id_panel_head, panel_head, part_head, tall_panel_head};
pub use segmented::Segmented;
pub use sentence_row::SentenceRow;
pub use spoken::spoken;
pub use table::{Cells, Column, Table};
pub use text::{both_ends, both_ends_in, icon_paragraph, label, note, paragraph};
pub use text_area::TextArea;
pub use text_field::{TextField, form_field};
pub use toast::{Toast, ToastAnswer, toasts};
pub use toggle::Toggle;
