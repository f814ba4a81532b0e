//! Invisible characters that change the meaning of text: direction overrides and zero-width characters. Each is
//! displayed as a mark, unless the user turns that off.

use egui::{Context, Id};
use std::borrow::Cow;

/// Mark of a character that changes the text direction.
const DIRECTION: char = '↔';
/// Mark of a zero-width character.
const WIDTHLESS: char = '·';

/// Returns the mark of an invisible character, or `None` for a visible one.
fn mark_of(c: char) -> Option<char> {
    match c {
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(DIRECTION),
        '\u{00ad}' | '\u{034f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            Some(WIDTHLESS)
        }
        // Unicode tag characters, which can hide text in text.
        '\u{e0000}'..='\u{e007f}' => Some(WIDTHLESS),
        _ => None,
    }
}

fn id() -> Id {
    Id::unique("theme-invisible")
}

/// Returns true if invisible characters are not marked.
pub fn hides_invisible(ctx: &Context) -> bool {
    ctx.data(|d| d.get_temp(id())).unwrap_or(false)
}

/// Turns the marks of invisible characters off or on.
pub fn set_hides_invisible(ctx: &Context, hide: bool) {
    ctx.data_mut(|d| d.insert_temp(id(), hide));
}

/// Returns the displayed text. Each invisible character is replaced by one mark, so character offsets do not change.
pub fn marked<'t>(ctx: &Context, text: &'t str) -> Cow<'t, str> {
    if text.is_ascii() || !text.chars().any(|c| mark_of(c).is_some()) || hides_invisible(ctx) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| mark_of(c).unwrap_or(c)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_map_to_one_symbol() {
        let ctx = Context::default();
        let check = |text: &str, expected: &str| {
            assert_eq!(marked(&ctx, text), expected);
            assert_eq!(text.chars().count(), expected.chars().count());
        };
        check("plain", "plain");
        check("Zoë ♫", "Zoë ♫");
        check("a\u{202e}b\u{2066}c", "a↔b↔c");
        check("a\u{200b}b\u{feff}\u{ad}", "a·b··");
        set_hides_invisible(&ctx, true);
        check("a\u{202e}b", "a\u{202e}b");
    }
}
