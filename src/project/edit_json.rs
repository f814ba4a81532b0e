//! JSON form of edits for the log of a project. The corpus module has no serialization.

use super::blob::{decode_span, encode_span};
use crate::corpus::label::Label;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, RangeComment, ReviewState, Span, Split};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum EditRecord {
    Spans {
        document: u32,
        removed: Vec<[u32; 3]>,
        added: Vec<[u32; 3]>,
    },
    Suggestions {
        document: u32,
        removed: Vec<[u32; 3]>,
        added: Vec<[u32; 3]>,
    },
    Mark {
        document: u32,
        sentence: u32,
        before: (bool, bool, String),
        after: (bool, bool, String),
        /// Before and after.
        #[serde(default)]
        remarks: [Vec<(u32, u32, String)>; 2],
    },
    Classes {
        document: u32,
        before: Vec<String>,
        after: Vec<String>,
    },
    Splits {
        document: u32,
        before: Vec<SplitRun>,
        after: Vec<SplitRun>,
    },
    AddLabel(LabelRecord),
    RemoveLastLabel(LabelRecord),
    RemoveLabel {
        id: u16,
        #[serde(flatten)]
        label: LabelRecord,
    },
    InsertLabel {
        id: u16,
        #[serde(flatten)]
        label: LabelRecord,
    },
    ChangeLabel {
        id: u16,
        before: (String, u8),
        after: (String, u8),
        /// Before and after.
        #[serde(default)]
        letters: [Option<char>; 2],
    },
    Together {
        /// English title, for readers that do not know `title`. Logs of earlier versions have only this one.
        name: String,
        /// Kind of the title and its values.
        #[serde(default)]
        title: Option<(String, Vec<String>)>,
        edits: Vec<EditRecord>,
    },
}

/// Name of a split and the number of consecutive sentences in it.
type SplitRun = (String, usize);

fn encode_splits(splits: &[Split]) -> Vec<SplitRun> {
    splits.chunk_by(|a, b| a == b).map(|run| (run[0].name().to_owned(), run.len())).collect()
}

fn decode_splits(runs: &[SplitRun]) -> Vec<Split> {
    runs.iter().flat_map(|(name, n)| std::iter::repeat_n(Split::from_name(name).unwrap_or_default(), *n)).collect()
}

#[derive(Serialize, Deserialize)]
struct LabelRecord {
    name: String,
    #[serde(rename = "colour")]
    color: u8,
    #[serde(default)]
    letter: Option<char>,
}

impl From<Label> for LabelRecord {
    fn from(Label { name, color, shortcut: letter }: Label) -> Self {
        Self { name, color, letter }
    }
}

impl From<LabelRecord> for Label {
    fn from(LabelRecord { name, color, letter }: LabelRecord) -> Self {
        Self { name, color, shortcut: letter }
    }
}

fn encode_spans(spans: &[Span]) -> Vec<[u32; 3]> {
    spans.iter().map(encode_span).collect()
}

fn decode_spans(spans: &[[u32; 3]]) -> Vec<Span> {
    spans.iter().copied().map(decode_span).collect()
}

fn comment_tuples(remarks: &[RangeComment]) -> Vec<(u32, u32, String)> {
    remarks.iter().map(|r| (r.start, r.end, r.text.clone())).collect()
}

fn remarks(parts: Vec<(u32, u32, String)>) -> Vec<RangeComment> {
    parts.into_iter().map(|(start, end, text)| RangeComment { start, end, text }).collect()
}

/// Returns range comments as JSON.
pub(super) fn remarks_to_json(remarks: &[RangeComment]) -> String {
    serde_json::to_string(&comment_tuples(remarks)).unwrap_or_default()
}

/// Parses range comments. Invalid JSON results in an empty list.
pub(super) fn remarks_from_json(json: &str) -> Vec<RangeComment> {
    remarks(serde_json::from_str(json).unwrap_or_default())
}

impl From<&Edit> for EditRecord {
    fn from(edit: &Edit) -> Self {
        match edit.clone() {
            Edit::Spans { document, removed, added } => {
                Self::Spans { document, removed: encode_spans(&removed), added: encode_spans(&added) }
            }
            Edit::Suggestions { document, removed, added } => {
                Self::Suggestions { document, removed: encode_spans(&removed), added: encode_spans(&added) }
            }
            Edit::Review { document, sentence, before, after } => {
                let noted = |m: ReviewState| (m.done, m.flagged, m.comment);
                let remarks = [comment_tuples(&before.range_comments), comment_tuples(&after.range_comments)];
                Self::Mark { document, sentence, before: noted(before), after: noted(after), remarks }
            }
            Edit::DocLabels { document, before, after } => Self::Classes { document, before, after },
            Edit::Splits { document, before, after } => {
                Self::Splits { document, before: encode_splits(&before), after: encode_splits(&after) }
            }
            Edit::AddLabel(label) => Self::AddLabel(label.into()),
            Edit::PopLabel(label) => Self::RemoveLastLabel(label.into()),
            Edit::RemoveLabel { id, label } => Self::RemoveLabel { id: id.index(), label: label.into() },
            Edit::InsertLabel { id, label } => Self::InsertLabel { id: id.index(), label: label.into() },
            Edit::ChangeLabel { id, before, after } => Self::ChangeLabel {
                id: id.index(),
                letters: [before.shortcut, after.shortcut],
                before: (before.name, before.color),
                after: (after.name, after.color),
            },
            Edit::Group { title, edits } => Self::Together {
                name: title.to_string(),
                title: Some((title.kind.id().to_owned(), title.values)),
                edits: edits.iter().map(Self::from).collect(),
            },
        }
    }
}

impl From<EditRecord> for Edit {
    fn from(stored: EditRecord) -> Self {
        match stored {
            EditRecord::Spans { document, removed, added } => {
                Self::Spans { document, removed: decode_spans(&removed), added: decode_spans(&added) }
            }
            EditRecord::Suggestions { document, removed, added } => {
                Self::Suggestions { document, removed: decode_spans(&removed), added: decode_spans(&added) }
            }
            EditRecord::Mark { document, sentence, before, after, remarks: [then, now] } => {
                let mark =
                    |(done, flagged, comment), r| ReviewState { done, flagged, comment, range_comments: remarks(r) };
                Self::Review { document, sentence, before: mark(before, then), after: mark(after, now) }
            }
            EditRecord::Classes { document, before, after } => Self::DocLabels { document, before, after },
            EditRecord::Splits { document, before, after } => {
                Self::Splits { document, before: decode_splits(&before), after: decode_splits(&after) }
            }
            EditRecord::AddLabel(label) => Self::AddLabel(label.into()),
            EditRecord::RemoveLastLabel(label) => Self::PopLabel(label.into()),
            EditRecord::RemoveLabel { id, label } => Self::RemoveLabel { id: LabelId::new(id), label: label.into() },
            EditRecord::InsertLabel { id, label } => Self::InsertLabel { id: LabelId::new(id), label: label.into() },
            EditRecord::ChangeLabel { id, before, after, letters: [then, now] } => {
                let label = |(name, color), letter| Label { name, color, shortcut: letter };
                Self::ChangeLabel { id: LabelId::new(id), before: label(before, then), after: label(after, now) }
            }
            EditRecord::Together { name, title, edits } => {
                let known = title.and_then(|(id, values)| Some(EditTitle::new(EditTitleKind::from_id(&id)?, values)));
                let title = known.unwrap_or_else(|| EditTitle::new(EditTitleKind::Text, [name]));
                Self::Group { title, edits: edits.into_iter().map(Self::from).collect() }
            }
        }
    }
}

/// Returns an edit as one line of JSON.
pub(super) fn to_json(edit: &Edit) -> String {
    // Numbers and strings always have a JSON form.
    serde_json::to_string(&EditRecord::from(edit)).unwrap_or_default()
}

/// Parses an edit; `None` if the line is invalid.
pub(super) fn from_json(json: &str) -> Option<Edit> {
    serde_json::from_str::<EditRecord>(json).ok().map(Edit::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_title_roundtrips_and_old_logs_keep_text() {
        let check = |json: &str, kind: EditTitleKind, shown: &str| {
            let edit = from_json(json).unwrap_or_else(|| panic!("{json} is not an edit"));
            let Edit::Group { title, .. } = &edit else { panic!("{json} is not a group") };
            assert_eq!((title.kind, title.to_string().as_str()), (kind, shown), "{json}");
            assert_eq!(from_json(&to_json(&edit)), Some(edit), "{json}");
        };
        check(r#"{"Together":{"name":"3 Vorschläge","edits":[]}}"#, EditTitleKind::Text, "3 Vorschläge");
        let new = r#"{"Together":{"name":"x","title":["accept-suggestions",["3"]],"edits":[]}}"#;
        check(new, EditTitleKind::AcceptSuggestions, "Accept 3 suggestions");
        let unknown = r#"{"Together":{"name":"x","title":["of a later version",["3"]],"edits":[]}}"#;
        check(unknown, EditTitleKind::Text, "x");
    }
}
