//! Cross-entropy over the labeled rows. There are few tags, so plain loops are sufficient. Sums are in f64.

use super::view::{tensor, view};
use crate::model::batch::IGNORE_INDEX;
use crate::model::kernels::Loss;
use crate::model::loss::CrossEntropyLoss;
use candle_core::{Result, Tensor};

pub(super) fn cross_entropy(
    logits: &Tensor,
    labels: &[i32],
    objective: &CrossEntropyLoss,
    weight: f64,
) -> Result<Loss> {
    let (rows, tags) = logits.dims2()?;
    let values = view(logits)?;
    let mut gradient = vec![0f32; rows * tags];
    let mut sum = 0.0;
    for ((row, out), &label) in values.chunks_exact(tags).zip(gradient.chunks_exact_mut(tags)).zip(labels) {
        if label == IGNORE_INDEX {
            continue;
        }
        let label = label as usize;
        if label >= tags {
            candle_core::bail!("tag {label} is out of range for {tags} tags")
        }
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = row.iter().map(|v| f64::from(v - max).exp()).sum();
        let all: f64 = (0..tags).map(|tag| objective.target_weight(tag, label, tags)).sum();
        for (tag, (out, v)) in out.iter_mut().zip(row).enumerate() {
            let (shifted, target) = (f64::from(v - max), objective.target_weight(tag, label, tags));
            sum += target * (total.ln() - shifted);
            *out = ((shifted.exp() / total * all - target) * weight) as f32;
        }
    }
    Ok(Loss { sum: Tensor::new(sum, logits.device())?, gradient: tensor(gradient, &[rows, tags])? })
}
