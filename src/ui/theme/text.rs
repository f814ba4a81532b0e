//! Text roles, each with a font face, size and line height.
//!
//! Text is laid out without a color ([`Color32::PLACEHOLDER`]) and colored when it is painted, so a hover does not
//! cause a new layout.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Context, FontId, Galley, RichText};

use super::fonts::FontFace;

/// Role of a text. See the type scale in the design tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRole {
    /// The large headline of the welcome page.
    Display,
    /// A headline figure.
    Number,
    /// A headline figure on the Evaluate page.
    NumberLarge,
    /// The name of a run.
    Title,
    /// The introduction on the welcome page.
    Lead,
    /// The input of the command palette.
    TitleInput,
    /// Text without another role.
    Body,
    /// Buttons and names of objects.
    BodyMedium,
    /// The header of a panel or card, and totals.
    Strong,
    /// Field labels, the status bar, hints.
    Small,
    /// The header of a section, names in chips.
    SmallMedium,
    /// Help and axis labels.
    Caption,
    /// Table headers, badges.
    CaptionMedium,
    /// The key in a label chip.
    CaptionStrong,
    /// The label name in a span.
    Tag,
    /// The current sentence.
    Reading,
    /// Text on the Try page.
    ReadingTry,
    /// Adjacent sentences.
    Context,
    /// Gold compared with model output.
    Comparison,
    /// Subwords.
    MonoSubword,
    Mono,
    /// Tags, ids and the log.
    MonoSmall,
}

impl TextRole {
    fn face_size_height(self) -> (FontFace, f32, f32) {
        match self {
            Self::Display => (FontFace::UiSemibold, 26.0, 34.0),
            Self::Number => (FontFace::UiMedium, 20.0, 28.0),
            Self::NumberLarge => (FontFace::UiMedium, 22.0, 30.0),
            Self::Title => (FontFace::UiSemibold, 16.0, 24.0),
            Self::Lead => (FontFace::Ui, 15.0, 24.0),
            Self::TitleInput => (FontFace::Ui, 16.0, 24.0),
            Self::Body => (FontFace::Ui, 13.0, 20.0),
            Self::BodyMedium => (FontFace::UiMedium, 13.0, 20.0),
            Self::Strong => (FontFace::UiSemibold, 13.0, 20.0),
            Self::Small => (FontFace::Ui, 12.0, 16.0),
            Self::SmallMedium => (FontFace::UiMedium, 12.0, 16.0),
            Self::Caption => (FontFace::Ui, 11.0, 16.0),
            Self::CaptionMedium => (FontFace::UiMedium, 11.0, 16.0),
            Self::CaptionStrong => (FontFace::UiSemibold, 11.0, 16.0),
            Self::Tag => (FontFace::UiSemibold, 10.5, 14.0),
            Self::Reading => (FontFace::Reading, 21.0, 42.0),
            Self::ReadingTry => (FontFace::Reading, 20.0, 40.0),
            Self::Context => (FontFace::Reading, 17.0, 30.0),
            Self::Comparison => (FontFace::Reading, 16.0, 30.0),
            Self::MonoSubword => (FontFace::Mono, 13.0, 16.0),
            Self::Mono => (FontFace::Mono, 12.0, 16.0),
            Self::MonoSmall => (FontFace::Mono, 11.0, 16.0),
        }
    }

    pub fn font(self) -> FontId {
        let (face, size, _) = self.face_size_height();
        FontId::new(size, face.family())
    }

    pub fn line_height(self) -> f32 {
        self.face_size_height().2
    }

    pub fn letter_spacing(self) -> f32 {
        match self {
            Self::Display => -0.3,
            Self::Tag => 0.35,
            _ => 0.0,
        }
    }

    pub fn format(self, color: Color32) -> TextFormat {
        TextFormat { extra_letter_spacing: self.letter_spacing(), ..format(self.font(), self.line_height(), color) }
    }

    /// Returns text of this role for egui widgets, which color it themselves.
    pub fn rich_text(self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.font())
            .line_height(Some(self.line_height()))
            .extra_letter_spacing(self.letter_spacing())
    }

    /// Lays out one line of unlimited width.
    pub fn single_line(self, ctx: &Context, text: &str) -> Arc<Galley> {
        self.lay_out(ctx, text, TextWrapping::no_max_width(), false)
    }

    /// Lays out one line that is cut with an ellipsis at `width`.
    pub fn truncated(self, ctx: &Context, text: &str, width: f32) -> Arc<Galley> {
        self.lay_out(ctx, text, TextWrapping::truncate_at_width(width.max(0.0)), false)
    }

    /// Lays out a text with line wrapping at `width`.
    pub fn wrapped(self, ctx: &Context, text: &str, width: f32) -> Arc<Galley> {
        self.lay_out(ctx, text, TextWrapping::wrap_at_width(width.max(0.0)), true)
    }

    fn lay_out(self, ctx: &Context, text: &str, wrap: TextWrapping, lines: bool) -> Arc<Galley> {
        // A line break inside one line would be drawn as a missing glyph.
        let text = super::marked(ctx, text);
        let text = if lines { text.into_owned() } else { text.replace(['\n', '\r'], " ") };
        let mut job = LayoutJob::single_section(text, self.format(Color32::PLACEHOLDER));
        job.wrap = wrap;
        job.break_on_newline = lines;
        ctx.fonts_mut(|fonts| fonts.layout_job(job))
    }
}

/// Creates the format of dataset text, with the font size and line height of the density.
pub fn reading(size: f32, line_height: f32) -> TextFormat {
    let font = FontId::new(size, FontFace::Reading.family());
    format(font, line_height, Color32::PLACEHOLDER)
}

/// The line height is always set, because the default heights of the faces differ.
fn format(font_id: FontId, line_height: f32, color: Color32) -> TextFormat {
    TextFormat { font_id, line_height: Some(line_height), color, ..TextFormat::default() }
}
