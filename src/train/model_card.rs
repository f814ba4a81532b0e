//! Model card (README) of a saved model: description, training data and metrics.

use super::arguments::TrainingArguments;
use super::job::{TrainJob, TrainOutput};
use super::run_data::{HeldOut, RunData};
use super::settings;
use crate::corpus::Split;
use crate::eval::PrfScore;
use crate::eval::token_metrics::{token_metric, token_metrics};
use crate::model::TagSet;
use crate::predict::EvalMetrics;
use std::fmt::Write as _;

/// Returns a model card with the front matter and the headings of Hugging Face.
pub fn model_card(
    job: &TrainJob,
    data: &RunData,
    a: &TrainingArguments,
    finished: &TrainOutput,
    tags: &TagSet,
) -> String {
    let name = finished.out.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy());
    let (base, labels) = (&job.base.name, tags.labels().join(", "));
    let mut out = front_matter(&name, base, &data.corpus, finished.test.as_ref());
    let _ = writeln!(out, "\n# {name}\n");
    let _ = writeln!(out, "## Model description\n");
    let _ = writeln!(
        out,
        "Token classification model for named-entity recognition with the labels {labels}. \
         Fine-tuned from `{base}` with Tagwright.\n"
    );
    let _ = writeln!(out, "## Intended uses\n");
    let _ = writeln!(out, "Recognition of these labels in text that is similar to the training data:\n");
    let _ = writeln!(
        out,
        "```python\nfrom transformers import pipeline\n\
         pipeline(\"token-classification\", \"{name}\", aggregation_strategy=\"simple\")(\"My name is Maarten.\")\n\
         ```\n"
    );
    let _ = writeln!(out, "## Training data\n");
    let (train, dev) = (data.train_set.len(), data.dev.sentences.len());
    let _ = writeln!(out, "{}: {train} training and {dev} validation sentences.", data.corpus);
    if let Some(HeldOut { held, of, by_document }) = data.held_out {
        let unit = if by_document { "documents" } else { "sentences" };
        let _ =
            writeln!(out, "No validation split was provided: {held} of {of} {unit} were held out (seed {}).", a.seed);
    }
    let _ = writeln!(out, "\n## Training procedure\n");
    let _ = writeln!(
        out,
        "AdamW, learning rate {:e}, batch size {}, {} epochs, weight decay {}, warmup ratio {}, gradient clipping norm \
         {}, maximum sentence length {} subwords, seed {}. \
         {} subwords in {:.0} s. The model of epoch {} was selected ({}).",
        a.learning_rate,
        a.per_device_train_batch_size,
        a.num_train_epochs,
        a.weight_decay,
        a.warmup_ratio,
        a.max_grad_norm,
        a.max_length,
        a.seed,
        finished.n_subwords,
        finished.train_seconds,
        finished.best_epoch,
        finished.outcome.name(),
    );
    let unusual = settings::non_default(a);
    if !unusual.is_empty() {
        let _ = writeln!(out, "\nNon-default arguments: {unusual}.");
    }
    let _ = writeln!(out, "\n## Evaluation results");
    for (split, scores) in [(Split::Dev, &finished.dev), (Split::Test, &finished.test)] {
        if let Some(scores) = scores {
            let _ = write!(out, "\n{}", metrics_table(split, scores));
        }
    }
    if finished.dev.is_none() && finished.test.is_none() {
        let _ = writeln!(out, "\nThe model was not evaluated.");
    }
    let _ = writeln!(out, "\n## Limitations\n");
    let _ = writeln!(
        out,
        "The model predicts no labels other than those above. Scores on text of another domain or language are usually \
         lower. Sentences with more than {} subwords were truncated in training.",
        a.max_length
    );
    out
}

/// Metrics of the front matter: those with a name in the `evaluate` library of Hugging Face.
const CARD_METRICS: [&str; 4] = ["precision", "recall", "f1", "accuracy"];

/// Returns the YAML front matter. It contains the scores of `test`, if known, and the base model if it is a hub id.
fn front_matter(name: &str, base: &str, dataset: &str, test: Option<&EvalMetrics>) -> String {
    let mut out = String::from("---\nlibrary_name: transformers\npipeline_tag: token-classification\n");
    // A JSON string is a YAML string.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    if base.split_once('/').is_some_and(|(owner, model)| !owner.is_empty() && !model.is_empty()) {
        let _ = writeln!(out, "base_model: {}", quoted(base));
    }
    out.push_str("tags:\n- token-classification\n- named-entity-recognition\n- tagwright\n");
    out.push_str("metrics:\n");
    CARD_METRICS.iter().for_each(|id| out.push_str(&format!("- {id}\n")));
    if let Some(test) = test {
        let (name, dataset) = (quoted(name), quoted(dataset));
        let _ = writeln!(out, "model-index:\n- name: {name}\n  results:");
        let _ = writeln!(out, "  - task:\n      type: token-classification\n      name: Token classification");
        let _ = writeln!(
            out,
            "    dataset:\n      type: {dataset}\n      name: {dataset}\n      split: test\n    metrics:"
        );
        for metric in CARD_METRICS.into_iter().filter_map(token_metric) {
            if let Some(value) = test.values.get(metric) {
                let _ = writeln!(out, "    - type: {}\n      value: {value:.4}", metric.id);
            }
        }
    }
    out.push_str("---\n");
    out
}

fn metrics_table(split: Split, scores: &EvalMetrics) -> String {
    let mut out = format!("Entity scores on {} (seqeval, {} sentences):\n\n", split.name(), scores.sentences);
    let _ = writeln!(out, "| label | precision | recall | F1 | support |\n| --- | ---: | ---: | ---: | ---: |");
    let mut row = |name: &str, s: &PrfScore| {
        let [p, r, f] = [s.precision, s.recall, s.f1].map(|v| v * 100.0);
        let _ = writeln!(out, "| {name} | {p:.2} | {r:.2} | {f:.2} | {} |", s.support);
    };
    for label in &scores.labels {
        row(&label.label, &label.score);
    }
    row("all", &scores.overall);
    let _ = writeln!(out, "\n| metric | value | |\n| --- | ---: | --- |");
    for metric in token_metrics() {
        if let Some(value) = scores.values.get(metric) {
            let _ = writeln!(out, "| {} | {} | {} |", metric.title, metric.format(value), metric.description);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_contains_base_model_and_test_scores() {
        let values = [("precision", 0.5), ("recall", 0.25), ("f1", 1.0 / 3.0), ("accuracy", 0.9)].into_iter().collect();
        let scores = EvalMetrics { values, ..EvalMetrics::default() };
        let text = front_matter("my: model", "owner/base", "news", Some(&scores));
        for part in [
            "\nbase_model: \"owner/base\"\n",
            "\n- name: \"my: model\"\n",
            "\n      type: \"news\"\n",
            "\n    - type: f1\n      value: 0.3333\n",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        let text = front_matter("model", "starter", "news", None);
        assert!(text.starts_with("---\n") && text.ends_with("\n---\n"), "{text}");
        assert!(!text.contains("base_model") && !text.contains("model-index"), "{text}");
    }
}
