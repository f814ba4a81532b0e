mod columns;
mod edits;
mod project;
mod schemes;
