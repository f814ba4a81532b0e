//! Number formats of the interface.

pub use crate::i18n::thousands;
use crate::i18n::{tr, trn};

/// Formats a score in percent: 0.865 is `86.50`.
pub fn format_score(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

/// Formats a difference of shares in percentage points with + or −.
pub fn format_signed(value: f64, decimals: usize) -> String {
    format!("{:+.decimals$}", value * 100.0).replace('-', "−")
}

/// Formats the interval of a difference of shares in percentage points, for example "−10.4 to −3.8".
pub fn format_signed_interval(low: f64, high: f64) -> String {
    tr!("{low} to {high}", low = format_signed(low, 1), high = format_signed(high, 1))
}

/// Formats a p-value.
pub fn format_p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// Formats an interval of shares in percent, for example "86.1–89.5".
pub fn format_interval([low, high]: [f64; 2]) -> String {
    format!("{:.1}–{:.1}", low * 100.0, high * 100.0)
}

/// Formats a probability: 0.91 is `.91`, 1 is `1.0`.
pub fn format_probability(p: f32) -> String {
    if p >= 0.995 { "1.0".into() } else { format!("{p:.2}").trim_start_matches('0').to_owned() }
}

/// Formats seconds as `3 min 05 s`.
pub fn format_duration(seconds: f64) -> String {
    let s = seconds.round().max(0.0) as u64;
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => tr!("{s} s", s),
        (0, m, s) => tr!("{m} min {s} s", m, s = format!("{:02}", s)),
        (h, m, _) => tr!("{h} h {m} min", h, m = format!("{:02}", m)),
    }
}

/// Formats a number of changes.
pub fn changes(n: usize) -> String {
    trn!(n, "{n} change", "{n} changes")
}

/// Formats a number of characters.
pub fn characters(n: usize) -> String {
    trn!(n, "{n} character", "{n} characters")
}

/// Formats a number of commands.
pub fn commands(n: usize) -> String {
    trn!(n, "{n} command", "{n} commands")
}

/// Formats a number of differences.
pub fn differences(n: usize) -> String {
    trn!(n, "{n} difference", "{n} differences")
}

/// Formats a number of documents.
pub fn documents(n: usize) -> String {
    trn!(n, "{n} document", "{n} documents")
}

/// Formats a number of epochs.
pub fn epochs(n: usize) -> String {
    trn!(n, "{n} epoch", "{n} epochs")
}

/// Formats a number of problems.
pub fn findings(n: usize) -> String {
    trn!(n, "{n} problem", "{n} problems")
}

/// Formats a number of matches.
pub fn matches(n: usize) -> String {
    trn!(n, "{n} match", "{n} matches")
}

/// Formats a number of sentences.
pub fn sentences(n: usize) -> String {
    trn!(n, "{n} sentence", "{n} sentences")
}

/// Formats a number of spans.
pub fn spans(n: usize) -> String {
    trn!(n, "{n} span", "{n} spans")
}

/// Formats a number of steps.
pub fn steps(n: usize) -> String {
    trn!(n, "{n} step", "{n} steps")
}

/// Formats a number of subwords.
pub fn subwords(n: usize) -> String {
    trn!(n, "{n} subword", "{n} subwords")
}

/// Formats a number of suggestions.
pub fn suggestions(n: usize) -> String {
    trn!(n, "{n} suggestion", "{n} suggestions")
}

/// Formats a number of tokens.
pub fn tokens(n: usize) -> String {
    trn!(n, "{n} token", "{n} tokens")
}

/// Formats the age of a Unix timestamp (in seconds) in days.
pub fn format_days_ago(then: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(then, |d| d.as_secs());
    match now.saturating_sub(then) / 86_400 {
        0 => tr!("Today").into(),
        1 => tr!("Yesterday").into(),
        n => trn!(n as usize, "{n} day ago", "{n} days ago"),
    }
}
