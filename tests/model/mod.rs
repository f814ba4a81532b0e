mod alignment;
mod cuda_kernels;
mod forward;
mod kernels;
mod pipeline;
mod recipe;
mod seqeval;
mod training;
