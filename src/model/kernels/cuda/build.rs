//! Compiles `kernels.cu` to PTX for builds with the feature `cuda`; does nothing in other builds.
//!
//! The driver compiles PTX for the GPU at hand. The minimum is Turing, the oldest generation that CUDA 13 supports.

#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a build script prints to cargo")]

use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "src/model/kernels/cuda/kernels.cu";
const OLDEST: &str = "compute_75";

fn main() {
    println!("cargo:rerun-if-changed={SOURCE}");
    println!("cargo:rerun-if-changed=src/model/kernels/cuda/build.rs");
    if std::env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return;
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("kernels.ptx");
    let arguments = ["-ptx", "-O3", "-std=c++17", "-arch", OLDEST, SOURCE, "-o"];
    match Command::new("nvcc").args(arguments).arg(&out).status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("nvcc failed to compile {SOURCE}: {status}"),
        Err(e) => panic!("the feature cuda requires nvcc of the CUDA toolkit in PATH: {e}"),
    }
}
