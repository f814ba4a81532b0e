//! Numeric precision of training.
//!
//! Only the kernels for GPUs support 16 bits; the CPU computes in f32.

use super::{Device, ModelError};

/// Number type of the matrix products of a training step. Weights, moments and row sums are always f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComputeDtype {
    /// 32 bits.
    #[default]
    Fp32,
    /// 32 bits, of which the tensor cores of an NVIDIA GPU use 19 (Ampere and later).
    Tf32,
    /// 16 bits with the range of f32 (Ampere and later).
    Bf16,
    /// 16 bits with a small range. The loss is scaled, so that gradients stay in the range.
    Fp16,
}

impl ComputeDtype {
    /// All variants, with the names of the Trainer.
    pub const ALL: [(&str, Self); 4] =
        [("fp32", Self::Fp32), ("tf32", Self::Tf32), ("bf16", Self::Bf16), ("fp16", Self::Fp16)];

    /// Returns the name of the Trainer.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, a)| *a == self).map_or("fp32", |(name, _)| name)
    }

    /// Returns the variant with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, a)| *a)
    }

    /// Returns the requested precision, or by default the fastest one that trains as well as f32 on the device.
    ///
    /// # Errors
    /// Returns an error if the device does not support the requested precision.
    pub fn resolve(
        device: &Device,
        generation: Option<Generation>,
        requested: Option<Self>,
    ) -> Result<Self, ModelError> {
        let modern = generation.is_some_and(Generation::has_bf16);
        let refuse = |reason: String| Err(ModelError::Unsupported(reason));
        match requested {
            Some(Self::Fp32) => Ok(Self::Fp32),
            Some(requested) if !device.is_cuda() => refuse(format!(
                "{} requires an NVIDIA GPU; use --precision auto (fp32 on this device)",
                requested.name()
            )),
            Some(requested @ (Self::Tf32 | Self::Bf16)) if !modern => {
                let name = requested.name();
                refuse(format!("{name} requires an Ampere GPU or newer; use fp16 or fp32"))
            }
            Some(requested) => Ok(requested),
            None if device.is_cuda() => Ok(if modern { Self::Bf16 } else { Self::Fp16 }),
            None => Ok(Self::Fp32),
        }
    }
}

/// NVIDIA compute capability: major and minor version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub i32, pub i32);

impl Generation {
    /// Lowest capability that CUDA 13 and the kernels of Tagwright support: Turing.
    pub const OLDEST: Self = Self(7, 5);

    /// True for Ampere and later.
    fn has_bf16(self) -> bool {
        self >= Self(8, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_supports_only_fp32() {
        let on = |requested| ComputeDtype::resolve(&Device::Cpu, None, requested).map_err(|e| e.to_string());
        assert_eq!(on(None), Ok(ComputeDtype::Fp32));
        assert_eq!(on(Some(ComputeDtype::Fp32)), Ok(ComputeDtype::Fp32));
        assert!(on(Some(ComputeDtype::Bf16)).is_err_and(|e| e.contains("bf16 requires an NVIDIA GPU")));
    }

    #[test]
    fn bf16_requires_ampere() {
        assert!(Generation(8, 0).has_bf16() && Generation(12, 0).has_bf16());
        assert!(!Generation(7, 5).has_bf16());
    }
}
