//! The window, driven by accessible label, with the real worker, the real starter and real files. Only the answers of
//! file dialogs are given by the test.

mod annotating;
mod data;
mod labelling;
mod opening;
mod preferences;
mod saving;
mod screenshots;
mod training;
mod trying;
