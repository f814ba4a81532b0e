//! Selection of the compute device. No other module makes this decision.

use super::Device;
use super::compute_dtype::Generation;

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
                .ok_or_else(|| format!("unknown device “{text}”; use auto, cpu, cuda, cuda:1 or metal")),
        }
    }
}

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
    let refuse = |reason| DeviceError { reason };
    match choice {
        DeviceChoice::Cpu => Ok(cpu(None)),
        DeviceChoice::Cuda(n) => cuda(n).map_err(refuse),
        DeviceChoice::Metal => metal().map_err(refuse),
        DeviceChoice::Auto if cfg!(feature = "cuda") => {
            Ok(cuda(0).unwrap_or_else(|reason| cpu(Some(format!("{reason}; using the CPU")))))
        }
        DeviceChoice::Auto if cfg!(feature = "metal") => {
            Ok(metal().unwrap_or_else(|reason| cpu(Some(format!("{reason}; using the CPU")))))
        }
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
fn cuda(n: usize) -> Result<SelectedDevice, String> {
    use candle_core::cuda::cudarc::driver::CudaContext;
    let count = CudaContext::device_count().map_err(|e| driver_error_message(&e.to_string()))?;
    if n >= count.max(0) as usize {
        return Err(format!("NVIDIA GPU {n} not found; {count} available"));
    }
    let failed = |e: &dyn std::fmt::Display| driver_error_message(&e.to_string());
    let context = CudaContext::new(n).map_err(|e| failed(&e))?;
    let name = context.name().map_err(|e| failed(&e))?;
    let (major, minor) = context.compute_capability().map_err(|e| failed(&e))?;
    let generation = Generation(major, minor);
    if generation < Generation::OLDEST {
        let Generation(a, b) = Generation::OLDEST;
        return Err(format!("{name} is too old: compute capability {major}.{minor}, required {a}.{b}"));
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
fn cuda(_: usize) -> Result<SelectedDevice, String> {
    Err("NVIDIA GPUs require the helper executable tagwright-cuda (see README)".into())
}

fn metal() -> Result<SelectedDevice, String> {
    if cfg!(not(feature = "metal")) {
        return Err("this build does not support Metal; build with --features metal on macOS".into());
    }
    let device = Device::new_metal(0)
        .map_err(|e| format!("the Apple GPU cannot be used ({})", crate::model::error::without_stack(&e)))?;
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
