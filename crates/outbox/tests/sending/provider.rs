//! A provider as a play has it: what it took and how often, whether it drops repetitions, and what mood it is in.

use super::Chance;
use domain::MessageId;
use relay::message::{Class, Window};
use relay::{Asked, BoxFuture, Fate, MessageSender, OutgoingMessage, SendOutcome};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::mpsc;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It answers, and knows what it took.
    Well,
    /// It refuses some, puts some off, and is silent now and then.
    Odd,
    /// No connection, or no answer.
    Away,
    /// The service dies while it waits for the answer.
    Deadly,
}

struct State {
    random: Chance,
    mood: Mood,
    /// By our id of the message, how often.
    took: BTreeMap<String, u32>,
    /// Of which a sender was left without an answer.
    silent: BTreeSet<String>,
    fatal: Option<mpsc::UnboundedSender<()>>,
}

/// The provider.
pub struct Provider {
    drops_repetitions: bool,
    state: Mutex<State>,
}

/// The provider as a sender has it.
pub struct Carries(pub Arc<Provider>);

impl Provider {
    pub fn new(seed: u64, drops_repetitions: bool) -> Self {
        let (took, silent) = (BTreeMap::new(), BTreeSet::new());
        let state = State { random: Chance(seed), mood: Mood::Odd, took, silent, fatal: None };
        Self { drops_repetitions, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
    pub fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }
    pub fn turns(&self, random: &mut Chance) {
        self.is([Mood::Well, Mood::Odd, Mood::Odd, Mood::Away, Mood::Deadly]
            [usize::try_from(random.below(5)).unwrap()]);
    }
    /// Where it says that the service has died.
    pub fn fatal(&self) -> mpsc::UnboundedReceiver<()> {
        let (says, hears) = mpsc::unbounded_channel();
        self.state().fatal = Some(says);
        hears
    }
    pub fn took(&self, id: &MessageId) -> bool {
        self.state().took.contains_key(id.as_str())
    }
    /// Whether nobody can know that it did not: it drops repetitions, and cannot be asked.
    pub fn may_have_taken(&self, id: &MessageId) -> bool {
        self.drops_repetitions && self.state().silent.contains(id.as_str())
    }
    pub fn gave_nothing_twice(&self, seed: u64) {
        for (id, times) in self.state().took.iter().filter(|_| !self.drops_repetitions) {
            assert_eq!(*times, 1, "seed {seed}: {id} was sent again");
        }
    }
    /// How often it was given something that it had.
    pub fn repeated(&self) -> usize {
        self.state().took.values().map(|times| *times as usize - 1).sum()
    }
    pub fn one_that_was_taken(&self, random: &mut Chance) -> Option<String> {
        let state = self.state();
        let at = random.below(state.took.len().max(1) as u64);
        state.took.keys().nth(usize::try_from(at).unwrap()).cloned()
    }
}

/// What comes of one message.
enum Comes {
    Answer(SendOutcome),
    Death,
}

impl State {
    fn takes(&mut self, id: &str) {
        *self.took.entry(id.to_owned()).or_default() += 1;
    }

    fn comes(&mut self, id: &str) -> Comes {
        let accepted = SendOutcome::Accepted { provider_id: Some(format!("biz-{id}")), segments: Some(1) };
        let later =
            |not_before| SendOutcome::Later { class: Class::Transient, code: "http_503".into(), not_before };
        let unknown = SendOutcome::unknown("timeout");
        let draw = match self.mood {
            Mood::Well => 0,
            Mood::Odd => self.random.below(7),
            Mood::Away => 4 + self.random.below(3),
            Mood::Deadly => 7 + self.random.below(3),
        };
        match draw {
            0 | 1 => {
                self.takes(id);
                Comes::Answer(accepted)
            }
            // What it took before it does not refuse.
            2 if !self.took.contains_key(id) => {
                Comes::Answer(SendOutcome::refused(Class::Content, "isv.X", ""))
            }
            2 | 3 => {
                self.takes(id);
                self.silent.insert(id.to_owned());
                Comes::Answer(unknown)
            }
            4 => {
                self.silent.insert(id.to_owned());
                Comes::Answer(unknown)
            }
            5 => Comes::Answer(later(Window::Schedule)),
            6 => Comes::Answer(later(Window::Hour)),
            _ => {
                if self.random.flips() {
                    self.takes(id);
                }
                Comes::Death
            }
        }
    }

    /// What comes of all of them; a service that died hears of none.
    fn all(&mut self, messages: &[OutgoingMessage]) -> Option<Vec<SendOutcome>> {
        let mut answers = Vec::new();
        for message in messages {
            match self.comes(&message.message_id) {
                Comes::Answer(answer) => answers.push(answer),
                Comes::Death => {
                    self.silent.extend(messages.iter().map(|message| message.message_id.clone()));
                    self.mood = Mood::Odd;
                    let _ = self.fatal.as_ref().unwrap().send(());
                    return None;
                }
            }
        }
        Some(answers)
    }
}

impl MessageSender for Carries {
    fn deduplicates(&self) -> bool {
        self.0.drops_repetitions
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async { self.send_batch(std::slice::from_ref(message)).await.remove(0) })
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        let answers = self.0.state().all(messages);
        Box::pin(async move {
            match answers {
                Some(answers) => answers,
                None => std::future::pending().await,
            }
        })
    }

    /// It knows what it took, or has no answer yet. Who drops repetitions is not asked.
    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Fate> {
        let mut state = self.0.state();
        let id = asked.our_id.rsplit(':').next().unwrap_or_default();
        let took = state.took.contains_key(id);
        let is_slow = state.mood != Mood::Well && state.random.below(3) == 0;
        let fate = match (is_slow || self.0.drops_repetitions, took) {
            (true, _) => Fate::NotYet,
            (false, false) => Fate::NotKnown,
            (false, true) if state.random.flips() => Fate::Delivered { segments: Some(1), at_micros: None },
            (false, true) => Fate::Failed { code: "UNDELIV".into(), is_charged: true },
        };
        Box::pin(async { fate })
    }
}
