//! Relations between the file names of a directory: copies, predictions, and the same data in two formats.

use crate::corpus::Split;
use std::path::Path;

/// Returns the file name in lower case.
fn lower_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Returns the name up to its first dot.
fn stem(path: &Path) -> String {
    let name = lower_name(path);
    name.split('.').next().unwrap_or_default().to_owned()
}

/// True for names of copies by editors and file managers: `train.txt~`, `train.txt.bak`, `train (1).txt`, `train -
/// Copy.txt`.
pub(super) fn is_copy(path: &Path) -> bool {
    let (name, stem) = (lower_name(path), stem(path));
    let ends = ["~", ".bak", ".orig", ".old", ".swp", ".tmp", ".save"];
    let is_numbered = stem.strip_suffix(')').is_some_and(|rest| {
        rest.rsplit_once(" (").is_some_and(|(_, number)| number.chars().all(|c| c.is_ascii_digit()))
    });
    ends.iter().any(|end| name.ends_with(end)) || is_numbered || stem.ends_with("copy") || stem.starts_with("copy of ")
}

/// True for names of model outputs and of texts without their labels: `test_predictions.txt`, `test_blind.txt`.
pub(super) fn is_output(path: &Path) -> bool {
    const OUTPUTS: [&str; 9] =
        ["pred", "preds", "prediction", "predictions", "predicted", "output", "outputs", "blind", "unlabeled"];
    lower_name(path).split(|c: char| !c.is_alphanumeric()).any(|word| OUTPUTS.contains(&word))
}

/// True for names such as `eng.testa`, the dev split of CoNLL-2003.
fn is_test_a(path: &Path) -> bool {
    let words: Vec<String> = Split::name_words(&path.file_name().unwrap_or_default().to_string_lossy()).collect();
    words.iter().any(|word| word == "testa") || words.windows(2).any(|pair| pair[0] == "test" && pair[1] == "a")
}

/// Assigns `testA` to the test split if another file is the dev split.
pub(super) fn correct_test_a<'f>(files: impl Iterator<Item = (&'f mut Split, &'f Path)>) {
    let mut files: Vec<(&mut Split, &Path)> = files.collect();
    if files.iter().any(|(split, path)| **split == Split::Dev && !is_test_a(path)) {
        files.iter_mut().filter(|(_, path)| is_test_a(path)).for_each(|(split, _)| **split = Split::Test);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_copies_and_outputs_from_names() {
        let check = |name: &str, copy: bool, output: bool| {
            assert_eq!((is_copy(Path::new(name)), is_output(Path::new(name))), (copy, output), "{name}");
        };
        check("train.txt", false, false);
        check("train.txt~", true, false);
        check("train.conll.bak", true, false);
        check("train (1).txt", true, false);
        check("train - Copy.txt", true, false);
        check("photocopies.txt", false, false);
        check("test_predictions.txt", false, true);
        check("test.pred.conll", false, true);
        check("outputs of the mill.txt", false, true);
        check("predicate.txt", false, false);
    }
}
