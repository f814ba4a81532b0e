//! Selection between this program and the helper for computation.

use super::CudaHelper;
use crate::model::DeviceChoice;
use crate::model::device::DeviceError;

/// Program that runs the computation.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecutionTarget {
    /// This program. Contains the reason if an existing GPU cannot be used.
    Here(Option<String>),
    /// The helper, on this GPU.
    Helper(CudaHelper, DeviceChoice),
}

/// Selects the program for a choice of device. `helper` is the helper in the same directory as the program, if any.
///
/// # Errors
/// Returns an error if a GPU is requested explicitly and cannot be used.
/// `auto` falls back to this program instead, with the reason in [`ExecutionTarget::Here`].
pub fn select_target(choice: DeviceChoice, helper: Option<CudaHelper>) -> Result<ExecutionTarget, DeviceError> {
    let wanted = match choice {
        DeviceChoice::Cpu | DeviceChoice::Metal => return Ok(ExecutionTarget::Here(None)),
        // This program is the helper.
        _ if cfg!(feature = "cuda") => return Ok(ExecutionTarget::Here(None)),
        DeviceChoice::Auto => DeviceChoice::Cuda(0),
        DeviceChoice::Cuda(_) => choice,
    };
    let Some(helper) = helper else {
        return if choice == DeviceChoice::Auto {
            Ok(ExecutionTarget::Here(None))
        } else {
            let name = CudaHelper::file_name();
            let reason = format!("{choice} requires the helper executable {name} next to tagwright (see README)");
            Err(DeviceError::new(reason))
        };
    };
    match helper.probe(wanted) {
        Ok(()) => Ok(ExecutionTarget::Helper(helper, wanted)),
        Err(reason) if choice == DeviceChoice::Auto => {
            Ok(ExecutionTarget::Here(Some(format!("{reason}; using the CPU"))))
        }
        Err(reason) => Err(DeviceError::new(reason)),
    }
}
