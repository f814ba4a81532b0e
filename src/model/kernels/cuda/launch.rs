//! Launch of one kernel of `kernels.cu`.

use candle_core::cuda::cudarc::driver::{DevicePtr, DeviceRepr, LaunchConfig, PushKernelArg};
use candle_core::cuda::{CudaDType, WrapErr};
use candle_core::{CudaDevice, DType, Device, Result, Storage, Tensor, WithDType, bail};

const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/kernels.ptx"));

/// Element types of arrays.
pub(super) trait Element: WithDType + CudaDType + DeviceRepr {}
impl<T: WithDType + CudaDType + DeviceRepr> Element for T {}

/// Launch grid: number of blocks and threads.
pub(super) struct Grid {
    pub(super) blocks: u32,
    /// Number of threads per block.
    pub(super) threads: u32,
}

impl Grid {
    /// Creates a grid with one thread per element, up to a maximum; above it, the loops of the kernels stride.
    pub(super) fn each(n: usize) -> Self {
        const THREADS: usize = 256;
        const MOST_BLOCKS: usize = 4096;
        Self { blocks: n.div_ceil(THREADS).clamp(1, MOST_BLOCKS) as u32, threads: THREADS as u32 }
    }
}

/// Parameter of a kernel.
enum Parameter {
    /// Address on the device.
    Array(u64),
    Size(usize),
    Number(u32),
}

/// A kernel with the parameters added so far.
pub(super) struct Launch {
    device: CudaDevice,
    name: &'static str,
    parameters: Vec<Parameter>,
}

impl Launch {
    /// Creates a launch on the device of this tensor.
    pub(super) fn new(name: &'static str, on: &Tensor) -> Result<Self> {
        match on.device() {
            Device::Cuda(device) => Ok(Self { device: device.clone(), name, parameters: Vec::new() }),
            _ => bail!("{name} requires a tensor on an NVIDIA GPU"),
        }
    }

    /// Adds the array of a contiguous tensor as the next parameter.
    pub(super) fn array<T: Element>(&mut self, tensor: &Tensor) -> Result<&mut Self> {
        let (storage, layout) = tensor.storage_and_layout();
        let (Storage::Cuda(storage), Some((start, _))) = (&*storage, layout.contiguous_offsets()) else {
            bail!("{} requires contiguous arrays on an NVIDIA GPU", self.name)
        };
        let stream = self.device.cuda_stream();
        let (address, _order) = storage.as_cuda_slice::<T>()?.device_ptr(&stream);
        self.parameters.push(Parameter::Array(address + (start * size_of::<T>()) as u64));
        Ok(self)
    }

    /// Adds a `size_t` as the next parameter.
    pub(super) fn size(&mut self, size: usize) -> &mut Self {
        self.parameters.push(Parameter::Size(size));
        self
    }

    /// Adds an `unsigned int` as the next parameter.
    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        self.parameters.push(Parameter::Number(number));
        self
    }

    /// Adds a last parameter and puts the launch into the stream.
    ///
    /// # Safety
    /// The parameters must match those of the kernel in number, order and type.
    /// The arrays must be at least as long as the range that the kernel reads and writes.
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
        // SAFETY: guaranteed by the caller.
        unsafe { builder.launch(shape) }.w()?;
        Ok(())
    }
}

/// Allocates an array with the shape and type of `like`. A kernel must write all its elements.
pub(super) fn fresh(like: &Tensor) -> Result<Tensor> {
    let kind: DType = like.dtype();
    // SAFETY: the kernel of every caller writes every element.
    unsafe { Tensor::empty(like.shape(), kind, like.device()) }
}
