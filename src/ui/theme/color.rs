//! All colors of the window, in two constant palettes.
//!
//! Names describe the use of a color, not its appearance, so dark and light differ only in values. No other file
//! defines colors.

use egui::Color32;

use super::labels::{self, LabelColor};

/// Colors of a theme. The contrast of each pair in use was measured, see the design tokens.
#[derive(Debug, PartialEq)]
pub struct ThemeColors {
    /// Top bar, navigation rail, status bar.
    pub chrome: Color32,
    /// Side panels, cards.
    pub panel: Color32,
    /// Background of text and charts.
    pub canvas: Color32,
    /// Secondary buttons, the selected segment.
    pub raised: Color32,
    /// Popups, menus, palette, notifications.
    pub overlay: Color32,
    /// Text fields.
    pub field: Color32,
    /// Hovered row or button, track of a bar.
    pub hover: Color32,
    /// Pressed button, toggle off, track of progress.
    pub pressed: Color32,
    /// Selected row, active page, toggled button.
    pub selected: Color32,
    /// Selected and hovered.
    pub selected_hover: Color32,
    /// Hairlines, card borders, grid lines.
    pub line: Color32,
    /// Borders of fields, buttons, popups.
    pub line_strong: Color32,
    /// Main text.
    pub text: Color32,
    /// Labels of fields, secondary facts.
    pub text_secondary: Color32,
    /// Captions, axis labels, placeholders.
    pub text_muted: Color32,
    /// Disabled text.
    pub text_disabled: Color32,
    /// Strokes and small marks: caret, selection, progress, active icon.
    pub accent: Color32,
    /// Primary button, toggle on, checked box.
    pub accent_fill: Color32,
    /// Primary button, hovered.
    pub accent_hover: Color32,
    /// Primary button, pressed.
    pub accent_press: Color32,
    /// Text on `accent_fill` and `err_fill`.
    pub on_accent: Color32,
    /// Focus ring.
    pub focus: Color32,
    /// Success text and icon.
    pub success: Color32,
    /// Background of `ok`.
    pub success_background: Color32,
    /// Warning text and icon.
    pub warning: Color32,
    /// Background of `warn`.
    pub warning_background: Color32,
    /// Error text, icon, border.
    pub error: Color32,
    /// Background of `err`.
    pub error_background: Color32,
    /// Destructive primary button.
    pub err_fill: Color32,
    /// Destructive primary button, hovered.
    pub err_hover: Color32,
    /// Scrim under the command palette and dialogs.
    pub backdrop: Color32,
    /// Shadow of floating elements.
    pub shadow: Color32,
    /// Chart series, in the order of use.
    pub series: [Color32; 8],
    /// Background of a matrix cell, from low to high values.
    pub heatmap: [Color32; 7],
    /// Label colors, in the order of use.
    pub labels: &'static [LabelColor; labels::N_LABEL_COLORS],
}

impl ThemeColors {
    /// Returns the colors of the label with this index. They repeat after the last one.
    pub fn label(&self, index: usize) -> &'static LabelColor {
        &self.labels[index % labels::N_LABEL_COLORS]
    }

    /// Returns the color of the series with this index, and true if it is dashed. From the ninth series the colors
    /// repeat, and only the dashes distinguish the lines.
    pub fn series(&self, index: usize) -> (Color32, bool) {
        let count = self.series.len();
        (self.series[index % count], index >= count)
    }

    /// Returns the text color on a step of the matrix ramp: white on the two strongest steps, for contrast.
    pub fn text_on_heatmap(&self, step: usize) -> Color32 {
        if step >= 5 { self.on_accent } else { self.text }
    }
}

/// Dark theme, the default.
pub const DARK: ThemeColors = ThemeColors {
    chrome: hex(0x101114),
    panel: hex(0x141518),
    canvas: hex(0x17191d),
    raised: hex(0x1f2024),
    overlay: hex(0x222429),
    field: hex(0x121316),
    hover: hex(0x25282d),
    pressed: hex(0x2c2f35),
    selected: hex(0x2c2b4a),
    selected_hover: hex(0x333157),
    line: hex(0x292b30),
    line_strong: hex(0x3e4147),
    text: hex(0xe8eaed),
    text_secondary: hex(0xafb3b9),
    text_muted: hex(0x8a8e95),
    text_disabled: hex(0x5b5e63),
    accent: hex(0xaca8f9),
    accent_fill: hex(0x6a5bd9),
    accent_hover: hex(0x614fd0),
    accent_press: hex(0x5847bf),
    on_accent: hex(0xffffff),
    focus: hex(0x948efd),
    success: hex(0x6fd395),
    success_background: hex(0x163120),
    warning: hex(0xebbc63),
    warning_background: hex(0x382a10),
    error: hex(0xf88680),
    error_background: hex(0x431d1b),
    err_fill: hex(0xc92f30),
    err_hover: hex(0xbc2025),
    backdrop: Color32::from_rgba_unmultiplied_const(8, 9, 11, 140),
    shadow: Color32::from_black_alpha(115),
    series: [
        hex(0x9b97f9),
        hex(0xf3ae58),
        hex(0x59d4cd),
        hex(0xec84b7),
        hex(0xa8d578),
        hex(0x61afee),
        hex(0x8c929f),
        hex(0xeb8373),
    ],
    heatmap: [hex(0x1b1b21), hex(0x28283c), hex(0x353459), hex(0x424076), hex(0x504b94), hex(0x5e57b3), hex(0x6a5fcf)],
    labels: &labels::DARK,
};

/// Light theme.
pub const LIGHT: ThemeColors = ThemeColors {
    chrome: hex(0xf2f2ef),
    panel: hex(0xf8f8f5),
    canvas: hex(0xfcfcfa),
    raised: hex(0xffffff),
    overlay: hex(0xffffff),
    field: hex(0xffffff),
    hover: hex(0xecece8),
    pressed: hex(0xe2e2dd),
    selected: hex(0xe4e3fd),
    selected_hover: hex(0xdbdafd),
    line: hex(0xe3e3de),
    line_strong: hex(0xc9c9c3),
    text: hex(0x1d1f23),
    text_secondary: hex(0x53575e),
    text_muted: hex(0x696d74),
    text_disabled: hex(0xa4a6a9),
    accent: hex(0x5842c6),
    accent_fill: hex(0x604cd1),
    accent_hover: hex(0x563fc3),
    accent_press: hex(0x4c35b0),
    on_accent: hex(0xffffff),
    focus: hex(0x776de0),
    success: hex(0x0e7141),
    success_background: hex(0xd9f5e1),
    warning: hex(0x8f5d04),
    warning_background: hex(0xfcedcd),
    error: hex(0xbe2a27),
    error_background: hex(0xfee6e6),
    err_fill: hex(0xcc2827),
    err_hover: hex(0xba1e20),
    backdrop: Color32::from_rgba_unmultiplied_const(40, 42, 50, 36),
    shadow: Color32::from_rgba_unmultiplied_const(0x1e, 0x1e, 0x28, 41),
    series: [
        hex(0x6452d3),
        hex(0xb66c18),
        hex(0x008282),
        hex(0xbf427c),
        hex(0x3f7a28),
        hex(0x1777b8),
        hex(0x70757e),
        hex(0xc13f29),
    ],
    heatmap: [hex(0xf6f6fc), hex(0xe0e0fb), hex(0xc9c8f8), hex(0xb2aff2), hex(0x9892e8), hex(0x6b5ec4), hex(0x5d46c1)],
    labels: &labels::LIGHT,
};

/// Creates a color from `0xRRGGBB`, as written in the design.
pub(super) const fn hex(rgb: u32) -> Color32 {
    let [_, r, g, b] = rgb.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use egui::Rgba;

    use super::*;

    /// Returns the contrast ratio of two opaque colors, from 1 to 21, as WCAG 2 defines it.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |color: Color32| {
            let linear = Rgba::from(color);
            0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn check(what: &str, text: Color32, background: Color32, min: f32) {
        let contrast = contrast(text, background);
        assert!(contrast >= min, "{what}: {contrast:.2} is less than {min}");
    }

    #[test]
    fn text_contrast_is_sufficient_on_all_backgrounds() {
        for p in [DARK, LIGHT] {
            let backgrounds = [p.chrome, p.panel, p.canvas, p.raised, p.overlay, p.field, p.hover, p.selected];
            for background in backgrounds {
                check("text", p.text, background, 4.5);
                check("text2", p.text_secondary, background, 4.5);
            }
            for background in [p.chrome, p.panel, p.canvas] {
                check("text3", p.text_muted, background, 4.5);
                check("focus", p.focus, background, 3.0);
            }
            for fill in [p.accent_fill, p.accent_hover, p.accent_press, p.err_fill] {
                check("on_accent", p.on_accent, fill, 4.5);
            }
            check("ok", p.success, p.success_background, 4.5);
            check("warn", p.warning, p.warning_background, 4.5);
            check("err", p.error, p.error_background, 4.5);
            for (step, background) in p.heatmap.into_iter().enumerate() {
                check("ramp", p.text_on_heatmap(step), background, 4.5);
            }
        }
    }

    #[test]
    fn label_contrast_is_sufficient() {
        for p in [DARK, LIGHT] {
            for label in p.labels {
                check("ink", label.text, label.background, 4.9);
                check("text on tint", p.text, label.background, 4.5);
                check("text on strong", p.text, label.background_hover, 4.5);
                check("solid", label.solid, p.canvas, 3.0);
            }
        }
    }

    #[test]
    fn colors_repeat_after_the_last() {
        assert_eq!(DARK.label(labels::N_LABEL_COLORS), DARK.label(0));
        assert!(
            labels::color_is_shared(labels::N_LABEL_COLORS) && !labels::color_is_shared(labels::N_LABEL_COLORS - 1)
        );
        assert_eq!(DARK.series(8), (DARK.series[0], true));
    }
}
