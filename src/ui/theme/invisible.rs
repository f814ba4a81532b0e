//! Characters that are not seen and change what is read: direction overrides and characters without width. They are shown as a
//! mark each, unless the person wants them as they are.

use egui::{Context, Id};
use std::borrow::Cow;

/// The mark of a character that changes the direction of the text.
const DIRECTION: char = '↔';
/// The mark of a character without width.
const WIDTHLESS: char = '·';

/// The mark of a character that is not seen; `None` for one that is.
fn mark_of(c: char) -> Option<char> {
    match c {
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(DIRECTION),
        '\u{00ad}' | '\u{034f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            Some(WIDTHLESS)
        }
        // Tags, by which text can be hidden in text.
        '\u{e0000}'..='\u{e007f}' => Some(WIDTHLESS),
        _ => None,
    }
}

fn id() -> Id {
    Id::unique("theme-invisible")
}

/// Whether invisible characters are left as they are.
pub fn hides_invisible(ctx: &Context) -> bool {
    ctx.data(|d| d.get_temp(id())).unwrap_or(false)
}

/// Leaves invisible characters as they are, or marks them.
pub fn set_hides_invisible(ctx: &Context, hide: bool) {
    ctx.data_mut(|d| d.insert_temp(id(), hide));
}

/// A text as it is shown: each invisible character is one mark, so that characters keep their numbers.
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
    fn each_invisible_character_is_one_mark() {
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
