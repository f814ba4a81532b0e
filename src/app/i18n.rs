//! Translation of the interface.
//!
//! The source code contains the English texts, for example `tr!("Open a file")`. Each text is the key of its
//! translation. A language file maps texts to translations (`assets/language/template.json` lists all texts). Texts
//! without a translation stay English.

use crate::corpus::EditTitle;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

/// Translations by English text. Placeholders are names in braces.
pub type Catalog = HashMap<String, String>;

static LANGUAGE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();

/// Sets the language of the process. Only the first call has an effect.
pub fn set_language(language: Catalog) {
    // The translations are leaked, so that they have the lifetime `'static` of the English literals.
    let leak = |text: String| -> &'static str { text.leak() };
    let kept = language.into_iter().filter(|(_, text)| !text.is_empty());
    if LANGUAGE.set(kept.map(|(english, text)| (leak(english), leak(text))).collect()).is_err() {
        log::warn!("a language is spoken already");
    }
}

/// Returns the translation of a text.
pub fn translate(english: &'static str) -> &'static str {
    LANGUAGE.get().and_then(|words| words.get(english)).copied().unwrap_or(english)
}

/// Returns the translated title of an edit.
pub fn edit_title(title: &EditTitle) -> String {
    let named: Vec<(&'static str, &str)> = title.named_values().collect();
    let values: Vec<(&str, &dyn Display)> = named.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
    translate_with(title.kind.text(), &values)
}

/// Returns the translation of a text, with placeholders replaced by values. A placeholder without a value is unchanged.
pub fn translate_with(english: &'static str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::new();
    let mut rest = translate(english);
    while let Some((before, inside)) = rest.split_once('{') {
        out.push_str(before);
        let known = inside.split_once('}').and_then(|(name, after)| {
            let value = values.iter().find(|(n, _)| *n == name)?.1;
            Some((value.to_string(), after))
        });
        match known {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out + rest
}

/// Translates a text of the interface: `tr!("Train")`, or with values for the placeholders: `tr!("{done} of {all}",
/// done, all = sentences.len())`.
macro_rules! tr {
    ($text:literal) => { $crate::app::i18n::translate($text) };
    ($text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::app::i18n::translate_with(
            $text,
            &[$((stringify!($name), &$crate::app::i18n::tr!(@value $name $(, $value)?) as &dyn std::fmt::Display)),+],
        )
    };
    (@value $name:ident) => { $name };
    (@value $name:ident, $value:expr) => { $value };
}
pub(crate) use tr;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_for_their_names() {
        let check = |text: String, expected: &str| assert_eq!(text, expected);
        let (done, all) = (3, 5);
        check(tr!("{done} of {all} done", done, all), "3 of 5 done");
        check(tr!("{all}, of which {done}, {all}", done = "none", all), "5, of which none, 5");
        check(translate_with("{what} {done", &[("done", &1)]), "{what} {done");
        check(translate_with("a } b {done}", &[("done", &"{all}"), ("all", &2)]), "a } b {all}");
    }
}
