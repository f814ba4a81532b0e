//! Reader of Parquet: one row group at a time, while the next one is decoded.

use super::HF_PARQUET;
use super::list_columns::{SentenceTable, tags, words};
use crate::corpus::Corpus;
use crate::format::hf_jsonl;
use crate::format::tagged::TaggedBuilder;
use crate::format::{Problem, ReadReport, SourceInput};
use parquet::file::reader::FileReader;
use std::sync::mpsc::sync_channel;

pub(super) fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let file = SentenceTable::open(source)?;
    let mut found = ReadReport::new(HF_PARQUET);
    let names = names(&file, source);
    if let Some((from, names)) = &names {
        found.detection_notes.push(format!("{} tag names from {from}", names.len()));
    }
    let names = names.map(|(_, names)| names);
    let kept = file.scalar_columns();
    let others = file.other_columns().into_iter().filter(|column| !kept.contains(column));
    others.for_each(|column| found.note_unsupported(format!("“{column}”")));
    let mut reader = TaggedBuilder::new(source, corpus, found);
    let groups = file.reader.metadata().num_row_groups();
    // A second thread decompresses and decodes the next group while this thread adds the last one to the corpus.
    std::thread::scope(|scope| {
        let (decoded, waiting) = sync_channel(1);
        let file = &file;
        scope.spawn(move || {
            (0..groups).all(|number| {
                let group = file.row_group(number).and_then(|group| Ok((group, file.row_fields(number)?)));
                decoded.send(group).is_ok()
            })
        });
        let mut row = 0;
        for group in waiting {
            let ((words_of, tags_of), mut fields) = group?;
            for at in 0..words_of.rows.len() {
                row += 1;
                let sentence = words(&words_of, at)
                    .and_then(|words| Ok((tags(&tags_of, names.as_deref(), at, words.len())?, words)));
                match sentence {
                    Ok((tags, words)) => {
                        reader.start_record(fields.get_mut(at).map(std::mem::take).unwrap_or_default());
                        reader.push_sentence(&words, &tags, row)?;
                    }
                    Err(reason) => reader
                        .found
                        .push_problem(row, 0, || format!("row {row}: {reason}; row skipped, kept in the file")),
                }
            }
        }
        Ok::<(), Problem>(())
    })?;
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "no rows".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no row has tokens and tags: {first}")));
    }
    Ok(reader.finish())
}

/// Returns the names of numbered tags, and their source: the footer, or another file of the directory.
pub(super) fn names(file: &SentenceTable, source: &SourceInput) -> Option<(&'static str, Vec<String>)> {
    file.names().map(|names| ("the file's footer", names)).or_else(|| hf_jsonl::class_label_names(source))
}
