//! Directories of Hugging Face `save_to_disk`. The `state.json` of a dataset names its data files. The
//! `dataset_dict.json` of a dataset with splits names the directory of each split.

use super::dataset_files::{DataFile, DatasetFiles};
use crate::corpus::Split;
use crate::disk;
use serde_json::Value;
use std::path::{Component, Path, PathBuf};

/// File that names the data files of a dataset.
const STATE: &str = "state.json";
/// File that names the splits.
const SPLITS: &str = "dataset_dict.json";

/// Returns the files of a saved dataset or of its splits; `None` for other directories.
pub(super) fn listing(folder: &Path) -> Option<DatasetFiles> {
    let mut listing = DatasetFiles::default();
    match json(&folder.join(SPLITS)) {
        Some(splits) => {
            for name in splits["splits"].as_array()?.iter().filter_map(Value::as_str).filter(|name| is_inside(name)) {
                let split = Split::from_file_name(name).unwrap_or_default();
                add(&mut listing, &folder.join(name), split);
            }
        }
        None => {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            add(&mut listing, folder, Split::from_file_name(&name).unwrap_or_default());
        }
    }
    listing.files.sort();
    (!listing.files.is_empty()).then_some(listing)
}

/// Adds the existing files that the state of a directory names.
fn add(listing: &mut DatasetFiles, folder: &Path, split: Split) {
    let Some(state) = json(&folder.join(STATE)) else { return };
    let named = |key: &str| -> Vec<PathBuf> {
        let files = state[key].as_array().into_iter().flatten();
        let names = files.filter_map(|file| file["filename"].as_str()).filter(|name| is_inside(name));
        names.map(|name| folder.join(name)).collect()
    };
    listing.files.extend(named("_data_files").into_iter().map(|path| DataFile::new(path, split)));
    let reason = "selects rows of the other files, which are read completely";
    listing.skipped.extend(named("_indices_data_files").into_iter().map(|path| (path, reason)));
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&disk::read_small(path).ok()?).ok()
}

/// True for a path that stays inside the directory.
fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    parts.clone().next().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::super::dataset_files::tests::check_listing;
    use super::*;

    fn check(files: &[(&str, &str)], expected: &[&str], left: &[&str]) {
        check_listing(files, |folder| listing(folder).unwrap_or_default(), expected, left);
    }

    const ONE: &str = "{\"_data_files\": [{\"filename\": \"data-00000-of-00001.arrow\"}], \"_split\": null}";

    #[test]
    fn state_file_lists_data_files() {
        let two = "{\"_data_files\": [{\"filename\": \"b.arrow\"}, {\"filename\": \"a.arrow\"}],
            \"_indices_data_files\": [{\"filename\": \"i.arrow\"}]}";
        let info = ("dataset_info.json", "{}");
        check(
            &[("state.json", ONE), info, ("data-00000-of-00001.arrow", "")],
            &["train:data-00000-of-00001.arrow"],
            &[],
        );
        check(&[("state.json", two), info, ("a.arrow", "")], &["train:a.arrow", "train:b.arrow"], &["i.arrow"]);
        check(&[("state.json", "{\"state\": 1}"), ("train.conll", "")], &[], &[]);
        check(&[("state.json", "{"), ("train.conll", "")], &[], &[]);
        let outside =
            "{\"_data_files\": [{\"filename\": \"../a.arrow\"}, {\"filename\": \"/a.arrow\"}, {\"filename\": \"\"}]}";
        check(&[("state.json", outside)], &[], &[]);
    }

    #[test]
    fn dataset_dict_has_one_directory_per_split() {
        let splits = ("dataset_dict.json", "{\"splits\": [\"train\", \"validation\", \"test\", \"gone\", \"../x\"]}");
        check(
            &[
                splits,
                ("train/state.json", ONE),
                ("validation/state.json", ONE),
                ("test/state.json", ONE),
                ("other/state.json", ONE),
            ],
            &[
                "train:train/data-00000-of-00001.arrow",
                "dev:validation/data-00000-of-00001.arrow",
                "test:test/data-00000-of-00001.arrow",
            ],
            &[],
        );
    }
}
