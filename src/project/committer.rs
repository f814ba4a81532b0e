//! The thread that makes edits durable, so that the window never waits for a disk.

use super::rebuilding::Memory;
use super::run_record::RunRecord;
use super::saving::{self, Save, Saved};
use super::source::Dataset;
use super::store::{Filled, Project, StoreError};
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
pub enum Commit {
    /// A dataset that was just opened fills the empty project: a big one takes longer than a person waits for.
    Fill(Box<Dataset>),
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
    View(String, Option<String>),
    /// A setting of this name has this value now.
    Setting(&'static str, String),
    /// Who proposed spans.
    Proposers(Vec<String>),
    /// A snapshot was taken.
    Snapshot(Arc<LabelSnapshot>),
    /// The snapshot of this name is forgotten.
    ForgetSnapshot(String),
}

/// What the thread answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// So many commits are on disk since the start.
    Durable(u64),
    /// A commit could not be stored: the message. It and all later ones wait, and are tried again.
    Failed(String),
    /// The project's file is no longer where it was: the message. Nothing more can be stored there.
    Gone(String),
    /// So many of so many documents are in the project that is being filled.
    Filling(usize, usize),
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
const AGAIN: Duration = Duration::from_secs(1);

/// Commits in the order they were made. One that fails is tried again before any later one: each tells only what it changes.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Commit>,
    done: u64,
    closed: bool,
}

impl Queue {
    /// Waits for something to store; `false` at the end, when all is stored or the last try has failed.
    fn wait(&mut self, inbox: &Receiver<Commit>) -> bool {
        if self.closed {
            return false;
        }
        let received = if self.waiting.is_empty() {
            inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            inbox.recv_timeout(AGAIN)
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
    fn store(&mut self, project: &mut Project, tell: &dyn Fn(Stored), watch: &dyn Fn(usize, usize) -> bool) {
        while let Some(commit) = self.waiting.front() {
            let result = match commit {
                Commit::Save(save) => {
                    tell(Stored::Saved(saving::save(project, save.as_ref().clone())));
                    Ok(())
                }
                Commit::Fill(dataset) => project.fill(dataset, Filled::FromSource, watch),
                Commit::Rebuild(memory) => project.rebuild(memory),
                Commit::Edit { change, log, position } => project.commit(change, *log, *position),
                Commit::Run(run) => project.add_run(run),
                Commit::View(name, query) => project.keep_view(name, query.as_deref()),
                Commit::Setting(name, value) => project.set(name, value),
                Commit::Proposers(names) => project.set("proposers", &serde_json::json!(names).to_string()),
                Commit::Snapshot(snapshot) => project.keep_snapshot(snapshot),
                Commit::ForgetSnapshot(name) => project.forget_snapshot(name),
            };
            match result {
                Ok(()) => {}
                Err(e @ StoreError::Gone { .. }) => return tell(Stored::Gone(e.to_string())),
                Err(e) => return tell(Stored::Failed(e.to_string())),
            }
            self.waiting.pop_front();
            self.done += 1;
        }
        tell(Stored::Durable(self.done));
    }
}

/// A handle to the thread of one project; dropping it stores everything that is still waiting.
pub struct Committer {
    /// Where the project lies.
    path: PathBuf,
    commits: Option<Sender<Commit>>,
    answers: Receiver<Stored>,
    thread: Option<JoinHandle<()>>,
    sent: u64,
    durable: u64,
    failed: Option<String>,
    filling: Option<(usize, usize)>,
    /// Nobody waits for the project to be filled any more.
    given_up: Arc<AtomicBool>,
}

impl Committer {
    /// Takes a project over. `wake` is called after every answer.
    pub fn new(mut project: Project, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let path = project.path().to_owned();
        let (commits, inbox) = unbounded::<Commit>();
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
                tell(Stored::Filling(done, total));
                !ended.load(Ordering::Relaxed)
            };
            while queue.wait(&inbox) {
                queue.store(&mut project, &tell, &watch);
            }
            let edits = queue.waiting.iter().filter(|c| !matches!(c, Commit::Fill(_))).count();
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
    pub fn send(&mut self, commit: Commit) {
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
                Stored::Durable(n) => (self.durable, self.failed, self.filling) = (n, None, None),
                Stored::Filling(done, total) => self.filling = Some((done, total)),
                Stored::Failed(message) | Stored::Gone(message) if self.failed.as_ref() == Some(&message) => {}
                Stored::Gone(message) => {
                    self.failed = Some(message.clone());
                    news.push(News::Gone(message));
                }
                Stored::Failed(message) => {
                    self.failed = Some(message.clone());
                    news.push(News::Failed(message));
                }
                Stored::Saved(saved) => news.push(News::Saved(saved)),
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
    pub fn filling(&self) -> Option<(usize, usize)> {
        self.filling
    }

    /// Why something is not on disk, if that is so.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}

impl Committer {
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

impl Drop for Committer {
    fn drop(&mut self) {
        self.finish();
    }
}
