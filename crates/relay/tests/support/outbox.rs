//! An outbox in memory that records every settlement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use relay::{
    BoxFuture, Clock, Delivery, DeliveryOutcome, DeliveryQueue, Due, MessageKey, MessageOutcome,
    MessageSettlement, OutgoingMessage, PendingMessage, Pick, Receiver, Repeats, Room, Settlement, Turn,
};
use tokio::sync::{oneshot, watch};

use super::{START_MICROS, endpoint};

#[derive(Default)]
struct Rows {
    /// By id, with the time each is due.
    deliveries: BTreeMap<i64, (i64, Receiver, Delivery)>,
    /// Of receivers that were served before.
    turns: BTreeMap<Receiver, Turn>,
    messages: BTreeMap<String, (i64, PendingMessage)>,
    /// Marked before a send and not settled since.
    handed: BTreeSet<MessageKey>,
}

impl Rows {
    fn due(&self, pick: &Pick) -> Vec<Due> {
        let mut waiting: BTreeMap<&Receiver, Vec<(i64, &Delivery)>> = BTreeMap::new();
        for (at, receiver, delivery) in self.deliveries.values().filter(|row| row.0 <= pick.now_micros) {
            waiting.entry(receiver).or_default().push((*at, delivery));
        }
        let mut turns: Vec<_> = waiting
            .into_iter()
            .map(|(receiver, mut deliveries)| {
                deliveries.sort_by_key(|(at, delivery)| (*at, delivery.delivery_id));
                let turn = self.turns.get(receiver);
                let free_at = turn.map_or(i64::MIN, |turn| turn.free_at_micros);
                (turn.map_or(0, |turn| turn.failures), free_at.max(deliveries[0].0), receiver, deliveries)
            })
            .filter(|turn| turn.1 <= pick.now_micros && !pick.busy.contains(turn.2))
            .collect();
        turns.sort_by_key(|turn| (turn.0 > 0, turn.1));
        let (mut picked, mut of_shop): (Vec<Due>, BTreeMap<&str, usize>) = Default::default();
        for busy in &pick.busy {
            *of_shop.entry(&busy.shop_id).or_default() += 1;
        }
        for (failures, _, receiver, deliveries) in turns {
            let shop = of_shop.entry(&receiver.shop_id).or_default();
            let failing = picked.iter().filter(|due| due.failures > 0).count();
            let has_room = *shop < pick.of_shop && (failures == 0 || failing < pick.failing);
            if has_room && picked.len() < pick.receivers {
                *shop += 1;
                picked.push(Due {
                    receiver: receiver.clone(),
                    endpoint: endpoint(receiver.webhook_id.clone()),
                    failures,
                    deliveries: deliveries.into_iter().map(|(_, row)| row.clone()).take(pick.each).collect(),
                });
            }
        }
        picked
    }
}

pub struct Outbox {
    rows: Mutex<Rows>,
    pub settled: Mutex<Vec<Settlement>>,
    pub settled_messages: Mutex<Vec<MessageSettlement>>,
    /// How many of the next marks are refused for all that is asked.
    pub refused_marks: AtomicU32,
    /// How many of the next marks fail.
    pub failing_marks: AtomicU32,
    /// How many of the next settlements fail.
    pub failing_settlements: AtomicU32,
    /// The next answer to what messages are due is read, and then waits for this.
    pub next_answer_waits_for: Mutex<Option<oneshot::Receiver<()>>>,
    now_micros: AtomicI64,
    changes: watch::Sender<usize>,
}

impl Outbox {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::default(),
            settled: Mutex::default(),
            settled_messages: Mutex::default(),
            refused_marks: AtomicU32::new(0),
            failing_marks: AtomicU32::new(0),
            failing_settlements: AtomicU32::new(0),
            next_answer_waits_for: Mutex::default(),
            now_micros: AtomicI64::new(START_MICROS),
            changes: watch::Sender::new(0),
        })
    }

    pub fn clock(self: &Arc<Self>) -> Clock {
        let outbox = Arc::clone(self);
        Arc::new(move || outbox.now_micros.load(Ordering::SeqCst))
    }

    pub fn set_now(&self, micros: i64) {
        self.now_micros.store(micros, Ordering::SeqCst);
    }

    /// A delivery to a receiver that is known by its address, of a shop of its own.
    pub fn add(&self, delivery_id: i64, url: &str) {
        self.add_of(url, delivery_id, url);
    }

    pub fn add_of(&self, shop: &str, delivery_id: i64, url: &str) {
        self.add_saying(shop, delivery_id, url, "{}");
    }

    pub fn add_saying(&self, shop: &str, delivery_id: i64, url: &str, body: &str) {
        let receiver = Receiver { shop_id: shop.to_owned(), webhook_id: url.to_owned() };
        let delivery = Delivery {
            delivery_id,
            event_id: format!("evt_{delivery_id}"),
            event_type: "order.priced".to_owned(),
            body: body.to_owned(),
            attempt: 0,
        };
        let mut rows = self.rows.lock().unwrap();
        rows.deliveries.insert(delivery_id, (START_MICROS, receiver, delivery));
    }

    pub fn add_message(&self, message: OutgoingMessage) {
        let id = message.message_id.clone();
        let pending = PendingMessage { message, attempt: 0, is_unknown: false };
        let mut rows = self.rows.lock().unwrap();
        rows.messages.insert(id, (START_MICROS, pending));
    }

    /// Wait until at least `count` rows were settled.
    pub async fn wait_for_settled(&self, count: usize) {
        let mut changes = self.changes.subscribe();
        let settled = changes.wait_for(|settled| *settled >= count);
        let limit = std::time::Duration::from_secs(10);
        tokio::time::timeout(limit, settled).await.unwrap().unwrap();
    }

    pub fn outcomes(&self) -> Vec<DeliveryOutcome> {
        let settled = self.settled.lock().unwrap();
        settled.iter().map(|row| row.outcome).collect()
    }
}

impl DeliveryQueue for Outbox {
    fn due<'a>(&'a self, pick: &'a Pick) -> BoxFuture<'a, Result<Vec<Due>, String>> {
        Box::pin(async move { Ok(self.rows.lock().unwrap().due(pick)) })
    }

    fn settle(&self, settlements: Vec<Settlement>, turn: Turn) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            if counts_down(&self.failing_settlements) {
                return Err("the store is away".to_owned());
            }
            let mut rows = self.rows.lock().unwrap();
            for settlement in &settlements {
                match settlement.outcome {
                    DeliveryOutcome::RetryAt(at) => {
                        let row = rows.deliveries.get_mut(&settlement.delivery_id).unwrap();
                        row.0 = at;
                        row.2.attempt = settlement.attempts;
                    }
                    DeliveryOutcome::Delivered | DeliveryOutcome::Dead => {
                        rows.deliveries.remove(&settlement.delivery_id).unwrap();
                    }
                }
            }
            rows.turns.insert(turn.receiver.clone(), turn);
            let count = settlements.len();
            self.settled.lock().unwrap().extend(settlements);
            self.changes.send_modify(|settled| *settled += count);
            Ok(())
        })
    }

    fn due_messages<'a>(
        &'a self,
        now_micros: i64,
        room: &'a Room<'a>,
    ) -> BoxFuture<'a, Result<Vec<PendingMessage>, String>> {
        Box::pin(async move {
            let due = {
                let rows = self.rows.lock().unwrap();
                let due = rows.messages.values().filter(|(due, pending)| {
                    let is_handed = rows.handed.contains(&MessageKey::of(&pending.message));
                    *due <= now_micros && !is_handed
                });
                let mut of_channel: BTreeMap<String, usize> = BTreeMap::new();
                let has_room = |(_, pending): &&(i64, PendingMessage)| {
                    let channel = pending.message.channel.as_str();
                    let count = of_channel.entry(channel.to_owned()).or_default();
                    *count += 1;
                    *count <= room(channel)
                };
                due.filter(has_room).map(|(_, row)| row.clone()).collect()
            };
            let stall = self.next_answer_waits_for.lock().unwrap().take();
            if let Some(stall) = stall {
                stall.await.unwrap();
            }
            Ok(due)
        })
    }

    fn hand_over<'a>(
        &'a self,
        messages: &'a [PendingMessage],
        repeats: Repeats,
    ) -> BoxFuture<'a, Result<Vec<MessageKey>, String>> {
        Box::pin(async move {
            if counts_down(&self.failing_marks) {
                return Err("the store is away".to_owned());
            }
            let mut rows = self.rows.lock().unwrap();
            if counts_down(&self.refused_marks) {
                for pending in messages {
                    rows.messages.remove(&pending.message.message_id);
                }
                return Ok(Vec::new());
            }
            let keys = messages.iter().map(|pending| MessageKey::of(&pending.message));
            let keys = keys.filter(|key| match repeats {
                Repeats::Sent => rows.handed.insert(key.clone()),
                Repeats::Dropped => {
                    let row = rows.messages.get_mut(&key.message_id);
                    row.map(|row| row.1.is_unknown = true).is_some()
                }
            });
            Ok(keys.collect())
        })
    }

    fn settle_messages(&self, settlements: Vec<MessageSettlement>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            if counts_down(&self.failing_settlements) {
                return Err("the store is away".to_owned());
            }
            let mut rows = self.rows.lock().unwrap();
            for MessageSettlement { key, outcome } in &settlements {
                rows.handed.remove(key);
                match outcome {
                    MessageOutcome::RetryAt { at_micros, class, .. } => {
                        let row = rows.messages.get_mut(&key.message_id).unwrap();
                        row.0 = *at_micros;
                        row.1.attempt += 1;
                        row.1.is_unknown = class.is_none();
                    }
                    MessageOutcome::Accepted { .. }
                    | MessageOutcome::Refused { .. }
                    | MessageOutcome::Unknown { .. }
                    | MessageOutcome::Expired { .. } => {
                        rows.messages.remove(&key.message_id).unwrap();
                    }
                }
            }
            let count = settlements.len();
            self.settled_messages.lock().unwrap().extend(settlements);
            self.changes.send_modify(|settled| *settled += count);
            Ok(())
        })
    }
}

fn counts_down(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
