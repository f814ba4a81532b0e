//! Worker threads: no stalls, no lost events.

use crate::support::golden;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagwright::corpus::holdout::holdout;
use tagwright::corpus::{Corpus, DataSelection, SentenceId, Split};
use tagwright::hub::{Hub, ModelRef};
use tagwright::project::{AppDirs, sample};
use tagwright::train;
use tagwright::train::TrainEvent;
use tagwright::train::event::TrainerControl;
use tagwright::worker::{
    Answer, AnswerContent, BackgroundWork, Done, FileWork, InteractiveWork, Progress, Request, RequestId, TrainRequest,
    TrainingWork, Work, Worker,
};
use tagwright::worker::{SessionId, Stamp};

fn corpus() -> Corpus {
    sample::dataset().expect("the sample").corpus
}

fn request(folder: &std::path::Path, epochs: usize) -> TrainRequest {
    let arguments = train::TrainingArguments {
        num_train_epochs: epochs,
        per_device_train_batch_size: 4,
        ..train::TrainingArguments::default()
    };
    TrainRequest {
        corpus: corpus(),
        selection: DataSelection::default(),
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

fn worker(folder: &std::path::Path) -> Worker {
    Worker::new(AppDirs::with_root(folder), Hub::default(), Arc::new(|| {}))
}

/// Submits a request with this number.
fn submit(worker: &mut Worker, id: u64, work: Work) {
    worker.submit(Request { id: RequestId(id), work });
}

fn run(request: TrainRequest) -> Work {
    Work::Training(TrainingWork::Run(Box::new(request)))
}

fn evaluate(corpus: Corpus, sentences: Vec<SentenceId>) -> Work {
    let model = ModelRef::Folder(golden("tiny"));
    let stamp = Stamp { session: SessionId::next(), revision: 0, label_revision: 0 };
    Work::Background(BackgroundWork::Evaluate {
        model,
        labels: Default::default(),
        split: Split::Train,
        corpus,
        sentences,
        stamp,
    })
}

/// Waits until this number of requests has ended, and returns all answers.
fn wait_for_ends(worker: &mut Worker, expected: usize) -> Vec<Answer> {
    let started = Instant::now();
    let mut answers = Vec::new();
    while answers.iter().filter(|a: &&Answer| a.content.is_end()).count() < expected {
        assert!(started.elapsed() < Duration::from_secs(120), "a request did not end");
        answers.extend(worker.drain());
        std::thread::sleep(Duration::from_millis(5));
    }
    answers
}

/// Describes the ends of requests, in order.
fn ends(answers: &[Answer]) -> Vec<String> {
    let text = |a: &Answer| match &a.content {
        AnswerContent::Done(_) => Some(format!("{} done", a.id.0)),
        AnswerContent::Failed(failure) => Some(format!("{} {:?}", a.id.0, failure.kind)),
        AnswerContent::Canceled => Some(format!("{} canceled", a.id.0)),
        AnswerContent::Progress(_) | AnswerContent::Run(..) => None,
    };
    answers.iter().filter_map(text).collect()
}

fn steps(answers: &[Answer]) -> Vec<train::event::Step> {
    let step = |a: &Answer| match &a.content {
        AnswerContent::Run(TrainEvent::Step(step)) => Some(*step),
        _ => None,
    };
    answers.iter().filter_map(step).collect()
}

#[test]
fn slow_reader_neither_stalls_nor_loses_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let epochs = 12;
    submit(&mut worker, 1, run(request(folder.path(), epochs)));
    wait_for_model(folder.path());
    let answers = worker.drain();
    let steps = steps(&answers);
    let total = 263_usize.div_ceil(4) * epochs;
    assert!(total > 600, "fewer steps than the channel capacity");
    assert!(steps.len() <= 600 && steps.iter().all(|s| s.loss.is_finite()));
    assert_eq!(steps.iter().map(|s| s.merged).sum::<usize>(), total);
    let scored = answers
        .iter()
        .filter(|a| matches!(a.content, AnswerContent::Run(TrainEvent::Evaluated { split: Split::Dev, .. })));
    assert_eq!(scored.count(), epochs);
    assert_eq!(ends(&answers), ["1 done"]);
}

#[test]
fn events_of_a_run_keep_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let epochs = 3;
    submit(&mut worker, 1, run(request(folder.path(), epochs)));
    let answers = wait_for_ends(&mut worker, 1);
    let steps_per_epoch = 263_usize.div_ceil(4);
    let expected: Vec<(usize, usize)> = (1..=steps_per_epoch * epochs).map(|step| (step, 1)).collect();
    assert_eq!(steps(&answers).iter().map(|s| (s.step, s.merged)).collect::<Vec<_>>(), expected);
    // The scores of an epoch follow its last step.
    let mut step = 0;
    for answer in &answers {
        match &answer.content {
            AnswerContent::Run(TrainEvent::Step(s)) => step = s.step,
            AnswerContent::Run(TrainEvent::Evaluated { epoch, split: Split::Dev, .. }) => {
                assert_eq!(step, epoch * steps_per_epoch);
            }
            _ => {}
        }
    }
}

#[test]
fn failure_ends_request_and_next_one_is_performed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let missing = ModelRef::Folder(folder.path().join("nothing"));
    submit(&mut worker, 1, run(TrainRequest { base: missing.clone(), ..request(folder.path(), 1) }));
    submit(&mut worker, 2, run(request(folder.path(), 1)));
    submit(&mut worker, 3, Work::Files(FileWork::Open(Some(folder.path().join("nothing")))));
    submit(&mut worker, 4, Work::Interactive(InteractiveWork::Inspect(missing)));
    let mut ends = ends(&wait_for_ends(&mut worker, 4));
    ends.sort();
    assert_eq!(ends, ["1 Content", "2 done", "3 NotFound", "4 Content"]);
}

#[test]
fn panic_ends_only_its_own_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let beyond = SentenceId { document: u32::MAX, sentence: 0 };
    let mut invalid = request(folder.path(), 1);
    let document = Arc::make_mut(&mut invalid.corpus.documents[0]);
    document.tokens[0] = (u32::MAX - 1, u32::MAX);
    let model = ModelRef::Folder(golden("tiny"));
    let suggest = |sentences| BackgroundWork::Suggest {
        model: model.clone(),
        labels: Default::default(),
        corpus: corpus(),
        sentences,
    };
    submit(&mut worker, 1, run(invalid));
    submit(&mut worker, 2, run(request(folder.path(), 1)));
    submit(&mut worker, 3, evaluate(corpus(), vec![beyond]));
    submit(&mut worker, 4, Work::Background(suggest(vec![beyond])));
    submit(&mut worker, 5, evaluate(corpus(), corpus().sentences(Some(Split::Dev))));
    let answers = wait_for_ends(&mut worker, 5);
    let mut ends = ends(&answers);
    ends.sort();
    assert_eq!(ends, ["1 Internal", "2 done", "3 Internal", "4 Internal", "5 done"]);
    let is_told =
        |a: &Answer| matches!(&a.content, AnswerContent::Failed(f) if f.message.contains("your data is saved"));
    assert_eq!(answers.iter().filter(|a| is_told(a)).count(), 3);
}

#[test]
fn cancellation_ends_only_its_own_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    // The first evaluation is long enough to be canceled, and the third one still waits then.
    let long: Vec<SentenceId> = std::iter::repeat_n(corpus().sentences(Some(Split::Train)), 200).flatten().collect();
    let short = corpus().sentences(Some(Split::Dev));
    submit(&mut worker, 1, evaluate(corpus(), long));
    submit(&mut worker, 2, evaluate(corpus(), short.clone()));
    submit(&mut worker, 3, evaluate(corpus(), short));
    worker.control(RequestId(3), TrainerControl::Stop);
    let started = Instant::now();
    while !worker.drain().iter().any(|a| matches!(a.content, AnswerContent::Progress(Progress::Sentences(..)))) {
        assert!(started.elapsed() < Duration::from_secs(120), "the evaluation did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    worker.control(RequestId(1), TrainerControl::Stop);
    assert_eq!(ends(&wait_for_ends(&mut worker, 3)), ["1 canceled", "2 done", "3 canceled"]);
}

#[test]
fn user_does_not_wait_for_an_evaluation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let long: Vec<SentenceId> = std::iter::repeat_n(corpus().sentences(Some(Split::Train)), 200).flatten().collect();
    submit(&mut worker, 1, evaluate(corpus(), long));
    let model = ModelRef::Folder(golden("tiny"));
    submit(&mut worker, 2, Work::Interactive(InteractiveWork::Predict { model, text: "Ada".into() }));
    assert_eq!(ends(&wait_for_ends(&mut worker, 1)), ["2 done"]);
    worker.control(RequestId(1), TrainerControl::Stop);
    assert_eq!(ends(&wait_for_ends(&mut worker, 1)), ["1 canceled"]);
}

#[test]
fn waiting_writes_are_completed_at_close() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    submit(&mut worker, 1, Work::Files(FileWork::Open(None)));
    let target = folder.path().join("written.txt");
    submit(&mut worker, 2, Work::Files(FileWork::Write { path: target.clone(), bytes: b"text".to_vec() }));
    let answers = worker.close();
    assert!(ends(&answers).contains(&"2 done".to_owned()));
    assert_eq!(std::fs::read(target).expect("the file"), b"text");
}

#[test]
fn requests_to_files_wait_while_a_file_is_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    let write = |name: &str| FileWork::Write { path: folder.path().join(name), bytes: b"text".to_vec() };
    worker.hold_files();
    submit(&mut worker, 1, Work::Files(write("a.txt")));
    submit(&mut worker, 2, Work::Files(write("b.txt")));
    submit(&mut worker, 3, Work::Interactive(InteractiveWork::Inspect(ModelRef::Folder(golden("tiny")))));
    assert_eq!(ends(&wait_for_ends(&mut worker, 1)), ["3 done"]);
    assert!(!folder.path().join("a.txt").exists());
    worker.resume_files();
    assert_eq!(ends(&wait_for_ends(&mut worker, 2)), ["1 done", "2 done"]);
    worker.hold_files();
    submit(&mut worker, 4, Work::Files(write("c.txt")));
    assert!(ends(&worker.close()).contains(&"4 done".to_owned()));
}

#[test]
fn replaced_model_is_loaded_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model");
    std::fs::create_dir(&model).expect("a folder");
    for entry in std::fs::read_dir(golden("tiny")).expect("the model").flatten() {
        std::fs::copy(entry.path(), model.join(entry.file_name())).expect("a copy");
    }
    let mut worker = worker(folder.path());
    let mut inspect = |id| {
        submit(&mut worker, id, Work::Interactive(InteractiveWork::Inspect(ModelRef::Folder(model.clone()))));
        let answers = wait_for_ends(&mut worker, 1);
        match answers.into_iter().next_back().map(|a| a.content) {
            Some(AnswerContent::Done(done)) => match *done {
                Done::Inspected(facts) => facts.labels,
                _ => panic!("no facts"),
            },
            _ => panic!("not done"),
        }
    };
    let before = inspect(1);
    let config = std::fs::read_to_string(model.join("config.json")).expect("the configuration");
    let label = before.first().expect("a label").clone();
    std::fs::write(model.join("config.json"), config.replace(&format!("-{label}"), "-RENAMED")).expect("a file");
    let after = inspect(2);
    assert!(after.contains(&"RENAMED".to_owned()) && !after.contains(&label), "{before:?} {after:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn training_threads_have_lower_priority() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = worker(folder.path());
    submit(&mut worker, 1, run(request(folder.path(), 1)));
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
    assert!(tasks.iter().all(|(name, nice)| name != "inference" || *nice == 0), "{tasks:?}");
}

#[test]
fn dev_and_test_are_not_trained_on() {
    let held = holdout(&corpus(), 0.1, 5);
    let corpus = corpus();
    assert!(held.train.iter().all(|s| corpus.document(s.document).splits.first() == Split::Train));
    let mut only_train = corpus.clone();
    only_train.documents.retain(|d| d.splits.first() == Split::Train);
    let held = holdout(&only_train, 0.1, 5);
    assert_eq!(held.n_held_out, Some((2, 24)));
    assert!(held.dev.iter().all(|d| held.train.iter().all(|t| t.document != d.document)));
    assert_eq!(held, holdout(&only_train, 0.1, 5));
    assert_ne!(held, holdout(&only_train, 0.1, 6));
}
