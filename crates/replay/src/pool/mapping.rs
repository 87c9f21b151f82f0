//! The mapping file of a pool: which columns become a downloaded order, and the strategies.
//!
//! What always holds: as for a replay's mapping, a [`PoolMapping`] in hand is complete, so reading can
//! only fail over the export itself.

use super::{document, roles::PoolRoles, strategies::Strategies};
use crate::{
    mapping::{self, MappingError, Wrong},
    plan::{Layout, Plan},
    read::{ReadError, Standing, find_files, matches},
};
use domain::{
    Instant, ShopId,
    shop::{Shop, ShopKind},
    time::Zone,
};
use money::Currency;
use std::path::{Path, PathBuf};

/// A checked mapping of a pool.
#[derive(Debug)]
pub struct PoolMapping {
    /// What the export is called.
    pub name: String,
    /// What is said of it: where it is from, its licence.
    pub note: String,
    /// BLAKE3 of the mapping file.
    pub blake3: String,
    /// The strategies, where the file has a presale strategy.
    pub strategies: Option<Strategies>,
    /// Through which moment the export holds every order; for ever without one.
    pub through: Option<Instant>,
    /// When the export was made, where that is said: an older one changes less (A-S4-23).
    pub as_of: Option<Instant>,
    /// The same of the files whose names fit a pattern, the first that fits, where it is not said of all.
    pub as_of_files: Vec<(String, Instant)>,
    /// The zone of the shop.
    pub zone: Zone,
    currency: Option<String>,
    pub(super) plan: Plan,
    pub(super) roles: PoolRoles,
    pub(super) standing: Standing,
}

impl PoolMapping {
    /// Reads and checks a mapping file, or the shipped mapping of that name. Orders are `shop`'s when one is named,
    /// whatever the mapping says.
    pub fn open(path: &Path, shop: Option<&ShopId>) -> Result<Self, MappingError> {
        let (text, file) = mapping::text(path, |known| Some(known.pool))?;
        Self::parse(&text, &file, shop)
    }

    /// Checks the text of a mapping; `file` is its name in errors.
    pub fn parse(text: &str, file: &str, shop: Option<&ShopId>) -> Result<Self, MappingError> {
        let mut document: document::Document =
            toml::from_str(text).map_err(|error| MappingError::syntax(file, text, &error))?;
        let wrong = |wrong: Wrong| MappingError::field(file, wrong);
        let zone = document.shop.time_zone.clone().unwrap_or_else(Zone::shanghai);
        let code = document.shop.currency.as_deref().unwrap_or("CNY");
        if let Some(currency) = Currency::find(code) {
            document.amounts.settle(currency).map_err(wrong)?;
        }
        let layout = Layout {
            tables: &document.tables,
            joins: &document.joins,
            maps: &document.maps,
            times: &document.times,
            amounts: &document.amounts,
            cells: &document.cells,
            lines: &document.line.table,
        };
        let roles = |compiler: &mut crate::plan::Compiler<'_>| {
            PoolRoles::compile(compiler, &document.order, &document.line, shop)
        };
        let (plan, roles) = Plan::compile(layout, &zone, roles).map_err(wrong)?;
        let gifts = &document.gift_strategy;
        let strategies = match &document.presale_strategy {
            Some(presale) => {
                let currency = document.shop.currency.as_deref().map_or(Currency::CNY, Currency::of_stored);
                Some(Strategies::try_new(presale, gifts, &zone, currency).map_err(wrong)?)
            }
            None if gifts.is_empty() => None,
            None => return Err(wrong(Wrong::new("presale_strategy", "gift strategies belong to one"))),
        };
        let (as_of, as_of_files) = match document.download.as_of {
            None => (None, Vec::new()),
            Some(document::AsOf::All(at)) => (Some(at.0), Vec::new()),
            Some(document::AsOf::ByFile(files)) => {
                (None, files.into_iter().map(|(pattern, at)| (pattern, at.0)).collect())
            }
        };
        let mapping = Self {
            plan,
            roles,
            standing: document.order.rows,
            name: document.name,
            note: document.note,
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
            strategies,
            zone,
            through: document.download.through.map(|at| at.0),
            as_of,
            as_of_files,
            currency: document.shop.currency,
        };
        let shop = mapping.shop(ShopId::platform());
        if let Some(found) = shop.violations().first() {
            return Err(wrong(Wrong::of(format!("shop.{}", found.field), found, shop.money())));
        }
        Ok(mapping)
    }

    /// Its tables, each with the columns that it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.plan.tables.iter().map(|table| (table.name.as_str(), table.columns.as_slice()))
    }

    /// The one shop of all orders, where the mapping names it.
    pub fn only_shop(&self) -> Option<&ShopId> {
        self.roles.only_shop()
    }

    /// When a file was made, where that is said: of all files, else as the mapping's patterns say.
    pub fn as_of(&self, file: &str) -> Option<Instant> {
        let of_file = || self.as_of_files.iter().find(|(pattern, _)| matches(pattern, file));
        self.as_of.or_else(|| of_file().map(|(_, at)| *at))
    }

    /// The files among these, and in the folders among these, that its tables read; refused where a table has none,
    /// or a file that was named is read by no table.
    pub fn files(&self, inputs: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
        find_files(&self.plan, inputs)
    }

    /// Where it has one table, that reads a file of any name: who sends one file has said which.
    pub fn read_any_name(&mut self) {
        if let [only] = &mut self.plan.tables[..] {
            only.files = vec!["*".to_owned()];
        }
    }

    /// The shop of that id as the pool is run in; its name is its id.
    pub fn shop(&self, shop_id: ShopId) -> Shop {
        let name = shop_id.as_str().to_owned();
        let shop = Shop::with_defaults(shop_id, name, ShopKind::Sop);
        let currency = self.currency.clone().unwrap_or_else(|| shop.currency.clone());
        Shop { time_zone: self.zone.clone(), currency, ..shop }
    }
}
