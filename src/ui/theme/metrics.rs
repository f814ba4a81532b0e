//! Shared sizes, in points. Sizes that depend on the density are in [`super::Density`].

/// Distance between two controls, and between a heading and its content.
pub const GAP: f32 = 8.0;
/// Distance between two cards.
pub const CARD_GAP: f32 = 12.0;
/// Left and right padding of a control.
pub const PAD: f32 = 10.0;
/// Left and right padding of a card.
pub const CARD_PAD: f32 = 14.0;

/// Height of the main action of a form.
pub const PRIMARY_BUTTON_HEIGHT: f32 = 36.0;
/// Height of a badge.
pub const BADGE: f32 = 20.0;
/// Height and minimum width of a key cap.
pub const KEY_CAP: f32 = 18.0;
/// Height of a row in a menu.
pub const MENU_ROW: f32 = 30.0;
/// Height of the header of a card.
pub const CARD_HEAD: f32 = 36.0;

/// Size of an icon in a row or a button.
pub const ICON: f32 = 16.0;
/// Size of an icon in a square button.
pub const ICON_BUTTON_SIZE: f32 = 15.0;
/// Size of an icon in an empty state.
pub const ICON_LARGE: f32 = 24.0;

pub const RADIUS_KEY: u8 = 4;
pub const RADIUS_BADGE: u8 = 5;
pub const RADIUS_CONTROL: u8 = 6;
pub const RADIUS_CHIP: u8 = 7;
pub const RADIUS_ROW: u8 = 8;
pub const RADIUS_CARD: u8 = 10;
pub const RADIUS_POPUP: u8 = 10;
pub const RADIUS_PALETTE: u8 = 12;

/// Width of borders and hairlines.
pub const STROKE: f32 = 1.0;
/// Width of the selection ring.
pub const STROKE_SELECTED: f32 = 1.5;
/// Width of the focus ring and the caret.
pub const STROKE_FOCUS: f32 = 2.0;
