//! The roles text can play, each with its face, size and line height.
//!
//! Text is laid out without a colour ([`Color32::PLACEHOLDER`]) and coloured when it is painted, so
//! that a hover never lays anything out again.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Context, FontId, Galley, RichText};

use super::fonts::Face;

/// What a piece of text is for. See the table of type in the look's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRole {
    /// The one large line of the welcome page.
    Display,
    /// A headline figure.
    Number,
    /// A headline figure on Evaluate.
    NumberLarge,
    /// The name of a run.
    Title,
    /// What the program is for, on the welcome page.
    Lead,
    /// What is typed into the command palette.
    TitleInput,
    /// Everything without another role.
    Body,
    /// Buttons and names of things.
    BodyMedium,
    /// The head of a panel or card, and totals.
    Strong,
    /// Field labels, the status bar, hints.
    Small,
    /// The head of a section, names in chips.
    SmallMedium,
    /// Help and axis labels.
    Caption,
    /// Heads of tables, badges.
    CaptionMedium,
    /// The key inside a label chip.
    CaptionStrong,
    /// A label's name inside a span.
    Tag,
    /// The current sentence.
    Read,
    /// Text on Try.
    ReadTry,
    /// Sentences around the current one.
    Context,
    /// Gold over model.
    Compare,
    /// Word pieces.
    MonoPiece,
    Mono,
    /// Tags, ids and the log.
    MonoSmall,
}

impl TextRole {
    fn parts(self) -> (Face, f32, f32) {
        match self {
            Self::Display => (Face::UiStrong, 26.0, 34.0),
            Self::Number => (Face::UiMedium, 20.0, 28.0),
            Self::NumberLarge => (Face::UiMedium, 22.0, 30.0),
            Self::Title => (Face::UiStrong, 16.0, 24.0),
            Self::Lead => (Face::Ui, 15.0, 24.0),
            Self::TitleInput => (Face::Ui, 16.0, 24.0),
            Self::Body => (Face::Ui, 13.0, 20.0),
            Self::BodyMedium => (Face::UiMedium, 13.0, 20.0),
            Self::Strong => (Face::UiStrong, 13.0, 20.0),
            Self::Small => (Face::Ui, 12.0, 16.0),
            Self::SmallMedium => (Face::UiMedium, 12.0, 16.0),
            Self::Caption => (Face::Ui, 11.0, 16.0),
            Self::CaptionMedium => (Face::UiMedium, 11.0, 16.0),
            Self::CaptionStrong => (Face::UiStrong, 11.0, 16.0),
            Self::Tag => (Face::UiStrong, 10.5, 14.0),
            Self::Read => (Face::Read, 21.0, 42.0),
            Self::ReadTry => (Face::Read, 20.0, 40.0),
            Self::Context => (Face::Read, 17.0, 30.0),
            Self::Compare => (Face::Read, 16.0, 30.0),
            Self::MonoPiece => (Face::Mono, 13.0, 16.0),
            Self::Mono => (Face::Mono, 12.0, 16.0),
            Self::MonoSmall => (Face::Mono, 11.0, 16.0),
        }
    }

    pub fn font(self) -> FontId {
        let (face, size, _) = self.parts();
        FontId::new(size, face.family())
    }

    pub fn line_height(self) -> f32 {
        self.parts().2
    }

    pub fn letter_spacing(self) -> f32 {
        match self {
            Self::Display => -0.3,
            Self::Tag => 0.35,
            _ => 0.0,
        }
    }

    pub fn format(self, colour: Color32) -> TextFormat {
        TextFormat { extra_letter_spacing: self.letter_spacing(), ..format(self.font(), self.line_height(), colour) }
    }

    /// The same look for egui's own widgets, which colour it themselves.
    pub fn rich(self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.font())
            .line_height(Some(self.line_height()))
            .extra_letter_spacing(self.letter_spacing())
    }

    /// One line, as long as it needs to be.
    pub fn line(self, ctx: &Context, text: &str) -> Arc<Galley> {
        self.lay_out(ctx, text, TextWrapping::no_max_width(), false)
    }

    /// One line that ends in an ellipsis where the width does.
    pub fn elided(self, ctx: &Context, text: &str, width: f32) -> Arc<Galley> {
        self.lay_out(ctx, text, TextWrapping::truncate_at_width(width.max(0.0)), false)
    }

    /// As many lines as it takes at this width.
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

/// Text to be read, at a size and line pitch the reader chose.
pub fn reading(size: f32, line_height: f32) -> TextFormat {
    let font = FontId::new(size, Face::Read.family());
    format(font, line_height, Color32::PLACEHOLDER)
}

/// The line height is always given, because the faces' own heights differ.
fn format(font_id: FontId, line_height: f32, color: Color32) -> TextFormat {
    TextFormat { font_id, line_height: Some(line_height), color, ..TextFormat::default() }
}
