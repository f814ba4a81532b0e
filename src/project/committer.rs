//! The thread that makes edits durable, so that the window never waits for a disk.

use super::run_record::RunRecord;
use super::source::SourceFile;
use super::store::Project;
use crate::corpus::Edit;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Something to store.
#[derive(Clone, Debug)]
pub enum Commit {
    /// A change of the corpus. `log`: it is new, not an undo or redo. `position`: how many edits stand after it.
    Edit {
        /// What changed.
        change: Edit,
        /// Whether it goes into the log.
        log: bool,
        /// Edits that stand.
        position: usize,
    },
    /// The sources were saved.
    Sources(Vec<SourceFile>),
    /// A run began or ended.
    Run(RunRecord),
}

/// What the thread answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// So many commits are on disk since the start.
    Durable(u64),
    /// A commit could not be stored: the message. It stays in memory; later ones are still tried.
    Failed(String),
}

/// A handle to the thread; dropping it stores everything that is still waiting.
pub struct Committer {
    commits: Option<Sender<Commit>>,
    answers: Receiver<Stored>,
    thread: Option<JoinHandle<()>>,
    sent: u64,
    durable: u64,
    failed: Option<String>,
}

impl Committer {
    /// Takes a project over. `wake` is called after every answer.
    pub fn new(mut project: Project, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (commits, inbox) = unbounded::<Commit>();
        let (outbox, answers) = unbounded();
        let work = move || {
            let mut done = 0;
            for commit in inbox {
                let result = match &commit {
                    Commit::Edit { change, log, position } => project.commit(change, *log, *position),
                    Commit::Sources(files) => project.set_sources(files),
                    Commit::Run(run) => project.add_run(run),
                };
                done += 1;
                let answer = match result {
                    Ok(()) => Stored::Durable(done),
                    Err(e) => Stored::Failed(e.to_string()),
                };
                if outbox.send(answer).is_err() {
                    log::debug!("nobody waits for the project any more");
                }
                wake();
            }
        };
        let thread = std::thread::Builder::new().name("project".into()).spawn(work);
        let failed = thread.as_ref().err().map(ToString::to_string);
        Self { commits: Some(commits), answers, thread: thread.ok(), sent: 0, durable: 0, failed }
    }

    /// Stores something, soon.
    pub fn send(&mut self, commit: Commit) {
        self.sent += 1;
        let gone = self.commits.as_ref().is_none_or(|c| c.send(commit).is_err());
        if gone {
            self.failed = Some("the project's thread has ended; restart the program".into());
        }
    }

    /// Takes the answers in; returns a new failure, to be told once.
    pub fn poll(&mut self) -> Option<String> {
        let mut news = None;
        for answer in self.answers.try_iter() {
            match answer {
                Stored::Durable(n) => self.durable = n,
                Stored::Failed(message) => {
                    self.failed = Some(message.clone());
                    news = Some(message);
                }
            }
        }
        news
    }

    /// Whether everything sent is on disk.
    pub fn is_durable(&self) -> bool {
        self.failed.is_none() && self.durable == self.sent
    }

    /// Why something is not on disk, if that is so.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        drop(self.commits.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the project's thread panicked");
        }
    }
}
