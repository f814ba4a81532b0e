//! Which column of a file is what: found by looking at its first lines, or said by a person.

use super::{CONLL, CONLL2003, DOCSTART, WNUT};
use crate::corpus::Notation;
use crate::corpus::notation::parse_tag;
use crate::format::found::quote;
use crate::format::{Format, Problem};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What parts columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// Any number of spaces and tabs.
    Space,
    /// One tab; two in a row hold an empty column.
    Tab,
    /// One ASCII sign, such as a comma. A word may hold it too.
    Sign(char),
}

/// The signs that are tried where neither tabs nor spaces give a column of tags.
const SIGNS: [char; 3] = [',', ';', '|'];

impl Separator {
    /// The separator of this name (`tab`, `space`) or sign.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "space" | " " => Some(Self::Space),
            "tab" | "\t" => Some(Self::Tab),
            sign if sign.len() == 1 && sign.chars().all(|c| c.is_ascii_punctuation()) => {
                sign.chars().next().map(Self::Sign)
            }
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Space => "space".into(),
            Self::Tab => "tab".into(),
            Self::Sign(sign) => sign.into(),
        }
    }

    /// As it is written between two columns.
    pub fn sign(self) -> char {
        match self {
            Self::Space => ' ',
            Self::Tab => '\t',
            Self::Sign(sign) => sign,
        }
    }
}

/// What a person says of the columns. They count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What parts them.
    pub separator: Option<Separator>,
    /// Which one is the word.
    pub word: Option<usize>,
    /// Which one is the tag.
    pub tag: Option<usize>,
}

/// How a column file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What parts columns.
    pub separator: Separator,
    /// How many columns most lines have.
    pub columns: usize,
    /// The column of words, from 0.
    pub word: usize,
    /// The column of tags, from 0.
    pub tag: usize,
    /// Whether the first column numbers the words of a sentence; then a line that begins with `#` is a comment.
    pub numbered: bool,
    /// How tags are spelled.
    pub notation: Notation,
}

/// So many lines are looked at.
const LINES: usize = 2000;

impl Layout {
    /// Looks at the first lines that hold something.
    ///
    /// # Errors
    /// When the lines are no columns, or none of them holds tags.
    pub fn detect(text: &str, said: Choice) -> Result<Self, Problem> {
        let kept = |l: &str| !l.trim().is_empty() && !l.starts_with(DOCSTART);
        let lines: Vec<(&str, usize)> = text.lines().zip(1..).filter(|(l, _)| kept(l)).take(LINES).collect();
        if let Some(separator) = said.separator {
            return Self::with(separator, &lines, said);
        }
        let tabs = lines.iter().filter(|(l, _)| l.trim_end().contains('\t')).count() * 2 > lines.len();
        let first = Self::with(if tabs { Separator::Tab } else { Separator::Space }, &lines, said);
        first.or_else(|problem| {
            let with_sign = |sign: &char| Self::with(Separator::Sign(*sign), &lines, said).ok();
            // A bare label after a comma is any sentence.
            SIGNS.iter().filter_map(with_sign).find(|l| l.notation != Notation::Bare).ok_or(problem)
        })
    }

    fn with(separator: Separator, lines: &[(&str, usize)], said: Choice) -> Result<Self, Problem> {
        let usual = Notation::Usual;
        let guess = Self { separator, columns: 0, word: 0, tag: 0, numbered: false, notation: usual };
        let mut widths: HashMap<usize, usize> = HashMap::new();
        guess.table(lines).iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
        // Words may hold the sign that parts columns, so of widths that are as frequent the smaller one.
        let preferred = |width: usize| if matches!(separator, Separator::Sign(_)) { usize::MAX - width } else { width };
        let columns = widths.iter().max_by_key(|(width, n)| (**n, preferred(**width))).map_or(0, |(width, _)| *width);
        if columns < 2 {
            let (line, number) = lines.first().copied().unwrap_or(("", 0));
            let wanted = "expected a word and its tag, separated by a space or a tab, but found one column";
            return Err(Problem::at(number, 1, format!("{wanted}: {}", quote(line))));
        }
        let table = Self { columns, ..guess }.table(lines);
        let whole: Vec<&Vec<&str>> = table.iter().filter(|row| row.len() == columns).collect();
        let by_column: Vec<Vec<&str>> = (0..columns).map(|i| whole.iter().map(|row| row[i]).collect()).collect();
        let numbered = columns > 2 && said.word != Some(0) && counts(&by_column[0]);
        let (tag, notation) = match said.tag {
            Some(tag) if tag < columns => (tag, Notation::of(&by_column[tag]).unwrap_or_default()),
            Some(tag) => {
                let why = format!("there is no column {}; most lines have {columns}", tag + 1);
                return Err(Problem::at(0, 0, why));
            }
            None => tags(&table, &by_column, numbered).ok_or_else(|| no_tags(lines, &table, columns))?,
        };
        let word = said.word.unwrap_or_else(|| {
            let free = |i: &usize| *i != tag && !(numbered && *i == 0);
            (0..columns).find(free).unwrap_or(0)
        });
        if word == tag || word >= columns {
            let why =
                format!("column {} cannot be the word; there are {columns}, and {} is the tag", word + 1, tag + 1);
            return Err(Problem::at(0, 0, why));
        }
        Ok(Self { separator, columns, word, tag, numbered, notation })
    }

    /// The columns of each line.
    fn table<'l>(&self, lines: &[(&'l str, usize)]) -> Vec<Vec<&'l str>> {
        let mut fields = Vec::new();
        let row = |(line, _): &(&'l str, usize)| {
            self.fields(line, &mut fields);
            fields.iter().map(|r| &line[r.clone()]).collect()
        };
        lines.iter().map(row).collect()
    }

    /// Puts the byte ranges of a line's columns into `into`.
    pub(super) fn fields(&self, line: &str, into: &mut Vec<Range<usize>>) {
        into.clear();
        let line = line.trim_end_matches(['\r', ' ', '\t']);
        match self.separator {
            Separator::Space => {
                part(line, |b| b == b' ' || b == b'\t', into);
                // Runs of spaces separate once; two tabs in a row hold an empty column.
                into.retain(|field| !field.is_empty());
            }
            Separator::Tab | Separator::Sign(_) => {
                let sign = self.separator.sign() as u8;
                part(line, |b| b == sign, into);
            }
        }
        // A word that is the sign itself, or has it inside.
        if matches!(self.separator, Separator::Sign(_)) && self.columns > 1 && into.len() > self.columns {
            let last = self.word + into.len() - self.columns;
            into[self.word].end = into[last].end;
            into.drain(self.word + 1..=last);
        }
    }

    /// The columns that are neither word nor tag, nor number words.
    pub(super) fn further(&self) -> impl Iterator<Item = usize> + use<> {
        let Self { columns, word, tag, numbered, .. } = *self;
        (0..columns).filter(move |i| *i != word && *i != tag && !(numbered && *i == 0))
    }

    /// Which named format this is.
    pub fn format(&self) -> Format {
        let plain = self.word == 0 && self.tag + 1 == self.columns && self.notation == Notation::Usual;
        match (self.columns, self.separator) {
            (4, Separator::Space) if plain => CONLL2003,
            (2, Separator::Tab) if plain => WNUT,
            _ => CONLL,
        }
    }

    /// What is unusual about it, in words.
    pub(super) fn evidence(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Separator::Sign(sign) = self.separator {
            said.push(format!("columns separated by {sign}"));
        }
        if self.numbered {
            said.push("the first column numbers the words".into());
        }
        if self.tag + 1 != self.columns {
            let (tag, word, columns) = (self.tag + 1, self.word + 1, self.columns);
            said.push(format!("tags in column {tag} of {columns}, words in column {word}"));
        }
        match self.notation {
            Notation::Usual => {}
            Notation::Bare => said.push("tags are labels alone".into()),
            other => said.push(format!("tags are spelled as {}", other.example())),
        }
        said
    }
}

/// The stretches of a line between bytes that end one.
fn part(line: &str, is_end: impl Fn(u8) -> bool, into: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for (at, byte) in line.bytes().enumerate() {
        if is_end(byte) {
            into.push(start..at);
            start = at + 1;
        }
    }
    into.push(start..line.len());
}

/// Whether a column counts words from 0 or 1 in each sentence.
fn counts(values: &[&str]) -> bool {
    let numbers: Vec<Option<u32>> = values.iter().map(|v| v.parse().ok()).collect();
    let next = |w: &&[Option<u32>]| matches!(w, [Some(a), Some(b)] if *b == a + 1 || *b < 2);
    let begins = numbers.iter().flatten().next().is_some_and(|n| *n < 2);
    begins && numbers.windows(2).filter(next).count() * 10 >= (numbers.len() - 1) * 9
}

/// The column of tags and their notation: the last that can be one.
fn tags(table: &[Vec<&str>], by_column: &[Vec<&str>], numbered: bool) -> Option<(usize, Notation)> {
    let columns = by_column.len();
    let last = |row: &Vec<&str>| row.last().and_then(|v| parse_tag(v).ok().map(|tag| tag.is_some()));
    let fitting: Vec<bool> = table.iter().filter_map(last).collect();
    let first = usize::from(numbered);
    // Half is enough for the usual tags in the usual place, if one has a label: the other lines are reported.
    let half = fitting.len() * 2 >= table.len();
    let usual = half && (fitting.contains(&true) || Notation::of(&by_column[columns - 1]).is_none());
    let (mut tag, notation) = if usual {
        (columns - 1, Notation::Usual)
    } else {
        (first..columns).rev().find_map(|i| Some((i, Notation::of(&by_column[i])?)))?
    };
    // Of layers of nested entities the outermost: the column before has tags of the same labels.
    let labels = |i: usize| -> HashSet<&str> {
        by_column[i].iter().filter_map(|v| notation.parse(v).ok().flatten()).map(|(_, name)| name).collect()
    };
    while tag > first + 1 && Notation::of(&by_column[tag - 1]) == Some(notation) {
        let inner = labels(tag);
        if !inner.is_subset(&labels(tag - 1)) || (inner.is_empty() && !numbered) {
            break;
        }
        tag -= 1;
    }
    Some((tag, notation))
}

fn no_tags(lines: &[(&str, usize)], table: &[Vec<&str>], columns: usize) -> Problem {
    let last = |row: &Vec<&str>| row.last().copied().unwrap_or_default().to_owned();
    let wrong = lines.iter().zip(table).find(|(_, row)| parse_tag(&last(row)).is_err());
    let (number, found) = wrong.map_or((0, String::new()), |((_, number), row)| (*number, last(row)));
    let wanted = "the last column should be a tag such as O, B-PER or I-LOC";
    Problem::at(number, columns, format!("{wanted}, but is {}; or say which column is (--tag-column)", quote(&found)))
}
