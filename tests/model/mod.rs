mod alignment;
mod forward;
mod kernels;
mod pipeline;
mod seqeval;
mod training;
