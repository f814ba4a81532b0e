//! Thread that makes edits durable, so that the window never waits for a disk.
//!
//! The import of a new dataset is the first operation, and edits wait for it. A save is an operation too, so it
//! follows all earlier edits and reaches only the sources of its own project.

use super::project_file::{ImportOrigin, Project, ProjectError};
use super::rebuilding::Memory;
use super::run_record::RunRecord;
use super::saving::{self, Save, Saved};
use super::source::Dataset;
use crate::corpus::{Edit, LabelSnapshot};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Write operation.
#[derive(Clone, Debug)]
pub enum WriteOp {
    /// Import of an opened dataset into the empty project, in the background because large datasets take time.
    Import(Box<Dataset>),
    /// Edit of the corpus.
    Edit {
        /// Change of the corpus.
        change: Edit,
        /// True for a new edit; false for undo and redo.
        log: bool,
        /// Number of applied edits afterwards.
        position: usize,
    },
    /// Rebuild of the project from memory.
    Rebuild(Box<Memory>),
    /// Save of the sources with the current labels. Unlike all other operations, it is not repeated after a failure.
    Save(Box<Save>),
    /// Start or end of a run.
    Run(Box<RunRecord>),
    /// Save of a search under this name, or its deletion if the query is `None`.
    SavedSearch(String, Option<String>),
    /// New value of the setting with this name.
    Meta(&'static str, String),
    /// Names of the agents that suggest spans.
    Agents(Vec<String>),
    /// New snapshot.
    Snapshot(Arc<LabelSnapshot>),
    /// Deletion of the snapshot with this name.
    DeleteSnapshot(String),
    /// Deletes the record of a run.
    DeleteRun(usize),
}

/// Answer of the thread.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteStatus {
    /// Number of operations that are on disk since the start.
    Durable(u64),
    /// An operation failed, with the message. It and all later ones are pending and are repeated.
    Failed(String),
    /// The project file is no longer at its path, with the message. Nothing more can be stored there.
    Removed(String),
    /// Number of imported documents, and the total number.
    Importing(usize, usize),
    /// Result of a save.
    Saved(Saved),
}

/// Event that the window displays once.
#[derive(Clone, Debug, PartialEq)]
pub enum WriterEvent {
    /// An operation failed and is repeated, with the message.
    Failed(String),
    /// The project file is no longer at its path, with the message.
    Removed(String),
    /// Result of a save.
    Saved(Saved),
}

/// Delay before a failed operation is repeated.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Pending operations, in their order. A failed one is repeated before any later one, because each contains only its
/// change.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<WriteOp>,
    done: u64,
    closed: bool,
}

impl Queue {
    /// Waits for an operation. Returns `false` at the end, when all are stored or the last attempt has failed.
    fn wait(&mut self, inbox: &Receiver<WriteOp>) -> bool {
        if self.closed {
            return false;
        }
        let received = if self.waiting.is_empty() {
            inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            inbox.recv_timeout(RETRY_INTERVAL)
        };
        match received {
            Ok(commit) => self.waiting.push_back(commit),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.closed = true,
        }
        self.waiting.extend(inbox.try_iter());
        !self.waiting.is_empty()
    }

    /// Stores the pending operations until one fails. `watch` receives the progress of an import and cancels it with
    /// `false`.
    fn store(&mut self, project: &mut Project, report: &dyn Fn(WriteStatus), watch: &dyn Fn(usize, usize) -> bool) {
        while let Some(commit) = self.waiting.front() {
            let result = match commit {
                WriteOp::Save(save) => {
                    report(WriteStatus::Saved(saving::save(project, save.as_ref().clone())));
                    Ok(())
                }
                WriteOp::Import(dataset) => project.import(dataset, ImportOrigin::FromSource, watch),
                WriteOp::Rebuild(memory) => project.rebuild(memory),
                WriteOp::Edit { change, log, position } => project.commit(change, *log, *position),
                WriteOp::Run(run) => project.upsert_run(run),
                WriteOp::SavedSearch(name, query) => project.save_search(name, query.as_deref()),
                WriteOp::Meta(name, value) => project.set_meta(name, value),
                WriteOp::Agents(names) => project.set_meta("proposers", &serde_json::json!(names).to_string()),
                WriteOp::Snapshot(snapshot) => project.save_snapshot(snapshot),
                WriteOp::DeleteSnapshot(name) => project.delete_snapshot(name),
                WriteOp::DeleteRun(number) => project.delete_run(*number),
            };
            match result {
                Ok(()) => {}
                Err(e @ ProjectError::Removed { .. }) => return report(WriteStatus::Removed(e.to_string())),
                Err(e) => return report(WriteStatus::Failed(e.to_string())),
            }
            self.waiting.pop_front();
            self.done += 1;
        }
        report(WriteStatus::Durable(self.done));
    }
}

/// Handle to the writer thread of one project. Dropping it stores all pending operations.
pub struct ProjectWriter {
    /// Path of the project.
    path: PathBuf,
    commits: Option<Sender<WriteOp>>,
    answers: Receiver<WriteStatus>,
    thread: Option<JoinHandle<()>>,
    sent: u64,
    /// True if no other operation than imports was sent.
    is_import_only: bool,
    durable: u64,
    failed: Option<String>,
    filling: Option<(usize, usize)>,
    /// True if the import of the project is canceled.
    is_cancelled: Arc<AtomicBool>,
    /// True if the thread has closed the project file.
    is_closed: bool,
}

impl ProjectWriter {
    /// Starts the thread for a project. `wake` is called after every answer.
    pub fn new(mut project: Project, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let path = project.path().to_owned();
        let (commits, inbox) = unbounded::<WriteOp>();
        let (outbox, answers) = unbounded();
        let given_up = Arc::new(AtomicBool::new(false));
        let ended = given_up.clone();
        let work = move || {
            let mut queue = Queue::default();
            let report = |answer| {
                if outbox.send(answer).is_err() {
                    log::debug!("the receiver of project results was closed");
                }
                wake();
            };
            let watch = |done, total| {
                report(WriteStatus::Importing(done, total));
                !ended.load(Ordering::Relaxed)
            };
            while queue.wait(&inbox) {
                queue.store(&mut project, &report, &watch);
            }
            let edits = queue.waiting.iter().filter(|c| !matches!(c, WriteOp::Import(_))).count();
            if edits > 0 {
                log::error!("{edits} edits were not stored");
            }
            // The end of the channel reports that the file is closed.
            drop(project);
            drop(outbox);
            wake();
        };
        let thread = std::thread::Builder::new().name("project".into()).spawn(work);
        let failed = thread.as_ref().err().map(ToString::to_string);
        let (sent, durable, filling) = (0, 0, None);
        let is_import_only = true;
        Self {
            path,
            commits: Some(commits),
            answers,
            thread: thread.ok(),
            sent,
            is_import_only,
            durable,
            failed,
            filling,
            is_cancelled: given_up,
            is_closed: false,
        }
    }

    /// Queues an operation.
    pub fn send(&mut self, commit: WriteOp) {
        self.sent += 1;
        self.is_import_only &= matches!(commit, WriteOp::Import(_));
        let removed = self.commits.as_ref().is_none_or(|c| c.send(commit).is_err());
        if removed {
            self.failed = Some("the project thread has ended; restart the program".into());
        }
    }

    /// Returns the path of the project. Only operations of this project may be sent.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Receives the answers, and returns the new events.
    pub fn poll(&mut self) -> Vec<WriterEvent> {
        let mut news = Vec::new();
        loop {
            let answer = match self.answers.try_recv() {
                Ok(answer) => answer,
                Err(TryRecvError::Empty) => return news,
                Err(TryRecvError::Disconnected) => {
                    self.is_closed = true;
                    return news;
                }
            };
            match answer {
                WriteStatus::Durable(n) => (self.durable, self.failed, self.filling) = (n, None, None),
                WriteStatus::Importing(done, total) => self.filling = Some((done, total)),
                WriteStatus::Failed(message) | WriteStatus::Removed(message)
                    if self.failed.as_ref() == Some(&message) => {}
                WriteStatus::Removed(message) => {
                    self.failed = Some(message.clone());
                    news.push(WriterEvent::Removed(message));
                }
                WriteStatus::Failed(message) => {
                    self.failed = Some(message.clone());
                    news.push(WriterEvent::Failed(message));
                }
                WriteStatus::Saved(saved) => news.push(WriterEvent::Saved(saved)),
            }
        }
    }

    /// True if all sent operations are on disk.
    pub fn is_durable(&self) -> bool {
        self.failed.is_none() && self.durable == self.sent
    }

    /// True if only the import of a new project is pending. It can be canceled.
    pub fn only_fills(&self) -> bool {
        self.is_import_only && self.durable < self.sent && self.failed.is_none()
    }

    /// Returns the number of imported documents and the total number during an import.
    pub fn import_progress(&self) -> Option<(usize, usize)> {
        self.filling
    }

    /// Returns the message of a failed operation.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}

impl ProjectWriter {
    /// Accepts no more operations. The thread ends after it has stored the pending ones as far as possible.
    pub fn close(&mut self) {
        // An import without edits is canceled: the dataset is read again from its source the next time.
        self.is_cancelled.store(self.is_import_only, Ordering::Relaxed);
        drop(self.commits.take());
    }

    /// True if the project file is closed and all events were received by [`Self::poll`].
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Stores all pending operations as far as possible, and returns the new events. Waits for the disk.
    pub fn finish(&mut self) -> Vec<WriterEvent> {
        self.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the project thread panicked");
        }
        self.poll()
    }
}

impl Drop for ProjectWriter {
    fn drop(&mut self) {
        self.finish();
    }
}
