//! The subcommand `evaluate`.

use super::output::{evaluation, json_line, line, score_table, text, thousands};
use super::value_error::ValueError;
use super::{CliError, input, label_map, progress, terminal};
use crate::corpus::Split;
use crate::hub::ModelRef;
use crate::model::{DeviceChoice, choose};
use crate::predict::{LabelMap, Tagger, evaluate};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// Model: starter, a directory, or a Hugging Face id (owner/name)
    #[arg(long)]
    model: ModelRef,
    /// Dataset file, or directory with train, dev and test files
    data: PathBuf,
    #[command(flatten)]
    chosen: input::Chosen,
    /// Map labels of the model to labels of the data: PERSON=PER,GPE=LOC,FAC=LOC. Predictions with other
    /// labels are dropped and counted
    #[arg(long, value_parser = label_map::pair, value_delimiter = ',')]
    map: Vec<(String, String)>,
    /// Fail if any content of the input would be skipped
    #[arg(long)]
    strict: bool,
    /// Split to evaluate: train, dev or test [default: test if present, else all data]
    #[arg(long, value_parser = split)]
    split: Option<Split>,
    /// Compute device: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Requested compute device.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }
}

fn split(name: &str) -> Result<Split, ValueError> {
    Split::from_name(name).ok_or_else(|| ValueError::unknown("split", "train, dev or test"))
}

/// Returns the mapping from labels of the model to labels of the data. Warns if they have no label in common.
fn map_of(arguments: &Arguments, tagger: &Tagger, known: &[String]) -> Result<Option<LabelMap>, CliError> {
    let of_model = tagger.tags.labels();
    label_map::check(&arguments.map, &of_model, known)?;
    let in_common = of_model.iter().filter(|label| known.contains(label)).count();
    if arguments.map.is_empty() && in_common == 0 && !known.is_empty() {
        let (model, data) = (of_model.join(", "), known.join(", "));
        let example = label_map::advice(&of_model, known);
        terminal::print_error_line(&format!(
            "note: the model and the data have no label in common (model: {model}; data: {data}); \
             map labels, for example {example}"
        ));
    }
    Ok((!arguments.map.is_empty()).then(|| LabelMap::new(&tagger.tags, &arguments.map, known)))
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let dataset = input::dataset_as(&arguments.data, arguments.chosen.choices())?;
    input::check_strict(&dataset, arguments.strict)?;
    let corpus = &dataset.corpus;
    let has_test = corpus.splits().contains(&Split::Test);
    let split = arguments.split.or(has_test.then_some(Split::Test));
    let sentences = corpus.sentences(split);
    if sentences.is_empty() {
        let name = split.map_or("any", Split::name);
        return Err(format!("{} has no sentences in the {name} split", arguments.data.display()).into());
    }
    let tagger = Tagger::new(&input::model(&arguments.model)?, &choose(arguments.device)?.device)?;
    let bar = progress::bar(sentences.len(), "scoring");
    let map = map_of(arguments, &tagger, &corpus.labels.names())?;
    let scores = evaluate(&tagger, corpus, &sentences, true, map.as_ref(), |done, _| {
        bar.set_position(done as u64);
        true
    })?;
    bar.finish_and_clear();
    let Some(scores) = scores else { return Ok(()) };
    if scores.n_unmapped_predictions > 0 {
        let dropped = thousands(scores.n_unmapped_predictions);
        terminal::print_error_line(&format!(
            "note: {dropped} predictions dropped: the data does not have their labels"
        ));
    }
    if arguments.json {
        return json_line(&evaluation(&scores));
    }
    let (sentences, tokens) = (thousands(scores.sentences), thousands(scores.tokens));
    line(format!(
        "{} on {}: {sentences} sentences, {tokens} tokens",
        arguments.model,
        split.map_or("all", Split::name)
    ))?;
    text(&score_table(&scores))
}
