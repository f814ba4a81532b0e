//! Fused kernels, compared with the reference kernels. Backward passes of both, compared with f64 finite differences.

use candle_core::{DType, Device, Result, Tensor};
use tagwright::model::PackedBatch;
use tagwright::model::kernels::fused::Fused;
use tagwright::model::kernels::fused::vector::{erf, exp};
use tagwright::model::kernels::plain::Plain;
use tagwright::model::kernels::{Heads, Kernels, Sentences};
use tagwright::model::loss::CrossEntropyLoss;
use tagwright::model::rng::{Dropout, RngStream};

const KERNELS: [(&str, &dyn Kernels); 2] = [("plain", &Plain::REFERENCE), ("fused", &Fused)];
const ROWS: usize = 9;
const WIDTH: usize = 24;

fn random(shape: &[usize], seed: u64) -> Tensor {
    let values = RngStream::new(seed, 99).normal(shape.iter().product(), 1.0);
    Tensor::from_vec(values, shape, &Device::Cpu).expect("a tensor")
}

fn batch() -> PackedBatch {
    let ids: Vec<u32> = (0..ROWS as u32).collect();
    PackedBatch::new([(&ids[..4], [].as_slice()), (&ids[4..5], [].as_slice()), (&ids[5..], [].as_slice())])
}

fn sentences<'a>(kernels: &dyn Kernels, batch: &'a PackedBatch) -> Sentences<'a> {
    kernels.sentences(batch, &Device::Cpu).expect("sentences")
}

fn values(t: &Tensor) -> Vec<f64> {
    t.to_dtype(DType::F64).and_then(|t| t.flatten_all()?.to_vec1()).expect("values")
}

fn number(t: &Tensor) -> f64 {
    values(t)[0]
}

fn assert_close(what: &str, a: &[f64], b: &[f64], allowed: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    let scale = b.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst <= allowed * scale, "{what}: {worst:e} of {scale:e}");
}

/// Compares `backward` with central differences of `forward` (reference kernels in f64) for each input.
fn check(
    what: &str,
    inputs: &[Tensor],
    forward: impl Fn(&[Tensor]) -> Result<Tensor>,
    backward: impl Fn(&dyn Kernels, &[Tensor], &Tensor) -> Result<Vec<Tensor>>,
) {
    const STEP: f64 = 1e-5;
    let wide: Vec<Tensor> = inputs.iter().map(|t| t.to_dtype(DType::F64).expect("f64")).collect();
    let y = forward(&wide).expect("forward");
    let dy = random(y.dims(), 77);
    let weights = values(&dy);
    let objective = |inputs: &[Tensor]| -> f64 {
        values(&forward(inputs).expect("forward")).iter().zip(&weights).map(|(a, b)| a * b).sum()
    };
    let numeric: Vec<Vec<f64>> = (0..wide.len())
        .map(|i| {
            let base = values(&wide[i]);
            (0..base.len())
                .map(|k| {
                    let shifted = |by: f64| {
                        let mut moved = base.clone();
                        moved[k] += by;
                        let mut all = wide.clone();
                        all[i] = Tensor::from_vec(moved, wide[i].dims(), &Device::Cpu).expect("a tensor");
                        objective(&all)
                    };
                    (shifted(STEP) - shifted(-STEP)) / (2.0 * STEP)
                })
                .collect()
        })
        .collect();
    for (name, kernels) in KERNELS {
        for (i, (found, expected)) in backward(kernels, inputs, &dy).expect("backward").iter().zip(&numeric).enumerate()
        {
            assert_close(&format!("{what}, {name}, input {i}"), &values(found), expected, 2e-5);
        }
    }
}

fn compare_kernels(what: &str, run: impl Fn(&dyn Kernels) -> Tensor) {
    let [plain, fused] = KERNELS.map(|(_, k)| values(&run(k)));
    assert_close(what, &fused, &plain, 2e-6);
}

#[test]
fn linear() {
    let inputs = [random(&[ROWS, WIDTH], 1), random(&[7, WIDTH], 2), random(&[7], 3)];
    compare_kernels("linear", |k| k.linear(&inputs[0], &inputs[1], &inputs[2]).expect("linear"));
    check(
        "linear",
        &inputs,
        |i| Plain::REFERENCE.linear(&i[0], &i[1], &i[2]),
        |k, i, dy| Ok(vec![k.input_gradient(&i[1], dy)?, k.weight_gradient(&i[0], dy)?, k.bias_gradient(dy)?]),
    );
}

#[test]
fn gelu() {
    let inputs = [(random(&[ROWS, WIDTH], 4) * 2.5).expect("a product")];
    compare_kernels("gelu", |k| k.gelu(&inputs[0]).expect("gelu"));
    check("gelu", &inputs, |i| Plain::REFERENCE.gelu(&i[0]), |k, i, dy| Ok(vec![k.gelu_backward(&i[0], dy)?]));
}

#[test]
fn norm_with_residual_and_dropout() {
    let inputs = [random(&[ROWS, WIDTH], 5), random(&[ROWS, WIDTH], 6), random(&[WIDTH], 7), random(&[WIDTH], 8)];
    let dropout = (Dropout::new(0.3, 1, 2, 3), 11);
    let run = |k: &dyn Kernels, i: &[Tensor]| k.norm(&i[0], Some(&i[1]), &i[2], &i[3], 1e-5, dropout);
    compare_kernels("norm", |k| run(k, &inputs).expect("norm").0);
    // The mask is f32, so the finite differences use the masked input.
    let masked = Plain::REFERENCE.dropout(&inputs[0].ones_like().expect("ones"), dropout.0, dropout.1).expect("a mask");
    let masked = masked.to_dtype(DType::F64).expect("f64");
    let forward = |i: &[Tensor]| {
        Ok(Plain::REFERENCE.norm(&i[0].mul(&masked)?, Some(&i[1]), &i[2], &i[3], 1e-5, (Dropout::NONE, 0))?.0)
    };
    check("norm", &inputs, forward, |k, i, dy| {
        let (_, saved) = run(k, i)?;
        let g = k.norm_backward(&saved, &i[2], dy, true, dropout)?;
        Ok(vec![g.input, g.residual.expect("a residual"), g.scale, g.shift])
    });
}

#[test]
fn attention() {
    let inputs = [random(&[ROWS, WIDTH], 9), random(&[ROWS, WIDTH], 10), random(&[ROWS, WIDTH], 11)];
    let batch = batch();
    compare_kernels("attention", |k| {
        let heads = Heads { query: &inputs[0], key: &inputs[1], value: &inputs[2], count: 4 };
        k.attention(heads, &sentences(k, &batch), Dropout::new(0.2, 5, 6, 7)).expect("attention").0
    });
    check(
        "attention",
        &inputs,
        |i| reference_attention(i, &batch),
        |k, i, dy| {
            let heads = Heads { query: &i[0], key: &i[1], value: &i[2], count: 4 };
            let (_, probabilities) = k.attention(heads, &sentences(k, &batch), Dropout::NONE)?;
            k.attention_backward(heads, &probabilities, dy, &sentences(k, &batch), Dropout::NONE).map(Vec::from)
        },
    );
}

/// Attention by definition: separately for each sentence and head, in any precision.
fn reference_attention(inputs: &[Tensor], batch: &PackedBatch) -> Result<Tensor> {
    let (heads, width) = (4, WIDTH / 4);
    let mut rows = Vec::new();
    for range in batch.sentences() {
        let mut columns = Vec::new();
        for head in 0..heads {
            let part = |t: &Tensor| t.narrow(0, range.start, range.len())?.narrow(1, head * width, width)?.contiguous();
            let (q, k, v) = (part(&inputs[0])?, part(&inputs[1])?, part(&inputs[2])?);
            let scores = (q.matmul(&k.t()?)? / (width as f64).sqrt())?;
            let exponent = scores.exp()?;
            columns.push(exponent.broadcast_div(&exponent.sum_keepdim(1)?)?.matmul(&v)?);
        }
        rows.push(Tensor::cat(&columns, 1)?);
    }
    Tensor::cat(&rows, 0)
}

#[test]
fn attention_with_dropout_matches_reference() {
    let inputs = [random(&[ROWS, WIDTH], 9), random(&[ROWS, WIDTH], 10), random(&[ROWS, WIDTH], 11)];
    let (batch, dropout) = (batch(), Dropout::new(0.4, 5, 6, 7));
    let dy = random(&[ROWS, WIDTH], 12);
    let run = |k: &dyn Kernels| {
        let heads = Heads { query: &inputs[0], key: &inputs[1], value: &inputs[2], count: 4 };
        let (_, probabilities) = k.attention(heads, &sentences(k, &batch), dropout).expect("forward");
        k.attention_backward(heads, &probabilities, &dy, &sentences(k, &batch), dropout).expect("backward")
    };
    for (a, b) in run(&Fused).iter().zip(&run(&Plain::REFERENCE)) {
        assert_close("gradient of attention", &values(a), &values(b), 2e-6);
    }
}

#[test]
fn cross_entropy() {
    check_loss(&CrossEntropyLoss::default());
    check_loss(&CrossEntropyLoss { label_smoothing: 0.1, class_weights: Vec::new() });
    check_loss(&CrossEntropyLoss { label_smoothing: 0.25, class_weights: vec![0.2, 3.0, 1.0, 0.5, 2.0] });
}

/// Compares both kernels with the formula and its finite differences in f64.
fn check_loss(objective: &CrossEntropyLoss) {
    let logits = random(&[ROWS, 5], 13);
    let labels = [0, -100, 4, 2, -100, 1, 1, 3, 0];
    let [plain, fused] = KERNELS.map(|(_, k)| k.cross_entropy(&logits, &labels, objective, 0.25).expect("a loss"));
    assert!((number(&plain.sum) - number(&fused.sum)).abs() < 1e-5);
    assert_close("cross entropy", &values(&fused.gradient), &values(&plain.gradient), 1e-6);
    let base = values(&logits);
    let sum = |moved: Vec<f64>| {
        let row_loss = |(row, label): (&[f64], &i32)| match *label {
            -100 => 0.0,
            label => {
                let log_total = row.iter().map(|v| v.exp()).sum::<f64>().ln();
                let of_tag =
                    |(tag, v): (usize, &f64)| objective.target_weight(tag, label as usize, 5) * (log_total - v);
                row.iter().enumerate().map(of_tag).sum()
            }
        };
        moved.chunks_exact(5).zip(&labels).map(row_loss).sum::<f64>()
    };
    for (k, found) in values(&fused.gradient).iter().enumerate() {
        let shifted = |by: f64| {
            let mut moved = base.clone();
            moved[k] += by;
            sum(moved)
        };
        let numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5 * 0.25;
        assert!((found - numeric).abs() < 1e-6, "{found} instead of {numeric}");
    }
}

#[test]
fn mean_loss_matches_pytorch() {
    // torch.nn.functional.cross_entropy(logits, labels, weight=weights, label_smoothing=smoothing), torch 2.15.
    let check = |smoothing: f64, tag_weights: &[f64], expected: f64| {
        let logits = Tensor::new(&[[0.5f32, -1.0, 2.0], [1.5, 0.25, -0.75], [0.0, 3.0, 1.0]], &Device::Cpu);
        let objective = CrossEntropyLoss { label_smoothing: smoothing, class_weights: tag_weights.to_vec() };
        let labels = [2, -100, 0];
        let loss = Fused.cross_entropy(&logits.expect("logits"), &labels, &objective, 1.0).expect("a loss");
        let mean = number(&loss.sum) / objective.total_weight(&labels);
        assert!((mean - expected).abs() < 1e-6, "{mean} instead of {expected}");
    };
    check(0.0, &[], 1.7055786581067214);
    check(0.2, &[], 1.7222453247733882);
    check(0.0, &[0.5, 1.0, 4.0], 0.5667040436459492);
    check(0.2, &[0.5, 1.0, 4.0], 0.6831612384600769);
}

#[test]
fn sum_rows_adds_rows_with_same_id() {
    let rows = random(&[ROWS, WIDTH], 14);
    let ids = [3, 1, 3, 0, 1, 1, 9, 3, 0];
    compare_kernels("sum of rows", |k| k.sum_rows(&rows, &ids).expect("sums").1);
    for (_, k) in KERNELS {
        assert_eq!(k.sum_rows(&rows, &ids).expect("sums").0, [3, 1, 0, 9]);
        assert_eq!(k.embed(&rows, &[8, 0]).expect("rows").dims(), [2, WIDTH]);
        assert!(k.embed(&rows, &[ROWS as u32]).is_err());
    }
}

#[test]
fn dropout_keeps_rate_and_mean() {
    let ones = Tensor::ones((200, 500), DType::F32, &Device::Cpu).expect("ones");
    compare_kernels("dropout", |k| k.dropout(&ones, Dropout::new(0.1, 3, 4, 5), 17).expect("dropout"));
    let dropped = values(&Fused.dropout(&ones, Dropout::new(0.1, 3, 4, 5), 0).expect("dropout"));
    let share = dropped.iter().filter(|v| **v == 0.0).count() as f64 / dropped.len() as f64;
    assert!((share - 0.1).abs() < 0.005, "{share}");
    let mean = dropped.iter().sum::<f64>() / dropped.len() as f64;
    assert!((mean - 1.0).abs() < 0.005, "{mean}");
}

#[test]
fn exp_and_erf_are_accurate() {
    for i in -8000..8000 {
        let x = i as f32 * 0.01;
        let e = f64::from(x).exp();
        assert!((f64::from(exp(x)) - e).abs() <= 3e-7 * e.max(1e-30), "exp({x})");
        // Taylor series of erf in f64, which converges fast in this range.
        if x.abs() < 3.0 {
            let x = f64::from(x);
            let (mut term, mut sum, mut n) = (x, x, 0.0);
            while term.abs() > 1e-17 {
                n += 1.0;
                term *= -x * x / n;
                sum += term / (2.0 * n + 1.0);
            }
            let expected = sum * std::f64::consts::FRAC_2_SQRT_PI;
            assert!((f64::from(erf(x as f32)) - expected).abs() < 4e-7, "erf({x})");
        }
    }
}
