//! Notifications of the user. Errors stay until they are closed.

/// Severity of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// An action succeeded.
    Success,
    /// Information.
    Info,
    /// An action failed.
    Error,
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Unique number; 0 until the notification is pushed.
    pub key: u64,
    /// Severity.
    pub tone: Severity,
    /// Title: the event.
    pub title: String,
    /// Detail: the location, and the action for the user.
    pub detail: String,
}

impl Notification {
    /// Creates a notification of severity `Error`.
    pub fn error(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Error, title: title.into(), detail: detail.into() }
    }

    /// Creates a notification of severity `Success`.
    pub fn success(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Success, title: title.into(), detail: detail.into() }
    }

    /// Creates a notification of severity `Info`.
    pub fn info(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Info, title: title.into(), detail: detail.into() }
    }
}

/// Visible notifications, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notifications {
    shown: Vec<Notification>,
    last: u64,
}

impl Notifications {
    /// Adds a notification. An identical notification is replaced.
    pub fn push(&mut self, notice: Notification) {
        self.last += 1;
        self.shown.retain(|n| (n.tone, &n.title, &n.detail) != (notice.tone, &notice.title, &notice.detail));
        // Title and detail can contain text of the dataset, so they are logged only at debug level.
        log::debug!("{}: {}", notice.title, notice.detail);
        self.shown.push(Notification { key: self.last, ..notice });
    }

    /// Removes the notification of this key.
    pub fn close(&mut self, key: u64) {
        self.shown.retain(|n| n.key != key);
    }

    /// Returns the visible notifications.
    pub fn shown(&self) -> &[Notification] {
        &self.shown
    }
}
