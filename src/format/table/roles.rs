//! Roles of the columns of a table: by their names in the first row, or else by their cells.

use super::cells::{self, ListCell};
use super::rows::TableRow;
use crate::corpus::{Split, TagNotation};
use crate::format::header::{Role, has_role, normalized, token_role};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Maximum number of rows to inspect.
const MAX_SAMPLED_ROWS: usize = 200;

/// Content of the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Each row is a text, in this column.
    Texts(u32),
    /// Each row is a sentence: a list of tokens and a list of tags.
    Lists { words: u32, tags: u32 },
    /// Each row is a sentence. Tokens and tags are separated by `sign`.
    Pairs { words: u32, tags: u32, sign: char, by_character: bool },
}

impl Body {
    /// Returns the columns of the content.
    fn columns(&self) -> Vec<u32> {
        match *self {
            Self::Texts(text) => vec![text],
            Self::Lists { words, tags } | Self::Pairs { words, tags, .. } => vec![words, tags],
        }
    }
}

/// Roles of the columns. Columns count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Roles {
    /// True if the first row names the columns.
    pub has_header: bool,
    pub body: Body,
    /// Column with the spans of the text.
    pub spans: Option<u32>,
    /// Columns of the start, the end and the label of one span per row.
    pub offsets: Option<[u32; 3]>,
    /// Columns of document labels, as names.
    pub classes: Vec<u32>,
    /// Columns of document labels, each of zeros and ones.
    pub flags: Vec<u32>,
    pub split: Option<u32>,
    pub id: Option<u32>,
}

impl Roles {
    /// Detects the roles; `None` if the table has no texts.
    pub fn detect(rows: &[TableRow]) -> Option<Self> {
        let first = rows.first()?;
        let rest = &rows[usize::from(rows.len() > 1)..rows.len().min(MAX_SAMPLED_ROWS)];
        let columns: Vec<u32> = {
            let all: HashSet<u32> =
                rows[..rows.len().min(MAX_SAMPLED_ROWS)].iter().flat_map(|r| r.cells.iter().map(|(c, _)| *c)).collect();
            let mut all: Vec<u32> = all.into_iter().collect();
            all.sort_unstable();
            all
        };
        let body = find_list_columns(first, rest, &columns).or_else(|| find_paired_columns(rows, &columns));
        let (body, has_header) = match body {
            Some(body) => {
                let has_header = !is_data(first, &body);
                (body, has_header)
            }
            None => {
                let text = find_text_column(first, rest).or_else(|| longest_column(rest))?;
                let is_named = first.get(text).is_some_and(|name| has_role(name, Role::Text));
                let has_header = if rows.len() > 1 { is_named || has_header(rows, text) } else { is_header(first) };
                (Body::Texts(text), has_header)
            }
        };
        let taken = body.columns();
        let data = if has_header { rest } else { &rows[..rows.len().min(MAX_SAMPLED_ROWS)] };
        let free: Vec<u32> = columns.iter().copied().filter(|c| !taken.contains(c)).collect();
        let names: HashMap<u32, &str> =
            if has_header { first.cells.iter().map(|(c, name)| (*c, &**name)).collect() } else { HashMap::new() };
        let is_split = |c: &u32| {
            data.iter().all(|r| r.get(*c).is_some_and(|v| Split::from_name(&v.trim().to_ascii_lowercase()).is_some()))
        };
        let split = free.iter().copied().find(is_split);
        let spans = free
            .iter()
            .copied()
            .find(|c| data.iter().filter_map(|r| r.get(*c)).any(|cell| !cells::parse_spans(cell).is_empty()))
            .or_else(|| free.iter().copied().find(|c| names.get(c).is_some_and(|n| is_empty_spans(n, data, *c))));
        let offsets = if matches!(body, Body::Texts(_)) { find_offset_columns(&names, data) } else { None };
        let has_other_role = |c: &u32| Some(*c) == split || Some(*c) == spans || offsets.is_some_and(|o| o.contains(c));
        let others: Vec<u32> = free.into_iter().filter(|c| !has_other_role(c)).collect();
        let id = others.iter().copied().find(|c| {
            let name = names.get(c).map(|name| normalized(name)).unwrap_or_default();
            let is_id = ["id", "docid", "documentid", "textid", "uid", "guid", "title", "name", "filename", "file"]
                .contains(&name.as_str());
            let distinct: HashSet<&str> = data.iter().filter_map(|r| r.filled(*c)).collect();
            is_id && distinct.len() == data.iter().filter(|r| r.filled(*c).is_some()).count()
        });
        // If each row is a span, its other values describe the span and not the text.
        let left = || others.iter().copied().filter(|c| Some(*c) != id && offsets.is_none());
        let rank = |c: &u32| names.get(c).and_then(|name| class_rank(name));
        let by_name: Vec<u32> =
            left().filter(|c| rank(c).is_some() && is_class(data, *c)).min_by_key(|c| rank(c)).into_iter().collect();
        let flags: Vec<u32> =
            left().filter(|c| is_flag(data, *c) && names.get(c).is_some_and(|n| !n.trim().is_empty())).collect();
        let flags = if flags.len() > 1 && by_name.iter().all(|c| flags.contains(c)) { flags } else { Vec::new() };
        let classes = match (flags.is_empty(), by_name.is_empty(), has_header) {
            (false, ..) => Vec::new(),
            (true, false, _) => by_name,
            // Without a known name: a column of few short values next to the texts.
            (true, true, false) => left().filter(|c| repeats(data, *c, columns.len() == 2)).take(1).collect(),
            (true, true, true) if columns.len() == 2 => {
                left().filter(|c| repeats(data, *c, true) && !is_numeric(data, *c)).collect()
            }
            (true, true, true) => Vec::new(),
        };
        Some(Self { has_header, body, spans, offsets, classes, flags, split, id })
    }

    /// Returns the columns that have a role.
    pub fn taken(&self) -> Vec<u32> {
        let others = [self.spans, self.split, self.id].into_iter().flatten();
        let offsets = self.offsets.into_iter().flatten();
        let body = self.body.columns().into_iter();
        body.chain(others)
            .chain(offsets)
            .chain(self.classes.iter().copied())
            .chain(self.flags.iter().copied())
            .collect()
    }
}

/// True if a column has the name of spans, and only empty lists.
fn is_empty_spans(name: &str, rows: &[TableRow], column: u32) -> bool {
    let is_empty = |cell: &str| matches!(cell.trim(), "[]" | "{}");
    has_role(name, Role::Spans) && rows.iter().filter_map(|row| row.filled(column)).all(is_empty)
}

/// Returns the columns of the start, the end and the label of a span, by their names. All rows must have them.
fn find_offset_columns(names: &HashMap<u32, &str>, rows: &[TableRow]) -> Option<[u32; 3]> {
    const STARTS: [&str; 9] = [
        "start",
        "begin",
        "startchar",
        "startoffset",
        "beginoffset",
        "startindex",
        "startpos",
        "startposition",
        "offsetstart",
    ];
    const ENDS: [&str; 9] =
        ["end", "stop", "endchar", "endoffset", "finish", "endindex", "endpos", "endposition", "offsetend"];
    const LABELS: [&str; 7] = ["label", "entitytype", "entitylabel", "type", "tag", "category", "class"];
    let find = |known: &[&str]| {
        known.iter().find_map(|known| names.iter().find(|(_, name)| normalized(name) == *known).map(|(c, _)| *c))
    };
    let (start, end, label) = (find(&STARTS)?, find(&ENDS)?, find(&LABELS).or_else(|| find(&["entity"]))?);
    (is_numeric(rows, start) && is_numeric(rows, end)).then_some([start, end, label])
}

/// True if all cells of a column are numbers.
fn is_numeric(rows: &[TableRow], column: u32) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.filled(column)).map(str::trim).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
}

/// True if each cell of a row is a known column name.
fn is_header(row: &TableRow) -> bool {
    let is_name = |name: &str| has_role(name, Role::Text) || has_role(name, Role::Class) || token_role(name).is_some();
    row.cells.iter().all(|(_, name)| is_name(name))
}

/// True if the rows are offsets of spans in other files. All columns except one are numbers, two of them a start and an
/// end. The exception has a few short labels.
pub(super) fn are_offsets(rows: &[TableRow], roles: &Roles) -> bool {
    if !matches!(roles.body, Body::Texts(_)) {
        return false;
    }
    let rows = &rows[usize::from(roles.has_header)..rows.len().min(MAX_SAMPLED_ROWS)];
    let mut labels: HashSet<(u32, &str)> = HashSet::new();
    for row in rows {
        let mut numbers: Vec<u64> = Vec::new();
        for (column, cell) in &row.cells {
            match cell.trim().parse() {
                Ok(number) => numbers.push(number),
                Err(_) => drop(labels.insert((*column, cell.trim()))),
            }
        }
        if numbers.len() < 2 || numbers.len() + 1 != row.cells.len() || !numbers.windows(2).any(|w| w[0] < w[1]) {
            return false;
        }
    }
    let columns: HashSet<u32> = labels.iter().map(|(column, _)| *column).collect();
    let is_label = |(_, label): &(u32, &str)| label.len() <= 30 && !label.contains(char::is_whitespace);
    rows.len() > 1 && columns.len() == 1 && labels.len() <= 30 && labels.iter().all(is_label)
}

/// Returns the columns of token lists and of tag lists of the same lengths.
fn find_list_columns(first: &TableRow, rows: &[TableRow], columns: &[u32]) -> Option<Body> {
    let is_grammar = |c: u32| first.get(c).is_some_and(|name| has_role(name, Role::Grammar));
    let lists: BTreeMap<u32, Vec<Option<ListCell>>> = columns
        .iter()
        .map(|c| (*c, rows.iter().map(|r| r.get(*c).and_then(cells::parse_list)).collect::<Vec<_>>()))
        .filter(|(_, found)| found.iter().flatten().count() * 10 >= found.len() * 8 && !found.is_empty())
        .collect();
    let items = |list: &Option<ListCell>| match list {
        Some(ListCell::Items(items)) => Some(items.clone()),
        _ => None,
    };
    let is_tags = |found: &[Option<ListCell>]| {
        let all: Vec<String> = found.iter().filter_map(items).flatten().collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let is_number = || all.iter().all(|t| t.parse::<u32>().is_ok());
        !all.is_empty() && (TagNotation::detect(&all).is_some() || all.iter().all(|t| *t == "O") || is_number())
    };
    let same_length = |a: &[Option<ListCell>], b: &[Option<ListCell>]| {
        let pairs = a.iter().zip(b).filter_map(|(a, b)| Some((items(a)?.len(), items(b)?.len())));
        let (all, same) = pairs.fold((0, 0), |(all, same), (a, b)| (all + 1, same + usize::from(a == b)));
        all > 0 && same * 10 >= all * 6
    };
    for (tags, of_tags) in lists.iter().filter(|(_, found)| is_tags(found)) {
        let words = lists
            .iter()
            .find(|(c, found)| *c != tags && !is_grammar(**c) && !is_tags(found) && same_length(found, of_tags));
        if let Some((words, _)) = words {
            return Some(Body::Lists { words: *words, tags: *tags });
        }
        // The tokens can be a string, separated by whitespace.
        let words = columns.iter().copied().filter(|c| !lists.contains_key(c)).find(|c| {
            let split =
                |row: &TableRow| Some(ListCell::Items(row.get(*c)?.split_whitespace().map(str::to_owned).collect()));
            let words: Vec<Option<ListCell>> = rows.iter().map(split).collect();
            words.iter().any(|w| items(w).is_some_and(|w| w.len() > 1)) && same_length(&words, of_tags)
        });
        if let Some(words) = words {
            return Some(Body::Lists { words, tags: *tags });
        }
    }
    None
}

/// Returns two columns whose cells have the same number of parts, one of them tags.
fn find_paired_columns(rows: &[TableRow], columns: &[u32]) -> Option<Body> {
    const SIGNS: [char; 5] = [' ', '|', '\u{2}', '\t', ','];
    let rows = &rows[..rows.len().min(MAX_SAMPLED_ROWS)];
    for sign in SIGNS {
        for tags in columns {
            let cells: Vec<&str> = rows.iter().filter_map(|r| r.filled(*tags)).collect();
            let fitting = cells.iter().filter(|cell| are_tags(cell, sign)).count();
            let several = cells.iter().any(|cell| are_tags(cell, sign) && split_cell(cell, sign).count() > 1);
            // The first row can be the header.
            if fitting == 0 || (fitting + 1) * 10 < cells.len() * 8 || !several {
                continue;
            }
            let same = |words: u32| {
                let both = rows.iter().filter_map(|r| Some((r.filled(words)?, r.filled(*tags)?)));
                let counts: Vec<(usize, usize)> =
                    both.map(|(w, t)| (split_cell(w, sign).count(), split_cell(t, sign).count())).collect();
                let same = counts.iter().filter(|(words, tags)| words == tags).count();
                let are_sentences = counts.iter().any(|(words, tags)| words == tags && *words > 1);
                are_sentences && (same + 1) * 10 >= counts.len() * 8
            };
            if let Some(words) = columns.iter().copied().find(|c| c != tags && same(*c)) {
                return Some(Body::Pairs { words, tags: *tags, sign, by_character: false });
            }
            // Chinese is tagged by character.
            let by_character = |words: u32| {
                let both = rows.iter().filter_map(|r| Some((r.filled(words)?, r.filled(*tags)?)));
                let counts = both.map(|(w, t)| w.trim().chars().count() == split_cell(t, sign).count());
                let (all, same) = counts.fold((0, 0), |(all, same), fits| (all + 1, same + usize::from(fits)));
                same > 0 && same * 10 >= all * 8
            };
            if let Some(words) = columns.iter().copied().find(|c| c != tags && by_character(*c)) {
                return Some(Body::Pairs { words, tags: *tags, sign, by_character: true });
            }
        }
    }
    None
}

/// Splits a cell at a character. Empty parts are ignored.
pub(super) fn split_cell(cell: &str, sign: char) -> impl Iterator<Item = &str> {
    cell.split(move |c: char| if sign == ' ' { c.is_whitespace() } else { c == sign })
        .map(str::trim)
        .filter(|p| !p.is_empty())
}

/// True if all parts of a cell are tags: a prefix and a label, or `O` and labels in capitals.
fn are_tags(cell: &str, sign: char) -> bool {
    let is_label = |part: &str| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase() || "_-".contains(c));
    let mut outside = 0;
    let mut all = 0;
    for part in split_cell(cell, sign) {
        all += 1;
        outside += usize::from(part == "O" || part == "o");
        if TagNotation::Hyphen.parse(part).is_err() && !is_label(part) {
            return false;
        }
    }
    all > 0 && (outside > 0 || split_cell(cell, sign).all(|p| TagNotation::Hyphen.parse(p).is_ok()))
}

/// True if the first row is data, not a header.
fn is_data(first: &TableRow, body: &Body) -> bool {
    match body {
        Body::Texts(_) => false,
        Body::Lists { words, .. } => first.get(*words).is_some_and(|cell| cells::parse_list(cell).is_some()),
        Body::Pairs { tags, sign, .. } => first.get(*tags).is_some_and(|cell| are_tags(cell, *sign)),
    }
}

/// Returns the column with the most likely name of texts. Its cells must not all be numbers.
fn find_text_column(first: &TableRow, rest: &[TableRow]) -> Option<u32> {
    const LIKELY: [&str; 6] = ["text", "sentence", "content", "commenttext", "review", "tweet"];
    let all = first.cells.iter().filter(|(_, name)| has_role(name, Role::Text));
    let rank = |name: &str| LIKELY.iter().position(|n| *n == normalized(name)).unwrap_or(LIKELY.len());
    let is_number = |c: u32| rest.iter().filter_map(|r| r.filled(c)).all(|v| v.trim().parse::<f64>().is_ok());
    let texts = all.filter(|(c, _)| !is_number(*c));
    let named = texts.min_by_key(|(c, name)| (rank(name), *c)).map(|(c, _)| *c);
    // A table that this program wrote can have texts that are numbers.
    named.or_else(|| first.cells.iter().find(|(_, name)| &**name == LIKELY[0]).map(|(c, _)| *c))
}

/// Returns the column with the longest cells, except columns of spans.
fn longest_column(rows: &[TableRow]) -> Option<u32> {
    let mut lengths: HashMap<u32, usize> = HashMap::new();
    for (column, cell) in rows.iter().flat_map(|r| &r.cells) {
        *lengths.entry(*column).or_default() += cell.len();
    }
    let mut columns: Vec<(u32, usize)> = lengths.into_iter().filter(|(_, length)| *length > 0).collect();
    columns.sort_unstable_by_key(|(column, length)| (std::cmp::Reverse(*length), *column));
    let has_spans = |c: u32| rows.iter().filter_map(|r| r.get(c)).any(|cell| !cells::parse_spans(cell).is_empty());
    columns.into_iter().map(|(column, _)| column).find(|c| !has_spans(*c))
}

/// Returns the rank of a column name for document labels, 0 for the most likely. `None` for other names.
fn class_rank(name: &str) -> Option<usize> {
    const LIKELY: [&str; 10] =
        ["label", "labels", "class", "category", "sentiment", "intent", "target", "topic", "classes", "categories"];
    let normal = normalized(name);
    let known = has_role(name, Role::Class) || ["tag", "tags"].contains(&normal.as_str());
    known.then(|| LIKELY.iter().position(|n| *n == normal).unwrap_or(LIKELY.len()))
}

/// True if the cells of a column can be document labels: few distinct and short values.
fn is_class(rows: &[TableRow], column: u32) -> bool {
    const LONGEST: usize = 80;
    let values: Vec<&str> = rows.iter().filter_map(|r| r.filled(column)).map(str::trim).collect();
    !values.is_empty() && values.iter().all(|v| v.chars().count() <= LONGEST || cells::parse_list(v).is_some())
}

/// True if short values of a column repeat. Next to a single column of texts, a few repetitions are enough.
fn repeats(rows: &[TableRow], column: u32, is_alone: bool) -> bool {
    let cells = rows.iter().filter_map(|r| r.filled(column));
    let values: Vec<&str> = cells.flat_map(|cell| cell.split('|')).map(str::trim).collect();
    if is_alone && values.iter().all(|v| v.len() <= 30 && !v.contains(char::is_whitespace) && v.parse::<f64>().is_err())
    {
        return values.iter().collect::<HashSet<_>>().len() < values.len();
    }
    let distinct: HashSet<&str> = values.iter().copied().collect();
    let is_short = values.iter().all(|v| v.chars().count() <= 40);
    let is_number = values.iter().all(|v| v.parse::<f64>().is_ok());
    is_short && !values.is_empty() && distinct.len() * 2 <= values.len() && !(is_number && distinct.len() > 20)
}

/// True if a column contains both zeros and ones, and nothing else.
fn is_flag(rows: &[TableRow], column: u32) -> bool {
    let mut values = rows.iter().filter_map(|r| r.filled(column)).map(str::trim);
    let is_bit = |v: &str| matches!(v, "0" | "1" | "0.0" | "1.0");
    rows.iter().any(|r| r.filled(column).is_some()) && values.all(is_bit)
}

/// True if the first row is a header. One of two conditions must hold:
/// - A cell is not a number or list, but all cells below it are.
/// - All cells are short and distinct, and the cell above the texts is shorter than most texts.
fn has_header(rows: &[TableRow], column: u32) -> bool {
    let Some((first, body)) = rows.split_first() else { return false };
    let name = |c: &str| !c.trim().is_empty() && c.chars().count() <= 40 && c.trim().parse::<f64>().is_err();
    let names: Vec<&str> = first.cells.iter().map(|(_, name)| &**name).collect();
    let differ = names.iter().collect::<HashSet<_>>().len() == names.len();
    let above = first.get(column).map_or("", str::trim);
    // A row without a text is not evidence.
    let body: Vec<&TableRow> = body.iter().filter(|r| r.get(column).is_some()).collect();
    let typed = |c: u32, is: fn(&str) -> bool| {
        let mut cells = body.iter().map(|r| r.get(c).map_or("", str::trim));
        !is(first.get(c).map_or("", str::trim)) && !body.is_empty() && cells.all(is)
    };
    let is_number = |v: &str| v.parse::<f64>().is_ok();
    let is_split = |v: &str| Split::from_name(v).is_some();
    let others = first.cells.iter().map(|(c, _)| *c).filter(|c| *c != column);
    if others.into_iter().any(|c| typed(c, is_number) || typed(c, is_split)) {
        return true;
    }
    let is_named = first.cells.iter().any(|(_, n)| has_role(n, Role::Class) || normalized(n) == "id");
    let longer = body.iter().filter(|r| r.get(column).is_some_and(|c| c.len() > above.len())).count();
    let stops = ['.', ',', '!', '?'];
    let plausible = names.iter().all(|n| name(n)) && differ && !above.contains(stops);
    // A value that repeats below is a class, so the row is data.
    let again = first.cells.iter().any(|(c, v)| *c != column && body.iter().any(|r| r.get(*c) == Some(v)));
    plausible && (is_named || (longer * 10 >= body.len() * 9 && !again && !above.contains(' ')))
}
