//! The language of the search field: which sentences are shown.
//!
//! ```text
//! query  = and ("or" and)*
//! and    = not ("and"? not)*
//! not    = ("not" | "-")? ("(" query ")" | term)
//! term   = word | "several words" | /regular expression/ | field ":" value | field ("<" | ">" | "=") number
//! ```
//!
//! Case does not matter. Fields are those of [`FIELDS`]; what stands without one is looked for in the sentence.

use crate::corpus::{Corpus, Document, LabelId, Origin, SentenceId, Snapshot, Span, Split};
use regex::{Regex, RegexBuilder};
use std::collections::HashSet;
use std::sync::Arc;

/// What a field means, for people.
pub const FIELDS: [(&str, &str); 14] = [
    ("label:", "has a span of this label"),
    ("span:", "has a span of this text"),
    ("text:", "has this text, also outside spans"),
    ("split:", "is of train, dev or test"),
    ("status:", "is new, done or flagged"),
    ("flag:", "is flagged: yes or no"),
    ("comment:", "has a comment of this text"),
    ("since:", "has changed since this snapshot"),
    ("has:", "has a span, an overlap, a comment or a suggestion"),
    ("source:", "has a span or suggestion of source, person or a model"),
    ("score<", "has one that its model is less sure of: 0.7"),
    ("length>", "has more words than this"),
    ("spans>", "has more spans than this"),
    ("words>", "has a span of more words than this"),
];

/// More words than this are no query that a person types.
const MOST: usize = 200;

/// Fewer documents than this are no work for a second thread.
const LEAST: usize = 256;

/// What can stand behind `has:`.
const HAS: [&str; 4] = ["span", "overlap", "comment", "suggestion"];

/// A query, ready to be asked of sentences.
#[derive(Clone, Debug)]
pub enum Query {
    /// Everything.
    All,
    /// Both.
    And(Box<Query>, Box<Query>),
    /// Either.
    Or(Box<Query>, Box<Query>),
    /// The others.
    Not(Box<Query>),
    /// The sentence has this text.
    Text(Wanted),
    /// A span has this text.
    Span(Wanted),
    /// A span has one of these labels.
    Label(Vec<LabelId>),
    /// The document is of this split.
    Split(Split),
    /// A span is there.
    AnySpan,
    /// Two spans overlap.
    Overlap,
    /// A suggestion is there.
    Suggestion,
    /// A span or suggestion was decided, or proposed, so.
    Decided(Decided),
    /// A span or suggestion has a score, in thousandths, that stands so.
    Score(Compared),
    /// A person noted that it is so.
    Status(Status),
    /// A comment has this text.
    Comment(Wanted),
    /// One of these.
    Among(Arc<HashSet<SentenceId>>),
    /// So many words.
    Length(Compared),
    /// So many spans.
    Spans(Compared),
    /// A span of so many words.
    Words(Compared),
}

/// The query of the sentences that have a span of just this text.
pub fn of_span(text: &str) -> String {
    // A slash would end the pattern.
    format!("span: /(?-i)^{}$/", regex::escape(text).replace('/', r"\x2f"))
}

/// Who decided on a span, or proposed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It came with the source.
    BySource,
    /// A person made it.
    ByPerson,
    /// One of these proposed it.
    ByProposer(Vec<u8>),
}

impl Decided {
    fn holds(&self, span: &Span) -> bool {
        match (self, span.origin) {
            (Self::BySource, Origin::Source) | (Self::ByPerson, Origin::Person) => true,
            (Self::ByProposer(names), Origin::Proposer { who, .. }) => names.contains(&who),
            _ => false,
        }
    }
}

/// How far a person is with a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is noted but perhaps a comment.
    New,
    /// Its labels are as they should be.
    Done,
    /// It is to be looked at again.
    Flagged,
}

/// What can stand behind `status:`.
const STATUS: [(&str, Status); 3] = [("new", Status::New), ("done", Status::Done), ("flagged", Status::Flagged)];

/// A text that is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pattern: Regex,
    /// Nothing but letters: where a whole document lacks it, so does each sentence.
    literal: bool,
}

/// A number and how another one stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared(std::cmp::Ordering, usize);

impl Compared {
    fn holds(self, number: usize) -> bool {
        number.cmp(&self.1) == self.0
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// What is wrong in it, in a sentence.
    pub fn parse(text: &str, corpus: &Corpus, snapshots: &[Arc<Snapshot>]) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.len() > MOST {
            return Err(format!("it has more than {MOST} words"));
        }
        let mut reader = Reader { tokens: &tokens, corpus, snapshots };
        let query = if reader.tokens.is_empty() { Self::All } else { reader.any()? };
        match reader.tokens.first() {
            Some(_) => Err("a bracket is closed that was not opened".into()),
            None => Ok(query),
        }
    }

    /// The places of the sentences that fit, counted through the corpus. Every core looks at its share of the documents.
    pub fn places(&self, corpus: &Corpus) -> Vec<usize> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = (corpus.documents.len() / threads + 1).max(LEAST);
        let mut first = 0;
        let shares: Vec<(usize, usize)> = (0..corpus.documents.len())
            .step_by(share)
            .map(|from| {
                let before = first;
                first += corpus.documents[from..].iter().take(share).map(|d| d.len()).sum::<usize>();
                (from, before)
            })
            .collect();
        let of_share = |from: usize, before: usize| {
            // A regular expression of one's own: its memory is not shared between threads without a lock.
            let (query, mut place, mut found) = (self.clone(), before, Vec::new());
            for (document, d) in (from as u32..).zip(corpus.documents[from..].iter().take(share)) {
                if query.can_match(d) {
                    let fits = |s: &u32| query.matches(corpus, SentenceId { document, sentence: *s });
                    found.extend((0..d.len() as u32).filter(fits).map(|s| place + s as usize));
                }
                place += d.len();
            }
            found
        };
        if let [(from, before)] = shares[..] {
            return of_share(from, before);
        }
        std::thread::scope(|scope| {
            let of_share = &of_share;
            let started: Vec<_> = shares.iter().map(|(f, b)| scope.spawn(move || of_share(*f, *b))).collect();
            started.into_iter().flat_map(|t| t.join().unwrap_or_default()).collect()
        })
    }

    /// Whether a sentence of this document could fit: asked once, it spares asking each.
    fn can_match(&self, d: &Document) -> bool {
        match self {
            Self::And(a, b) => a.can_match(d) && b.can_match(d),
            Self::Or(a, b) => a.can_match(d) || b.can_match(d),
            Self::Text(wanted) if wanted.literal => wanted.pattern.is_match(&d.text),
            Self::Label(wanted) => d.spans.iter().any(|s| wanted.contains(&s.label)),
            Self::Span(_) | Self::AnySpan | Self::Overlap | Self::Words(_) => !d.spans.is_empty(),
            Self::Split(split) => d.split == *split,
            Self::Suggestion => !d.suggestions.is_empty(),
            Self::Decided(_) | Self::Score(_) => !d.spans.is_empty() || !d.suggestions.is_empty(),
            Self::Comment(_) | Self::Status(Status::Done | Status::Flagged) => !d.marks.is_empty(),
            Self::Among(_)
            | Self::Status(Status::New)
            | Self::All
            | Self::Not(_)
            | Self::Text(_)
            | Self::Length(_)
            | Self::Spans(_) => true,
        }
    }

    /// Whether a sentence fits.
    fn matches(&self, corpus: &Corpus, id: SentenceId) -> bool {
        let document = corpus.document(id.document);
        let sentence = id.sentence as usize;
        let spans = || &document.spans[document.span_indices(sentence)];
        let suggestions = || &document.suggestions[document.suggestion_indices(sentence)];
        match self {
            Self::All => true,
            Self::And(a, b) => a.matches(corpus, id) && b.matches(corpus, id),
            Self::Or(a, b) => a.matches(corpus, id) || b.matches(corpus, id),
            Self::Not(a) => !a.matches(corpus, id),
            Self::Text(wanted) => wanted.pattern.is_match(document.sentence_text(sentence)),
            Self::Span(wanted) => {
                spans().iter().any(|s| wanted.pattern.is_match(&document.text[s.start as usize..s.end as usize]))
            }
            Self::Label(wanted) => spans().iter().any(|s| wanted.contains(&s.label)),
            Self::Split(split) => document.split == *split,
            Self::AnySpan => !spans().is_empty(),
            Self::Suggestion => !suggestions().is_empty(),
            Self::Decided(by) => spans().iter().chain(suggestions()).any(|s| by.holds(s)),
            Self::Score(compared) => spans().iter().chain(suggestions()).any(|s| match s.origin {
                Origin::Proposer { score, .. } => compared.holds(usize::from(score)),
                Origin::Source | Origin::Person => false,
            }),
            Self::Overlap => {
                // They are sorted by where they begin: the farthest end so far is all that matters.
                let mut covered = 0;
                spans().iter().any(|s| {
                    let overlaps = s.start < covered;
                    covered = covered.max(s.end);
                    overlaps
                })
            }
            Self::Status(status) => {
                let mark = document.marks.of(id.sentence);
                let (done, flagged) = mark.map_or((false, false), |m| (m.done, m.flagged));
                match status {
                    Status::New => !done && !flagged,
                    Status::Done => done,
                    Status::Flagged => flagged,
                }
            }
            Self::Comment(wanted) => {
                let mark = document.marks.of(id.sentence).filter(|m| !m.comment.is_empty());
                mark.is_some_and(|m| wanted.pattern.is_match(&m.comment))
            }
            Self::Among(sentences) => sentences.contains(&id),
            Self::Length(compared) => compared.holds(document.sentence(sentence).len()),
            Self::Spans(compared) => compared.holds(spans().len()),
            Self::Words(compared) => document.token_spans(sentence).iter().any(|s| compared.holds(s.end - s.start)),
        }
    }
}

/// A part of a query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Not,
    /// A word as it is typed: an operator, a field or just a word.
    Word(String),
    /// In quotes.
    Quoted(String),
    /// Between slashes.
    Pattern(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    let until = |rest: &str, mark: char, what: &str| {
        let end = rest.find(mark).ok_or_else(|| format!("{what} is not closed: {mark} is missing at its end"))?;
        Ok::<_, String>((rest[..end].to_owned(), end + mark.len_utf8()))
    };
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '(' | ')' => {
                tokens.push(if c == '(' { Token::Open } else { Token::Close });
                1
            }
            '-' | '!' if rest.len() > 1 && !rest[1..].starts_with(char::is_whitespace) => {
                tokens.push(Token::Not);
                1
            }
            '"' => {
                let (inside, length) = until(&rest[1..], '"', "a text in quotes")?;
                tokens.push(Token::Quoted(inside));
                length + 1
            }
            '/' if rest[1..].contains('/') => {
                let (inside, length) = until(&rest[1..], '/', "a regular expression")?;
                tokens.push(Token::Pattern(inside));
                length + 1
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()\"".contains(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_owned()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: &'a [Token],
    corpus: &'a Corpus,
    snapshots: &'a [Arc<Snapshot>],
}

impl<'a> Reader<'a> {
    fn word_is(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn take(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn any(&mut self) -> Result<Query, String> {
        let mut query = self.all()?;
        while self.word_is("or") {
            self.take();
            query = Query::Or(Box::new(query), Box::new(self.all()?));
        }
        Ok(query)
    }

    fn all(&mut self) -> Result<Query, String> {
        let mut query = self.one()?;
        while !self.tokens.is_empty() && self.tokens[0] != Token::Close && !self.word_is("or") {
            if self.word_is("and") {
                self.take();
            }
            query = Query::And(Box::new(query), Box::new(self.one()?));
        }
        Ok(query)
    }

    fn one(&mut self) -> Result<Query, String> {
        let mut negated = false;
        while self.word_is("not") || self.tokens.first() == Some(&Token::Not) {
            self.take();
            negated = !negated;
        }
        let query = match self.take() {
            None | Some(Token::Close | Token::Not) => return Err("something is missing at the end".into()),
            Some(Token::Open) => {
                let inside = self.any()?;
                match self.take() {
                    Some(Token::Close) => inside,
                    _ => return Err("a bracket is not closed".into()),
                }
            }
            Some(Token::Quoted(text)) => Query::Text(literal(text)?),
            Some(Token::Pattern(text)) => Query::Text(pattern(text)?),
            Some(Token::Word(word)) => self.word(word)?,
        };
        Ok(if negated { Query::Not(Box::new(query)) } else { query })
    }

    /// A word: a field with its value, which may be the next token, or a text.
    fn word(&mut self, word: &'a str) -> Result<Query, String> {
        let number = word.find(['<', '>', '=']).map(|at| (&word[..at], &word[at..at + 1], &word[at + 1..]));
        if let Some((field @ ("length" | "spans" | "words" | "score"), sign, value)) = number {
            let wrong = || format!("behind {field}{sign} there should be a number");
            let value = if field == "score" {
                let score: f32 = value.parse().map_err(|_| wrong())?;
                (score.clamp(0.0, 1.0) * 1000.0).round() as usize
            } else {
                value.parse().map_err(|_| wrong())?
            };
            let ordering = match sign {
                "<" => std::cmp::Ordering::Less,
                ">" => std::cmp::Ordering::Greater,
                _ => std::cmp::Ordering::Equal,
            };
            let compared = Compared(ordering, value);
            return Ok(match field {
                "length" => Query::Length(compared),
                "spans" => Query::Spans(compared),
                "words" => Query::Words(compared),
                _ => Query::Score(compared),
            });
        }
        let Some((field, value)) = word.split_once(':').filter(|(f, _)| is_field(f)) else {
            return Ok(Query::Text(literal(word)?));
        };
        // The value may be a token of its own.
        let is_apart = value.is_empty();
        let (value, read): (&str, Reading) = match (value, self.tokens.first()) {
            ("", Some(Token::Quoted(text))) => (text, literal),
            ("", Some(Token::Pattern(text))) => (text, pattern),
            ("", _) => return Err(format!("behind {field}: something is missing")),
            (value, _) => (value, literal_or_pattern),
        };
        if is_apart {
            self.take();
        }
        match field.to_ascii_lowercase().as_str() {
            "text" => read(value).map(Query::Text),
            "span" => read(value).map(Query::Span),
            "label" => self.label(value),
            "comment" => read(value).map(Query::Comment),
            "flag" => {
                let flagged = Query::Status(Status::Flagged);
                match value.to_ascii_lowercase().as_str() {
                    "yes" | "true" => Ok(flagged),
                    "no" | "false" => Ok(Query::Not(Box::new(flagged))),
                    _ => Err("behind flag: there may be yes or no".into()),
                }
            }
            "since" => {
                let snapshot = self.snapshots.iter().find(|s| s.name == value);
                let snapshot = snapshot.ok_or_else(|| format!("there is no snapshot “{value}”"))?;
                Ok(Query::Among(Arc::new(snapshot.differences(self.corpus).into_iter().collect())))
            }
            "status" => {
                let known = STATUS.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
                known.map(|(_, status)| Query::Status(*status)).ok_or_else(|| {
                    format!("{value} is no status; they are {}", STATUS.map(|(name, _)| name).join(", "))
                })
            }
            "source" => self.decided(value),
            "split" => Split::from_name(&value.to_ascii_lowercase())
                .map(Query::Split)
                .ok_or_else(|| format!("{value} is no split; they are train, dev and test")),
            _ => match value.to_ascii_lowercase().as_str() {
                "overlap" | "overlaps" => Ok(Query::Overlap),
                "comment" | "comments" => pattern("").map(Query::Comment),
                "span" | "spans" | "label" => Ok(Query::AnySpan),
                "suggestion" | "suggestions" => Ok(Query::Suggestion),
                _ => Err(format!("behind has: there may be {}", HAS.join(" or "))),
            },
        }
    }

    /// Who decided: the source, a person, any model, or the models whose names begin so.
    fn decided(&self, name: &str) -> Result<Query, String> {
        let proposers = &self.corpus.proposers;
        let name = name.to_lowercase();
        Ok(Query::Decided(match name.as_str() {
            "source" | "file" | "import" => Decided::BySource,
            "person" | "me" => Decided::ByPerson,
            "model" | "models" => Decided::ByProposer((0..proposers.len() as u8).collect()),
            _ => {
                let fits = |(_, p): &(u8, &String)| p.to_lowercase().starts_with(&name);
                let found: Vec<u8> = (0u8..).zip(proposers).filter(fits).map(|(who, _)| who).collect();
                if found.is_empty() {
                    let known = ["source", "person", "model"].into_iter().chain(proposers.iter().map(String::as_str));
                    let known: Vec<&str> = known.collect();
                    return Err(format!("nothing is of {name}; there are {}", known.join(", ")));
                }
                Decided::ByProposer(found)
            }
        }))
    }

    /// Labels of this name, in any case; with a star behind it, all that begin so.
    fn label(&self, name: &str) -> Result<Query, String> {
        let begin = name.strip_suffix('*').map(str::to_lowercase);
        let fits = |label: &str| match &begin {
            Some(begin) => label.to_lowercase().starts_with(begin),
            None => label.to_lowercase() == name.to_lowercase(),
        };
        let found: Vec<LabelId> = self.corpus.labels.iter().filter(|(_, l)| fits(&l.name)).map(|(id, _)| id).collect();
        if found.is_empty() {
            return Err(format!("there is no label {name}; there are {}", self.corpus.labels.names().join(", ")));
        }
        Ok(Query::Label(found))
    }
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(f, _)| f.strip_suffix(':').is_some_and(|f| f.eq_ignore_ascii_case(name)))
}

/// How a value becomes what is looked for.
type Reading = fn(&str) -> Result<Wanted, String>;

/// A pattern where slashes stand around it.
fn literal_or_pattern(text: &str) -> Result<Wanted, String> {
    match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(inside) => pattern(inside),
        None => literal(text),
    }
}

fn literal(text: &str) -> Result<Wanted, String> {
    Ok(Wanted { literal: true, ..pattern(&regex::escape(text))? })
}

fn pattern(text: &str) -> Result<Wanted, String> {
    let wrong =
        |e: regex::Error| format!("the regular expression is wrong ({})", e.to_string().lines().last().unwrap_or(""));
    let pattern = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build().map_err(wrong)?;
    Ok(Wanted { pattern, literal: false })
}

/// How the last word of a query may go on: the whole query as it would be then, and that word.
pub fn completions(text: &str, corpus: &Corpus) -> Vec<(String, String)> {
    let parts = |c: char| c.is_whitespace() || c == '(';
    let start = text.char_indices().rev().find(|(_, c)| parts(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, last) = text.split_at(start);
    let sign = last.strip_prefix('-').map_or(0, |_| 1);
    let (before, last) = (format!("{before}{}", &last[..sign]), &last[sign..]);
    let quoted = |name: &str| if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name.to_owned() };
    let goes_on =
        |word: &str| word.replace('"', "").to_lowercase().starts_with(&last.to_lowercase()) && word.len() > last.len();
    let all: Vec<String> = match last.split_once(':').map(|(field, _)| field.to_ascii_lowercase()).as_deref() {
        Some("label") => corpus.labels.names().iter().map(|n| format!("label:{}", quoted(n))).collect(),
        Some("split") => corpus.splits().iter().map(|s| format!("split:{}", s.name())).collect(),
        Some("status") => STATUS.iter().map(|(name, _)| format!("status:{name}")).collect(),
        Some("has") => HAS.iter().map(|h| format!("has:{h}")).collect(),
        Some(_) => Vec::new(),
        None if last.is_empty() && !text.is_empty() => Vec::new(),
        None => FIELDS.iter().map(|(f, _)| (*f).to_owned()).collect(),
    };
    all.into_iter().filter(|word| goes_on(word)).map(|word| (format!("{before}{word}"), word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Mark;
    use crate::format::{self, Source};
    use proptest::prelude::*;

    fn corpus() -> Corpus {
        let train = "Oslo B-LOC\nBay I-LOC\nis O\ncold O\n\nZoë B-PER\nmet O\nAnn B-PER\n\nit O\nrains O\n";
        let test = "{\"text\":\"New York Times\",\"label\":[[0,8,\"LOC\"],[0,14,\"big org\"]]}";
        let mut corpus = Corpus::default();
        format::read(&Source::alone(train.as_bytes(), "a.conll", Split::Train, 0), &mut corpus).expect("a corpus");
        format::read(&Source::alone(test.as_bytes(), "b.jsonl", Split::Test, 1), &mut corpus).expect("a corpus");
        corpus
    }

    #[test]
    fn queries_find_sentences() {
        let mut corpus = corpus();
        let mark = |done, flagged, comment: &str| Mark { done, flagged, comment: comment.into() };
        corpus.document_mut(0).marks.set(1, mark(true, false, "sure"));
        corpus.document_mut(0).marks.set(2, mark(false, true, "no rain?"));
        // Sentences that fit, by number.
        let check = |text: &str, expected: &[usize]| {
            let query = Query::parse(text, &corpus, &[]).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(query.places(&corpus), expected, "{text}");
        };
        check("", &[0, 1, 2, 3]);
        check("OSLO", &[0]);
        check("zoË", &[1]);
        check("is cold", &[0]);
        check("\"is cold\"", &[0]);
        check("\"cold is\"", &[]);
        check("oslo or rains", &[0, 2]);
        check("label:per", &[1]);
        check("label:\"big org\"", &[3]);
        check("label:b*", &[3]);
        check("status:done", &[1]);
        check("status:new", &[0, 3]);
        check("status:flagged or comment:RAIN", &[2]);
        check("has:comment -status:done", &[2]);
        check("-label:loc", &[1, 2]);
        check("not (label:loc or label:per)", &[2]);
        check("!has:span", &[2]);
        check("has:overlap", &[3]);
        check("split:test", &[3]);
        check("length>3", &[0]);
        check("length=2 or spans=2", &[1, 2, 3]);
        check("span:bay", &[0]);
        check("span:\"new york\" split:test and -oslo", &[3]);
        check("/^it/", &[2]);
        check("text:/ann$/", &[1]);
        check("text:it: or \"zoë met\"", &[1]);
        check("a-b", &[]);
        check("http://x", &[]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expected: &str| {
            let why = Query::parse(text, &corpus(), &[]).expect_err("wrong");
            assert!(why.contains(expected), "{text}: {why}");
        };
        check("label:XYZ", "no label XYZ; there are LOC, PER");
        check("split:nowhere", "no split");
        check("has:wings", "span or overlap");
        check("length>many", "a number");
        check("(oslo", "not closed");
        check("oslo)", "not opened");
        check("oslo or", "missing");
        check("\"oslo", "not closed");
        check("/(/", "regular expression");
        check("label:", "missing");
    }

    #[test]
    fn the_last_word_goes_on() {
        let check = |text: &str, expected: &[&str]| {
            let whole: Vec<String> = completions(text, &corpus()).into_iter().map(|(whole, _)| whole).collect();
            assert_eq!(whole, expected, "{text}");
        };
        check("oslo la", &["oslo label:"]);
        check("oslo\u{2029}la", &["oslo\u{2029}label:"]);
        check("label:p", &["label:PER"]);
        check("-label:B", &["-label:\"big org\""]);
        check("(split:", &["(split:train", "(split:test"]);
        check("has:o", &["has:overlap"]);
        check("oslo ", &[]);
        assert_eq!(completions("", &corpus()).len(), FIELDS.len());
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks(text in "[a-z:<>=()\"/!\\\\ *-]{0,24}|\\PC{0,12}") {
            let corpus = corpus();
            if let Ok(query) = Query::parse(&text, &corpus, &[]) {
                corpus.sentences(None).iter().for_each(|s| { query.matches(&corpus, *s); });
            }
            completions(&text, &corpus);
        }
    }
}
