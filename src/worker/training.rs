//! The training thread.
//!
//! Steps wake the window at most ten times per second.

use super::answer::{AnswerContent, Done, Progress};
use super::request::{Measurement, TrainRequest, TrainingWork};
use super::thread::RequestContext;
use crate::corpus::{Corpus, DataSelection, RunSentences};
use crate::failure::Failure;
use crate::gpu::protocol::Task;
use crate::gpu::run::{HelperRequest, HelperResult};
use crate::gpu::{self, CudaHelper, ExecutionTarget};
use crate::hub::{self, Hub, ModelRef};
use crate::model::weights::SaveDtype;
use crate::model::{ModelError, PretrainedModel};
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{LogLevel, Step, TrainerControl};
use crate::train::journal::JournalWriter;
use crate::train::{self, CorpusData, EncodedData, ExistingFiles, JobData, Observer, RunFolder, TrainEvent, TrainJob};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Minimum interval between wake-ups of the window by steps.
const WAKE_INTERVAL: Duration = Duration::from_millis(100);

/// Performs a run or a measurement, in this program or in the helper on a GPU.
pub(super) fn perform(work: TrainingWork, hub: &Hub, context: &RequestContext<'_>) -> Result<Done, Failure> {
    let (measurement, request) = match work {
        TrainingWork::Run(request) => (None, *request),
        TrainingWork::Measure(measurement, request) => (Some(measurement), *request),
    };
    let journal = measurement.is_none().then(|| JournalWriter::new(&request.out));
    let mut forwarder = EventForwarder { context, journal, pending: None, last_wake: Instant::now() };
    let target = gpu::select_target(request.arguments.device, CudaHelper::find()).map_err(ModelError::from)?;
    let result = match target {
        ExecutionTarget::Helper(helper, device) => {
            let task = match measurement {
                Some(Measurement::Estimate) => Task::Estimate,
                Some(Measurement::LrSweep) => Task::LrSweep,
                None if request.resume => Task::Resume,
                None => Task::Run,
            };
            let data = encode(&request, hub, context)?;
            let TrainRequest { base, arguments, out, .. } = &request;
            gpu::run::run(&helper, &HelperRequest { task, device, data: &data, base, arguments, out }, &mut forwarder)
        }
        ExecutionTarget::Here(reason) => {
            if let Some(reason) = reason {
                forwarder.on_event(TrainEvent::Log(LogLevel::Warning, reason));
            }
            run_in_process(request, measurement, hub, &mut forwarder)
        }
    };
    forwarder.finish();
    match result? {
        HelperResult::Finished(output) => Ok(Done::Trained(output)),
        HelperResult::Estimate(estimate) => Ok(Done::Estimated(estimate)),
        HelperResult::LrSweep(sweep) => Ok(Done::LrSweep(sweep)),
        // The window is closing, and the next window can resume the run.
        HelperResult::Suspended => Err(Failure::canceled()),
    }
}

fn load_base(model: &ModelRef, hub: &Hub, context: &RequestContext<'_>) -> Result<PretrainedModel, Failure> {
    Ok(hub::load_model(model, hub, |progress| {
        context.progress(Progress::Download(progress));
        !context.is_canceled()
    })?)
}

/// Tokenizes the data of a request for the helper. A model of the hub is downloaded here, so that the progress is
/// visible; the helper finds it in the same cache.
fn encode(request: &TrainRequest, hub: &Hub, context: &RequestContext<'_>) -> Result<EncodedData, Failure> {
    let data = |seed| corpus_data(request.corpus.clone(), request.selection, seed);
    if !request.resume {
        let base = load_base(&request.base, hub, context)?;
        return Ok(data(request.arguments.seed).encode(&base, &request.arguments, false)?);
    }
    let folder = RunFolder::acquire(&request.out, ExistingFiles::Resume, None)?;
    let checkpoint = Checkpoint::latest(&folder)?;
    Ok(data(checkpoint.arguments.seed).encode(&checkpoint.model()?, &checkpoint.arguments, true)?)
}

/// Returns the sentences of a run. Held-out sentences depend on the seed: for a resumed run, that of the checkpoint.
fn corpus_data(corpus: Corpus, selection: DataSelection, seed: u64) -> CorpusData {
    let RunSentences { holdout, test } = selection.sentences(&corpus, seed);
    CorpusData { corpus: Arc::new(corpus), holdout, test }
}

/// Performs the request in this program.
fn run_in_process(
    request: TrainRequest,
    measurement: Option<Measurement>,
    hub: &Hub,
    forwarder: &mut EventForwarder<'_>,
) -> Result<HelperResult, Failure> {
    let Some(measurement) = measurement else { return train(request, hub, forwarder) };
    let base = load_base(&request.base, hub, forwarder.context)?;
    let job = train_job(request, base, None);
    let result = match measurement {
        Measurement::Estimate => train::measure::estimate(&job, forwarder)?.map(HelperResult::Estimate),
        Measurement::LrSweep => train::measure::find_learning_rate(&job, forwarder)?.map(HelperResult::LrSweep),
    };
    result.ok_or_else(Failure::canceled)
}

/// Performs a run, or the remaining part of a resumed run.
fn train(request: TrainRequest, hub: &Hub, forwarder: &mut EventForwarder<'_>) -> Result<HelperResult, Failure> {
    let existing = if request.resume { ExistingFiles::Resume } else { ExistingFiles::Fresh };
    let folder = RunFolder::acquire(&request.out, existing, None)?;
    let job = if request.resume {
        let checkpoint = Checkpoint::latest(&folder)?;
        train_job(request, checkpoint.model()?, Some(checkpoint))
    } else {
        let base = load_base(&request.base, hub, forwarder.context)?;
        train_job(request, base, None)
    };
    Ok(HelperResult::Finished(Box::new(train::run_in(&folder, &job, forwarder)?)))
}

fn train_job(request: TrainRequest, base: PretrainedModel, resume: Option<Checkpoint>) -> TrainJob {
    let seed = resume.as_ref().map_or(request.arguments.seed, |checkpoint| checkpoint.arguments.seed);
    TrainJob {
        data: JobData::Corpus(corpus_data(request.corpus, request.selection, seed)),
        base: Arc::new(base),
        arguments: request.arguments,
        out: request.out,
        save_dtype: SaveDtype::F32,
        resume,
    }
}

/// Forwards the events of a run in their order. Steps are merged if the window does not read them.
struct EventForwarder<'a> {
    context: &'a RequestContext<'a>,
    /// `None` for a measurement.
    journal: Option<JournalWriter>,
    /// Merged steps that were not sent yet.
    pending: Option<Step>,
    last_wake: Instant,
}

impl EventForwarder<'_> {
    fn send_step(&self, step: Step) {
        self.context.answers.send_silently(self.context.id, AnswerContent::Run(TrainEvent::Step(step)));
    }

    /// Sends the pending step, and completes the journal.
    fn finish(mut self) {
        self.flush();
        self.journal.into_iter().for_each(JournalWriter::finish);
    }

    /// Sends the pending step.
    fn flush(&mut self) {
        if let Some(step) = self.pending.take() {
            self.send_step(step);
        }
    }
}

impl Observer for EventForwarder<'_> {
    fn on_event(&mut self, event: TrainEvent) {
        self.journal.iter_mut().for_each(|journal| journal.add(&event));
        match event {
            TrainEvent::Step(step) => {
                let step = self.pending.take().map_or(step, |earlier| earlier.merge(step));
                if self.context.answers.is_full() {
                    self.pending = Some(step);
                } else {
                    self.send_step(step);
                }
                if self.last_wake.elapsed() >= WAKE_INTERVAL {
                    self.last_wake = Instant::now();
                    self.context.answers.wake();
                }
            }
            other => {
                self.flush();
                self.context.answers.send(self.context.id, AnswerContent::Run(other));
            }
        }
    }

    fn control(&self) -> TrainerControl {
        self.context.control.get()
    }
}
