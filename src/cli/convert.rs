//! The subcommand `convert`.

use super::output::{json_line, thousands};
use super::value_error::ValueError;
use super::{CliError, input, terminal};
use crate::corpus::label::validate_label_name;
use crate::corpus::relabel::{LabelMap, relabel};
use crate::corpus::scheme::SCHEMES;
use crate::corpus::splitting::{self, SplitOptions, SplitUnit};
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
    /// Create new train/dev/test splits in percent, for example 80/10/10. Stratified by label; near-duplicates stay
    /// in one split, as do documents if there are 10 or more
    #[arg(long, value_parser = shares)]
    splits: Option<[f64; 3]>,
    /// Random seed for --splits
    #[arg(long, default_value_t = 42, requires = "splits")]
    seed: u64,
    /// Fail if reading skips content or the output loses information
    #[arg(long)]
    strict: bool,
    /// Replace existing output files, even if OUTPUT is the input
    #[arg(long)]
    overwrite: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn scheme_name(name: &str) -> Result<Scheme, ValueError> {
    let known = || SCHEMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Scheme::from_name(name).ok_or_else(|| ValueError::unknown("tag scheme", format!("one of {}", known())))
}

/// Parses `OLD=NEW` for clap.
fn rename(text: &str) -> Result<(String, String), ValueError> {
    let pair = text.split_once('=').filter(|(old, _)| !old.is_empty());
    let (old, new) = pair.ok_or(ValueError::Expected("OLD=NEW"))?;
    validate_label_name(new)?;
    Ok((old.to_owned(), new.to_owned()))
}

/// Parses the percentages of train, dev and test for clap.
fn shares(text: &str) -> Result<[f64; 3], ValueError> {
    let wrong = ValueError::Expected("three percentages that sum to 100, for example 80/10/10");
    splitting::parse_shares(text).ok_or(wrong)
}

impl Arguments {
    /// Returns `Replace` if existing files can be replaced.
    fn existing(&self) -> Existing {
        if self.overwrite { Existing::Replace } else { Existing::Keep }
    }
}

/// Renames and removes labels as requested.
fn relabelled(arguments: &Arguments, corpus: &mut Corpus) -> Result<(), CliError> {
    let renamed = arguments.rename.iter().map(|(old, new)| (old.clone(), Some(new.clone())));
    let renames: LabelMap = renamed.chain(arguments.drop.iter().map(|old| (old.clone(), None))).collect();
    if let Some(unknown) = renames.keys().find(|name| corpus.labels.id(name).is_none()) {
        return Err(format!("unknown label {unknown}; the dataset has {}", corpus.labels.names().join(", ")).into());
    }
    if let Some(edit) = relabel(corpus, &renames) {
        terminal::print_error_line(&format!("note: {}", edit.title(corpus)));
        edit.apply(corpus);
    }
    Ok(())
}

/// Splits the corpus as requested by `--splits`.
fn parted(arguments: &Arguments, mut corpus: Corpus) -> Corpus {
    let Some([_, dev, test]) = arguments.splits else { return corpus };
    let unit = SplitUnit::suggested(&corpus);
    let seed = arguments.seed;
    let options = SplitOptions { dev, test, seed, unit, is_stratified: true, keeps_near_duplicates: true };
    let splits = splitting::assign(&corpus, options);
    let units = match unit {
        SplitUnit::Document => "documents",
        SplitUnit::Sentence => "sentences",
    };
    terminal::print_error_line(&format!(
        "note: {} {units} split; {} kept together with a near-duplicate",
        thousands(splits.n_units),
        thousands(splits.n_near_duplicates)
    ));
    if let Some(edit) = splits.edit {
        edit.apply(&mut corpus);
    }
    corpus
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    if !arguments.overwrite
        && arguments.output.exists()
        && disk::resolve(&arguments.input) == disk::resolve(&arguments.output)
    {
        let reason = "the output is the input; choose another output or use --overwrite";
        return Err(format!("{}: {reason}", arguments.output.display()).into());
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
    let kept = export::rewrite_in_place(corpus, &dataset.files, to, scheme);
    let files = if kept.is_some() { &[][..] } else { &dataset.files };
    let losses = export::export_losses(&LossInventory::of(corpus), files, to, scheme);
    for loss in &losses {
        terminal::print_error_line(&format!("note: {} cannot hold {loss}", to.name));
    }
    if arguments.strict {
        if !losses.is_empty() {
            return Err(format!("nothing written: {} would lose information (--strict)", to.name).into());
        }
        if kept.is_none() {
            export::check_round_trip(corpus, to, scheme).map_err(|reason| {
                format!("nothing written: {} would not be read back unchanged (--strict): {reason}", to.name)
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
fn check_own_input(arguments: &Arguments, dataset: &Dataset) -> Result<(), CliError> {
    let output = disk::resolve(&arguments.output);
    let is_output = |path: &std::path::Path| {
        let path = disk::resolve(path);
        path == output
            || (path.with_extension("") == output.with_extension("") && path.extension().is_some_and(|e| e == "ann"))
    };
    match dataset.files.iter().find(|f| is_output(&f.path)) {
        Some(file) if !arguments.overwrite && arguments.output.exists() => {
            let reason = "the output would replace the input; choose another output or use --overwrite";
            Err(format!("{}: {reason}", file.path.display()).into())
        }
        _ => Ok(()),
    }
}

/// Returns the output format: `--to`, the format of the file extension, the format of the input, or columns.
fn target(arguments: &Arguments, dataset: &Dataset) -> Result<Format, CliError> {
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
            Err(format!("ambiguous extension .{extension}; set --to (see `tagwright formats`)").into())
        }
        None => Ok(if found.write.is_some() && !matches!(extension.as_str(), "conll") { found } else { format::CONLL }),
    }
}

fn report(arguments: &Arguments, out: &Path, to: Format, scheme: Scheme, losses: &[String]) -> Result<(), CliError> {
    if arguments.json {
        return json_line(&json!({"out": out, "format": to.name, "scheme": scheme.name(), "losses": losses}));
    }
    // The message goes to standard error, because standard output can be the output itself.
    terminal::print_error_line(&format!("{}: {}, {}", out.display(), to.name, scheme.name()));
    Ok(())
}
