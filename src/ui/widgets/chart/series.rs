//! A line of a chart: points, style, and thinning.

use egui::{Color32, Painter, Pos2, Shape, Stroke};

use super::plot::Plot;

/// Points in ascending order of x, and the style of their line. Points that are not finite break the line.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) color: Color32,
    pub(super) points: &'a [[f64; 2]],
    pub(super) end_name: &'a str,
    /// Color of the name.
    pub(super) ink: Color32,
    /// True for the main line: wider, with an emphasized name.
    pub(super) is_primary: bool,
    pub(super) is_background: bool,
    width: f32,
    /// Radius of the dot at each point, in points.
    point_radius: f32,
    dashed: bool,
}

impl<'a> Series<'a> {
    pub fn new(name: &'a str, color: Color32, points: &'a [[f64; 2]]) -> Self {
        Self {
            name,
            color,
            points,
            end_name: "",
            ink: color,
            is_primary: false,
            is_background: false,
            width: 1.5,
            point_radius: 0.0,
            dashed: false,
        }
    }

    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Sets a dot of this radius at each point, for values that are measured rarely.
    pub fn dots(mut self, radius: f32) -> Self {
        self.point_radius = radius;
        self
    }

    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }

    /// Sets the style of raw values under their smoothed line: thin, 30% opacity, not in the readout.
    pub fn faint(mut self) -> Self {
        self.is_background = true;
        self.width = 1.0;
        self.color = self.color.gamma_multiply(0.3);
        self
    }

    /// Sets the name at the end of the line, in a readable color.
    pub fn end_name(mut self, name: &'a str, ink: Color32) -> Self {
        self.end_name = name;
        self.ink = ink;
        self
    }

    /// Makes this the main line.
    pub fn leading(mut self) -> Self {
        self.is_primary = true;
        self.width = 2.25;
        self
    }

    /// Returns the last drawable point.
    pub(super) fn last(&self) -> Option<[f64; 2]> {
        let drawable = |point: &&[f64; 2]| point.iter().all(|value| value.is_finite());
        self.points.iter().rev().find(drawable).copied()
    }

    /// Returns the point that is nearest to an x.
    pub(super) fn nearest(&self, x: f64) -> Option<[f64; 2]> {
        let after = self.points.partition_point(|point| point[0] < x);
        let around = [after.checked_sub(1), Some(after)];
        let candidates = around.into_iter().flatten().filter_map(|index| self.points.get(index));
        let distance = |point: &&[f64; 2]| (point[0] - x).abs();
        candidates.min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
    }

    pub(super) fn paint(&self, painter: &Painter, plot: &Plot) {
        let stroke = Stroke::new(self.width, self.color);
        for run in self.segments(plot, painter.pixels_per_point()) {
            if self.dashed {
                painter.extend(Shape::dashed_line(&run, stroke, 4.0, 3.0));
            } else if let [only] = run[..] {
                painter.circle_filled(only, self.width, self.color);
            } else {
                painter.line(run, stroke);
            }
        }
        // Dots closer than this would only thicken the line.
        let space = plot.rect.width() / 8.0;
        if self.point_radius > 0.0 && self.points.len() as f32 <= space {
            for at in self.points.iter().filter_map(|point| plot.to_screen(*point)) {
                painter.circle_filled(at, self.point_radius, self.color);
            }
        }
    }

    /// Returns the unbroken segments of the line on the screen, thinned if there are several points for each pixel.
    fn segments(&self, plot: &Plot, pixels_per_point: f32) -> Vec<Vec<Pos2>> {
        let places: Vec<Option<Pos2>> = self.points.iter().map(|point| plot.to_screen(*point)).collect();
        places
            .split(Option::is_none)
            .map(|run| run.iter().flatten().copied())
            .map(|run| decimate(run, pixels_per_point))
            .filter(|run| !run.is_empty())
            .collect()
    }
}

/// Keeps the first, lowest, highest and last point of each pixel column. The painted line does not change.
fn decimate(points: impl Iterator<Item = Pos2>, pixels_per_point: f32) -> Vec<Pos2> {
    let mut kept = Vec::new();
    let mut column: Option<(i64, PixelColumn)> = None;
    for point in points {
        let index = (point.x * pixels_per_point).floor() as i64;
        match &mut column {
            Some((same, column)) if *same == index => column.add(point),
            _ => {
                if let Some((_, done)) = column.replace((index, PixelColumn::of(point))) {
                    done.put(&mut kept);
                }
            }
        }
    }
    if let Some((_, done)) = column {
        done.put(&mut kept);
    }
    kept
}

/// The kept points of a pixel column, each with its index in the order.
struct PixelColumn {
    count: usize,
    first: Pos2,
    low: (usize, Pos2),
    high: (usize, Pos2),
    last: Pos2,
}

impl PixelColumn {
    fn of(point: Pos2) -> Self {
        Self { count: 1, first: point, low: (0, point), high: (0, point), last: point }
    }

    fn add(&mut self, point: Pos2) {
        if point.y > self.low.1.y {
            self.low = (self.count, point);
        }
        if point.y < self.high.1.y {
            self.high = (self.count, point);
        }
        self.last = point;
        self.count += 1;
    }

    fn put(self, kept: &mut Vec<Pos2>) {
        let mut seen = [(0, self.first), self.low, self.high, (self.count - 1, self.last)];
        seen.sort_by_key(|(order, _)| *order);
        let mut before = None;
        for (order, point) in seen {
            if before.replace(order) != Some(order) {
                kept.push(point);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn thinning_keeps_extremes_in_order() {
        let dense = [3.0, 9.0, 1.0, 4.0, 2.0].map(|y| pos2(0.5, y));
        let kept: Vec<f32> = decimate(dense.into_iter(), 1.0).iter().map(|at| at.y).collect();
        assert_eq!(kept, [3.0, 9.0, 1.0, 2.0]);
    }

    #[test]
    fn thinning_keeps_sparse_points() {
        let sparse = [0.0, 5.0, 9.0].map(|x| pos2(x, x));
        assert_eq!(decimate(sparse.into_iter(), 1.0), sparse);
        assert!(decimate(std::iter::empty(), 1.0).is_empty());
    }

    #[test]
    fn nearest_point_can_be_on_either_side() {
        let points = [[0.0, 1.0], [10.0, 2.0]];
        let series = Series::new("loss", Color32::WHITE, &points);
        assert_eq!(series.nearest(4.0), Some([0.0, 1.0]));
        assert_eq!(series.nearest(6.0), Some([10.0, 2.0]));
        assert_eq!(series.nearest(99.0), Some([10.0, 2.0]));
        assert_eq!(Series::new("", Color32::WHITE, &[]).nearest(1.0), None);
    }
}
