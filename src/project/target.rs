//! Checks of a place that something is about to be written to: nothing of a person's is replaced unasked, and nothing old is
//! read together with the new.

use super::dataset_files;
use crate::disk;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Whether files that exist may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// A person said so.
    Replace,
    /// They stay, and the writing is refused.
    Keep,
}

/// Checks that files of these names (below the folder) can be written into a folder.
///
/// # Errors
/// Names the files that would be replaced, unless they may be; and data in the folder that would be read together with the new files.
pub fn check_folder<'n>(
    folder: &Path,
    names: impl Iterator<Item = &'n Path>,
    existing: Existing,
) -> Result<(), String> {
    if !folder.is_dir() {
        return if folder.exists() {
            Err(format!("{}: it is a file; name a folder", folder.display()))
        } else {
            Ok(())
        };
    }
    let new: HashSet<PathBuf> = names.map(|name| folder.join(name)).collect();
    let data = dataset_files::data_of(folder).map_err(|e| e.to_string())?;
    let strange: Vec<&PathBuf> = data.iter().filter(|path| !new.contains(*path)).collect();
    if !strange.is_empty() {
        let listed = listed(strange.into_iter());
        let why = "the folder holds other data, which would be read together with the new files";
        return Err(format!("{}: {why} ({listed}); choose a new or empty folder", folder.display()));
    }
    let replaced: Vec<&PathBuf> = new.iter().filter(|path| path.exists()).collect();
    if existing == Existing::Keep && !replaced.is_empty() {
        let listed = listed(replaced.into_iter());
        return Err(format!("{}: {listed} would be replaced; choose a new folder, or --overwrite", folder.display()));
    }
    Ok(())
}

/// Checks that a file which comes with a named one, such as the text of an annotation, can be written.
///
/// # Errors
/// When another file has its name, unless it may be replaced.
pub fn check_companion(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), String> {
    let other = existing == Existing::Keep && path.exists() && disk::read(path).map_or(true, |there| there != bytes);
    if other {
        Err(format!("{}: it exists and would be replaced; choose another name, or --overwrite", path.display()))
    } else {
        Ok(())
    }
}

/// Some names, and how many more.
fn listed<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> String {
    const NAMED: usize = 5;
    let mut names: Vec<String> =
        paths.map(|p| p.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
    names.sort();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more > 0 { format!("{names} and {more} more") } else { names }
}
