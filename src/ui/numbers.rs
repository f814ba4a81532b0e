//! Number formats of the interface.

pub use crate::app::events::thousands;
use crate::app::i18n::{tr, translate, translate_with};

/// Formats a score in percent: 0.865 is `86.50`.
pub fn score(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

/// Formats a probability: 0.91 is `.91`, 1 is `1.0`.
pub fn probability(p: f32) -> String {
    if p >= 0.995 { "1.0".into() } else { format!("{p:.2}").trim_start_matches('0').to_owned() }
}

/// Formats seconds as `3 min 05 s`.
pub fn duration(seconds: f64) -> String {
    let s = seconds.round().max(0.0) as u64;
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => tr!("{m} min {s} s", m, s = format!("{:02}", s)),
        (h, m, _) => tr!("{h} h {m} min", h, m = format!("{:02}", m)),
    }
}

/// Nouns that can be counted: the noun, and the texts for one and for several.
pub const NOUNS: [(&str, &str, &str); 13] = [
    ("change", "1 change", "{n} changes"),
    ("command", "1 command", "{n} commands"),
    ("difference", "1 difference", "{n} differences"),
    ("document", "1 document", "{n} documents"),
    ("epoch", "1 epoch", "{n} epochs"),
    ("finding", "1 finding", "{n} findings"),
    ("match", "1 match", "{n} matches"),
    ("piece", "1 piece", "{n} pieces"),
    ("sentence", "1 sentence", "{n} sentences"),
    ("span", "1 span", "{n} spans"),
    ("step", "1 step", "{n} steps"),
    ("suggestion", "1 suggestion", "{n} suggestions"),
    ("token", "1 token", "{n} tokens"),
];

/// Formats a count with its noun, one of [`NOUNS`]: `1 span`, `3 spans`.
pub fn counted(n: usize, noun: &str) -> String {
    match NOUNS.iter().find(|(name, ..)| *name == noun) {
        Some((_, one, _)) if n == 1 => translate(one).to_owned(),
        Some((_, _, several)) => translate_with(several, &[("n", &thousands(n))]),
        None => format!("{} {noun}", thousands(n)),
    }
}

/// Formats the age of a Unix timestamp (in seconds) in days.
pub fn days_ago(then: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(then, |d| d.as_secs());
    match now.saturating_sub(then) / 86_400 {
        0 => tr!("today").into(),
        1 => tr!("yesterday").into(),
        n => tr!("{n} days ago", n),
    }
}
