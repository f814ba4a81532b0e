//! Optimizer steps, compared with PyTorch.

use super::recipe::gradient;
use crate::support::{golden, golden_json, integers, pass};
use candle_core::DType;
use tagwright::model::bert::{Mode, Parameter, has_no_gradient};
use tagwright::model::kernels::fused::Fused;
use tagwright::model::kernels::plain::Plain;
use tagwright::model::{Bert, PackedBatch, PretrainedModel};
use tagwright::train::optimizer::{AdamW, Moment};
use tagwright::train::schedule::LrSchedule;

fn tiny() -> Bert {
    PretrainedModel::from_pretrained(&golden("tiny")).and_then(|f| f.token_classifier()).expect("the tiny model").0
}

fn batches() -> Vec<PackedBatch> {
    let json = golden_json("trajectory.json");
    let rows = |b: &serde_json::Value, key: &str| -> Vec<Vec<i32>> {
        b[key].as_array().expect("rows").iter().map(integers).collect()
    };
    json["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .map(|b| {
            let ids: Vec<Vec<u32>> =
                rows(b, "input_ids").into_iter().map(|r| r.into_iter().map(|i| i as u32).collect()).collect();
            let labels = rows(b, "labels");
            PackedBatch::new(ids.iter().zip(&labels).map(|(i, l)| (i.as_slice(), l.as_slice())))
        })
        .collect()
}

/// Compares loss, gradient norm and learning rate of 20 steps, and the final weights.
fn check(mut bert: Bert, mut optimizer: AdamW, threads: usize) {
    let json = golden_json("trajectory.json");
    let schedule = LrSchedule { steps: 20, warmup: 4, ..LrSchedule::default() };
    for (step, (batch, expected)) in batches().iter().zip(json["steps"].as_array().expect("steps")).enumerate() {
        let close = |name: &str, found: f64| {
            let expected = expected[name].as_f64().expect("a number");
            let allowed = 1e-3 * expected.abs().max(1e-3);
            assert!((found - expected).abs() <= allowed, "step {step}, {name}: {found} instead of {expected}");
        };
        let rate = 1e-3 * schedule.lr_factor(step);
        let (loss, gradients) = bert.gradients(batch, pass(Mode::Evaluate, threads)).expect("gradients");
        let report = optimizer.step(&mut bert, &gradients, rate, 1.0).expect("a step");
        close("loss", loss.read().expect("a loss"));
        close("grad_norm", report.grad_norm);
        close("lr", rate);
    }
    for p in bert.parameters().iter().filter(|p| !has_no_gradient(&p.name)) {
        let expected = json["final"][&p.name]["l2"].as_f64().expect("a norm");
        let square = p.value.to_dtype(DType::F64).and_then(|t| t.sqr()?.sum_all()?.to_scalar::<f64>());
        let found = square.expect("a number").sqrt();
        assert!((found - expected).abs() <= 1e-3 * expected, "{}: {found} instead of {expected}", p.name);
    }
}

#[test]
fn training_steps_follow_pytorch() {
    let plain = tiny().with_kernels(&Plain::REFERENCE);
    let optimizer = AdamW::plain(&plain, 0.01).expect("an optimizer");
    check(plain, optimizer, 1);
    for threads in [1, 2] {
        let fused = tiny().with_kernels(&Fused);
        let optimizer = AdamW::new(&fused, 0.01, threads).expect("an optimizer");
        check(fused, optimizer, threads);
    }
}

#[test]
fn first_step_changes_all_weights() {
    let mut bert = tiny();
    let before = bert.snapshot().expect("a copy");
    let mut optimizer = AdamW::new(&bert, 0.0, 2).expect("an optimizer");
    let mode = Mode::Train { seed: 1, step: 0 };
    let (_, gradients) = bert.gradients(&batches()[0], pass(mode, 2)).expect("gradients");
    let report = optimizer.step(&mut bert, &gradients, 1e-3, 1.0).expect("a step");
    for ((p, norm), before) in bert.parameters().iter().zip(&report.norms).zip(&before) {
        assert!(norm.is_finite(), "{}", p.name);
        if has_no_gradient(&p.name) {
            continue;
        }
        assert!(*norm > 0.0, "{} has no gradient", p.name);
        let moved = (&p.value - before).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>()).expect("a number");
        assert!(moved > 0.0, "{} has not changed", p.name);
    }
}

/// The first step of `torch.optim.AdamW` (torch/optim/adamw.py): with zero moments the bias corrections cancel, so
/// `w' = w (1 - rate decay) - rate g / (|g| + 1e-8)`. As in the Trainer, biases and LayerNorm are not decayed.
#[test]
fn weight_decay_matches_formula() {
    const RATE: f64 = 0.1;
    const DECAY: f64 = 0.5;
    let check = |mut bert: Bert, mut optimizer: AdamW, threads: usize| {
        let before = bert.snapshot().expect("a copy");
        let (_, gradients) = bert.gradients(&batches()[0], pass(Mode::Evaluate, threads)).expect("gradients");
        // The maximum norm is too large for clipping.
        optimizer.step(&mut bert, &gradients, RATE, 1e9).expect("a step");
        for (i, p) in bert.parameters().iter().enumerate().filter(|(_, p)| !has_no_gradient(&p.name)) {
            let numbers = |t: &candle_core::Tensor| t.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("numbers");
            let (old, new) = (numbers(&before[i]), numbers(&p.value));
            let spared = p.name.ends_with("bias") || p.name.contains("LayerNorm");
            let keep = if spared { 1.0 } else { 1.0 - RATE * DECAY };
            for ((w, found), g) in old.iter().zip(&new).zip(gradient(&bert, &gradients, i)) {
                // The sign of a gradient that is only rounding error depends on the order of summation.
                if g == 0.0 || g.abs() > 1e-6 {
                    let expected = f64::from(*w) * keep - RATE * g / (g.abs() + 1e-8);
                    assert!((f64::from(*found) - expected).abs() < 1e-4, "{}: {found} instead of {expected}", p.name);
                }
            }
        }
    };
    let plain = tiny().with_kernels(&Plain::REFERENCE);
    let optimizer = AdamW::plain(&plain, DECAY).expect("an optimizer");
    check(plain, optimizer, 1);
    for threads in [1, 2] {
        let fused = tiny().with_kernels(&Fused);
        let optimizer = AdamW::new(&fused, DECAY, threads).expect("an optimizer");
        check(fused, optimizer, threads);
    }
}

#[test]
fn missing_moments_and_parameters_are_reported() {
    let bert = tiny();
    let optimizer = AdamW::new(&bert, 0.0, 1).expect("an optimizer");
    let copy = |moments: &[&[f32]]| moments.iter().map(|m| (m.to_vec(), m.to_vec())).collect::<Vec<_>>();
    let all = optimizer.with_moments(Moment::First, copy).expect("moments");
    let restore = |moments: Vec<_>| {
        let mut optimizer = AdamW::new(&bert, 0.0, 1).expect("an optimizer");
        optimizer.restore(1, moments).map_err(|e| e.to_string())
    };
    assert_eq!(restore(all.clone()), Ok(()));
    assert!(restore(all[..all.len() - 1].to_vec()).is_err_and(|e| e.contains("classifier.bias")));
    assert!(restore([&all[..], &all[..1]].concat()).is_err_and(|e| e.contains("more parameters")));
    let network = |parameters: &[Parameter]| {
        Bert::new(bert.config().clone(), parameters.to_vec()).map(|_| ()).map_err(|e| e.to_string())
    };
    let parameters = bert.parameters();
    assert_eq!(network(parameters), Ok(()));
    assert!(network(&parameters[..parameters.len() - 1]).is_err_and(|e| e.contains("classifier.bias")));
    assert!(network(&parameters[1..]).is_err_and(|e| e.contains("word_embeddings.weight")));
    assert!(network(&[parameters, &parameters[..1]].concat()).is_err());
}

#[test]
fn dropout_is_independent_of_thread_count() {
    let batch = &batches()[1];
    let mode = Mode::Train { seed: 7, step: 3 };
    let of = |bert: Bert, mode, threads| bert.gradients(batch, pass(mode, threads)).and_then(|(l, _)| l.read());
    let loss = |bert, threads| of(bert, mode, threads).expect("a loss");
    let one = loss(tiny(), 1);
    assert!((one - loss(tiny(), 3)).abs() < 1e-6);
    assert!((one - loss(tiny().with_kernels(&Plain::REFERENCE), 1)).abs() < 1e-5);
    let without = of(tiny(), Mode::Evaluate, 1).expect("a loss");
    assert!((one - without).abs() > 1e-4, "dropout has no effect");
}

#[test]
fn non_finite_weights_skip_step() {
    let mut bert = tiny();
    let mut optimizer = AdamW::new(&bert, 0.01, 1).expect("an optimizer");
    let (_, gradients) = bert.gradients(&batches()[0], pass(Mode::Evaluate, 1)).expect("gradients");
    let before = bert.snapshot().expect("a copy");
    let broken: Vec<_> = gradients[0]
        .iter()
        .map(|g| match g {
            tagwright::model::bert::Gradient::Dense(t) => {
                tagwright::model::bert::Gradient::Dense((t * f64::NAN).expect("a product"))
            }
            rows => rows.clone(),
        })
        .collect();
    let report = optimizer.step(&mut bert, &[broken], 1e-3, 1.0).expect("a step");
    assert!(report.grad_norm.is_nan());
    for (p, before) in bert.parameters().iter().zip(&before) {
        let moved = (&p.value - before).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>()).expect("a number");
        assert!(moved == 0.0, "{} has changed", p.name);
    }
}
