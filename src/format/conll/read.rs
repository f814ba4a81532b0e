//! Reader of column files.

use super::layout::ColumnLayout;
use super::lines::{Block, SentenceReader, TokenLine};
use super::roles::normalized_tag;
use crate::corpus::scheme::decode;
use crate::corpus::store::TokenColumn;
use crate::corpus::tag_notation::{prefix_of, stacked_tags};
use crate::corpus::{
    Corpus, DocumentBuilder, LabelId, Scheme, SchemeDetector, Split, Tag, TagNotation, TagPosition, TokenSpan,
    TooManyLabels, ValueId,
};
use crate::format::note::NoteKind;
use crate::format::read_report::quote;
use crate::format::tagged::decode_stacked;
use crate::format::{Problem, ReadReport, SourceInput};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Reads the documents of a column file into `corpus`.
///
/// Missing and invalid tags count as `O` and are reported. No line is dropped.
///
/// # Errors
/// Returns an error if the bytes are not a column file. The corpus is then unchanged.
pub(super) fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let layout = ColumnLayout::detect(text, source.options.columns)?;
    let mut reader = ColumnReader::new(text, layout, corpus);
    let mut lines = SentenceReader::new(text, layout);
    let mut builder = DocumentBuilder::new(source.split, source.source_id, 0, reader.columns.len());
    let end = |builder: &mut DocumentBuilder, place| {
        (builder.sentences() > 0).then(|| Arc::new(builder.finish_document(place)))
    };
    let mut sentences = 0;
    let mut documents = Vec::new();
    while let Some(block) = lines.next() {
        reader.report_lines_without_token(&lines.lines_without_token);
        match block {
            Block::DocumentStart(name) => {
                documents.extend(end(&mut builder, sentences));
                builder.set_name(name.map_or("", |range| text[range].trim()));
            }
            Block::Sentence => {
                if let Some(split) = reader.split(&lines).filter(|split| *split != builder.split()) {
                    documents.extend(end(&mut builder, sentences));
                    builder.set_split(split);
                }
                reader.sentence(&lines, &mut builder, sentences as usize)?;
                sentences += 1;
            }
        }
    }
    reader.report_lines_without_token(&lines.lines_without_token);
    documents.extend(end(&mut builder, sentences));
    reader.notes(&lines, sentences as usize, documents.iter().map(|d| d.tokens.len()).sum());
    let (columns, mut found) = reader.finish();
    found.note_encoding(&decoded);
    corpus.documents.extend(documents);
    corpus.columns = columns;
    Ok(found)
}

/// State of the reader for one file.
struct ColumnReader<'a> {
    text: &'a str,
    layout: ColumnLayout,
    corpus: &'a mut Corpus,
    /// Additional columns of the file.
    extra_columns: Vec<usize>,
    columns: Vec<TokenColumn>,
    /// Map from value to id, for each column.
    value_ids: Vec<HashMap<String, ValueId, RandomState>>,
    detector: SchemeDetector,
    found: ReadReport,
    /// Column values of the current token.
    row_values: Vec<ValueId>,
    /// Tags of the current sentence.
    tags: Vec<Tag>,
}

/// Returns the column names. Empty if the file has no header.
fn header(text: &str, layout: ColumnLayout) -> Vec<String> {
    let Some(line) = layout.header.checked_sub(1).and_then(|at| text.lines().nth(at)) else { return Vec::new() };
    let line = line.trim_start_matches('\u{feff}');
    if let Some(names) = line.strip_prefix("# global.columns =") {
        return names.split_whitespace().map(str::to_owned).collect();
    }
    let mut fields = Vec::new();
    layout.split_fields(line, &mut fields);
    fields.into_iter().map(|range| layout.field(&line[range]).trim().to_owned()).collect()
}

impl<'a> ColumnReader<'a> {
    fn new(text: &'a str, layout: ColumnLayout, corpus: &'a mut Corpus) -> Self {
        let further: Vec<usize> = layout.extra_columns().collect();
        let published = layout.format() == super::CONLL2003;
        let names = header(text, layout);
        let mut columns = corpus.columns.clone();
        if corpus.documents.is_empty() {
            let name = |i: usize| match (i, names.get(i).map(|n| n.trim())) {
                (_, Some(name)) if name.eq_ignore_ascii_case("pos") => "pos".to_owned(),
                (_, Some(name)) if !name.is_empty() => name.to_owned(),
                (1, _) if published => "pos".to_owned(),
                (2, _) if published => "chunk".to_owned(),
                (i, _) => format!("column {}", i + 1),
            };
            columns = further.iter().map(|i| TokenColumn { name: name(*i), values: Vec::new() }).collect();
        }
        let ids = columns.iter().map(|c| c.values.iter().cloned().zip(0..).collect()).collect();
        let mut found = ReadReport::new(layout.format());
        found.detection_notes = layout.evidence();
        found.layout = Some(layout);
        let named = |i: usize| match names.get(i) {
            Some(name) if !name.is_empty() => format!("column {} ({})", i + 1, quote(name)),
            _ => format!("column {}", i + 1),
        };
        if layout.header > 0 {
            found.notes.add(NoteKind::Header, || format!("line {}: {}", layout.header, names.join(", ")));
        }
        if let Some(second) = layout.second_tag {
            found
                .notes
                .add(NoteKind::SecondLayer, || format!("{}; tags are read from {}", named(second), named(layout.tag)));
        }
        found.roles.push(("text", named(layout.word)));
        found.roles.push(("label", named(layout.tag)));
        let others = [("sentence", layout.sentence), ("id", layout.document), ("split", layout.split)];
        found.roles.extend(others.into_iter().filter_map(|(role, column)| Some((role, named(column?)))));
        let (detector, values, tags) = (SchemeDetector::default(), Vec::new(), Vec::new());
        Self {
            text,
            layout,
            corpus,
            extra_columns: further,
            columns,
            value_ids: ids,
            detector,
            found,
            row_values: values,
            tags,
        }
    }

    /// Returns the split that is named in the first row of a sentence.
    fn split(&self, lines: &SentenceReader) -> Option<Split> {
        let column = self.layout.split?;
        let field = lines.fields.get(lines.rows.first()?.fields.clone())?.get(column)?;
        Split::from_name(self.layout.field(&self.text[field.clone()]).trim())
    }

    /// Notes comments and other ignored lines, and a file without sentence boundaries.
    fn notes(&mut self, lines: &SentenceReader, sentences: usize, tokens: usize) {
        /// Maximum number of tokens of a plausible sentence.
        const LONG_SENTENCE: usize = 50;
        let (comments, first) = &lines.comments;
        self.found.notes.add_many(NoteKind::Comment, *comments, || quote(&self.text[first.clone()]));
        if sentences == 1 && tokens > LONG_SENTENCE {
            self.found.notes.add(NoteKind::NoSentences, || format!("{tokens} tokens without a blank line"));
        }
        if self.layout.word_prefix > 0 {
            self.found.notes.add(NoteKind::Markup, || "language prefix of each token".into());
        }
        if self.layout.notation == TagNotation::Untyped {
            self.found.notes.add(NoteKind::TagWithoutLabel, String::new);
        }
    }

    /// Reports lines without a token.
    fn report_lines_without_token(&mut self, lines: &[(usize, Range<usize>)]) {
        for (line, all) in lines {
            let what = || format!("no token; line skipped, kept in the file: {}", quote(&self.text[all.clone()]));
            self.found.push_problem(*line, 1, what);
        }
    }

    fn sentence(
        &mut self,
        lines: &SentenceReader,
        builder: &mut DocumentBuilder,
        number: usize,
    ) -> Result<(), Problem> {
        let text = self.text;
        self.tags.clear();
        for row in &lines.rows {
            let fields = &lines.fields[row.fields.clone()];
            let (has, wants) = (fields.len(), self.layout.columns);
            if has != wants {
                let line = &text[row.line_range.clone()];
                let what = || format!("expected {wants} columns but found {has}: {}", quote(line));
                self.found.push_problem(row.line, has, what);
            }
            let tag = self.tag(row, has, number)?;
            self.tags.push(tag);
            self.row_values.clear();
            for column in 0..self.columns.len() {
                // A line with too few columns lacks the last ones, not the tag.
                let at = self.extra_columns.get(column).filter(|i| has > 1 && (**i + 1 < has || self.layout.tag < **i));
                let value = at.and_then(|i| fields.get(*i)).map_or("".into(), |r| self.layout.field(&text[r.clone()]));
                let id = self.value_id(column, &value)?;
                self.row_values.push(id);
            }
            let word = self.layout.field(&text[row.word.clone()]);
            builder.push_token(&word, self.row_values.iter().copied());
        }
        self.detector.end_sentence();
        let mut spans = decode(&self.tags);
        if self.layout.stacked {
            spans = self.stacked_spans(&lines.rows)?.unwrap_or(spans);
        }
        builder.end_sentence(&spans);
        Ok(())
    }

    /// Returns the spans of a sentence with stacked tags; `None` if no token has several tags.
    fn stacked_spans(&mut self, rows: &[TokenLine]) -> Result<Option<Vec<TokenSpan>>, Problem> {
        let mut stacks: Vec<Vec<(char, LabelId)>> = Vec::with_capacity(rows.len());
        for row in rows {
            let text = row.tag.clone().map_or("O", |tag| &self.text[tag]);
            let parts = stacked_tags(text, self.layout.notation);
            let tags = parts.filter_map(|part| self.layout.notation.parse(part).ok().flatten());
            stacks.push(
                tags.map(|(letter, name)| Ok((letter, self.corpus.labels.intern(name)?)))
                    .collect::<Result<_, TooManyLabels>>()?,
            );
        }
        Ok(stacks.iter().any(|stack| stack.len() > 1).then(|| decode_stacked(&stacks)))
    }

    fn tag(&mut self, row: &TokenLine, fields: usize, sentence: usize) -> Result<Tag, Problem> {
        let text = row.tag.clone().map_or("O".into(), |tag| self.layout.field(&self.text[tag]));
        let text = if self.layout.outside == Some(&*text) { "O".into() } else { text };
        let text = if self.layout.stacked {
            stacked_tags(normalized_tag(&text), self.layout.notation).next().unwrap_or("O")
        } else {
            normalized_tag(&text)
        };
        let tag = match self.layout.notation.parse(text) {
            Ok(Some((letter, name))) => Some((letter, self.corpus.labels.intern(name)?)),
            Ok(None) => None,
            Err(wrong) => {
                let is_last = self.layout.tag + 1 == self.layout.columns;
                let column = if is_last { fields } else { self.layout.tag + 1 };
                self.found.push_problem(row.line, column, || format!("invalid tag {}, read as O", quote(wrong)));
                None
            }
        };
        let place = TagPosition { line: row.line, sentence };
        if !self.layout.stacked {
            self.detector.push_tag(tag.map(|(letter, label)| (letter, u64::from(label))), place);
        }
        Ok(tag.map(|(letter, label)| (prefix_of(letter), label)))
    }

    /// Returns the id of a column value. A source has fewer values than bytes, so ids fit into 32 bits.
    fn value_id(&mut self, column: usize, value: &str) -> Result<ValueId, Problem> {
        if let Some(id) = self.value_ids[column].get(value) {
            return Ok(*id);
        }
        let values = &mut self.columns[column].values;
        let id = ValueId::try_from(values.len())
            .map_err(|_| Problem::at(0, column + 1, "the column has more than 4,294,967,295 distinct values"))?;
        values.push(value.to_owned());
        self.value_ids[column].insert(value.to_owned(), id);
        Ok(id)
    }

    fn finish(mut self) -> (Vec<TokenColumn>, ReadReport) {
        match self.layout.notation {
            TagNotation::LabelOnly => self.found.scheme = Scheme::Io,
            _ => self.found.set_scheme(&self.detector),
        }
        (self.columns, self.found)
    }
}
