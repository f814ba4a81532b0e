//! Model card (README) of a saved model: description, training data and metrics.

use super::arguments::TrainingArguments;
use super::run::{TrainJob, TrainOutput, label_line};
use super::run_data::{HeldOut, RunData};
use super::settings_table;
use crate::corpus::Split;
use crate::model::TagSet;
use crate::predict::EvalMetrics;
use std::fmt::Write as _;

/// Returns a model card in the format of Hugging Face.
pub fn model_card(
    job: &TrainJob,
    data: &RunData,
    a: &TrainingArguments,
    finished: &TrainOutput,
    tags: &TagSet,
) -> String {
    let mut out = String::from(
        "---\nlibrary_name: transformers\npipeline_tag: token-classification\ntags:\n- token-classification\n- named-entity-recognition\n- tagwright\n---\n\n",
    );
    let name = finished.out.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy());
    let _ = writeln!(out, "# {name}\n");
    let _ = writeln!(out, "Tags words with: {}. Trained by Tagwright from `{}`.\n", label_line(tags), job.base.name);
    let _ = writeln!(
        out,
        "```python\nfrom transformers import pipeline\npipeline(\"token-classification\", \"{name}\", aggregation_strategy=\"simple\")(\"My name is Maarten.\")\n```\n"
    );
    let _ = writeln!(out, "## Data\n");
    let _ = writeln!(
        out,
        "{}: {} sentences to learn from, {} to choose the best epoch by.",
        data.corpus,
        data.plan.len(),
        data.dev.sentences.len()
    );
    if let Some(HeldOut { held, of, .. }) = data.held_out {
        let _ = writeln!(out, "There was no dev split: {held} of {of} parts were held out, by seed {}.", a.seed);
    }
    let _ = writeln!(out, "\n## Recipe\n");
    let _ = writeln!(
        out,
        "AdamW, learning rate {:e}, batch {}, {} epochs, weight decay {}, warm-up {}, clipped at {}, at most {} pieces a sentence, seed {}. {} pieces in {:.0} s. Epoch {} was kept ({}).",
        a.learning_rate,
        a.per_device_train_batch_size,
        a.num_train_epochs,
        a.weight_decay,
        a.warmup_ratio,
        a.max_grad_norm,
        a.max_length,
        a.seed,
        finished.pieces,
        finished.train_seconds,
        finished.best_epoch,
        finished.outcome.name(),
    );
    let unusual = settings_table::unusual(a);
    if !unusual.is_empty() {
        let _ = writeln!(out, "\nOther than the book's: {unusual}.");
    }
    for (split, scores) in [(Split::Dev, &finished.dev), (Split::Test, &finished.test)] {
        if let Some(scores) = scores {
            let _ = write!(out, "\n{}", metrics_table(split, scores));
        }
    }
    out
}

fn metrics_table(split: Split, scores: &EvalMetrics) -> String {
    let mut out = format!("## Entities on {} (seqeval, {} sentences)\n\n", split.name(), scores.sentences);
    let _ = writeln!(out, "| label | precision | recall | F1 | support |\n| --- | ---: | ---: | ---: | ---: |");
    let mut row = |name: &str, s: &crate::eval::PrfScore| {
        let [p, r, f] = [s.precision, s.recall, s.f1].map(|v| v * 100.0);
        let _ = writeln!(out, "| {name} | {p:.2} | {r:.2} | {f:.2} | {} |", s.support);
    };
    for label in &scores.labels {
        row(&label.label, &label.score);
    }
    row("all", &scores.overall);
    let _ = writeln!(
        out,
        "\nAccuracy on words {:.2}. F1 on pieces, as the book counts: {:.2}.",
        scores.accuracy * 100.0,
        scores.subword_f1 * 100.0
    );
    out
}
