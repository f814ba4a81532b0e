//! The helper program `tagwright-cuda`.
//!
//! The helper is checked with `devices --json`; a refusal by the loader or driver becomes a message for the user.

use crate::model::DeviceChoice;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A `tagwright` executable that was built with the feature `cuda`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CudaHelper {
    path: PathBuf,
}

/// Time limit for a response of the driver. A driver that exceeds it is assumed to hang.
const TIMEOUT: Duration = Duration::from_secs(30);

impl CudaHelper {
    /// Returns the file name: `tagwright-cuda`, with the executable extension of the system.
    pub fn file_name() -> String {
        format!("tagwright-cuda{}", std::env::consts::EXE_SUFFIX)
    }

    /// Returns the helper in the same directory as this program, if it exists.
    pub fn find() -> Option<Self> {
        let path = std::env::current_exe().ok()?.with_file_name(Self::file_name());
        path.is_file().then_some(Self { path })
    }

    /// Returns the helper at this path.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Checks that the helper can compute on this GPU.
    ///
    /// # Errors
    /// Returns a message for the user if CUDA, the driver or the GPU is missing, or if the GPU is too old.
    pub fn probe(&self, gpu: DeviceChoice) -> Result<(), String> {
        let output = self.run_and_read(["devices", "--json"])?;
        let answer: Value =
            serde_json::from_str(&output).map_err(|e| format!("GPU helper sent an invalid response: {e}"))?;
        let devices = answer["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
        if devices.iter().any(|d| d["device"] == gpu.to_string()) {
            return Ok(());
        }
        let reason = answer["missing"].as_str().unwrap_or("GPU helper was built without CUDA");
        Err(reason.to_owned())
    }

    /// Runs the helper with the arguments of this program and returns its exit code.
    ///
    /// # Errors
    /// Returns an error if the helper cannot be started.
    pub fn forward_command(&self) -> Result<u8, String> {
        let mut command = Command::new(&self.path);
        command.args(std::env::args_os().skip(1));
        // Replace this process, so that a signal reaches the process that computes.
        #[cfg(unix)]
        let status: std::io::Result<ExitStatus> = Err(std::os::unix::process::CommandExt::exec(&mut command));
        #[cfg(not(unix))]
        let status = command.status();
        let status = status.map_err(|e| format!("failed to start the GPU helper {}: {e}", self.path.display()))?;
        Ok(status.code().and_then(|c| u8::try_from(c).ok()).unwrap_or(1))
    }

    /// Starts the helper with pipes for all standard streams.
    ///
    /// # Errors
    /// Returns an error if the helper cannot be started.
    pub(super) fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Child, String> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|e| format!("failed to start the GPU helper {}: {e}", self.path.display()))
    }

    fn run_and_read<const N: usize>(&self, arguments: [&str; N]) -> Result<String, String> {
        let mut child = self.start(arguments)?;
        let asked = Instant::now();
        // The response is one line, which fits into the pipe: it need not be read while the helper runs.
        loop {
            match child.try_wait() {
                Ok(Some(_)) => break,
                Ok(None) if asked.elapsed() < TIMEOUT => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) => {
                    // A hanging process may also ignore the signal; nothing more can be done.
                    let _ = child.kill();
                    return Err("the NVIDIA driver does not respond".into());
                }
                Err(e) => return Err(format!("failed to wait for the GPU helper: {e}")),
            }
        }
        let output =
            child.wait_with_output().map_err(|e| format!("failed to read the response of the GPU helper: {e}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(describe_failure(output.status, &String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Returns the reason of a helper's failure: the last line that it wrote.
pub(super) fn describe_failure(status: ExitStatus, stderr: &str) -> String {
    let Some(line) = stderr.lines().rev().map(str::trim).find(|l| !l.is_empty()) else {
        return format!("GPU helper exited without output ({status})");
    };
    // ld.so: "…: error while loading shared libraries: libcuda.so.1: cannot open shared object file: …"
    if let Some((_, missing)) = line.split_once("error while loading shared libraries: ") {
        let library = missing.split(':').next().unwrap_or(missing);
        return format!("CUDA 13 is not installed ({library} is missing)");
    }
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helper_failure_has_readable_message() {
        let check =
            |stderr: &str, expected: &str| assert_eq!(describe_failure(ExitStatus::default(), stderr), expected);
        check(" \n", "GPU helper exited without output (exit status: 0)");
        check("note: a\nerror: no NVIDIA GPU responds\n\n", "no NVIDIA GPU responds");
        let loader = "/opt/tagwright-cuda: error while loading shared libraries: libcublas.so.13: cannot open shared object \
                      file: No such file or directory";
        check(loader, "CUDA 13 is not installed (libcublas.so.13 is missing)");
    }
}
