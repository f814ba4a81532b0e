//! SQL statements that apply edits of the corpus to the tables of the project.

use super::blob::encode_splits;
use super::edit_json::remarks_to_json;
use crate::corpus::label::Label;
use crate::corpus::{Edit, Origin, ReviewState, SentenceSplits, Span, Split};
use rusqlite::{Transaction, params};

/// Applies an edit to the tables.
pub(super) fn apply(t: &Transaction, change: &Edit) -> rusqlite::Result<()> {
    match change {
        Edit::Spans { document, removed, added } => {
            for s in removed {
                t.execute(
                    "DELETE FROM spans WHERE rowid=(SELECT rowid FROM spans WHERE document=? AND start=? AND stop=? AND label=? LIMIT 1)",
                    params![document, s.start, s.end, s.label.index()],
                )?;
            }
            for s in added {
                insert_span(t, i64::from(*document), s)?;
            }
        }
        Edit::Suggestions { document, removed, added } => {
            for s in removed {
                t.execute(
                    "DELETE FROM suggestions WHERE document=? AND start=? AND stop=? AND label=?",
                    params![document, s.start, s.end, s.label.index()],
                )?;
            }
            for s in added {
                insert_suggestion(t, i64::from(*document), s)?;
            }
        }
        Edit::Review { document, sentence, after, .. } => {
            upsert_review(t, i64::from(*document), *sentence, after)?;
        }
        Edit::DocLabels { document, after, .. } => {
            t.execute("DELETE FROM document_classes WHERE document=?", [document])?;
            after.iter().try_for_each(|name| insert_doc_label(t, i64::from(*document), name))?;
        }
        Edit::Splits { document, after, .. } => {
            let source: String = t.query_row("SELECT split FROM documents WHERE id=?", [document], |r| r.get(0))?;
            let mut splits = SentenceSplits::from(Split::from_name(&source).unwrap_or_default());
            splits.set(after);
            let moved = encode_splits(splits.moved());
            t.execute("UPDATE documents SET moved=? WHERE id=?", params![moved, document])?;
        }
        Edit::AddLabel(l) => {
            let next: i64 = t.query_row("SELECT COALESCE(MAX(id)+1,0) FROM labels", [], |r| r.get(0))?;
            insert_label(t, next, l)?;
        }
        Edit::PopLabel(_) => {
            t.execute("DELETE FROM labels WHERE id=(SELECT MAX(id) FROM labels)", [])?;
        }
        Edit::RemoveLabel { id, .. } => {
            t.execute("DELETE FROM labels WHERE id=?", [id.index()])?;
            shift_label_ids(t, id.index(), -1)?;
        }
        Edit::InsertLabel { id, label: l } => {
            shift_label_ids(t, id.index(), 1)?;
            insert_label(t, i64::from(id.index()), l)?;
        }
        Edit::Group { edits, .. } => edits.iter().try_for_each(|edit| apply(t, edit))?,
        Edit::ChangeLabel { id, after, .. } => {
            t.execute("DELETE FROM labels WHERE id=?", [id.index()])?;
            insert_label(t, i64::from(id.index()), after)?;
        }
    }
    Ok(())
}

/// Shifts the ids of labels from this one on by `by`. Ids must always be unique, so they become negative first.
fn shift_label_ids(t: &Transaction, from: u16, by: i64) -> rusqlite::Result<()> {
    t.execute("UPDATE labels SET id=-(id+?) WHERE id>=?", params![by, from])?;
    t.execute("UPDATE labels SET id=-id WHERE id<0", [])?;
    t.execute("UPDATE spans SET label=label+? WHERE label>=?", params![by, from])?;
    t.execute("UPDATE suggestions SET label=label+? WHERE label>=?", params![by, from]).map(drop)
}

/// Inserts a label.
pub(super) fn insert_label(t: &Transaction, id: i64, l: &Label) -> rusqlite::Result<()> {
    let letter = l.shortcut.map(String::from);
    t.execute("INSERT INTO labels VALUES(?,?,?,?)", params![id, l.name, l.color, letter]).map(drop)
}

/// Inserts a document label.
pub(super) fn insert_doc_label(t: &Transaction, document: i64, name: &str) -> rusqlite::Result<()> {
    t.execute("INSERT OR IGNORE INTO classes(name) VALUES(?)", [name])?;
    let sql = "INSERT OR IGNORE INTO document_classes SELECT ?, id FROM classes WHERE name=?";
    t.execute(sql, params![document, name]).map(drop)
}

/// Inserts or replaces the review state of a sentence.
pub(super) fn upsert_review(t: &Transaction, document: i64, sentence: u32, m: &ReviewState) -> rusqlite::Result<()> {
    let remarks = remarks_to_json(&m.range_comments);
    t.execute(
        "INSERT OR REPLACE INTO marks VALUES(?,?,?,?,?,?)",
        params![document, sentence, m.done, m.flagged, m.comment, remarks],
    )
    .map(drop)
}

/// Inserts a span with its origin.
pub(super) fn insert_span(t: &Transaction, document: i64, s: &Span) -> rusqlite::Result<()> {
    let (origin, proposer) = match s.origin {
        Origin::Import => ("import", None),
        Origin::Human => ("person", None),
        Origin::Suggested { agent: who, .. } => ("proposer", Some(who)),
    };
    t.prepare_cached("INSERT INTO spans VALUES(?,?,?,?,?,CASE ?5 WHEN 'import' THEN 0 ELSE unixepoch() END,?,?)")?
        .execute(params![document, s.start, s.end, s.label.index(), origin, proposer, s.origin.score()])
        .map(drop)
}

/// Inserts a suggestion.
pub(super) fn insert_suggestion(t: &Transaction, document: i64, s: &Span) -> rusqlite::Result<()> {
    let Origin::Suggested { agent: who, .. } = s.origin else { return Ok(()) };
    t.prepare_cached("INSERT INTO suggestions VALUES(?,?,?,?,?,?)")?
        .execute(params![document, s.start, s.end, s.label.index(), who, s.origin.score()])
        .map(drop)
}
