//! Roles of columns: by their names in the first row, or else by their content.

use super::layout::Sample;
use crate::corpus::TagNotation;
use crate::corpus::tag_notation::parse_tag;
use crate::format::Problem;
use crate::format::header::{Role, has_role, token_role};
use crate::format::read_report::quote;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Roles by column names.
#[derive(Default)]
pub(super) struct Header {
    /// Line of the header, from 1; 0 without a header.
    pub(super) line: usize,
    pub(super) word: Option<usize>,
    pub(super) sentence: Option<usize>,
    pub(super) document: Option<usize>,
    pub(super) split: Option<usize>,
    tags: Vec<usize>,
    grammar: Vec<usize>,
}

impl Header {
    /// Returns the roles of the names in the first row or in a comment. Empty without a header.
    pub(super) fn of(table: &[Vec<Cow<str>>], columns: usize, sample: &Sample) -> Self {
        let (names, line): (Vec<&str>, usize) = match (&sample.names, table.first()) {
            (Some((names, line)), _) if names.len() == columns => (names.clone(), *line),
            (_, Some(first)) if first.len() == columns || first.len() + 1 == columns => {
                (first.iter().map(AsRef::as_ref).collect(), sample.lines[0].1)
            }
            _ => return Self::default(),
        };
        let all =
            |role: Role| -> Vec<usize> { (0..names.len()).filter(|i| token_role(names[*i]) == Some(role)).collect() };
        let first = |role: Role| all(role).first().copied();
        let tags = all(Role::Tag);
        let roles = names.iter().filter_map(|n| token_role(n)).collect::<HashSet<Role>>().len();
        // One name is enough if no other row has the value and it is not a tag.
        let occurs_once = |i: usize| !table[1..].iter().any(|row| row.get(i).is_some_and(|v| *v == names[i]));
        let is_lone_tag = tags.first().is_some_and(|i| has_role(names[*i], Role::Tag) && occurs_once(*i));
        let is_lone_word = || {
            let word = first(Role::Word).filter(|i| occurs_once(*i) && !names[*i].eq_ignore_ascii_case("text"));
            word.is_some() && !names.iter().any(|n| parse_tag(n).is_ok())
        };
        if roles < 2 && !is_lone_tag && !is_lone_word() {
            return Self::default();
        }
        // A row of tokens can contain one of these names, but also has a tag.
        if names.iter().any(|n| parse_tag(n).is_ok()) {
            return Self::default();
        }
        Self {
            line,
            word: first(Role::Word),
            sentence: first(Role::Sentence),
            document: first(Role::Document),
            split: first(Role::Split),
            grammar: all(Role::Grammar),
            tags,
        }
    }

    pub(super) fn is_grammar(&self, column: usize) -> bool {
        self.grammar.contains(&column)
    }

    /// Returns the first named column of tags with entities, or else the first named column of tags.
    pub(super) fn tag(&self, by_column: &[Vec<&str>]) -> Option<(usize, TagNotation)> {
        let known = |i: &usize| notation_of(by_column.get(*i)?).map(|notation| (*i, notation));
        let without = |i: &usize| {
            let is_empty = |v: &&str| matches!(normalized_tag(v), "O" | "o" | "");
            by_column.get(*i)?.iter().all(is_empty).then_some((*i, TagNotation::Hyphen))
        };
        self.tags.iter().find_map(known).or_else(|| self.tags.iter().find_map(without))
    }
}

/// True if lines end with a carriage return only.
pub(in crate::format) fn has_cr_line_endings(text: &str) -> bool {
    !text.contains('\n') && text.matches('\r').count() > 1
}

/// Normalizes a tag. Some files have `_`, `-` or the Cyrillic letter О for `O`.
#[inline]
pub(super) fn normalized_tag(field: &str) -> &str {
    if matches!(field, "_" | "-" | "О" | "о") { "O" } else { field }
}

/// Values with the meaning of `O` in files without `O`.
const OUTSIDE: [&str; 9] = ["0", "OTHER", "Other", "other", "NONE", "none", "OUT", "OUTSIDE", "outside"];
/// Missing values of tables. They mean `O` in a column of tags.
const MISSING: [&str; 7] = ["", "nan", "NaN", "None", "null", "NULL", "NA"];

/// Returns the value with the meaning of `O` in a column of tags; `None` if the column has `O`.
pub(super) fn outside_value(values: &[&str]) -> Option<&'static str> {
    if values.iter().any(|v| matches!(normalized_tag(v), "O" | "o")) {
        return None;
    }
    let is_frequent = |outside: &&str| values.iter().filter(|v| *v == outside).count() * 5 >= values.len().max(1);
    OUTSIDE.into_iter().chain(MISSING).find(is_frequent)
}

/// Returns the notation of a column of tags.
pub(super) fn notation_of(values: &[&str]) -> Option<TagNotation> {
    let outside = outside_value(values);
    let values: Vec<&str> = values.iter().map(|v| if outside == Some(*v) { "O" } else { normalized_tag(v) }).collect();
    let notation = TagNotation::detect(&values)?;
    // Classes of texts can be missing too, and a class can be named none.
    let is_doubtful = matches!(notation, TagNotation::LabelOnly | TagNotation::Untyped)
        && outside.is_some_and(|value| MISSING.contains(&value) || values.iter().any(|v| v.contains(' ')));
    (!is_doubtful).then_some(notation)
}

/// True if the values look like tags rather than words. Without prefixes: a label repeats or has no lowercase letter.
/// With prefixes: some token is `O`, or every label repeats.
pub(super) fn is_plausible_tag_column(values: &[&str], notation: TagNotation) -> bool {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let outside = outside_value(values);
    for value in values {
        let value = if outside == Some(*value) { &"O" } else { value };
        match notation.parse(normalized_tag(value)) {
            Ok(Some((_, label))) => *counts.entry(label).or_default() += 1,
            Ok(None) if notation != TagNotation::LabelOnly => return true,
            Ok(None) | Err(_) => {}
        }
    }
    if notation == TagNotation::LabelOnly {
        let is_name = |(label, n): (&&str, &usize)| *n > 1 || label.chars().all(|c| !c.is_lowercase());
        return counts.iter().any(is_name);
    }
    counts.values().all(|n| *n > 1)
}

/// True if tags name entities. False for syntactic chunks and for entity links.
pub(super) fn has_entities(values: &[&str], notation: TagNotation) -> bool {
    const CHUNKS: [&str; 14] =
        ["NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "VC", "PC"];
    let labels = values.iter().filter_map(|v| notation.parse(v).ok().flatten());
    // Links are as numerous as mentions; types are few.
    let mentions = labels.clone().filter(|(letter, _)| matches!(letter, 'B' | 'S' | 'U')).count();
    let distinct = labels.clone().map(|(_, label)| label).collect::<HashSet<_>>().len();
    if distinct > 10 && distinct * 2 > mentions {
        return false;
    }
    matches!(notation, TagNotation::Hyphen)
        && labels.clone().next().is_some()
        && !labels.clone().any(|(_, l)| CHUNKS.contains(&l))
}

/// True if a column numbers the tokens of each sentence from 0 or 1: `1`, or `1-1` (sentence and token) in WebAnno.
pub(super) fn is_index_column(values: &[&str]) -> bool {
    let number = |v: &&str| v.rsplit_once('-').map_or(*v, |(_, word)| word).parse().ok();
    let numbers: Vec<Option<u32>> = values.iter().map(number).collect();
    let next = |w: &&[Option<u32>]| matches!(w, [Some(a), Some(b)] if *b == a.saturating_add(1) || *b < 2);
    let begins = numbers.iter().flatten().next().is_some_and(|n| *n < 2);
    begins && numbers.windows(2).filter(next).count() * 10 >= (numbers.len() - 1) * 9
}

/// True if a column numbers sentences: numbers that repeat and increase by one.
pub(super) fn numbers_sentences(values: &[&str]) -> bool {
    let numbers: Option<Vec<u64>> = values.iter().map(|v| v.parse().ok()).collect();
    let Some(numbers) = numbers else { return false };
    let steps: Vec<bool> = numbers.windows(2).map(|w| w[0] == w[1]).collect();
    let grows = numbers.windows(2).all(|w| w[1] == w[0] || w[1] == w[0].saturating_add(1));
    grows && steps.contains(&true) && steps.contains(&false)
}

/// Returns the tag column and its notation: the first column with entities, or else the last candidate.
pub(super) fn find_tag_column(
    table: &[Vec<Cow<str>>],
    by_column: &[Vec<&str>],
    has_index_column: bool,
    is_space_separated: bool,
    is_reserved: impl Fn(usize) -> bool,
) -> Option<(usize, TagNotation)> {
    let columns = by_column.len();
    let last = |row: &Vec<Cow<str>>| row.last().and_then(|v| parse_tag(v).ok().map(|tag| tag.is_some()));
    let fitting: Vec<bool> = table.iter().filter_map(last).collect();
    let first = usize::from(has_index_column);
    // The last column is the tag column if at least half of its values are valid tags, and one has a label or the
    // column has no notation. Invalid tags are reported.
    let half = fitting.len() * 2 >= table.len() && !table.is_empty() && !is_reserved(columns - 1);
    let is_last = half && (fitting.contains(&true) || notation_of(&by_column[columns - 1]).is_none());
    let search = |label_only: bool| {
        let free = (first..columns).rev().filter(|i| !is_reserved(*i));
        free.into_iter().find_map(|i| {
            notation_of(&by_column[i]).filter(|n| (*n == TagNotation::LabelOnly) == label_only).map(|n| (i, n))
        })
    };
    let (mut tag, notation) =
        if is_last { (columns - 1, TagNotation::Hyphen) } else { search(false).or_else(|| search(true))? };
    // The first layer with entities wins. The third column of CoNLL-2003 has chunks, regardless of their names.
    let is_conll2003 = is_space_separated && columns == 4 && !has_index_column;
    let layer = |i: &usize| {
        let known = notation_of(&by_column[*i]);
        !is_reserved(*i) && known == Some(notation) && has_entities(&by_column[*i], notation)
    };
    if notation == TagNotation::Hyphen && !is_conll2003 {
        tag = (first..tag).find(layer).unwrap_or(tag);
    }
    Some((tag, notation))
}

pub(super) fn no_tag_column_error(lines: &[(&str, usize)], table: &[Vec<Cow<str>>], columns: usize) -> Problem {
    let last = |row: &Vec<Cow<str>>| row.last().map(ToString::to_string).unwrap_or_default();
    let skipped = lines.len() - table.len();
    let wrong = lines[skipped..].iter().zip(table).find(|(_, row)| parse_tag(&last(row)).is_err());
    let (number, found) = wrong.map_or((0, String::new()), |((_, number), row)| (*number, last(row)));
    let wanted = "expected a tag (O, B-PER, I-LOC) in the last column";
    Problem::at(number, columns, format!("{wanted}, found {}; set --tag-column if tags are elsewhere", quote(&found)))
}
