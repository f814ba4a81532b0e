//! Layout of a column file: its separator and the role of each column, detected from the first lines or set by the
//! user.

use super::fields;
use super::lines::{is_comment_sign, is_document_start, is_separator_line};
use super::roles::{
    Header, find_tag_column, has_cr_line_endings, has_entities, is_index_column, is_plausible_tag_column,
    no_tag_column_error, normalized_tag, notation_of, numbers_sentences, outside_value,
};
use super::{CONLL, CONLL2003, GMB, WNUT};
use crate::corpus::tag_notation::stacked_tags;
use crate::corpus::{Split, TagNotation};
use crate::format::read_report::quote;
use crate::format::{Format, Problem};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Separator of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// Any number of spaces and tabs.
    Space,
    /// One tab. Two tabs in a row enclose an empty column.
    Tab,
    /// One ASCII character, for example a comma. A token can contain it too.
    Char(char),
}

/// Characters that are tried if neither tabs nor spaces result in a column of tags.
const CANDIDATES: [char; 3] = [',', ';', '|'];

impl Delimiter {
    /// Returns the separator for a name (`tab`, `space`) or character.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "space" | " " => Some(Self::Space),
            "tab" | "\t" => Some(Self::Tab),
            sign if sign.len() == 1 && sign.chars().all(|c| c.is_ascii_punctuation()) => {
                sign.chars().next().map(Self::Char)
            }
            _ => None,
        }
    }

    /// Returns the name, for example `tab`, or the character.
    pub fn name(self) -> String {
        match self {
            Self::Space => "space".into(),
            Self::Tab => "tab".into(),
            Self::Char(sign) => sign.into(),
        }
    }

    /// Returns the character that is written between two columns.
    pub fn as_char(self) -> char {
        match self {
            Self::Space => ' ',
            Self::Tab => '\t',
            Self::Char(sign) => sign,
        }
    }
}

/// Column options set by the user. Columns count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnOptions {
    /// Separator of the columns.
    pub separator: Option<Delimiter>,
    /// Column of the tokens.
    pub word: Option<usize>,
    /// Column of the tags.
    pub tag: Option<usize>,
}

/// Layout of a column file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnLayout {
    /// Character between columns.
    pub separator: Delimiter,
    /// True if fields can be enclosed in double quotes.
    pub quoted: bool,
    /// Number of columns of most lines.
    pub columns: usize,
    /// Column of the tokens, from 0.
    pub word: usize,
    /// Column of the tags, from 0.
    pub tag: usize,
    /// True if the first column numbers the tokens of a sentence. Every line that begins with `#` is then a comment.
    pub has_index_column: bool,
    /// Line of the column names, from 1; 0 without a header.
    pub header: usize,
    /// Column of the sentence number or name.
    pub sentence: Option<usize>,
    /// Column of the document number or name.
    pub document: Option<usize>,
    /// Column of the split.
    pub split: Option<usize>,
    /// Second column of entity tags. It is not read.
    pub second_tag: Option<usize>,
    /// Notation of the tags.
    pub notation: TagNotation,
    /// True if tags have lower-case prefixes: `b-per`, `o`.
    pub lower_case: bool,
    /// True if a token can have several tags: `B-ORG|B-LOC`.
    pub stacked: bool,
    /// Value of the file with the meaning of `O`, if it is not `O`.
    pub outside: Option<&'static str>,
    /// Length in bytes of a language prefix of all tokens, as in `en:Anna`; 0 without a prefix.
    pub word_prefix: usize,
    /// Percentage of lines with `columns` columns and a tag.
    pub fit: u8,
    /// True if the values of the tag column look like tags rather than words.
    pub is_plausible: bool,
}

/// Maximum number of lines to inspect.
const MAX_SAMPLED_LINES: usize = 2000;

/// First token lines of a file.
pub(super) struct Sample<'t> {
    /// Lines with their numbers, from 1.
    pub(super) lines: Vec<(&'t str, usize)>,
    /// Column names of a comment `# global.columns = TOKEN NE-COARSE-LIT`, and the number of that line.
    pub(super) names: Option<(Vec<&'t str>, usize)>,
    /// True if a blank line separates two of the lines.
    has_blank: bool,
}

impl<'t> Sample<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut lines, mut comments, mut names) = (Vec::new(), Vec::new(), None);
        let (mut has_blank, mut follows_blank) = (false, false);
        for (line, number) in text.lines().zip(1..) {
            if is_separator_line(line, number) {
                continue;
            }
            if line.trim().is_empty() {
                follows_blank = !lines.is_empty();
            } else if let Some(global) = line.strip_prefix("# global.columns =") {
                names = Some((global.split_whitespace().collect(), number));
            } else if is_comment_sign(line) {
                if comments.len() < MAX_SAMPLED_LINES {
                    comments.push((line, number));
                }
            } else if !is_document_start(line) {
                has_blank |= std::mem::take(&mut follows_blank);
                lines.push((line, number));
            }
            if lines.len() >= MAX_SAMPLED_LINES {
                break;
            }
        }
        // All tokens begin with a number sign.
        let lines = if lines.is_empty() { comments } else { lines };
        Self { lines, names, has_blank }
    }
}

impl ColumnLayout {
    /// Detects the layout from the first lines.
    ///
    /// # Errors
    /// Returns an error if the lines have no columns, or no column of tags.
    pub fn detect(text: &str, explicit: ColumnOptions) -> Result<Self, Problem> {
        if has_cr_line_endings(text) {
            return Err(Problem::at(0, 0, "line endings are CR only; save the file with LF line endings"));
        }
        let sample = Sample::of(text);
        if let Some(separator) = explicit.separator {
            return Self::with_delimiter(separator, &sample, explicit);
        }
        let with_tab = sample.lines.iter().filter(|(l, _)| l.trim_end().contains('\t')).count();
        let first = if with_tab * 2 > sample.lines.len() { Delimiter::Tab } else { Delimiter::Space };
        let usual = Self::with_delimiter(first, &sample, explicit);
        // If 90% of the first words end with the same character, it separates columns and a space follows it.
        let ends_words = |sign: &char| {
            let ends = |line: &str| line.split_whitespace().next().is_some_and(|word| word.ends_with(*sign));
            sample.lines.iter().filter(|(line, _)| ends(line)).count() * 10 >= sample.lines.len() * 9
        };
        let has_sign = first == Delimiter::Space && CANDIDATES.iter().any(ends_words);
        if !has_sign && usual.as_ref().is_ok_and(|layout| layout.fit >= 80) {
            return usual;
        }
        // Any sentence can have a bare label after a comma. It is only a tag if a header confirms it.
        let with_sign = |sign: &char| Self::with_delimiter(Delimiter::Char(*sign), &sample, explicit).ok();
        let is_sure = |l: &Self| l.notation != TagNotation::LabelOnly || l.header > 0;
        let best = CANDIDATES.iter().filter_map(with_sign).filter(is_sure).max_by_key(|l| l.fit);
        match (best, usual) {
            (Some(best), Ok(usual)) if usual.fit >= best.fit && !has_sign => Ok(usual),
            (Some(best), _) => Ok(best),
            (None, usual) => usual,
        }
    }

    fn with_delimiter(separator: Delimiter, sample: &Sample, explicit: ColumnOptions) -> Result<Self, Problem> {
        let lines = &sample.lines;
        let quoted = fields::is_quoted(separator, lines.iter().map(|(line, _)| *line));
        let guess = Self {
            separator,
            quoted,
            columns: 0,
            word: 0,
            tag: 0,
            has_index_column: false,
            header: 0,
            sentence: None,
            document: None,
            split: None,
            second_tag: None,
            notation: TagNotation::Hyphen,
            lower_case: false,
            stacked: false,
            outside: None,
            word_prefix: 0,
            fit: 0,
            is_plausible: false,
        };
        let mut widths: HashMap<usize, usize> = HashMap::new();
        guess.table(lines).iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
        // Tokens can contain the separator. Among widths of equal frequency, the smaller one wins.
        let preferred = |width: usize| if matches!(separator, Delimiter::Char(_)) { usize::MAX - width } else { width };
        let columns = widths.iter().max_by_key(|(width, n)| (**n, preferred(**width))).map_or(0, |(width, _)| *width);
        if columns < 2 {
            let (line, number) = lines.first().copied().unwrap_or(("", 0));
            let wanted = "expected a token and its tag, separated by a space or a tab, but found one column";
            return Err(Problem::at(number, 1, format!("{wanted}: {}", quote(line))));
        }
        let mut table = Self { columns, ..guess }.table(lines);
        let mut header = Header::of(&table, columns, sample);
        if header.line > 0 && sample.names.is_none() {
            table.remove(0);
        }
        // A table with a header is CSV, even if no sampled line needs quotes.
        let is_plain = || lines.iter().all(|(line, _)| !line.contains('"'));
        let quoted = quoted || (header.line > 0 && matches!(separator, Delimiter::Char(_)) && is_plain());
        let even: Vec<&Vec<Cow<str>>> = table.iter().filter(|row| row.len() == columns).collect();
        let by_column: Vec<Vec<&str>> =
            (0..columns).map(|i| even.iter().map(|row| row[i].as_ref()).collect()).collect();
        let is_split = |i: &usize| by_column[*i].iter().all(|v| Split::from_name(v.trim()).is_some());
        header.split = header.split.filter(is_split);
        let numbered =
            columns > 2 && explicit.word != Some(0) && header.word != Some(0) && is_index_column(&by_column[0]);
        let sentence = header.sentence.or_else(|| {
            let free = |i: &usize| !(numbered && *i == 0) && explicit.word != Some(*i);
            let found = || (0..columns).filter(free).find(|i| numbers_sentences(&by_column[*i]));
            (columns > 2 && !sample.has_blank && header.line == 0).then(found).flatten()
        });
        let taken = |i: usize| {
            (numbered && i == 0) || [sentence, header.document, header.split].contains(&Some(i)) || header.is_grammar(i)
        };
        let (tag, notation) = match explicit.tag {
            Some(tag) if tag < columns => (tag, notation_of(&by_column[tag]).unwrap_or_default()),
            Some(tag) => {
                let reason = format!("column {} does not exist; most lines have {columns} columns", tag + 1);
                return Err(Problem::at(0, 0, reason));
            }
            None => header
                .tag(&by_column)
                .or_else(|| find_tag_column(&table, &by_column, numbered, separator == Delimiter::Space, taken))
                .ok_or_else(|| no_tag_column_error(lines, &table, columns))?,
        };
        let free = |i: &usize| *i != tag && !taken(*i);
        let is_number =
            |i: usize| by_column[i].iter().filter(|v| v.parse::<f64>().is_ok()).count() * 10 >= even.len() * 9;
        let word = explicit.word.or(header.word.filter(|i| *i != tag)).unwrap_or_else(|| {
            // Numbers are not tokens if another column has letters.
            let letters = (0..columns).filter(free).find(|i| !is_number(*i));
            letters.or_else(|| (0..columns).find(free)).unwrap_or(0)
        });
        if word == tag || word >= columns {
            let reason = format!(
                "column {} cannot be the token column; there are {columns} columns, and {} has the tags",
                word + 1,
                tag + 1
            );
            return Err(Problem::at(0, 0, reason));
        }
        let values = &by_column[tag];
        let outside = outside_value(values);
        // Tables of texts often have a class named OTHER.
        let has_space = |v: &&&str| v.trim().contains(' ');
        let texts = by_column[word].iter().filter(has_space).count();
        if notation == TagNotation::LabelOnly && outside.is_some() && texts * 20 > even.len() {
            return Err(no_tag_column_error(lines, &table, columns));
        }
        let labeled = values.iter().filter(|v| notation.parse(v).is_ok_and(|tag| tag.is_some()));
        let lower: Vec<bool> = labeled.filter_map(|v| notation.is_lower_case(v)).collect();
        let second_tag = (0..columns)
            .filter(|i| *i != word && free(i))
            .find(|i| notation_of(&by_column[*i]).is_some_and(|n| n == notation && has_entities(&by_column[*i], n)));
        // A cell with several tags belongs to a table of sentences.
        let is_one = |v: &str| {
            let mut others = v.split(|c: char| c.is_whitespace() || c == ',').skip(1).filter(|part| !part.is_empty());
            !others.any(|part| notation != TagNotation::LabelOnly && notation.parse(part).is_ok())
        };
        let is_tag = |v: &str| outside == Some(v) || (notation.parse(normalized_tag(v)).is_ok() && is_one(v));
        let fitting = values.iter().filter(|v| is_tag(v)).count();
        // WikiANN has the language as a prefix of each token.
        let prefix = by_column[word].first().and_then(|w| w.split_once(':')).map_or("", |(language, _)| language);
        let is_language = (2..=8).contains(&prefix.len()) && prefix.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let has_prefix = |w: &&str| w.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':') && rest.len() > 1);
        let word_prefix =
            if is_language && even.len() > 1 && by_column[word].iter().all(has_prefix) { prefix.len() + 1 } else { 0 };
        Ok(Self {
            quoted,
            columns,
            word,
            tag,
            has_index_column: numbered,
            header: header.line,
            sentence,
            document: header.document,
            split: header.split,
            second_tag,
            notation,
            lower_case: !lower.is_empty() && lower.iter().all(|is_lower| *is_lower),
            stacked: values.iter().any(|v| v.contains('|') && stacked_tags(v, notation).count() > 1),
            outside,
            word_prefix,
            is_plausible: is_plausible_tag_column(values, notation),
            fit: u8::try_from(fitting * 100 / table.len().max(1)).unwrap_or(100),
            ..guess
        })
    }

    /// Returns the fields of each line.
    fn table<'l>(&self, lines: &[(&'l str, usize)]) -> Vec<Vec<Cow<'l, str>>> {
        let mut fields = Vec::new();
        let row = |(line, _): &(&'l str, usize)| {
            self.split_fields(line, &mut fields);
            fields.iter().map(|r| self.field(&line[r.clone()])).collect()
        };
        lines.iter().map(row).collect()
    }

    /// Writes the byte ranges of the fields of a line to `into`.
    #[inline]
    pub(super) fn split_fields(&self, line: &str, into: &mut Vec<Range<usize>>) {
        fields::split(line, self.separator, self.quoted, into);
        // A token that is or contains the separator.
        let is_sign = matches!(self.separator, Delimiter::Char(_));
        if is_sign && !self.quoted && self.columns > 1 && into.len() > self.columns {
            let last = self.word + into.len() - self.columns;
            into[self.word].end = into[last].end;
            into.drain(self.word + 1..=last);
        }
    }

    /// Returns the content of a field without its quotes.
    #[inline(always)]
    pub(super) fn field<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.quoted { fields::unquoted(text) } else { text.into() }
    }

    /// Returns the columns that are neither tokens, tags nor numbers.
    pub(super) fn extra_columns(&self) -> impl Iterator<Item = usize> + use<> {
        let layout = *self;
        (0..self.columns).filter(move |i| {
            let numbers = [layout.sentence, layout.document, layout.split].contains(&Some(*i));
            *i != layout.word && *i != layout.tag && !numbers && !(layout.has_index_column && *i == 0)
        })
    }

    /// Returns the named format with this layout.
    pub fn format(&self) -> Format {
        let plain = self.word == 0
            && self.tag + 1 == self.columns
            && self.notation == TagNotation::Hyphen
            && self.header == 0
            && self.sentence.is_none();
        match (self.columns, self.separator) {
            (_, Delimiter::Char(',')) if self.header > 0 && self.sentence.is_some() => GMB,
            (4, Delimiter::Space) if plain => CONLL2003,
            (2, Delimiter::Tab) if plain => WNUT,
            _ => CONLL,
        }
    }

    /// Returns messages about unusual properties of the layout.
    pub(super) fn evidence(&self) -> Vec<String> {
        let mut explicit = Vec::new();
        if let Delimiter::Char(sign) = self.separator {
            explicit.push(format!("columns separated by {sign}"));
        }
        if self.has_index_column {
            explicit.push("the first column is a token index".into());
        }
        if self.tag + 1 != self.columns {
            let (tag, word, columns) = (self.tag + 1, self.word + 1, self.columns);
            explicit.push(format!("tags in column {tag} of {columns}, tokens in column {word}"));
        }
        if let Some(sentence) = self.sentence {
            explicit.push(format!("column {} is a sentence number", sentence + 1));
        }
        if let Some(document) = self.document {
            explicit.push(format!("column {} is a document name", document + 1));
        }
        if let Some(outside) = self.outside {
            explicit.push(format!("“{outside}” is read as O"));
        }
        match self.notation {
            TagNotation::Hyphen => {}
            TagNotation::LabelOnly => explicit.push("tags are labels without a prefix".into()),
            TagNotation::Untyped => explicit.push("tags have no label".into()),
            other => explicit.push(format!("tag notation: {}", other.example())),
        }
        explicit
    }
}
