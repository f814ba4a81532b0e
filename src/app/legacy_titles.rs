//! English titles of commands. Old settings files store keys by title, because commands had no ids.

use std::collections::BTreeMap;

/// Stored titles and the ids of their commands. Rows must not change, even if a command is renamed.
const TITLES: [(&str, &str); 83] = [
    ("Open a file", "file::open"),
    ("Open a folder", "file::open_folder"),
    ("Open the sample", "file::open_sample"),
    ("Save to the source file", "file::save"),
    ("Save with all tags written anew", "file::save_rewrite"),
    ("Save a copy as", "file::save_as"),
    ("Export as another format", "file::export"),
    ("Keep the project in another place", "project::move"),
    ("Undo", "edit::undo"),
    ("Redo", "edit::redo"),
    ("History of all changes", "edit::history"),
    ("Guidelines beside the text", "view::guidelines"),
    ("Only the text, or all panels", "view::zen"),
    ("Next sentence", "sentence::next"),
    ("Previous sentence", "sentence::previous"),
    ("Ten sentences on", "sentence::page_down"),
    ("Ten sentences back", "sentence::page_up"),
    ("Select the word to the right", "select::right"),
    ("Select the word to the left", "select::left"),
    ("Select the next span", "select::next_span"),
    ("Select the span before", "select::previous_span"),
    ("Select the first word", "select::first"),
    ("Select the last word", "select::last"),
    ("Extend to the right", "select::extend_right"),
    ("Extend to the left", "select::extend_left"),
    ("Extend over the next span", "select::extend_next_span"),
    ("Extend over the span before", "select::extend_previous_span"),
    ("Extend by a character", "select::extend_char"),
    ("Give a character up", "select::shrink_char"),
    ("Extend to the first word", "select::extend_first"),
    ("Extend to the last word", "select::extend_last"),
    ("Select nothing", "select::none"),
    ("Clear the label", "label::clear"),
    ("Give the first label", "label::1"),
    ("Give the second label", "label::2"),
    ("Give the third label", "label::3"),
    ("Give the fourth label", "label::4"),
    ("Give the fifth label", "label::5"),
    ("Give the sixth label", "label::6"),
    ("Give the seventh label", "label::7"),
    ("Give the eighth label", "label::8"),
    ("Give the ninth label", "label::9"),
    ("Choose a label", "label::pick"),
    ("Label the whole document", "doclabel::pick"),
    ("Grow the span by a word", "span::extend_end"),
    ("Shrink the span by a word", "span::shrink_end"),
    ("Grow the span at its start", "span::extend_start"),
    ("Shrink the span at its start", "span::shrink_start"),
    ("Split the span before the selected word", "span::split"),
    ("Merge the span with the next", "span::merge"),
    ("Label all matches", "label::all_matches"),
    ("Repeat on the next match", "label::next_match"),
    ("Allow or forbid overlapping spans", "dataset::overlaps"),
    ("Suggest labels with a model", "suggest::request"),
    ("Accept the suggestion", "suggest::accept"),
    ("Reject the suggestion", "suggest::reject"),
    ("Next suggestion", "suggest::next"),
    ("The suggestion the model is least sure of", "suggest::least_confident"),
    ("Done, go on to the next", "sentence::mark_done"),
    ("Done, with all before it in view", "sentence::mark_done_to_here"),
    ("Flag the sentence", "sentence::flag"),
    ("Comment on the selection or the sentence", "sentence::comment"),
    ("Keep this search as a view", "search::save"),
    ("Snapshots of all labels", "snapshot::list"),
    ("Show word pieces", "view::subwords"),
    ("Add a label", "label::add"),
    ("Go to Annotate", "go::annotate"),
    ("Go to Train", "go::train"),
    ("Go to Evaluate", "go::evaluate"),
    ("Go to Try", "go::try"),
    ("Go to Data", "go::data"),
    ("Compare with another labelling", "data::compare"),
    ("Train", "run::train"),
    ("Estimate how long a run takes", "run::estimate"),
    ("Find a learning rate", "run::find_lr"),
    ("Pause or go on training", "run::pause"),
    ("Stop after this epoch", "run::stop_after_epoch"),
    ("Stop, keep the best", "run::stop"),
    ("Evaluate", "eval::run"),
    ("Search or run a command", "palette::open"),
    ("All keys", "help::shortcuts"),
    ("Change the theme", "view::theme"),
    ("Settings", "settings::open"),
];

/// Replaces titles by command ids in the stored keys. Keys stored under an id override keys stored under the title.
pub(super) fn with_ids(keys: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let id = |title: &String| TITLES.iter().find(|(known, _)| known == title).map(|(_, id)| (*id).to_owned());
    let mut renamed: BTreeMap<String, Vec<String>> =
        keys.iter().filter_map(|(title, keys)| Some((id(title)?, keys.clone()))).collect();
    renamed.extend(keys.iter().filter(|(name, _)| id(name).is_none()).map(|(name, keys)| (name.clone(), keys.clone())));
    renamed
}

#[cfg(test)]
mod tests {
    use super::super::command_table::COMMANDS;
    use super::*;

    #[test]
    fn shortcuts_stored_by_title_are_converted_to_ids() {
        let check = |stored: &[(&str, &str)], expected: &[(&str, &str)]| {
            let map =
                |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect();
            assert_eq!(with_ids(&map(stored)), map(expected));
        };
        check(&[("Done, go on to the next", "W")], &[("sentence::mark_done", "W")]);
        check(&[("Undo", "Z"), ("edit::undo", "U")], &[("edit::undo", "U")]);
        check(&[("a command of another version", "Z")], &[("a command of another version", "Z")]);
    }

    #[test]
    fn legacy_titles_map_to_existing_commands() {
        for (title, id) in TITLES {
            assert!(COMMANDS.iter().any(|entry| entry.id == id), "{title}: {id}");
        }
    }

    #[test]
    fn command_ids_are_unique() {
        let ids: std::collections::BTreeSet<&str> = COMMANDS.iter().map(|entry| entry.id).collect();
        assert_eq!(ids.len(), COMMANDS.len());
    }
}
