//! Content of the sources that projects of older versions do not have: document labels and other fields of records.

use super::edit_sql::insert_doc_label;
use super::field_json;
use super::project_file::{DOC_LABELS_KEY, FIELDS_KEY, Project, ProjectError, set_meta};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document};
use rusqlite::{Transaction, params};
use std::collections::HashMap;
use std::sync::Arc;

impl Project {
    /// Adds content of the sources to a project that was imported before it was supported, and to its corpus in memory.
    /// Without the document labels, saving would remove them from the sources. `read` reads the sources, at most once.
    ///
    /// # Errors
    /// Returns an error if SQLite fails.
    pub fn backfill(&mut self, read: impl FnOnce() -> Option<Corpus>, held: &mut Corpus) -> Result<(), ProjectError> {
        let (lacks_labels, lacks_fields) = (!self.has_meta(DOC_LABELS_KEY)?, !self.has_meta(FIELDS_KEY)?);
        if self.is_read_only() || !(lacks_labels || lacks_fields) {
            return Ok(());
        }
        let Some(read) = read() else { return Ok(()) };
        self.write(|t| {
            if lacks_labels {
                add_doc_labels(t, &read, held)?;
            }
            if lacks_fields {
                add_fields(t, &read, held)?;
            }
            Ok(())
        })
    }
}

fn add_doc_labels(t: &Transaction, read: &Corpus, held: &mut Corpus) -> rusqlite::Result<()> {
    let with_labels = read.documents.iter().filter(|d| !d.doc_labels.is_empty());
    let found: HashMap<(u32, u32), &Arc<Document>> = with_labels.map(|d| ((d.source_id, d.source_index), d)).collect();
    for id in 0..to_u32(held.documents.len()) {
        let d = held.document(id);
        if let Some(source) = found.get(&(d.source_id, d.source_index)).filter(|_| d.doc_labels.is_empty()) {
            let names: Vec<String> = read.doc_label_names(source).cloned().collect();
            names.iter().try_for_each(|name| insert_doc_label(t, i64::from(id), name))?;
            let labels = held.doc_label_ids(&names);
            held.document_mut(id).doc_labels = labels;
        }
    }
    set_meta(t, DOC_LABELS_KEY, "read")
}

fn add_fields(t: &Transaction, read: &Corpus, held: &mut Corpus) -> rusqlite::Result<()> {
    let with_fields = read.documents.iter().filter(|d| !d.fields.is_empty());
    let found: HashMap<(u32, u32, &str), &Arc<Document>> =
        with_fields.map(|d| ((d.source_id, d.source_index, d.text.as_str()), d)).collect();
    for id in 0..to_u32(held.documents.len()) {
        let d = held.document(id);
        let source = found.get(&(d.source_id, d.source_index, d.text.as_str())).copied();
        let Some(source) = source else { continue };
        t.execute("UPDATE documents SET fields=? WHERE id=?", params![field_json::to_json(&source.fields), id])?;
        held.document_mut(id).fields.clone_from(&source.fields);
    }
    set_meta(t, FIELDS_KEY, "read")
}
