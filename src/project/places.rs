//! Where the program keeps what is its own: projects, runs, settings, the unpacked sample.

use crate::disk;
use std::path::{Path, PathBuf};

/// The folders of one person on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    root: PathBuf,
}

impl Places {
    /// The system's folder for a program's data (`TAGWRIGHT_DATA` names another).
    pub fn of_this_user() -> Self {
        let named = std::env::var_os("TAGWRIGHT_DATA").map(PathBuf::from);
        let usual = || directories::ProjectDirs::from("", "", "tagwright").map(|d| d.data_dir().to_owned());
        Self { root: named.or_else(usual).unwrap_or_else(|| PathBuf::from(".tagwright")) }
    }

    /// A folder of one's own: for tests.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Recents and theme.
    pub fn settings(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// The words of the window in another language, where a person put some.
    pub fn language(&self) -> PathBuf {
        self.root.join("language.json")
    }

    /// The copy of the sample that can be edited.
    pub fn sample(&self) -> PathBuf {
        self.root.join("sample")
    }

    /// The project of a dataset: one for each path it lies at.
    pub fn project_of(&self, source: &Path) -> PathBuf {
        let whole = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
        let stem = source.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
        let key = super::source::fingerprint(whole.to_string_lossy().as_bytes());
        self.root.join("projects").join(format!("{stem}-{}.tagwright", &key[..12]))
    }

    /// The folder of a run's model.
    pub fn run(&self, project: &Path, number: usize) -> PathBuf {
        let stem = project.file_stem().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned());
        self.root.join("runs").join(stem).join(format!("run-{number}"))
    }

    /// The highest number of a run's folder that is there; 0 without any.
    pub fn highest_run(&self, project: &Path) -> usize {
        let folder = self.run(project, 0);
        let runs = folder.parent().map(disk::folders).unwrap_or_default();
        let number = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("run-")?.parse().ok();
        runs.iter().filter_map(number).max().unwrap_or(0)
    }

    /// Where the log of a crash goes.
    pub fn crash_log(&self) -> PathBuf {
        self.root.join("crash.txt")
    }
}
