//! Titles of edits. A title consists of a kind and values, so a log can store it and every language can display it.

use std::fmt;

/// Kind of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is described by its English text in the table")]
pub enum EditTitleKind {
    LabelSpan,
    ClearSpan,
    Suggest,
    RejectSuggestion,
    Comment,
    MarkDone,
    MarkNotDone,
    Flag,
    RemoveFlag,
    LabelDocument,
    UnlabelDocument,
    AddLabel,
    RemoveLabel,
    RenameLabel,
    ChangeShortcut,
    ChangeColor,
    NoChange,
    RestoreSnapshot,
    MapLabels,
    CarryOver,
    Suggestions,
    AcceptSuggestion,
    AcceptSuggestions,
    DiscardSuggestions,
    MarkDoneUpToHere,
    LabelMatches,
    LabelWithNew,
    Fix,
    FixFindings,
    TakeSide,
    /// Title that an older log contains as text.
    Text,
}

use EditTitleKind as Kind;

/// Table of kinds: the kind, its id in the log (which must not change), and its English text with named placeholders.
const TABLE: [(Kind, &str, &str); 31] = [
    (Kind::LabelSpan, "label-span", "Label {text} as {label}"),
    (Kind::ClearSpan, "clear-span", "Clear {text}"),
    (Kind::Suggest, "suggest", "Suggest"),
    (Kind::RejectSuggestion, "reject-suggestion", "Reject {text} as {label}"),
    (Kind::Comment, "comment", "Comment"),
    (Kind::MarkDone, "mark-done", "Done"),
    (Kind::MarkNotDone, "mark-not-done", "Not done"),
    (Kind::Flag, "flag", "Flag"),
    (Kind::RemoveFlag, "remove-flag", "Take the flag away"),
    (Kind::LabelDocument, "label-document", "Label the document as {label}"),
    (Kind::UnlabelDocument, "unlabel-document", "The document is not {label}"),
    (Kind::AddLabel, "add-label", "Label {label}"),
    (Kind::RemoveLabel, "remove-label", "Remove label {label}"),
    (Kind::RenameLabel, "rename-label", "Rename {before} to {after}"),
    (Kind::ChangeShortcut, "change-shortcut", "Another letter for {label}"),
    (Kind::ChangeColor, "change-color", "Recolour {label}"),
    (Kind::NoChange, "no-change", "Nothing"),
    (Kind::RestoreSnapshot, "restore-snapshot", "Restore {snapshot}"),
    (Kind::MapLabels, "map-labels", "Labels: {changes}"),
    (Kind::CarryOver, "carry-over", "Keep my labels on unchanged sentences"),
    (Kind::Suggestions, "suggestions", "Suggestions of {model}"),
    (Kind::AcceptSuggestion, "accept-suggestion", "Accept {text} as {label}"),
    (Kind::AcceptSuggestions, "accept-suggestions", "Accept {count} suggestions"),
    (Kind::DiscardSuggestions, "discard-suggestions", "Drop the suggestions"),
    (Kind::MarkDoneUpToHere, "mark-done-up-to-here", "{count} done"),
    (Kind::LabelMatches, "label-matches", "Label {count} × “{text}” as {label}"),
    (Kind::LabelWithNew, "label-with-new", "Label as {label}, a new label"),
    (Kind::Fix, "fix", "Mend: {finding}"),
    (Kind::FixFindings, "fix-findings", "Mend {count} findings"),
    (Kind::TakeSide, "take-side", "Take what {dataset} says"),
    (Kind::Text, "text", "{text}"),
];

impl EditTitleKind {
    /// Returns all English texts.
    pub fn texts() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|(_, _, text)| *text)
    }

    /// Returns the id in the log.
    pub fn id(self) -> &'static str {
        self.row().1
    }

    /// Returns the kind with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        TABLE.iter().find(|(_, known, _)| *known == id).map(|(kind, ..)| *kind)
    }

    /// Returns the English text, with placeholders in braces.
    pub fn text(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // Every kind has a row at its own index; a test checks this.
        &TABLE[self as usize]
    }
}

/// Title of an edit: a kind, and its values in the order of the placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditTitle {
    /// Kind of the title.
    pub kind: EditTitleKind,
    /// Values of the placeholders, as displayed.
    pub values: Vec<String>,
}

impl EditTitle {
    /// Creates a title with values.
    pub fn new<V: Into<String>>(kind: EditTitleKind, values: impl IntoIterator<Item = V>) -> Self {
        Self { kind, values: values.into_iter().map(Into::into).collect() }
    }

    /// Creates a title without values.
    pub fn plain(kind: EditTitleKind) -> Self {
        Self { kind, values: Vec::new() }
    }

    /// Returns the placeholder names with their values.
    pub fn named_values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        names(self.kind.text()).zip(self.values.iter().map(String::as_str))
    }
}

/// Returns the placeholder names of a text.
fn names(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

impl fmt::Display for EditTitle {
    /// Writes the title in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.values.iter();
        let mut parts = self.kind.text().split('{');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let behind = part.split_once('}').map_or(part, |(_, behind)| behind);
            write!(f, "{}{behind}", values.next().map_or("", String::as_str))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        for (index, (kind, id, text)) in TABLE.iter().enumerate() {
            assert_eq!(*kind as usize, index, "{id}");
            assert_eq!(EditTitleKind::from_id(id), Some(*kind));
            assert_eq!((kind.id(), kind.text()), (*id, *text));
        }
    }

    #[test]
    fn values_stand_in_the_text() {
        let check = |kind, values: &[&str], expected: &str| {
            assert_eq!(EditTitle::new(kind, values.iter().copied()).to_string(), expected);
        };
        check(Kind::LabelSpan, &["“Ann”", "PER"], "Label “Ann” as PER");
        check(Kind::LabelMatches, &["3", "a {b}", "PER"], "Label 3 × “a {b}” as PER");
        check(Kind::MarkDone, &[], "Done");
        check(Kind::Text, &["Sätze: 3"], "Sätze: 3");
    }
}
