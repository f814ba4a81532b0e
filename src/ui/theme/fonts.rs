//! The bundled fonts, and their fallback order for missing glyphs.
//!
//! egui does not synthesize weights, so each weight is a separate family. The fonts and their build steps are in
//! `assets/fonts`.

use std::sync::{Arc, LazyLock};

use egui::{Context, FontData, FontDefinitions, FontFamily};

/// A font face of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontFace {
    Ui,
    UiMedium,
    UiSemibold,
    Reading,
    Mono,
    Icon,
}

impl FontFace {
    const ALL: [Self; 6] = [Self::Ui, Self::UiMedium, Self::UiSemibold, Self::Reading, Self::Mono, Self::Icon];

    /// Returns the font family for layout.
    pub fn family(self) -> FontFamily {
        // Created once: a named family stores its name in an `Arc`, and text is laid out in every frame.
        static FAMILIES: LazyLock<[FontFamily; 6]> =
            LazyLock::new(|| FontFace::ALL.map(|face| FontFamily::Name(face.name().into())));
        FAMILIES[self as usize].clone()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::UiMedium => "ui-medium",
            Self::UiSemibold => "ui-strong",
            Self::Reading => "read",
            Self::Mono => "mono",
            Self::Icon => "icon",
        }
    }

    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Ui => include_bytes!("../../../assets/fonts/Inter-Regular.ttf"),
            Self::UiMedium => include_bytes!("../../../assets/fonts/Inter-Medium.ttf"),
            Self::UiSemibold => include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf"),
            Self::Reading => include_bytes!("../../../assets/fonts/SourceSerif4-Regular.ttf"),
            Self::Mono => include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
            Self::Icon => include_bytes!("../../../assets/fonts/lucide-subset.ttf"),
        }
    }

    /// Returns the fallback chain: this face, then the other faces, then the faces of other scripts.
    fn fallbacks(self) -> Vec<String> {
        let stand_ins = [Self::Ui, Self::Reading, Self::Mono, Self::Icon];
        let others = stand_ins.into_iter().filter(|face| *face != self);
        let own = std::iter::once(self).chain(others).map(Self::name);
        own.chain(SCRIPT_FONTS.iter().map(|(name, _)| *name)).map(str::to_owned).collect()
    }
}

/// Faces of other scripts. Characters that none of them contains use system fonts.
const SCRIPT_FONTS: [(&str, &[u8]); 6] = [
    ("arabic", include_bytes!("../../../assets/fonts/NotoNaskhArabic-Regular.ttf")),
    ("hebrew", include_bytes!("../../../assets/fonts/NotoSansHebrew-Regular.ttf")),
    ("devanagari", include_bytes!("../../../assets/fonts/NotoSansDevanagari-Regular.ttf")),
    ("thai", include_bytes!("../../../assets/fonts/NotoSansThai-Regular.ttf")),
    ("cjk", include_bytes!("../../../assets/fonts/NotoSansCJK-subset.otf")),
    ("emoji", include_bytes!("../../../assets/fonts/NotoEmoji-Regular.ttf")),
];

/// Returns the files of all faces.
pub fn files() -> impl Iterator<Item = &'static [u8]> {
    FontFace::ALL.into_iter().map(FontFace::bytes).chain(SCRIPT_FONTS.into_iter().map(|(_, bytes)| bytes))
}

pub(super) fn install(ctx: &Context) {
    ctx.set_fonts(definitions());
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for face in FontFace::ALL {
        let data = Arc::new(FontData::from_static(face.bytes()));
        fonts.font_data.insert(face.name().to_owned(), data);
        fonts.families.insert(face.family(), face.fallbacks());
    }
    for (name, bytes) in SCRIPT_FONTS {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    fonts.families.insert(FontFamily::Proportional, FontFace::Ui.fallbacks());
    fonts.families.insert(FontFamily::Monospace, FontFace::Mono.fallbacks());
    fonts
}
