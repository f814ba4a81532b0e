//! Time that the user worked in a dataset today: the sum of the short intervals between input events.

/// Maximum interval between input events that counts as work, in seconds.
const IDLE_TIMEOUT_SECONDS: u64 = 60;
/// Interval of saves, in seconds of work.
const SAVE_INTERVAL_SECONDS: u64 = 20;

/// Time worked on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkTimer {
    /// Seconds worked today.
    pub seconds: u64,
    /// Unix timestamp of the last input event, in seconds.
    last: Option<u64>,
    /// Seconds that are stored.
    stored: u64,
}

impl WorkTimer {
    /// Parses a stored value. The time is zero if the value belongs to another day.
    pub fn from_stored(text: &str, today: &str) -> Self {
        let seconds = text.strip_prefix(today).and_then(|rest| rest.trim().parse().ok()).unwrap_or(0);
        Self { seconds, stored: seconds, last: None }
    }

    /// Returns the stored form: the date and the seconds.
    pub fn to_text(&self, today: &str) -> String {
        format!("{today} {}", self.seconds)
    }

    /// Handles an input event. Returns true if the time must be saved.
    pub(super) fn on_activity(&mut self, now: u64) -> bool {
        let since = self.last.replace(now).map_or(0, |last| now.saturating_sub(last));
        self.seconds += if since <= IDLE_TIMEOUT_SECONDS { since } else { 0 };
        let due = self.seconds >= self.stored + SAVE_INTERVAL_SECONDS;
        if due {
            self.stored = self.seconds;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_is_not_counted() {
        let check = |activity: &[u64], expected: u64| {
            let mut timer = WorkTimer::from_stored("2026-11-25 100", "2026-11-25");
            for at in activity {
                timer.on_activity(*at);
            }
            assert_eq!(timer.seconds, 100 + expected, "{activity:?}");
        };
        check(&[5], 0);
        check(&[5, 10, 40], 35);
        check(&[5, 10, 400, 410], 15);
        check(&[50, 40], 0);
        assert_eq!(WorkTimer::from_stored("2026-11-24 100", "2026-11-25").seconds, 0);
        assert_eq!(WorkTimer::from_stored("", "2026-11-25").seconds, 0);
    }
}
