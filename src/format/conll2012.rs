//! CoNLL-2012 (OntoNotes): one token per line in columns, with names in brackets in the eleventh column. The parts of a
//! document are between `#begin document (NAME); part 000` and `#end document`.
//!
//! A cell of the name column contains any number of `(TYPE` and `)`. Brackets nest, so spans can overlap. `*` and `-`
//! mean no bracket.

use super::note::NoteKind;
use super::read_report::quote;
use super::tagged::{SpanCursor, escape_label, escape_token};
use super::{
    Capabilities, Detection, Format, MAX_PROBLEMS, Preview, Problem, ReadReport, RewriteContext, SourceInput, Writer,
};
use crate::corpus::{Corpus, Document, DocumentBuilder, LabelId, LabelSet, Split, TokenSpan};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// CoNLL-2012 with names in brackets.
pub const CONLL2012: Format = Format {
    name: "conll2012",
    description: "CoNLL-2012 (OntoNotes): entities in brackets in the eleventh column",
    extensions: &["v4_gold_conll", "v4_auto_conll", "gold_conll", "conll2012"],
    detect: recognize,
    is_json: false,
    read,
    write: Some(Writer::SingleFile(|corpus, split, _| write(corpus, split))),
    rewrite: Some(rewrite),
    capabilities: Capabilities { overlapping_spans: true, document_boundaries: true, ..Capabilities::NONE },
};

/// Beginning of the line before a part.
const BEGIN: &str = "#begin document";
/// Line after a part.
const END: &str = "#end document";
/// Column of tokens, from 0.
const WORD: usize = 3;
/// Column of names, from 0.
const NAME: usize = 10;
/// Maximum number of open brackets, and of brackets in a cell.
const MAX_OPEN_BRACKETS: usize = 64;
/// Placeholder name of a document without a name.
const UNNAMED: &str = "-";

fn recognize(glance: &Preview) -> Option<Detection> {
    let begins = glance.lines().any(|line| line.starts_with(BEGIN));
    let first = glance.lines().find(|line| !line.starts_with('#'))?;
    let fits = first.split_ascii_whitespace().nth(NAME).is_some_and(|cell| brackets(cell).is_ok());
    if begins {
        return Detection::when(fits, Detection::SIGNATURE, "#begin document lines and a column of brackets");
    }
    Detection::when(fits && has_rows(glance), Detection::STRUCTURE, "CoNLL-2012 columns with entities in brackets")
}

/// True if all lines have a document, a part number, a token number, syntax brackets and name brackets.
fn has_rows(glance: &Preview) -> bool {
    const SYNTAX: usize = 5;
    let is_row = |line: &str| {
        let cells: Vec<&str> = line.split_ascii_whitespace().collect();
        let is_number = |at: usize| cells.get(at).is_some_and(|cell| cell.parse::<u32>().is_ok());
        let has_brackets = |at: usize| cells.get(at).is_some_and(|cell| *cell == "-" || cell.contains(['*', '(', ')']));
        is_number(1)
            && is_number(2)
            && has_brackets(SYNTAX)
            && cells.get(NAME).is_some_and(|cell| brackets(cell).is_ok())
    };
    glance.lines().filter(|line| !line.starts_with('#')).take(100).all(is_row)
}

/// Bracket in a name cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket<'t> {
    Open(&'t str),
    Close,
}

/// Parses the brackets of a cell.
///
/// # Errors
/// Returns a message if the cell is invalid. It is then ignored.
fn brackets(cell: &str) -> Result<Vec<Bracket<'_>>, &'static str> {
    let mut found = Vec::new();
    let mut rest = cell;
    while let Some(sign) = rest.chars().next() {
        if found.len() > MAX_OPEN_BRACKETS {
            return Err("has more than 64 brackets");
        }
        rest = &rest[sign.len_utf8()..];
        match sign {
            '*' => {}
            '-' | '_' if cell.len() == 1 => {}
            ')' => found.push(Bracket::Close),
            '(' => {
                let end = rest.find(['(', ')', '*']).unwrap_or(rest.len());
                found.push(Bracket::Open(&rest[..end]));
                rest = &rest[end..];
            }
            _ => return Err("has text outside of brackets"),
        }
    }
    Ok(found)
}

/// Token line, with its fields as byte ranges of the file.
struct Row {
    /// Line number, from 1.
    line: usize,
    word: Range<usize>,
    name: Range<usize>,
}

/// Line or sentence of a file.
enum Block<'t> {
    /// Start of a part of a document: the name and the part number.
    Begin(&'t str, &'t str),
    /// End of a part.
    End,
    /// Sentence. Its tokens are in [`Sentences::rows`].
    Sentence,
}

/// Reader of the sentences of a file, line by line.
struct SentenceReader<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    follows: Option<Block<'t>>,
    /// Token lines of the sentence.
    rows: Vec<Row>,
    /// Lines with too few columns: line number and number of columns of the listed ones, and the total count.
    short: (Vec<(usize, usize)>, usize),
    /// Number of comment lines, and the first of them.
    comments: (usize, &'t str),
    /// Number of tokens with content in other columns.
    grammar: usize,
}

impl<'t> SentenceReader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            follows: None,
            rows: Vec::new(),
            short: (Vec::new(), 0),
            comments: (0, ""),
            grammar: 0,
        }
    }

    /// Reads the next block; `None` at the end.
    fn next(&mut self) -> Option<Block<'t>> {
        self.rows.clear();
        if let Some(block) = self.follows.take() {
            return Some(block);
        }
        while self.at < self.text.len() {
            let start = self.at;
            let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i + 1);
            (self.at, self.line) = (end, self.line + 1);
            let line = &self.text[start..end];
            let block = match line.trim() {
                "" if self.rows.is_empty() => continue,
                "" => return Some(Block::Sentence),
                mark if mark.starts_with(BEGIN) => document_name(mark),
                mark if mark.starts_with(END) => Block::End,
                _ => {
                    self.token_line(line, start);
                    continue;
                }
            };
            if self.rows.is_empty() {
                return Some(block);
            }
            self.follows = Some(block);
            return Some(Block::Sentence);
        }
        (!self.rows.is_empty()).then_some(Block::Sentence)
    }

    fn token_line(&mut self, line: &'t str, start: usize) {
        let shift = |field: &str| {
            let at = start + field.as_ptr().addr() - line.as_ptr().addr();
            at..at + field.len()
        };
        let mut columns = line.split_ascii_whitespace();
        let (word, name) = (columns.nth(WORD), columns.nth(NAME - WORD - 1));
        match (word, name) {
            (Some(word), Some(name)) => {
                let others = line.split_ascii_whitespace().enumerate().skip(WORD + 1);
                let is_said = |(i, value): (usize, &str)| i != NAME && value != "-" && value != "*";
                self.grammar += usize::from(others.into_iter().any(is_said));
                self.rows.push(Row { line: self.line, word: shift(word), name: shift(name) });
            }
            _ if line.starts_with('#') => {
                self.comments.0 += 1;
                if self.comments.0 == 1 {
                    self.comments.1 = line;
                }
            }
            _ => {
                self.short.1 += 1;
                if self.short.1 <= MAX_PROBLEMS {
                    self.short.0.push((self.line, line.split_ascii_whitespace().count()));
                }
            }
        }
    }

    fn words(&self) -> impl Iterator<Item = &'t str> {
        self.rows.iter().map(|row| &self.text[row.word.clone()])
    }
}

/// Parses the name and the part number of `#begin document (NAME); part 000`.
fn document_name(mark: &str) -> Block<'_> {
    let inside = mark[BEGIN.len()..].trim();
    let (name, part) = match inside.rsplit_once("; part") {
        Some((name, part)) => (name.trim_end(), part.trim()),
        None => (inside.trim_end_matches(';'), ""),
    };
    let name = name.strip_prefix('(').map_or(name, |n| n.strip_suffix(')').unwrap_or(n));
    Block::Begin(if name == UNNAMED { "" } else { name }, part)
}

/// Returns the spans of a sentence, sorted and without duplicates, and the number of duplicates. `label` returns the id
/// of a name. The second callback receives problems with their lines.
fn spans_of<E>(
    sentence: &SentenceReader,
    mut label: impl FnMut(&str) -> Result<LabelId, E>,
    mut on_problem: impl FnMut(usize, &dyn Fn() -> String),
) -> Result<(Vec<TokenSpan>, usize), E> {
    let mut spans = Vec::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (at, row) in sentence.rows.iter().enumerate() {
        let cell = &sentence.text[row.name.clone()];
        let all = match brackets(cell) {
            Ok(all) => all,
            Err(reason) => {
                on_problem(row.line, &|| format!("{} {reason}; read as *", quote(cell)));
                continue;
            }
        };
        for bracket in all {
            match bracket {
                Bracket::Open("") => {
                    on_problem(row.line, &|| "bracket without a label; not read".into());
                    open.push((at, ""));
                }
                Bracket::Open(name) => open.push((at, name)),
                Bracket::Close => match open.pop() {
                    Some((_, "")) => {}
                    Some((start, name)) => spans.push(TokenSpan { start, end: at + 1, label: label(name)? }),
                    None => on_problem(row.line, &|| "closing bracket without an opening bracket; not read".into()),
                },
            }
        }
        if open.len() > MAX_OPEN_BRACKETS {
            on_problem(row.line, &|| format!("more than {MAX_OPEN_BRACKETS} open brackets; not read"));
            open.clear();
        }
    }
    for (start, name) in open {
        let name = quote(name);
        on_problem(sentence.rows[start].line, &|| {
            format!("the bracket of {name} is not closed in its sentence; not read")
        });
    }
    let count = spans.len();
    spans.sort_unstable();
    spans.dedup();
    let repeated = count - spans.len();
    Ok((spans, repeated))
}

/// Reports the lines with too few columns.
fn tell_short(found: &mut ReadReport, lines: &mut SentenceReader) {
    let wants = NAME + 1;
    let (listed, count) = std::mem::take(&mut lines.short);
    found.problem_count += count - listed.len();
    for (line, has) in listed {
        found.push_problem(line, has, || {
            format!("expected at least {wants} columns but found {has}; line skipped, kept in the file")
        });
    }
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(CONLL2012, &decoded);
    let mut lines = SentenceReader::new(&decoded.text);
    let mut builder = DocumentBuilder::new(source.split, source.source_id, 0, 0);
    let mut documents: Vec<(Document, (&str, &str))> = Vec::new();
    let (mut named, mut sentences) = (("", ""), 0);
    while let Some(block) = lines.next() {
        tell_short(&mut found, &mut lines);
        let next = match block {
            Block::Begin(name, part) => (name, part),
            Block::End => ("", ""),
            Block::Sentence => {
                lines.words().for_each(|word| builder.push_token(word, []));
                let mut on_problem = |line: usize, what: &dyn Fn() -> String| found.push_problem(line, NAME + 1, what);
                let (spans, repeated) = spans_of(&lines, |name| corpus.labels.intern(name), &mut on_problem)?;
                let line = lines.rows.first().map_or(0, |row| row.line);
                found.notes.add_many(NoteKind::DuplicateSpan, repeated, || format!("line {line}"));
                builder.end_sentence(&spans);
                sentences += 1;
                continue;
            }
        };
        if builder.sentences() > 0 {
            documents.push((builder.finish_document(sentences), named));
        }
        named = next;
    }
    tell_short(&mut found, &mut lines);
    if builder.sentences() > 0 {
        documents.push((builder.into_document(), named));
    }
    if documents.is_empty() {
        let reason = "no tokens; CoNLL-2012 has at least eleven space-separated columns, with entities in the eleventh";
        return Err(Problem::at(0, 0, reason));
    }
    found.notes.add_many(NoteKind::Comment, lines.comments.0, || quote(lines.comments.1));
    found.roles = vec![("text", format!("column {}", WORD + 1)), ("label", format!("column {}", NAME + 1))];
    if lines.grammar > 0 {
        found.unsupported.insert("syntax, semantic roles and coreference".into(), lines.grammar);
    }
    let mut parts: HashMap<&str, usize> = HashMap::new();
    documents.iter().for_each(|(_, (name, _))| *parts.entry(name).or_default() += 1);
    corpus.documents.extend(documents.into_iter().map(|(mut document, (name, part))| {
        let several = !name.is_empty() && parts.get(name).is_some_and(|n| *n > 1);
        document.name = if several { format!("{name} part {part}") } else { name.to_owned() };
        Arc::new(document)
    }));
    Ok(found)
}

fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let labels = &current.corpus.labels;
    let mut spans = SpanCursor::new(current);
    let mut lines = SentenceReader::new(text);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut number) = (0, 0);
    while let Some(block) = lines.next() {
        if !matches!(block, Block::Sentence) {
            continue;
        }
        let mut names = LabelSet::default();
        // A sentence with more labels than possible has other spans.
        let there = spans_of(&lines, |name| names.intern(name), |_, _| {}).map(|(spans, _)| spans).unwrap_or_default();
        let says = |wanted: &[TokenSpan]| same(&there, &names, wanted, labels);
        let line = lines.rows.first().map_or(0, |row| row.line);
        let Some(wanted) = spans.spans_unless(number, line, lines.words(), says)? else {
            number += 1;
            continue;
        };
        number += 1;
        for (row, cell) in lines.rows.iter().zip(cells(&wanted, lines.rows.len(), labels)) {
            let before = &text[row.name.clone()];
            // Different spellings of the same brackets, such as `-` and `*`, or `(A))` and `(A*))`, are kept.
            if brackets(before) == brackets(&cell) {
                continue;
            }
            out.push_str(&text[copied..row.name.start]);
            out.push_str(&cell);
            copied = row.name.end;
        }
    }
    spans.finish(number)?;
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

/// True if two lists have the same spans with the same label names.
fn same(a: &[TokenSpan], names: &LabelSet, b: &[TokenSpan], labels: &LabelSet) -> bool {
    let sorted = |spans: &[TokenSpan], labels: &LabelSet| {
        let mut all: Vec<(usize, usize, String)> =
            spans.iter().map(|s| (s.start, s.end, labels.name(s.label).to_owned())).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    sorted(a, names) == sorted(b, labels)
}

/// Returns the spans that brackets can represent, outer spans first. If spans cross, the first one wins. `range`
/// returns the start and end of a span.
pub(super) fn nested<T>(mut spans: Vec<T>, range: impl Fn(&T) -> (usize, usize)) -> Vec<T> {
    spans.sort_by_key(|span| (range(span).0, std::cmp::Reverse(range(span).1)));
    let mut open: Vec<usize> = Vec::new();
    spans.retain(|span| {
        let (start, end) = range(span);
        while open.last().is_some_and(|last| *last <= start) {
            open.pop();
        }
        let fits = open.last().is_none_or(|last| end <= *last);
        if fits {
            open.push(end);
        }
        fits
    });
    spans
}

/// Returns the name cells of a sentence.
fn cells(spans: &[TokenSpan], words: usize, labels: &LabelSet) -> Vec<String> {
    let held: Vec<TokenSpan> = spans.iter().copied().filter(|s| s.start < s.end && s.end <= words).collect();
    let (mut opens, mut closes) = (vec![String::new(); words], vec![0; words]);
    for span in nested(held, |s| (s.start, s.end)) {
        let _ = write!(opens[span.start], "({}", bracket_name(labels.name(span.label)));
        closes[span.end - 1] += 1;
    }
    let cell = |(open, closes): (String, usize)| match (open.is_empty(), closes) {
        // A span of one token is `(TYPE)`, without an asterisk.
        (false, 1..) if closes == open.matches('(').count() => open + &")".repeat(closes),
        (_, _) => open + "*" + &")".repeat(closes),
    };
    opens.into_iter().zip(closes).map(cell).collect()
}

/// Escapes a label name for the name column: brackets and asterisks become `_`.
fn bracket_name(name: &str) -> String {
    escape_label(name).replace(['(', ')', '*'], "_")
}

fn write(corpus: &Corpus, split: Option<Split>) -> Vec<u8> {
    let mut out = String::new();
    for d in corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s))) {
        let (name, part) = parts(&d.name);
        let column = escape_token(name);
        let number = part.parse::<u32>().unwrap_or(0);
        let _ = writeln!(out, "{BEGIN} ({}); part {part}", name.replace(['\n', '\r'], " "));
        for sentence in 0..d.len() {
            let words = d.sentence_range(sentence);
            let cells = cells(&d.to_token_spans(sentence), words.len(), &corpus.labels);
            for (i, (word, cell)) in words.zip(cells).enumerate() {
                let word = escape_token(d.token(word));
                let _ = writeln!(out, "{column}   {number}   {i}   {word}   -   *   -   -   -   -   {cell}   -");
            }
            out.push('\n');
        }
        let _ = writeln!(out, "{END}");
    }
    out.into_bytes()
}

/// Splits the name of a document into the name and the part number.
fn parts(name: &str) -> (&str, &str) {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match name.rsplit_once(" part ").filter(|(_, part)| is_number(part)) {
        Some((name, part)) if !name.is_empty() => (name, part),
        _ if name.is_empty() => (UNNAMED, "000"),
        _ => (name, "000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_contains_several_brackets() {
        use Bracket::{Close, Open};
        let check = |cell: &str, expected: &[Bracket]| assert_eq!(brackets(cell).as_deref(), Ok(expected), "{cell}");
        check("*", &[]);
        check("-", &[]);
        check("(WORK_OF_ART*", &[Open("WORK_OF_ART")]);
        check("*)", &[Close]);
        check("(ORG(GPE)*", &[Open("ORG"), Open("GPE"), Close]);
        check("(ORG*(GPE)", &[Open("ORG"), Open("GPE"), Close]);
        check("(A(B))", &[Open("A"), Open("B"), Close, Close]);
        check("(*", &[Open("")]);
        assert!(brackets("PER").is_err() && brackets("(A)x").is_err() && brackets("--").is_err());
        assert!(brackets(&"(A".repeat(100)).is_err());
    }

    #[test]
    fn spans_are_written_as_brackets() {
        let mut labels = LabelSet::default();
        let mut label = |name: &str| labels.intern(name).expect("few labels");
        let (org, gpe) = (label("ORG"), label("G(P)"));
        let span = |start, end, label: LabelId| TokenSpan { start, end, label };
        let check = |spans: &[TokenSpan], expected: &[&str]| assert_eq!(cells(spans, 3, &labels), expected);
        check(&[], &["*", "*", "*"]);
        check(&[span(1, 2, org)], &["*", "(ORG)", "*"]);
        check(&[span(0, 1, gpe), span(0, 3, org)], &["(ORG(G_P_*)", "*", "*)"]);
        check(&[span(0, 3, org), span(2, 3, gpe)], &["(ORG*", "*", "(G_P_*))"]);
        check(&[span(1, 2, org), span(1, 2, gpe)], &["*", "(ORG(G_P_))", "*"]);
        // The first of two crossing spans wins.
        check(&[span(0, 2, org), span(1, 3, gpe)], &["(ORG*", "*)", "*"]);
    }

    #[test]
    fn document_parts_are_numbered() {
        let check = |mark: &str, name: &str, part: &str| match document_name(mark) {
            Block::Begin(n, p) => assert_eq!((n, p), (name, part), "{mark}"),
            _ => panic!("{mark}"),
        };
        check("#begin document (nw/a_0001); part 000", "nw/a_0001", "000");
        check("#begin document (a b (c)); part 12", "a b (c)", "12");
        check("#begin document (a);", "a", "");
        check("#begin document -", "", "");
        assert_eq!(parts("a b part 001"), ("a b", "001"));
        assert_eq!(parts("in part"), ("in part", "000"));
        assert_eq!(parts(""), ("-", "000"));
    }
}
