//! A store that breaks where it is told to: an error or a crash, before or after the commit.

use super::random::Random;
use domain::{CustomerId, Instant, OrderId};
use port::{
    Changes, Handing, Keys, Reader, Rows, Store, StoreError, StoreErrorKind, Timer, Transaction, Work,
    Writers,
};
use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

/// Where a transaction can break (trust.md, Faults).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// `decide.load`
    Load,
    /// In the middle of writing.
    Write,
    /// `persist.before_commit`
    BeforeCommit,
    /// `persist.commit_unknown`: it is durable, but the caller hears otherwise.
    AfterCommit,
}

impl Point {
    pub const ALL: [Self; 4] = [Self::Load, Self::Write, Self::BeforeCommit, Self::AfterCommit];
}

/// How it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Fail(StoreErrorKind),
    /// The process ends: the writer's thread unwinds and takes the store with it.
    Crash,
}

/// What is going to break.
#[derive(Debug, Default)]
pub struct Faults {
    /// Breaks at the n-th pass of that point, counted down.
    pub next: Option<(Point, How, usize)>,
    /// Breaks again and again from then on.
    pub lasting: bool,
    /// Breaks whenever this order is written.
    pub poison: Option<OrderId>,
    /// This customer's standing is never answered, which stops the decision that asks for it.
    pub unanswered: Option<CustomerId>,
    /// How often something broke.
    pub broke: usize,
    /// Every second row is not there when it is first asked for, as if nobody had foreseen that it is needed.
    pub forgets: bool,
    /// How many were forgotten.
    pub forgotten: usize,
}

/// The shared list of faults.
#[derive(Debug, Clone, Default)]
pub struct Plan(Arc<Mutex<Faults>>);

impl Plan {
    pub fn lock(&self) -> MutexGuard<'_, Faults> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
    /// Breaks once, at the next pass of that point.
    pub fn once(&self, point: Point, how: How) {
        let mut faults = self.lock();
        (faults.next, faults.lasting) = (Some((point, how, 0)), false);
    }
    /// Breaks at every pass from now on.
    pub fn always(&self, point: Point, how: How) {
        self.once(point, how);
        self.lock().lasting = true;
    }
    /// Crashes somewhere in the next few transactions.
    pub fn crash_soon(&self, random: &mut Random) {
        let point = Point::ALL[random.below(4)];
        let mut faults = self.lock();
        (faults.next, faults.lasting) = (Some((point, How::Crash, random.below(4))), false);
    }
    /// Nothing breaks any more; what forgets goes on to.
    pub fn heal(&self) {
        let mut faults = self.lock();
        let Faults { forgets, forgotten, .. } = *faults;
        *faults = Faults { forgets, forgotten, ..Faults::default() };
    }

    fn pass(&self, here: Point) -> Result<(), StoreError> {
        let mut faults = self.lock();
        let Some((point, how, left)) = faults.next.filter(|(point, _, _)| *point == here) else {
            return Ok(());
        };
        if left > 0 {
            faults.next = Some((point, how, left - 1));
            return Ok(());
        }
        if !faults.lasting {
            faults.next = None;
        }
        faults.broke += 1;
        drop(faults);
        match how {
            How::Fail(kind) => Err(StoreError::new(kind, format!("broken at {here:?}"))),
            // No panic hook: the crash is meant, its trace would only be noise.
            How::Crash => std::panic::resume_unwind(Box::new(format!("crashed at {here:?}"))),
        }
    }
}

/// A store with its faults.
pub struct Faulty<S> {
    pub inner: S,
    pub plan: Plan,
}

impl<S: Store> Store for Faulty<S> {
    fn writers(&self) -> Writers {
        self.inner.writers()
    }
    fn transact(&mut self, work: Work<'_>) -> Result<(), StoreError> {
        let plan = self.plan.clone();
        self.inner.transact(&mut |tx| {
            let mut tx = FaultyTransaction { tx, plan: &plan, asked: HashSet::new() };
            work(&mut tx)?;
            plan.pass(Point::BeforeCommit)
        })?;
        self.plan.pass(Point::AfterCommit)
    }
    fn due_timers(&mut self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        self.inner.due_timers(until, limit)
    }
    fn next_due(&mut self) -> Result<Option<Instant>, StoreError> {
        self.inner.next_due()
    }
    fn reader(&self) -> Arc<dyn Reader> {
        self.inner.reader()
    }
}

struct FaultyTransaction<'a> {
    tx: &'a mut dyn Transaction,
    plan: &'a Plan,
    /// What was asked for already.
    asked: HashSet<String>,
}

impl FaultyTransaction<'_> {
    /// Leaves every second row out that was not asked for before.
    fn forget(&mut self, rows: &mut Rows) {
        forget(&mut rows.orders, "order", self);
        forget(&mut rows.coupons, "coupon", self);
        forget(&mut rows.standings, "standing", self);
        forget(&mut rows.batches, "batch", self);
        forget(&mut rows.batch_claims, "claims", self);
        forget(&mut rows.parked, "parked", self);
        forget(&mut rows.rewards, "reward", self);
        forget(&mut rows.books, "book", self);
        forget(&mut rows.charters, "charter", self);
        forget(&mut rows.takers, "taker", self);
        forget(&mut rows.addressees, "addressee", self);
        forget(&mut rows.numbers, "number", self);
        forget(&mut rows.pool.orders, "pool order", self);
    }
}

fn forget<K: Debug, R>(rows: &mut Vec<(K, R)>, table: &str, tx: &mut FaultyTransaction<'_>) {
    let mut number = 0;
    let before = rows.len();
    rows.retain(|(key, _)| {
        number += 1;
        !tx.asked.insert(format!("{table} {key:?}")) || number % 2 == 0
    });
    tx.plan.lock().forgotten += before - rows.len();
}

impl Transaction for FaultyTransaction<'_> {
    fn load(&mut self, keys: &Keys, rows: &mut Rows) -> Result<(), StoreError> {
        self.plan.pass(Point::Load)?;
        self.tx.load(keys, rows)?;
        if self.plan.lock().forgets {
            self.forget(rows);
        }
        if let Some(customer) = &self.plan.lock().unanswered {
            rows.standings.retain(|((_, of), _)| of != customer);
        }
        Ok(())
    }
    fn write(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let poison = self.plan.lock().poison.clone();
        if let Some(poison) = poison
            && changes.orders.iter().any(|c| c.key.1 == poison)
        {
            return Err(StoreError::new(StoreErrorKind::Other, "a poisoned row"));
        }
        self.tx.write(changes)?;
        self.plan.pass(Point::Write)
    }
    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, StoreError> {
        let may_be_sent = self.tx.hand_over(messages)?;
        self.plan.pass(Point::Write)?;
        Ok(may_be_sent)
    }
}
