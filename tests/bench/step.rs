//! Time of a training step, compared with the time of its matrix products alone, and by sentence length.
//!
//! `cargo bench --profile release --bench step`. Random weights with the dimensions of MiniLM-L6, all cores, one shard
//! per core.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a benchmark prints its results")]

use gemm::Parallelism;
use std::time::Instant;
use tagwright::model::bert::{Bert, Mode, Parameter, Pass, parameter_shapes};
use tagwright::model::loss::CrossEntropyLoss;
use tagwright::model::rng::RngStream;
use tagwright::model::{Config, Device, PackedBatch, Tensor, device};
use tagwright::train::optimizer::AdamW;

/// Same allocator as the program. With the allocator of glibc, page faults would dominate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// MiniLM-L6: 6 layers, hidden size 384, 12 heads.
const CONFIG: &str = r#"{"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
    "intermediate_size": 1536, "vocab_size": 30522, "max_position_embeddings": 512, "type_vocab_size": 2}"#;
const TAGS: usize = 9;
const SECONDS: f64 = 4.0;

fn random_bert() -> Bert {
    let config = Config::parse(CONFIG.as_bytes()).expect("a config");
    let mut stream = RngStream::new(1, 1);
    let parameters = parameter_shapes(&config, TAGS).into_iter().map(|(name, shape)| {
        let values = stream.normal(shape.iter().product(), 0.02);
        let value = Tensor::from_vec(values, shape.as_slice(), &Device::Cpu).expect("a tensor");
        Parameter { name, value }
    });
    Bert::new(config, parameters.collect()).expect("a network")
}

fn batch(sentences: usize, length: usize) -> PackedBatch {
    let mut stream = RngStream::new(2, length as u64);
    let ids: Vec<Vec<u32>> =
        (0..sentences).map(|_| (0..length).map(|_| (stream.next_u64() % 30_000) as u32).collect()).collect();
    let labels: Vec<i32> = (0..length).map(|i| (i % TAGS) as i32).collect();
    PackedBatch::new(ids.iter().map(|ids| (ids.as_slice(), labels.as_slice())))
}

/// Repeats a function for a few seconds and returns the median time of one call.
fn median(mut turn: impl FnMut()) -> f64 {
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed().as_secs_f64() < SECONDS || times.len() < 5 {
        let started = Instant::now();
        turn();
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Computes one product `[m, k] [k, n]` on this thread.
fn multiply(m: usize, k: usize, n: usize, space: &mut [Vec<f32>; 3]) {
    let [a, b, c] = space;
    // SAFETY: each array has 1536 x 1536 elements, more than any m, k, n below. The output is borrowed uniquely.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.as_ptr(),
            1,
            k as isize,
            b.as_ptr(),
            1,
            n as isize,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Computes all products of a step: per layer four of 384 x 384 and the two of the feed-forward block, each once
/// forward and twice backward.
fn products(rows: usize, space: &mut [Vec<f32>; 3]) {
    for _layer in 0..6 {
        for (k, n) in [(384, 384), (384, 384), (384, 384), (384, 384), (384, 1536), (1536, 384)] {
            multiply(rows, k, n, space);
            multiply(rows, n, k, space);
            multiply(n, rows, k, space);
        }
    }
}

fn main() {
    let cores = device::n_threads();
    let (sentences, length) = (16, 20);
    let rows = sentences * length;
    let mut spaces: Vec<[Vec<f32>; 3]> = (0..cores).map(|_| [(); 3].map(|()| vec![0.1f32; 1536 * 1536])).collect();
    let bound = median(|| {
        std::thread::scope(|scope| {
            for space in &mut spaces {
                scope.spawn(|| products(rows / cores, space));
            }
        });
    });
    println!("matrix products alone, {rows} rows on {cores} cores   {:>7.0} subwords/s", rows as f64 / bound);

    let mut bert = random_bert();
    let mut optimizer = AdamW::new(&bert, 0.01, cores).expect("an optimizer");
    let objective = CrossEntropyLoss::default();
    let mut step = 0;
    let mut train = |batch: &PackedBatch| {
        let mode = Mode::Train { seed: 1, step };
        step += 1;
        let pass = Pass { mode, parts: cores, micro_batch_size: usize::MAX, loss: &objective, loss_scale: 1.0 };
        let (_, gradients) = bert.gradients(batch, pass).expect("gradients");
        optimizer.step(&mut bert, &gradients, 1e-5, 1.0).expect("a step");
    };
    let whole = median(|| train(&batch(sentences, length)));
    println!(
        "whole step                                  {:>7.0} subwords/s, {:.0}% of the bound",
        rows as f64 / whole,
        bound / whole * 100.0
    );
    println!("by length, about 2,048 subwords per step:");
    for length in [16, 32, 64, 128, 256, 512] {
        let batch = batch(2048 / length, length);
        let seconds = median(|| train(&batch));
        println!(
            "  {length:>4} subwords per sentence   {:>7.0} subwords/s   {:>6.1} µs per subword",
            batch.n_subwords() as f64 / seconds,
            seconds * 1e6 / batch.n_subwords() as f64
        );
    }
}
