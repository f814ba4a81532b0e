//! `tagwright convert`.

use super::output::line;
use super::{Failure, input};
use crate::corpus::Scheme;
use crate::corpus::scheme::SCHEMES;
use crate::format::{self, Format};
use crate::project::{Dataset, export};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// A file, or a folder whose files' names tell the splits.
    input: PathBuf,
    /// A file; a folder when the input has several splits.
    output: PathBuf,
    #[command(flatten)]
    chosen: input::Chosen,
    /// Format of the output; by the file's ending otherwise.
    #[arg(long, value_parser = input::format_name)]
    to: Option<Format>,
    /// Scheme of the output: io, iob1, iob2, ioe1, ioe2, iobes, bilou, bmes; the input's otherwise.
    #[arg(long, value_parser = scheme_name)]
    scheme: Option<Scheme>,
    /// Refuse when the target cannot hold everything.
    #[arg(long)]
    strict: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn scheme_name(name: &str) -> Result<Scheme, String> {
    let known = || SCHEMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Scheme::from_name(name).ok_or_else(|| format!("unknown scheme; use one of {}", known()))
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let dataset = input::dataset_as(&arguments.input, arguments.chosen.choices())?;
    let corpus = &dataset.corpus;
    let to = target(arguments, &dataset)?;
    let scheme = arguments.scheme.unwrap_or_else(|| export::scheme_for(corpus, to));
    let losses = format::losses(corpus, to, scheme);
    for loss in &losses {
        eprintln!("note: {} cannot hold {loss}", to.name);
    }
    if arguments.strict && !losses.is_empty() {
        return Err(format!("nothing was written: --strict, and {} cannot hold everything", to.name).into());
    }
    export::export(corpus, to, scheme, &arguments.output)?;
    report(arguments, to, scheme, &losses)
}

/// The format to write: what was said, what the file's ending stands for, the input's, or columns.
fn target(arguments: &Arguments, dataset: &Dataset) -> Result<Format, Failure> {
    if let Some(to) = arguments.to {
        return Ok(to);
    }
    let found = dataset.files.first().map_or(format::CONLL, |f| f.found.format);
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

fn report(arguments: &Arguments, to: Format, scheme: Scheme, losses: &[String]) -> Result<(), Failure> {
    let out = &arguments.output;
    if arguments.json {
        return line(json!({"out": out, "format": to.name, "scheme": scheme.name(), "losses": losses}));
    }
    // Text goes to standard error: the output itself may be standard output.
    eprintln!("{}: {}, {}", out.display(), to.name, scheme.name());
    Ok(())
}
