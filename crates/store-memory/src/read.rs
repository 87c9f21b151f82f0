//! Reads what is committed.

use crate::Place;
use crate::page::after;
use crate::tables::OfShop;
use crate::{MemoryStore, pool, queues, sprints};
use domain::{
    BatchId, CampaignId, ConflictId, CouponId, CustomerId, ImportId, Instant, MessageId, OrderId, PurchaseId,
    RewardId, ShopId, WaveId, WebhookId,
    campaign::sprint::{Invitation, Plan},
    coupon::{Batch, Coupon, CouponStatus},
    customer::Standing,
    ledger::Entry,
    message::{
        Channel, Message,
        addressee::Addressee,
        numbers::{Number, NumberKey},
        office::Centre,
        wallet::Wallet,
    },
    order::{Order, TimelineEntry},
    pool::{Candidate, PoolOrder, Stage},
    reward::{Book, Charter, Reward, Taker},
    shop::Shop,
    sprint::{Member, PlacesKey, SprintBook},
};
use port::{
    BatchRow, BillRow, CampaignRow, CandidateKey, CodeRow, ConflictRow, Delivery, DeliveryStatus, Digest,
    Dispatch, DueReceiver, HELD, Import, InvitedAs, Members, MessageFilter, Named, OutboxRow, PackRow, Page,
    Parked, Pick, Places, PoolRow, Read, Reader, RewardFilter, StoreError, StoreErrorKind, Sums, Timer,
    Totals, WalkKey, Webhook,
};
use std::ops::Bound;
use std::sync::Arc;

impl MemoryStore {
    /// Reads from a shop; a shop that is not there answers like an empty one.
    #[allow(clippy::unnecessary_wraps, reason = "what it reads is what a reader answers")]
    fn of<T: Default>(&self, shop: &ShopId, read: impl FnOnce(&OfShop) -> T) -> Read<T> {
        Ok(self.read().shops.get(shop).map(read).unwrap_or_default())
    }
}

fn cut<'t, T: Clone + 't>(rows: impl Iterator<Item = &'t T>, page: &Page) -> Vec<T> {
    rows.take(page.limit).cloned().collect()
}

impl Reader for MemoryStore {
    fn is_local(&self) -> bool {
        self.plays == Place::Here
    }
    fn shop(&self, shop: &ShopId) -> Read<Option<Arc<Shop>>> {
        self.of(shop, |of| of.shop.clone())
    }

    fn shops(&self, page: &Page) -> Read<Vec<Arc<Shop>>> {
        let tables = self.read();
        let rows = after(&tables.shops, page, |key| ShopId::try_new(key).ok(), ShopId::as_str);
        Ok(cut(rows.filter_map(|(_, of)| of.shop.as_ref()), page))
    }

    fn campaigns(&self, shop: &ShopId) -> Read<Vec<CampaignRow>> {
        self.of(shop, |of| of.campaigns.values().map(|campaign| of.campaign(campaign)).collect())
    }

    fn campaign(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<CampaignRow>> {
        self.of(shop, |of| of.campaigns.get(campaign).map(|campaign| of.campaign(campaign)))
    }

    fn order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<Order>> {
        self.of(shop, |of| of.orders.get(order).map(|stored| stored.order.clone()))
    }

    fn orders(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
        self.of(shop, |of| {
            let rows = after(&of.orders, page, |key| OrderId::try_new(key).ok(), OrderId::as_str);
            cut(rows.map(|(_, stored)| &stored.order), page)
        })
    }

    fn money_to_return(&self, shop: &ShopId, page: &Page) -> Read<Vec<Order>> {
        self.of(shop, |of| {
            let rows = after(&of.orders, page, |key| OrderId::try_new(key).ok(), OrderId::as_str);
            let rows = rows.map(|(_, stored)| &stored.order);
            cut(rows.filter(|order| !order.to_return().is_empty()), page)
        })
    }

    fn timeline(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<TimelineEntry>> {
        let lines = self.of(shop, |of| of.orders.get(order).map(|stored| stored.timeline.clone()))?;
        let read = |line: &str| {
            serde_json::from_str(line).map_err(|error| {
                let message = format!("the timeline of order {order} of shop {shop} cannot be read: {error}");
                StoreError::new(StoreErrorKind::Corrupt, message)
            })
        };
        lines.unwrap_or_default().lines().map(read).collect()
    }

    fn entries(&self, shop: &ShopId, order: &OrderId) -> Read<Vec<Entry>> {
        self.of(shop, |of| {
            of.entries
                .range((order.clone(), 0)..=(order.clone(), u32::MAX))
                .map(|(_, entry)| entry.clone())
                .collect()
        })
    }

    fn coupon(&self, shop: &ShopId, coupon: &CouponId) -> Read<Option<Coupon>> {
        self.of(shop, |of| of.coupons.get(coupon).cloned())
    }

    fn coupons(&self, shop: &ShopId, page: &Page) -> Read<Vec<Coupon>> {
        self.of(shop, |of| {
            let rows = after(&of.coupons, page, |key| CouponId::try_new(key).ok(), CouponId::as_str);
            cut(rows.map(|(_, coupon)| coupon), page)
        })
    }

    fn coupon_conflicts(&self, shop: &ShopId, page: &Page) -> Read<Vec<ConflictRow>> {
        self.of(shop, |of| {
            let rows = after(&of.conflicts, page, |key| ConflictId::try_new(key).ok(), ConflictId::as_str);
            cut(rows.map(|(_, row)| row), page)
        })
    }

    fn customer_coupons(
        &self,
        shop: &ShopId,
        customer: &CustomerId,
        status: Option<CouponStatus>,
        page: &Page,
    ) -> Read<Vec<Coupon>> {
        self.of(shop, |of| {
            let last = page.after.as_deref().unwrap_or_default();
            let owned = of.coupons_of.get(customer).into_iter().flatten();
            let rows = owned.filter(|id| id.as_str() > last).filter_map(|id| of.coupons.get(id));
            cut(rows.filter(|coupon| status.is_none_or(|status| coupon.status == status)), page)
        })
    }

    fn batch(&self, shop: &ShopId, batch: &BatchId) -> Read<Option<BatchRow>> {
        self.of(shop, |of| of.batches.get(batch).map(|record| of.batch(record)))
    }

    fn batches(&self, shop: &ShopId, page: &Page) -> Read<Vec<BatchRow>> {
        self.of(shop, |of| {
            let rows = after(&of.batches, page, |key| BatchId::try_new(key).ok(), BatchId::as_str);
            rows.take(page.limit).map(|(_, record)| of.batch(record)).collect()
        })
    }

    fn batch_coupons(&self, shop: &ShopId, batch: &BatchId, page: &Page) -> Read<Vec<Coupon>> {
        self.of(shop, |of| {
            let Some(coupons) = of.coupons_of_batch.get(batch) else { return Vec::new() };
            let last = page.after.as_deref().unwrap_or_default();
            let rows: Box<dyn Iterator<Item = &CouponId>> = match CouponId::try_new(last) {
                Ok(id) => Box::new(coupons.range((Bound::Excluded(id), Bound::Unbounded))),
                Err(_) => Box::new(coupons.iter().filter(|id| id.as_str() > last)),
            };
            cut(rows.filter_map(|id| of.coupons.get(id)), page)
        })
    }

    fn batch_claims(&self, shop: &ShopId, customer: &CustomerId, batch: &BatchId) -> Read<u32> {
        let key = (customer.clone(), batch.clone());
        self.of(shop, |of| of.batch_claims.get(&key).copied().unwrap_or_default().0)
    }

    fn code(&self, shop: &ShopId, digest: &Digest) -> Read<Option<CodeRow>> {
        self.of(shop, |of| of.codes.get(digest).cloned())
    }

    fn held(&self, shop: &ShopId, customer: &CustomerId) -> Read<Vec<(Coupon, Arc<Batch>)>> {
        let live = |coupon: &&Coupon| {
            coupon.batch_id().is_some()
                && matches!(coupon.status, CouponStatus::Available | CouponStatus::Locked)
        };
        self.of(shop, |of| {
            let owned = of.coupons_of.get(customer).into_iter().flatten();
            let coupons = owned.filter_map(|id| of.coupons.get(id)).filter(live);
            let with_batch = coupons.filter_map(|coupon| {
                let record = of.batches.get(coupon.batch_id()?)?;
                record.voided_at.is_none().then(|| (coupon.clone(), Arc::clone(&record.batch)))
            });
            with_batch.take(HELD).collect()
        })
    }

    fn standing(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Standing>> {
        self.of(shop, |of| of.standings.get(customer).cloned())
    }

    fn standings(&self, shop: &ShopId, page: &Page) -> Read<Vec<(CustomerId, Standing)>> {
        self.of(shop, |of| {
            let rows = after(&of.standings, page, |key| CustomerId::try_new(key).ok(), CustomerId::as_str);
            rows.take(page.limit).map(|(customer, standing)| (customer.clone(), standing.clone())).collect()
        })
    }

    fn messages(&self, shop: &ShopId, filter: &MessageFilter, page: &Page) -> Read<Vec<Message>> {
        let wanted = |message: &Message| {
            filter.order_id.as_ref().is_none_or(|order| message.order_id.as_ref() == Some(order))
                && filter.customer_id.as_ref().is_none_or(|customer| message.customer_id == *customer)
                && filter.status.is_none_or(|status| message.status == status)
        };
        self.of(shop, |of| {
            let rows = after(&of.messages, page, |key| MessageId::try_new(key).ok(), MessageId::as_str);
            cut(rows.map(|(_, message)| message).filter(|message| wanted(message)), page)
        })
    }

    fn message(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Message>> {
        self.of(shop, |of| of.messages.get(message).cloned())
    }

    fn messages_named(&self, named: &[Named]) -> Read<Vec<Vec<Message>>> {
        let tables = self.read();
        let of = |named: &Named| {
            let ours =
                named.ours.iter().filter_map(|(shop, id)| tables.shops.get(shop)?.messages.get(id).cloned());
            let is_theirs = |message: &&Message| {
                let known = message.sending.as_ref().and_then(|sending| sending.provider_id.as_ref());
                known.is_some() && known == named.provider_id.as_ref()
            };
            let all = tables.shops.values().flat_map(|of| of.messages.values());
            ours.chain(all.filter(is_theirs).take(100).cloned()).collect()
        };
        Ok(named.iter().map(of).collect())
    }

    fn message_bill(&self, shop: &ShopId, from: Instant, to: Instant) -> Read<Vec<BillRow>> {
        self.of(shop, |of| queues::bill(of, from, to))
    }

    fn centre(&self, shop: &ShopId) -> Read<Option<Arc<Centre>>> {
        self.of(shop, |of| of.centre.clone())
    }

    fn wallet(&self, shop: &ShopId) -> Read<Wallet> {
        Ok(self.of(shop, |of| Some(of.wallet()))?.unwrap_or(Wallet::new(false)))
    }

    fn packs(&self, shop: &ShopId, page: &Page) -> Read<Vec<PackRow>> {
        self.of(shop, |of| {
            let rows = after(&of.packs, page, |key| PurchaseId::try_new(key).ok(), PurchaseId::as_str);
            cut(rows.map(|(_, pack)| pack), page)
        })
    }

    fn addressee(&self, shop: &ShopId, customer: &CustomerId) -> Read<Option<Addressee>> {
        self.of(shop, |of| of.addressees.get(customer).cloned())
    }

    fn number(&self, shop: &ShopId, number: &NumberKey) -> Read<Option<Number>> {
        self.of(shop, |of| of.numbers.get(number).cloned())
    }

    fn reward(&self, shop: &ShopId, reward: &RewardId) -> Read<Option<Reward>> {
        self.of(shop, |of| of.rewards.get(reward).cloned())
    }

    fn campaign_rewards(
        &self,
        shop: &ShopId,
        campaign: &CampaignId,
        filter: &RewardFilter,
        page: &Page,
    ) -> Read<Vec<Reward>> {
        let (order, extra) = port::reward_place(page);
        self.of(shop, |of| {
            let chances = of.chances.iter().filter(|((of, ..), _)| of == campaign);
            let chances =
                chances.filter(|((_, o, e), _)| (o.as_str(), i64::from(*e)) > (order.as_str(), extra));
            let rewards = chances.filter_map(|(_, id)| of.rewards.get(id));
            let wanted = rewards.filter(|reward| filter.status.is_none_or(|status| reward.status == status));
            wanted.take(page.limit).cloned().collect()
        })
    }

    fn plays(&self, shop: &ShopId, campaign: &CampaignId, after: u64, limit: usize) -> Read<Vec<Reward>> {
        self.of(shop, |of| {
            let from = (campaign.clone(), after.saturating_add(1));
            let plays = of.plays.range(from..).take_while(|((of, _), _)| of == campaign);
            plays.filter_map(|(_, id)| of.rewards.get(id)).take(limit).cloned().collect()
        })
    }

    fn last_winners(&self, shop: &ShopId, campaign: &CampaignId, most: usize) -> Read<Vec<Reward>> {
        self.of(shop, |of| {
            let all = (campaign.clone(), 0)..=(campaign.clone(), u64::MAX);
            let ids = of.winners.range(all).rev().filter_map(|play| of.plays.get(play));
            ids.filter_map(|id| of.rewards.get(id)).take(most).cloned().collect()
        })
    }

    fn customer_rewards(&self, shop: &ShopId, customer: &CustomerId, page: &Page) -> Read<Vec<Reward>> {
        self.of(shop, |of| {
            let rows = after(&of.rewards, page, |key| RewardId::try_new(key).ok(), RewardId::as_str);
            let own = rows.map(|(_, reward)| reward).filter(|reward| reward.customer_id == *customer);
            own.take(page.limit).cloned().collect()
        })
    }

    fn book(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Book>> {
        self.of(shop, |of| of.books.get(campaign).cloned())
    }

    fn taker(&self, shop: &ShopId, campaign: &CampaignId, customer: &CustomerId) -> Read<Option<Taker>> {
        self.of(shop, |of| of.takers.get(&(campaign.clone(), customer.clone())).cloned())
    }

    fn charter(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Charter>> {
        self.of(shop, |of| of.charters.get(campaign).cloned())
    }

    fn takers(&self, shop: &ShopId, campaign: &CampaignId, page: &Page) -> Read<Vec<(CustomerId, Taker)>> {
        self.of(shop, |of| sprints::takers(of, campaign, page))
    }

    fn sprint_plan(&self, sprint: &CampaignId) -> Read<Option<Plan>> {
        self.of(&ShopId::platform(), |of| of.plans.get(sprint).cloned())
    }

    fn sprint_plans(&self, page: &Page) -> Read<Vec<Plan>> {
        self.of(&ShopId::platform(), |of| sprints::behind(&of.plans, page))
    }

    fn sprint_invitation(&self, shop: &ShopId, sprint: &CampaignId) -> Read<Option<Invitation>> {
        self.of(shop, |of| of.invitations.get(sprint).cloned())
    }

    fn sprint_invitations(&self, shop: &ShopId, page: &Page) -> Read<Vec<Invitation>> {
        self.of(shop, |of| sprints::behind(&of.invitations, page))
    }

    fn invited_shops(
        &self,
        sprint: &CampaignId,
        like: InvitedAs,
        page: &Page,
    ) -> Read<Vec<(ShopId, Invitation)>> {
        Ok(sprints::invited(&self.read(), (sprint, like), page))
    }

    fn count_invited(&self, sprint: &CampaignId, like: InvitedAs) -> Read<u64> {
        let all = Page { after: None, limit: usize::MAX };
        Ok(sprints::invited(&self.read(), (sprint, like), &all).len() as u64)
    }

    fn sprint(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<SprintBook>> {
        self.of(shop, |of| of.sprints.get(campaign).cloned())
    }

    fn sprint_member(
        &self,
        shop: &ShopId,
        (campaign, wave): (&CampaignId, &WaveId),
        customer: &CustomerId,
    ) -> Read<Option<Member>> {
        self.of(shop, |of| of.members.get(&(campaign.clone(), wave.clone(), customer.clone())).cloned())
    }

    fn sprint_members(
        &self,
        shop: &ShopId,
        wave: (&CampaignId, &WaveId),
        which: Members,
        page: &Page,
    ) -> Read<Vec<(CustomerId, Member)>> {
        self.of(shop, |of| sprints::members(of, wave, which, page))
    }

    fn sprint_happened(&self, shop: &ShopId, campaign: &CampaignId) -> Read<Option<Sums>> {
        self.of(shop, |of| sprints::happened(of, campaign)).map(Some)
    }

    fn sprint_places(&self, key: &PlacesKey) -> Read<Places> {
        self.of(&key.shop_id, |of| sprints::places(of, key))
    }

    fn shops_of_numbers(&self, numbers: &[NumberKey]) -> Read<Vec<(ShopId, NumberKey, Number)>> {
        Ok(queues::shops_of_numbers(&self.read(), numbers))
    }

    fn parked(&self, shop: &ShopId, page: &Page) -> Read<Vec<Parked>> {
        let last = page.after.as_deref().map(Parked::read_cursor);
        let late = |order: &str, source: &str, event: &str| {
            last.as_ref().is_none_or(|(o, s, e)| (order, source, event) > (&**o, &**s, &**e))
        };
        self.of(shop, |of| {
            let rows = of.parked.iter().filter(|(key, _)| late(key.0.as_str(), &key.1, &key.2));
            cut(rows.map(|(_, parked)| parked), page)
        })
    }

    fn webhooks(&self, shop: &ShopId) -> Read<Vec<Webhook>> {
        self.of(shop, |of| of.webhooks.values().cloned().collect())
    }

    fn deliveries(
        &self,
        shop: &ShopId,
        webhook: &WebhookId,
        status: DeliveryStatus,
        page: &Page,
    ) -> Read<Vec<Delivery>> {
        Ok(queues::deliveries(&self.read(), shop, webhook, status, page))
    }

    fn due_receivers(&self, pick: &Pick) -> Read<Vec<DueReceiver>> {
        Ok(queues::due_receivers(&self.read(), pick))
    }

    fn dispatch(&self, shop: &ShopId, message: &MessageId) -> Read<Option<Dispatch>> {
        Ok(queues::dispatch(&self.read(), shop, message))
    }

    fn due_dispatches(&self, channel: Channel, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
        Ok(queues::due_dispatches(&self.read(), channel, now, limit))
    }

    fn due_questions(&self, now: Instant, limit: usize) -> Read<Vec<Dispatch>> {
        Ok(queues::due_questions(&self.read(), now, limit))
    }

    fn outbox(&self, shop: &ShopId, page: &Page) -> Read<Vec<OutboxRow>> {
        self.of(shop, |of| {
            let rows = after(&of.outbox, page, |key| Some(key.to_owned()), String::as_str);
            cut(rows.map(|(_, row)| row), page)
        })
    }

    fn timers(&self, shop: &ShopId, page: &Page) -> Read<Vec<Timer>> {
        Ok(queues::timers(&self.read(), shop, page))
    }

    fn pool(&self, shop: &ShopId) -> Read<PoolRow> {
        Ok(pool::settings_of(&self.read(), shop))
    }

    fn pool_order(&self, shop: &ShopId, order: &OrderId) -> Read<Option<PoolOrder>> {
        self.of(shop, |of| of.pool_orders.get(order).cloned())
    }

    fn pool_orders(&self, shop: &ShopId, stage: Option<Stage>, page: &Page) -> Read<Vec<PoolOrder>> {
        self.of(shop, |of| {
            let rows = after(&of.pool_orders, page, |key| OrderId::try_new(key).ok(), OrderId::as_str);
            let rows = rows.map(|(_, order)| order);
            cut(rows.filter(|order| stage.is_none_or(|stage| order.stage == stage)), page)
        })
    }

    fn pool_exceptions(&self, shop: &ShopId, page: &Page) -> Read<Vec<PoolOrder>> {
        self.of(shop, |of| {
            let rows = after(&of.pool_orders, page, |key| OrderId::try_new(key).ok(), OrderId::as_str);
            cut(rows.map(|(_, order)| order).filter(|order| !order.exceptions.is_empty()), page)
        })
    }

    fn candidate(&self, key: &CandidateKey) -> Read<Option<Candidate>> {
        Ok(pool::candidate(&self.read(), key))
    }

    fn rank(&self, key: &CandidateKey) -> Read<u64> {
        Ok(pool::rank(&self.read(), key))
    }

    fn walk(&self, key: &WalkKey) -> Read<Vec<Candidate>> {
        Ok(pool::walk(&self.read(), key))
    }

    fn import(&self, shop: &ShopId, import: &ImportId) -> Read<Option<Import>> {
        self.of(shop, |of| of.imports.get(import).cloned())
    }

    fn imports(&self, shop: &ShopId, page: &Page) -> Read<Vec<Import>> {
        self.of(shop, |of| {
            let rows = after(&of.imports, page, |key| ImportId::try_new(key).ok(), ImportId::as_str);
            cut(rows.map(|(_, row)| row), page)
        })
    }

    fn open_imports(&self) -> Read<Vec<Import>> {
        let tables = self.read();
        let all = tables.shops.values().flat_map(|of| of.imports.values());
        Ok(all.filter(|import| import.state.is_open()).cloned().collect())
    }

    fn sandbox_clock(&self) -> Read<Option<Instant>> {
        Ok(self.read().sandbox_clock)
    }

    fn totals(&self) -> Read<Totals> {
        Ok(queues::totals(&self.read()))
    }
}
