//! One batch through load, decide and persist: the only function that sees all of them.

use crate::error::EngineError;
use decide::{Command, Decision, Draft, EventResult, Facts, Input, MessageCommand, Reply};
use domain::{Code, Instant, Refusal, ShopId};
use port::{
    Changes, DispatchUpdate, Handing, InboxKey, InboxRow, Keys, RequestRow, Rows, Store, StoreError,
    StoreErrorKind, Timer, Transaction, Writers, document,
};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What one input came to.
pub type Outcome = Result<Reply, EngineError>;

/// What a committed batch left for PUBLISH.
#[derive(Debug, Default, Clone)]
pub struct Committed {
    /// Webhooks or messages wait to be sent.
    pub publishes: bool,
    /// The earliest timer that was set.
    pub earliest_wake: Option<Instant>,
    /// Shops whose settings or campaigns have changed.
    pub rules_changed: Vec<ShopId>,
    /// When the first step of long work is due that was set.
    pub work_due: Option<Instant>,
}

impl Committed {
    /// What another round of the same transaction leaves besides.
    fn add(&mut self, other: Self) {
        self.publishes |= other.publishes;
        self.earliest_wake = self.earliest_wake.into_iter().chain(other.earliest_wake).min();
        self.rules_changed.extend(other.rules_changed);
        self.work_due = self.work_due.into_iter().chain(other.work_due).min();
    }

    fn of(changes: &Changes) -> Self {
        Self {
            publishes: !changes.dispatches.is_empty()
                || !changes.revived.is_empty()
                || changes.outbox.iter().any(|row| !row.receivers.is_empty()),
            earliest_wake: changes.wakes().min(),
            work_due: changes.work_due(),
            rules_changed: {
                let campaigns = changes.campaigns.iter().map(|(shop, _)| shop.clone());
                changes.shops.iter().map(|shop| shop.shop_id.clone()).chain(campaigns).collect()
            },
        }
    }
}

/// Inputs that are decided and written at once: of a transaction of more, one round after the other, so that it does not
/// take memory for all of them. Whoever is not one of many is decided in one round.
const ROUND: usize = 8_192;

/// Decides all inputs at one moment and commits them together.
pub fn run(
    store: &mut dyn Store,
    facts: &mut Facts,
    inputs: &[Input],
    now: Instant,
    deliver_from: Option<Instant>,
) -> Result<(Vec<Outcome>, Committed), StoreError> {
    run_and(store, facts, inputs, (now, deliver_from), &mut |_, _| Ok(()))
}

/// Judges messages that are to be handed over to their senders, and marks those that may go, in one transaction; whether
/// each may.
pub fn hand_over(
    store: &mut dyn Store,
    facts: &mut Facts,
    messages: &[Handing],
    at: (Instant, Option<Instant>),
) -> Result<(Vec<bool>, Committed), StoreError> {
    let input = |one: &Handing| {
        let command = MessageCommand::HandOver(one.clone());
        Input::new(one.shop_id.clone(), Command::Messages(command))
    };
    let inputs: Vec<Input> = messages.iter().map(input).collect();
    let mut may_be_sent = Vec::new();
    let (_, committed) = run_and(store, facts, &inputs, at, &mut |tx, outcomes| {
        let failed = messages.iter().zip(outcomes);
        let failed = failed.filter_map(|(handing, outcome)| Some(unjudged(handing, outcome.as_ref().err()?)));
        let dispatch_updates: Vec<DispatchUpdate> = failed.collect();
        if !dispatch_updates.is_empty() {
            tx.write(&Changes { dispatch_updates, ..Changes::default() })?;
        }
        may_be_sent = tx.hand_over(messages)?;
        Ok(())
    })?;
    Ok((may_be_sent, committed))
}

/// What becomes of a message that cannot be judged: it is not sent, and holds up no other. One that cannot be settled is
/// given up; what failed for a reason of our own is tried again.
fn unjudged(handing: &Handing, error: &EngineError) -> DispatchUpdate {
    let Handing { shop_id, message_id, at, .. } = handing.clone();
    tracing::error!(%error, %shop_id, %message_id, "a message cannot be judged; it is not sent");
    match error {
        EngineError::Refused(_) => DispatchUpdate::Done { shop_id, message_id },
        _ => DispatchUpdate::PutOff { shop_id, message_id, next_at: at.plus_minutes(1) },
    }
}

/// What is done besides in the transaction, behind what was decided.
type Besides<'a> = dyn FnMut(&mut dyn Transaction, &[Outcome]) -> Result<(), StoreError> + 'a;

fn run_and(
    store: &mut dyn Store,
    facts: &mut Facts,
    inputs: &[Input],
    (now, deliver_from): (Instant, Option<Instant>),
    besides: &mut Besides<'_>,
) -> Result<(Vec<Outcome>, Committed), StoreError> {
    let mut outcomes = Vec::with_capacity(inputs.len());
    let mut committed = Committed::default();
    let writers = store.writers();
    store.transact(&mut |tx| {
        outcomes.clear();
        committed = Committed::default();
        let mut rounds = inputs.chunks(ROUND).peekable();
        while let Some(round) = rounds.next() {
            decide_round(tx, facts, (round, writers), now, &mut outcomes)?;
            let changes = if rounds.peek().is_some() { facts.take_round() } else { facts.take_changes() };
            let changes = Changes { deliver_from, ..changes };
            committed.add(Committed::of(&changes));
            tx.write(&changes)?;
            if rounds.peek().is_some() {
                facts.end_round(writers);
            }
        }
        besides(tx, &outcomes)
    })?;
    facts.end_batch(writers);
    Ok((outcomes, committed))
}

/// LOAD and DECIDE of a round; it sees what the rounds before it have written.
fn decide_round(
    tx: &mut dyn Transaction,
    facts: &mut Facts,
    (inputs, writers): (&[Input], Writers),
    now: Instant,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), StoreError> {
    let names: Vec<Option<Name>> = inputs.iter().map(Name::of).collect();
    load(tx, facts, names_and_locks(inputs, &names, writers))?;
    let mut keys = Keys::default();
    let inputs_by_name = || inputs.iter().zip(&names);
    for (input, _) in inputs_by_name().filter(|(_, name)| !is_known(facts, name.as_ref())) {
        decide::first_keys(&input.shop_id, &input.command, &mut keys);
    }
    load(tx, facts, keys)?;
    for (input, name) in inputs_by_name() {
        outcomes.push(decide_one(tx, facts, input, name.as_ref(), now)?);
    }
    Ok(())
}

/// At which moment due timers are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firing {
    /// All of them now.
    Now,
    /// Each at its own due time, as on a clock that stops there; a timer set on the way goes before later ones.
    WhenDue,
}

impl Firing {
    /// Steps of long work that are decided in a transaction beyond the first of each: by the machine's clock inputs wait
    /// for them.
    const fn more_steps(self) -> usize {
        match self {
            Self::Now => 7,
            Self::WhenDue => 127,
        }
    }
}

/// Fires timers that are due, in their order. When each is decided at its own due time, fewer than all may
/// be fired: the rest is due again. Returns how many were.
pub fn fire(
    store: &mut dyn Store,
    facts: &mut Facts,
    timers: &[Timer],
    now: Instant,
    firing: Firing,
    deliver_from: Option<Instant>,
) -> Result<(usize, Committed), StoreError> {
    let mut fired = 0;
    let mut committed = Committed::default();
    store.transact(&mut |tx| {
        let mut keys = Keys::default();
        for timer in timers {
            decide::timer_keys(&timer.shop_id, &timer.subject, &mut keys);
        }
        load(tx, facts, keys)?;
        fired = fire_in_order(tx, facts, timers, now, firing)?;
        let changes = facts.take_changes();
        if changes.moves_nothing() {
            let first = &timers[0];
            let message =
                format!("a timer of shop {} is due but leads nowhere: {:?}", first.shop_id, first.subject);
            return Err(StoreError::new(StoreErrorKind::Corrupt, message));
        }
        committed = Committed::of(&changes);
        tx.write(&Changes { deliver_from, ..changes })
    })?;
    facts.end_batch(store.writers());
    Ok((fired, committed))
}

fn fire_in_order(
    tx: &mut dyn Transaction,
    facts: &mut Facts,
    timers: &[Timer],
    now: Instant,
    firing: Firing,
) -> Result<usize, StoreError> {
    let mut earliest_new: Option<Instant> = None;
    let mut more = firing.more_steps();
    for (fired, timer) in timers.iter().enumerate() {
        let moment = match firing {
            Firing::Now => now,
            Firing::WhenDue if earliest_new.is_some_and(|new| new < timer.due_at) => return Ok(fired),
            Firing::WhenDue => timer.due_at.max(now),
        };
        let mut wakes = fire_one(tx, facts, timer, moment)?;
        while timer.subject.goes_on_at_once() && more > 0 && wakes.is_some_and(|due| due <= moment) {
            wakes = fire_one(tx, facts, timer, moment)?;
            more -= 1;
        }
        earliest_new = earliest_new.into_iter().chain(wakes).min();
    }
    Ok(timers.len())
}

/// Decides what is due; when the next timer is due of those that it sets.
fn fire_one(
    tx: &mut dyn Transaction,
    facts: &mut Facts,
    timer: &Timer,
    moment: Instant,
) -> Result<Option<Instant>, StoreError> {
    let outcome = until_all_is_loaded(tx, facts, |facts| {
        let mut draft = Draft::new(facts, &timer.shop_id, moment);
        decide::fire(&mut draft, &timer.subject).map(|_| draft.finish())
    })?;
    if let Ok(Ok(decision)) = outcome {
        let wakes = decision.wakes().min();
        facts.apply(&timer.shop_id, decision);
        return Ok(wakes);
    }
    let why = outcome.map(Result::err);
    tracing::error!(shop = %timer.shop_id, subject = ?timer.subject, ?why, "a timer cannot be decided; it is put to sleep");
    facts.put_to_sleep(timer);
    Ok(None)
}

/// How often a decision may find that rows are missing before it is given up.
const LOOKS: usize = 32;

/// Decides, and decides again while it reads rows that were not foreseen: a decision is pure, so one that was made
/// without them leaves nothing behind. A panic is caught and told.
fn until_all_is_loaded<T>(
    tx: &mut dyn Transaction,
    facts: &mut Facts,
    decide: impl Fn(&Facts) -> T,
) -> Result<Result<T, String>, StoreError> {
    for _ in 0..LOOKS {
        let decided = catch_unwind(AssertUnwindSafe(|| decide(facts)));
        if !facts.has_missed() {
            return Ok(decided.map_err(|panic| said(&*panic)));
        }
        let tables = facts.missed_names();
        tracing::debug!(?tables, "rows were not foreseen; they are loaded, and it is decided again");
        let keys = facts.take_missed();
        load(tx, facts, keys)?;
    }
    Ok(Err("a decision goes on asking for rows".to_owned()))
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a broken invariant").to_owned()
}

/// The name under which an input may have been seen before. An event has its own and no other.
enum Name {
    Event(InboxKey),
    Request((ShopId, String)),
}

impl Name {
    fn of(input: &Input) -> Option<Self> {
        if let Command::Ingest { event, .. } = &input.command {
            return Some(Self::Event(decide::inbox_key(&input.shop_id, event)));
        }
        let (key, _) = input.idempotency.as_ref()?;
        Some(Self::Request((input.shop_id.clone(), key.clone())))
    }
}

/// Names are looked up first, for what is known needs nothing else. Beside other writers the shops' rows come with
/// them: who holds these needs no other lock in the shop.
fn names_and_locks(inputs: &[Input], names: &[Option<Name>], writers: Writers) -> Keys {
    let mut keys = Keys::default();
    match writers {
        Writers::Sole => {}
        Writers::Several => keys.shops.extend(inputs.iter().map(|input| input.shop_id.clone())),
    }
    for name in names.iter().flatten() {
        match name {
            Name::Event(key) => keys.inbox.push(key.clone()),
            Name::Request(key) => keys.requests.extend(former(key).into_iter().chain([key.clone()])),
        }
    }
    keys
}

fn is_known(facts: &Facts, name: Option<&Name>) -> bool {
    match name {
        Some(Name::Event(key)) => facts.inbox(key).is_some(),
        Some(Name::Request(key)) => facts.request(key).is_some(),
        None => false,
    }
}

/// The key of a row of a file: that of the file with the row's number behind it, apart from every key that a client can
/// send, as these hold no control characters.
pub fn row_key(file: &str, row: usize) -> String {
    format!("{file}{ROW}{row}")
}

/// Stands between a file's key and the number of its row.
const ROW: char = '\u{1f}';

/// How rows were named before: a client's own key could read the same, and is then about something else.
fn former(key: &(ShopId, String)) -> Option<(ShopId, String)> {
    key.1.contains(ROW).then(|| (key.0.clone(), key.1.replace(ROW, "#")))
}

/// What was answered under that key, or before under its former name to the same.
fn request<'a>(facts: &'a Facts, input: &Input, key: &(ShopId, String)) -> Option<&'a RequestRow> {
    let is_same =
        |known: &&RequestRow| input.idempotency.as_ref().is_some_and(|(_, digest)| known.digest == *digest);
    let before = || former(key).and_then(|key| facts.request(&key)).filter(is_same);
    facts.request(key).or_else(before)
}

/// LOAD: what the inputs name, then what those rows name, until nothing is missing.
fn load(tx: &mut dyn Transaction, facts: &mut Facts, mut keys: Keys) -> Result<(), StoreError> {
    keys.shops.retain(|shop| !facts.knows_shop(shop));
    keys.batches.retain(|batch| !facts.knows_batch(batch));
    let mut next = Some(keys);
    while let Some(mut keys) = next {
        keys.sort();
        let mut rows = Rows::default();
        tx.load(&keys, &mut rows)?;
        facts.absorb(rows);
        next = decide::second_keys(facts, &keys);
    }
    Ok(())
}

fn decide_one(
    tx: &mut dyn Transaction,
    facts: &mut Facts,
    input: &Input,
    name: Option<&Name>,
    now: Instant,
) -> Result<Outcome, StoreError> {
    if let Some(known) = name.and_then(|name| known_answer(facts, input, name)) {
        return Ok(known);
    }
    let decided = until_all_is_loaded(tx, facts, |facts| {
        let mut draft = Draft::new(facts, &input.shop_id, now);
        draft.chance.clone_from(&input.chance);
        decide::decide(&mut draft, &input.command).map(|reply| (reply, draft.finish()))
    })?;
    Ok(applied(facts, input, decided, now))
}

/// Makes what was decided part of the working set, with the answer that is remembered.
fn applied(
    facts: &mut Facts,
    input: &Input,
    decided: Result<Result<(Reply, Decision), Refusal>, String>,
    now: Instant,
) -> Outcome {
    match decided {
        Ok(Ok((reply, decision))) => {
            // Before anything of it counts: an answer that cannot be kept is not given.
            let answer = to_remember(input, &reply, now)?;
            facts.apply(&input.shop_id, decision);
            if let Some((key, row)) = answer {
                facts.answer_request(&input.shop_id, key, row);
            }
            Ok(reply)
        }
        Ok(Err(refusal)) => refused(input, refusal),
        Err(what) => {
            tracing::error!(shop = %input.shop_id, what, "a decision failed");
            Err(EngineError::Internal(what))
        }
    }
}

/// A refused event is an answer of its own in the batch's results.
fn refused(input: &Input, refusal: Refusal) -> Outcome {
    match input.command {
        Command::Ingest { .. } => Ok(Reply::Event { result: EventResult::rejected(refusal) }),
        _ => Err(EngineError::Refused(refusal)),
    }
}

/// What was seen before is answered as before; the same name for something else is a conflict.
fn known_answer(facts: &Facts, input: &Input, name: &Name) -> Option<Outcome> {
    match name {
        Name::Event(key) => {
            let known: &InboxRow = facts.inbox(key)?;
            let Command::Ingest { digest, .. } = &input.command else { return None };
            let result = if known.digest == *digest {
                EventResult::of(decide::EventOutcome::Duplicate)
            } else {
                EventResult::rejected(Refusal::new(Code::IdempotencyConflict))
            };
            Some(Ok(Reply::Event { result }))
        }
        Name::Request(key) => {
            let known = request(facts, input, key)?;
            let reply = document::read(&known.reply);
            let reply = reply
                .map_err(|error| EngineError::Internal(format!("a stored answer cannot be read: {error}")));
            let other = input.idempotency.as_ref().is_none_or(|(_, digest)| known.digest != *digest);
            if other && !reply.as_ref().is_ok_and(|reply| input.asks_for(reply)) {
                return Some(Err(EngineError::Refused(Code::IdempotencyConflict.into())));
            }
            Some(reply)
        }
    }
}

/// The answer to a request with an idempotency key, as it is kept: without secrets.
fn to_remember<'a>(
    input: &'a Input,
    reply: &Reply,
    now: Instant,
) -> Result<Option<(&'a str, RequestRow)>, EngineError> {
    let Some((key, digest)) = &input.idempotency else {
        return Ok(None);
    };
    let unwritable = |error: String| EngineError::Internal(format!("an answer cannot be stored: {error}"));
    let mut text = Vec::new();
    document::write(&*reply.without_secrets(), &mut text).map_err(|error| unwritable(error.to_string()))?;
    let reply = String::from_utf8(text).map_err(|error| unwritable(error.to_string()))?;
    Ok(Some((key, RequestRow { digest: *digest, reply, at: now })))
}
