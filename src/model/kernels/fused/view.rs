//! Conversion between tensors and slices, without a copy.

use candle_core::{CpuStorage, Device, Result, Storage, Tensor};
use std::ops::{Deref, Range};

/// A contiguous f32 tensor in CPU memory, borrowed as a slice.
struct View<G> {
    /// Read guard of candle, whose type is private.
    storage: G,
    range: Range<usize>,
}

impl<G: Deref<Target = Storage>> Deref for View<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.storage {
            Storage::Cpu(CpuStorage::F32(values)) => &values[self.range.clone()],
            // `view` rejects everything else, and the kind of a tensor's storage never changes.
            _ => &[],
        }
    }
}

/// Borrows a tensor as a slice.
///
/// # Errors
/// Returns an error if the tensor is not f32, not contiguous, or not in CPU memory.
pub fn view(tensor: &Tensor) -> Result<impl Deref<Target = [f32]>> {
    let (storage, layout) = tensor.storage_and_layout();
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("CPU kernel requires contiguous rows, got {:?}", layout.shape())
    };
    if !matches!(&*storage, Storage::Cpu(CpuStorage::F32(_))) {
        candle_core::bail!("CPU kernel requires f32 on the CPU, got {:?}", tensor.dtype())
    }
    Ok(View { storage, range: start..end })
}

/// Creates a tensor that owns these values.
///
/// # Errors
/// Returns an error if the shape does not match the number of values.
pub fn tensor(values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values, shape, &Device::Cpu)
}
