//! `tagwright evaluate`.

use super::output::{evaluation, json_line, line, score_table, text, thousands};
use super::{Failure, input, progress, terminal};
use crate::corpus::Split;
use crate::hub::ModelName;
use crate::model::{DeviceChoice, choose};
use crate::predict::{LabelMap, Tagger, evaluate};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// starter, a folder, or a hub id (owner/name).
    #[arg(long)]
    model: ModelName,
    /// A file, or a folder whose files' names tell the splits.
    data: PathBuf,
    #[command(flatten)]
    chosen: input::Chosen,
    /// Names that the data has for labels of the model, also one for several: PERSON=PER,GPE=LOC,FAC=LOC. Predictions with other
    /// labels are dropped and counted.
    #[arg(long, value_parser = pair, value_delimiter = ',')]
    map: Vec<(String, String)>,
    /// Refuse data of which the reader leaves something out.
    #[arg(long)]
    strict: bool,
    /// train, dev or test. Without it: test where there is one, else everything.
    #[arg(long, value_parser = split)]
    split: Option<Split>,
    /// auto, cpu, cuda, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Where it is to be computed.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }
}

fn split(name: &str) -> Result<Split, String> {
    Split::from_name(name).ok_or_else(|| "unknown split; use train, dev or test".into())
}

/// `MODEL=DATA`, for clap.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(model, data)| !model.is_empty() && !data.is_empty());
    pair.map(|(model, data)| (model.to_owned(), data.to_owned())).ok_or_else(|| "write MODEL=DATA".into())
}

/// The map that is offered: labels that often mean the same, else the first of each side.
fn advice(of_model: &[String], known: &[String]) -> String {
    const SAME: [&[&str]; 4] = [
        &["PER", "PERSON", "PERS", "NAME"],
        &["LOC", "LOCATION", "GPE", "PLACE", "CITY", "GEO"],
        &["ORG", "ORGANIZATION", "ORGANISATION", "COMPANY", "CORPORATION"],
        &["MISC", "MISCELLANEOUS", "OTHER"],
    ];
    let group = |label: &str| SAME.iter().position(|names| names.iter().any(|n| n.eq_ignore_ascii_case(label)));
    let same = |label: &&String| group(label).and_then(|at| known.iter().find(|k| group(k) == Some(at)));
    let pairs: Vec<String> = of_model.iter().filter_map(|label| Some(format!("{label}={}", same(&label)?))).collect();
    match (pairs.is_empty(), of_model.first(), known.first()) {
        (true, Some(model), Some(data)) => format!("--map {model}={data}"),
        _ => format!("--map {}", pairs.join(",")),
    }
}

/// The names that the data has for labels of the model. Tells if they have none in common.
fn label_map(arguments: &Arguments, tagger: &Tagger, known: &[String]) -> Result<Option<LabelMap>, Failure> {
    let of_model = tagger.tags.labels();
    for (model, data) in &arguments.map {
        if !of_model.contains(model) {
            return Err(format!(
                "--map {model}={data}: the model has no label {model}; it has {}",
                of_model.join(", ")
            )
            .into());
        }
        if !known.contains(data) {
            return Err(
                format!("--map {model}={data}: the data has no label {data}; it has {}", known.join(", ")).into()
            );
        }
    }
    let in_common = of_model.iter().filter(|label| known.contains(label)).count();
    if arguments.map.is_empty() && in_common == 0 && !known.is_empty() {
        let (model, data) = (of_model.join(", "), known.join(", "));
        let example = advice(&of_model, known);
        terminal::tell(&format!(
            "note: the model and the data have no label in common (model: {model}; data: {data}); say which are the same: {example}"
        ));
    }
    Ok((!arguments.map.is_empty()).then(|| LabelMap::new(&tagger.tags, &arguments.map, known)))
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let dataset = input::dataset_as(&arguments.data, arguments.chosen.choices())?;
    input::check_strict(&dataset, arguments.strict)?;
    let corpus = &dataset.corpus;
    let has_test = corpus.splits().contains(&Split::Test);
    let split = arguments.split.or(has_test.then_some(Split::Test));
    let sentences = corpus.sentences(split);
    if sentences.is_empty() {
        let name = split.map_or("any", Split::name);
        return Err(format!("{} has no sentence of the {name} split", arguments.data.display()).into());
    }
    let tagger = Tagger::new(&input::model(&arguments.model)?, &choose(arguments.device)?.device)?;
    let bar = progress::bar(sentences.len(), "scoring");
    let map = label_map(arguments, &tagger, &corpus.labels.names())?;
    let scores = evaluate(&tagger, corpus, &sentences, true, map.as_ref(), |done, _| {
        bar.set_position(done as u64);
        true
    })?;
    bar.finish_and_clear();
    let Some(scores) = scores else { return Ok(()) };
    if scores.dropped > 0 {
        let dropped = thousands(scores.dropped);
        terminal::tell(&format!(
            "note: {dropped} predictions have labels that the data does not have; they were dropped"
        ));
    }
    if arguments.json {
        return json_line(&evaluation(&scores));
    }
    let (sentences, tokens) = (thousands(scores.sentences), thousands(scores.tokens));
    line(format!(
        "{} on {}: {sentences} sentences, {tokens} words",
        arguments.model,
        split.map_or("all", Split::name)
    ))?;
    text(&score_table(&scores))
}
