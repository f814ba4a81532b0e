//! Logits, loss and gradients, compared with PyTorch.

use crate::support::{golden, golden_json, integers, numbers, pass};
use candle_core::{Device, Tensor};
use tagwright::model::bert::{Gradient, Mode};
use tagwright::model::kernels::Kernels;
use tagwright::model::kernels::fused::Fused;
use tagwright::model::kernels::plain::Plain;
use tagwright::model::{Bert, PackedBatch, PretrainedModel};

const KERNELS: [(&str, &dyn Kernels); 2] = [("plain", &Plain::REFERENCE), ("fused", &Fused)];

fn tiny() -> Bert {
    PretrainedModel::from_pretrained(&golden("tiny")).and_then(|f| f.token_classifier()).expect("the tiny model").0
}

/// Returns all sentences of `forward.json` as one packed batch.
fn batch(labels: &str) -> PackedBatch {
    let json = golden_json("forward.json");
    let rows: Vec<(Vec<u32>, Vec<i32>)> = json["sentences"]
        .as_array()
        .expect("sentences")
        .iter()
        .map(|s| (integers(&s["input_ids"]).iter().map(|i| *i as u32).collect(), integers(&s[labels])))
        .collect();
    PackedBatch::new(rows.iter().map(|(ids, labels)| (ids.as_slice(), labels.as_slice())))
}

#[test]
fn logits_match_pytorch() {
    let expected: Vec<f64> = golden_json("forward.json")["sentences"]
        .as_array()
        .expect("sentences")
        .iter()
        .flat_map(|s| s["logits"].as_array().expect("rows").iter().flat_map(numbers).collect::<Vec<_>>())
        .collect();
    for (name, kernels) in KERNELS {
        let logits = tiny().with_kernels(kernels).logits(&batch("labels_all")).expect("logits");
        let found = logits.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("values");
        assert_eq!(found.len(), expected.len());
        let worst = found.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-4, "{name}: logits differ by {worst}");
    }
}

#[test]
fn loss_matches_pytorch() {
    let json = golden_json("forward.json");
    for (name, kernels) in KERNELS {
        for (labels, key) in [("labels_all", "loss_all"), ("labels_first", "loss_first")] {
            let bert = tiny().with_kernels(kernels);
            let (loss, _) = bert.gradients(&batch(labels), pass(Mode::Evaluate, 1)).expect("a loss");
            let (loss, expected) = (loss.read().expect("a loss"), json[key].as_f64().expect("a loss"));
            assert!((loss - expected).abs() < 1e-5, "{name} {key}: {loss} instead of {expected}");
        }
    }
}

/// Returns the sum of gradients of any kind as a dense array.
pub fn dense(gradients: &[Gradient], shape: &[usize]) -> Vec<f64> {
    let mut all = vec![0f64; shape.iter().product()];
    for gradient in gradients {
        match gradient {
            Gradient::Frozen => {}
            Gradient::Dense(t) => {
                let values = t.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("values");
                all.iter_mut().zip(values).for_each(|(a, v)| *a += f64::from(v));
            }
            Gradient::Rows(ids, rows) => {
                let values = rows.to_vec2::<f32>().expect("rows");
                for (id, row) in ids.iter().zip(values) {
                    let at = *id as usize * row.len();
                    row.iter().zip(&mut all[at..]).for_each(|(v, a)| *a += f64::from(*v));
                }
            }
        }
    }
    all
}

#[test]
fn gradients_match_pytorch() {
    let expected =
        candle_core::safetensors::load(golden("gradients.safetensors"), &Device::Cpu).expect("golden gradients");
    let global = golden_json("gradients.json")["global_norm"].as_f64().expect("a norm");
    for (name, kernels) in KERNELS {
        for threads in [1, 3] {
            let bert = tiny().with_kernels(kernels);
            let (_, parts) = bert.gradients(&batch("labels_all"), pass(Mode::Evaluate, threads)).expect("gradients");
            for (i, p) in bert.parameters().iter().enumerate() {
                let shards: Vec<Gradient> = parts.iter().map(|part| part[i].clone()).collect();
                let found = dense(&shards, p.value.dims());
                let expected_values =
                    expected[&p.name].flatten_all().and_then(|t: Tensor| t.to_vec1::<f32>()).expect("values");
                let norm = expected_values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
                let distance =
                    found.iter().zip(&expected_values).map(|(a, b)| (a - f64::from(*b)).powi(2)).sum::<f64>().sqrt();
                let allowed = 1e-3 * norm.max(1e-6 * global);
                // The exact gradient of the key bias is zero; its value is rounding error.
                let allowed = if p.name.ends_with("key.bias") { 1e-5 * global } else { allowed };
                assert!(distance <= allowed, "{name}, {threads} threads, {}: {distance:e} of {norm:e}", p.name);
            }
        }
    }
}
