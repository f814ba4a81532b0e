//! Kills during an export by the library and during `convert`: each file has its old or its new content.

use super::{ChildProcess, Tally, child, leftovers, make_old, names};
use crate::cli::{run, sample, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::{Corpus, Scheme};
use tagwright::format::{self, Format};
use tagwright::project::Dataset;
use tagwright::project::export::export;
use tagwright::project::target::Existing;

/// Environment variable with the working directory of the child process.
const DIR_VARIABLE: &str = "TAGWRIGHT_KILLS_DIR";

/// Returns the bytes of all visible files in a directory by their names; for a file, its own bytes under an empty path.
fn content(at: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    if at.is_file() {
        return BTreeMap::from([(PathBuf::new(), std::fs::read(at).expect("a file"))]);
    }
    let visible = names(at).into_iter().filter(|name| !name.starts_with('.'));
    visible.map(|name| (PathBuf::from(&name), std::fs::read(at.join(name)).expect("a file"))).collect()
}

/// Writes a dataset of two splits that is larger than the sample.
fn write_data(folder: &Path, times: usize) {
    std::fs::create_dir_all(folder).expect("a folder");
    for split in ["train", "dev"] {
        let text = std::fs::read_to_string(sample(split)).expect("the sample").repeat(times);
        std::fs::write(folder.join(format!("{split}.conll")), text).expect("a file");
    }
}

/// Compares each file of a target with its valid versions. With `all`, no file may be missing.
fn compare(tally: &mut Tally, what: &str, at: &Path, versions: &[&BTreeMap<PathBuf, Vec<u8>>], all: bool) {
    let found = content(at);
    for (name, bytes) in &found {
        let known = versions.iter().any(|v| v.get(name) == Some(bytes));
        tally.check_valid(known, || format!("{what}: {} matches no version", name.display()));
    }
    let missing: Vec<_> = versions[0].keys().filter(|name| !found.contains_key(*name)).collect();
    tally.check_durable(!all || missing.is_empty(), || format!("{what}: {missing:?} are missing"));
}

/// Targets of repeated exports: one file, directories with one file per split, and a directory with files per document.
const EXPORTS: [(&str, Format); 4] = [
    ("train.parquet", format::HF_PARQUET),
    ("conllu", format::CONLLU),
    ("doccano", format::DOCCANO),
    ("brat", format::BRAT),
];

/// Returns the corpus of the `number`-th export of a target: the dataset, or a variant with a renamed label.
fn version(corpus: &Corpus, target: &str, number: u64) -> Corpus {
    let mut corpus = corpus.clone();
    if number % 2 == 1 {
        let renames = [("LOC".to_owned(), Some("PLACE".to_owned()))].into_iter().collect();
        assert!(relabel(&corpus, &renames).expect("another name").apply(&mut corpus));
    }
    if target.contains('.') {
        // A single file contains one split.
        corpus.documents.retain(|d| d.splits.first() == tagwright::corpus::Split::Train);
    }
    corpus
}

/// Child process entry point (no-op in a normal test run): exports all targets until the process is killed, starting at
/// a number of exports, and prints each finished number.
#[test]
fn export_until_killed() {
    let Some(dir) = std::env::var_os(DIR_VARIABLE).map(PathBuf::from) else { return };
    let first: u64 = std::env::var("TAGWRIGHT_KILLS_FIRST").expect("a number").parse().expect("a number");
    let dataset = Dataset::open(&dir.join("data")).expect("a dataset");
    for number in first.. {
        for (target, to) in EXPORTS {
            let corpus = version(&dataset.corpus, target, number);
            export(&corpus, to, Scheme::Iob2, &dir.join("out").join(target), Existing::Replace).expect("it is written");
        }
        // Also exports to a new directory.
        let new = dir.join(format!("new-{number}"));
        export(&dataset.corpus, format::CONLL, Scheme::Iob2, &new, Existing::Keep).expect("it is written");
        println!("\nexported {number}");
    }
}

#[test]
fn exported_files_are_old_or_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    write_data(&dir.join("data"), 4);
    let corpus = Dataset::open(&dir.join("data")).expect("a dataset").corpus;
    std::fs::create_dir(dir.join("out")).expect("a folder");
    let reference = |number: u64| {
        let written = |(target, to): (&'static str, Format)| {
            let at = dir.join("reference").join(number.to_string()).join(target);
            std::fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
            let corpus = version(&corpus, target, number);
            export(&corpus, to, Scheme::Iob2, &at, Existing::Keep).expect("it is written");
            content(&at)
        };
        EXPORTS.map(written)
    };
    let versions = [reference(0), reference(1)];
    let fresh = dir.join("reference/new");
    export(&corpus, format::CONLL, Scheme::Iob2, &fresh, Existing::Keep).expect("it is written");
    let fresh = content(&fresh);
    let mut tally = Tally::new("exporting", 6);
    let mut reported = 0;
    while tally.should_continue() {
        let mut command = child("files::export_until_killed");
        command.env(DIR_VARIABLE, dir).env("TAGWRIGHT_KILLS_FIRST", reported.to_string());
        let process = ChildProcess::start(command);
        let parse_line = |line: &str| line.strip_prefix("exported ").and_then(|n| n.parse::<u64>().ok());
        reported = process.find_line(parse_line).expect("an export");
        let ended = process.kill_after(tally.delay(Duration::from_millis(150)));
        tally.count(&ended);
        reported = ended.lines.iter().filter_map(|l| parse_line(l)).max().unwrap_or(reported);
        for (number, (target, _)) in EXPORTS.iter().enumerate() {
            let may = [0, 1].map(|next| &versions[(reported as usize + next) % 2][number]);
            let at = dir.join("out").join(target);
            compare(&mut tally, target, &at, &may, true);
            if at.is_dir() {
                let files = Dataset::open(&at).map(|d| d.files.len());
                let all = may[0].keys().filter(|n| n.extension().is_none_or(|e| e != "txt" && e != "conf")).count();
                tally.check_valid(files.as_ref().is_ok_and(|n| *n == all), || {
                    format!("{target}: {files:?} files of {all}")
                });
            }
        }
        for name in names(dir).iter().filter(|n| n.starts_with("new-")) {
            compare(&mut tally, name, &dir.join(name), &[&fresh], true);
            std::fs::remove_dir_all(dir.join(name)).expect("a folder less");
        }
        let folders = EXPORTS.iter().map(|(target, _)| dir.join("out").join(target));
        folders.chain([dir.to_owned(), dir.join("out")]).for_each(|at| make_old(&leftovers(&at)));
    }
    // One more program removes the leftovers of the killed ones.
    let mut command = child("files::export_until_killed");
    command.env(DIR_VARIABLE, dir).env("TAGWRIGHT_KILLS_FIRST", reported.to_string());
    let process = ChildProcess::start(command);
    process.find_line(|line| line.strip_prefix("exported ").map(drop)).expect("an export");
    process.kill_after(Duration::ZERO);
    let folders = EXPORTS.iter().map(|(target, _)| dir.join("out").join(target));
    let left: usize = folders.chain([dir.to_owned(), dir.join("out")]).map(|at| leftovers(&at).len()).sum();
    tally.check_valid(left <= 1, || format!("{left} incomplete files or directories remain"));
    tally.end();
}

/// Conversions: source, format and target. A target with an extension is a file.
const CONVERSIONS: [(&str, &str, &str); 4] = [
    ("data/train.conll", "hf-jsonl", "out/train.jsonl"),
    ("data/train.conll", "spacy", "out/train.spacy"),
    ("data", "hf-parquet", "out/parquet"),
    ("data", "conllu", "new"),
];

#[test]
fn converted_files_are_old_or_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    write_data(&dir.join("data"), 20);
    std::fs::create_dir(dir.join("out")).expect("a folder");
    let arguments = |(input, to, target): (&str, &str, &str), renames: bool| {
        let (input, target) = (dir.join(input), dir.join(target));
        let words = ["convert", text(&input), text(&target), "--to", to, "--overwrite"];
        let renamed = ["--rename", "LOC=PLACE"].into_iter().filter(|_| renames);
        words.into_iter().chain(renamed).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut slowest = Duration::ZERO;
    let mut reference = |conversion: (&str, &str, &str), renames: bool| {
        let started = Instant::now();
        let output = run(&arguments(conversion, renames));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        slowest = slowest.max(started.elapsed());
        content(&dir.join(conversion.2))
    };
    let versions = CONVERSIONS.map(|c| [true, false].map(|renames| reference(c, renames)));
    let mut tally = Tally::new("converting", 10);
    while tally.should_continue() {
        let way = tally.number(1, CONVERSIONS.len() as u64) as usize;
        let conversion = CONVERSIONS[way];
        let target = dir.join(conversion.2);
        let new = conversion.2 == "new";
        if new && target.exists() {
            std::fs::remove_dir_all(&target).expect("a folder less");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
        command.args(arguments(conversion, tally.number(2, 2) == 0));
        let mut process = ChildProcess::start(command);
        // In two of three rounds, the kill comes during the write: the temporary file or directory exists.
        let delay = if tally.number(3, 3) > 0 {
            let beside = if target.is_dir() { target.clone() } else { target.parent().expect("a folder").to_owned() };
            process.wait_for(|| !leftovers(&beside).is_empty());
            tally.delay(Duration::from_millis(15))
        } else {
            tally.delay(slowest)
        };
        let ended = process.kill_after(delay);
        tally.count(&ended);
        let [renamed, plain] = &versions[way];
        if target.exists() || !new || !ended.killed {
            compare(&mut tally, conversion.2, &target, &[renamed, plain], true);
        }
        if target.is_dir() {
            let files = Dataset::open(&target).map(|d| d.files.len());
            let all = renamed.len();
            tally.check_valid(files.as_ref().is_ok_and(|n| *n == all), || format!("{}: {files:?} files", conversion.2));
        }
        if !ended.killed {
            let is_new = content(&target) == *if tally.number(2, 2) == 0 { renamed } else { plain };
            tally.check_durable(is_new, || {
                format!("{}: the program ended, but the old files are present", conversion.2)
            });
        }
        // Later rounds must not mistake them for files of their own program.
        for at in [dir.to_owned(), dir.join("out"), target.clone()] {
            make_old(&leftovers(&at));
        }
        if new && target.exists() {
            std::fs::remove_dir_all(&target).expect("a folder less");
        }
        let cleaned = run(&arguments(conversion, false));
        tally.check_valid(cleaned.status.success(), || "the next conversion fails".into());
        let left: Vec<_> = [dir.to_owned(), dir.join("out"), dir.join(conversion.2)].map(|at| leftovers(&at)).concat();
        tally.check_valid(left.is_empty(), || format!("remaining files: {left:?}"));
    }
    tally.end();
}
