//! `tagwright evaluate`.

use super::output::{evaluation, json_line, line, score_table, text, thousands};
use super::{Failure, input, progress};
use crate::corpus::Split;
use crate::hub::ModelName;
use crate::model::{DeviceChoice, choose};
use crate::predict::{Tagger, evaluate};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Arguments {
    /// starter, a folder, or a hub id (owner/name).
    #[arg(long)]
    model: ModelName,
    /// A file, or a folder whose files' names tell the splits.
    data: PathBuf,
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

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let dataset = input::dataset(&arguments.data)?;
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
    let scores = evaluate(&tagger, corpus, &sentences, true, |done, _| {
        bar.set_position(done as u64);
        true
    })?;
    bar.finish_and_clear();
    let Some(scores) = scores else { return Ok(()) };
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
