//! LoRA: outputs, gradients and trainable parameters.

use super::recipe::{batch, gradient, tiny};
use crate::support::pass;
use candle_core::{Device, Tensor};
use tagwright::model::bert::{Frozen, Lora, Mode};
use tagwright::model::kernels::plain::Plain;
use tagwright::model::rng::RngStream;
use tagwright::model::{Bert, PackedBatch};
use tagwright::train::optimizer::AdamW;

const LORA: Lora = Lora { rank: 3, alpha: 6.0 };

fn is_adapter(bert: &Bert, parameter: usize) -> bool {
    bert.parameters()[parameter].name.contains(".lora_")
}

/// Returns the model with adapters whose matrices are both non-zero.
fn adapted(bert: &Bert) -> Bert {
    let mut bert = bert.clone().with_lora(LORA, 7).expect("adapters");
    for (i, p) in bert.parameters_mut().iter_mut().enumerate().filter(|(_, p)| p.name.ends_with("lora_B.weight")) {
        let values = RngStream::new(i as u64, 1).normal(p.value.elem_count(), 0.05);
        p.value = Tensor::from_vec(values, p.value.shape(), &Device::Cpu).expect("a matrix");
    }
    bert
}

fn logits(bert: &Bert, batch: &PackedBatch) -> Vec<f32> {
    bert.logits(batch).and_then(|t| t.flatten_all()?.to_vec1()).expect("logits")
}

fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn lora_starts_as_identity_and_merges_exactly() {
    let (bert, plan) = tiny();
    let batch = batch(&plan);
    let fresh = bert.clone().with_lora(LORA, 7).expect("adapters");
    assert_eq!(logits(&bert, &batch), logits(&fresh, &batch));
    let adapted = adapted(&bert);
    let merged = adapted.merged().expect("a network");
    assert_eq!(merged.parameters().len(), bert.parameters().len());
    assert!(max_difference(&logits(&bert, &batch), &logits(&merged, &batch)) > 1e-2, "the adapters have no effect");
    assert!(max_difference(&logits(&adapted, &batch), &logits(&merged, &batch)) < 1e-4);
    let plain = adapted.clone().with_kernels(&Plain::REFERENCE);
    assert!(max_difference(&logits(&adapted, &batch), &logits(&plain, &batch)) < 1e-4);
}

/// If G is the gradient of the matrix W + s B A, the gradient of A is s Bᵀ G and the gradient of B is s G Aᵀ.
#[test]
fn lora_gradients_match_gradients_of_merged_matrix() {
    let (bert, plan) = tiny();
    let batch = batch(&plan);
    let adapted = adapted(&bert);
    let merged = adapted.merged().expect("a network");
    let mode = Mode::Train { seed: 3, step: 5 };
    let (_, of_adapters) = adapted.gradients(&batch, pass(mode, 2)).expect("gradients");
    let (_, of_merged) = merged.gradients(&batch, pass(mode, 2)).expect("gradients");
    let scale = LORA.alpha / LORA.rank as f64;
    let matrix =
        |values: Vec<f64>, like: &Tensor| Tensor::from_vec(values, like.shape(), &Device::Cpu).expect("a matrix");
    let wide = |t: &Tensor| t.to_dtype(candle_core::DType::F64).expect("f64");
    let mut compared = 0;
    for (i, p) in adapted.parameters().iter().enumerate().filter(|(_, p)| p.name.ends_with("lora_A.weight")) {
        let base = p.name.replace("lora_A.weight", "weight");
        let at = merged.parameters().iter().position(|p| p.name == base).expect("its matrix");
        let g = matrix(gradient(&merged, &of_merged, at), &merged.parameters()[at].value);
        let (a, b) = (wide(&p.value), wide(&adapted.parameters()[i + 1].value));
        let expected_a = b.t().and_then(|b| b.matmul(&g)).and_then(|t| t * scale).expect("a product");
        let expected_b = a.t().and_then(|a| g.matmul(&a)).and_then(|t| t * scale).expect("a product");
        for (index, expected) in [(i, expected_a), (i + 1, expected_b)] {
            let expected: Vec<f64> = expected.flatten_all().and_then(|t| t.to_vec1()).expect("values");
            let found = gradient(&adapted, &of_adapters, index);
            let norm = expected.iter().map(|v| v * v).sum::<f64>().sqrt();
            let distance = found.iter().zip(&expected).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            assert!(distance <= 1e-3 * norm.max(1e-4), "{}: {distance} of {norm}", adapted.parameters()[index].name);
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * 6 * bert.config().num_hidden_layers);
}

#[test]
fn lora_trains_only_adapters_and_head() {
    let (bert, plan) = tiny();
    for frozen in [0, 1] {
        let frozen = Frozen { embeddings: false, layers: frozen };
        let mut bert =
            bert.with_values(bert.snapshot().expect("a copy")).frozen(frozen).with_lora(LORA, 7).expect("lora");
        assert!(bert.n_trainable() < bert.size() / 4);
        let before = bert.snapshot().expect("a copy");
        let mut optimizer = AdamW::new(&bert, 0.01, 2).expect("an optimizer");
        let mut losses = Vec::new();
        for (step, batch) in (0..6).flat_map(|epoch| plan.batches(16, 9, epoch)).take(60).enumerate() {
            let mode = Mode::Train { seed: 1, step: step as u64 };
            let (loss, gradients) = bert.gradients(&batch, pass(mode, 2)).expect("gradients");
            optimizer.step(&mut bert, &gradients, 2e-3, 1.0).expect("a step");
            losses.push(loss.read().expect("a loss"));
        }
        assert!(losses[59] < 0.7 * losses[0], "{} to {}", losses[0], losses[59]);
        let head = bert.config().num_hidden_layers + 1;
        for (i, (p, before)) in bert.parameters().iter().zip(&before).enumerate() {
            let moved = (&p.value - before).and_then(|t| t.abs()?.max_all()?.to_scalar::<f32>()).expect("a number");
            let learns = bert.depth(i) == head || (is_adapter(&bert, i) && bert.depth(i) > frozen.layers);
            assert_eq!((moved > 0.0, bert.is_trainable(i)), (learns, learns), "{}", p.name);
        }
    }
}
