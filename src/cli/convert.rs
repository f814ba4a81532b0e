//! The subcommand `convert`.

use super::output::{json_line, thousands};
use super::{Failure, input, terminal};
use crate::corpus::label::validate_label_name;
use crate::corpus::relabel::{LabelMap, relabel};
use crate::corpus::scheme::SCHEMES;
use crate::corpus::splitting::{SplitRatios, SplitReport, stratified_split};
use crate::corpus::{Corpus, Scheme};
use crate::disk;
use crate::format::{self, Format, LossInventory};
use crate::project::target::Existing;
use crate::project::{Dataset, export};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Arguments {
    /// Dataset file, or directory with train, dev and test files
    input: PathBuf,
    /// Output file, or directory if the input has several splits
    output: PathBuf,
    #[command(flatten)]
    chosen: input::Chosen,
    /// Output format [default: by file extension]
    #[arg(long, value_parser = input::format_name)]
    to: Option<Format>,
    /// Tag scheme of the output: io, iob1, iob2, ioe1, ioe2, iobes, bilou, bmes [default: scheme of the input]
    #[arg(long, value_parser = scheme_name)]
    scheme: Option<Scheme>,
    /// Rename or merge labels: PERSON=PER,GPE=LOC,FAC=LOC
    #[arg(long, value_parser = rename, value_delimiter = ',')]
    rename: Vec<(String, String)>,
    /// Remove labels: DATE,TIME
    #[arg(long, value_delimiter = ',')]
    drop: Vec<String>,
    /// Create new train/dev/test splits in percent, for example 80/10/10. Stratified by label; documents and
    /// near-duplicates stay in one split
    #[arg(long, value_parser = shares)]
    splits: Option<[f64; 3]>,
    /// Random seed for --splits
    #[arg(long, default_value_t = 42, requires = "splits")]
    seed: u64,
    /// Fail if the output format would lose information
    #[arg(long)]
    strict: bool,
    /// Replace existing output files: in a directory, next to a named file, or the input itself
    #[arg(long)]
    overwrite: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn scheme_name(name: &str) -> Result<Scheme, String> {
    let known = || SCHEMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Scheme::from_name(name).ok_or_else(|| format!("unknown scheme; use one of {}", known()))
}

/// Parses `OLD=NEW` for clap.
fn rename(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').filter(|(old, _)| !old.is_empty()).ok_or("write OLD=NEW")?;
    validate_label_name(new).map(|()| (old.to_owned(), new.to_owned()))
}

/// Parses the percentages of train, dev and test for clap.
fn shares(text: &str) -> Result<[f64; 3], String> {
    let wrong = || "write three numbers that make 100, such as 80/10/10".to_owned();
    let numbers: Vec<f64> = text.split('/').map(|n| n.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
    let shares: [f64; 3] = numbers.try_into().map_err(|_| wrong())?;
    let fits = shares.iter().all(|n| *n >= 0.0) && (shares.iter().sum::<f64>() - 100.0).abs() < 0.01 && shares[0] > 0.0;
    if fits { Ok(shares.map(|n| n / 100.0)) } else { Err(wrong()) }
}

impl Arguments {
    /// Returns `Replace` if existing files can be replaced.
    fn existing(&self) -> Existing {
        if self.overwrite { Existing::Replace } else { Existing::Keep }
    }
}

/// Renames and removes labels as requested.
fn relabelled(arguments: &Arguments, corpus: &mut Corpus) -> Result<(), Failure> {
    let renamed = arguments.rename.iter().map(|(old, new)| (old.clone(), Some(new.clone())));
    let renames: LabelMap = renamed.chain(arguments.drop.iter().map(|old| (old.clone(), None))).collect();
    if let Some(unknown) = renames.keys().find(|name| corpus.labels.id(name).is_none()) {
        return Err(format!("there is no label {unknown}; there are {}", corpus.labels.names().join(", ")).into());
    }
    if let Some(edit) = relabel(corpus, &renames) {
        terminal::tell(&format!("note: {}", edit.title(corpus)));
        edit.apply(corpus);
    }
    Ok(())
}

/// Splits the corpus as requested by `--splits`.
fn parted(arguments: &Arguments, corpus: Corpus) -> Corpus {
    let Some([_, dev, test]) = arguments.splits else { return corpus };
    let (corpus, SplitReport { n_items: units, n_near_duplicates: duplicates, by_document }) =
        stratified_split(&corpus, SplitRatios { dev, test, seed: arguments.seed });
    let what = if by_document { "documents" } else { "sentences" };
    terminal::tell(&format!(
        "note: splits were made of {} {what}; {} went with one nearly the same",
        thousands(units),
        thousands(duplicates)
    ));
    corpus
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.overwrite
        && arguments.output.exists()
        && disk::resolve(&arguments.input) == disk::resolve(&arguments.output)
    {
        let why = "the output is the input itself; choose another output, or --overwrite";
        return Err(format!("{}: {why}", arguments.output.display()).into());
    }
    let mut dataset = input::dataset_as(&arguments.input, arguments.chosen.choices())?;
    input::check_strict(&dataset, arguments.strict)?;
    let to = target(arguments, &dataset)?;
    check_own_input(arguments, &dataset)?;
    relabelled(arguments, &mut dataset.corpus)?;
    let corpus = std::mem::take(&mut dataset.corpus);
    let corpus = &parted(arguments, corpus);
    let scheme = arguments.scheme.unwrap_or_else(|| export::default_scheme(corpus, to));
    // A file that is rewritten in its own format keeps its other content.
    let kept =
        arguments.splits.is_none().then(|| export::rewrite_in_place(corpus, &dataset.files, to, scheme)).flatten();
    let files = if kept.is_some() { &[][..] } else { &dataset.files };
    let losses = export::export_losses(&LossInventory::of(corpus), files, to, scheme);
    for loss in &losses {
        terminal::tell(&format!("note: {} cannot hold {loss}", to.name));
    }
    if arguments.strict {
        if !losses.is_empty() {
            return Err(format!("nothing was written: --strict, and {} cannot hold everything", to.name).into());
        }
        if kept.is_none() {
            export::check_round_trip(corpus, to, scheme).map_err(|why| {
                format!("nothing was written: --strict, and {} would not give it back: {why}", to.name)
            })?;
        }
    }
    let written = match kept.filter(|_| !arguments.output.is_dir()) {
        Some(bytes) => export::write_again(corpus, to, bytes, &arguments.output, arguments.existing())?,
        None => export::export(corpus, to, scheme, &arguments.output, arguments.existing())?,
    };
    report(arguments, &written, to, scheme, &losses)
}

/// Checks that the output is not an input file, and not a file that belongs to an input file.
fn check_own_input(arguments: &Arguments, dataset: &Dataset) -> Result<(), Failure> {
    let output = disk::resolve(&arguments.output);
    let is_output = |path: &std::path::Path| {
        let path = disk::resolve(path);
        path == output
            || (path.with_extension("") == output.with_extension("") && path.extension().is_some_and(|e| e == "ann"))
    };
    match dataset.files.iter().find(|f| is_output(&f.path)) {
        Some(file) if !arguments.overwrite && arguments.output.exists() => {
            let why = "the output would replace the input; choose another output, or --overwrite";
            Err(format!("{}: {why}", file.path.display()).into())
        }
        _ => Ok(()),
    }
}

/// Returns the output format: `--to`, the format of the file extension, the format of the input, or columns.
fn target(arguments: &Arguments, dataset: &Dataset) -> Result<Format, Failure> {
    if let Some(to) = arguments.to {
        return Ok(to);
    }
    let found = dataset.files.first().map_or(format::CONLL, |f| f.report.format);
    let extension = arguments.output.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let Some(extension) = extension else { return Ok(if found.write.is_some() { found } else { format::CONLL }) };
    if found.write.is_some() && found.extensions.contains(&extension.as_str()) {
        return Ok(found);
    }
    match format::by_extension(&extension) {
        Some(format) => Ok(format),
        None if matches!(extension.as_str(), "json" | "jsonl") => {
            Err(format!("several formats are .{extension}; choose one with --to (tagwright formats lists them)").into())
        }
        None => Ok(if found.write.is_some() && !matches!(extension.as_str(), "conll") { found } else { format::CONLL }),
    }
}

fn report(arguments: &Arguments, out: &Path, to: Format, scheme: Scheme, losses: &[String]) -> Result<(), Failure> {
    if arguments.json {
        return json_line(&json!({"out": out, "format": to.name, "scheme": scheme.name(), "losses": losses}));
    }
    // The message goes to standard error, because standard output can be the output itself.
    terminal::tell(&format!("{}: {}, {}", out.display(), to.name, scheme.name()));
    Ok(())
}
