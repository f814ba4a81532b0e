//! Tensors as slices, and slices as tensors, without a copy.

use candle_core::{CpuStorage, Device, Result, Storage, Tensor};
use std::ops::{Deref, Range};

/// A contiguous f32 tensor in the processor's memory, borrowed as a slice.
struct View<G> {
    /// candle's read guard, whose type is its own.
    storage: G,
    range: Range<usize>,
}

impl<G: Deref<Target = Storage>> Deref for View<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.storage {
            Storage::Cpu(CpuStorage::F32(values)) => &values[self.range.clone()],
            // `view` has refused everything else, and a tensor's storage never changes its kind.
            _ => &[],
        }
    }
}

/// Borrows a tensor.
///
/// # Errors
/// When it is not f32, not contiguous, or not in the processor's memory.
pub fn view(tensor: &Tensor) -> Result<impl Deref<Target = [f32]>> {
    let (storage, layout) = tensor.storage_and_layout();
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused kernel needs contiguous rows, got {:?}", layout.shape())
    };
    if !matches!(&*storage, Storage::Cpu(CpuStorage::F32(_))) {
        candle_core::bail!("a fused kernel needs f32 on the cpu, got {:?}", tensor.dtype())
    }
    Ok(View { storage, range: start..end })
}

/// A tensor that owns these values.
///
/// # Errors
/// When the shape does not fit.
pub fn tensor(values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values, shape, &Device::Cpu)
}
