//! The subcommand `formats`.

use super::{CliError, output};
use crate::format::FORMATS;
use serde_json::json;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    if arguments.json {
        let formats: Vec<_> = FORMATS
            .iter()
            .map(|f| {
                json!({"name": f.name, "reads": true, "saves": f.rewrite.is_some(),
                "writes": f.write.is_some(), "extensions": f.extensions})
            })
            .collect();
        return output::json_line(&json!({ "formats": formats }));
    }
    output::line(format!("{:<16} {:<6} {:<6} {:<7} description", "name", "reads", "saves", "writes"))?;
    for f in FORMATS {
        let yes = |b| if b { "yes" } else { "no" };
        output::line(format!(
            "{:<16} {:<6} {:<6} {:<7} {} ({})",
            f.name,
            yes(true),
            yes(f.rewrite.is_some()),
            yes(f.write.is_some()),
            f.description,
            f.extensions.join(", ")
        ))?;
    }
    Ok(())
}
