//! Writers of all projects that are in use: of the open dataset, of the parked session, and of projects that are being
//! closed. Nothing here waits for a disk.

use crate::app::App;
use crate::project::{Project, ProjectWriter, WriteOp, WriterEvent};
use crate::session::Session;
use crate::worker::Wake;

/// Writers of the projects of a window.
pub(super) struct ProjectWriters {
    wake: Wake,
    /// Writer of the open project.
    open: Option<ProjectWriter>,
    /// Writer of the project of the parked session.
    parked: Option<ProjectWriter>,
    /// Writers of projects that are not in use any more, until their last operations are stored.
    closing: Vec<ProjectWriter>,
    /// Writer of the open project that ends, and the step after its end.
    releasing: Option<(ProjectWriter, AfterRelease)>,
    /// Reason why the open dataset has no project: the file is missing and could not be written again.
    missing_project: Option<String>,
}

/// Step after the writer of the open project has ended, and its file is closed.
pub(super) enum AfterRelease {
    /// Other threads can use the file.
    FileIsFree,
    /// The open dataset is written to this new project.
    Rebuild(Box<Project>),
}

/// News of the writers.
pub(super) enum WriterNews {
    /// Event of the open project.
    Open(WriterEvent),
    /// Event of another project.
    Other(WriterEvent),
    /// The writer of the open project has ended.
    Released(AfterRelease),
}

impl ProjectWriters {
    pub(super) fn new(wake: Wake) -> Self {
        Self { wake, open: None, parked: None, closing: Vec::new(), releasing: None, missing_project: None }
    }

    /// Returns the writer of the open project.
    pub(super) fn open(&self) -> Option<&ProjectWriter> {
        self.open.as_ref()
    }

    /// True while the open project is being replaced by a new one.
    pub(super) fn is_rebuilding(&self) -> bool {
        matches!(self.releasing, Some((_, AfterRelease::Rebuild(_))))
    }

    /// All writers.
    fn all(&self) -> impl Iterator<Item = &ProjectWriter> {
        let releasing = self.releasing.iter().map(|(writer, _)| writer);
        self.open.iter().chain(&self.parked).chain(&self.closing).chain(releasing)
    }

    /// True if all edits are on disk.
    pub(super) fn is_durable(&self) -> bool {
        self.missing_project.is_none() && self.all().all(ProjectWriter::is_durable)
    }

    /// True if all edits of the open dataset are stored, or can be discarded.
    pub(super) fn can_replace_dataset(&self) -> bool {
        self.missing_project.is_none() && !self.is_rebuilding() && self.open.iter().all(is_stored)
    }

    /// True if all edits of all datasets are stored, or can be discarded.
    pub(super) fn can_close(&self) -> bool {
        self.can_replace_dataset() && self.all().all(is_stored)
    }

    /// Returns the reason why the last edits of the open dataset are not stored.
    pub(super) fn open_failure(&self) -> Option<String> {
        let failure = || self.open.as_ref().and_then(ProjectWriter::failure).map(str::to_owned);
        self.missing_project.clone().or_else(failure)
    }

    /// Returns the reason why the last edits of a dataset are not stored.
    pub(super) fn failure(&self) -> Option<String> {
        self.missing_project.clone().or_else(|| self.all().find_map(ProjectWriter::failure).map(str::to_owned))
    }

    /// Sets the reason why the open dataset has no project.
    pub(super) fn set_missing(&mut self, reason: String) {
        self.missing_project = Some(reason);
    }

    /// Makes a project the open one and closes the previous one.
    pub(super) fn attach(&mut self, project: Project) {
        // A project of another window is read-only, so it needs no writer.
        let writer = (!project.is_read_only()).then(|| ProjectWriter::new(project, self.wake.clone()));
        self.replace_open(writer);
    }

    /// Keeps the open project for the parked session.
    pub(super) fn park(&mut self) {
        self.parked = self.open.take();
    }

    /// Makes the project of the parked session the open one again. The writer of a session with a run is parked before.
    pub(super) fn unpark(&mut self) {
        let writer = self.parked.take();
        self.replace_open(writer);
    }

    fn replace_open(&mut self, writer: Option<ProjectWriter>) {
        self.missing_project = None;
        let previous = std::mem::replace(&mut self.open, writer);
        self.closing.extend(previous);
    }

    /// Closes the project of the parked session after its last changes.
    pub(super) fn close_parked(&mut self, mut session: Session) {
        if let Some(mut writer) = self.parked.take() {
            send_all(&mut session, &mut writer);
            self.closing.push(writer);
        }
    }

    /// Closes the open project after all pending writes. [`WriterNews::Released`] reports the end.
    ///
    /// On close, SQLite removes auxiliary files next to the path, so no other thread may open a file there before.
    pub(super) fn release(&mut self, after: AfterRelease) -> Option<AfterRelease> {
        let Some(mut writer) = self.open.take().or_else(|| self.releasing.take().map(|(writer, _)| writer)) else {
            return Some(after);
        };
        writer.close();
        self.releasing = Some((writer, after));
        None
    }

    /// Writes the open dataset to a new project, and uses it from then on.
    pub(super) fn rebuild(&mut self, project: Project, session: &mut Session) {
        session.set_project_path(project.path().to_owned());
        let mut writer = ProjectWriter::new(project, self.wake.clone());
        writer.send(WriteOp::Rebuild(Box::new(session.memory())));
        self.replace_open(Some(writer));
    }

    /// Receives the news of all writers, and closes the projects whose last operations are stored.
    pub(super) fn poll(&mut self) -> Vec<WriterNews> {
        let mut news: Vec<WriterNews> = Vec::new();
        let open = self.open.iter_mut().chain(self.releasing.iter_mut().map(|(writer, _)| writer));
        news.extend(open.flat_map(ProjectWriter::poll).map(WriterNews::Open));
        let other = self.parked.iter_mut().chain(&mut self.closing);
        news.extend(other.flat_map(ProjectWriter::poll).map(WriterNews::Other));
        self.closing.retain_mut(|writer| {
            if is_stored(writer) {
                writer.close();
            }
            !writer.is_closed()
        });
        let released = self.releasing.take_if(|(writer, _)| writer.is_closed());
        news.extend(released.map(|(_, after)| WriterNews::Released(after)));
        news
    }

    /// Waits for the end of the writer that is being released, before the program ends.
    pub(super) fn finish_release(&mut self) -> Option<AfterRelease> {
        let (mut writer, after) = self.releasing.take()?;
        writer.finish();
        Some(after)
    }

    /// Writes the changes of the sessions to their projects. Returns false if a save of the sources could not be sent,
    /// because the open dataset has no project.
    pub(super) fn send(&mut self, app: &mut App) -> bool {
        let mut are_saves_sent = true;
        let sessions = [&mut app.session, &mut app.parked];
        for (session, writer) in sessions.into_iter().zip([&mut self.open, &mut self.parked]) {
            let Some(session) = session else { continue };
            match writer.as_mut().filter(|writer| writer.path() == session.project()) {
                Some(writer) => send_all(session, writer),
                // Without its project, the changes stay in memory; the project is rewritten from there.
                None => are_saves_sent &= !session.take_writes().iter().any(|write| matches!(write, WriteOp::Save(_))),
            }
        }
        are_saves_sent
    }

    /// Writes the last changes of the parked session.
    pub(super) fn send_parked(&mut self, session: &mut Session) {
        self.parked.iter_mut().for_each(|writer| send_all(session, writer));
    }
}

/// Sends the changes of a session to the writer of its project.
fn send_all(session: &mut Session, writer: &mut ProjectWriter) {
    session.take_writes().into_iter().for_each(|write| writer.send(write));
}

/// True if a project has all changes, or if its only pending change is its import, which can be repeated.
fn is_stored(writer: &ProjectWriter) -> bool {
    writer.is_durable() || writer.only_fills()
}
