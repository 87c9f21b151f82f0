//! audit placeholder
use crate::port::{Reader, StoreError};
pub struct Finding { pub check: &'static str, pub shop: domain::ShopId, pub subject: String, pub detail: String }
#[derive(Default)] pub struct AuditReport { pub checked: std::collections::BTreeMap<&'static str, u64>, pub findings: Vec<Finding>, pub truncated: bool }
pub fn audit(_: &dyn Reader, _: domain::Instant, _: &mut dyn FnMut(&str, u64)) -> Result<AuditReport, StoreError> { Ok(AuditReport::default()) }
