//! The egui style from our design tokens: panels, menus, tooltips and text fields.

use egui::style::{ScrollAnimation, ScrollStyle, Spacing, WidgetVisuals, Widgets};
use egui::{Color32, Context, CornerRadius, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2};

use super::color::{DARK, LIGHT, ThemeColors};
use super::metrics::{RADIUS_CONTROL, RADIUS_PALETTE, RADIUS_POPUP, STROKE, STROKE_FOCUS, STROKE_SELECTED};
use super::{Density, TextRole};

/// Duration of color transitions on hover and press, in seconds.
const ANIMATION: f32 = 0.08;

pub(super) fn install(ctx: &Context) {
    ctx.style_mut_of(Theme::Dark, |style| build_style(style, &DARK, Visuals::dark()));
    ctx.style_mut_of(Theme::Light, |style| build_style(style, &LIGHT, Visuals::light()));
}

/// Turns all motion off (for users who prefer reduced motion) or on.
pub fn set_reduced_motion(ctx: &Context, still: bool) {
    ctx.all_styles_mut(|style| {
        style.animation_time = if still { 0.0 } else { ANIMATION };
        style.scroll_animation = if still { ScrollAnimation::none() } else { ScrollAnimation::default() };
    });
}

/// Returns true if motion is turned off.
pub fn is_reduced_motion(ctx: &Context) -> bool {
    ctx.global_style().animation_time <= 0.0
}

pub(super) fn set_control_height(ctx: &Context, height: f32) {
    ctx.all_styles_mut(|style| style.spacing.interact_size.y = height);
}

fn build_style(style: &mut Style, palette: &ThemeColors, visuals: Visuals) {
    style.text_styles = [
        (TextStyle::Small, TextRole::Small.font()),
        (TextStyle::Body, TextRole::Body.font()),
        (TextStyle::Button, TextRole::BodyMedium.font()),
        (TextStyle::Heading, TextRole::Title.font()),
        (TextStyle::Monospace, TextRole::Mono.font()),
    ]
    .into_iter()
    .collect::<std::collections::BTreeMap<TextStyle, FontId>>();
    style.animation_time = ANIMATION;
    // Selectable text would intercept clicks on rows. Text that is useful to copy enables selection explicitly.
    style.interaction.selectable_labels = false;
    spacing(&mut style.spacing);
    style.visuals = apply_colors(visuals, palette);
}

fn spacing(spacing: &mut Spacing) {
    spacing.item_spacing = vec2(8.0, 8.0);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size.y = Density::default().control();
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.tooltip_width = 320.0;
    // The first, invisible layout of a dialog or menu has this size. A lower height would cut its lists, and they would
    // grow in the next frames.
    spacing.default_area_size.y = 4000.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        bar_outer_margin: 2.0,
        foreground_color: false,
        dormant_handle_opacity: 1.0,
        active_handle_opacity: 1.0,
        interact_handle_opacity: 1.0,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..ScrollStyle::floating()
    };
}

fn apply_colors(mut visuals: Visuals, palette: &ThemeColors) -> Visuals {
    let p = palette;
    // The fonts have no hints, and egui would render light text on dark too heavy.
    visuals.text_options.font_hinting = false;
    visuals.text_options.color_transfer_function = egui::epaint::FontColorTransferFunction::Gamma(0.8);
    visuals.panel_fill = p.panel;
    visuals.window_fill = p.overlay;
    visuals.window_stroke = Stroke::new(STROKE, p.line_strong);
    visuals.text_edit_bg_color = Some(p.field);
    visuals.extreme_bg_color = p.field;
    visuals.faint_bg_color = p.panel;
    visuals.code_bg_color = p.hover;
    visuals.weak_text_color = Some(p.text_muted);
    visuals.hyperlink_color = p.accent;
    visuals.warn_fg_color = p.warning;
    visuals.error_fg_color = p.error;
    visuals.widgets = widgets(p);
    visuals.selection.bg_fill = p.accent.gamma_multiply(0.3);
    visuals.selection.stroke = Stroke::new(STROKE_SELECTED, p.accent);
    visuals.text_cursor.stroke = Stroke::new(STROKE_FOCUS, p.accent);
    visuals.text_cursor.blink = false;
    visuals.ime_composition.active_underline_stroke = Stroke::new(STROKE_FOCUS, p.accent);
    visuals.ime_composition.inactive_underline_stroke = Stroke::new(STROKE, p.accent);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_PALETTE);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_POPUP);
    visuals.popup_shadow = shadow(6, 20, p.shadow);
    visuals.window_shadow = shadow(12, 32, p.shadow);
    // Our widgets paint their disabled state with `text_disabled`, so egui must not fade them again.
    visuals.disabled_alpha = 1.0;
    visuals
}

fn widgets(p: &ThemeColors) -> Widgets {
    let at_rest = WidgetVisuals {
        // Handle of a scroll bar.
        bg_fill: p.line_strong,
        weak_bg_fill: p.raised,
        bg_stroke: Stroke::new(STROKE, p.line_strong),
        corner_radius: CornerRadius::same(RADIUS_CONTROL),
        fg_stroke: Stroke::new(STROKE, p.text),
        expansion: 0.0,
    };
    let filled = |weak_bg_fill: Color32| WidgetVisuals { weak_bg_fill, ..at_rest };
    Widgets {
        noninteractive: WidgetVisuals {
            bg_fill: p.overlay,
            weak_bg_fill: p.panel,
            bg_stroke: Stroke::new(STROKE, p.line),
            ..at_rest
        },
        inactive: at_rest,
        hovered: filled(p.hover),
        active: filled(p.pressed),
        open: filled(p.hover),
    }
}

fn shadow(down: i8, blur: u8, color: Color32) -> Shadow {
    Shadow { offset: [0, down], blur, spread: 0, color }
}
