//! Translation of the interface.
//!
//! The source code contains the English texts, for example `tr!("Open file…")`. Each text is the key of its
//! translation. A text with a count has one form for each plural category of the language, for example
//! `trn!(n, "{n} span", "{n} spans")`. A language file maps texts to translations
//! (`assets/language/template.json` lists all texts). Texts without a translation stay English.

use crate::corpus::EditTitle;
use crate::corpus::label::LabelNameError;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

/// Contents of a language file.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Catalog {
    /// BCP 47 tag of the language, for example `de`. It selects the plural rules. An empty tag means English.
    #[serde(rename = "@language", default)]
    pub language: String,
    /// Translations by English text. The key of a text with a count is its plural form.
    #[serde(flatten)]
    pub texts: HashMap<String, Translation>,
}

/// Translation of a text. Placeholders are names in braces.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Translation {
    /// The text, independent of counts.
    Text(String),
    /// Texts by plural category of CLDR: `zero`, `one`, `two`, `few`, `many`, `other`.
    Plural(HashMap<String, String>),
}

/// Error of a language file.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// The language tag is invalid.
    #[error("invalid language tag {tag}: {error}")]
    Tag {
        /// Value of `@language`.
        tag: String,
        /// Error of the parser.
        error: icu_locale_core::ParseError,
    },
    /// A plural form has an unknown category.
    #[error("{text}: unknown plural category {category}")]
    Category {
        /// English text.
        text: &'static str,
        /// Name of the category.
        category: String,
    },
}

/// The language of the process. Texts are leaked, so that they live as long as the English literals.
struct Language {
    locale: Locale,
    texts: HashMap<&'static str, &'static str>,
    plurals: HashMap<&'static str, HashMap<PluralCategory, &'static str>>,
}

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// Sets the language of the process. Only the first call has an effect.
///
/// # Errors
/// Returns an error if the language tag or a plural category is invalid.
pub fn set_language(catalog: Catalog) -> Result<(), LanguageError> {
    let locale = parse_locale(&catalog.language)?;
    let mut language = Language { locale, texts: HashMap::new(), plurals: HashMap::new() };
    for (english, translation) in catalog.texts {
        let english: &'static str = english.leak();
        match translation {
            Translation::Text(text) if text.is_empty() => {}
            Translation::Text(text) => {
                language.texts.insert(english, text.leak());
            }
            Translation::Plural(forms) => {
                let mut translated = HashMap::new();
                for (category, text) in forms.into_iter().filter(|(_, text)| !text.is_empty()) {
                    let known = PluralCategory::get_for_cldr_string(&category);
                    let known = known.ok_or(LanguageError::Category { text: english, category })?;
                    translated.insert(known, &*text.leak());
                }
                language.plurals.insert(english, translated);
            }
        }
    }
    if LANGUAGE.set(language).is_err() {
        log::warn!("the language is already set");
    }
    Ok(())
}

fn parse_locale(language: &str) -> Result<Locale, LanguageError> {
    let tag = if language.is_empty() { "en" } else { language };
    Locale::try_from_str(tag).map_err(|error| LanguageError::Tag { tag: tag.to_owned(), error })
}

/// Returns the translated reason why a text cannot be the name of a label.
pub fn label_name_error(error: LabelNameError) -> &'static str {
    match error {
        LabelNameError::Empty => tr!("Enter a name"),
        LabelNameError::Whitespace => tr!("Use a single word without whitespace and control characters"),
        LabelNameError::Outside => tr!("O is the tag of tokens without a label. Use another name."),
    }
}

/// Returns the plural category of a count. The rules are compiled in, so that creating them costs little.
fn plural_category(locale: &Locale, n: usize) -> PluralCategory {
    PluralRules::try_new_cardinal(locale.into()).map_or(PluralCategory::Other, |rules| rules.category_for(n))
}

impl Language {
    /// Returns the form of a text for a count. A missing category falls back to `other`.
    fn plural(&self, english: &str, n: usize) -> Option<&'static str> {
        let forms = self.plurals.get(english)?;
        forms.get(&plural_category(&self.locale, n)).or_else(|| forms.get(&PluralCategory::Other)).copied()
    }
}

/// Returns the translation of a text.
pub fn translate(english: &'static str) -> &'static str {
    LANGUAGE.get().and_then(|language| language.texts.get(english)).copied().unwrap_or(english)
}

/// Returns the translated title of an edit.
pub fn edit_title(title: &EditTitle) -> String {
    let named: Vec<(&'static str, &str)> = title.named_values().collect();
    let values: Vec<(&str, &dyn Display)> = named.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
    match (title.kind.singular(), title.count()) {
        (Some(one), Some(n)) => translate_count(n, one, title.kind.text(), &values),
        _ => translate_with(title.kind.text(), &values),
    }
}

/// Returns the translation of a text, with placeholders replaced by values. A placeholder without a value is unchanged.
pub fn translate_with(english: &'static str, values: &[(&str, &dyn Display)]) -> String {
    fill(translate(english), values)
}

/// Returns the translation of a text with a count: the form of the language for `n`, with `{n}` and the other
/// placeholders replaced. `one` is the English form for 1, `other` the one for all other counts.
pub fn translate_count(n: usize, one: &'static str, other: &'static str, values: &[(&str, &dyn Display)]) -> String {
    let english = if n == 1 { one } else { other };
    let form = LANGUAGE.get().and_then(|language| language.plural(other, n)).unwrap_or(english);
    let count = thousands(n);
    let mut all: Vec<(&str, &dyn Display)> = vec![("n", &count)];
    all.extend_from_slice(values);
    fill(form, &all)
}

fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::new();
    let mut rest = text;
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

/// Formats 14041 as `14,041`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Translates a text of the interface: `tr!("Train")`, or with values for the placeholders: `tr!("{done} of {all}",
/// done, all = sentences.len())`.
macro_rules! tr {
    ($text:literal) => { $crate::i18n::translate($text) };
    ($text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::i18n::translate_with(
            $text,
            &[$((stringify!($name), &$crate::i18n::tr!(@value $name $(, $value)?) as &dyn std::fmt::Display)),+],
        )
    };
    (@value $name:ident) => { $name };
    (@value $name:ident, $value:expr) => { $value };
}
pub(crate) use tr;

/// Translates a text with a count: `trn!(n, "{n} span", "{n} spans")`, or with more values: `trn!(n, "{n} span of
/// {label}", "{n} spans of {label}", label)`.
macro_rules! trn {
    ($n:expr, $one:literal, $other:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::i18n::translate_count(
            $n,
            $one,
            $other,
            &[$((stringify!($name), &$crate::i18n::tr!(@value $name $(, $value)?) as &dyn std::fmt::Display)),*],
        )
    };
}
pub(crate) use trn;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_by_values() {
        let check = |text: String, expected: &str| assert_eq!(text, expected);
        let (done, all) = (3, 5);
        check(tr!("{done} of {all} done", done, all), "3 of 5 done");
        check(tr!("{all}, of which {done}, {all}", done = "none", all), "5, of which none, 5");
        check(translate_with("{what} {done", &[("done", &1)]), "{what} {done");
        check(translate_with("a } b {done}", &[("done", &"{all}"), ("all", &2)]), "a } b {all}");
    }

    #[test]
    fn english_counts_have_two_forms() {
        let check = |n: usize, expected: &str| {
            assert_eq!(trn!(n, "{n} span of {label}", "{n} spans of {label}", label = "PER"), expected);
        };
        check(0, "0 spans of PER");
        check(1, "1 span of PER");
        check(14_041, "14,041 spans of PER");
    }

    #[test]
    fn plural_rules_follow_the_language() {
        let check = |language: &str, n: usize, expected: PluralCategory| {
            let locale = parse_locale(language).expect("a tag");
            assert_eq!(plural_category(&locale, n), expected, "{language} {n}");
        };
        check("", 1, PluralCategory::One);
        check("fr", 0, PluralCategory::One);
        check("pl", 3, PluralCategory::Few);
        check("pl", 5, PluralCategory::Many);
        check("ja", 1, PluralCategory::Other);
        assert!(parse_locale("not a tag").is_err());
    }
}
