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
    MoveToSplit,
    SplitDataset,
    /// Title that an older log contains as text.
    Text,
}

use EditTitleKind as Kind;

/// Table of kinds: the kind, its id in the log (which must not change), and its English text with named placeholders.
const TABLE: [(Kind, &str, &str); 33] = [
    (Kind::LabelSpan, "label-span", "Label {text} as {label}"),
    (Kind::ClearSpan, "clear-span", "Remove label from {text}"),
    (Kind::Suggest, "suggest", "Add suggestions"),
    (Kind::RejectSuggestion, "reject-suggestion", "Reject {text} as {label}"),
    (Kind::Comment, "comment", "Change comment"),
    (Kind::MarkDone, "mark-done", "Mark as done"),
    (Kind::MarkNotDone, "mark-not-done", "Mark as not done"),
    (Kind::Flag, "flag", "Add flag"),
    (Kind::RemoveFlag, "remove-flag", "Remove flag"),
    (Kind::LabelDocument, "label-document", "Label document as {label}"),
    (Kind::UnlabelDocument, "unlabel-document", "Remove document label {label}"),
    (Kind::AddLabel, "add-label", "Add label {label}"),
    (Kind::RemoveLabel, "remove-label", "Remove label {label}"),
    (Kind::RenameLabel, "rename-label", "Rename {before} to {after}"),
    (Kind::ChangeShortcut, "change-shortcut", "Change shortcut of {label}"),
    (Kind::ChangeColor, "change-color", "Change color of {label}"),
    (Kind::NoChange, "no-change", "No change"),
    (Kind::RestoreSnapshot, "restore-snapshot", "Restore {snapshot}"),
    (Kind::MapLabels, "map-labels", "Change labels: {changes}"),
    (Kind::CarryOver, "carry-over", "Keep labels on unchanged sentences"),
    (Kind::Suggestions, "suggestions", "Suggestions from {model}"),
    (Kind::AcceptSuggestion, "accept-suggestion", "Accept {text} as {label}"),
    (Kind::AcceptSuggestions, "accept-suggestions", "Accept {count} suggestions"),
    (Kind::DiscardSuggestions, "discard-suggestions", "Reject suggestions"),
    (Kind::MarkDoneUpToHere, "mark-done-up-to-here", "Mark {count} sentences as done"),
    (Kind::LabelMatches, "label-matches", "Label {count} matches of “{text}” as {label}"),
    (Kind::LabelWithNew, "label-with-new", "Label as new label {label}"),
    (Kind::Fix, "fix", "Fix: {finding}"),
    (Kind::FixFindings, "fix-findings", "Fix {count} problems"),
    (Kind::TakeSide, "take-side", "Use labels from {dataset}"),
    (Kind::MoveToSplit, "move-to-split", "Move {count} sentences to {split}"),
    (Kind::SplitDataset, "split-dataset", "Split into train, dev and test"),
    (Kind::Text, "text", "{text}"),
];

impl EditTitleKind {
    /// Returns all kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(kind, ..)| *kind)
    }

    /// Returns the id in the log.
    pub fn id(self) -> &'static str {
        self.row().1
    }

    /// Returns the kind with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        TABLE.iter().find(|(_, known, _)| *known == id).map(|(kind, ..)| *kind)
    }

    /// Returns the English text for a count of 1, if the text has a count. The placeholder of the count is `{count}`.
    pub fn singular(self) -> Option<&'static str> {
        match self {
            Kind::AcceptSuggestions => Some("Accept {count} suggestion"),
            Kind::MarkDoneUpToHere => Some("Mark {count} sentence as done"),
            Kind::LabelMatches => Some("Label {count} match of “{text}” as {label}"),
            Kind::FixFindings => Some("Fix {count} problem"),
            Kind::MoveToSplit => Some("Move {count} sentence to {split}"),
            _ => None,
        }
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

    /// Returns the value of the placeholder `{count}`.
    pub fn count(&self) -> Option<usize> {
        self.named_values().find(|(name, _)| *name == "count")?.1.replace(',', "").parse().ok()
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
        let singular = self.kind.singular().filter(|_| self.count() == Some(1));
        let mut parts = singular.unwrap_or(self.kind.text()).split('{');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let after = part.split_once('}').map_or(part, |(_, after)| after);
            write!(f, "{}{after}", values.next().map_or("", String::as_str))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_rows_are_in_order_of_kinds() {
        for (index, (kind, id, text)) in TABLE.iter().enumerate() {
            assert_eq!(*kind as usize, index, "{id}");
            assert_eq!(EditTitleKind::from_id(id), Some(*kind));
            assert_eq!((kind.id(), kind.text()), (*id, *text));
        }
    }

    #[test]
    fn values_replace_placeholders() {
        let check = |kind, values: &[&str], expected: &str| {
            assert_eq!(EditTitle::new(kind, values.iter().copied()).to_string(), expected);
        };
        check(Kind::LabelSpan, &["“Ann”", "PER"], "Label “Ann” as PER");
        check(Kind::LabelMatches, &["3", "a {b}", "PER"], "Label 3 matches of “a {b}” as PER");
        check(Kind::MarkDone, &[], "Mark as done");
        check(Kind::Text, &["Sätze: 3"], "Sätze: 3");
    }
}
