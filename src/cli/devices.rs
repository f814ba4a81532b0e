//! The subcommand `devices`.

use super::{Failure, output};
use crate::gpu::{CudaHelper, ExecutionTarget, select_target};
use crate::model::{DeviceChoice, choose};
use serde_json::json;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut devices = Vec::new();
    let mut missing = None;
    for choice in [DeviceChoice::Cuda(0), DeviceChoice::Metal, DeviceChoice::Cpu] {
        match describe(choice) {
            Ok(name) => devices.push((choice.to_string(), name)),
            Err(why) if choice == DeviceChoice::Cuda(0) => missing = Some(why),
            Err(why) => log::debug!("{choice}: {why}"),
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
    if let Some(why) = missing {
        output::line(format!("no GPU: {why}"))?;
    }
    Ok(())
}

/// Returns the description of a device, or the reason why it cannot be used.
fn describe(choice: DeviceChoice) -> Result<String, String> {
    let without_advice = |why: String| why.trim_end_matches("; use --device cpu").to_owned();
    match select_target(choice, CudaHelper::find()).map_err(without_advice)? {
        ExecutionTarget::Helper(..) => Ok("NVIDIA GPU, by the helper".into()),
        ExecutionTarget::Here(_) => choose(choice).map(|c| c.name).map_err(|e| without_advice(e.to_string())),
    }
}
