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

/// Error of the helper. The message is for the user.
#[derive(Debug, thiserror::Error)]
pub enum HelperError {
    /// The helper cannot be started.
    #[error("failed to start the GPU helper {path}: {error}", path = path.display())]
    Start {
        /// Path of the helper.
        path: PathBuf,
        /// Error of the system.
        error: std::io::Error,
    },
    /// The process of the helper cannot be observed.
    #[error("failed to wait for the GPU helper: {0}")]
    Wait(std::io::Error),
    /// The driver exceeded the time limit.
    #[error("the NVIDIA driver does not respond")]
    Timeout,
    /// The response is not valid JSON.
    #[error("GPU helper sent an invalid response: {0}")]
    InvalidResponse(serde_json::Error),
    /// The helper was built without CUDA.
    #[error("GPU helper was built without CUDA")]
    WithoutCuda,
    /// A library of CUDA is missing.
    #[error("CUDA 13 is not installed ({0} is missing)")]
    MissingLibrary(String),
    /// The helper exited without a message.
    #[error("GPU helper exited without output ({0})")]
    Silent(ExitStatus),
    /// The helper stated this reason.
    #[error("{0}")]
    Reported(String),
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
    /// Returns an error if CUDA, the driver or the GPU is missing, or if the GPU is too old.
    pub fn probe(&self, gpu: DeviceChoice) -> Result<(), HelperError> {
        let output = self.run_and_read(["devices", "--json"])?;
        let answer: Value = serde_json::from_str(&output).map_err(HelperError::InvalidResponse)?;
        let devices = answer["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
        if devices.iter().any(|d| d["device"] == gpu.to_string()) {
            return Ok(());
        }
        let reason = answer["missing"].as_str().map(|reason| HelperError::Reported(reason.to_owned()));
        Err(reason.unwrap_or(HelperError::WithoutCuda))
    }

    /// Runs the helper with the arguments of this program and returns its exit code.
    ///
    /// # Errors
    /// Returns an error if the helper cannot be started.
    pub fn forward_command(&self) -> Result<u8, HelperError> {
        let mut command = Command::new(&self.path);
        command.args(std::env::args_os().skip(1));
        // Replace this process, so that a signal reaches the process that computes.
        #[cfg(unix)]
        let status: std::io::Result<ExitStatus> = Err(std::os::unix::process::CommandExt::exec(&mut command));
        #[cfg(not(unix))]
        let status = command.status();
        let status = status.map_err(|error| self.start_error(error))?;
        Ok(status.code().and_then(|c| u8::try_from(c).ok()).unwrap_or(1))
    }

    /// Starts the helper with pipes for all standard streams.
    ///
    /// # Errors
    /// Returns an error if the helper cannot be started.
    pub(super) fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Child, HelperError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| self.start_error(error))
    }

    fn start_error(&self, error: std::io::Error) -> HelperError {
        HelperError::Start { path: self.path.clone(), error }
    }

    fn run_and_read<const N: usize>(&self, arguments: [&str; N]) -> Result<String, HelperError> {
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
                    return Err(HelperError::Timeout);
                }
                Err(e) => return Err(HelperError::Wait(e)),
            }
        }
        let output = child.wait_with_output().map_err(HelperError::Wait)?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(exit_error(output.status, &String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Returns the reason of a helper's failure: the last line that it wrote.
pub(super) fn exit_error(status: ExitStatus, stderr: &str) -> HelperError {
    let Some(line) = stderr.lines().rev().map(str::trim).find(|l| !l.is_empty()) else {
        return HelperError::Silent(status);
    };
    // ld.so: "…: error while loading shared libraries: libcuda.so.1: cannot open shared object file: …"
    if let Some((_, missing)) = line.split_once("error while loading shared libraries: ") {
        let library = missing.split(':').next().unwrap_or(missing);
        return HelperError::MissingLibrary(library.to_owned());
    }
    HelperError::Reported(line.strip_prefix("error: ").unwrap_or(line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helper_failure_has_readable_message() {
        let check =
            |stderr: &str, expected: &str| assert_eq!(exit_error(ExitStatus::default(), stderr).to_string(), expected);
        check(" \n", "GPU helper exited without output (exit status: 0)");
        check("note: a\nerror: no NVIDIA GPU responds\n\n", "no NVIDIA GPU responds");
        let loader = "/opt/tagwright-cuda: error while loading shared libraries: libcublas.so.13: cannot open shared object \
                      file: No such file or directory";
        check(loader, "CUDA 13 is not installed (libcublas.so.13 is missing)");
    }
}
