//! The names at the ends of lines, which tell them apart where colour cannot.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Ui, pos2};

use crate::ui::theme::TextRole;
use crate::ui::widgets::paint::put_text;

use super::plot::Plot;
use super::series::Series;

const APART: f32 = 15.0;
const GAP: f32 = 10.0;

/// Narrows the plot until every name fits between its line's end and the edge of the room.
pub(super) fn make_room(ui: &Ui, plot: &mut Plot, series: &[Series<'_>], edge: f32) {
    let mut width = plot.rect.width();
    for series in named(series) {
        let Some([x, _]) = series.last() else {
            continue;
        };
        let Some(place) = plot.x.place(x).filter(|place| *place > 0.0) else {
            continue;
        };
        let name = TextRole::CaptionMedium.line(ui, series.end_name).size().x;
        width = width.min((edge - plot.rect.left() - GAP - name) / place);
    }
    plot.rect.max.x = plot.rect.left() + width.max(1.0);
}

/// Writes the names, moved apart where lines end close together.
pub(super) fn paint(ui: &Ui, plot: &Plot, series: &[Series<'_>]) {
    let mut names: Vec<Name> = named(series).filter_map(|series| Name::of(ui, plot, series)).collect();
    names.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lowest = f32::NEG_INFINITY;
    for name in &mut names {
        name.y = name.y.max(lowest + APART);
        lowest = name.y;
    }
    // What was pushed out at the bottom pushes the others back up.
    let mut highest = plot.rect.bottom() + APART;
    for name in names.iter_mut().rev() {
        name.y = name.y.min(highest - APART);
        highest = name.y;
    }
    for name in names {
        let beside = Rect::from_min_size(pos2(name.x, name.y), egui::Vec2::ZERO);
        put_text(ui.painter(), beside, Align2::LEFT_CENTER, name.galley, name.colour);
    }
}

fn named<'a>(series: &'a [Series<'a>]) -> impl Iterator<Item = &'a Series<'a>> {
    series.iter().filter(|series| !series.end_name.is_empty())
}

struct Name {
    x: f32,
    y: f32,
    galley: Arc<Galley>,
    colour: Color32,
}

impl Name {
    fn of(ui: &Ui, plot: &Plot, series: &Series<'_>) -> Option<Self> {
        let end = plot.place(series.last()?)?;
        let galley = TextRole::CaptionMedium.line(ui, series.end_name);
        Some(Self { x: end.x + GAP, y: end.y, galley, colour: series.colour })
    }
}
