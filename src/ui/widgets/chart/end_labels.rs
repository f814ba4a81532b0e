//! Names at the ends of lines, to distinguish lines independent of color.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Pos2, Rangef, Rect, Stroke, Ui, pos2, vec2};

use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::paint::put_text;

use super::plot::Plot;
use super::series::Series;

/// Distance between two names, and between a name and the end of its line, in points.
const APART: f32 = 13.0;
const GAP: f32 = 10.0;
/// Displacement above which a thin stroke connects a name to its line, in points.
const LEADER_LINE_DISTANCE: f32 = 6.0;

/// Narrows the plot so that each name fits after the end of its line. A line that ends early leaves space for its name.
pub(super) fn make_room(ui: &Ui, plot: &mut Plot, series: &[Series<'_>]) {
    let right_of = |series: &Series<'_>| {
        // A line that ends outside of the visible range has no name.
        let end = plot.x.normalize(series.last()?[0]).filter(|end| *end > 0.0 && *end <= 1.001)?;
        let space = plot.rect.width() - GAP - galley(ui, series).size().x;
        Some(plot.rect.left() + space / end)
    };
    let right = named(series).filter_map(right_of).fold(plot.rect.right(), f32::min);
    plot.rect.max.x = right.max(plot.rect.left() + 1.0);
}

/// Paints the names, moved apart if lines end close together.
pub(super) fn paint(ui: &Ui, plot: &Plot, series: &[Series<'_>]) {
    let mut names: Vec<EndLabel> = named(series).filter_map(|series| EndLabel::of(ui, plot, series)).collect();
    names.sort_by(|a, b| a.end.y.total_cmp(&b.end.y));
    let wanted: Vec<f32> = names.iter().map(|name| name.end.y).collect();
    for (name, y) in names.into_iter().zip(spread_positions(&wanted, APART, plot.rect.y_range())) {
        let at = pos2(name.end.x + GAP, y);
        if (y - name.end.y).abs() > LEADER_LINE_DISTANCE {
            let tie = [name.end + vec2(4.0, 0.0), pos2(at.x - 2.0, y)];
            ui.painter().line_segment(tie, Stroke::new(1.0, name.line.gamma_multiply(0.6)));
        }
        let note = Rect::from_min_size(at, egui::Vec2::ZERO);
        // A name can be over the grid or over another line.
        let ground = Align2::LEFT_CENTER.align_size_within_rect(name.galley.size(), note).expand2(vec2(3.0, 0.0));
        ui.painter().rect_filled(ground, 3, theme::colors(ui).panel);
        put_text(ui.painter(), note, Align2::LEFT_CENTER, name.galley, name.ink);
    }
}

/// Returns positions at least `apart` from each other, in the order of `wanted`, which is ascending. Each is as close
/// to its wanted position as possible, and inside `range` if they all fit (isotonic regression by pooling adjacent
/// violators, Barlow et al. 1972).
fn spread_positions(wanted: &[f32], apart: f32, range: Rangef) -> Vec<f32> {
    // Pools of adjacent names: average wanted position of the first name, and number of names.
    let mut pools: Vec<(f32, usize)> = Vec::new();
    for (i, wanted) in wanted.iter().enumerate() {
        let mut pool = (wanted - i as f32 * apart, 1);
        while let Some((before, count)) = pools.last().copied().filter(|(before, _)| *before >= pool.0) {
            pools.pop();
            let both = count + pool.1;
            pool = ((before * count as f32 + pool.0 * pool.1 as f32) / both as f32, both);
        }
        pools.push(pool);
    }
    let highest = (range.max - wanted.len().saturating_sub(1) as f32 * apart).max(range.min);
    let firsts = pools.into_iter().flat_map(|(first, count)| std::iter::repeat_n(first, count));
    firsts.enumerate().map(|(i, first)| first.clamp(range.min, highest) + i as f32 * apart).collect()
}

fn galley(ui: &Ui, series: &Series<'_>) -> Arc<Galley> {
    let role = if series.is_primary { TextRole::CaptionStrong } else { TextRole::CaptionMedium };
    role.single_line(ui, series.end_name)
}

fn named<'a>(series: &'a [Series<'a>]) -> impl Iterator<Item = &'a Series<'a>> {
    series.iter().filter(|series| !series.end_name.is_empty())
}

struct EndLabel {
    /// End of the line.
    end: Pos2,
    galley: Arc<Galley>,
    line: Color32,
    ink: Color32,
}

impl EndLabel {
    fn of(ui: &Ui, plot: &Plot, series: &Series<'_>) -> Option<Self> {
        let end = plot.to_screen(series.last()?).filter(|end| plot.rect.x_range().expand(1.0).contains(end.x))?;
        Some(Self { end, galley: galley(ui, series), line: series.color, ink: series.ink })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &[f32], expected: &[f32]) {
        assert_eq!(spread_positions(wanted, 10.0, Rangef::new(0.0, 100.0)), expected);
    }

    #[test]
    fn line_names_do_not_overlap_and_stay_near_lines() {
        check(&[], &[]);
        check(&[20.0, 60.0], &[20.0, 60.0]);
        check(&[50.0, 50.0, 50.0], &[40.0, 50.0, 60.0]);
        check(&[20.0, 48.0, 52.0], &[20.0, 45.0, 55.0]);
        check(&[0.0, 2.0], &[0.0, 10.0]);
        check(&[99.0, 100.0], &[90.0, 100.0]);
    }
}
