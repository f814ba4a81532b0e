//! A progress bar on a terminal, nothing elsewhere.

use super::terminal::{Output, escaped};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error with what is done, how much, and the time left; hidden where nobody watches.
pub fn bar(total: usize, what: &'static str) -> ProgressBar {
    styled(ProgressBar::new(total as u64), what, "{prefix} {bar:32} {pos}/{len} {msg} {eta} left")
}

/// A bar for bytes of which it is not known yet how many there will be.
pub fn bytes(what: &'static str) -> ProgressBar {
    styled(ProgressBar::no_length(), what, "{prefix} {msg} {bar:32} {bytes}/{total_bytes} {eta} left")
}

/// Shows a few words beside a bar.
pub fn say(bar: &ProgressBar, words: &str) {
    bar.set_message(escaped(words).into_owned());
}

fn styled(bar: ProgressBar, what: &'static str, template: &str) -> ProgressBar {
    if !Output::Errors.is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = bar.with_prefix(what);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
