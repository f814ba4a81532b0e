//! Numbers as people read them.

pub use crate::app::events::thousands;

/// A share as a score: 0.865 is `86.50`.
pub fn score(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

/// A probability: 0.91 is `.91`, 1 is `1.0`.
pub fn probability(p: f32) -> String {
    if p >= 0.995 { "1.0".into() } else { format!("{p:.2}").trim_start_matches('0').to_owned() }
}

/// Seconds as `3 min 05 s`.
pub fn duration(seconds: f64) -> String {
    let s = seconds.round().max(0.0) as u64;
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// A count with its noun: `1 span`, `3 spans`.
pub fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{} {noun}s", thousands(n)) }
}

/// How long ago a time (in seconds since 1970) was, in days.
pub fn days_ago(then: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(then, |d| d.as_secs());
    match now.saturating_sub(then) / 86_400 {
        0 => "today".into(),
        1 => "yesterday".into(),
        n => format!("{n} days ago"),
    }
}
