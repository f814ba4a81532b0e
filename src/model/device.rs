//! Selection of the compute device. No other module makes this decision.

use super::Device;
use super::compute_dtype::Generation;
use super::error::without_stack;

/// Device requested by the user: `auto`, `cpu`, `cuda`, `cuda:1`, `metal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// CUDA if available, else Metal, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// NVIDIA GPU by index.
    Cuda(usize),
    /// Apple GPU.
    Metal,
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(n) => write!(f, "cuda:{n}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl std::str::FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "metal" => Ok(Self::Metal),
            "cuda" => Ok(Self::Cuda(0)),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|n| n.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| UnknownDevice(text.to_owned())),
        }
    }
}

/// Error of a text that is not a [`DeviceChoice`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown device “{0}”; use auto, cpu, cuda, cuda:1 or metal")]
pub struct UnknownDevice(String);

/// Selected device, with its display name and the reason for a fallback.
#[derive(Clone, Debug)]
pub struct SelectedDevice {
    /// Device that runs the computation.
    pub device: Device,
    /// Display name for the log and the status bar, for example `CPU, 2 threads`.
    pub name: String,
    /// Reason for the fallback to the CPU. `None` if the requested device is used.
    pub fallback_reason: Option<String>,
    /// Compute capability. `None` unless the device is an NVIDIA GPU.
    pub generation: Option<Generation>,
}

/// Error of a device that was requested explicitly and cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; use --device cpu")]
pub struct DeviceError {
    /// Cause, without the advice.
    pub reason: String,
}

impl DeviceError {
    /// Creates the error with a cause.
    pub fn new(reason: impl ToString) -> Self {
        Self { reason: reason.to_string() }
    }
}

/// Number of threads for computation on the CPU.
pub fn n_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Selects the device for a choice.
///
/// # Errors
/// Returns an error if a GPU is requested explicitly and cannot be used.
/// `auto` falls back to the CPU instead, with the reason in [`SelectedDevice::fallback_reason`].
pub fn choose(choice: DeviceChoice) -> Result<SelectedDevice, DeviceError> {
    let or_cpu = |chosen: Result<SelectedDevice, DeviceError>| {
        chosen.unwrap_or_else(|DeviceError { reason }| cpu(Some(format!("{reason}; using the CPU"))))
    };
    match choice {
        DeviceChoice::Cpu => Ok(cpu(None)),
        DeviceChoice::Cuda(n) => cuda(n),
        DeviceChoice::Metal => metal(),
        DeviceChoice::Auto if cfg!(feature = "cuda") => Ok(or_cpu(cuda(0))),
        DeviceChoice::Auto if cfg!(feature = "metal") => Ok(or_cpu(metal())),
        DeviceChoice::Auto => Ok(cpu(None)),
    }
}

fn cpu(reason: Option<String>) -> SelectedDevice {
    SelectedDevice {
        device: Device::Cpu,
        name: format!("CPU, {} threads", n_threads()),
        fallback_reason: reason,
        generation: None,
    }
}

/// Returns NVIDIA GPU `n`, or the reason why it cannot be used.
#[cfg(feature = "cuda")]
fn cuda(n: usize) -> Result<SelectedDevice, DeviceError> {
    use candle_core::cuda::cudarc::driver::CudaContext;
    let failed = |e: &dyn std::fmt::Display| DeviceError::new(driver_error_message(&e.to_string()));
    let count = CudaContext::device_count().map_err(|e| failed(&e))?;
    if n >= count.max(0) as usize {
        return Err(DeviceError::new(format!("NVIDIA GPU {n} not found; {count} available")));
    }
    let context = CudaContext::new(n).map_err(|e| failed(&e))?;
    let name = context.name().map_err(|e| failed(&e))?;
    let (major, minor) = context.compute_capability().map_err(|e| failed(&e))?;
    let generation = Generation(major, minor);
    if generation < Generation::OLDEST {
        let Generation(a, b) = Generation::OLDEST;
        let reason = format!("{name} is too old: compute capability {major}.{minor}, required {a}.{b}");
        return Err(DeviceError::new(reason));
    }
    let device = Device::new_cuda(n).map_err(|e| failed(&e))?;
    Ok(SelectedDevice {
        device,
        name: format!("{name} (CUDA {n})"),
        fallback_reason: None,
        generation: Some(generation),
    })
}

/// Returns a message for the user for an error of the NVIDIA driver.
#[cfg(any(feature = "cuda", test))]
fn driver_error_message(error: &str) -> String {
    let known = [
        ("NO_DEVICE", "no NVIDIA GPU found"),
        ("INSUFFICIENT_DRIVER", "the NVIDIA driver is too old for CUDA 13; install version 580 or newer"),
        ("UNSUPPORTED_PTX_VERSION", "the NVIDIA driver is too old for CUDA 13; install version 580 or newer"),
        ("SYSTEM_DRIVER_MISMATCH", "the NVIDIA driver was updated; restart the computer"),
        ("OUT_OF_MEMORY", "the memory of the NVIDIA GPU is used by other programs"),
    ];
    match known.iter().find(|(name, _)| error.contains(name)) {
        Some((_, meaning)) => (*meaning).to_owned(),
        None => format!("the NVIDIA GPU cannot be used ({error})"),
    }
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Result<SelectedDevice, DeviceError> {
    Err(DeviceError::new("NVIDIA GPUs require the helper executable tagwright-cuda (see README)"))
}

fn metal() -> Result<SelectedDevice, DeviceError> {
    if cfg!(not(feature = "metal")) {
        return Err(DeviceError::new("this build does not support Metal; build with --features metal on macOS"));
    }
    let failed = |e| DeviceError::new(format!("the Apple GPU cannot be used ({})", without_stack(&e)));
    let device = Device::new_metal(0).map_err(failed)?;
    Ok(SelectedDevice { device, name: "Apple GPU (Metal)".into(), fallback_reason: None, generation: None })
}

/// Returns the free memory of a device in bytes. Returns `None` if the system does not report it.
pub fn free_memory(device: &Device) -> Option<u64> {
    match device {
        Device::Cpu => {
            #[allow(clippy::disallowed_methods, reason = "files of /proc have no size")]
            let all = std::fs::read_to_string("/proc/meminfo").ok()?;
            let line = all.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
            Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
        }
        #[cfg(feature = "cuda")]
        Device::Cuda(gpu) => gpu.cuda_stream().context().mem_get_info().ok().map(|(free, _)| free as u64),
        _ => None,
    }
}

/// True if the error means that the device is out of memory.
pub fn is_out_of_memory(error: &candle_core::Error) -> bool {
    let text = error.to_string().to_lowercase();
    text.contains("out_of_memory") || text.contains("out of memory") || text.contains("alloc_failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_choice_roundtrips_through_text() {
        for choice in [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(3), DeviceChoice::Metal] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        assert!("gpu".parse::<DeviceChoice>().is_err());
    }

    #[test]
    fn explains_driver_errors() {
        let check = |error: &str, expected: &str| assert!(driver_error_message(error).contains(expected), "{error}");
        check("DriverError(CUDA_ERROR_NO_DEVICE, \"no CUDA-capable device is detected\")", "no NVIDIA GPU found");
        check("DriverError(CUDA_ERROR_INSUFFICIENT_DRIVER, ...)", "580 or newer");
        check("DriverError(CUDA_ERROR_ECC_UNCORRECTABLE, ...)", "ECC_UNCORRECTABLE");
    }

    #[test]
    fn missing_device_error_suggests_cpu() {
        let refused = choose(DeviceChoice::Cuda(7)).map_err(|e| e.to_string());
        assert!(refused.is_err_and(|reason| reason.ends_with("use --device cpu")));
        assert_eq!(choose(DeviceChoice::Cpu).map(|c| c.name).ok(), Some(format!("CPU, {} threads", n_threads())));
    }
}
