//! `tagwright formats`.

use super::{Failure, output};
use crate::format::FORMATS;
use serde_json::json;

#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.json {
        let formats: Vec<_> = FORMATS
            .iter()
            .map(|f| json!({"name": f.name, "reads": f.reads, "writes": f.writes, "extensions": f.extensions}))
            .collect();
        return output::line(json!({ "formats": formats }));
    }
    output::line(format!("{:<11} {:<6} {:<7} what", "name", "reads", "writes"))?;
    for f in FORMATS {
        let yes = |b| if b { "yes" } else { "no" };
        output::line(format!(
            "{:<11} {:<6} {:<7} {} ({})",
            f.name,
            yes(f.reads),
            yes(f.writes),
            f.what,
            f.extensions.join(", ")
        ))?;
    }
    Ok(())
}
