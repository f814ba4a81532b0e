//! AdamW (Loshchilov, Hutter 2019) as in `torch.optim.AdamW`, with the parameter groups and the clipping of the
//! Trainer.
//!
//! Moments and weights are f32, independent of the precision of the gradients. `fused` is the implementation for the
//! CPU; it uses the gradients that `merged` adds. `device` is the implementation for other devices.

mod device;
mod fused;
mod merged;

use crate::model::bert::{Bert, Gradients, Parameter, is_exempt_from_decay};
use candle_core::{Result, Tensor};
use fused::FusedUpdate;
use merged::ShardedGradient;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// First and second moment of one parameter.
enum Moments {
    /// On the CPU, updated in place.
    Fused(Mutex<(Vec<f32>, Vec<f32>)>),
    /// On other devices.
    Device(Mutex<(Tensor, Tensor)>),
    /// For a frozen parameter.
    None,
}

/// Selects one of the two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Running mean of the gradient.
    First,
    /// Running mean of the squared gradient.
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

/// Locks a mutex and ignores poisoning: a panic is reported elsewhere, and the values are valid.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// AdamW optimizer with its state.
pub struct AdamW {
    moments: Vec<Moments>,
    /// Names of all parameters.
    names: Vec<String>,
    /// True if the fused CPU implementation is used.
    on_cpu: bool,
    weight_decay: f64,
    /// Factor of the learning rate of each parameter.
    lr_multipliers: Vec<f64>,
    steps: i32,
    threads: usize,
    loss_scale: f64,
}

/// Result of a step.
pub struct StepReport {
    /// Norm of the complete gradient before clipping.
    pub grad_norm: f64,
    /// Norm of the gradient of each parameter.
    pub norms: Vec<f64>,
}

/// Values of an update, equal for all parameters.
#[derive(Clone, Copy)]
struct AdamwStep {
    learning_rate: f64,
    max_norm: f64,
    /// Loss scale: factor of the loss and therefore of the gradient.
    loss_scale: f64,
    correction1: f64,
    correction2: f64,
}

impl AdamwStep {
    /// Returns the clipping factor for a gradient with this norm.
    fn clip(self, norm: f64) -> f64 {
        (self.max_norm / (norm + 1e-6)).min(1.0)
    }
}

impl AdamW {
    /// Creates an optimizer for the trainable parameters. Biases and LayerNorm weights have no weight decay.
    ///
    /// # Errors
    /// Returns an error if the device is out of memory.
    pub fn new(bert: &Bert, weight_decay: f64, threads: usize) -> Result<Self> {
        let here = bert.device().is_cpu();
        Self::of(bert, weight_decay, threads, here)
    }

    /// Creates the reference implementation, which uses candle operations on any device.
    ///
    /// # Errors
    /// Returns an error if the device is out of memory.
    pub fn plain(bert: &Bert, weight_decay: f64) -> Result<Self> {
        Self::of(bert, weight_decay, 1, false)
    }

    fn of(bert: &Bert, weight_decay: f64, threads: usize, here: bool) -> Result<Self> {
        let fresh = |(i, p): (usize, &Parameter)| {
            Ok(if !bert.is_trainable(i) {
                Moments::None
            } else if here {
                let n = p.value.elem_count();
                Moments::Fused(Mutex::new((vec![0f32; n], vec![0f32; n])))
            } else {
                Moments::Device(Mutex::new((p.value.zeros_like()?, p.value.zeros_like()?)))
            })
        };
        let moments: Vec<Moments> = bert.parameters().iter().enumerate().map(fresh).collect::<Result<_>>()?;
        let rates = vec![1.0; moments.len()];
        let names = bert.parameters().iter().map(|p| p.name.clone()).collect();
        Ok(Self {
            moments,
            names,
            on_cpu: here,
            weight_decay,
            lr_multipliers: rates,
            steps: 0,
            threads: threads.max(1),
            loss_scale: 1.0,
        })
    }

    /// Sets layer-wise learning rate decay (Howard, Ruder 2018).
    ///
    /// The learning rate of the last layer is `decay` times that of the head. For the layer before it the factor is
    /// `decay²`, and so on down to the embeddings.
    #[must_use]
    pub fn with_layer_decay(mut self, bert: &Bert, decay: f64) -> Self {
        let head = bert.config().num_hidden_layers + 1;
        self.lr_multipliers =
            (0..self.lr_multipliers.len()).map(|p| decay.powi((head - bert.depth(p)) as i32)).collect();
        self
    }

    /// Calls `use_them` with the first or second moment of every trainable parameter, in the order of the parameters.
    ///
    /// # Errors
    /// Returns an error if a tensor cannot be read from the device.
    pub fn with_moments<R>(&self, which: Moment, use_them: impl FnOnce(&[&[f32]]) -> R) -> Result<R> {
        let mut locked = Vec::new();
        let mut read = Vec::new();
        for moments in &self.moments {
            match moments {
                Moments::Fused(pair) => locked.push(lock(pair)),
                Moments::Device(pair) => read.push(which.of(&lock(pair)).flatten_all()?.to_vec1::<f32>()?),
                Moments::None => {}
            }
        }
        let slices: Vec<&[f32]> = if read.is_empty() {
            locked.iter().map(|pair| which.of(pair).as_slice()).collect()
        } else {
            read.iter().map(Vec::as_slice).collect()
        };
        Ok(use_them(&slices))
    }

    /// Restores the moments of the trainable parameters, in their order, and the number of steps.
    ///
    /// # Errors
    /// Returns an error if the number of arrays or their lengths do not match the parameters, or the device is out of
    /// memory.
    pub fn restore(&mut self, steps: i32, moments: impl IntoIterator<Item = (Vec<f32>, Vec<f32>)>) -> Result<()> {
        let mut given = moments.into_iter();
        for (kept, name) in self.moments.iter().zip(&self.names) {
            if matches!(kept, Moments::None) {
                continue;
            }
            let Some((first, second)) = given.next() else {
                candle_core::bail!("optimizer moments of {name} are missing")
            };
            match kept {
                Moments::Fused(pair) => {
                    let mut pair = lock(pair);
                    if (pair.0.len(), pair.1.len()) != (first.len(), second.len()) {
                        candle_core::bail!("optimizer moments of {name} belong to another model")
                    }
                    *pair = (first, second);
                }
                Moments::Device(pair) => {
                    let mut pair = lock(pair);
                    let like = |t: &Tensor, values: Vec<f32>| Tensor::from_vec(values, t.shape(), t.device());
                    *pair = (like(&pair.0, first)?, like(&pair.1, second)?);
                }
                Moments::None => {}
            }
        }
        if given.next().is_some() {
            candle_core::bail!("optimizer moments contain more parameters than are trainable")
        }
        self.steps = steps;
        Ok(())
    }

    /// Sets the loss scale of the next steps. The gradient is divided by it.
    pub fn set_loss_scale(&mut self, scale: f64) {
        self.loss_scale = scale;
    }

    /// Executes one step: adds the shards `parts`, clips the gradient to `max_norm` and updates the parameters.
    ///
    /// A gradient that is not finite changes nothing.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn step(&mut self, bert: &mut Bert, parts: &[Gradients], rate: f64, max_norm: f64) -> Result<StepReport> {
        let steps = self.steps + 1;
        let update = AdamwStep {
            learning_rate: rate,
            max_norm,
            loss_scale: self.loss_scale,
            correction1: 1.0 - BETA1.powi(steps),
            correction2: 1.0 - BETA2.powi(steps),
        };
        let report =
            if self.on_cpu { self.step_cpu(bert, parts, update)? } else { self.step_on_device(bert, parts, update)? };
        if report.grad_norm.is_finite() {
            self.steps = steps;
        }
        Ok(report)
    }

    fn step_cpu(&self, bert: &Bert, parts: &[Gradients], update: AdamwStep) -> Result<StepReport> {
        let parameters = bert.parameters();
        let merged: Vec<ShardedGradient> =
            on_threads(self.threads, parameters.len(), |i| ShardedGradient::new(parts, i))?;
        let squares: Vec<f64> = on_threads(self.threads, merged.len(), |i| merged[i].square_sum())?;
        let report = StepReport::of(squares, update.loss_scale);
        if !report.grad_norm.is_finite() {
            return Ok(report);
        }
        on_threads(self.threads, parameters.len(), |i| {
            let (update, decay) = self.of_parameter(&parameters[i], i, update);
            match (&self.moments[i], &merged[i]) {
                (_, ShardedGradient::Frozen) | (Moments::None, _) => Ok(()),
                (Moments::Fused(moments), gradient) => {
                    let by = update.clip(report.grad_norm) / update.loss_scale;
                    parameters[i].value.inplace_op1(&FusedUpdate { moments, gradient, by, update, decay })
                }
                (Moments::Device(_), _) => candle_core::bail!("moments are on different devices"),
            }
        })?;
        Ok(report)
    }

    fn step_on_device(&self, bert: &mut Bert, parts: &[Gradients], update: AdamwStep) -> Result<StepReport> {
        let places = 0..bert.parameters().len();
        let whole = |i: usize| device::sum_gradient(parts, i, &bert.parameters()[i].value);
        let gradients: Vec<Option<Tensor>> = places.map(whole).collect::<Result<_>>()?;
        let squares = device::square_sums(&gradients, &bert.parameters()[0].value)?;
        let norm = squares.sum_all()?.sqrt()?;
        for (i, gradient) in gradients.iter().enumerate() {
            let p = &bert.parameters()[i];
            let (update, decay) = self.of_parameter(p, i, update);
            if let (Some(gradient), Moments::Device(moments)) = (gradient, &self.moments[i])
                && let Some(value) = device::update(&p.value, gradient, moments, &norm, update, decay)?
            {
                bert.parameters_mut()[i].value = value;
            }
        }
        // Read last, after all operations of the step are queued.
        let squares = squares.to_vec1::<f32>()?;
        Ok(StepReport::of(squares.into_iter().map(f64::from).collect(), update.loss_scale))
    }

    /// Returns the values of an update for one parameter, and its weight decay.
    fn of_parameter(&self, p: &Parameter, place: usize, update: AdamwStep) -> (AdamwStep, f64) {
        let decay = if is_exempt_from_decay(&p.name) { 0.0 } else { self.weight_decay };
        (AdamwStep { learning_rate: update.learning_rate * self.lr_multipliers[place], ..update }, decay)
    }
}

impl StepReport {
    /// Computes the norms from the sum of squares of each gradient and the loss scale.
    fn of(squares: Vec<f64>, loss_scale: f64) -> Self {
        let grad_norm = squares.iter().sum::<f64>().sqrt() / loss_scale;
        Self { grad_norm, norms: squares.iter().map(|s| s.sqrt() / loss_scale).collect() }
    }
}

/// Executes `work(0..n)` on several threads and returns the results in order. Items are assigned one by one, since
/// parameters differ in size.
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
