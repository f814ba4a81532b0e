//! Statistics as a picture for a paper or report: an SVG of the same bars in the light theme, or a PNG of it.

use super::split_opacity;
use crate::corpus::LabelId;
use crate::corpus::label::Label;
use crate::eval::Statistics;
use crate::eval::statistics::{SplitStatistics, SurfaceForm};
use crate::i18n::tr;
use crate::session::Session;
use crate::ui::annotate::paint::lerp_color;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{LIGHT, fonts};
use egui::Color32;
use resvg::{tiny_skia, usvg};
use std::fmt::Write as _;

const WIDTH: f32 = 720.0;
const NAME: f32 = 170.0;
const BAR: f32 = 440.0;
const ROW: f32 = 22.0;
/// Maximum number of surface forms.
const SURFACES: usize = 12;

/// A bar: name, count, and parts as fractions of the longest bar with their colors.
type Bar = (String, usize, Vec<(f32, Color32)>);

/// Returns the picture as SVG text.
pub fn to_svg(session: &Session, s: &Statistics) -> String {
    let mut body = String::new();
    let mut y = 34.0;
    let splits: Vec<String> =
        s.splits.iter().map(|x| format!("{} {}", x.split.name(), thousands(x.sentences))).collect();
    let title = tr!("{dataset}, sentences: {splits}", dataset = session.corpus().name, splits = splits.join(", "));
    text(&mut body, 20.0, y, 16, "600", &title);
    y += 20.0;
    for (heading, bars) in [
        (tr!("Labels by split"), labels(session, s)),
        (tr!("Span length (tokens)"), histogram(&s.span_lengths, |i| (i + 1).to_string())),
        (
            tr!("Sentence length (tokens)"),
            histogram(&s.sentence_lengths, |i| format!("{}–{}", i * 10 + 1, i * 10 + 10)),
        ),
        (tr!("Most frequent entities"), surfaces(session, &s.surface_forms)),
        (tr!("Ambiguous entities"), surfaces(session, &s.ambiguous_forms)),
    ] {
        if bars.is_empty() {
            continue;
        }
        y += 26.0;
        text(&mut body, 20.0, y, 13, "600", heading);
        y += 8.0;
        for (name, number, parts) in bars {
            row(&mut body, y, &name, number, &parts);
            y += ROW;
        }
    }
    let height = y + 20.0;
    let font = "Inter, Helvetica, Arial, sans-serif";
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"{font}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

/// Number of PNG pixels for each SVG pixel.
const SCALE: f32 = 2.0;

/// Error of rendering an image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The SVG is invalid.
    #[error("{0}")]
    Svg(#[from] usvg::Error),
    /// The image is empty or too large.
    #[error("the image is empty or too large")]
    Size,
    /// The pixels cannot be encoded.
    #[error("{0}")]
    Encode(String),
}

/// Renders an SVG as a PNG of twice its size, with the bundled fonts.
///
/// # Errors
/// Returns an error if the SVG or its size is invalid.
pub fn to_png(svg: &str) -> Result<Vec<u8>, ImageError> {
    let mut options = usvg::Options { font_family: "Inter".into(), ..usvg::Options::default() };
    for bytes in fonts::files() {
        options.fontdb_mut().load_font_data(bytes.to_vec());
    }
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or(ImageError::Size)?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or(ImageError::Size)?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| ImageError::Encode(e.to_string()))
}

fn labels(session: &Session, s: &Statistics) -> Vec<Bar> {
    let most = session.corpus().labels.iter().map(|(id, _)| s.total(id)).max().unwrap_or(0).max(1) as f32;
    let bar = |(id, l): (LabelId, &Label)| {
        let solid = LIGHT.label(usize::from(l.color)).solid;
        let part = |x: &SplitStatistics| {
            (x.count(id) as f32 / most, lerp_color(Color32::WHITE, solid, split_opacity(x.split)))
        };
        (l.name.clone(), s.total(id), s.splits.iter().map(part).collect())
    };
    session.corpus().labels.iter().map(bar).collect()
}

fn histogram(counts: &[usize], name: impl Fn(usize) -> String) -> Vec<Bar> {
    let most = counts.iter().max().copied().unwrap_or(0).max(1) as f32;
    let last = counts.len().saturating_sub(1);
    let bar = |(i, n): (usize, &usize)| {
        let name = if i == last { format!("{}+", name(i).split('–').next().unwrap_or_default()) } else { name(i) };
        (name, *n, vec![(*n as f32 / most, LIGHT.series[0])])
    };
    counts.iter().enumerate().map(bar).collect()
}

fn surfaces(session: &Session, list: &[SurfaceForm]) -> Vec<Bar> {
    let most = list.iter().map(SurfaceForm::count).max().unwrap_or(0).max(1) as f32;
    let color =
        |id| session.corpus().labels.get(id).map_or(LIGHT.text_muted, |l| LIGHT.label(usize::from(l.color)).solid);
    let bar = |surface: &SurfaceForm| {
        let parts = surface.labels.iter().map(|(id, n)| (*n as f32 / most, color(*id))).collect();
        (surface.text.clone(), surface.count(), parts)
    };
    list.iter().take(SURFACES).map(bar).collect()
}

fn row(body: &mut String, y: f32, name: &str, number: usize, parts: &[(f32, Color32)]) {
    let short: String = name.chars().take(26).collect();
    text(body, 20.0, y + 15.0, 12, "400", &short);
    let mut x = 20.0 + NAME;
    for (share, color) in parts {
        let width = BAR * share;
        let [r, g, b, _] = color.to_array();
        let _ = writeln!(
            body,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"10\" fill=\"#{r:02x}{g:02x}{b:02x}\"/>",
            y + 6.0
        );
        x += width;
    }
    text(body, x + 8.0, y + 15.0, 12, "400", &thousands(number));
}

fn text(body: &mut String, x: f32, y: f32, size: u8, weight: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // XML does not allow control characters.
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(
        body,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"#1d1f24\">{words}</text>"
    );
}
