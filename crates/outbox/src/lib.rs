//! What waits to be sent, as the relay sees it: the relay's queue on an engine.
//!
//! Deliveries to webhooks go by the machine's clock, as the relay does. Messages go by the engine's, which in a sandbox
//! is another: their times are carried over by their distance from now.

mod due;
mod mail;
mod messages;
mod questions;
mod state;

pub use state::{Carrier, Opener, Outbox};

use domain::{Instant, ShopId, WebhookId};
use engine::{EngineError, Settled};
use port::{Delivery, DeliveryStatus, DeliveryUpdate, DueReceiver};
use relay::{
    BoxFuture, DeliveryOutcome, Due, Endpoint, Fate, MessageKey, MessageSettlement, PendingMessage, Pick,
    Question, Receiver, Repeats, Room, Settlement, Turn,
};

impl Outbox {
    fn outside(&self) -> Instant {
        self.engine.clock().outside()
    }

    fn receiver(&self, due: DueReceiver) -> Result<Due, String> {
        let DueReceiver { shop_id, webhook, failures, deliveries } = due;
        let is_mailbox = webhook.mailbox().is_some();
        let leaves = |delivery: Delivery| {
            let mail = is_mailbox.then(|| self.mail(&shop_id, &delivery)).transpose()?;
            let event = Self::delivery(delivery);
            Ok(relay::Delivery { body: mail.unwrap_or(event.body), ..event })
        };
        Ok(Due {
            receiver: Receiver { shop_id: shop_id.to_string(), webhook_id: webhook.webhook_id.to_string() },
            failures,
            deliveries: deliveries.into_iter().map(leaves).collect::<Result<_, String>>()?,
            endpoint: Endpoint { secrets: webhook.signing(self.engine.now()).to_vec(), url: webhook.url },
        })
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
            due.into_iter().map(|due| self.receiver(due)).collect()
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
        room: &'a Room<'a>,
    ) -> BoxFuture<'a, Result<Vec<PendingMessage>, String>> {
        Box::pin(self.due(room))
    }
    fn hand_over<'a>(
        &'a self,
        messages: &'a [PendingMessage],
        repeats: Repeats,
    ) -> BoxFuture<'a, Result<Vec<MessageKey>, String>> {
        Box::pin(self.mark(messages, repeats))
    }
    fn settle_messages(&self, settled: Vec<MessageSettlement>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(self.settle_all(settled))
    }
}

impl relay::Questions for Outbox {
    fn due_questions(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Question>, String>> {
        Box::pin(async move { self.questions(limit) })
    }
    fn settle_question<'a>(&'a self, key: &'a MessageKey, fate: Fate) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.settle_question(key, fate))
    }
}
