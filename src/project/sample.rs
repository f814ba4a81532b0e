//! The sample dataset and the starter model, which travel inside the program.

use super::app_dirs::AppDirs;
use super::source::{Dataset, SourceError};
use crate::corpus::Split;
use crate::disk::{self, DiskError};
use std::path::PathBuf;

/// The sample's files.
const FILES: [(&str, &[u8], Split); 3] = [
    ("train.conll", include_bytes!("../../assets/sample/train.conll"), Split::Train),
    ("dev.conll", include_bytes!("../../assets/sample/dev.conll"), Split::Dev),
    ("test.conll", include_bytes!("../../assets/sample/test.conll"), Split::Test),
];

/// The sample in memory.
///
/// # Errors
/// Never, while the files in `assets/sample` are a dataset.
pub fn dataset() -> Result<Dataset, SourceError> {
    Dataset::from_bytes("sample", &FILES)
}

/// A copy of the sample's files that a person can edit and save; one that is there already stays as it is.
///
/// # Errors
/// When the user's data folder cannot be written.
pub fn extract(places: &AppDirs) -> Result<PathBuf, DiskError> {
    let folder = places.sample();
    if !FILES.iter().all(|(name, _, _)| folder.join(name).is_file()) {
        let files = FILES.iter().map(|(name, bytes, _)| Ok::<_, DiskError>(((*name).to_owned(), bytes.to_vec())));
        disk::write_dir(&folder, files)?;
    }
    Ok(folder)
}
