mod columns;
mod edits;
mod formats;
mod project;
mod schemes;
