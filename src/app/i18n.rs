//! The words of the window in another language.
//!
//! English stands in the sources, each text once as it is shown: `tr!("Open a file")`. A language is a file that gives for each of
//! them another one (`assets/language/template.json` lists them all). What a language leaves out stays English.

use crate::corpus::EditTitle;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

/// A language: for each English text, with names in braces for what is put in, the same in another one.
pub type Catalog = HashMap<String, String>;

static LANGUAGE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();

/// Takes a language for as long as the program runs; only the first one counts.
pub fn set_language(language: Catalog) {
    // Its texts live as long as the program does, as those of the sources do.
    let leak = |text: String| -> &'static str { text.leak() };
    let kept = language.into_iter().filter(|(_, text)| !text.is_empty());
    if LANGUAGE.set(kept.map(|(english, text)| (leak(english), leak(text))).collect()).is_err() {
        log::warn!("a language is spoken already");
    }
}

/// A text in the language that is spoken.
pub fn translate(english: &'static str) -> &'static str {
    LANGUAGE.get().and_then(|words| words.get(english)).copied().unwrap_or(english)
}

/// The title of an edit in the language that is spoken.
pub fn edit_title(title: &EditTitle) -> String {
    let named: Vec<(&'static str, &str)> = title.named_values().collect();
    let values: Vec<(&str, &dyn Display)> = named.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
    translate_with(title.kind.text(), &values)
}

/// A text in the language that is spoken, with values put in for the names in braces. A name without a value stays as it is.
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

/// A text of the window in the language that is spoken: `tr!("Train")`, or with values, by name, for what stands in braces:
/// `tr!("{done} of {all}", done, all = sentences.len())`.
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
