//! Move of the open project to another path, and its restoration after another program removed the file. In both cases,
//! the project is written from memory into a new file.

use super::effect::Effect;
use super::notifications::Notification;
use super::requests::Purpose;
use super::state::App;
use crate::failure::Failure;
use crate::i18n::tr;
use crate::project::Project;
use crate::worker::{FileWork, Work};
use std::path::{Path, PathBuf};

/// Moves the project of the open dataset to a path without a project.
pub(super) fn move_to(app: &mut App, path: PathBuf, effects: &mut Vec<Effect>) {
    if app.session.is_some() {
        create(app, Purpose::MoveProject(path.clone()), path, effects);
    }
}

/// Writes the project at its path again, because another program removed the file. `message` describes the failure.
pub fn on_removed(app: &mut App, message: String) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(session) = &app.session {
        let path = session.project().to_owned();
        effects.extend([Effect::Release, Effect::SetMissingProject(message)]);
        create(app, Purpose::RestoreProject(path.clone()), path, &mut effects);
    }
    effects
}

fn create(app: &mut App, purpose: Purpose, path: PathBuf, effects: &mut Vec<Effect>) {
    app.requests.submit(purpose, Work::Files(FileWork::CreateProject(path)), effects);
}

/// Writes the dataset to the new project.
pub(super) fn on_created(app: &mut App, purpose: &Purpose, project: Project, effects: &mut Vec<Effect>) {
    if let Purpose::RestoreProject(path) = purpose {
        let title = tr!("The project file was missing and is written again");
        app.notifications.push(Notification::info(title, path.display().to_string()));
    }
    effects.push(Effect::Rebuild(Box::new(project)));
}

/// Reports that the project cannot be moved. The open project stays in use.
pub(super) fn on_move_failed(app: &mut App, path: &Path, failure: Failure) {
    let is_open = app.session.as_ref().is_some_and(|session| session.project() == path);
    let text = if is_open {
        tr!("{path} is the project of this dataset. Choose another name.", path = path.display())
    } else {
        failure.message
    };
    app.notifications.push(Notification::error(tr!("Could not move the project"), text));
}

/// Reports that the project cannot be written again. The edits stay in memory.
pub(super) fn on_restore_failed(app: &mut App, failure: Failure, effects: &mut Vec<Effect>) {
    let text = tr!("{message}. Move the project to another folder.", message = failure.message);
    app.notifications.push(Notification::error(tr!("Could not save edits"), text));
    effects.push(Effect::SetMissingProject(failure.message));
}
