//! Checks of a target path before writing. Existing files are only replaced with permission of the user. Old data must
//! not be read together with the new files.

use super::dataset_files;
use crate::disk;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Treatment of existing files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Existing files are replaced, with permission of the user.
    Replace,
    /// Existing files are kept, and writing is refused.
    Keep,
}

/// Checks that files with these relative names can be written to a directory.
///
/// # Errors
/// Returns a message with the files that must not be replaced, or with existing data that would be read with the new
/// files.
pub fn check_folder<'n>(
    folder: &Path,
    names: impl Iterator<Item = &'n Path>,
    existing: Existing,
) -> Result<(), String> {
    if !folder.is_dir() {
        return if folder.exists() {
            Err(format!("{}: is a file, expected a directory", folder.display()))
        } else {
            Ok(())
        };
    }
    let new: HashSet<PathBuf> = names.map(|name| folder.join(name)).collect();
    let data = dataset_files::data_of(folder).map_err(|e| e.to_string())?;
    let strange: Vec<&PathBuf> = data.iter().filter(|path| !new.contains(*path)).collect();
    if !strange.is_empty() {
        let listed = listed(strange.into_iter());
        let reason = "the directory contains other data that would be read together with the new files";
        return Err(format!("{}: {reason} ({listed}); choose a new or empty directory", folder.display()));
    }
    let replaced: Vec<&PathBuf> = new.iter().filter(|path| path.exists()).collect();
    if existing == Existing::Keep && !replaced.is_empty() {
        let listed = listed(replaced.into_iter());
        return Err(format!(
            "{}: {listed} would be replaced; choose a new directory or use --overwrite",
            folder.display()
        ));
    }
    Ok(())
}

/// Checks that a companion file, such as the text of an annotation, can be written.
///
/// # Errors
/// Returns an error if a different file exists and must not be replaced.
pub fn check_companion(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), String> {
    let other = existing == Existing::Keep && path.exists() && disk::read(path).map_or(true, |there| there != bytes);
    if other {
        Err(format!("{}: exists and would be replaced; choose another name or use --overwrite", path.display()))
    } else {
        Ok(())
    }
}

/// Returns the first names, and the number of others.
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
