//! Loader of a project. Every table is read as far as possible, and unreadable content is reported.

use super::blob::{decode_splits, decode_u32s, unpack_spans};
use super::edit_json::{self, remarks_from_json};
use super::extras::{ProjectExtras, SavedSearch};
use super::field_json;
use super::label_maps::LabelMaps;
use super::place::Place;
use super::progress::DailyProgress;
use super::read_options_json;
use super::run_record::{RunDetails, RunMetrics, RunRecord, RunStatus};
use super::source::{Dataset, SourceFile};
use crate::corpus::label::Label;
use crate::corpus::store::TokenColumn;
use crate::corpus::{
    Corpus, Document, Edit, FieldNames, History, LabelId, LabelSet, LabelSnapshot, Origin, RangeComment, ReviewState,
    ReviewStates, Scheme, SentenceSplits, Span, Split, Values,
};
use crate::format::{self, OffsetUnit, ReadReport};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OptionalExtension};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Content of a project in memory.
pub struct ProjectData {
    /// Documents, labels and sources.
    pub dataset: Dataset,
    /// Undo and redo history.
    pub history: History,
    /// Runs, saved searches, snapshots and settings.
    pub extras: ProjectExtras,
    /// Content that this version does not support: a format or an edit. Such a project must not be written.
    pub unknown: Option<String>,
}

/// Reads every table as far as possible.
pub(super) fn read(c: &Connection, recovery: &mut RecoveryLog) -> rusqlite::Result<ProjectData> {
    let mut corpus = Corpus { name: get_meta(c, "name").ok().flatten().unwrap_or_default(), ..Corpus::default() };
    // A missing label would shift the ids of the next ones, so an invalid color or shortcut is replaced instead.
    let label = |r: &rusqlite::Row| {
        let letter = r.get::<_, Option<String>>(2).ok().flatten().and_then(|l| l.chars().next());
        let color = r.get::<_, u8>(1).ok().filter(|color| *color < Label::NUM_COLORS);
        Ok(Label { name: r.get(0)?, color: color.unwrap_or_default(), shortcut: letter })
    };
    let mut labels = LabelSet::default();
    for label in recovery.rows(c, "labels", "SELECT name, colour, letter FROM labels ORDER BY id", label)? {
        if let Err(e) = labels.push(label) {
            recovery.0.push(format!("labels ({e})"));
            break;
        }
    }
    corpus.labels = labels;
    let column = |r: &rusqlite::Row| -> rusqlite::Result<TokenColumn> {
        Ok(TokenColumn { name: r.get(0)?, values: r.get::<_, String>(1)?.split('\n').map(str::to_owned).collect() })
    };
    corpus.columns = recovery.rows(c, "columns", "SELECT name, vals FROM columns ORDER BY number", column)?;
    let width = corpus.columns.len();
    let sql = "SELECT split, file, place, text, tokens, sentences, columns, id, name, moved, fields FROM documents ORDER BY id";
    let mut field_names = FieldNames::default();
    let read = recovery
        .rows(c, "documents", sql, |r| Ok((r.get::<_, i64>(7)?, document_from_row(r, width, &mut field_names)?)))?;
    let mut may_have_lost_documents = !recovery.0.is_empty();
    let mut index = HashMap::new();
    let mut documents: Vec<Document> = Vec::with_capacity(read.len());
    for (id, document) in read {
        if is_valid(&document, &corpus.columns) {
            index.insert(id, documents.len());
            documents.push(document);
        } else {
            may_have_lost_documents = true;
            recovery.0.push(format!("document {}", id + 1));
        }
    }
    // NOT INDEXED scans the table, because an index may be corrupt.
    let spans = recovery.rows(
        c,
        "spans",
        "SELECT document, start, stop, label, origin, proposer, score FROM spans NOT INDEXED",
        span_from_row,
    )?;
    let sql = "SELECT document, start, stop, label, '', proposer, score FROM suggestions NOT INDEXED";
    let suggestions = recovery.rows(c, "suggestions", sql, span_from_row)?;
    let mut strays = 0;
    let all = spans.into_iter().map(|s| (s, false)).chain(suggestions.into_iter().map(|s| (s, true)));
    for ((document, span), suggested) in all {
        let fits = |d: &&mut Document| {
            let borders = d.text.is_char_boundary(span.start as usize) && d.text.is_char_boundary(span.end as usize);
            span.start < span.end && borders && usize::from(span.label) < corpus.labels.len()
        };
        match index.get(&document).and_then(|i| documents.get_mut(*i)).filter(fits) {
            Some(d) if suggested => d.suggestions.push(span),
            Some(d) => d.spans.push(span),
            None => strays += 1,
        }
    }
    if strays > 0 {
        recovery.0.push(format!("{strays} spans with invalid positions"));
    }
    for d in &mut documents {
        d.spans.sort_unstable();
        d.suggestions.sort_unstable();
    }
    corpus.agents =
        get_meta(c, "proposers").ok().flatten().and_then(|p| serde_json::from_str(&p).ok()).unwrap_or_default();
    let review = |r: &rusqlite::Row| -> rusqlite::Result<(i64, u32, ReviewState)> {
        let range_comments = remarks_from_json(&r.get::<_, String>(5)?);
        Ok((
            r.get(0)?,
            r.get(1)?,
            ReviewState { done: r.get(2)?, flagged: r.get(3)?, comment: r.get(4)?, range_comments },
        ))
    };
    let sql = "SELECT document, sentence, done, flagged, comment, remarks FROM marks";
    for (document, sentence, review) in recovery.rows(c, "review states", sql, review)? {
        let document = index.get(&document).and_then(|i| documents.get_mut(*i));
        if let Some(d) = document.filter(|d| (sentence as usize) < d.len()) {
            let is_border = |at: u32| d.text.is_char_boundary(at as usize);
            let fits = |r: &RangeComment| r.start < r.end && is_border(r.start) && is_border(r.end);
            let range_comments = review.range_comments.into_iter().filter(fits).collect();
            d.reviews.insert(sentence, ReviewState { range_comments, ..review });
        }
    }
    let doc_label = |r: &rusqlite::Row| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?));
    corpus.doc_labels = recovery.rows(c, "classes", "SELECT name FROM classes ORDER BY id", |r| r.get(0))?;
    let sql = "SELECT document, name FROM document_classes JOIN classes ON class=id";
    for (document, name) in recovery.rows(c, "document labels", sql, doc_label)? {
        let id = corpus.intern_doc_label(&name);
        if let Some(d) = index.get(&document).and_then(|i| documents.get_mut(*i)) {
            d.doc_labels.push(id);
        }
    }
    documents.iter_mut().for_each(|d| d.doc_labels.sort_unstable());
    corpus.documents = documents.into_iter().map(Arc::new).collect();
    let edit = |r: &rusqlite::Row| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?));
    let log = recovery.rows(c, "edits", EDITS, edit)?;
    let length = log.len();
    // An unreadable edit would shift the later ones, so the history is then dropped.
    let log = log.into_iter().map(|(json, date)| Some((edit_json::from_json(&json)?, date)));
    let log: Option<Vec<(Edit, String)>> = log.collect();
    let mut unknown = log
        .is_none()
        .then(|| format!("the edit history ({length} edits) contains an edit that this version cannot read"));
    let (edits, dates): (Vec<Edit>, Vec<String>) = log.unwrap_or_default().into_iter().unzip();
    let position: usize = get_meta(c, "position").ok().flatten().and_then(|p| p.parse().ok()).unwrap_or(0);
    let position = position.min(edits.len());
    let files = recovery.rows(c, "sources", SOURCES, source_from_row)?;
    if let Some(file) = files.iter().find(|f| f.report.format == format::UNKNOWN) {
        unknown = Some(format!("{} has a format that is unknown to this version", file.path.display()));
    }
    corpus.scheme = super::source::common_scheme(&files);
    let mut extras = read_extras(c, recovery)?;
    for (edit, date) in edits.iter().zip(&dates).take(position) {
        extras.progress.apply_logged_edit(edit, date);
    }
    // Snapshots refer to documents by index.
    if may_have_lost_documents && !extras.snapshots.is_empty() {
        extras.snapshots.clear();
        recovery.0.push("snapshots".into());
    }
    let dataset = Dataset { corpus, files, problems: Vec::new() };
    Ok(ProjectData { dataset, history: History::from_log(edits, position), extras, unknown })
}

/// Query of each edit with its date in the time zone of the user.
const EDITS: &str = "SELECT edit, COALESCE(date(made, 'unixepoch', 'localtime'), '') FROM edits ORDER BY seq";

/// Reads runs, saved searches and snapshots. Sets only the current day of the progress; the caller adds the
/// other days from the edit log.
pub(super) fn read_extras(c: &Connection, recovery: &mut RecoveryLog) -> rusqlite::Result<ProjectExtras> {
    let view = |r: &rusqlite::Row| Ok(SavedSearch { name: r.get(0)?, query: r.get(1)? });
    let snapshot = |r: &rusqlite::Row| -> rusqlite::Result<Arc<LabelSnapshot>> {
        let labels = serde_json::from_str(&r.get::<_, String>(2)?).unwrap_or_default();
        let spans = unpack_spans(&decode_u32s(&r.get::<_, Vec<u8>>(3)?));
        Ok(Arc::new(LabelSnapshot { name: r.get(0)?, created_at: r.get::<_, i64>(1)? as u64, labels, spans }))
    };
    Ok(ProjectExtras {
        runs: recovery.rows(c, "runs", RUNS, run_from_row)?,
        views: recovery.rows(c, "views", "SELECT name, query FROM views ORDER BY name", view)?,
        snapshots: recovery.rows(
            c,
            "snapshots",
            "SELECT name, made, labels, spans FROM snapshots ORDER BY id",
            snapshot,
        )?,
        progress: DailyProgress::new(c).unwrap_or_default(),
        allow_overlaps: get_meta(c, "overlaps").ok().flatten().map(|value| value == "true"),
        work_time: get_meta(c, "worked").ok().flatten().unwrap_or_default(),
        guidelines: get_meta(c, "guidelines").ok().flatten().unwrap_or_default(),
        label_maps: get_meta(c, LabelMaps::KEY).ok().flatten().map(|t| LabelMaps::from_json(&t)).unwrap_or_default(),
        place: get_meta(c, Place::KEY).ok().flatten().map(|text| Place::from_json(&text)).unwrap_or_default(),
        selection_unit: get_meta(c, "selection_unit")
            .ok()
            .flatten()
            .and_then(|id| super::SelectionUnit::from_id(&id))
            .unwrap_or_default(),
    })
}

/// SQLite error codes of a damaged file.
pub(super) const DAMAGE: [ErrorCode; 2] = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];

/// Messages about unreadable content of a project.
#[derive(Default)]
pub(super) struct RecoveryLog(pub Vec<String>);

impl RecoveryLog {
    /// Returns the readable rows of a table. Others are counted in the log.
    fn rows<T>(
        &mut self,
        c: &Connection,
        what: &str,
        sql: &str,
        read: impl FnMut(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let mut statement = c.prepare(sql)?;
        let mut found = Vec::new();
        let mut first_error: Option<(usize, rusqlite::Error)> = None;
        for row in statement.query_map([], read)? {
            match (row, &mut first_error) {
                (Ok(row), _) => found.push(row),
                // A busy file or a broken connection is not damage of the row.
                (Err(e), _) if e.sqlite_error_code().is_some_and(|c| !DAMAGE.contains(&c)) => return Err(e),
                (Err(_), Some((count, _))) => *count += 1,
                (Err(first), slot) => *slot = Some((1, first)),
            }
        }
        if let Some((count, first)) = first_error {
            // A damaged page ends the rows; an invalid value only affects its row.
            let damaged = first.sqlite_error_code().is_some_and(|c| DAMAGE.contains(&c));
            let description = if damaged {
                format!("all {what} after row {}", found.len())
            } else {
                format!("{count} unreadable {what}")
            };
            self.0.push(format!("{description} ({first})"));
        }
        Ok(found)
    }
}

pub(super) const SOURCES: &str = "SELECT path, split, format, scheme, hash, unit, choices FROM sources ORDER BY number";

/// Reads a source from its row.
pub(super) fn source_from_row(r: &rusqlite::Row) -> rusqlite::Result<SourceFile> {
    let format = format::by_name(&r.get::<_, String>(2)?).unwrap_or(format::UNKNOWN);
    let scheme = Scheme::from_name(&r.get::<_, String>(3)?).unwrap_or(Scheme::Iob2);
    let unit = r.get::<_, Option<String>>(5)?.and_then(|name| OffsetUnit::from_name(&name));
    let found = ReadReport { scheme, offset_unit: unit, ..ReadReport::new(format) };
    let split = Split::from_name(&r.get::<_, String>(1)?).unwrap_or_default();
    let choices = read_options_json::from_json(&r.get::<_, String>(6)?);
    Ok(SourceFile { path: path(r, 0)?, split, report: found, options: choices, hash: r.get(4)? })
}

/// Returns a path as an SQL value: text, or its bytes if it is not UTF-8.
pub(super) fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        None => Value::Blob(path.as_os_str().as_encoded_bytes().to_vec()),
    }
}

/// Returns the path that [`path_value`] stored in a column.
fn path(r: &rusqlite::Row, column: usize) -> rusqlite::Result<PathBuf> {
    match r.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(path_of_bytes(bytes)),
        text => Ok(text.as_str()?.into()),
    }
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes.to_vec()).into()
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

const RUNS: &str =
    "SELECT number, started, base, recipe, outcome, train_seconds, folder, metrics, details FROM runs ORDER BY number";

fn run_from_row(r: &rusqlite::Row) -> rusqlite::Result<RunRecord> {
    let outcome = match RunStatus::from_name(&r.get::<_, String>(4)?) {
        // No training can be in progress when a project is opened.
        Some(RunStatus::Running) | None => RunStatus::Interrupted,
        Some(outcome) => outcome,
    };
    let number = r.get::<_, u32>(0)? as usize;
    let metrics = RunMetrics::from_json(r.get_ref(7)?.as_str()?).unwrap_or_else(|reason| {
        log::warn!("run {number} is listed without its metrics: {reason}");
        RunMetrics::default()
    });
    let details = RunDetails::from_json(r.get_ref(8)?.as_str()?).unwrap_or_else(|reason| {
        log::warn!("run {number} is listed without its details: {reason}");
        RunDetails::default()
    });
    Ok(RunRecord {
        number,
        started_at: r.get::<_, i64>(1)? as u64,
        base: r.get(2)?,
        summary: r.get(3)?,
        outcome,
        train_seconds: r.get(5)?,
        dir: path(r, 6)?,
        metrics,
        details,
    })
}

/// Reads a span or suggestion, with the id of its document.
fn span_from_row(r: &rusqlite::Row) -> rusqlite::Result<(i64, Span)> {
    let origin = match (r.get::<_, Option<u8>>(5)?, r.get_ref(4)?.as_str()?) {
        (Some(agent), _) => Origin::suggested(agent, r.get::<_, Option<f32>>(6)?.unwrap_or(1.0)),
        (None, "person") => Origin::Human,
        (None, _) => Origin::Import,
    };
    Ok((r.get(0)?, Span { start: r.get(1)?, end: r.get(2)?, label: LabelId::new(r.get(3)?), origin }))
}

/// Reads a document without its spans. `width` is the number of additional columns of the corpus.
fn document_from_row(r: &rusqlite::Row, width: usize, field_names: &mut FieldNames) -> rusqlite::Result<Document> {
    let tokens: Vec<u32> = decode_u32s(&r.get::<_, Vec<u8>>(4)?);
    let columns: Vec<u32> = decode_u32s(&r.get::<_, Vec<u8>>(6)?);
    let n = tokens.len() / 2;
    let mut splits = SentenceSplits::from(Split::from_name(&r.get::<_, String>(0)?).unwrap_or_default());
    let sentences = decode_u32s(&r.get::<_, Vec<u8>>(5)?);
    let moved = decode_splits(&r.get::<_, Vec<u8>>(9)?);
    if moved.len() + 1 == sentences.len() {
        splits.set(&moved);
    }
    Ok(Document {
        splits,
        name: r.get(8)?,
        fields: field_json::from_json(&r.get::<_, String>(10)?, field_names),
        source_id: r.get(1)?,
        source_index: r.get(2)?,
        text: r.get(3)?,
        tokens: tokens.chunks_exact(2).map(|p| (p[0], p[1])).collect(),
        sentences,
        // Documents of text formats have no columns.
        extra_columns: columns.chunks_exact(n.max(1)).take(width).map(|c| c.iter().copied().collect()).collect(),
        spans: Vec::new(),
        suggestions: Vec::new(),
        doc_labels: Vec::new(),
        reviews: ReviewStates::default(),
    })
}

/// True if tokens and sentences are valid and in order, and each token has a value in every column, or the document
/// has no columns. All other code relies on this invariant.
fn is_valid(d: &Document, columns: &[TokenColumn]) -> bool {
    let is_border = |at: u32| d.text.is_char_boundary(at as usize);
    let tokens = d.tokens.iter().all(|t| t.0 < t.1 && is_border(t.0) && is_border(t.1));
    let in_order = d.tokens.windows(2).all(|w| w[0].1 <= w[1].0);
    let whole = d.sentences.first() == Some(&0) && d.sentences.last().is_some_and(|n| *n as usize == d.tokens.len());
    let known = |(values, column): (&Values, &TokenColumn)| {
        values.len() == d.tokens.len() && values.iter().all(|v| (v as usize) < column.values.len())
    };
    let valued = d.extra_columns.is_empty()
        || (d.extra_columns.len() == columns.len() && d.extra_columns.iter().zip(columns).all(known));
    tokens && in_order && whole && valued && d.sentences.windows(2).all(|w| w[0] < w[1])
}

/// Returns a value of the `meta` table.
pub(super) fn get_meta(c: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    c.query_row("SELECT value FROM meta WHERE key=?", [key], |r| r.get(0)).optional()
}
