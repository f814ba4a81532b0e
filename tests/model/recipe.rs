//! Effects of settings on a training step: accumulation, freezing, layer decay, schedules, class weights.

use super::forward::dense;
use crate::support::{golden, pass};
use tagwright::model::align::AlignmentOptions;
use tagwright::model::bert::{Frozen, Gradient, Gradients, Mode, Pass};
use tagwright::model::kernels::plain::Plain;
use tagwright::model::loss::CrossEntropyLoss;
use tagwright::model::{Bert, PackedBatch, PretrainedModel};
use tagwright::project::sample;
use tagwright::train::optimizer::AdamW;
use tagwright::train::schedule::{LrSchedule, SchedulerType};
use tagwright::train::train_set::EncodedTrainSet;
use tagwright::train::{TrainingArguments, memory_estimate};

const TRAIN: Mode = Mode::Train { seed: 3, step: 5 };

/// Returns the tiny model with the labels of the sample dataset, and its training sentences.
pub(super) fn tiny() -> (Bert, EncodedTrainSet) {
    let corpus = sample::dataset().expect("the sample").corpus;
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let (bert, tags, _) = folder.with_labels(&corpus.labels.names(), true, 1).expect("a network");
    let rule = AlignmentOptions { label_all_subwords: true, max_length: 48 };
    let sentences = corpus.sentences(Some(tagwright::corpus::Split::Train));
    let plan = EncodedTrainSet::new(&corpus, &sentences, &folder.tokenizer, &tags, rule).expect("a plan");
    (bert, plan)
}

pub(super) fn batch(plan: &EncodedTrainSet) -> PackedBatch {
    plan.batches(24, 1, 0).remove(0)
}

/// Returns the gradient of a parameter, summed over all shards.
pub(super) fn gradient(bert: &Bert, parts: &[Gradients], parameter: usize) -> Vec<f64> {
    let of_parts: Vec<Gradient> = parts.iter().map(|p| p[parameter].clone()).collect();
    dense(&of_parts, bert.parameters()[parameter].value.dims())
}

#[test]
fn micro_batches_sum_to_full_gradient() {
    let (bert, plan) = tiny();
    let batch = batch(&plan);
    let (whole, whole_parts) = bert.gradients(&batch, pass(TRAIN, 1)).expect("gradients");
    for (parts, at_once) in [(1, 8), (2, 7), (2, 1)] {
        let turns = Pass { micro_batch_size: at_once, ..pass(TRAIN, parts) };
        let (loss, turn_parts) = bert.gradients(&batch, turns).expect("gradients");
        assert!(turn_parts.len() <= parts, "more gradient sums than threads");
        let (loss, whole) = (loss.read().expect("a loss"), whole.read().expect("a loss"));
        assert!((loss - whole).abs() < 1e-6, "{loss} instead of {whole}");
        for i in 0..bert.parameters().len() {
            let (a, b) = (gradient(&bert, &whole_parts, i), gradient(&bert, &turn_parts, i));
            let norm = a.iter().map(|v| v * v).sum::<f64>().sqrt();
            let distance = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            assert!(distance <= 1e-4 * norm.max(1e-4), "{}: {distance} of {norm}", bert.parameters()[i].name);
        }
    }
}

#[test]
fn frozen_parameters_do_not_change_training_of_others() {
    let (bert, plan) = tiny();
    let batch = batch(&plan);
    let (_, free) = bert.gradients(&batch, pass(TRAIN, 2)).expect("gradients");
    let layers = bert.config().num_hidden_layers;
    for frozen in [
        Frozen { embeddings: true, layers: 0 },
        Frozen { embeddings: false, layers: 1 },
        Frozen { embeddings: false, layers },
        Frozen { embeddings: false, layers: layers + 9 },
    ] {
        // The optimizer changes weights in place, so this is a copy.
        let mut bert = bert.with_values(bert.snapshot().expect("a copy")).frozen(frozen);
        let before = bert.snapshot().expect("a copy");
        let (_, parts) = bert.gradients(&batch, pass(TRAIN, 2)).expect("gradients");
        for i in (0..before.len()).filter(|i| bert.is_trainable(*i)) {
            let (a, b) = (gradient(&bert, &parts, i), gradient(&bert, &free, i));
            let distance = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(distance == 0.0, "{frozen:?}, {}: {distance}", bert.parameters()[i].name);
        }
        let mut optimizer = AdamW::new(&bert, 0.01, 2).expect("an optimizer");
        optimizer.step(&mut bert, &parts, 1e-3, 1.0).expect("a step");
        let moved = |i: usize| {
            let difference =
                (&bert.parameters()[i].value - &before[i]).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>());
            difference.expect("a number") > 0.0
        };
        let index_of = |part: &str| bert.parameters().iter().position(|p| p.name.contains(part)).expect("a parameter");
        assert!(!moved(index_of("word_embeddings")) && moved(index_of("classifier.weight")));
        assert_eq!(moved(index_of("layer.0.output.dense.weight")), frozen.layers == 0);
        assert_eq!(moved(index_of(&format!("layer.{}.output.dense.weight", layers - 1))), frozen.layers < layers);
        assert!(bert.is_trainable(before.len() - 1), "the head is frozen");
    }
}

#[test]
fn layer_decay_reduces_rate_towards_embeddings() {
    let (bert, plan) = tiny();
    let (_, parts) = bert.gradients(&batch(&plan), pass(Mode::Evaluate, 1)).expect("gradients");
    let moved = |decay: f64| {
        let mut bert = bert.with_values(bert.snapshot().expect("a copy"));
        let before = bert.snapshot().expect("a copy");
        let mut optimizer = AdamW::new(&bert, 0.0, 1).expect("an optimizer").with_layer_decay(&bert, decay);
        optimizer.step(&mut bert, &parts, 1e-3, 1.0).expect("a step");
        let far = |i: usize| {
            let change =
                (&bert.parameters()[i].value - &before[i]).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>());
            f64::from(change.expect("a number"))
        };
        (0..before.len()).map(far).collect::<Vec<f64>>()
    };
    let layers = bert.config().num_hidden_layers;
    for (i, (even, decayed)) in moved(1.0).into_iter().zip(moved(0.5)).enumerate() {
        let expected = 0.5f64.powi((layers + 1 - bert.depth(i)) as i32);
        // The change is the difference of two f32 values of about 1, so its last digits are rounding error.
        assert!((decayed - even * expected).abs() < 1e-6, "{}", bert.parameters()[i].name);
    }
    assert_eq!((bert.depth(0), bert.depth(bert.parameters().len() - 1)), (0, layers + 1));
}

/// Expected factors of every third of 20 steps (4 warmup steps), computed with transformers 5.23.
#[test]
fn schedules_match_transformers() {
    let check = |shape: SchedulerType, expected: [f64; 7]| {
        let schedule = LrSchedule { shape, steps: 20, warmup: 4 };
        for (i, expected) in expected.into_iter().enumerate() {
            assert!((schedule.lr_factor(3 * i) - expected).abs() < 1e-8, "{shape:?}, step {}", 3 * i);
        }
    };
    check(SchedulerType::Linear, [0.0, 0.75, 0.875, 0.6875, 0.5, 0.3125, 0.125]);
    check(SchedulerType::Cosine, [0.0, 0.75, 0.961939766, 0.777785117, 0.5, 0.222214883, 0.038060234]);
    check(SchedulerType::Constant, [0.0, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn balanced_class_weights_have_mean_one_and_favor_rare_tags() {
    let (bert, plan) = tiny();
    let weights = plan.balanced_class_weights(bert.n_tags());
    let objective = CrossEntropyLoss { label_smoothing: 0.0, class_weights: weights.clone() };
    let all = plan.batches(usize::MAX, 1, 0).remove(0);
    assert!((objective.total_weight(&all.labels) / all.n_labeled() as f64 - 1.0).abs() < 1e-9);
    assert!(weights[0] < 0.2 && weights[1..].iter().all(|w| *w >= weights[0]), "{weights:?}");
}

#[test]
fn fused_training_follows_reference_kernels() {
    let (bert, plan) = tiny();
    let losses = |mut bert: Bert, mut optimizer: AdamW, parts: usize| -> Vec<f64> {
        let batches = (0..4).flat_map(|epoch| plan.batches(16, 9, epoch)).take(50);
        let step = |batch: PackedBatch| {
            let (loss, gradients) = bert.gradients(&batch, pass(Mode::Evaluate, parts)).expect("gradients");
            optimizer.step(&mut bert, &gradients, 5e-4, 1.0).expect("a step");
            loss.read().expect("a loss")
        };
        batches.map(step).collect()
    };
    let plain = bert.with_values(bert.snapshot().expect("a copy")).with_kernels(&Plain::REFERENCE);
    let reference_optimizer = AdamW::plain(&plain, 0.01).expect("an optimizer");
    let fused_optimizer = AdamW::new(&bert, 0.01, 2).expect("an optimizer");
    let (plain, fused) = (losses(plain, reference_optimizer, 1), losses(bert, fused_optimizer, 2));
    assert_eq!(plain.len(), 50);
    for (step, (a, b)) in plain.iter().zip(&fused).enumerate() {
        assert!((a - b).abs() < 1e-3, "step {step}: {b} instead of {a}");
    }
    assert!(fused[49] < 0.7 * fused[0], "the loss does not decrease: {} to {}", fused[0], fused[49]);
}

#[test]
fn f16_training_follows_f32() {
    let (bert, plan) = tiny();
    let losses = |bert: &Bert, kernels: &'static Plain, scale: f64| -> Vec<f64> {
        let mut bert = bert.with_values(bert.snapshot().expect("a copy")).with_kernels(kernels);
        let mut optimizer = AdamW::plain(&bert, 0.01).expect("an optimizer");
        optimizer.set_loss_scale(scale);
        let batches = (0..2).flat_map(|epoch| plan.batches(16, 9, epoch)).take(25).enumerate();
        let step = |(step, batch): (usize, PackedBatch)| {
            let mode = Mode::Train { seed: 3, step: step as u64 };
            let (loss, gradients) =
                bert.gradients(&batch, Pass { loss_scale: scale, ..pass(mode, 1) }).expect("gradients");
            let report = optimizer.step(&mut bert, &gradients, 5e-4, 1.0).expect("a step");
            assert!(report.grad_norm.is_finite());
            loss.read().expect("a loss")
        };
        batches.map(step).collect()
    };
    let full = losses(&bert, &Plain::REFERENCE, 1.0);
    for (step, (a, b)) in full.iter().zip(&losses(&bert, &Plain::F16, 1024.0)).enumerate() {
        assert!((a - b).abs() < 2e-2, "step {step}: {b} instead of {a}");
    }
    assert!(full[24] < 0.8 * full[0], "the loss does not decrease: {} to {}", full[0], full[24]);
}

#[test]
fn f16_overflow_skips_step_and_reduces_scale() {
    let (bert, plan) = tiny();
    let mut bert = bert.with_kernels(&Plain::F16);
    let before = bert.snapshot().expect("a copy");
    let mut optimizer = AdamW::plain(&bert, 0.01).expect("an optimizer");
    optimizer.set_loss_scale(1e9);
    let far = Pass { loss_scale: 1e9, ..pass(Mode::Evaluate, 1) };
    let (_, gradients) = bert.gradients(&batch(&plan), far).expect("gradients");
    let report = optimizer.step(&mut bert, &gradients, 1e-3, 1.0).expect("a step");
    assert!(!report.grad_norm.is_finite());
    for (p, before) in bert.parameters().iter().zip(&before) {
        let moved = (&p.value - before).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>()).expect("a number");
        assert!(moved == 0.0, "{} has changed", p.name);
    }
}

#[test]
fn memory_error_suggests_fitting_batch_size() {
    let (bert, plan) = tiny();
    let arguments = TrainingArguments { per_device_train_batch_size: 64, n_shards: 2, ..TrainingArguments::default() };
    let need = |at_once: usize| memory_estimate::required_bytes(&bert, &plan, &arguments, at_once);
    let sizes: Vec<u64> = [1, 8, 16, 32, 64].map(need).to_vec();
    assert!(sizes.is_sorted() && sizes[4] > 2 * sizes[1], "{sizes:?}");
    let check = |free: u64, expected: &str| {
        let advice = memory_estimate::advice(&bert, &plan, &arguments, free);
        assert!(advice.contains(expected), "{advice}");
    };
    check(need(32), "use per_device_train_batch_size 32 and gradient_accumulation_steps 2 for the same result");
    check(need(32) - 1, "use per_device_train_batch_size 16 and gradient_accumulation_steps 4");
    check(need(1) - 1, "no batch size fits");
    let frozen = bert.clone().frozen(Frozen { embeddings: true, layers: 1 });
    let fewer = TrainingArguments { freeze_layers: 1, ..arguments.clone() };
    assert!(memory_estimate::required_bytes(&frozen, &plan, &fewer, 64) < need(64));
}
