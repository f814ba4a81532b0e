//! The subcommand `devices`.

use super::{CliError, output};
use crate::gpu::{CudaHelper, ExecutionTarget, select_target};
use crate::model::device::DeviceError;
use crate::model::{DeviceChoice, choose};
use serde_json::json;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let mut devices = Vec::new();
    let mut missing = None;
    for choice in [DeviceChoice::Cuda(0), DeviceChoice::Metal, DeviceChoice::Cpu] {
        match describe(choice).map_err(|e| e.reason) {
            Ok(name) => devices.push((choice.to_string(), name)),
            Err(reason) if choice == DeviceChoice::Cuda(0) => missing = Some(reason),
            Err(reason) => log::debug!("{choice}: {reason}"),
        }
    }
    // The device that `auto` selects is the first.
    if arguments.json {
        let devices: Vec<_> = devices.iter().map(|(device, name)| json!({"device": device, "name": name})).collect();
        return output::json_line(&json!({"devices": devices, "missing": missing}));
    }
    for (device, name) in &devices {
        output::line(format!("{device:<8} {name}"))?;
    }
    if let Some(reason) = missing {
        output::line(format!("no GPU: {reason}"))?;
    }
    Ok(())
}

/// Returns the description of a device, or the reason why it cannot be used.
fn describe(choice: DeviceChoice) -> Result<String, DeviceError> {
    match select_target(choice, CudaHelper::find())? {
        ExecutionTarget::Helper(..) => Ok("NVIDIA GPU (helper executable)".into()),
        ExecutionTarget::Here(_) => choose(choice).map(|c| c.name),
    }
}
