//! Member sprints: what a platform sets up and whom it invites, prizes; enrolling, standing, claiming, and decisions by hand.

mod act;
pub mod enroll_file;
pub mod exceptions;
pub mod figures;
pub mod invitations;
pub mod members;
pub mod plans;
pub mod prizes;
pub mod report;
mod standing;
pub mod taking_part;
