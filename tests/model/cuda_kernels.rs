//! Arithmetic of the CUDA kernels, compared with the reference kernels. The kernels are compiled for the CPU with a C
//! compiler and run with one thread. Kernel launches, memory and speed are not tested; they require a GPU.

use candle_core::{Device, Tensor};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tagwright::model::PackedBatch;
use tagwright::model::kernels::Kernels;
use tagwright::model::kernels::plain::{HostOps, Missing, Padding, Plain};
use tagwright::model::rng::{Dropout, RngStream};

fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let out = std::env::temp_dir().join(format!("tagwright-kernels-{}", std::process::id()));
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/model/cuda_kernels.c");
        // The bundled SQLite requires the same compiler.
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let status = Command::new(compiler).arg("-O1").arg(source).arg("-lm").arg("-o").arg(&out).status();
        assert!(status.expect("a C compiler").success());
        out
    })
}

/// Runs a kernel with these numbers and arrays, and returns its output.
fn run(name: &str, numbers: &[u32], arrays: &[&[f32]]) -> Vec<f32> {
    let mut command = Command::new(program());
    command.arg(name).args(numbers.iter().map(u32::to_string)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the kernels");
    let bytes: Vec<u8> = arrays.iter().flat_map(|a| a.iter().flat_map(|v| v.to_le_bytes())).collect();
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("the arrays");
    let output = child.wait_with_output().expect("a result");
    assert!(output.status.success());
    output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect()
}

fn numbers_of(d: Dropout) -> [u32; 4] {
    [d.key().0, d.key().1, d.threshold(), d.scale().to_bits()]
}

fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu).expect("a tensor")
}

fn values(t: &Tensor) -> Vec<f32> {
    t.flatten_all().and_then(|t| t.to_vec1()).expect("values")
}

fn assert_close(found: &[f32], expected: &[f32], allowed: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= allowed * b.abs().max(1.0), "element {i}: {a} instead of {b}");
    }
}

#[test]
fn dropout_matches_reference_bit_for_bit() {
    let (rows, width, first_row) = (13, 40, 7);
    let x = RngStream::new(1, 2).normal(rows * width, 1.0);
    let dropout = Dropout::new(0.3, 4, 5, 6);
    let expected = HostOps.drop_rows(&tensor(&x, &[rows, width]), dropout, first_row).expect("dropout");
    let arguments: Vec<u32> = [width as u32, first_row as u32].into_iter().chain(numbers_of(dropout)).collect();
    assert_eq!(run("drop_rows", &arguments, &[&x]), values(&expected));
}

#[test]
fn attention_dropout_matches_reference_bit_for_bit() {
    let ids: Vec<u32> = (0..9).collect();
    let mut batch =
        PackedBatch::new([(&ids[..4], [].as_slice()), (&ids[4..5], [].as_slice()), (&ids[5..], [].as_slice())]);
    batch.first_row = 31;
    let padding = Padding::new(&batch, &Device::Cpu).expect("padding");
    let (heads, longest) = (3, batch.max_sentence_len());
    let x = RngStream::new(3, 4).normal(batch.len() * heads * longest * longest, 1.0);
    let dropout = Dropout::new(0.2, 7, 8, 9);
    let shape = [batch.len(), heads, longest, longest];
    let expected = HostOps.drop_attention(&tensor(&x, &shape), &batch, &padding, dropout).expect("dropout");
    let offsets = batch.offsets.iter().map(|o| *o as u32);
    let numbers = [heads as u32, longest as u32, batch.first_row as u32];
    let arguments: Vec<u32> = numbers.into_iter().chain(numbers_of(dropout)).chain(offsets).collect();
    assert_eq!(run("drop_attention", &arguments, &[&x]), values(&expected));
}

#[test]
fn gelu_backward_and_square_sums_match_reference() {
    let x = RngStream::new(5, 6).normal(3000, 2.0);
    let dy = RngStream::new(7, 8).normal(3000, 1.0);
    let expected = Plain::REFERENCE.gelu_backward(&tensor(&x, &[3000]), &tensor(&dy, &[3000])).expect("a gradient");
    assert_close(&run("gelu_backward_f32", &[], &[&x, &dy]), &values(&expected), 2e-6);
    let parts = run("square_sums", &[], &[&x]);
    let (found, expected) = (parts.iter().sum::<f32>(), x.iter().map(|v| v * v).sum::<f32>());
    assert!((found / expected - 1.0).abs() < 1e-5, "{found} instead of {expected}");
}

#[test]
fn adamw_matches_formula() {
    let n = 500;
    let [w, g, m] = [11, 12, 13].map(|seed| RngStream::new(seed, 1).normal(n, 1.0));
    let v: Vec<f32> = RngStream::new(14, 1).normal(n, 1.0).iter().map(|v| v * v).collect();
    let (max_norm, loss_scale, beta1, beta2) = (1.0f32, 8.0f32, 0.9f32, 0.999f32);
    let (keep, step, inverse_root, epsilon) = (0.999f32, 3e-3f32, 1.2f32, 1e-8f32);
    let update = [max_norm, 1.0 / loss_scale, beta1, beta2, keep, step, inverse_root, epsilon].map(f32::to_bits);
    let check = |norm: f32, expected: &dyn Fn(usize) -> f32| {
        let found = run("adamw", &update, &[&w, &g, &m, &v, &[norm]]);
        assert_close(&found, &(0..n).map(expected).collect::<Vec<f32>>(), 1e-6);
    };
    let stepped = |by: f32| {
        let (w, g, m, v) = (&w, &g, &m, &v);
        move |i: usize| {
            let gradient = g[i] * by;
            let first = beta1 * m[i] + (1.0 - beta1) * gradient;
            let second = beta2 * v[i] + (1.0 - beta2) * gradient * gradient;
            w[i] * keep - step * first / (second.sqrt() * inverse_root + epsilon)
        }
    };
    // Without the loss scale, the norms are 4 (clipped to 1) and 0.5 (not clipped).
    check(32.0, &stepped(1.0 / 8.0 / 4.0));
    check(4.0, &stepped(1.0 / 8.0));
    for broken in [f32::INFINITY, f32::NAN] {
        check(broken, &|i| w[i]);
    }
}
