//! The project file: an SQLite database of documents, spans, the log of edits, and runs.
//!
//! The spans are the truth; the log says how they came about and is what undo and redo walk along, also after a
//! restart. A document's tokens are one packed blob.

use super::choices_json;
use super::contents::{self, Contents, Lost, SOURCES, meta, source};
use super::edit_json;
use super::edit_sql::{apply, insert_class, insert_label, insert_span, insert_suggestion, put_mark};
use super::kept::Kept;
use super::pack::{pack, pack_spans};
use super::run_record::RunRecord;
use super::schema::{MIGRATIONS, SCHEMA, TABLES};
use super::source::{Dataset, SourceFile};
use crate::corpus::{Corpus, Document, Edit, History, Snapshot};
use crate::disk::{self, Lock};
use crate::format::{Choices, Unit};
use rusqlite::{Connection, OpenFlags, Transaction, params};
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project that cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
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
}

/// An open project file.
pub struct Project {
    path: PathBuf,
    connection: Connection,
    /// The right to write it; `None` where another window has it.
    lock: Option<Lock>,
}

/// So many documents are put into a project between two looks at whether that is still wanted.
const WATCHED: usize = 500;

/// What the readers make of a file. It changes whenever they part documents, words or labels otherwise than before: then a project
/// that was filled earlier is no longer what its source would be read as.
const READER: &str = "5";

/// The value that says that labels of whole documents were read from the sources.
const CLASSES: &str = "classes";

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
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            disk::create_folder(folder)?;
        }
        let fail = |source| StoreError::Sqlite { path: path.to_owned(), source };
        let lock = Lock::take(&disk::with_ending(path, "-lock"))?;
        if lock.is_none() {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fail)?;
            connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(fail)?;
            return Ok(Self { path: path.to_owned(), connection, lock });
        }
        let connection = Connection::open(path).map_err(fail)?;
        let prepare = || -> rusqlite::Result<i64> {
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            let version: i64 = connection.pragma_query_value(None, "user_version", |r| r.get(0))?;
            if version == 0 {
                connection.execute_batch(&format!("BEGIN;{TABLES}PRAGMA user_version={SCHEMA};COMMIT;"))?;
                return Ok(SCHEMA);
            }
            for (next, migration) in (version + 1..).zip(MIGRATIONS.iter().skip(version.max(1) as usize - 1)) {
                connection.execute_batch(&format!("BEGIN;{migration}PRAGMA user_version={next};COMMIT;"))?;
            }
            Ok(version.max(SCHEMA))
        };
        let version = prepare().map_err(fail)?;
        if version != SCHEMA {
            let why =
                format!("it was made by a newer version of this program (tables {version}, this one knows {SCHEMA})");
            return Err(StoreError::Unusable { path: path.to_owned(), why });
        }
        Ok(Self { path: path.to_owned(), connection, lock })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another program has it open, so that nothing can be written here.
    pub fn is_read_only(&self) -> bool {
        self.lock.is_none()
    }

    fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Sqlite { path: self.path.clone(), source }
    }

    /// Whether it holds a dataset, and one read from these very bytes.
    ///
    /// # Errors
    /// SQLite's.
    pub fn holds(&self, dataset: &Dataset) -> Result<bool, StoreError> {
        let stored = self.sources().map_err(|e| self.fail(e))?;
        let same = |a: &SourceFile, b: &SourceFile| a.path == b.path && a.hash == b.hash;
        Ok(stored.len() == dataset.files.len() && stored.iter().zip(&dataset.files).all(|(a, b)| same(a, b)))
    }

    /// What was said of the dataset when it was read; `None` where the project holds none yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn said(&self) -> Result<Option<Choices>, StoreError> {
        let sources = self.sources().map_err(|e| self.fail(e))?;
        Ok(sources.first().map(|s| s.choices))
    }

    /// Whether nothing has been put into it yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.sources().map(|s| s.is_empty()).map_err(|e| self.fail(e))
    }

    /// Fills an empty project with a dataset. `watch` is told how many of how many documents are in it, and ends it with
    /// `false`.
    ///
    /// # Errors
    /// SQLite's, or that it was ended; then the project is as empty as before.
    pub fn fill(
        &mut self,
        dataset: &Dataset,
        from: Filled,
        watch: &dyn Fn(usize, usize) -> bool,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let run = || -> rusqlite::Result<()> {
            let t = self.connection.transaction()?;
            let corpus = &dataset.corpus;
            set_meta(&t, "name", &corpus.name)?;
            set_meta(&t, "position", "0")?;
            set_meta(&t, "proposers", &json!(corpus.proposers).to_string())?;
            if from == Filled::FromSource {
                set_meta(&t, "reader", READER)?;
                set_meta(&t, CLASSES, "read")?;
            }
            store_sources(&t, &dataset.files)?;
            for name in &corpus.classes {
                t.execute("INSERT OR IGNORE INTO classes(name) VALUES(?)", [name])?;
            }
            for (id, label) in corpus.labels.iter() {
                insert_label(&t, i64::from(id), label)?;
            }
            for (number, column) in corpus.columns.iter().enumerate() {
                t.execute(
                    "INSERT INTO columns VALUES(?,?,?)",
                    params![number as i64, column.name, column.values.join("\n")],
                )?;
            }
            let mut insert_document = t.prepare("INSERT INTO documents VALUES(?,?,?,?,?,?,?,?)")?;
            for (id, d) in corpus.documents.iter().enumerate() {
                if id % WATCHED == 0 && !watch(id, corpus.documents.len()) {
                    return Err(rusqlite::Error::SqliteFailure(
                        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT),
                        None,
                    ));
                }
                let id = id as i64;
                let tokens: Vec<u32> = d.tokens.iter().flat_map(|(a, b)| [*a, *b]).collect();
                let columns: Vec<u32> = d.columns.iter().flatten().map(|v| u32::from(*v)).collect();
                let (tokens, sentences, columns) = (pack(&tokens), pack(&d.sentences), pack(&columns));
                let row = params![id, d.split.name(), d.file, d.place, d.text, tokens, sentences, columns];
                insert_document.execute(row)?;
                for s in &d.spans {
                    insert_span(&t, id, s)?;
                }
                for s in &d.suggestions {
                    insert_suggestion(&t, id, s)?;
                }
                for (sentence, m) in d.marks.iter() {
                    put_mark(&t, id, *sentence, m)?;
                }
                for name in corpus.class_names(d) {
                    insert_class(&t, id, name)?;
                }
            }
            drop(insert_document);
            t.commit()
        };
        run_then(run, &path)
    }

    /// Everything in it.
    ///
    /// # Errors
    /// SQLite's, a project without a dataset, or one that is damaged.
    pub fn read(&self) -> Result<Contents, StoreError> {
        let mut lost = Lost::default();
        let contents = contents::read(&self.connection, &mut lost).map_err(|e| self.fail(e))?;
        if let Some(what) = lost.0.first() {
            return Err(StoreError::Unusable {
                path: self.path.clone(),
                why: format!("the project is damaged: {what}"),
            });
        }
        if contents.dataset.files.is_empty() {
            let why = "it is no Tagwright project, or an empty one".to_owned();
            return Err(StoreError::Unusable { path: self.path.clone(), why });
        }
        Ok(contents)
    }

    /// What it holds beside the dataset, where that is what its source is read as, no label was ever changed and the file is sound.
    ///
    /// # Errors
    /// SQLite's.
    pub fn untouched(&self) -> Result<Option<Kept>, StoreError> {
        let look = || -> rusqlite::Result<Option<Kept>> {
            let edits: i64 = self.connection.query_row("SELECT COUNT(*) FROM edits", [], |r| r.get(0))?;
            let sound = || self.connection.query_row("PRAGMA quick_check(1)", [], |r| r.get::<_, String>(0));
            let mut lost = Lost::default();
            let as_now = meta(&self.connection, "reader")?.as_deref() == Some(READER);
            let kept = if edits == 0 && as_now && sound()? == "ok" {
                Some(contents::kept(&self.connection, &mut lost)?)
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
    pub fn kept(&self) -> Result<Kept, StoreError> {
        contents::kept(&self.connection, &mut Lost::default()).map_err(|e| self.fail(e))
    }

    /// Takes labels of whole documents from a corpus that is read from the same sources, into the project and into what was read of
    /// it, where it was filled before such labels were read at all: saving would take them out of the sources.
    ///
    /// # Errors
    /// SQLite's.
    pub fn adopt_classes(
        &mut self,
        read: impl FnOnce() -> Option<Corpus>,
        held: &mut Corpus,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let run = || -> rusqlite::Result<()> {
            if self.lock.is_none() || meta(&self.connection, CLASSES)?.is_some() {
                return Ok(());
            }
            let Some(read) = read() else { return Ok(()) };
            let with_classes = read.documents.iter().filter(|d| !d.classes.is_empty());
            let found: HashMap<(u32, u32), &Arc<Document>> = with_classes.map(|d| ((d.file, d.place), d)).collect();
            let t = self.connection.transaction()?;
            for id in 0..held.documents.len() as u32 {
                let d = held.document(id);
                if let Some(source) = found.get(&(d.file, d.place)).filter(|_| d.classes.is_empty()) {
                    let names: Vec<String> = read.class_names(source).cloned().collect();
                    names.iter().try_for_each(|name| insert_class(&t, i64::from(id), name))?;
                    let classes = held.class_ids(&names);
                    held.document_mut(id).classes = classes;
                }
            }
            set_meta(&t, CLASSES, "read")?;
            t.commit()
        };
        run_then(run, &path)
    }

    /// What can still be read of a damaged project, and what is gone, in words. Undo begins anew: the log speaks of what may not be
    /// there.
    ///
    /// # Errors
    /// When not a single document can be read.
    pub fn salvage(&self) -> Result<(Contents, Vec<String>), StoreError> {
        let mut lost = Lost::default();
        let contents = contents::read(&self.connection, &mut lost).map_err(|e| self.fail(e))?;
        if contents.dataset.corpus.documents.is_empty() {
            let why = "the project is damaged, and no document of it can be read".to_owned();
            return Err(StoreError::Unusable { path: self.path.clone(), why });
        }
        let history = History::default();
        lost.0.push("what could be undone".into());
        Ok((Contents { history, ..contents }, lost.0))
    }

    fn sources(&self) -> rusqlite::Result<Vec<SourceFile>> {
        self.connection.prepare(SOURCES)?.query_map([], source)?.collect()
    }

    /// Makes an edit (or its undoing) durable: the spans it changes, its place in the log, and how many edits stand.
    /// `log` is the edit itself when it is new; undo and redo move along the log and leave it as it is.
    ///
    /// # Errors
    /// SQLite's; then nothing of it is stored.
    pub fn commit(&mut self, change: &Edit, log: bool, position: usize) -> Result<(), StoreError> {
        let path = self.path.clone();
        let run = || -> rusqlite::Result<()> {
            let t = self.connection.transaction()?;
            if log {
                let at = position as i64 - 1;
                t.execute("DELETE FROM edits WHERE seq >= ?", [at])?;
                t.execute("INSERT INTO edits VALUES(?,?,unixepoch())", params![at, edit_json::to_json(change)])?;
            }
            apply(&t, change)?;
            set_meta(&t, "position", &position.to_string())?;
            t.commit()
        };
        run_then(run, &path)
    }

    /// Remembers that the sources were saved: what they are now is what the project goes on from.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_sources(&mut self, files: &[SourceFile]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let run = || -> rusqlite::Result<()> {
            let t = self.connection.transaction()?;
            t.execute("DELETE FROM sources", [])?;
            store_sources(&t, files)?;
            t.commit()
        };
        run_then(run, &path)
    }

    /// Keeps a search under a name, or forgets the one of this name.
    ///
    /// # Errors
    /// SQLite's.
    pub fn keep_view(&mut self, name: &str, query: Option<&str>) -> Result<(), StoreError> {
        let result = match query {
            Some(query) => self.connection.execute("INSERT OR REPLACE INTO views VALUES(?,?)", [name, query]),
            None => self.connection.execute("DELETE FROM views WHERE name=?", [name]),
        };
        result.map(drop).map_err(|e| self.fail(e))
    }

    /// Remembers a setting.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let result = self.connection.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", [name, value]);
        result.map(drop).map_err(|e| self.fail(e))
    }

    /// Keeps a snapshot.
    ///
    /// # Errors
    /// SQLite's.
    pub fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let Snapshot { name, made, labels, spans } = snapshot;
        let row = params![name, *made as i64, json!(labels).to_string(), pack(&pack_spans(spans))];
        let sql = "INSERT OR REPLACE INTO snapshots(name, made, labels, spans) VALUES(?,?,?,?)";
        self.connection.execute(sql, row).map(drop).map_err(|e| self.fail(e))
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_snapshot(&mut self, name: &str) -> Result<(), StoreError> {
        let result = self.connection.execute("DELETE FROM snapshots WHERE name=?", [name]);
        result.map(drop).map_err(|e| self.fail(e))
    }

    /// Remembers a run, or what has become of it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_run(&mut self, run: &RunRecord) -> Result<(), StoreError> {
        let row = params![
            run.number as i64,
            run.started as i64,
            run.base,
            run.recipe,
            run.outcome.name(),
            run.dev_f1,
            run.test_f1,
            run.train_seconds,
            run.folder.to_string_lossy(),
        ];
        let result = self.connection.execute("INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?)", row);
        result.map(drop).map_err(|e| self.fail(e))
    }
}

fn run_then(run: impl FnOnce() -> rusqlite::Result<()>, path: &Path) -> Result<(), StoreError> {
    run().map_err(|source| StoreError::Sqlite { path: path.to_owned(), source })
}

fn set_meta(t: &Transaction, key: &str, value: &str) -> rusqlite::Result<()> {
    t.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", [key, value]).map(drop)
}

fn store_sources(t: &Transaction, files: &[SourceFile]) -> rusqlite::Result<()> {
    for (number, f) in files.iter().enumerate() {
        let (path, format, scheme) = (f.path.to_string_lossy(), f.found.format.name, f.found.scheme.name());
        t.execute(
            "INSERT INTO sources(number, path, split, format, scheme, hash, unit, choices) VALUES(?,?,?,?,?,?,?,?)",
            params![
                number as i64,
                path,
                f.split.name(),
                format,
                scheme,
                f.hash,
                f.found.unit.map(Unit::name),
                choices_json::to_json(&f.choices)
            ],
        )?;
    }
    Ok(())
}
