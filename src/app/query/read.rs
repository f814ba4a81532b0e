//! Parser of the search language.

use super::{Compared, Decided, FIELDS, HAS, Known, Query, STATUS, Status, Wanted};
use crate::app::i18n::tr;
use crate::corpus::{DocLabelId, LabelId, Split};
use regex::RegexBuilder;
use std::sync::Arc;

/// Maximum number of tokens in a query.
const MOST: usize = 200;

impl Query {
    /// Parses a query.
    ///
    /// # Errors
    /// Returns an error message for the user if the query is invalid.
    pub fn parse(text: &str, known: &Known) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.len() > MOST {
            return Err(tr!("it has more than {most} words", most = MOST));
        }
        let mut reader = Reader { tokens: &tokens, known: *known };
        let query = if reader.tokens.is_empty() { Self::All } else { reader.any()? };
        match reader.tokens.first() {
            Some(_) => Err(tr!("a bracket is closed that was not opened").into()),
            None => Ok(query),
        }
    }
}

/// A token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Not,
    /// A word without quotes: an operator, a field or a search word.
    Word(String),
    /// Text in quotes.
    Quoted(String),
    /// A regular expression between slashes.
    Pattern(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    let until = |rest: &str, mark: char, what: &str| {
        let end =
            rest.find(mark).ok_or_else(|| tr!("{what} is not closed: {mark} is missing at its end", what, mark))?;
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
                let (inside, length) = until(&rest[1..], '"', tr!("a text in quotes"))?;
                tokens.push(Token::Quoted(inside));
                length + 1
            }
            '/' if rest[1..].contains('/') => {
                let (inside, length) = until(&rest[1..], '/', tr!("a regular expression"))?;
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
    known: Known<'a>,
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
            None | Some(Token::Close | Token::Not) => return Err(tr!("something is missing at the end").into()),
            Some(Token::Open) => {
                let inside = self.any()?;
                match self.take() {
                    Some(Token::Close) => inside,
                    _ => return Err(tr!("a bracket is not closed").into()),
                }
            }
            Some(Token::Quoted(text)) => Query::Text(literal(text)?),
            Some(Token::Pattern(text)) => Query::Text(pattern(text)?),
            Some(Token::Word(word)) => self.word(word)?,
        };
        Ok(if negated { Query::Not(Box::new(query)) } else { query })
    }

    /// Parses a word: a field with its value, which can be the next token, or a search word.
    fn word(&mut self, word: &'a str) -> Result<Query, String> {
        let number = word.find(['<', '>', '=']).map(|at| (&word[..at], &word[at..at + 1], &word[at + 1..]));
        if let Some((field @ ("length" | "spans" | "words" | "score"), sign, value)) = number {
            let wrong = || tr!("behind {field}{sign} there should be a number", field, sign);
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
        // The value can be a separate token.
        let is_apart = value.is_empty();
        let (value, read): (&str, Reading) = match (value, self.tokens.first()) {
            ("", Some(Token::Quoted(text))) => (text, literal),
            ("", Some(Token::Pattern(text))) => (text, pattern),
            ("", _) => return Err(tr!("behind {field}: something is missing", field)),
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
                    _ => Err(tr!("behind flag: there may be yes or no").into()),
                }
            }
            "since" => {
                let snapshot = self.known.snapshots.iter().find(|s| s.name == value);
                let snapshot = snapshot.ok_or_else(|| tr!("there is no snapshot “{name}”", name = value))?;
                Ok(Query::Among(Arc::new(snapshot.changed_sentences(self.known.corpus).into_iter().collect())))
            }
            "class" => self.class(value),
            "done" => self.done(value),
            "status" => {
                let known = STATUS.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
                known.map(|(_, status)| Query::Status(*status)).ok_or_else(|| {
                    tr!(
                        "{value} is no status; they are {known}",
                        value,
                        known = STATUS.map(|(name, _)| name).join(", ")
                    )
                })
            }
            "source" => self.decided(value),
            "split" => Split::from_name(&value.to_ascii_lowercase())
                .map(Query::Split)
                .ok_or_else(|| tr!("{value} is no split; they are train, dev and test", value)),
            _ => match value.to_ascii_lowercase().as_str() {
                "overlap" | "overlaps" => Ok(Query::Overlap),
                "comment" | "comments" => pattern("").map(Query::Comment),
                "span" | "spans" | "label" => Ok(Query::AnySpan),
                "suggestion" | "suggestions" => Ok(Query::Suggestion),
                "class" | "classes" => {
                    Ok(Query::Class((0..).map(DocLabelId::new).take(self.known.corpus.doc_labels.len()).collect()))
                }
                _ => Err(tr!("behind has: there may be {known}", known = HAS.join(" or "))),
            },
        }
    }

    /// Parses an origin: the source, the user, any model, or models with names of this prefix.
    fn decided(&self, name: &str) -> Result<Query, String> {
        let proposers = &self.known.corpus.agents;
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
                    return Err(tr!("nothing is of {name}; there are {known}", name, known = known.join(", ")));
                }
                Decided::ByProposer(found)
            }
        }))
    }

    /// Parses a label name, case-insensitive. A trailing `*` matches all labels with this prefix.
    fn label(&self, name: &str) -> Result<Query, String> {
        let names = self.known.corpus.labels.names();
        named(&names, name, |at| LabelId::try_from(at).ok())
            .map(Query::Label)
            .ok_or_else(|| tr!("there is no label {name}; there are {known}", name, known = listed(&names)))
    }

    /// Parses a document label, like [`Self::label`].
    fn class(&self, name: &str) -> Result<Query, String> {
        let names = &self.known.corpus.doc_labels;
        named(names, name, |at| u32::try_from(at).ok().map(DocLabelId::new))
            .map(Query::Class)
            .ok_or_else(|| tr!("no document is labelled {name}; there are {known}", name, known = listed(names)))
    }

    /// Parses a date: the sentences that were marked as done on that day.
    fn done(&self, day: &str) -> Result<Query, String> {
        let progress = self.known.progress;
        let date = if day.eq_ignore_ascii_case("today") { &progress.today.date } else { day };
        let digits = |c: (usize, char)| if matches!(c.0, 4 | 7) { c.1 == '-' } else { c.1.is_ascii_digit() };
        if date.len() != 10 || !date.char_indices().all(digits) {
            return Err(tr!("behind done: there may be a day, as today or 2026-11-25").into());
        }
        Ok(Query::Among(Arc::new(progress.of(date).collect())))
    }
}

/// Returns the ids of the names that match, case-insensitive. A trailing `*` matches all names with this prefix.
fn named<I>(names: &[String], wanted: &str, id: impl Fn(usize) -> Option<I>) -> Option<Vec<I>> {
    let begin = wanted.strip_suffix('*').map(str::to_lowercase);
    let fits = |name: &str| match &begin {
        Some(begin) => name.to_lowercase().starts_with(begin),
        None => name.to_lowercase() == wanted.to_lowercase(),
    };
    let found: Vec<I> = (0..).zip(names).filter(|(_, name)| fits(name)).filter_map(|(at, _)| id(at)).collect();
    (!found.is_empty()).then_some(found)
}

/// Formats a list of names, or a text for an empty list.
fn listed(names: &[String]) -> String {
    if names.is_empty() { tr!("none yet").to_owned() } else { names.join(", ") }
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(f, _)| f.strip_suffix(':').is_some_and(|f| f.eq_ignore_ascii_case(name)))
}

/// Function that parses a value into search text.
type Reading = fn(&str) -> Result<Wanted, String>;

/// Parses a regular expression if the text is between slashes, or literal text.
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
    let wrong = |e: regex::Error| {
        tr!("the regular expression is wrong ({why})", why = e.to_string().lines().last().unwrap_or(""))
    };
    let pattern = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build().map_err(wrong)?;
    Ok(Wanted { pattern, literal: false })
}
