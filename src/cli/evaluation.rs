//! Data and models of the subcommands that compare predictions with gold labels.

use super::output::thousands;
use super::value_error::ValueError;
use super::{CliError, input, label_map, progress, terminal};
use crate::corpus::{Corpus, SentenceId, Split};
use crate::hub::ModelRef;
use crate::model::{DeviceChoice, choose};
use crate::predict::{ModelEvaluation, TagMap, Tagger, evaluate};
use std::cell::Cell;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct EvaluationArguments {
    /// Model: starter, a directory, or a Hugging Face id (owner/name)
    #[arg(long)]
    pub model: ModelRef,
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
    pub device: DeviceChoice,
}

fn split(name: &str) -> Result<Split, ValueError> {
    Split::from_name(name).ok_or_else(|| ValueError::unknown("split", "train, dev or test"))
}

/// Labeled sentences to evaluate.
pub struct EvaluationData {
    pub corpus: Corpus,
    /// The split; `None` for all data.
    pub split: Option<Split>,
    pub sentences: Vec<SentenceId>,
    /// All sentences of each split, for their names.
    by_split: [Vec<SentenceId>; 3],
    /// Latest result of [`EvaluationData::code_point`]: document, byte offset and code points before it.
    position: Cell<(u32, usize, usize)>,
}

impl EvaluationData {
    /// Returns the name of a sentence as the window shows it, such as `test-0012`.
    pub fn sentence_name(&self, id: SentenceId) -> String {
        let split = self.corpus.split_of(id);
        let number = self.by_split[split as usize].binary_search(&id).unwrap_or_default();
        format!("{}-{number:04}", split.name())
    }

    /// Returns the number of code points before a byte offset of a document. It is fast for offsets near the latest one.
    pub fn code_point(&self, document: u32, byte: usize) -> usize {
        let text = &self.corpus.document(document).text;
        let (latest, at, n) = self.position.get();
        let (at, n) = if latest == document { (at, n) } else { (0, 0) };
        let n = if at <= byte { n + text[at..byte].chars().count() } else { n - text[byte..at].chars().count() };
        self.position.set((document, byte, n));
        n
    }

    /// Returns the name of the split, or `all`.
    pub fn split_name(&self) -> &'static str {
        self.split.map_or("all", Split::name)
    }
}

impl EvaluationArguments {
    /// Reads the sentences.
    ///
    /// # Errors
    /// Returns an error if the data cannot be read, or has no sentences in the split.
    pub fn data(&self) -> Result<EvaluationData, CliError> {
        let dataset = input::dataset_as(&self.data, self.chosen.choices())?;
        input::check_strict(&dataset, self.strict)?;
        let corpus = dataset.corpus;
        let has_test = corpus.splits().contains(&Split::Test);
        let split = self.split.or(has_test.then_some(Split::Test));
        let sentences = corpus.sentences(split);
        if sentences.is_empty() {
            let name = split.map_or("any", Split::name);
            return Err(format!("{} has no sentences in the {name} split", self.data.display()).into());
        }
        let by_split = Split::ALL.map(|split| corpus.sentences(Some(split)));
        Ok(EvaluationData { corpus, split, sentences, by_split, position: Cell::default() })
    }

    /// Evaluates models on the sentences, with one result for each model.
    ///
    /// # Errors
    /// Returns an error if a model cannot be read or fails, or if the label map names a label that no model has.
    pub fn evaluate(&self, models: &[&ModelRef], data: &EvaluationData) -> Result<Vec<ModelEvaluation>, CliError> {
        let device = choose(self.device)?.device;
        let tagger =
            |model: &&ModelRef| -> Result<Tagger, CliError> { Ok(Tagger::new(&input::model(model)?, &device)?) };
        let taggers: Vec<Tagger> = models.iter().map(tagger).collect::<Result<_, _>>()?;
        let known = data.corpus.labels.names();
        let mut of_models: Vec<String> = Vec::new();
        for label in taggers.iter().flat_map(|tagger| tagger.tags.labels()) {
            if !of_models.contains(&label) {
                of_models.push(label);
            }
        }
        label_map::check(&self.map, &of_models, &known)?;
        taggers.iter().map(|tagger| self.evaluate_tagger(tagger, data, &known)).collect()
    }

    fn evaluate_tagger(
        &self,
        tagger: &Tagger,
        data: &EvaluationData,
        known: &[String],
    ) -> Result<ModelEvaluation, CliError> {
        self.warn_about_other_labels(tagger, known);
        let labels = self.map.iter().map(|(model, data)| (model.clone(), Some(data.clone()))).collect();
        let map = (!self.map.is_empty()).then(|| TagMap::new(&tagger.tags, &labels, known));
        let bar = progress::bar(data.sentences.len(), "scoring");
        let evaluation = evaluate(tagger, &data.corpus, &data.sentences, true, map.as_ref(), |done, _| {
            bar.set_position(done as u64);
            true
        })?;
        bar.finish_and_clear();
        let evaluation = evaluation.unwrap_or_default();
        if evaluation.metrics.n_unmapped_predictions > 0 {
            let dropped = thousands(evaluation.metrics.n_unmapped_predictions);
            terminal::print_error_line(&format!(
                "note: {dropped} predictions dropped: the data does not have their labels"
            ));
        }
        Ok(evaluation)
    }

    /// Warns if the labels of a model and of the data have no name in common, and no map is specified.
    fn warn_about_other_labels(&self, tagger: &Tagger, known: &[String]) {
        let of_model = tagger.tags.labels();
        let in_common = of_model.iter().filter(|label| known.contains(label)).count();
        if self.map.is_empty() && in_common == 0 && !known.is_empty() {
            let (model, data) = (of_model.join(", "), known.join(", "));
            let example = label_map::advice(&of_model, known);
            terminal::print_error_line(&format!(
                "note: the model and the data have no label in common (model: {model}; data: {data}); \
                 map labels, for example {example}"
            ));
        }
    }
}
