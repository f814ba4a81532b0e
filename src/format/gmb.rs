//! The Groningen Meaning Bank as Kaggle has it: CSV of `Sentence #`, `Word`, `POS`, `Tag`, the sentence's name only on its
//! first row.

use super::words::{SpansOf, Standing, Tagged, label_name};
use super::{Current, Format, Found, Holds, Problem, Source, Write};
use super::{byte_of, line_of};
use crate::corpus::notation::tag_text;
use crate::corpus::scheme;
use crate::corpus::{Corpus, Notation, Scheme, Split};
use csv::StringRecord;

/// `ner_dataset.csv`.
pub const GMB: Format = Format {
    name: "gmb",
    what: "Kaggle's GMB: CSV of Sentence #, Word, POS, Tag",
    extensions: &["csv"],
    recognises: |g| columns(&header(g.first_line())).is_some(),
    read,
    write: Some(Write::Whole(write)),
    rewrite: Some(rewrite),
    holds: Holds { columns: 1, spaced_words: true, ..Holds::NOTHING },
};

fn header(line: &str) -> StringRecord {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    reader.records().next().and_then(Result::ok).unwrap_or_default()
}

/// The name of the column that becomes one of the corpus.
const POS: &str = "pos";

/// Which columns hold the sentence, the word and the tag.
fn columns(header: &StringRecord) -> Option<[usize; 3]> {
    let place = |name: &str| header.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    Some([place("Sentence #")?, place("Word")?, place("Tag")?])
}

/// Whether a row begins a sentence: it names another one than the row before (all rows name theirs in filled tables).
fn begins(row: &StringRecord, column: usize, name: &mut String) -> bool {
    let Some(next) = row.get(column).map(str::trim).filter(|n| !n.is_empty() && n != name) else { return false };
    next.clone_into(name);
    true
}

/// The rows of the file with their columns.
fn rows(text: &str) -> Result<(csv::Reader<&[u8]>, [usize; 3]), Problem> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| Problem::at(1, 0, format!("the table is broken ({e})")))?;
    let columns = columns(header).ok_or_else(|| Problem::at(1, 0, "the header lacks Sentence #, Word or Tag"))?;
    Ok((reader, columns))
}

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let (mut reader, [sentence, word, tag]) = rows(&decoded.text)?;
    let found = Found::of(GMB, &decoded);
    let pos = reader.headers().ok().and_then(|h| h.iter().position(|h| h.trim().eq_ignore_ascii_case(POS)));
    let mut out = Tagged::new(source, corpus, found);
    if pos.is_some() {
        out.with_column(POS);
    }
    let mut name = String::new();
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                let line = line_of(e.position());
                out.found.problem(line, 0, || format!("the row is broken ({e}); it is left as it is"));
                continue;
            }
        };
        let line = line_of(row.position());
        if begins(&row, sentence, &mut name) {
            out.end_sentence();
        }
        match (row.get(word).filter(|w| !w.trim().is_empty()), row.get(tag)) {
            (Some(word), Some(text)) => {
                out.word_with(word, pos.and_then(|at| row.get(at)).unwrap_or(""));
                out.tag(text, line, tag + 1)?;
            }
            _ => out.found.problem(line, word + 1, || "the row lacks its word or its tag; it is left as it is".into()),
        }
    }
    out.end_sentence();
    if out.sentences() == 0 {
        return Err(Problem::at(0, 0, "the table has no word"));
    }
    Ok(out.finish())
}

fn rewrite(source: &Source, current: &Current) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let (mut reader, [sentence, word, tag]) = rows(text)?;
    // Rows of each sentence, with where they lie.
    let mut sentences: Vec<Vec<(StringRecord, std::ops::Range<usize>)>> = Vec::new();
    let mut row = StringRecord::new();
    let mut name = String::new();
    loop {
        let after = |at: usize| at + usize::from(text[at..].starts_with('\n'));
        // A record ends before the second character of its line end.
        let start = after(byte_of(reader.position()));
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Err(_) => continue,
            Ok(true) => {}
        }
        let end = after(byte_of(reader.position()));
        if begins(&row, sentence, &mut name) && sentences.last().is_none_or(|s| !s.is_empty()) {
            sentences.push(Vec::new());
        }
        let whole = row.get(word).is_some_and(|w| !w.trim().is_empty()) && row.get(tag).is_some();
        if whole {
            if sentences.is_empty() {
                sentences.push(Vec::new());
            }
            if let Some(last) = sentences.last_mut() {
                last.push((row.clone(), start..end));
            }
        }
    }
    let mut spans = SpansOf::new(current);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (number, rows) in sentences.iter().filter(|s| !s.is_empty()).enumerate() {
        let there = Standing {
            number,
            line: line_of(rows.first().and_then(|(row, _)| row.position())),
            words: rows.iter().map(|(row, _)| row.get(word).unwrap_or("")),
            tags: rows.iter().map(|(row, _)| row.get(tag).unwrap_or("")),
            notation: Notation::Usual,
        };
        let Some(wanted) = spans.changed(there)? else { continue };
        let tags = scheme::encode(&wanted, rows.len(), current.scheme);
        for ((row, range), new) in rows.iter().zip(tags) {
            let new = tag_text(new, current.scheme, |l| current.corpus.labels.name(l).to_owned());
            if row.get(tag) == Some(&new) {
                continue;
            }
            let fields = row.iter().enumerate().map(|(i, field)| if i == tag { &*new } else { field });
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            let whole = writer.write_record(fields).and_then(|()| writer.flush().map_err(Into::into));
            whole.map_err(|e| Problem::at(0, 0, e.to_string()))?;
            let bytes = writer.into_inner().map_err(|e| Problem::at(0, 0, e.to_string()))?;
            let old = &text[range.clone()];
            let ending = &old[old.trim_end_matches(['\n', '\r']).len()..];
            out.push_str(&text[copied..range.start]);
            out.push_str(String::from_utf8_lossy(&bytes).trim_end_matches('\n'));
            out.push_str(ending);
            copied = range.end;
        }
    }
    spans.finish(sentences.iter().filter(|s| !s.is_empty()).count())?;
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let pos = corpus.columns.iter().position(|c| c.name == POS);
    let mut row = |fields: [&str; 4]| {
        // It writes to memory, where nothing fails.
        if let Err(e) = table.write_record(fields) {
            log::error!("gmb: {e}");
        }
    };
    row(["Sentence #", "Word", "POS", "Tag"]);
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.split == s));
    let sentences = documents.flat_map(|d| (0..d.len()).map(move |s| (d, s)));
    for (number, (d, sentence)) in (1..).zip(sentences) {
        let words = d.sentence(sentence);
        let tags = scheme::encode(&d.token_spans(sentence), words.len(), scheme);
        let mut name = format!("Sentence: {number}");
        for (word, tag) in words.zip(tags) {
            let tag = tag_text(tag, scheme, |l| label_name(corpus.labels.name(l)));
            let value = pos.map_or("", |column| corpus.value(column, d, word));
            row([&name, d.token(word), value, &tag]);
            name.clear();
        }
    }
    table.into_inner().unwrap_or_default()
}
