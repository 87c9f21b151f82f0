//! What waits to be sent, as the relay sees it: the relay's queue on an engine.
//!
//! Deliveries to webhooks go by the machine's clock, as the relay does. Messages go by the engine's, which in a sandbox
//! is another: their times are carried over by their distance from now.

use domain::{
    Code, Instant, MessageId, ShopId, WebhookId,
    message::{self, Message},
};
use engine::Settled;
use engine::{Command, Engine, EngineError, Input};
use port::{Delivery, DeliveryStatus, DeliveryUpdate, Dispatch, DispatchUpdate, DueReceiver};
use relay::{
    BoxFuture, DeliveryOutcome, Due, Endpoint, MessageKey, MessageOutcome, MessageSettlement,
    OutgoingMessage, PendingMessage, Pick, Receiver, Settlement, Turn,
};
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// Messages looked at for each that is asked for, so that a busy channel does not hide the others.
const LOOK_PAST_BUSY: usize = 16;

/// The outbox of an engine.
pub struct Outbox {
    engine: Engine,
    clock: relay::Clock,
    /// Attempts made so far, of messages that are being sent now.
    message_attempts: Mutex<HashMap<MessageKey, u32>>,
    /// Messages that were handed to a sender that does not drop repetitions, and are not settled. This process alone
    /// knows of them.
    handed: Mutex<HashSet<MessageKey>>,
}

impl Outbox {
    /// The outbox of this engine; `clock` is the relay's.
    pub fn new(engine: Engine, clock: relay::Clock) -> Self {
        Self { engine, clock, message_attempts: Mutex::default(), handed: Mutex::default() }
    }

    /// A moment of the relay's clock by another one, which now shows `now`.
    fn carry(&self, micros: i64, now: Instant) -> Instant {
        Instant::from_micros(now.micros().saturating_add(micros.saturating_sub((self.clock)())))
    }

    fn outside(&self) -> Instant {
        self.engine.clock().outside()
    }

    /// Until when a message may go out, by the relay's clock. A sandbox clock jumps: there the time
    /// that was left when the message was decided is what is left.
    fn deliver_until(&self, dispatch: &Dispatch) -> i64 {
        let sandbox = self.engine.clock().sandbox().is_some();
        let decided_at = dispatch.message.sent_at.filter(|_| sandbox);
        let from = decided_at.unwrap_or_else(|| self.engine.now());
        (self.clock)().saturating_add(dispatch.deliver_until.since(from))
    }

    fn due(&self, due: DueReceiver) -> Due {
        let DueReceiver { shop_id, webhook, failures, deliveries } = due;
        Due {
            receiver: Receiver { shop_id: shop_id.to_string(), webhook_id: webhook.webhook_id.to_string() },
            failures,
            deliveries: deliveries.into_iter().map(Self::delivery).collect(),
            endpoint: Endpoint { secrets: webhook.signing(self.engine.now()).to_vec(), url: webhook.url },
        }
    }

    fn delivery(delivery: Delivery) -> relay::Delivery {
        let body = serde_json::json!({
            "type": delivery.event_type,
            "timestamp": delivery.at.to_string(),
            "shop_id": delivery.shop_id,
            "data": serde_json::from_str::<serde_json::Value>(&delivery.body).unwrap_or_default(),
        });
        relay::Delivery {
            delivery_id: delivery.delivery_id,
            event_id: delivery.outside_id(),
            event_type: delivery.event_type,
            body: body.to_string(),
            attempt: delivery.attempt,
        }
    }

    fn message(&self, dispatch: Dispatch) -> PendingMessage {
        let deliver_until_micros = self.deliver_until(&dispatch);
        let message = dispatch.message;
        let (body_zh, body_en) = self.text_of(&message);
        let key = key_of(&message);
        lock(&self.message_attempts).insert(key, dispatch.attempt);
        PendingMessage {
            attempt: dispatch.attempt,
            is_unknown: false,
            message: OutgoingMessage {
                message_id: message.message_id.to_string(),
                shop_id: message.shop_id.to_string(),
                order_id: Some(message.order_id.to_string()),
                customer_id: message.customer_id.to_string(),
                kind: message.kind.as_str().into(),
                channel: message.channel.as_str().into(),
                link: Some(message.link),
                body_zh,
                body_en,
                deliver_until_micros,
                to: None,
                signature: None,
                template: None,
                parameters: Vec::new(),
                text: None,
            },
        }
    }

    /// What the customer reads, written now: with the deadline that the order has now (A-S1-27).
    fn text_of(&self, message: &Message) -> (String, String) {
        let reader = self.engine.reader();
        let shop = reader.shop(&message.shop_id).ok().flatten();
        let order = reader.order(&message.shop_id, &message.order_id).ok().flatten();
        message::text::text(message.kind, message.channel, shop.as_deref(), &message.order_id, order.as_ref())
    }

    fn delivery_update(&self, settled: Settlement) -> DeliveryUpdate {
        let (status, next_at) = match settled.outcome {
            DeliveryOutcome::Delivered => (DeliveryStatus::Delivered, self.outside()),
            DeliveryOutcome::RetryAt(micros) => (DeliveryStatus::Pending, self.carry(micros, self.outside())),
            DeliveryOutcome::Dead => (DeliveryStatus::Dead, self.outside()),
        };
        DeliveryUpdate {
            delivery_id: settled.delivery_id,
            status,
            attempt: settled.attempts,
            next_at,
            reason: settled.reason,
        }
    }

    async fn settle_message(&self, settled: MessageSettlement) -> Result<DispatchUpdate, String> {
        let MessageSettlement { key, outcome } = settled;
        let shop_id = ShopId::try_new(&key.shop_id).map_err(|e| e.to_string())?;
        let message_id = MessageId::try_new(&key.message_id).map_err(|e| e.to_string())?;
        let before = lock(&self.message_attempts).remove(&key).unwrap_or(0);
        let code = match outcome {
            // Who may have it is not told that it failed.
            MessageOutcome::Accepted { .. } | MessageOutcome::Unknown { .. } => {
                return Ok(DispatchUpdate::Done { shop_id, message_id });
            }
            MessageOutcome::RetryAt { at_micros, .. } => {
                let next_at = self.carry(at_micros, self.engine.now());
                return Ok(DispatchUpdate::Retry { shop_id, message_id, attempt: before + 1, next_at });
            }
            // It was tried in vain until its time had passed.
            MessageOutcome::Refused { .. } | MessageOutcome::Expired { was_tried: true } => {
                Code::ProviderFailed
            }
            MessageOutcome::Expired { was_tried: false } => Code::QuietHours,
        };
        let command = Command::MessageFailed { message_id: message_id.clone(), code };
        self.engine.submit(Input::new(shop_id.clone(), command)).await.map_err(|e| e.to_string())?;
        Ok(DispatchUpdate::Done { shop_id, message_id })
    }
}

fn key_of(message: &Message) -> MessageKey {
    MessageKey { shop_id: message.shop_id.to_string(), message_id: message.message_id.to_string() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn whose(receiver: &Receiver) -> Result<(ShopId, WebhookId), String> {
    let shop = ShopId::try_new(&receiver.shop_id).map_err(|e| e.to_string())?;
    let webhook = WebhookId::try_new(&receiver.webhook_id).map_err(|e| e.to_string())?;
    Ok((shop, webhook))
}

fn text(error: EngineError) -> String {
    error.to_string()
}

impl relay::DeliveryQueue for Outbox {
    fn due<'a>(&'a self, pick: &'a Pick) -> BoxFuture<'a, Result<Vec<Due>, String>> {
        Box::pin(async move {
            let busy = pick.busy.iter().map(whose).collect::<Result<_, _>>()?;
            let pick = port::Pick {
                now: self.outside(),
                receivers: pick.receivers,
                failing: pick.failing,
                each: pick.each,
                of_shop: pick.of_shop,
                busy,
            };
            let due = self.engine.reader().due_receivers(&pick).map_err(|e| e.to_string())?;
            Ok(due.into_iter().map(|due| self.due(due)).collect())
        })
    }
    fn settle(&self, settled: Vec<Settlement>, turn: Turn) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let (shop, webhook) = whose(&turn.receiver)?;
            let free_at = self.carry(turn.free_at_micros, self.outside());
            let settled = Settled {
                deliveries: settled.into_iter().map(|one| self.delivery_update(one)).collect(),
                turns: vec![(shop, webhook, port::Turn { free_at, failures: turn.failures })],
                dispatches: Vec::new(),
            };
            self.engine.settle(settled).await.map_err(text)
        })
    }
    fn due_messages<'a>(
        &'a self,
        _: i64,
        limit: usize,
        busy: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<PendingMessage>, String>> {
        Box::pin(async move {
            let now = self.engine.now();
            let rows = self
                .engine
                .reader()
                .due_dispatches(now, limit * LOOK_PAST_BUSY)
                .map_err(|e| e.to_string())?;
            let handed = lock(&self.handed).clone();
            let free = rows.into_iter().filter(|row| {
                let is_busy = busy.iter().any(|c| c == row.message.channel.as_str());
                !is_busy && !handed.contains(&key_of(&row.message))
            });
            Ok(free.take(limit).map(|row| self.message(row)).collect())
        })
    }
    fn hand_over<'a>(
        &'a self,
        messages: &'a [PendingMessage],
    ) -> BoxFuture<'a, Result<Vec<MessageKey>, String>> {
        let mut handed = lock(&self.handed);
        let keys = messages.iter().map(|pending| MessageKey::of(&pending.message));
        let marked = keys.filter(|key| handed.insert(key.clone())).collect();
        Box::pin(async move { Ok(marked) })
    }
    fn settle_messages(&self, settled: Vec<MessageSettlement>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let keys: Vec<MessageKey> = settled.iter().map(|one| one.key.clone()).collect();
            let mut updates = Vec::with_capacity(settled.len());
            for one in settled {
                updates.push(self.settle_message(one).await?);
            }
            let settled = Settled { dispatches: updates, ..Settled::default() };
            self.engine.settle(settled).await.map_err(text)?;
            lock(&self.handed).retain(|key| !keys.contains(key));
            Ok(())
        })
    }
}
