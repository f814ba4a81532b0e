//! Data directories of the program: projects, runs, settings, the extracted sample.
//!
//! The name of a project is derived from the resolved path of its dataset (`AppDirs::project_path`).

use crate::disk;
use std::path::{Path, PathBuf};

/// Data directories of one user on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDirs {
    root: PathBuf,
}

impl AppDirs {
    /// Returns the data directory of the operating system. The variable `TAGWRIGHT_DATA` overrides it.
    pub fn for_current_user() -> Self {
        let named = std::env::var_os("TAGWRIGHT_DATA").map(PathBuf::from);
        let usual = || directories::ProjectDirs::from("", "", "tagwright").map(|d| d.data_dir().to_owned());
        Self { root: named.or_else(usual).unwrap_or_else(|| PathBuf::from(".tagwright")) }
    }

    /// Returns the directories below another root, for tests.
    pub fn with_root(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Returns the path of the settings file.
    pub fn settings(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// Returns the path of the optional translation file of the interface, which the user can provide.
    pub fn language_file(&self) -> PathBuf {
        self.root.join("language.json")
    }

    /// Returns the directory of the editable copy of the sample.
    pub fn sample(&self) -> PathBuf {
        self.root.join("sample")
    }

    /// Returns the directory of the projects that the program creates.
    pub fn projects(&self) -> PathBuf {
        self.root.join("projects")
    }

    /// Creates the directories of texts and models, with access for this user only.
    ///
    /// # Errors
    /// Returns an error if a directory cannot be created.
    pub fn prepare(&self) -> Result<(), disk::DiskError> {
        for folder in [self.root.clone(), self.projects(), self.root.join("runs"), self.root.join("texts")] {
            disk::create_private_dir(&folder)?;
            disk::restrict_to_user(&folder);
        }
        Ok(())
    }

    /// Returns the project path of a dataset. Each file or directory has one project, regardless of the path that leads
    /// to it.
    ///
    /// The name is truncated, so that the longest derived name (`…-damaged-99.tagwright-lock`) has at most 255 bytes.
    pub fn project_path(&self, source: &Path) -> PathBuf {
        const LONGEST: usize = 200;
        let whole = disk::resolve(source);
        let stem = whole.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
        let key = super::source::fingerprint(whole.as_os_str().as_encoded_bytes());
        let end = stem.floor_char_boundary(LONGEST);
        let at = |stem: &str| self.projects().join(format!("{stem}-{}.tagwright", &key[..12]));
        // Earlier versions did not truncate names.
        if end < stem.len() && at(&stem).is_file() { at(&stem) } else { at(&stem[..end]) }
    }

    /// Returns the path of a text that the user has entered, with a name that no file has yet.
    pub fn new_text_path(&self, name: &str) -> PathBuf {
        const LONGEST: usize = 100;
        let is_safe = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let name: String = name.trim().chars().map(|c| if is_safe(c) { c } else { '-' }).collect();
        let name = &name[..name.floor_char_boundary(LONGEST)];
        let name = if name.is_empty() { "text" } else { name };
        let path = |n: usize| {
            let number = if n == 1 { String::new() } else { format!(" {n}") };
            self.root.join("texts").join(format!("{name}{number}.txt"))
        };
        (1..).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(1))
    }

    /// Returns the directory of the model of a run.
    pub fn run_dir(&self, project: &Path, number: usize) -> PathBuf {
        let stem = project.file_stem().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned());
        self.root.join("runs").join(stem).join(format!("run-{number}"))
    }

    /// Returns true if a path is an existing directory of this run, for any project of this user. A link is not.
    pub fn is_run_dir(&self, path: &Path, number: usize) -> bool {
        let is_dir = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        let runs = self.root.join("runs").canonicalize();
        let found = path.canonicalize().ok().zip(runs.ok());
        let is_inside = found.is_some_and(|(path, runs)| path.parent().and_then(Path::parent) == Some(runs.as_path()));
        is_dir && is_inside && path.file_name().is_some_and(|name| name == format!("run-{number}").as_str())
    }

    /// Returns the highest number of an existing run directory; 0 without runs.
    pub fn max_run_number(&self, project: &Path) -> usize {
        let folder = self.run_dir(project, 0);
        let runs = folder.parent().map(disk::list_dirs).unwrap_or_default();
        let number = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("run-")?.parse().ok();
        runs.iter().filter_map(number).max().unwrap_or(0)
    }

    /// Returns the path of the crash log.
    pub fn crash_log(&self) -> PathBuf {
        self.root.join("crash.txt")
    }
}
