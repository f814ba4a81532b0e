//! Distribution of words over lines.
//!
//! Breaks are allowed where the Unicode line breaking algorithm (UAX #14) allows them, with the words of a dictionary in
//! Thai, Lao, Khmer and Burmese. A word that is wider than a line is divided, between grapheme clusters if necessary.

use crate::corpus::WritingSystem;
use crate::corpus::unspaced_text::divides_cluster;
use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Widths of a word, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WordWidths {
    /// Space before the word, except at the start of a line.
    pub space: f32,
    /// Padding before the word. At the start of a line, it extends into the margin.
    pub lead: f32,
    /// The word.
    pub text: f32,
    /// Padding and label after the word. They stay on the line of its last character.
    pub trail: f32,
}

/// Part of a word on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    /// Index of the word.
    pub word: usize,
    /// Byte range in the word.
    pub bytes: Range<usize>,
}

/// Returns true for punctuation that must not begin a line, even after a space, as in tokenized text.
fn is_closing_punctuation(word: &str) -> bool {
    matches!(
        word,
        "." | ","
            | ";"
            | ":"
            | "!"
            | "?"
            | ")"
            | "]"
            | "}"
            | "”"
            | "’"
            | "»"
            | "%"
            | "'s"
            | "n't"
            | "…"
            | "،"
            | "؛"
            | "؟"
            | "۔"
            | "。"
            | "、"
            | "，"
    )
}

/// Returns the byte positions at which a text can be divided, without its start and end.
fn opportunities(text: &str) -> impl Iterator<Item = usize> + '_ {
    let segmenter = LineSegmenter::new_dictionary(LineBreakOptions::default());
    segmenter.segment_str(text).filter(|at| *at > 0 && *at < text.len() && !divides_cluster(text, *at))
}

/// Part of the text that is divided only if it is wider than a line: a word, or a character or dictionary word of a
/// script without spaces.
struct Chunk {
    fragment: Fragment,
    widths: WordWidths,
    /// True if a line can begin with it.
    begins_line: bool,
}

/// Returns the chunks of a text.
fn chunks(words: &[&str], joined: &[bool], widths: &[WordWidths], measure: &impl Fn(&str) -> f32) -> Vec<Chunk> {
    let is_joined = |i: usize| joined.get(i) == Some(&true);
    let whole = |word: usize, begins_line: bool| Chunk {
        fragment: Fragment { word, bytes: 0..words[word].len() },
        widths: widths[word],
        begins_line: begins_line && !is_closing_punctuation(words[word]),
    };
    if words.iter().all(|word| word.is_ascii()) {
        return (0..words.len()).map(|i| whole(i, !is_joined(i))).collect();
    }
    let mut text = String::new();
    let mut starts = Vec::with_capacity(words.len());
    for (i, word) in words.iter().enumerate() {
        if i > 0 && !is_joined(i) {
            text.push(' ');
        }
        starts.push(text.len());
        text.push_str(word);
    }
    let breaks: Vec<usize> = opportunities(&text).collect();
    let mut chunks = Vec::with_capacity(words.len());
    for (i, start) in starts.into_iter().enumerate() {
        let word = whole(i, breaks.binary_search(&start).is_ok());
        let end = start + words[i].len();
        let inside = &breaks[breaks.partition_point(|at| *at <= start)..breaks.partition_point(|at| *at < end)];
        if inside.is_empty() || WritingSystem::of_words(&words[i..=i]) == WritingSystem::Spaced {
            chunks.push(word);
            continue;
        }
        let bounds: Vec<usize> = [start].iter().chain(inside).chain([&end]).map(|at| at - start).collect();
        let last = bounds.len() - 2;
        chunks.extend(bounds.windows(2).enumerate().map(|(n, pair)| Chunk {
            fragment: Fragment { word: i, bytes: pair[0]..pair[1] },
            widths: WordWidths {
                space: if n == 0 { word.widths.space } else { 0.0 },
                lead: if n == 0 { word.widths.lead } else { 0.0 },
                text: measure(&words[i][pair[0]..pair[1]]),
                trail: if n == last { word.widths.trail } else { 0.0 },
            },
            begins_line: n > 0 || word.begins_line,
        }));
    }
    chunks
}

/// Lines under construction.
struct Lines<'a> {
    words: &'a [&'a str],
    /// Width of a line.
    available: f32,
    finished: Vec<Vec<Fragment>>,
    line: Vec<Fragment>,
    /// Used width of the current line.
    used: f32,
}

impl Lines<'_> {
    /// Adds chunks to the current line, or to the next one if they do not fit. Returns false if they are wider than a
    /// line.
    fn add(&mut self, chunks: &[Chunk]) -> bool {
        let Some(first) = chunks.first() else { return true };
        let total: f32 = chunks.iter().map(|p| p.widths.space + p.widths.lead + p.widths.text + p.widths.trail).sum();
        if !self.line.is_empty() && self.used + total > self.available {
            self.end_line();
        }
        // Space and padding before the first chunk are not in the line.
        let needed = if self.line.is_empty() { total - first.widths.space - first.widths.lead } else { total };
        if self.used + needed > self.available {
            return false;
        }
        self.used += needed;
        chunks.iter().for_each(|chunk| self.push(chunk.fragment.clone()));
        true
    }

    /// Adds a fragment, or extends the last one of the same word.
    fn push(&mut self, fragment: Fragment) {
        match self.line.last_mut() {
            Some(last) if last.word == fragment.word => last.bytes.end = fragment.bytes.end,
            _ => self.line.push(fragment),
        }
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.finished.push(std::mem::take(&mut self.line));
        }
        self.used = 0.0;
    }

    /// Divides a chunk that is wider than a line.
    fn add_divided(&mut self, chunk: &Chunk, measure: &impl Fn(&str) -> f32) {
        self.end_line();
        let Fragment { word, bytes } = &chunk.fragment;
        let text = &self.words[*word][bytes.clone()];
        let preferred: Vec<usize> = opportunities(text).collect();
        let ends = text.grapheme_indices(true).map(|(at, _)| at);
        let ends: Vec<usize> = ends.filter(|at| *at > 0 && !divides_cluster(text, *at)).collect();
        let mut start = 0;
        loop {
            let ends = &ends[ends.partition_point(|end| *end <= start)..];
            let n_fitting = n_fitting(ends, |end| measure(&text[start..end]) <= self.available);
            // The label stays with the last character, so the rest is divided again if the label does not fit.
            let rest = (n_fitting == ends.len()).then(|| measure(&text[start..]) + chunk.widths.trail);
            if let Some(rest) = rest.filter(|rest| *rest <= self.available || ends.is_empty()) {
                self.push(Fragment { word: *word, bytes: bytes.start + start..bytes.end });
                self.used = rest;
                return;
            }
            let last = ends[n_fitting.max(1) - 1];
            let end = preferred.iter().rev().copied().find(|at| *at > start && *at <= last).unwrap_or(last);
            self.push(Fragment { word: *word, bytes: bytes.start + start..bytes.start + end });
            self.end_line();
            start = end;
        }
    }
}

/// Returns the number of ends up to which a text fits in a line. Long texts are not measured as a whole.
fn n_fitting(ends: &[usize], fits: impl Fn(usize) -> bool) -> usize {
    let mut limit = 32;
    while limit < ends.len() && fits(ends[limit - 1]) {
        limit *= 2;
    }
    ends[..limit.min(ends.len())].partition_point(|end| fits(*end))
}

/// Returns the fragments of each line. `joined[i]` is true if word `i` follows without a space; `measure` returns the
/// width of a text.
pub(super) fn break_lines(
    words: &[&str],
    joined: &[bool],
    widths: &[WordWidths],
    available: f32,
    measure: impl Fn(&str) -> f32,
) -> Vec<Vec<Fragment>> {
    let chunks = chunks(words, joined, widths, &measure);
    let mut lines = Lines { words, available, finished: Vec::new(), line: Vec::new(), used: 0.0 };
    // Chunks without a possible line begin between them stay together, unless they are wider than a line.
    for unit in chunks.chunk_by(|_, next| !next.begins_line) {
        if !lines.add(unit) {
            for chunk in unit {
                if !lines.add(std::slice::from_ref(chunk)) {
                    lines.add_divided(chunk, &measure);
                }
            }
        }
    }
    lines.end_line();
    lines.finished
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each character has the width 1; characters of East Asia have the width 2.
    fn measure(text: &str) -> f32 {
        text.chars().map(|c| if c < '\u{2e80}' { 1.0 } else { 2.0 }).sum()
    }

    /// Returns the words of a text and if they follow without a space, which is written as `|`.
    fn split(text: &str) -> (Vec<&str>, Vec<bool>) {
        let mut words = Vec::new();
        for part in text.split(' ') {
            words.extend(part.split('|').enumerate().map(|(i, word)| (word, i > 0)));
        }
        words.into_iter().unzip()
    }

    fn widths(words: &[&str], joined: &[bool], spans: &[Range<usize>]) -> Vec<WordWidths> {
        let mut widths: Vec<WordWidths> = words
            .iter()
            .zip(joined)
            .map(|(word, joined)| WordWidths {
                space: if *joined { 0.0 } else { 1.0 },
                text: measure(word),
                ..WordWidths::default()
            })
            .collect();
        for span in spans {
            widths[span.start].lead += 1.0;
            widths[span.end - 1].trail += 4.0;
        }
        widths
    }

    fn lines(text: &str, available: f32, span: Option<Range<usize>>) -> Vec<String> {
        let (words, joined) = split(text);
        let rows = break_lines(&words, &joined, &widths(&words, &joined, span.as_slice()), available, measure);
        let shown = |row: &Vec<Fragment>| {
            let mut line = String::new();
            for (i, fragment) in row.iter().enumerate() {
                if i > 0 && !joined[fragment.word] {
                    line.push(' ');
                }
                line.push_str(&words[fragment.word][fragment.bytes.clone()]);
            }
            line
        };
        rows.iter().map(shown).collect()
    }

    #[test]
    fn breaks_lines() {
        let check = |text: &str, available: f32, expected: &[&str]| {
            assert_eq!(lines(text, available, None), expected, "{text}");
        };
        check("the cold town", 8.0, &["the cold", "town"]);
        check("the cold .", 8.0, &["the", "cold ."]);
        check("(|see|) it", 5.0, &["(see)", "it"]);
        // Chinese: between any characters, but not before a full stop and not after an opening bracket.
        check("他|住|在|上|海|。", 8.0, &["他住在上", "海。"]);
        check("他|住|在|上|。", 8.0, &["他住在", "上。"]);
        check("他|住|（|上|海|）", 6.0, &["他住", "（上", "海）"]);
        // Thai: at words of the dictionary.
        check("ภาษาไทยภาษาไทย", 8.0, &["ภาษาไทย", "ภาษาไทย"]);
        check("a ภาษาไทยภาษาไทย", 10.0, &["a ภาษาไทย", "ภาษาไทย"]);
        // Not after a vowel that is written before its consonant.
        check("เเเเเ", 1.0, &["เเเเเ"]);
        check("บริษัทกลไฟแม่น้ำ", 6.0, &["บริษัท", "กลไฟ", "แม่น้ำ"]);
        // Long words.
        check("a https://example.org/path/to", 12.0, &["a", "https://", "example.org/", "path/to"]);
        check("aaaaaaaaaaaaa b", 5.0, &["aaaaa", "aaaaa", "aaa b"]);
        check("👩‍👩‍👧👩‍👩‍👧", 1.0, &["👩‍👩‍👧", "👩‍👩‍👧"]);
    }

    #[test]
    fn label_stays_with_last_character() {
        assert_eq!(lines("one two", 7.0, Some(1..2)), ["one", "two"]);
        assert_eq!(lines("他|住|在|上|海", 10.0, Some(3..5)), ["他住在上", "海"]);
        assert_eq!(lines("aaaaaaaaaa", 5.0, Some(0..1)), ["aaaaa", "aaaa", "a"]);
    }

    fn any_text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-z]{1,9}",
            "[a-z]{20,40}",
            "[他住在上海](\\|[他住在上海。，（）]){0,8}",
            "[กขคงจ]{1,12}",
            Just("https://example.org/a/b".to_owned()),
            "[.,()!]",
        ];
        prop::collection::vec(word, 1..12).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn each_byte_is_on_one_line(text in any_text(), available in 1.0f32..40.0) {
            let (words, joined) = split(&text);
            let rows = break_lines(&words, &joined, &widths(&words, &joined, &[]), available, measure);
            let mut ends = vec![0; words.len()];
            for fragment in rows.iter().flatten() {
                prop_assert_eq!(fragment.bytes.start, ends[fragment.word]);
                prop_assert!(words[fragment.word].is_char_boundary(fragment.bytes.end));
                ends[fragment.word] = fragment.bytes.end;
            }
            prop_assert!(ends.iter().zip(&words).all(|(end, word)| *end == word.len()));
        }

        #[test]
        fn lines_fit(text in any_text(), available in 4.0f32..40.0) {
            let (words, joined) = split(&text);
            let rows = break_lines(&words, &joined, &widths(&words, &joined, &[]), available, measure);
            for row in rows {
                let text: f32 = row.iter().map(|f| measure(&words[f.word][f.bytes.clone()])).sum();
                let spaces = row.iter().skip(1).filter(|f| !joined[f.word]).count();
                prop_assert!(text + spaces as f32 <= available);
            }
        }

        #[test]
        fn span_moves_nothing_before_it(text in any_text(), available in 12.0f32..40.0, at in any::<prop::sample::Index>()) {
            let (words, joined) = split(&text);
            let start = at.index(words.len());
            let chunks = chunks(&words, &joined, &widths(&words, &joined, &[]), &measure);
            let begins = |i: usize| chunks.iter().any(|p| p.fragment.word == i && p.fragment.bytes.start == 0 && p.begins_line);
            // Words without a break between them move together.
            let first = (0..=start).rev().find(|i| begins(*i)).unwrap_or(0);
            let rows = |spans: &[Range<usize>]| {
                let rows = break_lines(&words, &joined, &widths(&words, &joined, spans), available, measure);
                let numbered = rows.into_iter().enumerate().flat_map(|(n, row)| row.into_iter().map(move |f| (n, f)));
                numbered.filter(|(_, f)| f.word < first).collect::<Vec<_>>()
            };
            prop_assert_eq!(rows(&[]), rows(std::slice::from_ref(&(start..start + 1))));
        }
    }
}
