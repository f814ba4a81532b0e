mod alignment;
mod forward;
mod kernels;
mod pipeline;
mod recipe;
mod seqeval;
mod training;
