//! Detection of the files of a dataset in a directory, and of their splits.
//!
//! The first matching rule wins:
//! 1. The state files of Hugging Face `save_to_disk` list their data files.
//! 2. The dataset card of Hugging Face (`configs` in the front matter of `README.md`).
//! 3. Names: of files (`train.conll`, `test-00000-of-00002.parquet`), of a directory `data`, of directories per split,
//!    and of directories per class.
//! 4. Other documents are one split: brat annotations, or all files of the most frequent kind.

use super::file_names::{correct_test_a, is_copy, is_output};
use super::saved;
use crate::corpus::Split;
use crate::disk::{self, DiskError};
use crate::format::{self, FORMATS, SourceInput, dataset_card, hf_jsonl};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// File of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DataFile {
    pub split: Split,
    pub path: PathBuf,
    /// Label of its documents, if the directory names one.
    pub class: Option<String>,
}

impl DataFile {
    pub(super) fn new(path: PathBuf, split: Split) -> Self {
        Self { split, path, class: None }
    }
}

/// Dataset files of a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DatasetFiles {
    /// Files of the dataset, ordered by split and name.
    pub files: Vec<DataFile>,
    /// Skipped files that look like data, with the reason.
    pub skipped: Vec<(PathBuf, &'static str)>,
}

/// File that can be data.
struct Candidate {
    path: PathBuf,
    /// Path relative to the dataset directory, with slashes.
    relative_path: String,
    /// Split by the name of its directory.
    dir_split: Option<Split>,
}

impl Candidate {
    fn split(&self) -> Option<Split> {
        self.dir_split.or_else(|| Split::from_file_name(&self.path.file_name()?.to_string_lossy()))
    }
}

/// Returns the dataset of a directory. Without a dataset, the list of files is empty.
pub(super) fn find(folder: &Path) -> Result<DatasetFiles, DiskError> {
    if let Some(listing) = saved::listing(folder) {
        return Ok(listing);
    }
    let candidates = candidates(folder)?;
    let by_class = from_classes(folder)?;
    let mut listing = match from_dataset_card(folder, &candidates) {
        Some(listing) => listing,
        None => from_file_names(candidates),
    };
    // Class directories contain more files than the lists next to them.
    if by_class.len() > listing.files.len() {
        listing = DatasetFiles { files: by_class, skipped: Vec::new() };
    }
    if listing.files.is_empty() {
        listing = inside(folder)?;
    }
    listing.files.sort();
    listing.skipped.extend(not_opened(folder, &listing)?);
    Ok(listing)
}

/// Returns the subdirectories that also have splits but are not part of the dataset.
fn not_opened(folder: &Path, listing: &DatasetFiles) -> Result<Vec<(PathBuf, &'static str)>, DiskError> {
    let inner_of = |file: &DataFile| Some(folder.join(file.path.strip_prefix(folder).ok()?.components().next()?));
    let read: HashSet<PathBuf> = listing.files.iter().filter_map(inner_of).collect();
    let mut found = Vec::new();
    for inner in disk::list_dirs(folder).into_iter().filter(|inner| !read.contains(inner)) {
        if disk::list_files(&inner)?.iter().any(|path| is_split(path) && file_kind(path).is_some()) {
            found.push((inner, "a subdirectory with its own splits; open it separately"));
        }
    }
    Ok(found)
}

/// True if a file name indicates a split.
fn is_split(path: &Path) -> bool {
    path.file_name().is_some_and(|name| Split::from_file_name(&name.to_string_lossy()).is_some())
}

/// Returns the dataset of the only nested directory that has one. Several are ambiguous.
fn inside(folder: &Path) -> Result<DatasetFiles, DiskError> {
    /// Maximum depth of nested directories.
    const MAX_DEPTH: usize = 4;
    let mut level = vec![folder.to_owned()];
    for _ in 0..MAX_DEPTH {
        level = level.iter().flat_map(|folder| disk::list_dirs(folder)).collect();
        let mut found = Vec::new();
        for inner in &level {
            let listing = from_file_names(candidates(inner)?);
            found.extend((!listing.files.is_empty()).then_some(listing));
        }
        match found.len() {
            0 => {}
            1 => return Ok(found.remove(0)),
            // Directories of annotated documents are one dataset; so are directories with the splits of languages or
            // folds.
            _ if found.iter().flat_map(|l| &l.files).all(|f| is_standoff(&f.path) || is_split(&f.path)) => {
                let all = found.into_iter().reduce(|mut all, next| {
                    all.files.extend(next.files);
                    all.skipped.extend(next.skipped);
                    all
                });
                return Ok(all.unwrap_or_default());
            }
            _ => return Ok(DatasetFiles::default()),
        }
    }
    Ok(DatasetFiles::default())
}

/// True for annotations whose text is in another file.
fn is_standoff(path: &Path) -> bool {
    path.extension().is_some_and(|extension| format::BRAT.extensions.iter().any(|known| extension == *known))
}

/// Returns the files of a directory that would be read as data, except hidden files.
pub(super) fn data_of(folder: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let all = candidates(folder)?.into_iter();
    Ok(all
        .filter(|c| file_kind(&c.path).is_some() || is_standoff(&c.path) || c.split().is_some())
        .map(|c| c.path)
        .collect())
}

/// Returns the files of a directory, of its subdirectory `data`, and of subdirectories named like a split.
fn candidates(folder: &Path) -> Result<Vec<Candidate>, DiskError> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let at = |path: PathBuf| Candidate { relative_path: name(&path), dir_split: None, path };
    let mut found: Vec<Candidate> = disk::list_files(folder)?.into_iter().map(at).collect();
    for inner in disk::list_dirs(folder) {
        let folder_name = name(&inner);
        let of_folder = Split::from_file_name(&folder_name);
        if of_folder.is_none() && folder_name != "data" {
            continue;
        }
        let at = |path: PathBuf| Candidate {
            relative_path: format!("{folder_name}/{}", name(&path)),
            dir_split: of_folder,
            path,
        };
        found.extend(disk::list_files(&inner)?.into_iter().map(at));
    }
    Ok(found)
}

/// Returns the texts of a directory with one subdirectory per class, optionally inside one per split:
/// `train/pos/0_9.txt`.
fn from_classes(folder: &Path) -> Result<Vec<DataFile>, DiskError> {
    /// Directory names of unlabeled texts.
    const NO_CLASS: [&str; 4] = ["unsup", "unlabeled", "unlabelled", "none"];
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let texts = |folder: &Path| -> Result<Vec<PathBuf>, DiskError> {
        // Files of the Newsgroups dataset have numbers as names.
        let is_text = |path: &PathBuf| match path.extension() {
            Some(ending) => ending.eq_ignore_ascii_case("txt"),
            None => path.file_name().is_some_and(|n| n.to_string_lossy().chars().all(|c| c.is_ascii_digit())),
        };
        Ok(disk::list_files(folder)?.into_iter().filter(is_text).collect())
    };
    let of_split = |folder: &Path, split: Split| -> Result<Vec<DataFile>, DiskError> {
        let classes: Vec<PathBuf> = disk::list_dirs(folder)
            .into_iter()
            .filter(|f| Split::from_name(&name(f).to_lowercase()).is_none())
            .collect();
        let mut found = Vec::new();
        for inner in classes {
            let files = disk::list_files(&inner)?;
            // Texts of brat have annotations next to them, and splits are not texts.
            let are_splits = !files.is_empty() && files.iter().all(|path| is_split(path));
            if are_splits || files.iter().any(|path| is_standoff(path)) {
                continue;
            }
            let class = Some(name(&inner)).filter(|class| !NO_CLASS.contains(&class.to_lowercase().as_str()));
            found.extend(texts(&inner)?.into_iter().map(|path| DataFile { split, path, class: class.clone() }));
        }
        Ok(found)
    };
    // One directory is not a choice between classes.
    let is_choice =
        |files: &[DataFile]| files.iter().filter_map(|f| f.class.as_ref()).collect::<BTreeSet<_>>().len() > 1;
    let mut files = Vec::new();
    for inner in disk::list_dirs(folder) {
        if let Some(split) = Split::from_name(&name(&inner).to_lowercase()) {
            files.extend(of_split(&inner, split)?);
        }
    }
    if !is_choice(&files) {
        files = of_split(folder, Split::Train)?;
    }
    Ok(if is_choice(&files) { files } else { Vec::new() })
}

/// Returns the files of the dataset card; `None` if the card names no existing file.
fn from_dataset_card(folder: &Path, candidates: &[Candidate]) -> Option<DatasetFiles> {
    let text = String::from_utf8(disk::read_small(&folder.join("README.md")).ok()?).ok()?;
    let head = dataset_card::front_matter(&text)?;
    let configs = head.get("configs")?.as_array()?;
    let is_default = |c: &&Value| c["default"] == true || c["config_name"] == "default";
    let config = configs.iter().find(is_default).or_else(|| configs.first())?;
    let mut files: Vec<DataFile> = Vec::new();
    let mut requested = patterns(config.get("data_files")?);
    // A file belongs to the split that names it, not to a split with a matching pattern.
    requested.sort_by_key(|(_, pattern)| pattern.contains(['*', '?', '[']));
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
    for (split, pattern) in requested {
        let Ok(pattern) = glob::Pattern::new(&pattern) else { continue };
        for candidate in candidates.iter().filter(|c| pattern.matches_with(&c.relative_path, options)) {
            if files.iter().all(|file| file.path != candidate.path) {
                files.push(DataFile::new(candidate.path.clone(), split));
            }
        }
    }
    (!files.is_empty()).then(|| DatasetFiles { files, skipped: Vec::new() })
}

/// Returns the patterns of `data_files` with their splits: one or several patterns, in total or per split.
fn patterns(data_files: &Value) -> Vec<(Split, String)> {
    let of = |split: Split, value: &Value| -> Vec<(Split, String)> {
        let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        value.as_str().into_iter().chain(many).map(|pattern| (split, pattern.to_owned())).collect()
    };
    let split_of = |name: &str| Split::from_file_name(name).unwrap_or_default();
    let mut found = of(Split::Train, data_files);
    for part in data_files.as_array().into_iter().flatten() {
        if let (Some(split), Some(path)) = (part["split"].as_str(), part.get("path")) {
            found.extend(of(split_of(split), path));
        }
    }
    for (split, path) in data_files.as_object().into_iter().flatten() {
        found.extend(of(split_of(split), path));
    }
    found
}

/// Returns the extension of a data file without a compression extension. `None` for unknown extensions and ignored
/// names.
fn file_kind(path: &Path) -> Option<String> {
    const COMPRESSED: [&str; 3] = ["gz", "zst", "zip"];
    const IGNORED_NAMES: [&str; 10] = [
        "readme",
        "license",
        "licence",
        "notice",
        "changelog",
        "labels",
        "dataset_info",
        "dataset_infos",
        "dataset_dict",
        "state",
    ];
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    if hf_jsonl::LABEL_MAP_FILES.contains(&name.as_str()) || name == hf_jsonl::MODEL_CONFIG_FILE {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let (stem, ending) = if COMPRESSED.contains(&ending) { stem.rsplit_once('.')? } else { (stem, ending) };
    let known = FORMATS.iter().any(|f| f.extensions.contains(&ending));
    (known && !IGNORED_NAMES.contains(&stem)).then(|| ending.to_owned())
}

/// True if a file has the labels of texts in the same directory: an Azure project, or Comprehend annotations.
fn has_texts_beside(path: &Path) -> bool {
    let is_index = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("json"));
    let Some(bytes) = is_index.then(|| disk::read_small(path).ok()).flatten() else { return false };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let found = format::detect_format(&SourceInput::from_bytes(&bytes, &name, Split::Train, 0));
    [format::AZURE_LANGUAGE, format::COMPREHEND].contains(&found)
}

/// Removes the tag files of sentence files, and word lists next to them.
fn without_companions(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let named = |c: &Candidate, names: &[&str]| {
        c.path.file_name().is_some_and(|n| names.iter().any(|name| n.eq_ignore_ascii_case(name)))
    };
    if !candidates.iter().any(|c| named(c, &["sentences.txt"])) {
        return candidates;
    }
    candidates.into_iter().filter(|c| !named(c, &["tags.txt", "labels.txt", "words.txt", "vocab.txt"])).collect()
}

/// Returns the dataset files by their names.
fn from_file_names(candidates: Vec<Candidate>) -> DatasetFiles {
    let candidates = without_companions(candidates);
    if let Some(index) = candidates.iter().find(|c| has_texts_beside(&c.path)) {
        let files = vec![DataFile::new(index.path.clone(), index.split().unwrap_or_default())];
        return DatasetFiles { files, skipped: Vec::new() };
    }
    if candidates.iter().any(|c| is_standoff(&c.path)) {
        let (annotated, others): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|c| is_standoff(&c.path));
        let stems: HashSet<PathBuf> = annotated.iter().map(|c| c.path.with_extension("")).collect();
        let has_annotations = |text: &Path| stems.contains(&text.with_extension(""));
        let is_text = |path: &Path| path.extension().is_some_and(|e| e == "txt") && file_kind(path).is_some();
        let alone = others.into_iter().map(|c| c.path).filter(|path| is_text(path) && !has_annotations(path));
        let left = alone.map(|path| (path, "no annotation file in the same directory")).collect();
        let files = annotated.iter().map(|c| DataFile::new(c.path.clone(), c.split().unwrap_or_default())).collect();
        return DatasetFiles { files, skipped: left };
    }
    let (named, others): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(|c| c.split().is_some());
    let mut by_kind: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for other in others {
        if let Some(kind) = file_kind(&other.path) {
            by_kind.entry(kind).or_default().push(other.path);
        }
    }
    let left = |by_kind: BTreeMap<String, Vec<PathBuf>>, cause| {
        by_kind.into_values().flatten().map(|path| (path, cause)).collect::<Vec<_>>()
    };
    if !named.is_empty() {
        let files = named.into_iter().filter_map(|c| Some(DataFile::new(c.path.clone(), c.split()?))).collect();
        let mut listing = without_copies(files);
        listing.skipped.extend(left(by_kind, "file name does not indicate a split"));
        return listing;
    }
    let most = by_kind.iter().max_by_key(|(_, files)| files.len()).map(|(kind, _)| kind.clone());
    let files = most.and_then(|kind| by_kind.remove(&kind)).unwrap_or_default();
    let files = files.into_iter().map(|path| DataFile::new(path, Split::Train)).collect();
    DatasetFiles { files, skipped: left(by_kind, "the directory has more files of another kind") }
}

/// Removes copies, model outputs, and the same data in another format from files whose names indicate splits.
fn without_copies(mut files: Vec<DataFile>) -> DatasetFiles {
    correct_test_a(files.iter_mut().map(|file| (&mut file.split, file.path.as_path())));
    // Splits that also have a file of another kind.
    let splits_without = |is: fn(&Path) -> bool| -> BTreeSet<Split> {
        files.iter().filter(|file| !is(&file.path)).map(|file| file.split).collect()
    };
    let (with_original, with_labels) = (splits_without(is_copy), splits_without(is_output));
    let mut counts: HashMap<Option<OsString>, usize> = HashMap::new();
    for file in &files {
        *counts.entry(file.path.extension().map(OsString::from)).or_default() += 1;
    }
    // Of the same data in several formats, the most frequent format wins.
    let rank = |path: &Path| {
        let count = counts.get(&path.extension().map(OsString::from)).copied().unwrap_or_default();
        (std::cmp::Reverse(count), path.to_owned())
    };
    let mut first: HashMap<(Split, PathBuf), PathBuf> = HashMap::new();
    for file in &files {
        let path = first.entry((file.split, file.path.with_extension(""))).or_insert_with(|| file.path.clone());
        if rank(&file.path) < rank(path) {
            path.clone_from(&file.path);
        }
    }
    let reason = |file: &DataFile| {
        if is_copy(&file.path) && with_original.contains(&file.split) {
            return Some("file name indicates a copy");
        }
        if is_output(&file.path) && with_labels.contains(&file.split) {
            return Some("file name indicates model output or missing labels");
        }
        let is_first = first.get(&(file.split, file.path.with_extension(""))) == Some(&file.path);
        (!is_first).then_some("a file of the same name in another format is read")
    };
    let mut listing = DatasetFiles::default();
    for file in files.iter() {
        match reason(file) {
            Some(reason) => listing.skipped.push((file.path.clone(), reason)),
            None => listing.files.push(file.clone()),
        }
    }
    listing
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], expected: &[&str], left: &[&str]) {
        check_listing(files, |folder| find(folder).expect("a listing"), expected, left);
    }

    /// Checks the dataset files of a directory with these files, as `split:path=class`, and the skipped files.
    pub(in crate::project) fn check_listing(
        files: &[(&str, &str)],
        list: impl Fn(&Path) -> DatasetFiles,
        expected: &[&str],
        left: &[&str],
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            disk::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            disk::write(&path, text.as_bytes()).expect("a file");
        }
        let listing = list(folder.path());
        let within = |path: &Path| {
            let inside = path.strip_prefix(folder.path()).expect("inside");
            inside.to_string_lossy().replace('\\', "/")
        };
        let class = |f: &DataFile| f.class.as_ref().map_or_else(String::new, |class| format!("={class}"));
        let taken: Vec<String> =
            listing.files.iter().map(|f| format!("{}:{}{}", f.split.name(), within(&f.path), class(f))).collect();
        assert_eq!(taken, expected);
        assert_eq!(listing.skipped.iter().map(|(p, _)| within(p)).collect::<Vec<_>>(), left);
    }

    #[test]
    fn detects_splits_from_file_names() {
        check(&[("eng.testa", ""), ("eng.train", "")], &["train:eng.train", "dev:eng.testa"], &[]);
        check(
            &[("data/train-00001-of-00002.parquet", ""), ("data/train-00000-of-00002.parquet", ""), ("README.md", "x")],
            &["train:data/train-00000-of-00002.parquet", "train:data/train-00001-of-00002.parquet"],
            &[],
        );
        check(
            &[("train/a.txt", ""), ("train/test b.txt", ""), ("test/c.txt.gz", ""), ("notes/d.txt", "")],
            &["train:train/a.txt", "train:train/test b.txt", "test:test/c.txt.gz"],
            &[],
        );
        check(&[("train.json", ""), ("label.json", ""), ("config.json", "")], &["train:train.json"], &[]);
        check(&[("train.conll", ""), ("more.conll", ""), ("README.txt", "")], &["train:train.conll"], &["more.conll"]);
    }

    #[test]
    fn skips_copies_duplicates_and_outputs() {
        check(
            &[
                ("train.txt", ""),
                ("train.txt~", ""),
                ("train (1).txt", ""),
                ("test.txt", ""),
                ("test_predictions.txt", ""),
            ],
            &["train:train.txt", "test:test.txt"],
            &["test_predictions.txt", "train (1).txt", "train.txt~"],
        );
        check(
            &[("train.txt", ""), ("train.jsonl", ""), ("dev.jsonl", "")],
            &["train:train.jsonl", "dev:dev.jsonl"],
            &["train.txt"],
        );
        check(&[("test_gold.txt", ""), ("test_blind.txt", "")], &["test:test_gold.txt"], &["test_blind.txt"]);
        check(
            &[("trainA.txt", ""), ("devA.txt", ""), ("testA.txt", "")],
            &["train:trainA.txt", "dev:devA.txt", "test:testA.txt"],
            &[],
        );
        check(
            &[("train_test_split_train.txt", ""), ("latest.txt", "")],
            &["train:train_test_split_train.txt"],
            &["latest.txt"],
        );
        check(&[("wnut17train.conll", ""), ("eng.testb", "")], &["train:wnut17train.conll", "test:eng.testb"], &[]);
    }

    #[test]
    fn directories_of_splits_form_one_dataset() {
        check(
            &[("en/train.txt", ""), ("en/test.txt", ""), ("de/train.txt", ""), ("de/test.txt", "")],
            &["train:de/train.txt", "train:en/train.txt", "test:de/test.txt", "test:en/test.txt"],
            &[],
        );
        check(&[("train.txt", ""), ("extra/train.txt", "")], &["train:train.txt"], &["extra"]);
        check(&[("1.ann", ""), ("1.txt", ""), ("2.txt", ""), ("readme.txt", "")], &["train:1.ann"], &["2.txt"]);
    }

    #[test]
    fn directory_of_documents_is_one_split() {
        check(
            &[("a.txt", ""), ("b.txt", ""), ("c.json", ""), ("license.txt", "")],
            &["train:a.txt", "train:b.txt"],
            &["c.json"],
        );
        check(&[("a.ann", ""), ("a.txt", ""), ("dev/b.ann", "")], &["train:a.ann", "dev:dev/b.ann"], &[]);
        check(&[("a.png", "")], &[], &[]);
    }

    #[test]
    fn directory_names_are_document_labels() {
        check(
            &[
                ("train/pos/0.txt", ""),
                ("train/neg/1.txt", ""),
                ("train/unsup/2.txt", ""),
                ("train/urls_pos.txt", ""),
                ("test/pos/3.txt", ""),
                ("test/neg/4.txt", ""),
                ("README", ""),
            ],
            &[
                "train:train/neg/1.txt=neg",
                "train:train/pos/0.txt=pos",
                "train:train/unsup/2.txt",
                "test:test/neg/4.txt=neg",
                "test:test/pos/3.txt=pos",
            ],
            &[],
        );
        check(
            &[("sport/1.txt", ""), ("politics/2.txt", "")],
            &["train:politics/2.txt=politics", "train:sport/1.txt=sport"],
            &[],
        );
        check(&[("a.txt", ""), ("b.txt", ""), ("old/a.txt", "")], &["train:a.txt", "train:b.txt"], &[]);
    }

    #[test]
    fn dataset_card_overrides_file_names() {
        let card = "---\nlicense: mit\nconfigs:\n- config_name: other\n  data_files: x.jsonl\n- config_name: default\n  data_files:\n  - split: train\n    path: data/tr-*.jsonl\n  - split: validation\n    path:\n    - v1.jsonl\n    - v2.jsonl\n---\n# A dataset\n";
        let files = [
            ("README.md", card),
            ("data/tr-0.jsonl", ""),
            ("data/tr-1.jsonl", ""),
            ("v1.jsonl", ""),
            ("v2.jsonl", ""),
            ("x.jsonl", ""),
        ];
        check(&files, &["train:data/tr-0.jsonl", "train:data/tr-1.jsonl", "dev:v1.jsonl", "dev:v2.jsonl"], &[]);
        let card = "---\nconfigs:\n- config_name: main\n  data_files:\n    test: \"*.csv\"\n---\n";
        check(&[("README.md", card), ("a.csv", "")], &["test:a.csv"], &[]);
        let card = "---\nconfigs:\n- data_files:\n    train: \"data/*.csv\"\n    validation: data/val.csv\n---\n";
        check(
            &[("README.md", card), ("data/a.csv", ""), ("data/val.csv", "")],
            &["train:data/a.csv", "dev:data/val.csv"],
            &[],
        );
        check(&[("README.md", "---\nconfigs: [\n---\n"), ("train.csv", "")], &["train:train.csv"], &[]);
    }
}
