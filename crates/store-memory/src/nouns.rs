//! The plain tables: how each one's rows are found and put.

use crate::open::Open;
use crate::orders::{self, move_timer};
use crate::tables::Tables;
use crate::tables::{at, refused};
use crate::undo::{mark, put, take, unmark};
use domain::{
    campaign::sprint::{Invitation, Plan},
    coupon::Coupon,
    customer::Standing,
    message::{Message, addressee::Addressee, numbers::Number},
    reward::{Book, Charter, Reward, Taker},
    sprint::{Member, Reached, SprintBook},
};
use port::{
    BatchClaims, Change, CodeRow, ConflictRow, EarlyReports, Import, InboxRow, Noun, OrderRow, PackRow,
    RequestRow, Row, StoreError, Subject,
};

type Found<R> = Result<Vec<Option<R>>, StoreError>;
type Written = Result<(), StoreError>;

impl Open<'_> {
    fn find<R: Row>(&self, keys: &[R::Key], find: impl Fn(&Tables, &R::Key) -> Option<R>) -> Vec<Option<R>> {
        keys.iter().map(|key| find(self.tables, key)).collect()
    }
}

impl Noun<InboxRow> for Open<'_> {
    fn load(&mut self, keys: &[<InboxRow as Row>::Key]) -> Found<InboxRow> {
        Ok(self.find::<InboxRow>(keys, |tables, (shop, source, event)| {
            tables.shops.get(shop)?.inbox.get(&(source.clone(), event.clone())).cloned()
        }))
    }
    fn write(&mut self, changes: &[Change<InboxRow>]) -> Written {
        for Change { key: (shop, source, event), row, .. } in changes {
            let key = (source.clone(), event.clone());
            if self.tables.of(shop).inbox.contains_key(&key) {
                return Err(refused(format!("event {event} of {source} was taken in already")));
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.inbox), key, row.clone());
        }
        Ok(())
    }
}

impl Noun<RequestRow> for Open<'_> {
    fn load(&mut self, keys: &[<RequestRow as Row>::Key]) -> Found<RequestRow> {
        Ok(self.find(keys, |tables, (shop, key)| tables.shops.get(shop)?.requests.get(key).cloned()))
    }
    fn write(&mut self, changes: &[Change<RequestRow>]) -> Written {
        for Change { key: (shop, key), row, .. } in changes {
            if self.tables.of(shop).requests.contains_key(key) {
                return Err(refused(format!("request {key} of shop {shop} was answered already")));
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.requests), key.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<OrderRow> for Open<'_> {
    fn load(&mut self, keys: &[<OrderRow as Row>::Key]) -> Found<OrderRow> {
        Ok(self.find(keys, |tables, (shop, order)| Some(tables.shops.get(shop)?.orders.get(order)?.row())))
    }
    fn write(&mut self, changes: &[Change<OrderRow>]) -> Written {
        changes.iter().try_for_each(|change| orders::write(self.tables, &mut self.undo, change))
    }
}

impl Noun<Coupon> for Open<'_> {
    fn load(&mut self, keys: &[<Coupon as Row>::Key]) -> Found<Coupon> {
        Ok(self.find(keys, |tables, (shop, coupon)| tables.shops.get(shop)?.coupons.get(coupon).cloned()))
    }
    fn write(&mut self, changes: &[Change<Coupon>]) -> Written {
        changes.iter().try_for_each(|change| orders::write_coupon(self.tables, &mut self.undo, change))
    }
}

impl Noun<Standing> for Open<'_> {
    fn load(&mut self, keys: &[<Standing as Row>::Key]) -> Found<Standing> {
        Ok(self
            .find(keys, |tables, (shop, customer)| tables.shops.get(shop)?.standings.get(customer).cloned()))
    }
    fn write(&mut self, changes: &[Change<Standing>]) -> Written {
        for Change { key: (shop, customer), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.standings), customer.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<BatchClaims> for Open<'_> {
    fn load(&mut self, keys: &[<BatchClaims as Row>::Key]) -> Found<BatchClaims> {
        Ok(self.find::<BatchClaims>(keys, |tables, (shop, customer, batch)| {
            tables.shops.get(shop)?.batch_claims.get(&(customer.clone(), batch.clone())).copied()
        }))
    }
    fn write(&mut self, changes: &[Change<BatchClaims>]) -> Written {
        for Change { key: (shop, customer, batch), row, .. } in changes {
            let key = (customer.clone(), batch.clone());
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.batch_claims), key, *row);
        }
        Ok(())
    }
}

impl Noun<CodeRow> for Open<'_> {
    fn load(&mut self, keys: &[<CodeRow as Row>::Key]) -> Found<CodeRow> {
        Ok(self.find(keys, |tables, (shop, digest)| tables.shops.get(shop)?.codes.get(digest).cloned()))
    }
    fn write(&mut self, changes: &[Change<CodeRow>]) -> Written {
        for Change { key: (shop, digest), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.codes), *digest, row.clone());
        }
        Ok(())
    }
}

impl Noun<ConflictRow> for Open<'_> {
    fn load(&mut self, keys: &[<ConflictRow as Row>::Key]) -> Found<ConflictRow> {
        Ok(self
            .find(keys, |tables, (shop, conflict)| tables.shops.get(shop)?.conflicts.get(conflict).cloned()))
    }
    fn write(&mut self, changes: &[Change<ConflictRow>]) -> Written {
        for Change { key: (shop, conflict), row, .. } in changes {
            let place = at(shop, |s| &mut s.conflicts);
            if row.is_over {
                take(self.tables, &mut self.undo, place, conflict.clone());
            } else {
                put(self.tables, &mut self.undo, place, conflict.clone(), row.clone());
            }
        }
        Ok(())
    }
}

impl Noun<Message> for Open<'_> {
    fn load(&mut self, keys: &[<Message as Row>::Key]) -> Found<Message> {
        Ok(self.find(keys, |tables, (shop, message)| tables.shops.get(shop)?.messages.get(message).cloned()))
    }
    fn write(&mut self, changes: &[Change<Message>]) -> Written {
        for Change { key: (shop, message), row, is_new, .. } in changes {
            match (self.tables.of(shop).messages.contains_key(message), *is_new) {
                (true, true) => {
                    return Err(refused(format!("message {message} of shop {shop} exists already")));
                }
                (false, false) => {
                    return Err(refused(format!("there is no message {message} in shop {shop}")));
                }
                (true, false) | (false, true) => {}
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.messages), message.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Import> for Open<'_> {
    fn load(&mut self, keys: &[<Import as Row>::Key]) -> Found<Import> {
        Ok(self.find(keys, |tables, (shop, import)| tables.shops.get(shop)?.imports.get(import).cloned()))
    }
    fn write(&mut self, changes: &[Change<Import>]) -> Written {
        for Change { key: (shop, import), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.imports), import.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<PackRow> for Open<'_> {
    fn load(&mut self, keys: &[<PackRow as Row>::Key]) -> Found<PackRow> {
        Ok(self.find(keys, |tables, (shop, purchase)| tables.shops.get(shop)?.packs.get(purchase).cloned()))
    }
    fn write(&mut self, changes: &[Change<PackRow>]) -> Written {
        for Change { key: (shop, purchase), row, .. } in changes {
            if self.tables.of(shop).packs.contains_key(purchase) {
                return Err(refused(format!("pack {purchase} of shop {shop} was bought already")));
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.packs), purchase.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Addressee> for Open<'_> {
    fn load(&mut self, keys: &[<Addressee as Row>::Key]) -> Found<Addressee> {
        Ok(self
            .find(keys, |tables, (shop, customer)| tables.shops.get(shop)?.addressees.get(customer).cloned()))
    }
    fn write(&mut self, changes: &[Change<Addressee>]) -> Written {
        for Change { key: (shop, customer), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.addressees), customer.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Number> for Open<'_> {
    fn load(&mut self, keys: &[<Number as Row>::Key]) -> Found<Number> {
        Ok(self.find(keys, |tables, (shop, number)| tables.shops.get(shop)?.numbers.get(number).cloned()))
    }
    fn write(&mut self, changes: &[Change<Number>]) -> Written {
        for Change { key: (shop, number), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.numbers), number.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Reward> for Open<'_> {
    fn load(&mut self, keys: &[<Reward as Row>::Key]) -> Found<Reward> {
        Ok(self.find(keys, |tables, (shop, reward)| tables.shops.get(shop)?.rewards.get(reward).cloned()))
    }
    fn write(&mut self, changes: &[Change<Reward>]) -> Written {
        for Change { key: (shop, reward), row, is_new, .. } in changes {
            let chance = (row.campaign_id.clone(), row.order_id.clone(), row.extra);
            let known = self.tables.of(shop).chances.get(&chance);
            if known.is_some_and(|known| known != reward) {
                return Err(refused(format!("order {} brought a reward already", row.order_id)));
            }
            let place = row.drawn.as_ref().map(|drawn| (row.campaign_id.clone(), drawn.n));
            let taken = place.and_then(|place| self.tables.of(shop).plays.get(&place));
            if taken.is_some_and(|taken| taken != reward) {
                return Err(refused(format!("another play has the place of reward {reward}")));
            }
            if *is_new {
                put(self.tables, &mut self.undo, at(shop, |s| &mut s.chances), chance, reward.clone());
            }
            if let Some(drawn) = &row.drawn {
                let key = (row.campaign_id.clone(), drawn.n);
                let winners = at(shop, |s| &mut s.winners);
                if row.is_listed() {
                    mark(self.tables, &mut self.undo, winners, key.clone());
                } else {
                    unmark(self.tables, &mut self.undo, winners, key.clone());
                }
                put(self.tables, &mut self.undo, at(shop, |s| &mut s.plays), key, reward.clone());
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.rewards), reward.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Book> for Open<'_> {
    fn load(&mut self, keys: &[<Book as Row>::Key]) -> Found<Book> {
        Ok(self.find(keys, |tables, (shop, campaign)| tables.shops.get(shop)?.books.get(campaign).cloned()))
    }
    fn write(&mut self, changes: &[Change<Book>]) -> Written {
        for Change { key: (shop, campaign), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.books), campaign.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Charter> for Open<'_> {
    fn load(&mut self, keys: &[<Charter as Row>::Key]) -> Found<Charter> {
        Ok(self
            .find(keys, |tables, (shop, campaign)| tables.shops.get(shop)?.charters.get(campaign).cloned()))
    }
    fn write(&mut self, changes: &[Change<Charter>]) -> Written {
        for Change { key: (shop, campaign), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.charters), campaign.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Taker> for Open<'_> {
    fn load(&mut self, keys: &[<Taker as Row>::Key]) -> Found<Taker> {
        Ok(self.find::<Taker>(keys, |tables, (shop, campaign, customer)| {
            tables.shops.get(shop)?.takers.get(&(campaign.clone(), customer.clone())).cloned()
        }))
    }
    fn write(&mut self, changes: &[Change<Taker>]) -> Written {
        for Change { key: (shop, campaign, customer), row, .. } in changes {
            let key = (campaign.clone(), customer.clone());
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.takers), key, row.clone());
        }
        Ok(())
    }
}

impl Noun<SprintBook> for Open<'_> {
    fn load(&mut self, keys: &[<SprintBook as Row>::Key]) -> Found<SprintBook> {
        Ok(self.find(keys, |tables, (shop, campaign)| tables.shops.get(shop)?.sprints.get(campaign).cloned()))
    }
    fn write(&mut self, changes: &[Change<SprintBook>]) -> Written {
        for Change { key: (shop, campaign), row, old_wake, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.sprints), campaign.clone(), row.clone());
            let subject = || Subject::Sprint(campaign.clone());
            move_timer(self.tables, &mut self.undo, shop, subject, *old_wake, row.wake_at);
        }
        Ok(())
    }
}

impl Noun<Plan> for Open<'_> {
    fn load(&mut self, keys: &[<Plan as Row>::Key]) -> Found<Plan> {
        Ok(self.find(keys, |tables, (shop, sprint)| tables.shops.get(shop)?.plans.get(sprint).cloned()))
    }
    fn write(&mut self, changes: &[Change<Plan>]) -> Written {
        for Change { key: (shop, sprint), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.plans), sprint.clone(), row.clone());
        }
        Ok(())
    }
}

impl Noun<Invitation> for Open<'_> {
    fn load(&mut self, keys: &[<Invitation as Row>::Key]) -> Found<Invitation> {
        Ok(self.find(keys, |tables, (shop, sprint)| tables.shops.get(shop)?.invitations.get(sprint).cloned()))
    }
    fn write(&mut self, changes: &[Change<Invitation>]) -> Written {
        for Change { key: (shop, sprint), row, old_wake, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.invitations), sprint.clone(), row.clone());
            let subject = || Subject::Invitation(sprint.clone());
            move_timer(self.tables, &mut self.undo, shop, subject, *old_wake, row.wake_at);
        }
        Ok(())
    }
}

impl Noun<Member> for Open<'_> {
    fn load(&mut self, keys: &[<Member as Row>::Key]) -> Found<Member> {
        Ok(self.find::<Member>(keys, |tables, (shop, campaign, wave, customer)| {
            let key = (campaign.clone(), wave.clone(), customer.clone());
            tables.shops.get(shop)?.members.get(&key).cloned()
        }))
    }
    fn write(&mut self, changes: &[Change<Member>]) -> Written {
        for Change { key: (shop, campaign, wave, customer), row, .. } in changes {
            let key = (campaign.clone(), wave.clone(), customer.clone());
            let before = self.tables.of(shop).members.get(&key).map(|known| known.reached.clone());
            let place = |Reached { tier, qualified_at }: Reached| {
                (campaign.clone(), wave.clone(), tier, qualified_at, customer.clone())
            };
            for was in before.into_iter().flatten() {
                unmark(self.tables, &mut self.undo, at(shop, |s| &mut s.places), place(was));
            }
            for reached in &row.reached {
                mark(self.tables, &mut self.undo, at(shop, |s| &mut s.places), place(*reached));
            }
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.members), key, row.clone());
        }
        Ok(())
    }
}

impl Noun<EarlyReports> for Open<'_> {
    fn load(&mut self, keys: &[<EarlyReports as Row>::Key]) -> Found<EarlyReports> {
        Ok(self.find(keys, |tables, (shop, id)| tables.shops.get(shop)?.early_reports.get(id).cloned()))
    }
    fn write(&mut self, changes: &[Change<EarlyReports>]) -> Written {
        for Change { key: (shop, id), row, .. } in changes {
            put(self.tables, &mut self.undo, at(shop, |s| &mut s.early_reports), id.clone(), row.clone());
        }
        Ok(())
    }
}
