//! Where a model computes. The one place that decides it.

use super::{Device, ModelError};

/// What a person asked for: `auto`, `cpu`, `cuda`, `cuda:1`, `metal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// CUDA where there is one, else Metal, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU by number.
    Cuda(usize),
    /// An Apple GPU.
    Metal,
}

impl std::str::FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "metal" => Ok(Self::Metal),
            "cuda" => Ok(Self::Cuda(0)),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|n| n.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| format!("“{text}” is no device: use auto, cpu, cuda, cuda:1 or metal")),
        }
    }
}

/// A device, and in words what it is and why it was chosen.
pub struct Chosen {
    /// Where to compute.
    pub device: Device,
    /// For the log and the status bar: `CPU, 2 threads`.
    pub name: String,
}

/// Threads to compute with on the processor.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The device for a choice.
///
/// # Errors
/// When a GPU was asked for by name and cannot be used; `auto` falls back to the processor instead.
pub fn choose(choice: DeviceChoice) -> Result<Chosen, ModelError> {
    let cpu = |why: &str| Chosen { device: Device::Cpu, name: format!("CPU, {} threads{why}", threads()) };
    let cuda = |n: usize| Device::new_cuda(n).map(|device| Chosen { device, name: format!("CUDA GPU {n}") });
    let metal = || Device::new_metal(0).map(|device| Chosen { device, name: "Metal GPU".into() });
    let refuse = |what: &str, e: candle_core::Error| {
        ModelError::Unsupported(format!("{what} cannot be used here ({e}); use --device cpu"))
    };
    match choice {
        DeviceChoice::Cpu => Ok(cpu("")),
        DeviceChoice::Cuda(n) => cuda(n).map_err(|e| refuse("CUDA", e)),
        DeviceChoice::Metal => metal().map_err(|e| refuse("Metal", e)),
        DeviceChoice::Auto => Ok(cuda(0).or_else(|_| metal()).unwrap_or_else(|_| cpu(""))),
    }
}
