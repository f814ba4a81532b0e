//! AdamW (Loshchilov, Hutter 2019) as `torch.optim.AdamW` computes it, with the Trainer's groups and clipping.
//!
//! Moments and weights are f32 whatever the arithmetic of the gradients. `fused` is the pass on the processor over the
//! parts that `merged` adds up; `device` is the one everywhere else.

mod device;
mod fused;
mod merged;

use crate::model::bert::{Bert, Gradients, Parameter, is_exempt_from_decay};
use candle_core::{Result, Tensor};
use fused::FusedUpdate;
use merged::Merged;
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
    Device(Mutex<(Tensor, Tensor)>),
    /// Of a parameter that does not learn.
    None,
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
    /// Names of all parameters.
    names: Vec<String>,
    /// Whether the pass over the processor's memory updates them.
    here: bool,
    weight_decay: f64,
    /// What each parameter's learning rate is multiplied by.
    rates: Vec<f64>,
    steps: i32,
    threads: usize,
    loss_scale: f64,
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
    max_norm: f64,
    /// What the loss, and so the gradient, was multiplied by.
    loss_scale: f64,
    correction1: f64,
    correction2: f64,
}

impl Update {
    /// What a gradient of this norm is multiplied by.
    fn clip(self, norm: f64) -> f64 {
        (self.max_norm / (norm + 1e-6)).min(1.0)
    }
}

impl AdamW {
    /// A fresh state for the parameters that learn. Weight decay spares biases and layer normalisation.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn new(bert: &Bert, weight_decay: f64, threads: usize) -> Result<Self> {
        let here = bert.device().is_cpu();
        Self::of(bert, weight_decay, threads, here)
    }

    /// The same, by candle's operations on any device: the reference.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn plain(bert: &Bert, weight_decay: f64) -> Result<Self> {
        Self::of(bert, weight_decay, 1, false)
    }

    fn of(bert: &Bert, weight_decay: f64, threads: usize, here: bool) -> Result<Self> {
        let fresh = |(i, p): (usize, &Parameter)| {
            Ok(if !bert.learns(i) {
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
        Ok(Self { moments, names, here, weight_decay, rates, steps: 0, threads: threads.max(1), loss_scale: 1.0 })
    }

    /// The learning rate falls by `decay` from the head towards the input, layer by layer (Howard, Ruder 2018): the last
    /// layer's is `decay` times the head's, the one before `decay²`, and so on down to the embeddings.
    #[must_use]
    pub fn with_layer_decay(mut self, bert: &Bert, decay: f64) -> Self {
        let head = bert.config().num_hidden_layers + 1;
        self.rates = (0..self.rates.len()).map(|p| decay.powi((head - bert.depth(p)) as i32)).collect();
        self
    }

    /// Hands the first or the second moment of every parameter that learns over, in the parameters' order.
    ///
    /// # Errors
    /// When a tensor cannot be read back from the device.
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

    /// Goes on from these moments, in the order of the parameters that learn, after so many steps.
    ///
    /// # Errors
    /// When arrays are missing or too many, one has another length than its parameter, or there is no memory on the device.
    pub fn restore(&mut self, steps: i32, moments: impl IntoIterator<Item = (Vec<f32>, Vec<f32>)>) -> Result<()> {
        let mut given = moments.into_iter();
        for (kept, name) in self.moments.iter().zip(&self.names) {
            if matches!(kept, Moments::None) {
                continue;
            }
            let Some((first, second)) = given.next() else {
                candle_core::bail!("the optimizer's moments of {name} are missing")
            };
            match kept {
                Moments::Fused(pair) => {
                    let mut pair = lock(pair);
                    if (pair.0.len(), pair.1.len()) != (first.len(), second.len()) {
                        candle_core::bail!("the optimizer's moments of {name} belong to another model")
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
            candle_core::bail!("the optimizer's moments are of more parameters than learn")
        }
        self.steps = steps;
        Ok(())
    }

    /// What the loss of the next steps is multiplied by; the gradient is divided by it.
    pub fn set_loss_scale(&mut self, scale: f64) {
        self.loss_scale = scale;
    }

    /// One step: `parts` are added up, clipped to `max_norm`, and the parameters change. A gradient that is not finite
    /// changes nothing.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&mut self, bert: &mut Bert, parts: &[Gradients], rate: f64, max_norm: f64) -> Result<StepReport> {
        let steps = self.steps + 1;
        let update = Update {
            learning_rate: rate,
            max_norm,
            loss_scale: self.loss_scale,
            correction1: 1.0 - BETA1.powi(steps),
            correction2: 1.0 - BETA2.powi(steps),
        };
        let report =
            if self.here { self.step_here(bert, parts, update)? } else { self.step_on_device(bert, parts, update)? };
        if report.grad_norm.is_finite() {
            self.steps = steps;
        }
        Ok(report)
    }

    fn step_here(&self, bert: &Bert, parts: &[Gradients], update: Update) -> Result<StepReport> {
        let parameters = bert.parameters();
        let merged: Vec<Merged> = on_threads(self.threads, parameters.len(), |i| Merged::new(parts, i))?;
        let squares: Vec<f64> = on_threads(self.threads, merged.len(), |i| merged[i].square_sum())?;
        let report = StepReport::of(squares, update.loss_scale);
        if !report.grad_norm.is_finite() {
            return Ok(report);
        }
        on_threads(self.threads, parameters.len(), |i| {
            let (update, decay) = self.of_parameter(&parameters[i], i, update);
            match (&self.moments[i], &merged[i]) {
                (_, Merged::Frozen) | (Moments::None, _) => Ok(()),
                (Moments::Fused(moments), gradient) => {
                    let by = update.clip(report.grad_norm) / update.loss_scale;
                    parameters[i].value.inplace_op1(&FusedUpdate { moments, gradient, by, update, decay })
                }
                (Moments::Device(_), _) => candle_core::bail!("moments on two devices"),
            }
        })?;
        Ok(report)
    }

    fn step_on_device(&self, bert: &mut Bert, parts: &[Gradients], update: Update) -> Result<StepReport> {
        let places = 0..bert.parameters().len();
        let whole = |i: usize| device::whole(parts, i, &bert.parameters()[i].value);
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
        // Only now, when all of the step is under way.
        let squares = squares.to_vec1::<f32>()?;
        Ok(StepReport::of(squares.into_iter().map(f64::from).collect(), update.loss_scale))
    }

    /// The numbers of one parameter, and its weight decay.
    fn of_parameter(&self, p: &Parameter, place: usize, update: Update) -> (Update, f64) {
        let decay = if is_exempt_from_decay(&p.name) { 0.0 } else { self.weight_decay };
        (Update { learning_rate: update.learning_rate * self.rates[place], ..update }, decay)
    }
}

impl StepReport {
    /// From the sums of squares of each parameter's gradient, and what the gradients were multiplied by.
    fn of(squares: Vec<f64>, loss_scale: f64) -> Self {
        let grad_norm = squares.iter().sum::<f64>().sqrt() / loss_scale;
        Self { grad_norm, norms: squares.iter().map(|s| s.sqrt() / loss_scale).collect() }
    }
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
