//! A shop's rules, compiled once for each of the shop's revisions and read by every quote.

use crate::{
    conditions::Conditions,
    freight::Lowers,
    goods::Named,
    head::{Head, Reach},
    index::{Draft, Index, Symbols, UNKNOWN, count},
    needs::Needs,
    rules::{Floors, Rule, RuleTerms},
    stacking::What,
    units::Units,
};
use domain::{
    CampaignId, Instant,
    campaign::promotion::{
        FreightTerms, Gift, GiftTerms, Goods, ItemBenefit, ItemTerms, Limits, OrderTerms, Others, Tier,
        UnitTerms, When,
    },
    catalog::{Scope, ScopeMode},
    limits,
};
use money::Money;
use rustc_hash::FxHashMap;

/// Compiled rules. Pricing never changes them, so any number of threads may share one set.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    pub(crate) version: u64,
    pub(crate) symbols: Symbols,
    pub(crate) items: Vec<Item>,
    pub(crate) units: Vec<Units>,
    pub(crate) orders: Vec<Order>,
    pub(crate) gifts: Vec<Gifts>,
    pub(crate) item_index: Index,
    pub(crate) unit_index: Index,
    pub(crate) order_index: Index,
    pub(crate) gift_index: Index,
    /// By SKU number: its floors.
    pub(crate) floors: Vec<Vec<(Instant, Instant, i64)>>,
    pub(crate) groups: usize,
    pub(crate) unit_groups: usize,
    pub(crate) freights: Vec<Lowers>,
    pub(crate) freight_index: Index,
    pub(crate) freight_groups: usize,
    by_clock: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub head: Head,
    pub benefit: ItemBenefit,
    pub what: What,
    pub needs: Needs,
    /// On top of the best price.
    pub stacks: bool,
    /// Beside no other of a line.
    pub exclusive: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub head: Head,
    /// By rising `spend`; at least one.
    pub tiers: Box<[Step]>,
    pub every: bool,
    pub needs: Needs,
    /// Lines with an item or unit promotion stay out.
    pub undiscounted: bool,
    /// The number of its group, or [`UNKNOWN`].
    pub group: u32,
}

/// A tier in plain integers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub spend: i64,
    save: i64,
    basis_points: i64,
    cap: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Gifts {
    pub head: Head,
    pub what: What,
    pub gifts: Box<[Gift]>,
}

impl RuleSet {
    /// Compiles rules. Promotions work in the order of their priorities, then of their ids; gifts in the order of
    /// their ids. Terms that could not be published match nothing.
    ///
    /// ```
    /// use pricing::{RuleSet, rules::Floors};
    ///
    /// let rules = RuleSet::compile(vec![], Floors::none()).at_version(7);
    /// assert_eq!(rules.version(), 7);
    /// ```
    pub fn compile(mut rules: Vec<Rule>, floors: Floors) -> Self {
        let priority = |rule: &Rule| match &rule.terms {
            RuleTerms::Units(terms) => terms.priority,
            RuleTerms::Order(terms) => terms.priority,
            RuleTerms::Freight(terms) => terms.priority,
            RuleTerms::Item(terms) => terms.priority,
            RuleTerms::Gift(_) => 0,
        };
        rules.sort_by(|a, b| (priority(a), &a.campaign_id).cmp(&(priority(b), &b.campaign_id)));
        let mut set = Self::default();
        let mut drafts: [Draft; 5] = Default::default();
        let mut groups: [FxHashMap<String, u32>; 3] = Default::default();
        let [unit_groups, order_groups, freight_groups] = &mut groups;
        let [items, units, orders, gifts, freights] = &mut drafts;
        for rule in rules.iter().filter(|rule| rule.is_sound()) {
            match &rule.terms {
                RuleTerms::Item(terms) => set.add_item(rule, terms, items),
                RuleTerms::Units(terms) => set.add_units(rule, terms, unit_groups, units),
                RuleTerms::Order(terms) => set.add_order(rule, terms, order_groups, orders),
                RuleTerms::Freight(terms) => set.add_freight(rule, terms, freight_groups, freights),
                RuleTerms::Gift(terms) => set.add_gifts(rule, terms, gifts),
            }
        }
        [set.item_index, set.unit_index, set.order_index, set.gift_index, set.freight_index] =
            drafts.map(Index::of);
        [set.unit_groups, set.groups, set.freight_groups] = groups.map(|groups| groups.len());
        set.add_floors(&floors);
        set
    }

    /// The same rules under the shop's revision that they belong to; quotes repeat it.
    pub fn at_version(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    /// The campaigns that are limited, with what they limit.
    pub fn limited(&self) -> impl Iterator<Item = (&CampaignId, &Limits)> {
        let heads = self.items.iter().map(|rule| &rule.head).chain(self.units.iter().map(|rule| &rule.head));
        let heads = heads.chain(self.orders.iter().map(|rule| &rule.head));
        let heads = heads.chain(self.freights.iter().map(|rule| &rule.head));
        heads.filter_map(|head| Some((&head.campaign_id, &**head.limits.as_ref()?)))
    }

    /// Whether a rule asks for the shop's clock: then a cart says its zone.
    pub const fn is_by_clock(&self) -> bool {
        self.by_clock
    }

    /// The shop's revision.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// How many rules there are.
    pub const fn len(&self) -> usize {
        self.items.len() + self.units.len() + self.orders.len() + self.gifts.len() + self.freights.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add_item(&mut self, rule: &Rule, terms: &ItemTerms, draft: &mut Draft) {
        let Some(benefit) = terms.benefit() else { return };
        let what = if terms.member_only { What::MemberPrice } else { What::ItemPromotion };
        let head = self.head(rule, &terms.segments, (terms.when.as_ref(), terms.limits.as_ref()));
        let head = Head { members: terms.member_only, ..head };
        self.reach(&rule.scope, &head, 0, count(self.items.len()), draft);
        let needs = Needs::of(terms.min_quantity, terms.min_goods);
        let (stacks, exclusive) = (terms.stacks, terms.exclusive);
        self.items.push(Item { head, benefit, what, needs, stacks, exclusive });
        draft.rules = self.items.len();
    }

    fn add_units(
        &mut self,
        rule: &Rule,
        terms: &UnitTerms,
        groups: &mut FxHashMap<String, u32>,
        draft: &mut Draft,
    ) {
        let head = Head {
            members: terms.member_only,
            ..self.head(rule, &terms.segments, (terms.when.as_ref(), terms.limits.as_ref()))
        };
        let goods = terms.buy.iter().map(|goods| self.named(goods)).collect();
        let spend = terms.spend.map_or(0, Money::minor);
        let group = group_of(terms.group.as_ref(), groups);
        let scope = self.beside(rule, terms, draft);
        let Some(units) = Units::of(head.clone(), goods, scope, terms, group) else { return };
        self.reach(&rule.scope, &head, spend, count(self.units.len()), draft);
        self.units.push(units);
        draft.rules = self.units.len();
    }

    /// Enters a promotion by the goods that are to be bought too, so that what is missing is told; says what the scope
    /// is, where these are others.
    fn beside(&mut self, rule: &Rule, terms: &UnitTerms, draft: &mut Draft) -> Option<Box<Named>> {
        let number = count(self.units.len());
        let others = terms.buy.iter().filter(|goods| !goods.are_of_scope());
        if rule.scope.mode != ScopeMode::Whitelist || others.clone().next().is_none() {
            return None;
        }
        for goods in others {
            let skus = goods.skus.iter().map(|sku| (self.symbols.add_sku(sku), number));
            draft.by_sku.extend(skus);
            let categories = goods.categories.iter().map(|c| (self.symbols.add_category(c), number));
            draft.by_category.extend(categories);
        }
        let skus = rule.scope.skus.iter().map(|sku| self.symbols.add_sku(sku)).collect();
        let categories = rule.scope.categories.iter().map(|c| self.symbols.add_category(c)).collect();
        Some(Box::new(Named { skus, categories }))
    }

    /// Goods by their numbers; `None` where they are those of the scope.
    fn named(&mut self, goods: &Goods) -> Option<Box<Named>> {
        (!goods.are_of_scope()).then(|| {
            let skus = goods.skus.iter().map(|sku| self.symbols.add_sku(sku)).collect();
            let categories = goods.categories.iter().map(|c| self.symbols.add_category(c)).collect();
            Box::new(Named { skus, categories })
        })
    }

    fn add_freight(
        &mut self,
        rule: &Rule,
        terms: &FreightTerms,
        groups: &mut FxHashMap<String, u32>,
        draft: &mut Draft,
    ) {
        let head = Head {
            members: terms.member_only,
            ..self.head(rule, &terms.segments, (terms.when.as_ref(), terms.limits.as_ref()))
        };
        let Some(first) = terms.tiers.first() else { return };
        self.reach(&rule.scope, &head, first.spend.minor(), count(self.freights.len()), draft);
        let needs = Needs::of(terms.min_quantity, terms.min_goods);
        let group = group_of(terms.group.as_ref(), groups);
        self.freights.push(Lowers { head, tiers: terms.tiers.clone().into(), needs, group });
        draft.rules = self.freights.len();
    }

    fn add_order(
        &mut self,
        rule: &Rule,
        terms: &OrderTerms,
        groups: &mut FxHashMap<String, u32>,
        draft: &mut Draft,
    ) {
        // Amounts are whole: more than so much is one more at least.
        let more = i64::from(terms.above);
        let step = |tier: &Tier| Step { spend: tier.spend.minor() + more, ..Step::of(tier) };
        let mut tiers: Vec<Step> = terms.tiers.iter().map(step).collect();
        tiers.sort_by_key(|tier| tier.spend);
        let Some(first) = tiers.first() else { return };
        let group = group_of(terms.group.as_ref(), groups);
        let head = self.head(rule, &terms.segments, (terms.when.as_ref(), terms.limits.as_ref()));
        self.reach(&rule.scope, &head, first.spend, count(self.orders.len()), draft);
        let needs = Needs::of(terms.min_quantity, terms.min_goods);
        let (every, undiscounted) = (terms.every, terms.exclude_discounted);
        self.orders.push(Order { head, tiers: tiers.into(), every, needs, undiscounted, group });
        draft.rules = self.orders.len();
    }

    fn add_gifts(&mut self, rule: &Rule, terms: &GiftTerms, draft: &mut Draft) {
        let what = if terms.pool { What::PoolGift } else { What::MainGift };
        let head =
            Head { reach: Reach::Listed, ..self.head(rule, &terms.segments, (terms.when.as_ref(), None)) };
        let number = count(self.gifts.len());
        for sku in &terms.main_skus {
            draft.by_sku.push((self.symbols.add_sku(sku), number));
        }
        self.gifts.push(Gifts { head, what, gifts: terms.gifts.clone().into() });
        draft.rules = self.gifts.len();
    }

    fn head(
        &mut self,
        rule: &Rule,
        segments: &[String],
        (when, limits): (Option<&When>, Option<&Limits>),
    ) -> Head {
        let reach = match rule.scope.mode {
            ScopeMode::Whitelist => Reach::Listed,
            ScopeMode::All => Reach::All,
            ScopeMode::Blacklist => {
                let skus = rule.scope.skus.iter().map(|sku| self.symbols.add_sku(sku)).collect();
                let categories = rule.scope.categories.iter().map(|c| self.symbols.add_category(c)).collect();
                Reach::Except(Box::new((skus, categories)))
            }
        };
        Head {
            campaign_id: rule.campaign_id.clone(),
            version: rule.version,
            starts_at: rule.starts_at,
            ends_at: rule.ends_at,
            members: false,
            segments: segments.iter().map(|segment| self.symbols.add_segment(segment)).collect(),
            reach,
            when: when.map(|when| self.conditions(when)),
            limits: limits.cloned().map(Box::new),
        }
    }

    fn conditions(&mut self, when: &When) -> Box<Conditions> {
        let conditions = Conditions::of(when, |others| self.others(others));
        self.by_clock |= conditions.is_by_clock();
        Box::new(conditions)
    }

    fn others(&mut self, others: &Others) -> Named {
        let skus = others.skus.iter().map(|sku| self.symbols.add_sku(sku)).collect();
        let categories = others.categories.iter().map(|c| self.symbols.add_category(c)).collect();
        Named { skus, categories }
    }

    /// Enters a rule into the index of its kind.
    fn reach(&mut self, scope: &Scope, head: &Head, spend: i64, number: u32, draft: &mut Draft) {
        match head.reach {
            Reach::Listed => {
                let skus = scope.skus.iter().map(|sku| (self.symbols.add_sku(sku), number));
                draft.by_sku.extend(skus);
                let categories = scope.categories.iter().map(|c| (self.symbols.add_category(c), number));
                draft.by_category.extend(categories);
            }
            Reach::All | Reach::Except(_) if head.segments.is_empty() => draft.free.push((spend, number)),
            Reach::All | Reach::Except(_) => {
                draft.segmented.extend(head.segments.iter().map(|segment| (*segment, spend, number)));
            }
        }
    }

    fn add_floors(&mut self, floors: &Floors) {
        for floor in floors.all() {
            self.symbols.add_sku(&floor.sku);
        }
        if !floors.all().is_empty() {
            self.floors.resize(self.symbols.skus(), Vec::new());
        }
        for floor in floors.all() {
            let unit = floor.floor.minor().clamp(0, limits::AMOUNT_MINOR);
            let held = (floor.starts_at, floor.ends_at, unit);
            self.floors[self.symbols.sku(&floor.sku) as usize].push(held);
        }
    }

    /// The lowest unit price of a SKU at a moment; 0 where there is none.
    pub(crate) fn floor(&self, sku: u32, now: Option<Instant>) -> i64 {
        let known = self.floors.get(sku as usize).map_or(&[][..], Vec::as_slice);
        let held = known.iter().filter(|floor| now.is_none_or(|now| floor.0 <= now && now < floor.1));
        held.map(|floor| floor.2).max().unwrap_or(0)
    }
}

/// The number of a group by its name, or [`UNKNOWN`].
fn group_of(name: Option<&String>, groups: &mut FxHashMap<String, u32>) -> u32 {
    let next = count(groups.len());
    name.map_or(UNKNOWN, |name| *groups.entry(name.clone()).or_insert(next))
}

impl Step {
    fn of(tier: &Tier) -> Self {
        let amount = |amount: Option<Money>| amount.map_or(i64::MAX, |amount| amount.minor().max(0));
        let basis_points = tier.percent_off.map_or(0, |percent| i64::from(percent.basis_points()));
        let save = tier.save.map_or(0, |save| save.minor().max(0));
        Self { spend: tier.spend.minor(), save, basis_points, cap: amount(tier.cap) }
    }

    /// What comes off an amount that has reached the tier, as [`Tier::off`] says it: at most 5e14 goes
    /// in, so the products fit. Percentages are rounded half up to the fen (A-G-4).
    pub(crate) fn off(&self, amount: i64) -> i64 {
        let off = if self.save > 0 { self.save } else { (amount * self.basis_points + 5_000) / 10_000 };
        off.min(self.cap).min(amount)
    }

    /// What comes off when the saving comes once for every full `spend`; the cap is one for all.
    pub(crate) fn every(&self, amount: i64) -> i64 {
        let times = if self.spend > 0 { amount / self.spend } else { 1 };
        self.save.saturating_mul(times).min(self.cap).min(amount)
    }
}
