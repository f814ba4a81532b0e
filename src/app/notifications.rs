//! What the program tells in passing. Errors stay until they are closed.

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something worked.
    Success,
    /// Something to know.
    Info,
    /// Something failed.
    Error,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its number; 0 until it is said.
    pub key: u64,
    /// How it is meant.
    pub tone: Severity,
    /// What happened.
    pub title: String,
    /// Where, and what to do.
    pub detail: String,
}

impl Notification {
    /// Something failed.
    pub fn bad(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Error, title: title.into(), detail: detail.into() }
    }

    /// Something worked.
    pub fn good(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Success, title: title.into(), detail: detail.into() }
    }

    /// Something to know.
    pub fn info(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: 0, tone: Severity::Info, title: title.into(), detail: detail.into() }
    }
}

/// Those in view, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notifications {
    shown: Vec<Notification>,
    last: u64,
}

impl Notifications {
    /// Says something. The same thing said again replaces what it said before.
    pub fn push(&mut self, notice: Notification) {
        self.last += 1;
        self.shown.retain(|n| (n.tone, &n.title, &n.detail) != (notice.tone, &notice.title, &notice.detail));
        // Both may hold words of the dataset.
        log::debug!("{}: {}", notice.title, notice.detail);
        self.shown.push(Notification { key: self.last, ..notice });
    }

    /// Takes one away.
    pub fn close(&mut self, key: u64) {
        self.shown.retain(|n| n.key != key);
    }

    /// Those in view.
    pub fn shown(&self) -> &[Notification] {
        &self.shown
    }
}
