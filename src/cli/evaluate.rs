//! The subcommand `evaluate`.

use super::CliError;
use super::evaluation::EvaluationArguments;
use super::output::{evaluation, json_line, line, score_table, text, thousands};
use crate::model::DeviceChoice;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    evaluation: EvaluationArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Requested compute device.
    pub fn device(&self) -> DeviceChoice {
        self.evaluation.device
    }
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let data = arguments.evaluation.data()?;
    let model = &arguments.evaluation.model;
    let scores = arguments.evaluation.evaluate(&[model], &data)?.remove(0).metrics;
    if arguments.json {
        return json_line(&evaluation(&scores));
    }
    let (sentences, tokens) = (thousands(scores.sentences), thousands(scores.tokens));
    line(format!("{model} on {}: {sentences} sentences, {tokens} tokens", data.split_name()))?;
    text(&score_table(&scores))
}
