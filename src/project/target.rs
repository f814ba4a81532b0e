//! Checks of a target path before writing. Existing files are only replaced with permission of the user. Old data must
//! not be read together with the new files.

use super::dataset_files;
use crate::disk;
use crate::failure::{Failure, FailureKind};
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
) -> Result<(), Failure> {
    if !folder.is_dir() {
        return if folder.exists() {
            let message = format!("{}: is a file, expected a directory", folder.display());
            Err(Failure::new(FailureKind::Access, message))
        } else {
            Ok(())
        };
    }
    let new: HashSet<PathBuf> = names.map(|name| folder.join(name)).collect();
    let data = dataset_files::data_of(folder)?;
    let strange: Vec<&PathBuf> = data.iter().filter(|path| !new.contains(*path)).collect();
    if !strange.is_empty() {
        let listed = listed(strange.into_iter());
        let reason = "the directory contains other data that would be read together with the new files";
        let message = format!("{}: {reason} ({listed}); choose a new or empty directory", folder.display());
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    let replaced: Vec<&PathBuf> = new.iter().filter(|path| path.exists()).collect();
    if existing == Existing::Keep && !replaced.is_empty() {
        let listed = listed(replaced.into_iter());
        let advice = "choose a new directory or use --overwrite";
        let message = format!("{}: {listed} would be replaced; {advice}", folder.display());
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    Ok(())
}

/// Checks that a companion file, such as the text of an annotation, can be written.
///
/// # Errors
/// Returns an error if a different file exists and must not be replaced.
pub fn check_companion(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), Failure> {
    let other = existing == Existing::Keep && path.exists() && disk::read(path).map_or(true, |there| there != bytes);
    if other {
        let advice = "choose another name or use --overwrite";
        let message = format!("{}: exists and would be replaced; {advice}", path.display());
        Err(Failure::new(FailureKind::Conflict, message))
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
