//! Programs that are killed (SIGKILL) at any moment: what they said to be saved is there afterwards, and nothing is half.
//!
//! The moments are counted from a seed, so a failure can be repeated as far as the machine allows. `TAGWRIGHT_KILLS` is the
//! number of kills of each activity, `TAGWRIGHT_KILLS_SEED` the seed; `kills.sh` runs the long form and prints the table.

mod files;
mod labeling;
mod runs;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tagwright::model::rng::splitmix64;

/// A part of this test binary as a command: the test of this name, which works until it is killed.
fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("reliability::kills::{test}"), "--nocapture"]);
    command
}

/// A program under way, and its lines as they come.
struct Victim {
    process: Child,
    lines: Receiver<String>,
}

/// The end of a program.
struct Ended {
    /// Whether it was killed, rather than having ended before.
    killed: bool,
    /// Its lines that nobody has taken yet.
    lines: Vec<String>,
}

impl Victim {
    fn start(mut command: Command) -> Self {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines }
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("a status").is_some()
    }

    /// Waits until something is so, or the program has ended.
    fn wait_for(&mut self, so: impl Fn() -> bool) {
        while !so() && !self.has_ended() {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Takes lines up to one for which `find` gives something; `None` where the program ends before.
    fn until<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.lines.iter().find_map(|line| find(&line))
    }

    fn kill_after(mut self, delay: Duration) -> Ended {
        // Sleeping is too coarse for the shortest delays.
        let until = Instant::now() + delay;
        if delay > Duration::from_millis(2) {
            std::thread::sleep(delay - Duration::from_millis(1));
        }
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        let killed = !self.has_ended();
        self.process.kill().expect("it is killed");
        self.process.wait().expect("it has ended");
        Ended { killed, lines: self.lines.iter().collect() }
    }
}

/// What the kills of an activity have done to its data.
struct Tally {
    activity: &'static str,
    wanted: u64,
    kills: u64,
    rounds: u64,
    seed: u64,
    lost: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// For so many kills in the short form.
    fn new(activity: &'static str, short: u64) -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|n| n.parse().expect("a number"));
        let seed =
            activity.bytes().fold(number("TAGWRIGHT_KILLS_SEED").unwrap_or(25), |n, b| splitmix64(n ^ u64::from(b)));
        let wanted = number("TAGWRIGHT_KILLS").unwrap_or(short);
        Self { activity, wanted, kills: 0, rounds: 0, seed, lost: Vec::new(), wrong: Vec::new() }
    }

    /// Whether there are to be more; a program that had ended before its kill is looked at and not counted.
    fn goes_on(&mut self) -> bool {
        self.rounds += 1;
        assert!(self.rounds <= 30 * self.wanted, "{}: it always ends before the kill", self.activity);
        self.kills < self.wanted
    }

    /// A number below `below` that belongs to this round and `place`.
    fn number(&self, place: u64, below: u64) -> u64 {
        splitmix64(self.seed ^ splitmix64(self.rounds) ^ place) % below
    }

    /// A delay below `most`.
    fn delay(&self, most: Duration) -> Duration {
        Duration::from_nanos(self.number(0, u64::try_from(most.as_nanos()).expect("a short time").max(1)))
    }

    fn count(&mut self, ended: &Ended) {
        self.kills += u64::from(ended.killed);
    }

    /// Something that was said to be saved must be there.
    fn kept(&mut self, so: bool, what: impl FnOnce() -> String) {
        if !so {
            self.lost.push(format!("round {}: {}", self.rounds, what()));
        }
    }

    /// What is there must be something that was written, whole.
    fn right(&mut self, so: bool, what: impl FnOnce() -> String) {
        if !so {
            self.wrong.push(format!("round {}: {}", self.rounds, what()));
        }
    }

    /// Ends the activity: the data does not open.
    fn fail(mut self, why: String) {
        self.lost.push(format!("round {}: {why}", self.rounds));
        self.end();
    }

    /// Tells the numbers, and fails where something was lost or is wrong.
    fn end(self) {
        let Self { activity, kills, lost, wrong, .. } = self;
        println!("\n| {activity} | {kills} | {} | {} |", lost.len(), wrong.len());
        assert!(lost.is_empty() && wrong.is_empty(), "{activity}: lost {lost:#?}, wrong {wrong:#?}");
    }
}

/// The names in a folder, hidden ones too, sorted; none where there is no folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What a killed program left half written in a folder.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let is_leftover = |name: &String| name.starts_with(".tagwright-") && name.ends_with(".tmp");
    names(folder).iter().filter(|n| is_leftover(n)).map(|n| folder.join(n)).collect()
}

/// Makes leftovers look two days old, so that the next program removes them.
fn make_old(leftovers: &[PathBuf]) {
    let old = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for path in leftovers {
        std::fs::File::open(path).and_then(|f| f.set_modified(old)).expect("another time");
    }
}
