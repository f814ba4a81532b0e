//! The 24 label colors of each theme.
//!
//! The first eight are distinguishable for color-blind users. Hues near the accent are excluded, so that a label does
//! not look like a selection.

use egui::Color32;

use super::color::hex;

/// Number of labels with distinct colors.
pub const N_LABEL_COLORS: usize = 24;

/// Colors of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelColor {
    /// Background of a span.
    pub background: Color32,
    /// Background of a span under the pointer.
    pub background_hover: Color32,
    /// Text of the label name on `tint`, and dots on selected rows.
    pub text: Color32,
    /// Dots, bars and lines.
    pub solid: Color32,
}

/// Returns true if another label already uses the color, so spans need a bar at their left edge.
pub fn color_is_shared(index: usize) -> bool {
    index >= N_LABEL_COLORS
}

const fn label(tint: u32, strong: u32, ink: u32, solid: u32) -> LabelColor {
    LabelColor { background: hex(tint), background_hover: hex(strong), text: hex(ink), solid: hex(solid) }
}

/// Colors on dark.
pub const DARK: [LabelColor; N_LABEL_COLORS] = [
    label(0x1a3a58, 0x204d76, 0x7bbdfe, 0x6bb6ff), // blue
    label(0x4d2a0d, 0x68390f, 0xefa46c, 0xe8914b), // orange
    label(0x204e35, 0x246444, 0x72ce9b, 0x73e3a7), // green light
    label(0x502739, 0x6c344c, 0xf198bc, 0xef88b4), // pink
    label(0x0e4a5d, 0x006079, 0x57c7ee, 0x6fd9fe), // cyan light
    label(0x302246, 0x443062, 0xc3a6f6, 0xa17fda), // violet deep
    label(0x504213, 0x685411, 0xd6b85e, 0xeac556), // yellow light
    label(0x461b1d, 0x61272a, 0xf8999a, 0xda6e72), // red deep
    label(0x1e310a, 0x2b450f, 0x9cc779, 0x74a547), // lime deep
    label(0x013233, 0x004648, 0x45ced2, 0x01a8ad), // teal deep
    label(0x4f385d, 0x664778, 0xd3a5f0, 0xe2b4fe), // violet light
    label(0x613726, 0x7d452e, 0xf9a17f, 0xffb598), // orange light
    label(0x072d49, 0x093f66, 0x76befd, 0x419ae1), // blue deep
    label(0x362900, 0x4b3a00, 0xd4b45a, 0xb48f05), // yellow deep
    label(0x013d2d, 0x00523d, 0x63cfa9, 0x2fc196), // green
    label(0x334219, 0x43561e, 0xa5c572, 0xa3c864), // lime light
    label(0x401c34, 0x592849, 0xea9acc, 0xcb70ab), // orchid deep
    label(0x014547, 0x045a5c, 0x45ced2, 0x04d2d7), // teal light
    label(0x003949, 0x034d60, 0x54c8ec, 0x07b8e1), // cyan
    label(0x432646, 0x5b345f, 0xdc9ee1, 0xcf87d6), // orchid
    label(0x441f09, 0x5f2c0d, 0xf3a075, 0xd57743), // orange deep
    label(0x363504, 0x4a4800, 0xbebd61, 0xafac37), // yellow
    label(0x4f251e, 0x6b3129, 0xf89b8b, 0xee8372), // red
    label(0x4e370b, 0x674707, 0xe0ae5d, 0xe8ad47), // amber light
];

/// Colors on light.
pub const LIGHT: [LabelColor; N_LABEL_COLORS] = [
    label(0xcee6ff, 0xabd4fe, 0x0560a3, 0x157bcb), // blue
    label(0xffd7bb, 0xf7bf96, 0x8d4900, 0xaa5a04), // orange
    label(0xcefadf, 0xaaebc4, 0x007547, 0x03a567), // green light
    label(0xfed5e4, 0xfcb8d2, 0x963b65, 0xb64a7c), // pink
    label(0xd6f3fe, 0xa3e5fe, 0x006e8b, 0x0899bf), // cyan light
    label(0xdccff8, 0xccb7f3, 0x664596, 0x7048a9), // violet deep
    label(0xfcedc2, 0xeed898, 0x7a6204, 0xa88600), // yellow light
    label(0xfbc8c8, 0xf6aeae, 0x94333b, 0xa6333e), // red deep
    label(0xc9dfb8, 0xafd096, 0x3a6202, 0x427100), // lime deep
    label(0xaae3e5, 0x7dd5d7, 0x026264, 0x017073), // teal deep
    label(0xf5e7fe, 0xebcbff, 0x804e9d, 0xa96dcc), // violet light
    label(0xffe8df, 0xffcdb9, 0xa34922, 0xd46739), // orange light
    label(0xb8dbfb, 0x96caf8, 0x005991, 0x0366a4), // blue deep
    label(0xe6d6ac, 0xd9c283, 0x6b5402, 0x785e03), // yellow deep
    label(0xbaecd7, 0x93ddc1, 0x016a4f, 0x018463), // green
    label(0xddeec4, 0xc5dda1, 0x4d6b00, 0x688d03), // lime light
    label(0xf3c8e2, 0xebaed3, 0x88366d, 0x983779), // orchid deep
    label(0xbaf3f4, 0x8ce4e7, 0x026d70, 0x059094), // teal light
    label(0xb5e8fa, 0x8bd8f3, 0x03657d, 0x027c99), // cyan
    label(0xf3d2f5, 0xe7b9eb, 0x824188, 0x994ca0), // orchid
    label(0xf8ccb6, 0xf2b394, 0x8f3e01, 0x9c4402), // orange deep
    label(0xe2e2b6, 0xd0d08f, 0x615e00, 0x777404), // yellow
    label(0xfed3cb, 0xfeb7aa, 0x993a2e, 0xb74537), // red
    label(0xfce2bc, 0xf2cc93, 0x805800, 0xa67300), // amber light
];
