//! The project file: an SQLite database of documents, spans, the log of edits, and runs.
//!
//! The spans are the truth; the log says how they came about and is what undo and redo walk along, also after a
//! restart. A document's tokens are one packed blob.

use super::choices_json;
use super::edit_json;
use super::edit_sql::{apply, insert_span, insert_suggestion};
use super::kept::{Kept, View};
use super::pack::{pack, pack_spans, unpack, unpack_spans};
use super::run_record::{RunOutcome, RunRecord};
use super::schema::{MIGRATIONS, SCHEMA, TABLES};
use super::source::{Dataset, SourceFile};
use crate::corpus::label::Label;
use crate::corpus::store::Column;
use crate::corpus::{Corpus, Document, Edit, History, Labels, Mark, Marks, Origin, Scheme, Snapshot, Span, Split};
use crate::disk::{self, Lock};
use crate::format::{self, Choices, Found, Unit};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
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
const READER: &str = "4";

/// What an empty project is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// A dataset as it was read from its source.
    FromSource,
    /// What could be read of a damaged project.
    Salvaged,
}

/// All that a project holds, read into memory.
pub struct Contents {
    /// Documents, labels and sources.
    pub dataset: Dataset,
    /// Undo and redo.
    pub history: History,
    /// Runs, views, snapshots.
    pub kept: Kept,
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
            }
            store_sources(&t, &dataset.files)?;
            for (id, label) in corpus.labels.iter() {
                t.execute("INSERT INTO labels VALUES(?,?,?)", params![id, label.name, label.colour])?;
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
                    let row = params![id, sentence, m.done, m.flagged, m.comment];
                    t.execute("INSERT INTO marks VALUES(?,?,?,?,?)", row)?;
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
        let contents = self.contents(&mut lost).map_err(|e| self.fail(e))?;
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
            let kept = if edits == 0 && as_now && sound()? == "ok" { Some(self.kept(&mut lost)?) } else { None };
            Ok(kept.filter(|_| lost.0.is_empty()))
        };
        look().map_err(|e| self.fail(e))
    }

    /// What can still be read of a damaged project, and what is gone, in words. Undo begins anew: the log speaks of what may not be
    /// there.
    ///
    /// # Errors
    /// When not a single document can be read.
    pub fn salvage(&self) -> Result<(Contents, Vec<String>), StoreError> {
        let mut lost = Lost::default();
        let contents = self.contents(&mut lost).map_err(|e| self.fail(e))?;
        if contents.dataset.corpus.documents.is_empty() {
            let why = "the project is damaged, and no document of it can be read".to_owned();
            return Err(StoreError::Unusable { path: self.path.clone(), why });
        }
        let history = History::default();
        lost.0.push("what could be undone".into());
        Ok((Contents { history, ..contents }, lost.0))
    }

    /// Reads every table as far as it can be read.
    fn contents(&self, lost: &mut Lost) -> rusqlite::Result<Contents> {
        let c = &self.connection;
        let mut corpus = Corpus { name: meta(c, "name").ok().flatten().unwrap_or_default(), ..Corpus::default() };
        let label = |r: &rusqlite::Row| Ok(Label { name: r.get(0)?, colour: r.get(1)? });
        let mut labels = Labels::default();
        lost.rows(c, "labels", "SELECT name, colour FROM labels ORDER BY id", label)?
            .into_iter()
            .for_each(|l| labels.push(l));
        corpus.labels = labels;
        let column = |r: &rusqlite::Row| -> rusqlite::Result<Column> {
            Ok(Column { name: r.get(0)?, values: r.get::<_, String>(1)?.split('\n').map(str::to_owned).collect() })
        };
        corpus.columns = lost.rows(c, "columns", "SELECT name, vals FROM columns ORDER BY number", column)?;
        let width = corpus.columns.len();
        let sql = "SELECT split, file, place, text, tokens, sentences, columns, id FROM documents ORDER BY id";
        let read = lost.rows(c, "documents", sql, |r| Ok((r.get::<_, i64>(7)?, document(r, width)?)))?;
        let mut documents_lost = !lost.0.is_empty();
        let mut index = HashMap::new();
        let mut documents: Vec<Document> = Vec::with_capacity(read.len());
        for (id, document) in read {
            if is_sound(&document) {
                index.insert(id, documents.len());
                documents.push(document);
            } else {
                documents_lost = true;
                lost.0.push(format!("document {}", id + 1));
            }
        }
        // The table itself, not its index, which may be what is damaged.
        let spans = lost.rows(
            c,
            "spans",
            "SELECT document, start, stop, label, origin, proposer, score FROM spans NOT INDEXED",
            span,
        )?;
        let sql = "SELECT document, start, stop, label, '', proposer, score FROM suggestions NOT INDEXED";
        let suggestions = lost.rows(c, "suggestions", sql, span)?;
        let mut strays = 0;
        let all = spans.into_iter().map(|s| (s, false)).chain(suggestions.into_iter().map(|s| (s, true)));
        for ((document, span), suggested) in all {
            let fits = |d: &&mut Document| {
                let borders =
                    d.text.is_char_boundary(span.start as usize) && d.text.is_char_boundary(span.end as usize);
                span.start < span.end && borders && usize::from(span.label) < corpus.labels.len()
            };
            match index.get(&document).and_then(|i| documents.get_mut(*i)).filter(fits) {
                Some(d) if suggested => d.suggestions.push(span),
                Some(d) => d.spans.push(span),
                None => strays += 1,
            }
        }
        if strays > 0 {
            lost.0.push(format!("{strays} spans that lie nowhere"));
        }
        for d in &mut documents {
            d.spans.sort_unstable();
            d.suggestions.sort_unstable();
        }
        corpus.proposers =
            meta(c, "proposers").ok().flatten().and_then(|p| serde_json::from_str(&p).ok()).unwrap_or_default();
        let mark = |r: &rusqlite::Row| -> rusqlite::Result<(i64, u32, Mark)> {
            Ok((r.get(0)?, r.get(1)?, Mark { done: r.get(2)?, flagged: r.get(3)?, comment: r.get(4)? }))
        };
        let sql = "SELECT document, sentence, done, flagged, comment FROM marks";
        for (document, sentence, mark) in lost.rows(c, "marks", sql, mark)? {
            let document = index.get(&document).and_then(|i| documents.get_mut(*i));
            if let Some(d) = document.filter(|d| (sentence as usize) < d.len()) {
                d.marks.set(sentence, mark);
            }
        }
        corpus.documents = documents.into_iter().map(Arc::new).collect();
        let edits = lost.rows(c, "edits", "SELECT edit FROM edits ORDER BY seq", |r| r.get::<_, String>(0))?;
        let edits: Vec<Edit> = edits.iter().filter_map(|json| edit_json::from_json(json)).collect();
        let position = meta(c, "position").ok().flatten().and_then(|p| p.parse().ok()).unwrap_or(0);
        let files = lost.rows(c, "sources", SOURCES, source)?;
        corpus.scheme = super::source::scheme_of(&files);
        let mut kept = self.kept(lost)?;
        // They go by the places of documents.
        if documents_lost && !kept.snapshots.is_empty() {
            kept.snapshots.clear();
            lost.0.push("snapshots".into());
        }
        let dataset = Dataset { corpus, files, problems: Vec::new() };
        Ok(Contents { dataset, history: History::restore(edits, position), kept })
    }

    /// Runs, views and snapshots.
    fn kept(&self, lost: &mut Lost) -> rusqlite::Result<Kept> {
        let c = &self.connection;
        let view = |r: &rusqlite::Row| Ok(View { name: r.get(0)?, query: r.get(1)? });
        let snapshot = |r: &rusqlite::Row| -> rusqlite::Result<Arc<Snapshot>> {
            let labels = serde_json::from_str(&r.get::<_, String>(2)?).unwrap_or_default();
            let spans = unpack_spans(&unpack(&r.get::<_, Vec<u8>>(3)?));
            Ok(Arc::new(Snapshot { name: r.get(0)?, made: r.get::<_, i64>(1)? as u64, labels, spans }))
        };
        Ok(Kept {
            runs: lost.rows(c, "runs", RUNS, run)?,
            views: lost.rows(c, "views", "SELECT name, query FROM views ORDER BY name", view)?,
            snapshots: lost.rows(
                c,
                "snapshots",
                "SELECT name, made, labels, spans FROM snapshots ORDER BY id",
                snapshot,
            )?,
            done_today: c.query_row(DONE_TODAY, [], |r| r.get::<_, i64>(0)).map_or(0, |n| n as usize),
            overlaps: meta(c, "overlaps").ok().flatten().map(|value| value == "true"),
            guidelines: meta(c, "guidelines").ok().flatten().unwrap_or_default(),
        })
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

/// What cannot be read of a project, in words.
#[derive(Default)]
struct Lost(Vec<String>);

impl Lost {
    /// The rows of a table up to the first that cannot be read.
    fn rows<T>(
        &mut self,
        c: &Connection,
        what: &str,
        sql: &str,
        read: impl FnMut(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let mut statement = c.prepare(sql)?;
        let mut found = Vec::new();
        for row in statement.query_map([], read)? {
            match row {
                Ok(row) => found.push(row),
                Err(e) => {
                    self.0.push(format!("{what} after the first {} ({e})", found.len()));
                    break;
                }
            }
        }
        Ok(found)
    }
}

const SOURCES: &str = "SELECT path, split, format, scheme, hash, unit, choices FROM sources ORDER BY number";

fn source(r: &rusqlite::Row) -> rusqlite::Result<SourceFile> {
    let format = format::by_name(&r.get::<_, String>(2)?).unwrap_or(format::CONLL);
    let scheme = Scheme::from_name(&r.get::<_, String>(3)?).unwrap_or(Scheme::Iob2);
    let unit = r.get::<_, Option<String>>(5)?.and_then(|name| Unit::from_name(&name));
    let found = Found { scheme, unit, ..Found::new(format) };
    let split = Split::from_name(&r.get::<_, String>(1)?).unwrap_or_default();
    let choices = choices_json::from_json(&r.get::<_, String>(6)?);
    Ok(SourceFile { path: r.get::<_, String>(0)?.into(), split, found, choices, hash: r.get(4)? })
}

/// Marks of the log that made a sentence done since midnight, where the person is.
const DONE_TODAY: &str = "SELECT count(*) FROM edits WHERE made >= unixepoch('now', 'localtime', 'start of day', 'utc')
    AND seq < (SELECT CAST(value AS INTEGER) FROM meta WHERE key='position')
    AND json_extract(edit, '$.Mark.after[0]') AND NOT json_extract(edit, '$.Mark.before[0]')";

const RUNS: &str =
    "SELECT number, started, base, recipe, outcome, dev_f1, test_f1, train_seconds, folder FROM runs ORDER BY number";

fn run(r: &rusqlite::Row) -> rusqlite::Result<RunRecord> {
    let outcome = match RunOutcome::from_name(&r.get::<_, String>(4)?) {
        // Nothing trains while a project is being opened.
        Some(RunOutcome::Running) | None => RunOutcome::Interrupted,
        Some(outcome) => outcome,
    };
    Ok(RunRecord {
        number: r.get::<_, i64>(0)? as usize,
        started: r.get::<_, i64>(1)? as u64,
        base: r.get(2)?,
        recipe: r.get(3)?,
        outcome,
        dev_f1: r.get(5)?,
        test_f1: r.get(6)?,
        train_seconds: r.get(7)?,
        folder: r.get::<_, String>(8)?.into(),
    })
}

/// A span or a suggestion, with its document's number.
fn span(r: &rusqlite::Row) -> rusqlite::Result<(i64, Span)> {
    let origin = match (r.get::<_, Option<u8>>(5)?, r.get_ref(4)?.as_str()?) {
        (Some(who), _) => Origin::proposed(who, r.get::<_, Option<f32>>(6)?.unwrap_or(1.0)),
        (None, "person") => Origin::Person,
        (None, _) => Origin::Source,
    };
    Ok((r.get(0)?, Span { start: r.get(1)?, end: r.get(2)?, label: r.get(3)?, origin }))
}

/// A document without its spans. `width`: how many further columns the corpus has.
fn document(r: &rusqlite::Row, width: usize) -> rusqlite::Result<Document> {
    let tokens: Vec<u32> = unpack(&r.get::<_, Vec<u8>>(4)?);
    let columns: Vec<u32> = unpack(&r.get::<_, Vec<u8>>(6)?);
    let n = tokens.len() / 2;
    Ok(Document {
        split: Split::from_name(&r.get::<_, String>(0)?).unwrap_or_default(),
        file: r.get(1)?,
        place: r.get(2)?,
        text: r.get(3)?,
        tokens: tokens.chunks_exact(2).map(|p| (p[0], p[1])).collect(),
        sentences: unpack(&r.get::<_, Vec<u8>>(5)?),
        // Documents of texts have none, whatever the other sources have.
        columns: columns.chunks_exact(n.max(1)).take(width).map(|c| c.iter().map(|v| *v as u16).collect()).collect(),
        spans: Vec::new(),
        suggestions: Vec::new(),
        marks: Marks::default(),
    })
}

/// Whether tokens and sentences lie in the text one after another, so that everything else may take it for granted.
fn is_sound(d: &Document) -> bool {
    let is_border = |at: u32| d.text.is_char_boundary(at as usize);
    let tokens = d.tokens.iter().all(|t| t.0 < t.1 && is_border(t.0) && is_border(t.1));
    let in_order = d.tokens.windows(2).all(|w| w[0].1 <= w[1].0);
    let whole = d.sentences.first() == Some(&0) && d.sentences.last().is_some_and(|n| *n as usize == d.tokens.len());
    tokens && in_order && whole && d.sentences.windows(2).all(|w| w[0] < w[1])
}

fn run_then(run: impl FnOnce() -> rusqlite::Result<()>, path: &Path) -> Result<(), StoreError> {
    run().map_err(|source| StoreError::Sqlite { path: path.to_owned(), source })
}

fn set_meta(t: &Transaction, key: &str, value: &str) -> rusqlite::Result<()> {
    t.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", [key, value]).map(drop)
}

fn meta(c: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    c.query_row("SELECT value FROM meta WHERE key=?", [key], |r| r.get(0)).optional()
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
