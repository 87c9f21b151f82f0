//! What waits to be sent, as the relay sees it: the relay's queue on an engine.
//!
//! Deliveries to webhooks go by the machine's clock, as the relay does. Messages go by the engine's, which in a sandbox
//! is another: their times are carried over by their distance from now.

mod messages;

pub use messages::{Carrier, Opener};

use domain::{Instant, ShopId, WebhookId, message::Channel};
use engine::{Engine, EngineError, Settled};
use messages::InFlight;
use port::{Delivery, DeliveryStatus, DeliveryUpdate, DueReceiver};
use relay::{
    BoxFuture, DeliveryOutcome, Due, Endpoint, Fate, MessageKey, MessageSettlement, PendingMessage, Pick,
    Question, Receiver, Settlement, Turn,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The outbox of an engine.
pub struct Outbox {
    engine: Engine,
    clock: relay::Clock,
    /// Messages that are being sent now.
    in_flight: Mutex<HashMap<MessageKey, InFlight>>,
    /// Who opens contacts, where anybody needs them.
    opener: Option<Arc<dyn Opener>>,
    /// Who carries the messages of a channel, where that is not one that takes texts.
    carriers: Vec<(Channel, Carrier)>,
}

impl Outbox {
    /// The outbox of this engine; `clock` is the relay's.
    pub fn new(engine: Engine, clock: relay::Clock) -> Self {
        Self { engine, clock, in_flight: Mutex::default(), opener: None, carriers: Vec::new() }
    }

    /// With whom contacts are opened by, for carriers that know no customers.
    #[must_use]
    pub fn with_opener(self, opener: Arc<dyn Opener>) -> Self {
        Self { opener: Some(opener), ..self }
    }

    /// With a channel's carrier.
    #[must_use]
    pub fn with_carrier(mut self, channel: Channel, carrier: Carrier) -> Self {
        self.carriers.push((channel, carrier));
        self
    }

    fn carrier(&self, channel: Channel) -> Carrier {
        let known = self.carriers.iter().find(|(known, _)| *known == channel);
        known.map_or(Carrier::Text, |(_, carrier)| *carrier)
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<MessageKey, InFlight>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A moment of the relay's clock by another one, which now shows `now`.
    fn carry(&self, micros: i64, now: Instant) -> Instant {
        Instant::from_micros(now.micros().saturating_add(micros.saturating_sub((self.clock)())))
    }

    fn outside(&self) -> Instant {
        self.engine.clock().outside()
    }

    fn receiver(&self, due: DueReceiver) -> Due {
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
            Ok(due.into_iter().map(|due| self.receiver(due)).collect())
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
        Box::pin(self.due(limit, busy))
    }
    fn hand_over<'a>(
        &'a self,
        messages: &'a [PendingMessage],
    ) -> BoxFuture<'a, Result<Vec<MessageKey>, String>> {
        Box::pin(self.mark(messages))
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
