//! Reading column files.

use super::layout::Layout;
use super::lines::{Block, Row, Sentences};
use crate::corpus::notation::prefix_of;
use crate::corpus::scheme::decode;
use crate::corpus::store::Column;
use crate::corpus::{Corpus, DocumentBuilder, Notation, Place, Scheme, SchemeDetector, Tag, ValueId};
use crate::format::found::quote;
use crate::format::{Found, Problem, Source};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Reads a column file's documents into `corpus`.
///
/// A line without a tag and a tag that is none count as `O` and are reported; no line is dropped.
///
/// # Errors
/// When the bytes are no column file at all: then the corpus is unchanged.
pub(super) fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let layout = Layout::detect(text, source.choices.columns)?;
    let mut reader = Reader::new(text, layout, corpus);
    let mut lines = Sentences::new(text, layout);
    let mut builder = DocumentBuilder::new(source.split, source.file, 0, reader.columns.len());
    let end = |builder: &mut DocumentBuilder, place| (builder.sentences() > 0).then(|| Arc::new(builder.take(place)));
    let mut sentences = 0;
    let mut documents = Vec::new();
    while let Some(block) = lines.next() {
        reader.strays(&lines.strays);
        match block {
            Block::DocumentStart => documents.extend(end(&mut builder, sentences)),
            Block::Sentence => {
                reader.sentence(&lines, &mut builder, sentences as usize)?;
                sentences += 1;
            }
        }
    }
    reader.strays(&lines.strays);
    documents.extend(end(&mut builder, sentences));
    let (columns, mut found) = reader.finish();
    found.note_encoding(&decoded);
    corpus.documents.extend(documents);
    corpus.columns = columns;
    Ok(found)
}

/// State while one file is read.
struct Reader<'a> {
    text: &'a str,
    layout: Layout,
    corpus: &'a mut Corpus,
    /// Which columns of the file are further ones.
    further: Vec<usize>,
    columns: Vec<Column>,
    /// Value to id, for each column.
    ids: Vec<HashMap<String, ValueId, RandomState>>,
    detector: SchemeDetector,
    found: Found,
    /// Of the token that is read.
    values: Vec<ValueId>,
    /// Of the sentence that is read.
    tags: Vec<Tag>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, layout: Layout, corpus: &'a mut Corpus) -> Self {
        let further: Vec<usize> = layout.further().collect();
        let published = layout.format() == super::CONLL2003;
        let mut columns = corpus.columns.clone();
        if corpus.documents.is_empty() {
            let name = |i: usize| match i {
                1 if published => "pos".to_owned(),
                2 if published => "chunk".to_owned(),
                i => format!("column {}", i + 1),
            };
            columns = further.iter().map(|i| Column { name: name(*i), values: Vec::new() }).collect();
        }
        let ids = columns.iter().map(|c| c.values.iter().cloned().zip(0..).collect()).collect();
        let mut found = Found::new(layout.format());
        found.evidence = layout.evidence();
        found.layout = Some(layout);
        let (detector, values, tags) = (SchemeDetector::default(), Vec::new(), Vec::new());
        Self { text, layout, corpus, further, columns, ids, detector, found, values, tags }
    }

    /// Tells of lines without a word.
    fn strays(&mut self, lines: &[(usize, Range<usize>)]) {
        for (line, all) in lines {
            let what = || format!("the line has no word; it is left as it is: {}", quote(&self.text[all.clone()]));
            self.found.problem(*line, 1, what);
        }
    }

    fn sentence(&mut self, lines: &Sentences, builder: &mut DocumentBuilder, number: usize) -> Result<(), Problem> {
        let text = self.text;
        self.tags.clear();
        for row in &lines.rows {
            let fields = &lines.fields[row.fields.clone()];
            let (has, wants) = (fields.len(), self.layout.columns);
            if has != wants {
                let line = &text[row.all.clone()];
                let what = || format!("expected {wants} columns but found {has}: {}", quote(line));
                self.found.problem(row.line, has, what);
            }
            let tag = self.tag(row, has, number)?;
            self.tags.push(tag);
            self.values.clear();
            for column in 0..self.columns.len() {
                // A line that has too few lacks its last ones, not the tag.
                let at = self.further.get(column).filter(|i| has > 1 && (**i + 1 < has || self.layout.tag < **i));
                let value = at.and_then(|i| fields.get(*i)).map_or("", |r| &text[r.clone()]);
                let id = self.value_id(column, value)?;
                self.values.push(id);
            }
            builder.token(&text[row.word.clone()], self.values.iter().copied());
        }
        self.detector.end_sentence();
        builder.end_sentence(&decode(&self.tags));
        Ok(())
    }

    fn tag(&mut self, row: &Row, fields: usize, sentence: usize) -> Result<Tag, Problem> {
        let text = row.tag.clone().map_or("O", |tag| &self.text[tag]);
        let tag = match self.layout.notation.parse(text) {
            Ok(Some((letter, name))) => Some((letter, self.corpus.labels.intern(name)?)),
            Ok(None) => None,
            Err(wrong) => {
                self.found.problem(row.line, fields, || format!("{} is no tag; it is read as O", quote(wrong)));
                None
            }
        };
        let place = Place { line: row.line, sentence };
        self.detector.tag(tag.map(|(letter, label)| (letter, u64::from(label))), place);
        Ok(tag.map(|(letter, label)| (prefix_of(letter), label)))
    }

    /// The id of a further column's value. A source has fewer values than bytes, so the ids of all fit into 32 bits.
    fn value_id(&mut self, column: usize, value: &str) -> Result<ValueId, Problem> {
        if let Some(id) = self.ids[column].get(value) {
            return Ok(*id);
        }
        let values = &mut self.columns[column].values;
        let id = ValueId::try_from(values.len())
            .map_err(|_| Problem::at(0, column + 1, "the column has more than 4,294,967,295 different values"))?;
        values.push(value.to_owned());
        self.ids[column].insert(value.to_owned(), id);
        Ok(id)
    }

    fn finish(mut self) -> (Vec<Column>, Found) {
        match self.layout.notation {
            Notation::Bare => self.found.scheme = Scheme::Io,
            _ => self.found.follow(&self.detector),
        }
        (self.columns, self.found)
    }
}
