//! A worker thread with a queue of requests. A panic in one request is reported, and the next request is processed.

use super::{Event, EventSender, RequestKind};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
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

/// Worker thread for one kind of request. Dropping it waits for the current request.
pub(super) struct WorkerThread<R> {
    inbox: Option<Sender<R>>,
    thread: Option<JoinHandle<()>>,
}

impl<R: Send + 'static> WorkerThread<R> {
    /// Starts the thread. `work` receives a request and the queue of later requests.
    pub(super) fn new(
        name: &str,
        asked: RequestKind,
        priority: Priority,
        outbox: &EventSender,
        mut work: impl FnMut(R, &Receiver<R>) -> Result<(), String> + Send + 'static,
    ) -> Self {
        let (inbox, requests) = unbounded();
        let reported = outbox.clone();
        let body = move || {
            if priority == Priority::Low {
                lower_priority();
            }
            while let Ok(request) = requests.recv() {
                let result = catch_unwind(AssertUnwindSafe(|| work(request, &requests)));
                match result {
                    Ok(Ok(())) => {}
                    Ok(Err(message)) => reported.send(Event::Failed(asked, message)),
                    Err(panic) => reported.send(Event::Failed(asked, panic_text(panic.as_ref()))),
                }
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(body);
        if let Err(e) = &thread {
            outbox.send(Event::Failed(asked, format!("failed to start a thread: {e}")));
        }
        Self { inbox: Some(inbox), thread: thread.ok() }
    }

    /// Appends a request to the queue.
    pub(super) fn send(&self, request: R) {
        if self.inbox.as_ref().is_none_or(|i| i.send(request).is_err()) {
            log::error!("worker thread has ended");
        }
    }
}

impl<R> WorkerThread<R> {
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

impl<R> Drop for WorkerThread<R> {
    fn drop(&mut self) {
        self.finish();
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
