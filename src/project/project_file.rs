//! Project file: an SQLite database of documents, spans, the log of edits, and runs.
//!
//! The spans are the current state. The log has their history and serves undo and redo, also after a restart. The
//! tokens of a document are one blob.

use super::blob::{encode_spans, encode_splits, encode_u32s};
use super::connect;
use super::edit_json;
use super::edit_sql::{apply, insert_doc_label, insert_label, insert_span, insert_suggestion, upsert_review};
use super::extras::ProjectExtras;
use super::field_json;
use super::load::{self, DAMAGE, ProjectData, RecoveryLog, SOURCES, get_meta, path_value, source_from_row};
use super::read_options_json;
use super::run_record::RunRecord;
use super::source::{Dataset, SourceFile};
use crate::corpus::{Edit, History, LabelSnapshot, Values};
use crate::disk::{self, FileId, Lock};
use crate::failure::{Failure, FailureKind};
use crate::format::{OffsetUnit, ReadOptions};
use rusqlite::{Connection, Transaction, params};
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Error of a project file.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Error of SQLite.
    #[error("{path}: failed to read or write the project ({source})", path = path.display())]
    Sqlite {
        /// Path of the project.
        path: PathBuf,
        /// Error reported by SQLite.
        source: rusqlite::Error,
    },
    /// Error of the file system.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The file is not a project, or has a newer version.
    #[error("{path}: {reason}", path = path.display())]
    Unusable {
        /// Path of the project.
        path: PathBuf,
        /// Reason, and a proposed action.
        reason: String,
    },
    /// The file is no longer at its path. An edit would be written to a deleted file.
    #[error("{path}: the project file was removed by another program while it was open", path = path.display())]
    Removed {
        /// Former path.
        path: PathBuf,
    },
    /// Another file is at the path. An edit would be written to a deleted file.
    #[error("{path}: another program replaced the project file while it was open; move the project to another folder", path = path.display())]
    Replaced {
        /// Path of the project.
        path: PathBuf,
    },
    /// A new project cannot be created at the path.
    #[error("{path} contains another project; choose another name", path = path.display())]
    Occupied {
        /// Path of the other project.
        path: PathBuf,
    },
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        Self::new(error.kind(), error.to_string())
    }
}

impl ProjectError {
    /// Returns the kind of the failure.
    pub fn kind(&self) -> FailureKind {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly};
        match self {
            Self::Disk(error) => error.kind,
            Self::Unusable { .. } => FailureKind::Content,
            Self::Removed { .. } | Self::Replaced { .. } | Self::Occupied { .. } => FailureKind::Conflict,
            Self::Sqlite { .. } if self.is_damage() => FailureKind::Content,
            Self::Sqlite { source, .. } => match source.sqlite_error_code() {
                Some(DiskFull) => FailureKind::NoSpace,
                Some(PermissionDenied | ReadOnly) => FailureKind::Access,
                Some(DatabaseBusy | DatabaseLocked) => FailureKind::Conflict,
                _ => FailureKind::Other,
            },
        }
    }

    /// True if the file is damaged; false for a busy file, a full disk, missing permissions and other errors.
    pub fn is_damage(&self) -> bool {
        let Self::Sqlite { source, .. } = self else { return false };
        source.sqlite_error_code().is_some_and(|code| DAMAGE.contains(&code))
    }
}

/// Open project file.
pub struct Project {
    path: PathBuf,
    connection: Connection,
    /// Identity of the open file, to detect another file at its path.
    file: Option<FileId>,
    /// Write lock; `None` if another window has it.
    lock: Option<Lock>,
    /// Content that this version does not support, so that the file must not be written.
    unknown: Option<String>,
}

/// Number of imported documents between two calls of the progress callback.
const PROGRESS_INTERVAL: usize = 500;

/// Version of the readers. It must change whenever they segment documents, tokens or labels differently, because
/// imported projects then differ from a new reading of their source.
const READER_VERSION: &str = "7";

/// Key of the `meta` value that marks the import of document labels.
pub(super) const DOC_LABELS_KEY: &str = "classes";
/// Key in `meta`: the other fields of records were read from the sources.
pub(super) const FIELDS_KEY: &str = "fields";

/// Origin of the dataset that is imported into an empty project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOrigin {
    /// Dataset that was read from its source.
    FromSource,
    /// Readable content of a damaged project.
    Salvaged,
}

impl Project {
    /// Opens a project file, or creates an empty one. It is read-only if another program has it open.
    ///
    /// # Errors
    /// Returns an error if the file is not a project, has a newer version, or cannot be created.
    pub fn open(path: &Path) -> Result<Self, ProjectError> {
        let path = disk::resolve(path);
        if let Some(folder) = path.parent() {
            disk::create_private_dir(folder)?;
        }
        let lock = Lock::try_acquire(&disk::append_suffix(&path, "-lock"))?;
        let connection = if lock.is_some() { connect::writable(&path)? } else { connect::shared(&path)? };
        // A hard link has another lock file next to it, so the file itself is locked too.
        let file = FileId::of_path(&path);
        let lock = match (lock, &file) {
            (Some(lock), Some(file)) if file.has_other_names() => {
                Lock::try_acquire(&file.lock_path())?.map(|own| lock.with(own))
            }
            (lock, _) => lock,
        };
        Ok(Self { path, connection, file, lock, unknown: None })
    }

    /// Creates a project at a path without one. An empty project is used too.
    ///
    /// # Errors
    /// Returns an error like [`Self::open`], or if the path contains a project with a dataset, or an open one.
    pub fn create(path: &Path) -> Result<Self, ProjectError> {
        let project = Self::open(path)?;
        if project.is_read_only() || !project.is_empty()? {
            return Err(ProjectError::Occupied { path: project.path });
        }
        Ok(project)
    }

    /// Opens an existing project read-only, without a lock.
    ///
    /// # Errors
    /// Returns an error if the file is not a project, or is busy.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, ProjectError> {
        let connection = connect::read_only(path)?;
        Ok(Self { path: path.to_owned(), connection, file: None, lock: None, unknown: None })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True if the project cannot be written: another program has it open, or it has unsupported content.
    pub fn is_read_only(&self) -> bool {
        self.lock.is_none() || self.unknown.is_some()
    }

    /// Returns a message about content that this version does not support.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// Makes the project read-only because it has content that this version does not support.
    pub fn forbid_writing(&mut self, unknown: String) {
        self.unknown = Some(unknown);
    }

    /// Applies a change in one transaction: completely and durably, or not at all.
    pub(super) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, ProjectError> {
        if self.is_read_only() {
            let reason = "the project is open read-only here, so nothing is written".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), reason });
        }
        let path = &self.path;
        let run = || {
            let transaction = self.connection.transaction()?;
            let answer = change(&transaction)?;
            disk::fault::step().map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
            // Not committed to a deleted file: the change would be tried again, and could be applied twice.
            if FileId::is_at(path, self.file.as_ref()) {
                transaction.commit()?;
            }
            Ok(answer)
        };
        let answer = run().map_err(|source| ProjectError::Sqlite { path: path.clone(), source })?;
        if FileId::is_at(path, self.file.as_ref()) {
            Ok(answer)
        } else {
            let path = path.clone();
            Err(if path.exists() { ProjectError::Replaced { path } } else { ProjectError::Removed { path } })
        }
    }

    /// Returns true if the project has a value with this key.
    pub(super) fn has_meta(&self, key: &str) -> Result<bool, ProjectError> {
        Ok(get_meta(&self.connection, key).map_err(|e| self.fail(e))?.is_some())
    }

    fn fail(&self, source: rusqlite::Error) -> ProjectError {
        ProjectError::Sqlite { path: self.path.clone(), source }
    }

    /// True if the project has this dataset with these bytes: the bytes of the last opening or saving, or of an
    /// incomplete save. The project then continues with the current bytes.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn recognizes(&mut self, dataset: &Dataset) -> Result<bool, ProjectError> {
        let (stored, intended) = self.sources_and_intent()?;
        let same = |(number, (a, b)): (usize, (&SourceFile, &SourceFile))| {
            let known = a.hash == b.hash || intended.get(&number) == Some(&b.hash);
            known && (a.path == b.path || disk::resolve(&a.path) == disk::resolve(&b.path))
        };
        let all = stored.len() == dataset.files.len() && stored.iter().zip(&dataset.files).enumerate().all(same);
        if all && !intended.is_empty() && !self.is_read_only() {
            self.update_sources(&dataset.files)?;
        }
        Ok(all)
    }

    /// Returns the sources, and by source index the hashes that an incomplete save intended to write.
    pub(super) fn sources_and_intent(&self) -> Result<(Vec<SourceFile>, HashMap<usize, String>), ProjectError> {
        let read = || -> rusqlite::Result<_> {
            let row = |r: &rusqlite::Row| Ok((r.get::<_, u32>(0)? as usize, r.get::<_, String>(1)?));
            let intended = self.connection.prepare("SELECT number, hash FROM saving")?.query_map([], row)?.collect();
            Ok((self.sources()?, intended))
        };
        let (sources, intended): (_, rusqlite::Result<_>) = read().map_err(|e| self.fail(e))?;
        Ok((sources, intended.map_err(|e| self.fail(e))?))
    }

    /// Records the new hashes of sources before they are written, by source index. The project then recognizes both the
    /// old and the new bytes.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub(super) fn record_intent(&mut self, hashes: &[(usize, String)]) -> Result<(), ProjectError> {
        self.write(|t| {
            t.execute("DELETE FROM saving", [])?;
            hashes.iter().try_for_each(|(number, hash)| {
                t.execute("INSERT INTO saving VALUES(?,?)", params![*number as i64, hash]).map(drop)
            })
        })
    }

    /// Returns the read options of the dataset; `None` if the project is empty.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn read_options(&self) -> Result<Option<ReadOptions>, ProjectError> {
        let sources = self.sources().map_err(|e| self.fail(e))?;
        Ok(sources.first().map(|s| s.options))
    }

    /// True if the project has no dataset yet.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn is_empty(&self) -> Result<bool, ProjectError> {
        self.sources().map(|s| s.is_empty()).map_err(|e| self.fail(e))
    }

    /// Imports a dataset into an empty project. `watch` receives the number of imported documents and the total. It
    /// cancels the import by returning `false`.
    ///
    /// # Errors
    /// Returns an error if SQLite fails or the import is canceled. The project is then still empty.
    pub fn import(
        &mut self,
        dataset: &Dataset,
        from: ImportOrigin,
        watch: &dyn Fn(usize, usize) -> bool,
    ) -> Result<(), ProjectError> {
        self.write(|t| insert_dataset(t, dataset, from, watch))
    }

    /// Reads the complete content.
    ///
    /// # Errors
    /// Returns an error if SQLite fails, or if the project is empty or damaged.
    pub fn read(&self) -> Result<ProjectData, ProjectError> {
        let mut recovery = RecoveryLog::default();
        let contents = self.contents(&mut recovery)?;
        if let Some(what) = recovery.0.first() {
            return Err(ProjectError::Unusable {
                path: self.path.clone(),
                reason: format!("the project is damaged: {what}"),
            });
        }
        if contents.dataset.files.is_empty() {
            let reason = "not a Tagwright project, or an empty one".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), reason });
        }
        Ok(contents)
    }

    /// Returns the project extras if the dataset is unmodified: same reader version, empty edit log, intact database.
    /// Otherwise returns `None`.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn load_if_unmodified(&self) -> Result<Option<ProjectExtras>, ProjectError> {
        let look = || -> rusqlite::Result<Option<ProjectExtras>> {
            let edits: i64 = self.connection.query_row("SELECT COUNT(*) FROM edits", [], |r| r.get(0))?;
            let sound = || self.connection.query_row("PRAGMA quick_check(1)", [], |r| r.get::<_, String>(0));
            let mut recovery = RecoveryLog::default();
            let as_now = get_meta(&self.connection, "reader")?.as_deref() == Some(READER_VERSION);
            let kept = if edits == 0 && as_now && sound()? == "ok" {
                Some(load::read_extras(&self.connection, &mut recovery)?)
            } else {
                None
            };
            Ok(kept.filter(|_| recovery.0.is_empty()))
        };
        look().map_err(|e| self.fail(e))
    }

    /// Returns the project extras. For an empty project, only the current day is set.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn load_extras(&self) -> Result<ProjectExtras, ProjectError> {
        load::read_extras(&self.connection, &mut RecoveryLog::default()).map_err(|e| self.fail(e))
    }

    /// Returns the readable content of a damaged project, and messages about lost content. The undo history is empty,
    /// because the log can refer to lost content.
    ///
    /// # Errors
    /// Returns an error if no document is readable.
    pub fn recover(&self) -> Result<(ProjectData, Vec<String>), ProjectError> {
        let mut recovery = RecoveryLog::default();
        let contents = self.contents(&mut recovery)?;
        if contents.dataset.corpus.documents.is_empty() {
            let reason = "the project is damaged: no document can be read".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), reason });
        }
        let history = History::default();
        recovery.0.push("undo history".into());
        Ok((ProjectData { history, ..contents }, recovery.0))
    }

    /// Reads the complete content in one transaction.
    fn contents(&self, recovery: &mut RecoveryLog) -> Result<ProjectData, ProjectError> {
        let mut read = || -> rusqlite::Result<ProjectData> {
            let moment = self.connection.unchecked_transaction()?;
            load::read(&moment, recovery)
        };
        read().map_err(|e| self.fail(e))
    }

    fn sources(&self) -> rusqlite::Result<Vec<SourceFile>> {
        self.connection.prepare(SOURCES)?.query_map([], source_from_row)?.collect()
    }

    /// Makes an edit, undo or redo durable: its spans, its position in the log, and the number of applied edits. `log`
    /// is true for a new edit. Undo and redo move in the log without changing it.
    ///
    /// # Errors
    /// Returns an error if SQLite fails. The transaction is rolled back.
    pub fn commit(&mut self, change: &Edit, log: bool, position: usize) -> Result<(), ProjectError> {
        self.write(|t| {
            if log {
                let at = position as i64 - 1;
                t.execute("DELETE FROM edits WHERE seq >= ?", [at])?;
                t.execute("INSERT INTO edits VALUES(?,?,unixepoch())", params![at, edit_json::to_json(change)])?;
            }
            apply(t, change)?;
            set_meta(t, "position", &position.to_string())
        })
    }

    /// Records the current state of the sources after a save. The project continues with it.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn update_sources(&mut self, files: &[SourceFile]) -> Result<(), ProjectError> {
        self.write(|t| {
            t.execute("DELETE FROM sources", [])?;
            t.execute("DELETE FROM saving", [])?;
            store_sources(t, files)
        })
    }

    /// Sets the paths of the sources, in their order, after the dataset was moved.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub(super) fn move_sources(&mut self, paths: impl Iterator<Item = PathBuf>) -> Result<(), ProjectError> {
        let (mut sources, _) = self.sources_and_intent()?;
        sources.iter_mut().zip(paths).for_each(|(source, path)| source.path = path);
        self.update_sources(&sources)
    }

    /// Saves a search under a name, or deletes it if `query` is `None`.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn save_search(&mut self, name: &str, query: Option<&str>) -> Result<(), ProjectError> {
        self.write(|t| match query {
            Some(query) => t.execute("INSERT OR REPLACE INTO views VALUES(?,?)", [name, query]).map(drop),
            None => t.execute("DELETE FROM views WHERE name=?", [name]).map(drop),
        })
    }

    /// Stores a value under a name.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn set_meta(&mut self, name: &str, value: &str) -> Result<(), ProjectError> {
        self.write(|t| set_meta(t, name, value))
    }

    /// Stores a snapshot.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn save_snapshot(&mut self, snapshot: &LabelSnapshot) -> Result<(), ProjectError> {
        let LabelSnapshot { name, created_at: made, labels, spans } = snapshot;
        let row = params![name, *made as i64, json!(labels).to_string(), encode_u32s(&encode_spans(spans))];
        let sql = "INSERT OR REPLACE INTO snapshots(name, made, labels, spans) VALUES(?,?,?,?)";
        self.write(|t| t.execute(sql, row).map(drop))
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn delete_snapshot(&mut self, name: &str) -> Result<(), ProjectError> {
        self.write(|t| t.execute("DELETE FROM snapshots WHERE name=?", [name]).map(drop))
    }

    /// Inserts or updates a run.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn upsert_run(&mut self, run: &RunRecord) -> Result<(), ProjectError> {
        let row = params![
            run.number as i64,
            run.started_at as i64,
            run.base,
            run.summary,
            run.outcome.name(),
            run.train_seconds,
            path_value(&run.dir),
            run.metrics.to_json(),
            run.details.to_json(),
        ];
        self.write(|t| t.execute("INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?)", row).map(drop))
    }

    /// Deletes the record of a run.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn delete_run(&mut self, number: usize) -> Result<(), ProjectError> {
        self.write(|t| t.execute("DELETE FROM runs WHERE number=?", [number as i64]).map(drop))
    }
}

/// Inserts a dataset into empty tables.
pub(super) fn insert_dataset(
    t: &Transaction,
    dataset: &Dataset,
    from: ImportOrigin,
    watch: &dyn Fn(usize, usize) -> bool,
) -> rusqlite::Result<()> {
    let corpus = &dataset.corpus;
    set_meta(t, "name", &corpus.name)?;
    set_meta(t, "position", "0")?;
    set_meta(t, "proposers", &json!(corpus.agents).to_string())?;
    if from == ImportOrigin::FromSource {
        set_meta(t, "reader", READER_VERSION)?;
        set_meta(t, DOC_LABELS_KEY, "read")?;
        set_meta(t, FIELDS_KEY, "read")?;
    }
    store_sources(t, &dataset.files)?;
    for name in &corpus.doc_labels {
        t.execute("INSERT OR IGNORE INTO classes(name) VALUES(?)", [name])?;
    }
    for (id, label) in corpus.labels.iter() {
        insert_label(t, i64::from(id.index()), label)?;
    }
    for (number, column) in corpus.columns.iter().enumerate() {
        t.execute("INSERT INTO columns VALUES(?,?,?)", params![number as i64, column.name, column.values.join("\n")])?;
    }
    let mut insert_document = t.prepare("INSERT INTO documents VALUES(?,?,?,?,?,?,?,?,?,?,?)")?;
    for (id, d) in corpus.documents.iter().enumerate() {
        if id % PROGRESS_INTERVAL == 0 && !watch(id, corpus.documents.len()) {
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT),
                None,
            ));
        }
        let id = id as i64;
        let tokens: Vec<u32> = d.tokens.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let columns: Vec<u32> = d.extra_columns.iter().flat_map(Values::iter).collect();
        let (tokens, sentences, columns) = (encode_u32s(&tokens), encode_u32s(&d.sentences), encode_u32s(&columns));
        let (split, moved) = (d.splits.source().name(), encode_splits(d.splits.moved()));
        let fields = field_json::to_json(&d.fields);
        let row =
            params![id, split, d.source_id, d.source_index, d.text, tokens, sentences, columns, d.name, moved, fields];
        insert_document.execute(row)?;
        for s in &d.spans {
            insert_span(t, id, s)?;
        }
        for s in &d.suggestions {
            insert_suggestion(t, id, s)?;
        }
        for (sentence, m) in d.reviews.iter() {
            upsert_review(t, id, *sentence, m)?;
        }
        for name in corpus.doc_label_names(d) {
            insert_doc_label(t, id, name)?;
        }
    }
    Ok(())
}

pub(super) fn set_meta(t: &Transaction, key: &str, value: &str) -> rusqlite::Result<()> {
    t.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", [key, value]).map(drop)
}

fn store_sources(t: &Transaction, files: &[SourceFile]) -> rusqlite::Result<()> {
    for (number, f) in files.iter().enumerate() {
        let (path, format, scheme) = (path_value(&f.path), f.report.format.name, f.report.scheme.name());
        t.execute(
            "INSERT INTO sources(number, path, split, format, scheme, hash, unit, choices) VALUES(?,?,?,?,?,?,?,?)",
            params![
                number as i64,
                path,
                f.split.name(),
                format,
                scheme,
                f.hash,
                f.report.offset_unit.map(OffsetUnit::name),
                read_options_json::to_json(&f.options)
            ],
        )?;
    }
    Ok(())
}
