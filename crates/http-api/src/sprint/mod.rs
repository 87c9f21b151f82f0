//! Member sprints: enrolling, standing, claiming, and decisions by hand.

mod act;
pub mod exceptions;
pub mod members;
