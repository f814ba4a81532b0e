//! Worker threads: no stalls, no lost events.

use crate::support::golden;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagwright::corpus::holdout::holdout;
use tagwright::corpus::{Corpus, SentenceId, Split};
use tagwright::hub::{Hub, ModelRef};
use tagwright::project::{AppDirs, sample};
use tagwright::train;
use tagwright::worker::{Event, FileRequest, TrainRequest, Worker};

fn corpus() -> Corpus {
    sample::dataset().expect("the sample").corpus
}

fn request(folder: &std::path::Path, epochs: usize) -> TrainRequest {
    let corpus = corpus();
    let arguments = train::TrainingArguments {
        num_train_epochs: epochs,
        per_device_train_batch_size: 4,
        ..train::TrainingArguments::default()
    };
    TrainRequest {
        run: 1,
        holdout: holdout(&corpus, 0.1, 1),
        test: corpus.sentences(Some(Split::Test)),
        corpus,
        base: ModelRef::Folder(golden("tiny")),
        arguments,
        out: folder.join("run"),
        resume: false,
    }
}

/// Waits for the last file of the run without reading events.
fn wait_for_model(folder: &std::path::Path) {
    let started = Instant::now();
    while !folder.join("run/model.safetensors").is_file() {
        assert!(started.elapsed() < Duration::from_secs(120), "the run stalled");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
}

#[test]
fn slow_reader_neither_stalls_nor_loses_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::new(AppDirs::with_root(folder.path()), Hub::default(), Arc::new(|| {}));
    let epochs = 12;
    worker.train(request(folder.path(), epochs));
    wait_for_model(folder.path());
    let events = worker.drain();
    let steps: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Run(_, train::TrainEvent::Step(s)) => Some(*s),
            _ => None,
        })
        .collect();
    let total = 263_usize.div_ceil(4) * epochs;
    assert!(total > 600, "fewer steps than the channel capacity");
    assert!(steps.len() <= 600 && steps.iter().all(|s| s.loss.is_finite()));
    let scored =
        events.iter().filter(|e| matches!(e, Event::Run(_, train::TrainEvent::Evaluated { split: Split::Dev, .. })));
    assert_eq!(scored.count(), epochs);
    assert_eq!(events.iter().filter(|e| matches!(e, Event::RunEnded(..))).count(), 1);
}

#[test]
fn failure_is_event_and_worker_thread_continues() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::new(AppDirs::with_root(folder.path()), Hub::default(), Arc::new(|| {}));
    worker.train(TrainRequest { base: ModelRef::Folder(folder.path().join("nothing")), ..request(folder.path(), 1) });
    worker.train(request(folder.path(), 1));
    worker.file(FileRequest::Open(Some(folder.path().join("nothing"))));
    wait_for_model(folder.path());
    let events = worker.drain();
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Failed(..))).count(), 2);
    assert_eq!(events.iter().filter(|e| matches!(e, Event::RunEnded(..))).count(), 1);
}

#[test]
fn worker_thread_survives_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::new(AppDirs::with_root(folder.path()), Hub::default(), Arc::new(|| {}));
    let mut invalid = request(folder.path(), 1);
    invalid.holdout.train.push(SentenceId { document: u32::MAX, sentence: 0 });
    worker.train(invalid);
    worker.train(request(folder.path(), 1));
    wait_for_model(folder.path());
    let events = worker.drain();
    let messages: Vec<&String> =
        events.iter().filter_map(|e| if let Event::Failed(_, message) = e { Some(message) } else { None }).collect();
    assert!(matches!(messages[..], [message] if message.contains("your data is saved")), "{messages:?}");
    assert_eq!(events.iter().filter(|e| matches!(e, Event::RunEnded(..))).count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn training_threads_have_lower_priority() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::new(AppDirs::with_root(folder.path()), Hub::default(), Arc::new(|| {}));
    worker.train(request(folder.path(), 1));
    wait_for_model(folder.path());
    // Field 19 of /proc/self/task/*/stat is the nice value. Field 2 is the name in brackets.
    let nice = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        Some((name.to_owned(), rest.split_whitespace().nth(16)?.parse::<i32>().ok()?))
    };
    let tasks: Vec<(String, i32)> =
        std::fs::read_dir("/proc/self/task").expect("tasks").flatten().filter_map(nice).collect();
    assert!(tasks.iter().any(|(name, nice)| name == "trainer" && *nice > 0), "{tasks:?}");
    assert!(tasks.iter().all(|(name, nice)| name != "reader" || *nice == 0), "{tasks:?}");
}

#[test]
fn fast_reader_receives_every_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::new(AppDirs::with_root(folder.path()), Hub::default(), Arc::new(|| {}));
    worker.train(request(folder.path(), 2));
    let mut steps = Vec::new();
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < Duration::from_secs(120), "the run stalled");
        let events = worker.drain();
        steps.extend(events.iter().filter_map(|e| match e {
            Event::Run(_, train::TrainEvent::Step(s)) => Some((s.step, s.merged)),
            _ => None,
        }));
        if events.iter().any(|e| matches!(e, Event::RunEnded(..))) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let expected: Vec<(usize, usize)> = (1..=263_usize.div_ceil(4) * 2).map(|step| (step, 1)).collect();
    assert_eq!(steps, expected);
}

#[test]
fn dev_and_test_are_not_trained_on() {
    let held = holdout(&corpus(), 0.1, 5);
    let corpus = corpus();
    assert!(held.train.iter().all(|s| corpus.document(s.document).split == Split::Train));
    let mut only_train = corpus.clone();
    only_train.documents.retain(|d| d.split == Split::Train);
    let held = holdout(&only_train, 0.1, 5);
    assert_eq!(held.n_held_out, Some((2, 24)));
    assert!(held.dev.iter().all(|d| held.train.iter().all(|t| t.document != d.document)));
    assert_eq!(held, holdout(&only_train, 0.1, 5));
    assert_ne!(held, holdout(&only_train, 0.1, 6));
}
