//! Parser of the search language.

use super::error::MAX_TERMS;
use super::{
    FIELDS, FieldCondition, FieldPredicate, NumberPredicate, OriginPredicate, Query, QueryContext, QueryError,
    STATUS_VALUES, Status, TextPattern,
};
use crate::corpus::{DocLabelId, LabelId, Split};
use regex::RegexBuilder;
use std::sync::Arc;

impl Query {
    /// Parses a query.
    ///
    /// # Errors
    /// Returns the reason if the query is invalid.
    pub fn parse(text: &str, known: &QueryContext) -> Result<Self, QueryError> {
        let tokens = tokens(text)?;
        if tokens.len() > MAX_TERMS {
            return Err(QueryError::TooLong);
        }
        let mut reader = Parser { tokens: &tokens, known: *known };
        let query = if reader.tokens.is_empty() { Self::All } else { reader.parse_or()? };
        match reader.tokens.first() {
            Some(_) => Err(QueryError::UnmatchedParenthesis),
            None => Ok(query),
        }
    }
}

/// A token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
enum QueryToken {
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

fn tokens(text: &str) -> Result<Vec<QueryToken>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    let until = |rest: &str, mark: char| {
        let end = rest.find(mark).ok_or(QueryError::MissingClosing(mark))?;
        Ok::<_, QueryError>((rest[..end].to_owned(), end + mark.len_utf8()))
    };
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '(' | ')' => {
                tokens.push(if c == '(' { QueryToken::Open } else { QueryToken::Close });
                1
            }
            '-' | '!' if rest.len() > 1 && !rest[1..].starts_with(char::is_whitespace) => {
                tokens.push(QueryToken::Not);
                1
            }
            '"' => {
                let (inside, length) = until(&rest[1..], '"')?;
                tokens.push(QueryToken::Quoted(inside));
                length + 1
            }
            '/' if rest[1..].contains('/') => {
                let (inside, length) = until(&rest[1..], '/')?;
                tokens.push(QueryToken::Pattern(inside));
                length + 1
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()\"".contains(c)).unwrap_or(rest.len());
                tokens.push(QueryToken::Word(rest[..end].to_owned()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [QueryToken],
    known: QueryContext<'a>,
}

impl<'a> Parser<'a> {
    fn peek_keyword(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some(QueryToken::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn take(&mut self) -> Option<&'a QueryToken> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn parse_or(&mut self) -> Result<Query, QueryError> {
        let mut query = self.parse_and()?;
        while self.peek_keyword("or") {
            self.take();
            query = Query::Or(Box::new(query), Box::new(self.parse_and()?));
        }
        Ok(query)
    }

    fn parse_and(&mut self) -> Result<Query, QueryError> {
        let mut query = self.parse_term()?;
        while !self.tokens.is_empty() && self.tokens[0] != QueryToken::Close && !self.peek_keyword("or") {
            if self.peek_keyword("and") {
                self.take();
            }
            query = Query::And(Box::new(query), Box::new(self.parse_term()?));
        }
        Ok(query)
    }

    fn parse_term(&mut self) -> Result<Query, QueryError> {
        let mut negated = false;
        while self.peek_keyword("not") || self.tokens.first() == Some(&QueryToken::Not) {
            self.take();
            negated = !negated;
        }
        let query = match self.take() {
            None | Some(QueryToken::Close | QueryToken::Not) => return Err(QueryError::Incomplete),
            Some(QueryToken::Open) => {
                let inside = self.parse_or()?;
                match self.take() {
                    Some(QueryToken::Close) => inside,
                    _ => return Err(QueryError::MissingParenthesis),
                }
            }
            Some(QueryToken::Quoted(text)) => Query::Text(literal(text)?),
            Some(QueryToken::Pattern(text)) => Query::Text(pattern(text)?),
            Some(QueryToken::Word(word)) => self.word(word)?,
        };
        Ok(if negated { Query::Not(Box::new(query)) } else { query })
    }

    /// Parses a word: a field with its value, which can be the next token, or a search word.
    fn word(&mut self, word: &'a str) -> Result<Query, QueryError> {
        let number = word.find(['<', '>', '=']).map(|at| (&word[..at], &word[at..at + 1], &word[at + 1..]));
        if let Some((field @ ("length" | "spans" | "words" | "score"), sign, value)) = number {
            let wrong = || QueryError::ExpectedNumber { field: field.into(), operator: sign.into() };
            let value = if field == "score" {
                let score: f32 = value.parse().map_err(|_| wrong())?;
                (score.clamp(0.0, 1.0) * 1000.0).round() as usize
            } else {
                value.parse().map_err(|_| wrong())?
            };
            let compared = NumberPredicate(ordering_of(sign), value);
            return Ok(match field {
                "length" => Query::SentenceLength(compared),
                "spans" => Query::SpanCount(compared),
                "words" => Query::SpanLength(compared),
                _ => Query::Score(compared),
            });
        }
        if let Some((name, sign, value)) = number.filter(|(name, ..)| self.is_record_field(name)) {
            let wrong = || QueryError::ExpectedNumber { field: name.into(), operator: sign.into() };
            let condition = FieldCondition::Compares(ordering_of(sign), value.parse().map_err(|_| wrong())?);
            return Ok(Query::Field(FieldPredicate { name: name.to_lowercase(), condition }));
        }
        let Some((field, value)) = word.split_once(':').filter(|(f, _)| is_field(f) || self.is_record_field(f)) else {
            return Ok(Query::Text(literal(word)?));
        };
        // The value can be a separate token.
        let is_apart = value.is_empty();
        let is_pattern = is_apart && matches!(self.tokens.first(), Some(QueryToken::Pattern(_)));
        let (value, read): (&str, Reading) = match (value, self.tokens.first()) {
            ("", Some(QueryToken::Quoted(text))) => (text, literal),
            ("", Some(QueryToken::Pattern(text))) => (text, pattern),
            ("", _) => return Err(QueryError::MissingValue(field.into())),
            (value, _) => (value, literal_or_pattern),
        };
        if is_apart {
            self.take();
        }
        if !is_field(field) {
            let condition = match value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
                Some(inside) if !is_apart => FieldCondition::Matches(pattern(inside)?),
                _ if is_pattern => FieldCondition::Matches(pattern(value)?),
                _ => FieldCondition::Equals(value.to_lowercase()),
            };
            return Ok(Query::Field(FieldPredicate { name: field.to_lowercase(), condition }));
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
                    _ => Err(QueryError::ExpectedYesOrNo),
                }
            }
            "since" => {
                let snapshot = self.known.snapshots.iter().find(|s| s.name == value);
                let snapshot = snapshot.ok_or_else(|| QueryError::UnknownSnapshot(value.into()))?;
                Ok(Query::InSet(Arc::new(snapshot.changed_sentences(self.known.corpus).into_iter().collect())))
            }
            "class" => self.doc_label(value),
            "done" => self.done(value),
            "status" => {
                let named = |name: &str| name.eq_ignore_ascii_case(value);
                let known = STATUS_VALUES.iter().find(|(name, _, old)| named(name) || named(old));
                let status = known.map(|(_, status, _)| Query::Status(*status));
                status.ok_or_else(|| QueryError::UnknownStatus(value.into()))
            }
            "source" => self.origin(value),
            "split" => Split::from_name(&value.to_ascii_lowercase())
                .map(Query::Split)
                .ok_or_else(|| QueryError::UnknownSplit(value.into())),
            _ => match value.to_ascii_lowercase().as_str() {
                "overlap" | "overlaps" => Ok(Query::Overlap),
                "comment" | "comments" => pattern("").map(Query::Comment),
                "span" | "spans" | "label" => Ok(Query::AnySpan),
                "suggestion" | "suggestions" => Ok(Query::Suggestion),
                "class" | "classes" => {
                    Ok(Query::DocLabel((0..).map(DocLabelId::new).take(self.known.corpus.doc_labels.len()).collect()))
                }
                _ => Err(QueryError::UnknownProperty),
            },
        }
    }

    /// Returns true if a record of the dataset has a field of this name.
    fn is_record_field(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let fields = self.known.corpus.documents.iter().flat_map(|document| &document.fields);
        !name.is_empty() && fields.map(|field| field.name.to_lowercase()).any(|known| known == name)
    }

    /// Parses an origin: the source, the user, any model, or models with names of this prefix.
    fn origin(&self, name: &str) -> Result<Query, QueryError> {
        let proposers = &self.known.corpus.agents;
        let name = name.to_lowercase();
        Ok(Query::Origin(match name.as_str() {
            "import" | "source" | "file" => OriginPredicate::Import,
            "human" | "person" | "me" => OriginPredicate::Human,
            "model" | "models" => OriginPredicate::Agents((0..proposers.len() as u8).collect()),
            _ => {
                let fits = |(_, p): &(u8, &String)| p.to_lowercase().starts_with(&name);
                let found: Vec<u8> = (0u8..).zip(proposers).filter(fits).map(|(who, _)| who).collect();
                if found.is_empty() {
                    let known = ["import", "human", "model"].map(str::to_owned).into_iter().chain(proposers.clone());
                    return Err(QueryError::UnknownSource { name, known: known.collect() });
                }
                OriginPredicate::Agents(found)
            }
        }))
    }

    /// Parses a label name, case-insensitive. A trailing `*` matches all labels with this prefix.
    fn label(&self, name: &str) -> Result<Query, QueryError> {
        let names = self.known.corpus.labels.names();
        named(&names, name, |at| LabelId::try_from(at).ok())
            .map(Query::Label)
            .ok_or_else(|| QueryError::UnknownLabel { name: name.into(), known: names })
    }

    /// Parses a document label, like [`Self::label`].
    fn doc_label(&self, name: &str) -> Result<Query, QueryError> {
        let names = &self.known.corpus.doc_labels;
        named(names, name, |at| u32::try_from(at).ok().map(DocLabelId::new))
            .map(Query::DocLabel)
            .ok_or_else(|| QueryError::UnknownDocLabel { name: name.into(), known: names.clone() })
    }

    /// Parses a date: the sentences that were marked as done on that day.
    fn done(&self, day: &str) -> Result<Query, QueryError> {
        let progress = self.known.progress;
        let date = if day.eq_ignore_ascii_case("today") { &progress.today.date } else { day };
        let digits = |c: (usize, char)| if matches!(c.0, 4 | 7) { c.1 == '-' } else { c.1.is_ascii_digit() };
        if date.len() != 10 || !date.char_indices().all(digits) {
            return Err(QueryError::ExpectedDate);
        }
        Ok(Query::InSet(Arc::new(progress.of(date).collect())))
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

fn ordering_of(sign: &str) -> std::cmp::Ordering {
    match sign {
        "<" => std::cmp::Ordering::Less,
        ">" => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Equal,
    }
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(f, _)| f.strip_suffix(':').is_some_and(|f| f.eq_ignore_ascii_case(name)))
}

/// Function that parses a value into search text.
type Reading = fn(&str) -> Result<TextPattern, QueryError>;

/// Parses a regular expression if the text is between slashes, or literal text.
fn literal_or_pattern(text: &str) -> Result<TextPattern, QueryError> {
    match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(inside) => pattern(inside),
        None => literal(text),
    }
}

fn literal(text: &str) -> Result<TextPattern, QueryError> {
    Ok(TextPattern { literal: true, ..pattern(&regex::escape(text))? })
}

fn pattern(text: &str) -> Result<TextPattern, QueryError> {
    let pattern = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
    // The last line is the reason; the lines before it repeat the expression.
    let invalid = |e: regex::Error| QueryError::Pattern(e.to_string().lines().last().unwrap_or_default().to_owned());
    Ok(TextPattern { pattern: pattern.map_err(invalid)?, literal: false })
}
