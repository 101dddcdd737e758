//! The tools that hold the document against other documents and against reality.

mod diff;
mod upstream;
