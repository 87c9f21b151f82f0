//! The mapping file: which columns of an export become which fields of an order.
//!
//! What always holds: a [`Mapping`] in hand is complete. Every table, column name, template, zone and
//! limit in it has been checked, so reading can only fail over the export itself.
//!
//! What it never does: look at the export. Whether a column is there is seen when its file is opened.

mod amounts;
mod document;
mod empty;
mod error;
mod settings;
mod source;
mod wrong;

pub use error::MappingError;
pub use settings::{CampaignSettings, ClaimModel, Settings, ShopSettings};

use crate::plan::{Compiler, Layout, Plan, ReplayRoles};
use document::Document;
use std::path::Path;

pub(crate) use amounts::Amounts;
pub(crate) use document::{
    Alternatives, Blank, Columns, Join, Keep, Line, Order, Repeated, Seconds, Table, Times,
};
pub(crate) use empty::Empty;
pub(crate) use source::text;
pub(crate) use wrong::Wrong;

/// A checked mapping.
#[derive(Debug)]
pub struct Mapping {
    /// What the export is called in the report.
    pub name: String,
    /// What the report says of it: where it is from, its licence.
    pub note: String,
    /// BLAKE3 of the mapping file, so that a report names the mapping it was made with.
    pub blake3: String,
    /// The shop, the campaign and the claims to replay.
    pub settings: Settings,
    pub(crate) plan: Plan,
    pub(crate) roles: ReplayRoles,
}

impl Mapping {
    /// Reads and checks a mapping file, or the shipped mapping of that name.
    pub fn open(path: &Path) -> Result<Self, MappingError> {
        let (text, file) = text(path, |known| known.replay)?;
        Self::parse(&text, &file)
    }

    /// Checks the text of a mapping; `file` is its name in errors.
    pub fn parse(text: &str, file: &str) -> Result<Self, MappingError> {
        let mut document: Document =
            toml::from_str(text).map_err(|error| MappingError::syntax(file, text, &error))?;
        let wrong = |wrong: Wrong| MappingError::field(file, wrong);
        let settings =
            Settings::try_new(&document.shop, document.campaign, document.claims, &mut document.amounts)
                .map_err(wrong)?;
        let layout = Layout {
            tables: &document.tables,
            joins: &document.joins,
            maps: &document.maps,
            times: &document.times,
            amounts: &document.amounts,
            cells: &document.cells,
            lines: &document.line.table,
        };
        let roles =
            |compiler: &mut Compiler<'_>| ReplayRoles::compile(compiler, &document.order, &document.line);
        let (plan, roles) = Plan::compile(layout, &settings.shop.time_zone, roles).map_err(wrong)?;
        Ok(Self {
            plan,
            roles,
            name: document.name,
            note: document.note,
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
            settings,
        })
    }
}
