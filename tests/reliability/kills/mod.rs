//! Programs killed (SIGKILL) at random times: all data that was reported as saved is present, and no file is
//! incomplete.
//!
//! The times depend on a seed, so a failure can be reproduced within the accuracy of the machine. `TAGWRIGHT_KILLS` is
//! the number of kills per activity, and `TAGWRIGHT_KILLS_SEED` the seed. `kills.sh` runs the long form and prints the
//! table.

mod files;
mod labeling;
mod runs;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tagwright::model::rng::splitmix64;

/// Returns a command that runs the test of this name in this test binary. The test runs until it is killed.
fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("reliability::kills::{test}"), "--nocapture"]);
    command
}

/// Running program, with the lines of its output.
struct ChildProcess {
    process: Child,
    lines: Receiver<String>,
}

/// Result of a killed or finished program.
struct Ended {
    /// False if it ended before the kill.
    killed: bool,
    /// Remaining lines of the output.
    lines: Vec<String>,
}

impl ChildProcess {
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

    /// Waits until the condition is true or the program has ended.
    fn wait_for(&mut self, condition: impl Fn() -> bool) {
        while !condition() && !self.has_ended() {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Reads lines until `find` returns a value. Returns `None` if the program ends before.
    fn find_line<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.lines.iter().find_map(|line| find(&line))
    }

    fn kill_after(mut self, delay: Duration) -> Ended {
        // Sleeping is too coarse for the shortest delays.
        let deadline = Instant::now() + delay;
        if delay > Duration::from_millis(2) {
            std::thread::sleep(delay - Duration::from_millis(1));
        }
        while Instant::now() < deadline {
            std::hint::spin_loop();
        }
        let killed = !self.has_ended();
        self.process.kill().expect("it is killed");
        self.process.wait().expect("it has ended");
        Ended { killed, lines: self.lines.iter().collect() }
    }
}

/// Lost and invalid data of an activity after its kills.
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
    /// Creates a tally with this number of kills in the short form.
    fn new(activity: &'static str, short: u64) -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|n| n.parse().expect("a number"));
        let seed =
            activity.bytes().fold(number("TAGWRIGHT_KILLS_SEED").unwrap_or(25), |n, b| splitmix64(n ^ u64::from(b)));
        let wanted = number("TAGWRIGHT_KILLS").unwrap_or(short);
        Self { activity, wanted, kills: 0, rounds: 0, seed, lost: Vec::new(), wrong: Vec::new() }
    }

    /// Starts the next round. Returns false after the required number of kills. A program that ended before its kill is
    /// checked, but not counted.
    fn should_continue(&mut self) -> bool {
        self.rounds += 1;
        assert!(self.rounds <= 30 * self.wanted, "{}: the program always ends before the kill", self.activity);
        self.kills < self.wanted
    }

    /// Returns a pseudo-random number below `below` for this round and `place`.
    fn number(&self, place: u64, below: u64) -> u64 {
        splitmix64(self.seed ^ splitmix64(self.rounds) ^ place) % below
    }

    /// Returns a pseudo-random delay below `most`.
    fn delay(&self, most: Duration) -> Duration {
        Duration::from_nanos(self.number(0, u64::try_from(most.as_nanos()).expect("a short time").max(1)))
    }

    fn count(&mut self, ended: &Ended) {
        self.kills += u64::from(ended.killed);
    }

    /// Checks that saved data is present.
    fn check_durable(&mut self, condition: bool, what: impl FnOnce() -> String) {
        if !condition {
            self.lost.push(format!("round {}: {}", self.rounds, what()));
        }
    }

    /// Checks that the present data was written completely.
    fn check_valid(&mut self, condition: bool, what: impl FnOnce() -> String) {
        if !condition {
            self.wrong.push(format!("round {}: {}", self.rounds, what()));
        }
    }

    /// Ends the activity because the data does not open.
    fn fail(mut self, why: String) {
        self.lost.push(format!("round {}: {why}", self.rounds));
        self.end();
    }

    /// Prints the numbers, and fails if data was lost or is invalid.
    fn end(self) {
        let Self { activity, kills, lost, wrong, .. } = self;
        println!("\n| {activity} | {kills} | {} | {} |", lost.len(), wrong.len());
        assert!(lost.is_empty() && wrong.is_empty(), "{activity}: lost {lost:#?}, wrong {wrong:#?}");
    }
}

/// Returns the sorted names in a directory, including hidden files. Empty if the directory does not exist.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns the incomplete files that a killed program left in a directory.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let is_leftover = |name: &String| name.starts_with(".tagwright-") && name.ends_with(".tmp");
    names(folder).iter().filter(|n| is_leftover(n)).map(|n| folder.join(n)).collect()
}

/// Sets the modification time of leftovers to two days ago, so that the next program removes them.
fn make_old(leftovers: &[PathBuf]) {
    let old = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for path in leftovers {
        std::fs::File::open(path).and_then(|f| f.set_modified(old)).expect("another time");
    }
}
