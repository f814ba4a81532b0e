//! Notes: content that a reader leaves out, and its decisions if the file is not explicit.
//!
//! All formats report through [`Notes::add`]; the command line, the import dialog and `--strict` read the same list.

use std::collections::BTreeMap;

/// The kind of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A record that its annotator rejected: its labels are not read.
    RejectedRecord,
    /// A record that its annotator skipped: its labels are not read.
    IgnoredRecord,
    /// An annotation that was canceled.
    CanceledAnnotation,
    /// Suggestions of a model.
    Prediction,
    /// An annotation of a text that also has another annotation with precedence.
    OtherAnnotation,
    /// Spans of several annotators that are merged.
    SecondAnnotator,
    /// A text that occurs once for each of several annotators.
    RepeatedText,
    /// An additional column or layer of labels.
    SecondLayer,
    /// A span that occurs more than once.
    DuplicateSpan,
    /// A span without a label.
    SpanWithoutLabel,
    /// A span without offsets into the text.
    SpanWithoutPosition,
    /// A span of several ranges with other text between them.
    DiscontinuousSpan,
    /// A relation, event, or other annotation that is not a span.
    OtherAnnotationKind,
    /// A record without text.
    RecordWithoutText,
    /// A field or column that is not read.
    Field,
    /// A file or sheet that is not read.
    UnreadPart,
    /// A row of column names.
    Header,
    /// Comment lines.
    Comment,
    /// The column or field of the text, if the file does not name one.
    TextField,
    /// Tags without a label.
    TagWithoutLabel,
    /// A token that is marked as unannotated in the file.
    UnannotatedToken,
    /// Offsets in a unit other than code points.
    OffsetUnit,
    /// Offsets of ends that are inclusive.
    InclusiveEnd,
    /// Content that could be labels in another format.
    PossibleLabels,
    /// Content that indicates another format than the chosen one.
    OtherFormat,
    /// Markup that is removed from the text.
    Markup,
    /// No sentence boundaries in the file.
    NoSentences,
}

impl NoteKind {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::RejectedRecord => "rejected-record",
            Self::IgnoredRecord => "ignored-record",
            Self::CanceledAnnotation => "canceled-annotation",
            Self::Prediction => "prediction",
            Self::OtherAnnotation => "other-annotation",
            Self::SecondAnnotator => "second-annotator",
            Self::RepeatedText => "repeated-text",
            Self::SecondLayer => "second-layer",
            Self::DuplicateSpan => "duplicate-span",
            Self::SpanWithoutLabel => "span-without-label",
            Self::SpanWithoutPosition => "span-without-position",
            Self::DiscontinuousSpan => "discontinuous-span",
            Self::OtherAnnotationKind => "other-annotation-kind",
            Self::RecordWithoutText => "record-without-text",
            Self::Field => "field",
            Self::UnreadPart => "unread-part",
            Self::Header => "header",
            Self::Comment => "comment",
            Self::TextField => "text-field",
            Self::TagWithoutLabel => "tag-without-label",
            Self::UnannotatedToken => "unannotated-token",
            Self::OffsetUnit => "offset-unit",
            Self::InclusiveEnd => "inclusive-end",
            Self::PossibleLabels => "possible-labels",
            Self::OtherFormat => "other-format",
            Self::Markup => "markup",
            Self::NoSentences => "no-sentences",
        }
    }

    /// Returns a message for the user, without the count and the example.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RejectedRecord => "rejected records: labels not read",
            Self::IgnoredRecord => "ignored records: labels not read",
            Self::CanceledAnnotation => "canceled annotations not read",
            Self::Prediction => "model predictions not read",
            Self::OtherAnnotation => "texts with several annotations: only ground truth or the last one is read",
            Self::SecondAnnotator => "texts with spans of several annotators: merged",
            Self::RepeatedText => "texts labeled by several annotators: each is a separate document",
            Self::SecondLayer => "additional tag layers not read",
            Self::DuplicateSpan => "duplicate spans: read once",
            Self::SpanWithoutLabel => "spans without a label not read",
            Self::SpanWithoutPosition => "spans without offsets into the text not read",
            Self::DiscontinuousSpan => "discontinuous spans not read",
            Self::OtherAnnotationKind => "relations, events or attributes not read",
            Self::RecordWithoutText => "records without text not read",
            Self::Field => "fields not read",
            Self::UnreadPart => "parts of the file not read",
            Self::Header => "first row read as column names",
            Self::Comment => "comment lines skipped",
            Self::TextField => "text field chosen",
            Self::TagWithoutLabel => "tags without a label: read as ENT",
            Self::UnannotatedToken => "tokens without annotation: read as O",
            Self::OffsetUnit => "offset unit detected",
            Self::InclusiveEnd => "end offsets are inclusive",
            Self::PossibleLabels => "content that looks like labels read as text",
            Self::OtherFormat => "the content indicates another format than the chosen one",
            Self::Markup => "markup removed from the text",
            Self::NoSentences => "no sentence boundaries: each document is one sentence",
        }
    }

    /// True if content of the file is left out. `--strict` then fails.
    pub fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::Field
                | Self::Header
                | Self::Comment
                | Self::TextField
                | Self::TagWithoutLabel
                | Self::OffsetUnit
                | Self::InclusiveEnd
                | Self::Markup
                | Self::NoSentences
                | Self::OtherFormat
                | Self::RepeatedText
        )
    }
}

/// Number of occurrences of one kind, with the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Kind of the note.
    pub kind: NoteKind,
    /// Number of occurrences.
    pub count: usize,
    /// First occurrence: its line or a quotation.
    pub example: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind.sentence())?;
        if self.count > 1 {
            write!(f, " ({})", self.count)?;
        }
        if self.example.is_empty() { Ok(()) } else { write!(f, ": {}", self.example) }
    }
}

/// Notes of a file, one per kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(BTreeMap<NoteKind, (usize, String)>);

impl Notes {
    /// Counts an occurrence. The example is created only for the first one.
    pub fn add(&mut self, kind: NoteKind, example: impl FnOnce() -> String) {
        self.add_many(kind, 1, example);
    }

    /// Counts several occurrences. A count of 0 adds no note.
    pub fn add_many(&mut self, kind: NoteKind, count: usize, example: impl FnOnce() -> String) {
        if count > 0 {
            self.0.entry(kind).or_insert_with(|| (0, example())).0 += count;
        }
    }

    /// Adds the notes of another file.
    pub fn merge(&mut self, other: &Self) {
        for note in other.iter() {
            self.add_many(note.kind, note.count, || note.example);
        }
    }

    /// Returns all notes, ordered by kind.
    pub fn iter(&self) -> impl Iterator<Item = Note> + '_ {
        self.0.iter().map(|(kind, (count, example))| Note { kind: *kind, count: *count, example: example.clone() })
    }

    /// True if there are no notes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
