//! What tests share: values of the domain, and the contract that every store keeps.

pub mod build;
pub mod contract;
