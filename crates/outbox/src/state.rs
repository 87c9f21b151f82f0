//! An outbox: what it looks at, who carries what, and what is being sent now.

use domain::{
    Instant, ShopId,
    message::{Channel, Message, addressee::Sealed},
};
use engine::Engine;
use relay::MessageKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The outbox of an engine.
pub struct Outbox {
    pub(crate) engine: Engine,
    pub(crate) clock: relay::Clock,
    /// Messages that are being sent now.
    in_flight: Mutex<HashMap<MessageKey, InFlight>>,
    /// Who opens contacts, where anybody needs them.
    pub(crate) opener: Option<Arc<dyn Opener>>,
    /// Who carries the messages of a channel and knows no customers.
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

    pub(crate) fn carrier(&self, channel: Channel) -> Option<Carrier> {
        let known = self.carriers.iter().find(|(known, _)| *known == channel);
        known.map(|(_, carrier)| *carrier)
    }

    pub(crate) fn in_flight(&self) -> MutexGuard<'_, HashMap<MessageKey, InFlight>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A moment of the relay's clock by another one, which now shows `now`.
    pub(crate) fn carry(&self, micros: i64, now: Instant) -> Instant {
        Instant::from_micros(now.micros().saturating_add(micros.saturating_sub((self.clock)())))
    }
}

/// A message that is being sent now.
#[derive(Debug, Clone, Copy)]
pub struct InFlight {
    /// Attempts so far.
    pub attempt: u32,
    /// Whether it holds something of the shop's that its end gives back or spends.
    pub is_letter: bool,
    /// Not to be sent from then on, by the engine's clock.
    pub until: Instant,
    /// By which moment its time is judged; none where that is when it is handed over.
    pub judged_by: Option<Instant>,
}

/// Opens what is sealed of a customer's contact.
pub trait Opener: Send + Sync {
    /// The text; none where it cannot be opened.
    fn open(&self, shop: &ShopId, message: &Message, sealed: &Sealed) -> Option<String>;
}

/// What a channel's carrier wants to know of whom it writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// It knows nobody: without a contact it can do nothing.
    NeedsContacts,
    /// It gets the contact where there is one.
    TakesContacts,
}

impl Carrier {
    /// Whether it can do nothing without a customer's contact.
    pub const fn needs_contacts(self) -> bool {
        match self {
            Self::NeedsContacts => true,
            Self::TakesContacts => false,
        }
    }
}
