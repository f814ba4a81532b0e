//! The option `--map MODEL=DATA`: mapping from labels of a model to labels of the data.

use super::CliError;
use super::value_error::ValueError;
use crate::corpus::label_guess::guess;

/// Parses `MODEL=DATA` for clap.
pub fn pair(text: &str) -> Result<(String, String), ValueError> {
    let pair = text.split_once('=').filter(|(model, data)| !model.is_empty() && !data.is_empty());
    pair.map(|(model, data)| (model.to_owned(), data.to_owned())).ok_or(ValueError::Expected("MODEL=DATA"))
}

/// Checks that the model has the first label of each pair, and the data the second.
///
/// # Errors
/// Returns an error that names the wrong pair and the available labels.
pub fn check(map: &[(String, String)], of_model: &[String], of_data: &[String]) -> Result<(), CliError> {
    for (model, data) in map {
        for (side, label, known) in [("model", model, of_model), ("data", data, of_data)] {
            if !known.contains(label) {
                let known = known.join(", ");
                return Err(format!("--map {model}={data}: the {side} has no label {label}; available: {known}").into());
            }
        }
    }
    Ok(())
}

/// Returns a suggested mapping: labels that often have the same meaning, or the first label of each side.
pub fn advice(of_model: &[String], known: &[String]) -> String {
    let pairs: Vec<String> =
        of_model.iter().filter_map(|label| Some(format!("{label}={}", guess(label, known)?))).collect();
    match (pairs.is_empty(), of_model.first(), known.first()) {
        (true, Some(model), Some(data)) => format!("--map {model}={data}"),
        _ => format!("--map {}", pairs.join(",")),
    }
}
