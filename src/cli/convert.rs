//! `tagwright convert`.

use super::output::line;
use super::{Failure, input};
use crate::corpus::{Scheme, Split};
use crate::disk;
use crate::format::{self, Format};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Arguments {
    /// A file, or a folder whose files' names tell the splits.
    input: PathBuf,
    /// A file; a folder when the input has several splits.
    output: PathBuf,
    /// Format of the input; found by itself otherwise.
    #[arg(long, value_parser = format_name)]
    from: Option<Format>,
    /// Format of the output; by the file's ending otherwise.
    #[arg(long, value_parser = format_name)]
    to: Option<Format>,
    /// Scheme of the output: iob1, iob2, iobes, bilou; the input's otherwise.
    #[arg(long, value_parser = scheme_name)]
    scheme: Option<Scheme>,
    /// Refuse when the target cannot hold everything.
    #[arg(long)]
    strict: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn format_name(name: &str) -> Result<Format, String> {
    let known = || format::FORMATS.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
    format::by_name(name).ok_or_else(|| format!("unknown format; use one of {}", known()))
}

fn scheme_name(name: &str) -> Result<Scheme, String> {
    Scheme::from_name(name).ok_or_else(|| "unknown scheme; use iob1, iob2, iobes or bilou".into())
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let dataset = input::dataset(&arguments.input)?;
    let found = dataset.files.first().map_or(format::CONLL, |f| f.found.format);
    if let Some(from) = arguments.from
        && from.name != found.name
        && from != format::CONLL
    {
        return Err(format!("{} is {}, not {}", arguments.input.display(), found.name, from.name).into());
    }
    let corpus = &dataset.corpus;
    let extension = |p: &Path| p.extension().map(|e| e.to_string_lossy().into_owned());
    let to = arguments.to.unwrap_or_else(|| {
        let by_ending = extension(&arguments.output).map_or(found, |e| format::by_extension(&e));
        if by_ending == format::CONLL { found } else { by_ending }
    });
    let scheme = arguments.scheme.or(corpus.scheme).unwrap_or(Scheme::Iob2);
    let losses = format::losses(corpus, to);
    for loss in &losses {
        eprintln!("note: {} cannot hold {loss}", to.name);
    }
    if arguments.strict && !losses.is_empty() {
        return Err(format!("nothing was written: --strict, and {} cannot hold everything", to.name).into());
    }
    let splits = corpus.splits();
    if let [_] = splits.as_slice()
        && !arguments.output.is_dir()
    {
        disk::write(&arguments.output, format::write(corpus, None, to, scheme).as_bytes())?;
        return report(arguments, to, scheme, &losses);
    }
    let ending = if to == format::WNUT { "tsv" } else { "conll" };
    let file = |split: &Split| {
        let bytes = format::write(corpus, Some(*split), to, scheme).into_bytes();
        (format!("{}.{ending}", split.name()), bytes)
    };
    disk::write_folder(&arguments.output, splits.iter().map(file).map(Ok::<_, Failure>))?;
    report(arguments, to, scheme, &losses)
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
