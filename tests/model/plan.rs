//! The schedule, the plan and the steps of a run, at their borders.

use super::recipe::{batch, tiny};
use crate::support::pass;
use std::collections::BTreeSet;
use tagwright::model::PackedBatch;
use tagwright::model::bert::{Mode, Pass};
use tagwright::train::optimizer::AdamW;
use tagwright::train::schedule::{LrSchedule, SchedulerType};

#[test]
fn a_part_of_a_step_of_warm_up_is_a_step() {
    let check = |steps: usize, ratio: f64, expected: usize| {
        assert_eq!(LrSchedule::new(SchedulerType::Linear, steps, ratio).warmup, expected, "{ratio} of {steps}");
    };
    check(66, 0.1, 7);
    check(60, 0.1, 6);
    check(9, 0.1, 1);
    check(66, 0.0, 0);
}

#[test]
fn each_epoch_has_an_order_of_its_own_and_all_sentences() {
    let (_, plan) = tiny();
    let ids = |batches: &[PackedBatch]| batches.iter().map(|b| b.ids.clone()).collect::<Vec<_>>();
    let of_epoch = |epoch: usize| ids(&plan.batches(8, 3, epoch));
    assert_eq!(of_epoch(0), of_epoch(0), "a function of the seed and the epoch");
    let orders: BTreeSet<_> = (0..4).map(of_epoch).collect();
    assert_eq!(orders.len(), 4, "two epochs have one order");
    let pieces = |batches: Vec<Vec<u32>>| {
        let mut all = batches.concat();
        all.sort_unstable();
        all
    };
    assert_eq!(pieces(of_epoch(0)), pieces(of_epoch(1)));
    assert_ne!(ids(&plan.batches(8, 4, 0)), of_epoch(0), "another seed has another order");
}

#[test]
fn balanced_weights_are_those_of_scikit_learn_where_tags_are_missing() {
    let (_, plan) = tiny();
    let with_more = plan.balanced_class_weights(30);
    let tags = with_more.iter().filter(|w| **w != 1.0).count();
    assert!(tags < 30 && with_more[29] == 1.0, "the last tag does not occur");
    // n / (tags that occur × pieces of the tag), so the shares 1 / weight add up to the number of tags that occur.
    let shares: f64 = with_more.iter().filter(|w| **w != 1.0).map(|w| 1.0 / w).sum();
    assert!((shares - tags as f64).abs() < 1e-9, "{shares} instead of {tags}");
}

/// The weights and the norm of the last gradient after steps whose losses are multiplied by these numbers.
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
fn a_scaled_loss_gives_the_same_steps() {
    // The first step of AdamW is the same for any scale of its gradient; the second is not.
    let (plain, norm) = after_steps(&[1.0, 1.0]);
    let (scaled, scaled_norm) = after_steps(&[1.0, 1024.0]);
    assert!((norm - scaled_norm).abs() < 1e-4 * norm, "{scaled_norm} instead of {norm}");
    let apart = plain.iter().zip(&scaled).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-4, "{apart}");
}
