//! What operators should know of their strategies: told when they are put and when they are read.

use domain::{
    Code, Instant, Sku, Violation,
    campaign::Campaign,
    pool::{Basis, GiftRecord, PresaleStrategy, Run, Timing},
    time::Zone,
};
use port::PoolRow;
use port::{CampaignRow, ShopRow};

/// What strategies are looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The shop's strategies, and what was heard in downloads.
    pub pool: &'a PoolRow,
    /// The shop's campaigns.
    pub campaigns: &'a [CampaignRow],
    /// The shop's zone, in which times are told.
    pub zone: &'a Zone,
}

impl<'a> Around<'a> {
    /// Of a shop that is loaded.
    pub fn new(row: &'a ShopRow) -> Self {
        Self { pool: &row.pool, campaigns: &row.campaigns, zone: &row.shop.time_zone }
    }

    /// The earliest opening of the balance of a strategy's goods after `from`: from presale campaigns and from
    /// downloaded orders.
    pub fn opening(&self, strategy: &PresaleStrategy, from: Instant) -> Option<Instant> {
        let heard = strategy.goods.iter().filter_map(|sku| self.pool.openings.get(sku).copied());
        let campaigns =
            self.campaigns.iter().filter_map(|row| campaign_opening(&row.campaign, &strategy.goods));
        heard.chain(campaigns).filter(|opens| *opens > from).min()
    }

    /// What an operator should know of a gift strategy: nobody is ranked without a presale strategy (S4-R24), a
    /// balance basis that nobody can meet, a change that waits for a re-run.
    pub fn gift_warnings(&self, record: &GiftRecord, run: &Run) -> Vec<Violation> {
        let strategy = record.newest();
        let mut found = Vec::new();
        let presale = self.pool.presale_of(&strategy.strategy_id);
        if strategy.first_n.is_some() && presale.is_none() {
            found.push(Violation::new("first_n", Code::NeedsPresaleStrategy));
        }
        // Without a presale strategy it is judged on the way to review, before a balance is paid (S4-R27).
        if strategy.basis == Basis::BalancePayment && presale.is_none() {
            let message =
                "without a presale strategy gifts run before the balance is paid: recompute by hand";
            found.push(Violation::with("basis", Code::NeedsPresaleStrategy, message));
        }
        if run.version != record.newest_number() || run.oldest.is_some() {
            let oldest = run.oldest_version();
            let message = format!("orders that have entered go by theirs, from version {oldest} on");
            found.push(Violation::with("version", Code::RunsAsBefore, message));
        }
        let opens = presale.and_then(|presale| {
            let heard = self.opening(&presale.strategy, presale.strategy.validity.starts_at);
            presale.strategy.balance_opens_at.into_iter().chain(heard).min()
        });
        if strategy.basis == Basis::BalancePayment && opens.is_some_and(|at| strategy.activity.ends_at <= at)
        {
            found.push(Violation::with(
                "activity",
                Code::OutsideActivity,
                "it ends before the balance opens",
            ));
        }
        found
    }

    /// What an operator should know of a presale strategy: gifts that this timing comes too early for (S4-R26,
    /// S4-R27), times that do not fit (S4-R03), another strategy for the same goods (S4-R13).
    pub fn presale_warnings(&self, strategy: &PresaleStrategy) -> Vec<Violation> {
        let mut found = Vec::new();
        let pool = self.pool;
        let gifts = strategy.gift_strategies.iter().enumerate();
        for (index, gift) in gifts.filter_map(|(index, id)| Some((index, pool.gifts.get(id)?.newest()))) {
            let field = format!("gift_strategies[{index}]");
            if !gift.validity.contains(strategy.activation_at) {
                found.push(Violation::new(&field, Code::OutsideValidity));
            }
            let runs_in = matches!(strategy.timing, Timing::TransferIn | Timing::TransferInAndOut);
            if runs_in && gift.by_amount {
                found.push(Violation::new(&field, Code::AmountNotFinal));
            }
            if strategy.timing == Timing::TransferIn && gift.basis == Basis::BalancePayment {
                found.push(Violation::new(&field, Code::BasisUnknown));
            }
        }
        if !strategy.validity.contains(strategy.activation_at) {
            found.push(Violation::new("activation_at", Code::OutsideValidity));
        }
        let heard = self.opening(strategy, strategy.validity.starts_at);
        if heard.is_some_and(|opens| opens <= strategy.activation_at) {
            found.extend(strategy.opening_violation(heard, self.zone));
        }
        for other in pool.presales.values().filter(|other| strategy.overlaps(&other.strategy)) {
            let message = format!("{} covers some of them too", other.strategy.strategy_id);
            found.push(Violation::with("goods", Code::Overlapping, message));
        }
        found
    }
}

fn campaign_opening(campaign: &Campaign, goods: &[Sku]) -> Option<Instant> {
    let live = campaign.closed_at.is_none() && campaign.published_at.is_some();
    let terms = campaign.versions.last()?.terms.of::<domain::campaign::presale::Terms>().filter(|_| live)?;
    let sells = terms.items.iter().any(|item| goods.binary_search(&item.sku).is_ok());
    sells.then_some(terms.balance_window.starts_at)
}
