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
    /// Button of the notification.
    pub action: Option<NoticeAction>,
}

/// Action that a notification offers. When the notification is closed, it cannot be done anymore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAction {
    /// Restores the deleted run.
    RestoreRun,
}

impl Notification {
    /// Creates a notification of severity `Error`.
    pub fn error(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, title.into(), detail.into())
    }

    /// Creates a notification of severity `Success`.
    pub fn success(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Success, title.into(), detail.into())
    }

    /// Creates a notification of severity `Info`.
    pub fn info(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Info, title.into(), detail.into())
    }

    fn new(tone: Severity, title: String, detail: String) -> Self {
        Self { key: 0, tone, title, detail, action: None }
    }

    /// Adds a button.
    #[must_use]
    pub fn with_action(self, action: NoticeAction) -> Self {
        Self { action: Some(action), ..self }
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

    /// Removes the notification of this key, and returns it.
    pub fn close(&mut self, key: u64) -> Option<Notification> {
        let index = self.shown.iter().position(|n| n.key == key)?;
        Some(self.shown.remove(index))
    }

    /// Removes the notifications that offer this action.
    pub fn close_with_action(&mut self, action: NoticeAction) {
        self.shown.retain(|n| n.action != Some(action));
    }

    /// Returns the visible notifications.
    pub fn shown(&self) -> &[Notification] {
        &self.shown
    }
}
