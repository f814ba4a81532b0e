//! Whether work is done by this program or by the helper.

use super::CudaHelper;
use crate::model::DeviceChoice;

/// Where work is done.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecutionTarget {
    /// In this program; and why, where the GPU that is there cannot be used.
    Here(Option<String>),
    /// By the helper, on this GPU.
    Helper(CudaHelper, DeviceChoice),
}

/// The place for a choice of device. `helper` is the one beside the program, if any.
///
/// # Errors
/// When a GPU was asked for by name and cannot be used; `auto` falls back to this program instead and says why.
pub fn select_target(choice: DeviceChoice, helper: Option<CudaHelper>) -> Result<ExecutionTarget, String> {
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
            Err(format!("{choice} needs the helper {name} beside the program (the README says how); use --device cpu"))
        };
    };
    match helper.probe(wanted) {
        Ok(()) => Ok(ExecutionTarget::Helper(helper, wanted)),
        Err(why) if choice == DeviceChoice::Auto => {
            Ok(ExecutionTarget::Here(Some(format!("{why}: computing on the processor"))))
        }
        Err(why) => Err(format!("{why}; use --device cpu")),
    }
}
