//! Documents of word processors, browsers and mail programs as sources of text. The formats are read-only because they
//! cannot represent labels. Each file is one document.
//!
//! Read in this order: [`flow`] (builder of the text), [`left_out`] (content that is reported), then one file per
//! format: [`markdown`], [`html`], [`eml`], [`docx`] (with [`office`]: detection of office files) and [`pdf`].

pub mod docx;
pub mod eml;
mod flow;
pub mod html;
mod left_out;
pub mod markdown;
pub(super) mod office;
pub mod pdf;

use super::{Problem, ReadReport, SourceInput};
use crate::corpus::{Corpus, Document};
use flow::Flow;
use left_out::SkippedContent;
use std::sync::Arc;

/// Adds the document of a source, and notes the omitted content.
///
/// # Errors
/// Returns an error if the document has no text, or if it exceeds the budget.
fn add(
    source: &SourceInput,
    corpus: &mut Corpus,
    mut found: ReadReport,
    title: &str,
    flow: Flow,
    left_out: &SkippedContent,
) -> Result<ReadReport, Problem> {
    let text = flow.finish()?;
    if text.trim().is_empty() {
        let also = left_out.sentence().map_or_else(String::new, |parts| format!("; not read: {parts}"));
        return Err(Problem::at(0, 0, format!("the document contains no text{also}")));
    }
    left_out.note(&mut found.notes);
    let mut document = Document::from_text(source.split, source.source_id, 0, text, Vec::new(), None);
    document.name = one_line(title);
    corpus.documents.push(Arc::new(document));
    Ok(found)
}

/// Returns a title as a name: on one line, without control characters, and truncated.
fn one_line(title: &str) -> String {
    /// Maximum number of characters of a name.
    const MOST: usize = 200;
    let line: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(MOST).collect()
}
