//! A worker thread with a queue of requests. Every request ends with exactly one answer, also after a panic and if the
//! thread could not be started.

use super::answer::{AnswerContent, AnswerSender, Done, Progress};
use super::request::RequestId;
use crate::failure::{Failure, FailureKind};
use crate::train::event::{SharedControl, TrainerControl};
use crossbeam_channel::{Sender, unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Priority of a worker thread, and of the threads that it starts, relative to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Priority {
    /// Same as the window.
    Normal,
    /// Below the window. The work uses every core for a long time, and the window must stay responsive.
    Low,
}

/// Priority from 0 to 100, where 50 is normal. It is `nice` 10 on Linux, where threads inherit it,
/// and “below normal” on Windows.
const LOW: u8 = 25;

/// A request in the queue of a thread.
pub(super) struct Job<W> {
    pub(super) id: RequestId,
    pub(super) work: W,
    pub(super) control: Arc<SharedControl>,
}

/// Access of the work to its request: progress and cancellation.
pub(super) struct RequestContext<'a> {
    pub(super) id: RequestId,
    pub(super) answers: &'a AnswerSender,
    pub(super) control: &'a SharedControl,
}

impl RequestContext<'_> {
    /// Reports progress. It is skipped if the window does not read the answers fast enough.
    pub(super) fn progress(&self, progress: Progress) {
        if !self.answers.is_full() {
            self.answers.send(self.id, AnswerContent::Progress(progress));
        }
    }

    /// True if the request was canceled, or the program is closing.
    pub(super) fn is_canceled(&self) -> bool {
        matches!(self.control.get(), TrainerControl::Stop | TrainerControl::Suspend)
    }
}

/// Worker thread for one kind of work. Dropping it waits for the current request.
pub(super) struct WorkerThread<W> {
    inbox: Option<Sender<Job<W>>>,
    thread: Option<JoinHandle<()>>,
    answers: AnswerSender,
}

impl<W: Send + 'static> WorkerThread<W> {
    /// Starts the thread, which performs the requests one after the other.
    pub(super) fn new(
        name: &str,
        priority: Priority,
        answers: &AnswerSender,
        mut perform: impl FnMut(W, &RequestContext<'_>) -> Result<Done, Failure> + Send + 'static,
    ) -> Self {
        let (inbox, requests) = unbounded::<Job<W>>();
        let sender = answers.clone();
        let body = move || {
            if priority == Priority::Low {
                lower_priority();
            }
            while let Ok(Job { id, work, control }) = requests.recv() {
                let context = RequestContext { id, answers: &sender, control: &control };
                sender.send(id, run(work, &context, &mut perform));
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(body);
        if let Err(e) = &thread {
            log::error!("failed to start the thread {name}: {e}");
        }
        // Without a thread, the receiver is dropped, and each request fails in `send`.
        Self { inbox: Some(inbox), thread: thread.ok(), answers: answers.clone() }
    }

    /// Appends a request to the queue. Without a thread, the request fails immediately.
    pub(super) fn send(&self, job: Job<W>) {
        let id = job.id;
        if self.inbox.as_ref().is_none_or(|inbox| inbox.send(job).is_err()) {
            let message = "the thread for this request is not running; restart the program";
            self.answers.send(id, AnswerContent::Failed(Failure::new(FailureKind::Internal, message)));
        }
    }
}

impl<W> WorkerThread<W> {
    /// Accepts no more requests and waits for the current one.
    pub(super) fn finish(&mut self) {
        drop(self.inbox.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("worker thread panicked");
        }
    }
}

impl<W> Drop for WorkerThread<W> {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Performs a request and returns its last answer.
fn run<W>(
    work: W,
    context: &RequestContext<'_>,
    perform: &mut impl FnMut(W, &RequestContext<'_>) -> Result<Done, Failure>,
) -> AnswerContent {
    if context.is_canceled() {
        return AnswerContent::Canceled;
    }
    match catch_unwind(AssertUnwindSafe(|| perform(work, context))) {
        Ok(Ok(done)) => AnswerContent::Done(Box::new(done)),
        Ok(Err(failure)) if failure.kind == FailureKind::Canceled => AnswerContent::Canceled,
        Ok(Err(failure)) => AnswerContent::Failed(failure),
        Err(panic) => AnswerContent::Failed(Failure::new(FailureKind::Internal, panic_text(panic.as_ref()))),
    }
}

fn lower_priority() {
    let low = ThreadPriorityValue::try_from(LOW).map(ThreadPriority::Crossplatform).unwrap_or(ThreadPriority::Min);
    if let Err(e) = set_current_thread_priority(low) {
        log::warn!("failed to lower the thread priority: {e:?}");
    }
}

/// Returns the message of a panic as text for the user.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let stated = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("internal error ({}); your data is saved. See the log for details", stated.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{Answer, Wake};
    use crossbeam_channel::Receiver;

    /// Work of the test thread: the result, or a panic.
    type TestWork = Box<dyn FnOnce(&RequestContext<'_>) -> Result<Done, Failure> + Send>;

    fn thread() -> (WorkerThread<TestWork>, Receiver<Answer>) {
        let (sender, answers) = unbounded();
        let wake: Wake = Arc::new(|| {});
        let sender = AnswerSender::new(sender, wake);
        (WorkerThread::new("test", Priority::Normal, &sender, |work: TestWork, context| work(context)), answers)
    }

    fn written() -> Result<Done, Failure> {
        Ok(Done::Written { path: "x".into(), losses: Vec::new() })
    }

    /// Sends the work with this control value, and checks the answers of the request and of the next one.
    fn check(control: TrainerControl, work: TestWork, expected: &str) {
        let (mut thread, answers) = thread();
        let shared = Arc::new(SharedControl::default());
        shared.set(control);
        thread.send(Job { id: RequestId(1), work, control: shared });
        thread.send(Job { id: RequestId(2), work: Box::new(|_| written()), control: Arc::default() });
        thread.finish();
        let texts = answers.try_iter().map(|answer| match answer.content {
            AnswerContent::Failed(failure) => format!("{} failed: {:?}", answer.id.0, failure.kind),
            AnswerContent::Done(_) => format!("{} done", answer.id.0),
            AnswerContent::Canceled => format!("{} canceled", answer.id.0),
            AnswerContent::Progress(_) | AnswerContent::Run(..) => format!("{} progress", answer.id.0),
        });
        assert_eq!(texts.collect::<Vec<_>>().join(", "), format!("{expected}, 2 done"));
    }

    #[test]
    fn request_ends_exactly_once() {
        let fail = |kind| -> TestWork { Box::new(move |_| Err(Failure::new(kind, "text"))) };
        check(TrainerControl::Continue, Box::new(|_| written()), "1 done");
        check(TrainerControl::Continue, fail(FailureKind::Network), "1 failed: Network");
        check(TrainerControl::Continue, fail(FailureKind::Canceled), "1 canceled");
        check(TrainerControl::Continue, Box::new(|_| panic!("defect")), "1 failed: Internal");
        check(TrainerControl::Stop, Box::new(|_| written()), "1 canceled");
        check(
            TrainerControl::Continue,
            Box::new(|context| {
                context.progress(Progress::Sentences(1, 2));
                written()
            }),
            "1 progress, 1 done",
        );
        // A failure after a cancellation is reported: a stopped run can fail to write its model.
        check(
            TrainerControl::Continue,
            Box::new(|context| {
                context.control.set(TrainerControl::Stop);
                Err(Failure::new(FailureKind::NoSpace, "disk full"))
            }),
            "1 failed: NoSpace",
        );
    }

    #[test]
    fn request_without_thread_fails() {
        let (mut thread, answers) = thread();
        thread.finish();
        thread.send(Job { id: RequestId(7), work: Box::new(|_| written()), control: Arc::default() });
        let ends: Vec<Answer> = answers.try_iter().collect();
        let is_internal =
            |a: &Answer| matches!(&a.content, AnswerContent::Failed(f) if f.kind == FailureKind::Internal);
        assert!(matches!(&ends[..], [answer] if answer.id == RequestId(7) && is_internal(answer)));
    }
}
