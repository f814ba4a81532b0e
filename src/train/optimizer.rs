//! AdamW (Loshchilov, Hutter 2019) as `torch.optim.AdamW` computes it, with the Trainer's groups and clipping.
//!
//! On the processor one pass over the memory reads the parts of the gradient, and updates moments and weights in place;
//! elsewhere candle's operations do the same one after another (the reference that the fused pass is tested against).

use crate::model::bert::{Bert, Gradient, Gradients, Parameter, is_exempt_from_decay};
use crate::model::kernels::fused::vector::{sum_of, vectorised};
use crate::model::kernels::fused::view::view;
use candle_core::{CpuStorage, DType, InplaceOp1, Layout, Result, Tensor};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// First and second moment of one parameter.
enum Moments {
    /// On the processor: updated in place.
    Fused(Mutex<(Vec<f32>, Vec<f32>)>),
    /// Elsewhere.
    Plain(Mutex<(Tensor, Tensor)>),
}

/// Which of the two running means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Of the gradient.
    First,
    /// Of its square.
    Second,
}

impl Moment {
    fn of<T>(self, pair: &(T, T)) -> &T {
        match self {
            Self::First => &pair.0,
            Self::Second => &pair.1,
        }
    }
}

/// A panic elsewhere has already been told; the numbers are whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The optimizer's state.
pub struct AdamW {
    moments: Vec<Moments>,
    weight_decay: f64,
    /// What each parameter's learning rate is multiplied by.
    rates: Vec<f64>,
    steps: i32,
    threads: usize,
}

/// What a step did.
pub struct StepReport {
    /// Norm of the whole gradient before clipping.
    pub grad_norm: f64,
    /// Norm of each parameter's gradient.
    pub norms: Vec<f64>,
}

/// Numbers of one update, the same for every parameter.
#[derive(Clone, Copy)]
struct Update {
    learning_rate: f64,
    /// What the gradient is multiplied by: clipping.
    clip: f64,
    correction1: f64,
    correction2: f64,
}

impl AdamW {
    /// A fresh state for these parameters. Weight decay spares biases and layer normalisation.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn new(bert: &Bert, weight_decay: f64, threads: usize) -> Result<Self> {
        let moments = |p: &Parameter| {
            Ok(if p.value.device().is_cpu() {
                let n = p.value.elem_count();
                Moments::Fused(Mutex::new((vec![0f32; n], vec![0f32; n])))
            } else {
                Moments::Plain(Mutex::new((p.value.zeros_like()?, p.value.zeros_like()?)))
            })
        };
        let moments: Vec<Moments> = bert.parameters().iter().map(moments).collect::<Result<_>>()?;
        let rates = vec![1.0; moments.len()];
        Ok(Self { moments, weight_decay, rates, steps: 0, threads: threads.max(1) })
    }

    /// The same, by candle's operations on any device: the reference.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn plain(bert: &Bert, weight_decay: f64) -> Result<Self> {
        let zeros = |p: &Parameter| Ok(Moments::Plain(Mutex::new((p.value.zeros_like()?, p.value.zeros_like()?))));
        let moments: Vec<Moments> = bert.parameters().iter().map(zeros).collect::<Result<_>>()?;
        let rates = vec![1.0; moments.len()];
        Ok(Self { moments, weight_decay, rates, steps: 0, threads: 1 })
    }

    /// The learning rate falls by `decay` from the head towards the input, layer by layer (Howard, Ruder 2018): the last
    /// layer's is `decay` times the head's, the one before `decay²`, and so on down to the embeddings.
    #[must_use]
    pub fn with_layer_decay(mut self, bert: &Bert, decay: f64) -> Self {
        let head = bert.config().num_hidden_layers + 1;
        self.rates = (0..self.rates.len()).map(|p| decay.powi((head - bert.depth(p)) as i32)).collect();
        self
    }

    /// Hands the first or the second moment of every parameter over, in the parameters' order.
    ///
    /// # Errors
    /// When a tensor cannot be read back from the device.
    pub fn with_moments<R>(&self, which: Moment, use_them: impl FnOnce(&[&[f32]]) -> R) -> Result<R> {
        let mut locked = Vec::new();
        let mut read = Vec::new();
        for moments in &self.moments {
            match moments {
                Moments::Fused(pair) => locked.push(lock(pair)),
                Moments::Plain(pair) => read.push(which.of(&lock(pair)).flatten_all()?.to_vec1::<f32>()?),
            }
        }
        let slices: Vec<&[f32]> = if read.is_empty() {
            locked.iter().map(|pair| which.of(pair).as_slice()).collect()
        } else {
            read.iter().map(Vec::as_slice).collect()
        };
        Ok(use_them(&slices))
    }

    /// Goes on from these moments, in the parameters' order, after so many steps.
    ///
    /// # Errors
    /// When an array has another length than its parameter, or there is no memory on the device.
    pub fn restore(&mut self, steps: i32, moments: impl IntoIterator<Item = (Vec<f32>, Vec<f32>)>) -> Result<()> {
        for (kept, (first, second)) in self.moments.iter().zip(moments) {
            match kept {
                Moments::Fused(pair) => {
                    let mut pair = lock(pair);
                    if (pair.0.len(), pair.1.len()) != (first.len(), second.len()) {
                        candle_core::bail!("the optimizer's moments belong to another model")
                    }
                    *pair = (first, second);
                }
                Moments::Plain(pair) => {
                    let mut pair = lock(pair);
                    let like = |t: &Tensor, values: Vec<f32>| Tensor::from_vec(values, t.shape(), t.device());
                    *pair = (like(&pair.0, first)?, like(&pair.1, second)?);
                }
            }
        }
        self.steps = steps;
        Ok(())
    }

    /// One step: `parts` are added up, clipped to `max_norm`, and the parameters change. A gradient that is not finite
    /// changes nothing.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&mut self, bert: &mut Bert, parts: &[Gradients], rate: f64, max_norm: f64) -> Result<StepReport> {
        let threads = self.threads;
        let merged: Vec<Merged> = on_threads(threads, bert.parameters().len(), |i| Merged::new(parts, i))?;
        let squares: Vec<f64> = on_threads(threads, merged.len(), |i| merged[i].square_sum())?;
        let norm = squares.iter().sum::<f64>().sqrt();
        let report = StepReport { grad_norm: norm, norms: squares.iter().map(|s| s.sqrt()).collect() };
        if !norm.is_finite() {
            return Ok(report);
        }
        self.steps += 1;
        let update = Update {
            learning_rate: rate,
            clip: (max_norm / (norm + 1e-6)).min(1.0),
            correction1: 1.0 - BETA1.powi(self.steps),
            correction2: 1.0 - BETA2.powi(self.steps),
        };
        let parameters = bert.parameters();
        let updated = on_threads(threads, parameters.len(), |i| {
            let p = &parameters[i];
            if matches!(merged[i], Merged::Frozen) {
                return Ok(None);
            }
            let update = Update { learning_rate: update.learning_rate * self.rates[i], ..update };
            let decay = if is_exempt_from_decay(&p.name) { 0.0 } else { self.weight_decay };
            match &self.moments[i] {
                Moments::Fused(moments) => {
                    p.value.inplace_op1(&FusedUpdate { moments, gradient: &merged[i], update, decay })?;
                    Ok(None)
                }
                Moments::Plain(moments) => {
                    let gradient = merged[i].dense(&p.value)?;
                    plain_update(&p.value, &gradient, moments, update, decay).map(Some)
                }
            }
        })?;
        for (p, value) in bert.parameters_mut().iter_mut().zip(updated) {
            if let Some(value) = value {
                p.value = value;
            }
        }
        Ok(report)
    }
}

/// The parts of one parameter's gradient, still to be added.
enum Merged<'a> {
    Dense(Vec<&'a Tensor>),
    /// Row number to the sum of its rows.
    Rows {
        slots: HashMap<u32, usize>,
        width: usize,
        sums: Vec<f32>,
    },
    Frozen,
}

impl<'a> Merged<'a> {
    fn new(parts: &'a [Gradients], index: usize) -> Result<Self> {
        let mut dense = Vec::new();
        let mut slots = HashMap::new();
        let mut sums: Vec<f32> = Vec::new();
        let mut width = 0;
        for part in parts {
            match &part[index] {
                Gradient::Frozen => return Ok(Self::Frozen),
                Gradient::Dense(tensor) => dense.push(tensor),
                Gradient::Rows(ids, rows) => {
                    width = rows.dim(1)?;
                    let values = rows.flatten_all()?.to_vec1::<f32>()?;
                    for (id, row) in ids.iter().zip(values.chunks_exact(width)) {
                        let fresh = slots.len();
                        let slot = *slots.entry(*id).or_insert(fresh);
                        if slot == fresh {
                            sums.extend_from_slice(row);
                        } else {
                            let to = &mut sums[slot * width..(slot + 1) * width];
                            to.iter_mut().zip(row).for_each(|(a, b)| *a += b);
                        }
                    }
                }
            }
        }
        Ok(if dense.is_empty() { Self::Rows { slots, width, sums } } else { Self::Dense(dense) })
    }

    fn square_sum(&self) -> Result<f64> {
        let sum = |values: &[f32]| {
            f64::from(vectorised(
                #[inline(always)]
                || sum_of(values, |v| v * v),
            ))
        };
        match self {
            Self::Frozen => Ok(0.0),
            Self::Rows { sums, .. } => Ok(sum(sums)),
            Self::Dense(parts) if !parts[0].device().is_cpu() => {
                parts[0].sqr()?.sum_all()?.to_dtype(DType::F64)?.to_scalar::<f64>()
            }
            Self::Dense(parts) => {
                let views = parts.iter().map(|t| view(t)).collect::<Result<Vec<_>>>()?;
                // In blocks, so that a long sum in f32 loses nothing and the added parts stay in the cache.
                let mut total = 0.0;
                let mut block = vec![0f32; BLOCK];
                for start in (0..views[0].len()).step_by(BLOCK) {
                    let end = (start + BLOCK).min(views[0].len());
                    let block = &mut block[..end - start];
                    added(block, &views, start);
                    total += sum(block);
                }
                Ok(total)
            }
        }
    }

    /// The whole gradient as one tensor like `value`.
    fn dense(&self, value: &Tensor) -> Result<Tensor> {
        match self {
            Self::Frozen => value.zeros_like(),
            Self::Dense(parts) => parts[1..].iter().try_fold(parts[0].clone(), |sum, part| sum + *part),
            Self::Rows { slots, width, sums } => {
                let mut all = vec![0f32; value.elem_count()];
                for (id, slot) in slots {
                    let at = *id as usize * width;
                    all[at..at + width].copy_from_slice(&sums[slot * width..(slot + 1) * width]);
                }
                Tensor::from_vec(all, value.shape(), value.device())
            }
        }
    }
}

/// Elements handled at a time: small enough for the first cache with all their companions.
const BLOCK: usize = 1024;

/// `to = Σ parts[start..]`.
fn added<V: std::ops::Deref<Target = [f32]>>(to: &mut [f32], parts: &[V], start: usize) {
    vectorised(
        #[inline(always)]
        || {
            to.copy_from_slice(&parts[0][start..start + to.len()]);
            for part in &parts[1..] {
                for (a, b) in to.iter_mut().zip(&part[start..]) {
                    *a += b;
                }
            }
        },
    );
}

/// The one-pass update of one parameter, in place.
struct FusedUpdate<'a> {
    moments: &'a Mutex<(Vec<f32>, Vec<f32>)>,
    gradient: &'a Merged<'a>,
    update: Update,
    decay: f64,
}

impl InplaceOp1 for FusedUpdate<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
            candle_core::bail!("adamw needs contiguous f32")
        };
        let values = &mut values[start..end];
        let mut moments = lock(self.moments);
        let (m, v) = &mut *moments;
        match self.gradient {
            Merged::Frozen => {}
            Merged::Dense(parts) => {
                let views = parts.iter().map(|t| view(t)).collect::<Result<Vec<_>>>()?;
                let mut block = vec![0f32; BLOCK];
                for start in (0..values.len()).step_by(BLOCK) {
                    let at = start..(start + BLOCK).min(values.len());
                    let block = &mut block[..at.len()];
                    added(block, &views, start);
                    self.apply(&mut values[at.clone()], block, &mut m[at.clone()], &mut v[at]);
                }
            }
            Merged::Rows { slots, width, sums } => {
                let zero = vec![0f32; *width];
                for row in 0..values.len() / width {
                    let at = row * width..(row + 1) * width;
                    match slots.get(&(row as u32)) {
                        Some(slot) => {
                            let g = &sums[slot * width..(slot + 1) * width];
                            self.apply(&mut values[at.clone()], g, &mut m[at.clone()], &mut v[at]);
                        }
                        // A row no batch has touched has no moments: only weight decay reaches it. (The second moment
                        // is above 0 once a gradient was not 0, and decays too slowly to be 0 again.)
                        None if v[at.start] == 0.0 && v[at.clone()].iter().all(|v| *v == 0.0) => {
                            let keep = (1.0 - self.update.learning_rate * self.decay) as f32;
                            values[at].iter_mut().for_each(|w| *w *= keep);
                        }
                        None => self.apply(&mut values[at.clone()], &zero, &mut m[at.clone()], &mut v[at]),
                    }
                }
            }
        }
        Ok(())
    }
}

impl FusedUpdate<'_> {
    fn apply(&self, w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
        let Update { learning_rate, clip, correction1, correction2 } = self.update;
        let keep = (1.0 - learning_rate * self.decay) as f32;
        let (b1, b2, clip) = (BETA1 as f32, BETA2 as f32, clip as f32);
        let step = (learning_rate / correction1) as f32;
        let inverse_root = (1.0 / correction2.sqrt()) as f32;
        let epsilon = EPSILON as f32;
        vectorised(
            #[inline(always)]
            || {
                for (((w, g), m), v) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
                    let g = g * clip;
                    *m = m.mul_add(b1, (1.0 - b1) * g);
                    *v = v.mul_add(b2, (1.0 - b2) * g * g);
                    *w = *w * keep - step * *m / v.sqrt().mul_add(inverse_root, epsilon);
                }
            },
        );
    }
}

fn plain_update(
    w: &Tensor,
    g: &Tensor,
    moments: &Mutex<(Tensor, Tensor)>,
    update: Update,
    decay: f64,
) -> Result<Tensor> {
    let mut moments = lock(moments);
    let g = (g * update.clip)?;
    let m = ((&moments.0 * BETA1)? + (&g * (1.0 - BETA1))?)?;
    let v = ((&moments.1 * BETA2)? + (g.sqr()? * (1.0 - BETA2))?)?;
    let denominator = ((v.sqrt()? * (1.0 / update.correction2.sqrt()))? + EPSILON)?;
    let change = (m.div(&denominator)? * (update.learning_rate / update.correction1))?;
    let new = ((w * (1.0 - update.learning_rate * decay))? - change)?;
    *moments = (m, v);
    Ok(new)
}

/// `work(0..n)` on several threads, results in order. Items are handed out one by one, since parameters differ in size.
fn on_threads<R: Send>(threads: usize, n: usize, work: impl Fn(usize) -> Result<R> + Sync) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= n {
                return done;
            }
            done.push((i, work(i)));
        }
    };
    let mut all: Vec<(usize, Result<R>)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut all = take();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, r)| r).collect()
}
