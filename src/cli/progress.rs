//! Progress bars on a terminal. In other outputs they are hidden.

use super::terminal::{Output, escaped};
use indicatif::{ProgressBar, ProgressStyle};

/// Creates a bar on standard error with position, total and remaining time. It is hidden if there is no terminal.
pub fn bar(total: usize, what: &'static str) -> ProgressBar {
    styled(ProgressBar::new(total as u64), what, "{prefix} {bar:32} {pos}/{len} {msg} {eta} left")
}

/// Creates a bar for bytes, with a total that is not known yet.
pub fn bytes(what: &'static str) -> ProgressBar {
    styled(ProgressBar::no_length(), what, "{prefix} {msg} {bar:32} {bytes}/{total_bytes} {eta} left")
}

/// Shows a short message next to a bar.
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
