//! Edge cases of the schedule, the training set and the steps of a run.

use super::recipe::{batch, tiny};
use crate::support::pass;
use std::collections::BTreeSet;
use tagwright::model::PackedBatch;
use tagwright::model::bert::{Mode, Pass};
use tagwright::train::optimizer::AdamW;
use tagwright::train::schedule::{LrSchedule, SchedulerType};

#[test]
fn warmup_steps_are_rounded_up() {
    let check = |steps: usize, ratio: f64, expected: usize| {
        assert_eq!(LrSchedule::new(SchedulerType::Linear, steps, ratio).warmup, expected, "{ratio} of {steps}");
    };
    check(66, 0.1, 7);
    check(60, 0.1, 6);
    check(9, 0.1, 1);
    check(66, 0.0, 0);
}

#[test]
fn epoch_orders_differ_and_contain_all_sentences() {
    let (_, plan) = tiny();
    let ids = |batches: &[PackedBatch]| batches.iter().map(|b| b.ids.clone()).collect::<Vec<_>>();
    let of_epoch = |epoch: usize| ids(&plan.batches(8, 3, epoch));
    assert_eq!(of_epoch(0), of_epoch(0), "the order is not deterministic");
    let orders: BTreeSet<_> = (0..4).map(of_epoch).collect();
    assert_eq!(orders.len(), 4, "two epochs have the same order");
    let subwords = |batches: Vec<Vec<u32>>| {
        let mut all = batches.concat();
        all.sort_unstable();
        all
    };
    assert_eq!(subwords(of_epoch(0)), subwords(of_epoch(1)));
    assert_ne!(ids(&plan.batches(8, 4, 0)), of_epoch(0), "two seeds have the same order");
}

#[test]
fn balanced_class_weights_match_scikit_learn_with_missing_tags() {
    let (_, plan) = tiny();
    let with_more = plan.balanced_class_weights(30);
    let tags = with_more.iter().filter(|w| **w != 1.0).count();
    assert!(tags < 30 && with_more[29] == 1.0, "the last tag does not occur");
    // weight = n / (present tags × subwords of the tag), so the sum of 1 / weight is the number of present tags.
    let shares: f64 = with_more.iter().filter(|w| **w != 1.0).map(|w| 1.0 / w).sum();
    assert!((shares - tags as f64).abs() < 1e-9, "{shares} instead of {tags}");
}

/// Runs one step for each loss scale. Returns the weights and the last gradient norm.
fn after_steps(scales: &[f64]) -> (Vec<f32>, f64) {
    let (mut bert, plan) = tiny();
    let batch = batch(&plan);
    let mut optimizer = AdamW::new(&bert, 0.01, 1).expect("an optimizer");
    let mut norm = 0.0;
    for loss_scale in scales {
        optimizer.set_loss_scale(*loss_scale);
        let pass = Pass { loss_scale: *loss_scale, ..pass(Mode::Evaluate, 1) };
        let (_, gradients) = bert.gradients(&batch, pass).expect("gradients");
        norm = optimizer.step(&mut bert, &gradients, 1e-3, 1.0).expect("a step").grad_norm;
    }
    let values = bert.parameters().iter().map(|p| p.value.flatten_all().and_then(|v| v.to_vec1::<f32>()));
    (values.collect::<Result<Vec<_>, _>>().expect("values").concat(), norm)
}

#[test]
fn loss_scaling_does_not_change_steps() {
    // Without unscaling, the second step of AdamW would differ. The first step is independent of the gradient scale.
    let (plain, norm) = after_steps(&[1.0, 1.0]);
    let (scaled, scaled_norm) = after_steps(&[1.0, 1024.0]);
    assert!((norm - scaled_norm).abs() < 1e-4 * norm, "{scaled_norm} instead of {norm}");
    let distance = plain.iter().zip(&scaled).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(distance < 1e-4, "{distance}");
}
