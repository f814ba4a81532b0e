//! One launch of a kernel of `kernels.cu`.

use candle_core::cuda::cudarc::driver::{DevicePtr, DeviceRepr, LaunchConfig, PushKernelArg};
use candle_core::cuda::{CudaDType, WrapErr};
use candle_core::{CudaDevice, DType, Device, Result, Storage, Tensor, WithDType, bail};

const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/kernels.ptx"));

/// What an array can be made of.
pub(super) trait Element: WithDType + CudaDType + DeviceRepr {}
impl<T: WithDType + CudaDType + DeviceRepr> Element for T {}

/// Blocks and threads.
pub(super) struct Grid {
    pub(super) blocks: u32,
    /// In each.
    pub(super) threads: u32,
}

impl Grid {
    /// A thread for each element, up to so many that the loops stride over the rest.
    pub(super) fn each(n: usize) -> Self {
        const THREADS: usize = 256;
        const MOST_BLOCKS: usize = 4096;
        Self { blocks: n.div_ceil(THREADS).clamp(1, MOST_BLOCKS) as u32, threads: THREADS as u32 }
    }
}

/// A parameter of a kernel.
enum Parameter {
    /// An address on the device.
    Array(u64),
    Size(usize),
    Number(u32),
}

/// A kernel and its parameters so far.
pub(super) struct Launch {
    device: CudaDevice,
    name: &'static str,
    parameters: Vec<Parameter>,
}

impl Launch {
    /// A launch on the device of this tensor.
    pub(super) fn new(name: &'static str, on: &Tensor) -> Result<Self> {
        match on.device() {
            Device::Cuda(device) => Ok(Self { device: device.clone(), name, parameters: Vec::new() }),
            _ => bail!("{name} needs a tensor on an NVIDIA GPU"),
        }
    }

    /// The next parameter: the array of a contiguous tensor.
    pub(super) fn array<T: Element>(&mut self, tensor: &Tensor) -> Result<&mut Self> {
        let (storage, layout) = tensor.storage_and_layout();
        let (Storage::Cuda(storage), Some((start, _))) = (&*storage, layout.contiguous_offsets()) else {
            bail!("{} needs contiguous arrays on an NVIDIA GPU", self.name)
        };
        let stream = self.device.cuda_stream();
        let (address, _order) = storage.as_cuda_slice::<T>()?.device_ptr(&stream);
        self.parameters.push(Parameter::Array(address + (start * size_of::<T>()) as u64));
        Ok(self)
    }

    /// The next parameter: a `size_t`.
    pub(super) fn size(&mut self, size: usize) -> &mut Self {
        self.parameters.push(Parameter::Size(size));
        self
    }

    /// The next parameter: an `unsigned int`.
    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        self.parameters.push(Parameter::Number(number));
        self
    }

    /// Puts the launch into the stream, with a last parameter.
    ///
    /// # Safety
    /// The parameters must be those of the kernel in number, order and type, and the arrays as long as it reads and
    /// writes them.
    pub(super) unsafe fn over(self, grid: Grid, last: impl DeviceRepr) -> Result<()> {
        let function = self.device.get_or_load_custom_func(self.name, "tagwright", PTX)?;
        let mut builder = function.builder();
        for parameter in &self.parameters {
            match parameter {
                Parameter::Array(address) => builder.arg(address),
                Parameter::Size(size) => builder.arg(size),
                Parameter::Number(number) => builder.arg(number),
            };
        }
        builder.arg(&last);
        let shape =
            LaunchConfig { grid_dim: (grid.blocks, 1, 1), block_dim: (grid.threads, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the caller's.
        unsafe { builder.launch(shape) }.w()?;
        Ok(())
    }
}

/// An array like this one, whose elements a kernel has still to write.
pub(super) fn fresh(like: &Tensor) -> Result<Tensor> {
    let kind: DType = like.dtype();
    // SAFETY: every caller's kernel writes every element.
    unsafe { Tensor::empty(like.shape(), kind, like.device()) }
}
