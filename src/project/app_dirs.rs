//! Where the program keeps what is its own: projects, runs, settings, the unpacked sample.

use crate::disk;
use std::path::{Path, PathBuf};

/// The folders of one person on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDirs {
    root: PathBuf,
}

impl AppDirs {
    /// The system's folder for a program's data (`TAGWRIGHT_DATA` names another).
    pub fn for_current_user() -> Self {
        let named = std::env::var_os("TAGWRIGHT_DATA").map(PathBuf::from);
        let usual = || directories::ProjectDirs::from("", "", "tagwright").map(|d| d.data_dir().to_owned());
        Self { root: named.or_else(usual).unwrap_or_else(|| PathBuf::from(".tagwright")) }
    }

    /// A folder of one's own: for tests.
    pub fn with_root(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Recents and theme.
    pub fn settings(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// The words of the window in another language, where a person put some.
    pub fn language_file(&self) -> PathBuf {
        self.root.join("language.json")
    }

    /// The copy of the sample that can be edited.
    pub fn sample(&self) -> PathBuf {
        self.root.join("sample")
    }

    /// The folder of the projects that this program makes.
    pub fn projects(&self) -> PathBuf {
        self.root.join("projects")
    }

    /// Makes the folders that hold texts and models, for this user's eyes alone.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn prepare(&self) -> Result<(), disk::DiskError> {
        for folder in [self.root.clone(), self.projects(), self.root.join("runs")] {
            disk::create_private_dir(&folder)?;
            disk::restrict_to_user(&folder);
        }
        Ok(())
    }

    /// The project of a dataset: one for each file or folder, whatever path leads to it.
    ///
    /// The name is cut so that the longest name beside it (`…-damaged-99.tagwright-lock`) fits into 255 bytes.
    pub fn project_path(&self, source: &Path) -> PathBuf {
        const LONGEST: usize = 200;
        let whole = disk::resolve(source);
        let stem = whole.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
        let key = super::source::fingerprint(whole.as_os_str().as_encoded_bytes());
        let end = stem.floor_char_boundary(LONGEST);
        let at = |stem: &str| self.projects().join(format!("{stem}-{}.tagwright", &key[..12]));
        // Names were not cut before.
        if end < stem.len() && at(&stem).is_file() { at(&stem) } else { at(&stem[..end]) }
    }

    /// The folder of a run's model.
    pub fn run_dir(&self, project: &Path, number: usize) -> PathBuf {
        let stem = project.file_stem().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned());
        self.root.join("runs").join(stem).join(format!("run-{number}"))
    }

    /// The highest number of a run's folder that is there; 0 without any.
    pub fn max_run_number(&self, project: &Path) -> usize {
        let folder = self.run_dir(project, 0);
        let runs = folder.parent().map(disk::list_dirs).unwrap_or_default();
        let number = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("run-")?.parse().ok();
        runs.iter().filter_map(number).max().unwrap_or(0)
    }

    /// Where the log of a crash goes.
    pub fn crash_log(&self) -> PathBuf {
        self.root.join("crash.txt")
    }
}
