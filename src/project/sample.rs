//! Bundled sample dataset and starter model.

use super::app_dirs::AppDirs;
use super::source::{Dataset, SourceError};
use crate::corpus::Split;
use crate::disk::{self, DiskError};
use std::path::PathBuf;

/// Files of the sample.
const FILES: [(&str, &[u8], Split); 3] = [
    ("train.conll", include_bytes!("../../assets/sample/train.conll"), Split::Train),
    ("dev.conll", include_bytes!("../../assets/sample/dev.conll"), Split::Dev),
    ("test.conll", include_bytes!("../../assets/sample/test.conll"), Split::Test),
];

/// Returns the sample in memory.
///
/// # Errors
/// Returns an error only if the files in `assets/sample` are not a dataset.
pub fn dataset() -> Result<Dataset, SourceError> {
    Dataset::from_bytes("sample", &FILES)
}

/// Extracts the sample to an editable copy. An existing copy is not changed.
///
/// # Errors
/// Returns an error if the data directory cannot be written.
pub fn extract(places: &AppDirs) -> Result<PathBuf, DiskError> {
    let folder = places.sample();
    if !FILES.iter().all(|(name, _, _)| folder.join(name).is_file()) {
        let files = FILES.iter().map(|(name, bytes, _)| Ok::<_, DiskError>(((*name).to_owned(), bytes.to_vec())));
        disk::write_dir(&folder, files)?;
    }
    Ok(folder)
}
