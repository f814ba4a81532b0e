//! The thread that makes edits durable, so that the window never waits for a disk.

use super::project_file::{Filled, Project, ProjectError};
use super::rebuilding::Memory;
use super::run_record::RunRecord;
use super::saving::{self, Save, Saved};
use super::source::Dataset;
use crate::corpus::{Edit, LabelSnapshot};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Something to store.
#[derive(Clone, Debug)]
pub enum WriteOp {
    /// A dataset that was just opened fills the empty project: a big one takes longer than a person waits for.
    Import(Box<Dataset>),
    /// A change of the corpus. `log`: it is new, not an undo or redo. `position`: how many edits stand after it.
    Edit {
        /// What changed.
        change: Edit,
        /// Whether it goes into the log.
        log: bool,
        /// Edits that stand.
        position: usize,
    },
    /// The project is to be written again from what is in memory.
    Rebuild(Box<Memory>),
    /// The sources are to be written with today's labels. Unlike all others it is not tried again when it fails.
    Save(Box<Save>),
    /// A run began or ended.
    Run(RunRecord),
    /// A search is kept under this name, or forgotten.
    SavedSearch(String, Option<String>),
    /// A setting of this name has this value now.
    Meta(&'static str, String),
    /// Who proposed spans.
    Agents(Vec<String>),
    /// A snapshot was taken.
    Snapshot(Arc<LabelSnapshot>),
    /// The snapshot of this name is forgotten.
    DeleteSnapshot(String),
}

/// What the thread answers.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteStatus {
    /// So many commits are on disk since the start.
    Durable(u64),
    /// A commit could not be stored: the message. It and all later ones wait, and are tried again.
    Failed(String),
    /// The project's file is no longer where it was: the message. Nothing more can be stored there.
    Gone(String),
    /// So many of so many documents are in the project that is being filled.
    Importing(usize, usize),
    /// A save has come to its end.
    Saved(Saved),
}

/// Something that the window is told once.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A commit could not be stored yet: the message.
    Failed(String),
    /// The project's file is no longer where it was: the message.
    Gone(String),
    /// A save has come to its end.
    Saved(Saved),
}

/// How long after a failure the same commits are tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Commits in the order they were made. One that fails is tried again before any later one: each tells only what it changes.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<WriteOp>,
    done: u64,
    closed: bool,
}

impl Queue {
    /// Waits for something to store; `false` at the end, when all is stored or the last try has failed.
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

    /// Stores all that waits, as far as it goes. `watch` is told how filling goes, and ends it with `false`.
    fn store(&mut self, project: &mut Project, tell: &dyn Fn(WriteStatus), watch: &dyn Fn(usize, usize) -> bool) {
        while let Some(commit) = self.waiting.front() {
            let result = match commit {
                WriteOp::Save(save) => {
                    tell(WriteStatus::Saved(saving::save(project, save.as_ref().clone())));
                    Ok(())
                }
                WriteOp::Import(dataset) => project.import(dataset, Filled::FromSource, watch),
                WriteOp::Rebuild(memory) => project.rebuild(memory),
                WriteOp::Edit { change, log, position } => project.commit(change, *log, *position),
                WriteOp::Run(run) => project.upsert_run(run),
                WriteOp::SavedSearch(name, query) => project.save_search(name, query.as_deref()),
                WriteOp::Meta(name, value) => project.set_meta(name, value),
                WriteOp::Agents(names) => project.set_meta("proposers", &serde_json::json!(names).to_string()),
                WriteOp::Snapshot(snapshot) => project.save_snapshot(snapshot),
                WriteOp::DeleteSnapshot(name) => project.delete_snapshot(name),
            };
            match result {
                Ok(()) => {}
                Err(e @ ProjectError::Gone { .. }) => return tell(WriteStatus::Gone(e.to_string())),
                Err(e) => return tell(WriteStatus::Failed(e.to_string())),
            }
            self.waiting.pop_front();
            self.done += 1;
        }
        tell(WriteStatus::Durable(self.done));
    }
}

/// A handle to the thread of one project; dropping it stores everything that is still waiting.
pub struct ProjectWriter {
    /// Where the project lies.
    path: PathBuf,
    commits: Option<Sender<WriteOp>>,
    answers: Receiver<WriteStatus>,
    thread: Option<JoinHandle<()>>,
    sent: u64,
    durable: u64,
    failed: Option<String>,
    filling: Option<(usize, usize)>,
    /// Nobody waits for the project to be filled any more.
    given_up: Arc<AtomicBool>,
}

impl ProjectWriter {
    /// Takes a project over. `wake` is called after every answer.
    pub fn new(mut project: Project, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let path = project.path().to_owned();
        let (commits, inbox) = unbounded::<WriteOp>();
        let (outbox, answers) = unbounded();
        let given_up = Arc::new(AtomicBool::new(false));
        let ended = given_up.clone();
        let work = move || {
            let mut queue = Queue::default();
            let tell = |answer| {
                if outbox.send(answer).is_err() {
                    log::debug!("nobody waits for the project any more");
                }
                wake();
            };
            let watch = |done, total| {
                tell(WriteStatus::Importing(done, total));
                !ended.load(Ordering::Relaxed)
            };
            while queue.wait(&inbox) {
                queue.store(&mut project, &tell, &watch);
            }
            let edits = queue.waiting.iter().filter(|c| !matches!(c, WriteOp::Import(_))).count();
            if edits > 0 {
                log::error!("{edits} edits were not stored");
            }
        };
        let thread = std::thread::Builder::new().name("project".into()).spawn(work);
        let failed = thread.as_ref().err().map(ToString::to_string);
        let (sent, durable, filling) = (0, 0, None);
        Self { path, commits: Some(commits), answers, thread: thread.ok(), sent, durable, failed, filling, given_up }
    }

    /// Stores something, soon.
    pub fn send(&mut self, commit: WriteOp) {
        self.sent += 1;
        let gone = self.commits.as_ref().is_none_or(|c| c.send(commit).is_err());
        if gone {
            self.failed = Some("the project's thread has ended; restart the program".into());
        }
    }

    /// Where its project lies: only commits of that project may be sent here.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the answers in; returns what is new, to be told once.
    pub fn poll(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        for answer in self.answers.try_iter() {
            match answer {
                WriteStatus::Durable(n) => (self.durable, self.failed, self.filling) = (n, None, None),
                WriteStatus::Importing(done, total) => self.filling = Some((done, total)),
                WriteStatus::Failed(message) | WriteStatus::Gone(message) if self.failed.as_ref() == Some(&message) => {
                }
                WriteStatus::Gone(message) => {
                    self.failed = Some(message.clone());
                    news.push(News::Gone(message));
                }
                WriteStatus::Failed(message) => {
                    self.failed = Some(message.clone());
                    news.push(News::Failed(message));
                }
                WriteStatus::Saved(saved) => news.push(News::Saved(saved)),
            }
        }
        news
    }

    /// Whether everything sent is on disk.
    pub fn is_durable(&self) -> bool {
        self.failed.is_none() && self.durable == self.sent
    }

    /// Whether nothing but the filling of a new project is on its way: that may be given up.
    pub fn only_fills(&self) -> bool {
        self.sent == 1 && self.durable == 0 && self.failed.is_none()
    }

    /// How many of how many documents are in the project, while it is filled.
    pub fn import_progress(&self) -> Option<(usize, usize)> {
        self.filling
    }

    /// Why something is not on disk, if that is so.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}

impl ProjectWriter {
    /// Stores everything that is still waiting, as far as it goes, and returns what is new.
    pub fn finish(&mut self) -> Vec<News> {
        // A dataset that nothing was done with is read again from its source the next time.
        self.given_up.store(self.sent == 1, Ordering::Relaxed);
        drop(self.commits.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the project's thread panicked");
        }
        self.poll()
    }
}

impl Drop for ProjectWriter {
    fn drop(&mut self) {
        self.finish();
    }
}
