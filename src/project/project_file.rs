//! The project file: an SQLite database of documents, spans, the log of edits, and runs.
//!
//! The spans are the truth; the log says how they came about and is what undo and redo walk along, also after a
//! restart. A document's tokens are one packed blob.

use super::blob::{encode_spans, encode_u32s};
use super::connect;
use super::edit_json;
use super::edit_sql::{apply, insert_doc_label, insert_label, insert_span, insert_suggestion, upsert_review};
use super::extras::ProjectExtras;
use super::load::{self, DAMAGE, ProjectData, RecoveryLog, SOURCES, get_meta, path_value, source};
use super::read_options_json;
use super::run_record::RunRecord;
use super::source::{Dataset, SourceFile};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Edit, History, LabelSnapshot, Values};
use crate::disk::{self, FileId, Lock};
use crate::format::{OffsetUnit, ReadOptions};
use rusqlite::{Connection, Transaction, params};
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project that cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// SQLite's.
    #[error("{path}: the project could not be read or written ({source})", path = path.display())]
    Sqlite {
        /// The project file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The folder's.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The file is no project, or of a newer version.
    #[error("{path}: {why}", path = path.display())]
    Unusable {
        /// The project file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The file is no longer at its path: an edit would be written into a file without a name.
    #[error("{path}: the project file was removed or replaced by another program while it was open", path = path.display())]
    Gone {
        /// The path it had.
        path: PathBuf,
    },
}

impl ProjectError {
    /// Whether the file itself is damaged, rather than busy, full, forbidden, or of another kind.
    pub fn is_damage(&self) -> bool {
        let Self::Sqlite { source, .. } = self else { return false };
        source.sqlite_error_code().is_some_and(|code| DAMAGE.contains(&code))
    }
}

/// An open project file.
pub struct Project {
    path: PathBuf,
    connection: Connection,
    /// The file that is open, to notice when the path leads to another one.
    file: Option<FileId>,
    /// The right to write it; `None` where another window has it.
    lock: Option<Lock>,
    /// What this version of the program does not know of it, so that it must not be written.
    unknown: Option<String>,
}

/// So many documents are put into a project between two looks at whether that is still wanted.
const PROGRESS_INTERVAL: usize = 500;

/// What the readers make of a file. It changes whenever they part documents, words or labels otherwise than before: then a project
/// that was filled earlier is no longer what its source would be read as.
const READER_VERSION: &str = "6";

/// The value that says that labels of whole documents were read from the sources.
pub(super) const DOC_LABELS_KEY: &str = "classes";

/// What an empty project is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// A dataset as it was read from its source.
    FromSource,
    /// What could be read of a damaged project.
    Salvaged,
}

impl Project {
    /// Opens a project file, or makes an empty one. One that another program has open is opened to be read only.
    ///
    /// # Errors
    /// When it is no project, is of a newer version, or cannot be made.
    pub fn open(path: &Path) -> Result<Self, ProjectError> {
        let path = disk::resolve(path);
        if let Some(folder) = path.parent() {
            disk::create_private_dir(folder)?;
        }
        let lock = Lock::try_acquire(&disk::append_suffix(&path, "-lock"))?;
        let connection = if lock.is_some() { connect::writable(&path)? } else { connect::read_only(&path)? };
        // A second name (a hard link) has another lock beside it; this one is of the file itself.
        let file = FileId::of_path(&path);
        let lock = match (lock, &file) {
            (Some(lock), Some(file)) if file.has_other_names() => {
                Lock::try_acquire(&file.lock_path())?.map(|own| lock.with(own))
            }
            (lock, _) => lock,
        };
        Ok(Self { path, connection, file, lock, unknown: None })
    }

    /// Looks into a project file that exists, and changes nothing of it.
    ///
    /// # Errors
    /// When it is no project, or is busy.
    pub(super) fn look(path: &Path) -> Result<Self, ProjectError> {
        let connection = connect::read_only(path)?;
        Ok(Self { path: path.to_owned(), connection, file: None, lock: None, unknown: None })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing can be written here: another program has it open, or it holds what this version does not know.
    pub fn is_read_only(&self) -> bool {
        self.lock.is_none() || self.unknown.is_some()
    }

    /// What this version of the program does not know of it, in a sentence.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// Makes it read only, since it holds something that this version does not know.
    pub fn forbid_writing(&mut self, unknown: String) {
        self.unknown = Some(unknown);
    }

    /// Makes a change in one transaction: whole and durable, or not at all.
    pub(super) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, ProjectError> {
        if self.is_read_only() {
            let why = "it is open read only here, so nothing is written".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), why });
        }
        let path = &self.path;
        let run = || {
            let transaction = self.connection.transaction()?;
            let answer = change(&transaction)?;
            disk::fault::step().map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
            // Not into a file without a name: it would be tried again, and could be there twice.
            if FileId::is_at(path, self.file.as_ref()) {
                transaction.commit()?;
            }
            Ok(answer)
        };
        let answer = run().map_err(|source| ProjectError::Sqlite { path: path.clone(), source })?;
        if FileId::is_at(path, self.file.as_ref()) {
            Ok(answer)
        } else {
            Err(ProjectError::Gone { path: path.clone() })
        }
    }

    fn fail(&self, source: rusqlite::Error) -> ProjectError {
        ProjectError::Sqlite { path: self.path.clone(), source }
    }

    /// Whether it holds this dataset, read from these very bytes: those of its last opening or saving, or those of a save that
    /// did not come to its end. Then the project goes on from the bytes that are there.
    ///
    /// # Errors
    /// SQLite's.
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

    /// The sources, and by number the hashes of those that a save without an end was about to write.
    pub(super) fn sources_and_intent(&self) -> Result<(Vec<SourceFile>, HashMap<usize, String>), ProjectError> {
        let read = || -> rusqlite::Result<_> {
            let row = |r: &rusqlite::Row| Ok((r.get::<_, u32>(0)? as usize, r.get::<_, String>(1)?));
            let intended = self.connection.prepare("SELECT number, hash FROM saving")?.query_map([], row)?.collect();
            Ok((self.sources()?, intended))
        };
        let (sources, intended): (_, rusqlite::Result<_>) = read().map_err(|e| self.fail(e))?;
        Ok((sources, intended.map_err(|e| self.fail(e))?))
    }

    /// Records that sources are about to be written, by number and new hash: whether each holds its old or its new bytes, this
    /// project knows it.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn intend(&mut self, hashes: &[(usize, String)]) -> Result<(), ProjectError> {
        self.write(|t| {
            t.execute("DELETE FROM saving", [])?;
            hashes.iter().try_for_each(|(number, hash)| {
                t.execute("INSERT INTO saving VALUES(?,?)", params![*number as i64, hash]).map(drop)
            })
        })
    }

    /// What was said of the dataset when it was read; `None` where the project holds none yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read_options(&self) -> Result<Option<ReadOptions>, ProjectError> {
        let sources = self.sources().map_err(|e| self.fail(e))?;
        Ok(sources.first().map(|s| s.options))
    }

    /// Whether nothing has been put into it yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_empty(&self) -> Result<bool, ProjectError> {
        self.sources().map(|s| s.is_empty()).map_err(|e| self.fail(e))
    }

    /// Fills an empty project with a dataset. `watch` is told how many of how many documents are in it, and ends it with
    /// `false`.
    ///
    /// # Errors
    /// SQLite's, or that it was ended; then the project is as empty as before.
    pub fn import(
        &mut self,
        dataset: &Dataset,
        from: Filled,
        watch: &dyn Fn(usize, usize) -> bool,
    ) -> Result<(), ProjectError> {
        self.write(|t| fill_tables(t, dataset, from, watch))
    }

    /// Everything in it.
    ///
    /// # Errors
    /// SQLite's, a project without a dataset, or one that is damaged.
    pub fn read(&self) -> Result<ProjectData, ProjectError> {
        let mut lost = RecoveryLog::default();
        let contents = self.contents(&mut lost)?;
        if let Some(what) = lost.0.first() {
            return Err(ProjectError::Unusable {
                path: self.path.clone(),
                why: format!("the project is damaged: {what}"),
            });
        }
        if contents.dataset.files.is_empty() {
            let why = "it is no Tagwright project, or an empty one".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), why });
        }
        Ok(contents)
    }

    /// What it holds beside the dataset, where that is what its source is read as, no label was ever changed and the file is sound.
    ///
    /// # Errors
    /// SQLite's.
    pub fn load_if_unmodified(&self) -> Result<Option<ProjectExtras>, ProjectError> {
        let look = || -> rusqlite::Result<Option<ProjectExtras>> {
            let edits: i64 = self.connection.query_row("SELECT COUNT(*) FROM edits", [], |r| r.get(0))?;
            let sound = || self.connection.query_row("PRAGMA quick_check(1)", [], |r| r.get::<_, String>(0));
            let mut lost = RecoveryLog::default();
            let as_now = get_meta(&self.connection, "reader")?.as_deref() == Some(READER_VERSION);
            let kept = if edits == 0 && as_now && sound()? == "ok" {
                Some(load::kept(&self.connection, &mut lost)?)
            } else {
                None
            };
            Ok(kept.filter(|_| lost.0.is_empty()))
        };
        look().map_err(|e| self.fail(e))
    }

    /// What it holds beside the dataset; of an empty project nothing but the day.
    ///
    /// # Errors
    /// SQLite's.
    pub fn load_extras(&self) -> Result<ProjectExtras, ProjectError> {
        load::kept(&self.connection, &mut RecoveryLog::default()).map_err(|e| self.fail(e))
    }

    /// Takes labels of whole documents from a corpus that is read from the same sources, into the project and into what was read of
    /// it, where it was filled before such labels were read at all: saving would take them out of the sources.
    ///
    /// # Errors
    /// SQLite's.
    pub fn backfill_doc_labels(
        &mut self,
        read: impl FnOnce() -> Option<Corpus>,
        held: &mut Corpus,
    ) -> Result<(), ProjectError> {
        if self.is_read_only() || get_meta(&self.connection, DOC_LABELS_KEY).map_err(|e| self.fail(e))?.is_some() {
            return Ok(());
        }
        let Some(read) = read() else { return Ok(()) };
        self.write(|t| {
            let with_classes = read.documents.iter().filter(|d| !d.doc_labels.is_empty());
            let found: HashMap<(u32, u32), &Arc<Document>> =
                with_classes.map(|d| ((d.source_id, d.source_index), d)).collect();
            for id in 0..to_u32(held.documents.len()) {
                let d = held.document(id);
                if let Some(source) = found.get(&(d.source_id, d.source_index)).filter(|_| d.doc_labels.is_empty()) {
                    let names: Vec<String> = read.doc_label_names(source).cloned().collect();
                    names.iter().try_for_each(|name| insert_doc_label(t, i64::from(id), name))?;
                    let classes = held.doc_label_ids(&names);
                    held.document_mut(id).doc_labels = classes;
                }
            }
            set_meta(t, DOC_LABELS_KEY, "read")
        })
    }

    /// What can still be read of a damaged project, and what is gone, in words. Undo begins anew: the log speaks of what may not be
    /// there.
    ///
    /// # Errors
    /// When not a single document can be read.
    pub fn recover(&self) -> Result<(ProjectData, Vec<String>), ProjectError> {
        let mut lost = RecoveryLog::default();
        let contents = self.contents(&mut lost)?;
        if contents.dataset.corpus.documents.is_empty() {
            let why = "the project is damaged, and no document of it can be read".to_owned();
            return Err(ProjectError::Unusable { path: self.path.clone(), why });
        }
        let history = History::default();
        lost.0.push("what could be undone".into());
        Ok((ProjectData { history, ..contents }, lost.0))
    }

    /// Everything in it, as it is at one moment.
    fn contents(&self, lost: &mut RecoveryLog) -> Result<ProjectData, ProjectError> {
        let mut read = || -> rusqlite::Result<ProjectData> {
            let moment = self.connection.unchecked_transaction()?;
            load::read(&moment, lost)
        };
        read().map_err(|e| self.fail(e))
    }

    fn sources(&self) -> rusqlite::Result<Vec<SourceFile>> {
        self.connection.prepare(SOURCES)?.query_map([], source)?.collect()
    }

    /// Makes an edit (or its undoing) durable: the spans it changes, its place in the log, and how many edits stand.
    /// `log` is the edit itself when it is new; undo and redo move along the log and leave it as it is.
    ///
    /// # Errors
    /// SQLite's; then nothing of it is stored.
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

    /// Remembers that the sources were saved: what they are now is what the project goes on from.
    ///
    /// # Errors
    /// SQLite's.
    pub fn update_sources(&mut self, files: &[SourceFile]) -> Result<(), ProjectError> {
        self.write(|t| {
            t.execute("DELETE FROM sources", [])?;
            t.execute("DELETE FROM saving", [])?;
            store_sources(t, files)
        })
    }

    /// Gives the sources other paths, in their order: the dataset was moved.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn move_sources(&mut self, paths: impl Iterator<Item = PathBuf>) -> Result<(), ProjectError> {
        let (mut sources, _) = self.sources_and_intent()?;
        sources.iter_mut().zip(paths).for_each(|(source, path)| source.path = path);
        self.update_sources(&sources)
    }

    /// Keeps a search under a name, or forgets the one of this name.
    ///
    /// # Errors
    /// SQLite's.
    pub fn save_search(&mut self, name: &str, query: Option<&str>) -> Result<(), ProjectError> {
        self.write(|t| match query {
            Some(query) => t.execute("INSERT OR REPLACE INTO views VALUES(?,?)", [name, query]).map(drop),
            None => t.execute("DELETE FROM views WHERE name=?", [name]).map(drop),
        })
    }

    /// Remembers a setting.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_meta(&mut self, name: &str, value: &str) -> Result<(), ProjectError> {
        self.write(|t| set_meta(t, name, value))
    }

    /// Keeps a snapshot.
    ///
    /// # Errors
    /// SQLite's.
    pub fn save_snapshot(&mut self, snapshot: &LabelSnapshot) -> Result<(), ProjectError> {
        let LabelSnapshot { name, created_at: made, labels, spans } = snapshot;
        let row = params![name, *made as i64, json!(labels).to_string(), encode_u32s(&encode_spans(spans))];
        let sql = "INSERT OR REPLACE INTO snapshots(name, made, labels, spans) VALUES(?,?,?,?)";
        self.write(|t| t.execute(sql, row).map(drop))
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// SQLite's.
    pub fn delete_snapshot(&mut self, name: &str) -> Result<(), ProjectError> {
        self.write(|t| t.execute("DELETE FROM snapshots WHERE name=?", [name]).map(drop))
    }

    /// Remembers a run, or what has become of it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn upsert_run(&mut self, run: &RunRecord) -> Result<(), ProjectError> {
        let row = params![
            run.number as i64,
            run.started_at as i64,
            run.base,
            run.summary,
            run.outcome.name(),
            run.dev_f1,
            run.test_f1,
            run.train_seconds,
            path_value(&run.dir),
        ];
        self.write(|t| t.execute("INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?)", row).map(drop))
    }
}

/// Puts a dataset into empty tables.
pub(super) fn fill_tables(
    t: &Transaction,
    dataset: &Dataset,
    from: Filled,
    watch: &dyn Fn(usize, usize) -> bool,
) -> rusqlite::Result<()> {
    let corpus = &dataset.corpus;
    set_meta(t, "name", &corpus.name)?;
    set_meta(t, "position", "0")?;
    set_meta(t, "proposers", &json!(corpus.agents).to_string())?;
    if from == Filled::FromSource {
        set_meta(t, "reader", READER_VERSION)?;
        set_meta(t, DOC_LABELS_KEY, "read")?;
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
    let mut insert_document = t.prepare("INSERT INTO documents VALUES(?,?,?,?,?,?,?,?,?)")?;
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
        let row = params![id, d.split.name(), d.source_id, d.source_index, d.text, tokens, sentences, columns, d.name];
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
